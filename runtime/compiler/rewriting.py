"""Nodes put in place of others, so that what is left has a direct encoding.

- `count`, `all`, `sum`, `min` and `max` become widths of selectors;
- a fold becomes a chain of steps, one for each position, over items gathered by position;
- the sum of two means under one selector becomes the mean of the sums, whose denominators are smaller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise

from ...dsl.graph import (
    Aggregate,
    Ascribe,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Select,
    SelectorWidth,
    SOp,
    topological,
)
from ...dsl.operators import OPERATORS
from ...dsl.types import Value
from .nodes import ABSENT, FoldStep

__all__ = ["all_hold", "count", "extreme", "is_closed", "merged_means", "sum_of", "unrolled"]


def _width(keys: SOp, comparison: str, query: Value) -> SOp:
    return SelectorWidth((Select((keys, Constant((), query)), comparison),))


def count(conditions: SOp) -> SOp:
    """At how many positions a condition holds."""
    return _width(Elementwise((conditions,), "not"), "==", False)


def all_hold(conditions: SOp) -> SOp:
    """Whether a condition holds at every position."""
    return Elementwise((_width(Elementwise((conditions,), "not"), "==", True), Constant((), 0)), "==")


def sum_of(numbers: SOp, values: Iterable[Value]) -> SOp:
    """The sum over all positions of numbers that take these values: each value times its count."""
    weighted = (Elementwise((Constant((), value), _width(numbers, "==", value)), "*") for value in values if value)
    start: SOp = Constant((), 0)
    return reduce(_plus, weighted, start)


def extreme(numbers: SOp, ascending: Sequence[Value], operator: str) -> SOp:
    """The smallest or largest of numbers that take these values: a step for each value that is reached."""
    values, comparison = (ascending, ">=") if operator == "max" else (ascending[::-1], "<=")
    steps = (
        Elementwise((Constant((), OPERATORS["-"].apply(above, below)), _reached(numbers, comparison, above)), "*")
        for below, above in pairwise(values)
    )
    start: SOp = Constant((), values[0])
    return reduce(_plus, steps, start)


def _reached(numbers: SOp, comparison: str, bound: Value) -> SOp:
    return Elementwise((Elementwise((_width(numbers, comparison, bound), Constant((), 1)), ">="),), "indicator")


def _plus(left: SOp, right: SOp) -> SOp:
    return Elementwise((left, right), "+")


def unrolled(fold: Fold, max_length: int) -> SOp:
    """The fold as a chain of steps; the items beyond the end of the sequence are absent."""
    sequence, state = fold.arguments
    for position in range(max_length):
        here = Select((Indices(), Constant((), position)), "==")
        item = Aggregate((here, sequence, Constant((), ABSENT)))
        state = FoldStep((state, item), fold)
    return state


def is_closed(fold: Fold) -> bool:
    """Whether the step depends on nothing but the state and the item."""
    allowed = (Constant, Elementwise, CellCall, Ascribe)
    return all(isinstance(node, allowed) or node in fold.parameters for node in topological([fold.step]))


def merged_means(node: SOp) -> SOp | None:
    """`aggregate(s, x, a) ± aggregate(s, y, b)` as `aggregate(s, x ± y, a ± b)`; None for any other node.

    It holds for numbers only.
    """
    match node:
        case Elementwise(
            arguments=(Aggregate(arguments=(first, x, a)), Aggregate(arguments=(second, y, b))),
            operator="+" | "-" as operator,
        ) if first == second:
            return Aggregate((first, Elementwise((x, y), operator), Elementwise((a, b), operator)))
    return None
