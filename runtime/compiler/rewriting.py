"""Nodes put in place of others, so that what is left has a direct encoding.

- `sorted`, `distinct` and `permutation` become conditions that all positions meet;
- `count`, `any`, `all`, `sum`, `min` and `max` become widths of selectors, of whole sequences as under a selector;
- the first, last or nearest of the selected keys has a position that is a sum of such widths, and is read there;
- a quantifier that reads no sequence is a function of its bounds and the length;
- a fold becomes a sum or the like where the order of its steps does not matter, else a chain of steps, one for each
  position, over items gathered by position;
- the sum of two means under one selector becomes the mean of the sums, whose denominators are smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
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
    Input,
    Length,
    Lookup,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    inner_graph,
    inputs_of,
    substitute,
    topological,
)
from ...dsl.operators import OPERATORS
from ...dsl.types import Int, Real, Value, element_of
from .nodes import ABSENT, START, STOP, Added, Ceiling, Decided, Floor, FoldStep, IsToken, Opaque

__all__ = [
    "EVERYWHERE",
    "UP_TO_HERE",
    "Width",
    "added",
    "all_hold",
    "any_hold",
    "compared_whole",
    "count",
    "decided",
    "extreme",
    "from_start",
    "is_closed",
    "is_distinct",
    "is_empty",
    "is_permutation",
    "is_sorted",
    "merged_means",
    "mixes",
    "position_of",
    "reduced",
    "sum_of",
    "unrolled",
    "within",
]

Width = Callable[[SOp, str, Value], SOp]
"""At how many of some positions the keys compare so with a value."""

INDICES = Indices()
UP_TO_HERE = Select((INDICES, INDICES), "<=")


EVERYWHERE = Select((Constant((), True), Constant((), True)), "==")


def within(selector: SOp) -> Width:
    """The width over the positions that the selector selects."""

    def width(keys: SOp, comparison: str, value: Value) -> SOp:
        compared: SOp = Select((keys, Constant((), value)), comparison)
        return SelectorWidth((compared if selector == EVERYWHERE else _both(compared, selector),))

    return width


def _both(left: SOp, right: SOp) -> SOp:
    return SelectorLogic((left, right), "and")


def _apply(operator: str, *arguments: SOp | Value) -> SOp:
    return Elementwise(tuple(part if isinstance(part, SOp) else Constant((), part) for part in arguments), operator)


def count(conditions: SOp, width: Width) -> SOp:
    """At how many positions a condition holds."""
    return width(_apply("not", conditions), "==", False)


def any_hold(conditions: SOp, width: Width) -> SOp:
    """Whether a condition holds at some position."""
    return _some(count(conditions, width))


def all_hold(conditions: SOp, width: Width) -> SOp:
    """Whether a condition holds at every position."""
    return _none(width(_apply("not", conditions), "==", True))


def is_empty(selector: SOp) -> SOp:
    """Whether a selector selects nothing."""
    return _none(SelectorWidth((selector,)))


def mixes(sequence: SOp, *, is_causal: bool) -> SOp:
    """Whether a sequence, of a causal transformer up to here, holds tokens and numbers."""
    width = within(UP_TO_HERE if is_causal else EVERYWHERE)
    tokens = IsToken((sequence,))
    return _apply("and", any_hold(tokens, width), any_hold(_apply("not", tokens), width))


def is_sorted(values: SOp) -> SOp:
    """Whether no value is larger than the next one."""
    following = Aggregate((_at(Constant((), 1)), values, values))
    return all_hold(_apply("<=", values, following), within(EVERYWHERE))


def is_distinct(values: SOp) -> SOp:
    """Whether no value occurs twice."""
    return all_hold(_apply("==", SelectorWidth((Select((values, values), "=="),)), 1), within(EVERYWHERE))


def is_permutation(left: SOp, right: SOp) -> SOp:
    """Whether each value on the left occurs as often on the right."""
    n_left, n_right = (SelectorWidth((Select((side, left), "=="),)) for side in (left, right))
    return all_hold(_apply("==", n_left, n_right), within(EVERYWHERE))


def added(numbers: SOp, selector: SOp) -> SOp:
    """The sum of the selected numbers as their mean, times how many they are."""
    return Added((Aggregate((selector, numbers, Constant((), 0))), SelectorWidth((selector,))))


def sum_of(numbers: SOp, values: Iterable[Value], width: Width) -> SOp:
    """The sum of numbers that take these values: each value times its count."""
    weighted = (_apply("*", value, width(numbers, "==", value)) for value in values if value)
    start: SOp = Constant((), 0)
    return reduce(_plus, weighted, start)


def extreme(keys: SOp, ascending: Sequence[Value], operator: str, width: Width) -> SOp:
    """The smallest or largest of numbers, or of tokens, that take these values: a step for each that is reached."""
    values, comparison = (ascending, ">=") if operator == "max" else (ascending[::-1], "<=")
    answer: SOp = Constant((), values[0])
    for below, above in pairwise(values):
        reached = _some(width(keys, comparison, above))
        if isinstance(above, str):
            answer = _apply("if", reached, above, answer)
        else:
            step = _apply("*", OPERATORS["-"].apply(above, below), _apply("indicator", reached))
            answer = _plus(answer, step)
    return answer


def _plus(left: SOp, right: SOp) -> SOp:
    return _apply("+", left, right)


def position_of(operator: str, selector: SOp, max_length: int) -> SOp:
    """The position of the first, last or nearest key that is selected; outside of the sequence if none is."""
    places = range(max_length)
    match operator:
        case "first":
            return _how_many(_none(within(selector)(INDICES, "<=", place)) for place in places)
        case "last":
            reached = (_some(within(selector)(INDICES, ">=", place)) for place in places)
            return _apply("-", _how_many(reached), 1)
    distance = Opaque((_how_many(_none(_width_near(selector, place)) for place in places),))
    back = _apply("negate", distance)
    preferred, other = (back, distance) if operator == "nearest_left" else (distance, back)
    is_preferred = _some(SelectorWidth((_both(selector, _at(preferred)),)))
    return _plus(INDICES, _apply("if", is_preferred, preferred, other))


def _how_many(conditions: Iterable[SOp]) -> SOp:
    start: SOp = Constant((), 0)
    return reduce(_plus, (_apply("indicator", condition) for condition in conditions), start)


def _some(width: SOp) -> SOp:
    return _apply(">=", width, 1)


def _none(width: SOp) -> SOp:
    return _apply("==", width, 0)


def _at(offset: SOp) -> SOp:
    return Select((INDICES, _plus(INDICES, offset)), "==")


def _width_near(selector: SOp, distance: int) -> SOp:
    """How many keys are selected no farther than that from the query."""
    near = (
        Select((INDICES, _apply("-", INDICES, distance)), ">="),
        Select((INDICES, _plus(INDICES, Constant((), distance))), "<="),
    )
    return SelectorWidth((reduce(_both, near, selector),))


def compared_whole(node: Select, *, is_key_whole: bool) -> SOp:
    """The comparison of a number with a whole one, by whole numbers alone."""
    keys, queries = node.arguments
    fraction = queries if is_key_whole else keys
    if node.comparison in ("==", "!="):
        floor, zero = Floor((fraction,)), Constant((), 0)
        excess = _apply("-", Ceiling((fraction,)), floor)
        equal, is_whole = ((keys, floor), (zero, excess)) if is_key_whole else ((floor, queries), (excess, zero))
        both = _both(Select(equal, "=="), Select(is_whole, "=="))
        return both if node.comparison == "==" else SelectorLogic((both,), "not")
    # A number is below a whole one if its floor is, and not above it if its ceiling is not.
    is_floor = (node.comparison in ("<", ">=")) != is_key_whole
    rounded = (Floor if is_floor else Ceiling)((fraction,))
    return Select((keys, rounded) if is_key_whole else (rounded, queries), node.comparison)


def from_start(position: SOp) -> SOp:
    """A position as counted from the start, also where it is counted from the end."""
    return _apply("if", _apply("<", position, 0), _apply("+", position, Length()), position)


def reduced(fold: Fold) -> SOp | None:
    """The fold as one reduction of all elements and the initial value, where the order of its steps does not matter.

    It is where a step adds a function of the items to the state, perhaps modulo a constant, or takes the smaller or
    larger of both. None for any other.
    """
    *sequences, initial = fold.arguments
    state, *items = fold.parameters
    step, modulus = _inlined(fold.step), None
    match step:
        case Elementwise(arguments=(inner, Constant(value=int() as found)), operator="%") if found > 0:
            step, modulus = inner, found
    operator, item = _apart_from(state, step)
    if item is None:
        return None
    is_number = all(isinstance(element_of(part.type), Int | Real) for part in (item, initial))
    is_positional = all(isinstance(part, _PER_POSITION) for part in topological([item]))
    if not is_number or not is_positional or state in topological([item]) or (modulus and operator not in ("+", "-")):
        return None
    given: dict[SOp, SOp] = dict(zip(items, sequences, strict=True))
    values = substitute(item, given)
    reduction = {"+": "sum", "-": "sum"}.get(operator, operator)
    total = Aggregate((UP_TO_HERE, values), reduction) if fold.running else Reduce((values,), reduction)
    answer = _apply(operator, initial, total)
    return answer if modulus is None else _apply("%", answer, modulus)


def _apart_from(state: SOp, step: SOp) -> tuple[str, SOp | None]:
    """The operator that a step applies to the state, and the other operand; None if the step is no such thing."""
    match step:
        case Elementwise(operator="min" | "max" as operator, arguments=arguments) if state in arguments:
            return operator, next((part for part in arguments if part != state), None)
        case Elementwise(operator="+" | "-", arguments=(first, second)):
            for found, other in ((first, second), (second, first))[: 2 if step.operator == "+" else 1]:
                if found == state:
                    return step.operator, other
                within, inner = _apart_from(state, found)
                if inner is not None and within == step.operator:
                    return within, _plus(inner, other)
    return "", None


def _inlined(step: SOp) -> SOp:
    """The step, with what the contract says in place of a cell's call."""
    calls = {call: call.meaning for call in topological([step]) if isinstance(call, CellCall) and call.meaning}
    for call, meaning in calls.items():
        ports: dict[SOp, SOp] = {
            port: call.arguments[int(port.key.removeprefix("port."))] for port in inputs_of([meaning])
        }
        step = substitute(step, {call: substitute(meaning, ports)})
    return step


def unrolled(fold: Fold, max_length: int) -> SOp:
    """The fold as a chain of steps; the items beyond the end of the sequence are absent.

    Of a running fold those beyond the query are absent as well.
    """
    *sequences, state = fold.arguments
    for position in range(max_length):
        here: SOp = Select((INDICES, Constant((), position)), "==")
        selector = _both(here, UP_TO_HERE) if fold.running else here
        items = (Aggregate((selector, sequence, Constant((), ABSENT))) for sequence in sequences)
        state = FoldStep((state, *items), fold)
    return state


def is_closed(fold: Fold) -> bool:
    """Whether the step depends on nothing but the state and the items."""
    return _reads_only(fold.step, fold.parameters, _CLOSED)


def decided(quantified: Quantified) -> SOp | None:
    """The quantifier as a function of its bounds and the length; None if its body reads more."""
    if not _reads_only(quantified.body, (quantified.variable,), (*_CLOSED, Length)):
        return None
    is_open = not _reads_only(quantified.body, (quantified.variable,), _CLOSED)
    arguments = (*quantified.arguments, Length()) if is_open else quantified.arguments
    return Decided(arguments, replace(quantified, arguments=(START, STOP)))


_PER_POSITION = (Input, Constant, Elementwise, CellCall, Lookup, Ascribe)
_CLOSED = (Constant, Elementwise, CellCall, Lookup, Ascribe, Quantified)


def _reads_only(graph: SOp, bound: Sequence[Input], kinds: tuple[type[SOp], ...]) -> bool:
    """Whether a graph consists of nodes of these kinds over inputs that are bound; so inner graphs, recursively."""
    nodes = topological([graph])
    inner = [inside for inside in map(inner_graph, nodes) if inside]
    return all(isinstance(node, kinds) or node in bound for node in nodes) and all(
        _reads_only(body, (*bound, *variables), kinds) for variables, body in inner
    )


def merged_means(node: SOp) -> SOp | None:
    """`aggregate(s, x, a) ± aggregate(s, y, b)` as `aggregate(s, x ± y, a ± b)`; None for any other node.

    It holds for numbers only.
    """
    match node:
        case Elementwise(
            arguments=(
                Aggregate(arguments=(first, *left), operator="mean"),
                Aggregate(arguments=(second, *right), operator="mean"),
            ),
            operator="+" | "-" as operator,
        ) if first == second and len(left) == len(right):
            return Aggregate((first, *(Elementwise(pair, operator) for pair in zip(left, right, strict=True))))
    return None
