"""Order, said of neighbours: `forall i: s[i] <= s[i + 1]` and `sorted(s)` are the same, for `<=` is transitive."""

from __future__ import annotations

from typing import Any

import z3

from ...dsl.graph import At, Constant, Elementwise, Length, Quantified, Reduce, SOp, inputs_of
from ..terms import apply, as_term
from .symbolic import Symbolic

__all__ = ["neighbours_in_order", "sorted_by_neighbours"]


def neighbours_in_order(symbolic: Symbolic, sequence: SOp, place: Any) -> Any:
    """That the element at a position is not larger than the next one, if there is one."""
    pair = (symbolic.at(sequence, place), symbolic.at(sequence, place + 1))
    return z3.Implies(z3.And(symbolic.in_range(place), symbolic.in_range(place + 1)), as_term(apply("<=", pair)))


def sorted_by_neighbours(condition: SOp) -> SOp | None:
    """`sorted(s)`, where the condition says that no element is larger than the next; None where it does not."""
    match condition:
        case Quantified(
            operator="forall",
            arguments=(Constant(value=int() as start), stop),
            variable=variable,
            body=Elementwise(
                operator="<=" | ">=" as comparison, arguments=(At(arguments=(left, i)), At(arguments=(right, j)))
            ),
        ):
            places = (i, j) if comparison == "<=" else (j, i)
            earlier, later = (_offset(place, variable) for place in places)
            is_whole = _offset(stop, Length()) == start - 1 and (earlier, later) == (-start, 1 - start)
            if is_whole and left == right and variable not in inputs_of([left]):
                return Reduce((left,), "sorted")
    return None


def _offset(node: SOp, base: SOp) -> int | None:
    """What is added to the base, which is a number of which nothing else is known; None where that is not all."""
    match node:
        case _ if node == base:
            return 0
        case Elementwise(operator="+", arguments=(left, Constant(value=int() as number))) if left == base:
            return number
        case Elementwise(operator="+", arguments=(Constant(value=int() as number), right)) if right == base:
            return number
        case Elementwise(operator="-", arguments=(left, Constant(value=int() as number))) if left == base:
            return -number
    return None
