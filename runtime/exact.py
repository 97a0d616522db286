"""What nodes mean that read more than one position or a table, in exact values.

The interpreter adds the place in the text to what these functions raise; the compiler tabulates them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from ..dsl.graph import Lookup
from ..dsl.operators import exact, is_printable
from ..dsl.types import Value, in_digits

__all__ = ["aggregated", "answer_to_nothing", "element_at", "looked_up", "quoted", "total"]

Chosen = Sequence[tuple[int, Value]]
"""The selected values, each after the position of its key."""


def aggregated(operator: str, position: int, selected: Sequence[Value], values: Sequence[Value]) -> Value:
    """What an aggregation makes of the selected values, at least one, for the query at a position.

    Raises:
        TypeError: if it is not defined on them.
    """
    pairs = zip(values, selected, strict=True)
    chosen = [(place, value) for place, (value, is_selected) in enumerate(pairs) if is_selected]
    match operator:
        case "mean":
            return _mean([value for _, value in chosen], values)
        case "nearest_left":
            return min(chosen, key=lambda pair: (abs(pair[0] - position), pair[0]))[1]
        case "nearest_right":
            return min(chosen, key=lambda pair: (abs(pair[0] - position), -pair[0]))[1]
    return _IN_ORDER[operator]([value for _, value in chosen])


def answer_to_nothing(operator: str) -> Value | None:
    """What an aggregation without a default answers where nothing is selected; None where it does not."""
    return _OF_NOTHING.get(operator)


def _mean(chosen: Sequence[Value], values: Sequence[Value]) -> Value:
    """One value as it is, the mean of several numbers; booleans count as numbers only among numbers."""
    if len(chosen) == 1:
        return chosen[0]
    if any(isinstance(value, str) for value in chosen):
        raise TypeError(f"the mean of the tokens {', '.join(map(repr, chosen))} is not defined")
    if all(isinstance(value, bool) for value in values):
        raise TypeError(f"the mean of the booleans {', '.join(map(repr, chosen))} is not defined")
    return exact(Fraction(_added(chosen)) / len(chosen))


def total(values: Sequence[Value]) -> Value:
    """The sum of numbers.

    Raises:
        TypeError: if there are tokens among them.
    """
    if any(isinstance(value, str) for value in values):
        raise TypeError("the sum of tokens is not defined")
    added = exact(_added(values))
    if not is_printable(added):
        raise TypeError("the number has more than 4000 digits")
    return added


def _added(numbers: Sequence[Value]) -> int | Fraction:
    return sum(numbers)  # type: ignore[arg-type]


def _ordered(function: Callable[[Sequence[Value]], Value]) -> Callable[[Sequence[Value]], Value]:
    def apply(values: Sequence[Value]) -> Value:
        if len({isinstance(value, str) for value in values}) > 1:
            raise TypeError("tokens and numbers have no order")
        return function(values)

    return apply


_IN_ORDER: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "sum": total,
    "min": _ordered(min),
    "max": _ordered(max),
    "any": any,
    "all": all,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
}
_OF_NOTHING: Mapping[str, Value] = {"sum": 0, "any": False, "all": True}


def element_at(sequence: Sequence[Value], position: Value) -> Value:
    """The element of a sequence at a position; a negative one counts from the end.

    Raises:
        TypeError: if the position is no whole number, or there is none there.
    """
    if not isinstance(position, int):
        raise TypeError(f"the position {quoted(position)} is not a whole number")
    if not -len(sequence) <= position < len(sequence):
        raise TypeError(f"position {int(position)} is outside a sequence of length {len(sequence)}")
    return sequence[position]


def looked_up(node: Lookup, operands: Sequence[Value]) -> Value:
    """The answer of a table.

    Raises:
        TypeError: if it has no entry for the operands.
    """
    entries = _entries(node)
    if tuple(operands) not in entries:
        raise TypeError(f"the table has no entry for {', '.join(map(quoted, operands))}")
    return entries[tuple(operands)]


@lru_cache(maxsize=1024)
def _entries(node: Lookup) -> Mapping[tuple[Value, ...], Value]:
    return dict(node.entries)


def quoted(value: Value) -> str:
    """A value as a program writes it."""
    return in_digits(value) if isinstance(value, Fraction) else repr(value)
