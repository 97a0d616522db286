"""Properties of the elements up to here that take more than one accumulated value."""

from __future__ import annotations

from ...dsl.graph import Constant, SOp
from ...dsl.types import Bool, Int, Token, element_of
from .expressions import FALSE, TRUE, ZERO, applied, conj, disj, neg
from .selection import Unreadable
from .state import StateBuilder

__all__ = ["distinct_so_far", "permuted_so_far", "sorted_so_far"]

_MOST_DISTINCT = 64


def sorted_so_far(state: StateBuilder, value: SOp) -> SOp:
    """Whether the elements up to here are in order."""
    some, last = state.accumulated("last", TRUE, value)
    in_order = disj(neg(some), applied("<=", last, value))
    return state.accumulated("all", TRUE, in_order)[0]


def distinct_so_far(state: StateBuilder, value: SOp) -> SOp:
    """Whether no element up to here came twice; each value is remembered.

    Raises:
        Unreadable: if there are many values.
    """
    repeated: SOp = FALSE
    for constant in _few_values(value, "distinct"):
        is_it = applied("==", value, constant)
        (seen,) = state.accumulated("any", is_it, TRUE)
        repeated = disj(repeated, conj(is_it, seen))
    return neg(state.accumulated("any", repeated, TRUE)[0])


def permuted_so_far(state: StateBuilder, left: SOp, right: SOp) -> SOp:
    """Whether two sequences have the same elements up to here; each value is counted.

    Raises:
        Unreadable: if there are many values.
    """
    equal: SOp = TRUE
    values = dict.fromkeys((*_few_values(left, "permutation"), *_few_values(right, "permutation")))
    for constant in values:
        more, fewer = (applied("indicator", applied("==", side, constant)) for side in (left, right))
        (difference,) = state.accumulated("sum", TRUE, applied("-", more, fewer))
        equal = conj(equal, applied("==", difference, ZERO))
    return equal


def _few_values(value: SOp, what: str) -> list[Constant]:
    match element_of(value.type):
        case Bool():
            return [FALSE, TRUE]
        case Int(int() as low, int() as high) if high - low < _MOST_DISTINCT:
            return [Constant((), number) for number in range(low, high + 1)]
        case Token(tuple() as vocabulary) if len(vocabulary) <= _MOST_DISTINCT:
            return [Constant((), token) for token in vocabulary]
    raise Unreadable(f"{what} of sequences that have many values")
