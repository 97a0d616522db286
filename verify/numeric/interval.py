"""Closed intervals whose ends are exact rationals, or infinite.

The answer of an operation holds every answer that the operation has on members of its operands. Ends are exact while
they are short; longer ones are moved outward to a short number. An end is never a float, but for the two infinities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf, isinf

from ...dsl.operators import exact
from ...dsl.types import in_digits

__all__ = ["ONE", "WHOLE", "ZERO", "End", "Interval", "downward", "hull_of", "point", "stepwise", "upward"]

End = int | Fraction | float
"""A rational number, or `inf` or `-inf`."""
_LONGEST, _KEPT = 512, 256


@dataclass(frozen=True, slots=True)
class Interval:
    """All real numbers from `low` to `high`, both included where they are finite."""

    low: End
    high: End

    def __str__(self) -> str:
        return _told(self.low) if self.is_point else f"{_told(self.low)}..{_told(self.high)}"

    @property
    def is_point(self) -> bool:
        """Whether it holds one number."""
        return self.low == self.high

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are finite."""
        return not isinf(self.low) and not isinf(self.high)

    @property
    def width(self) -> End:
        """How far its ends are apart."""
        return _plus(self.high, -self.low)

    @property
    def middle(self) -> End:
        """The number in the middle of a bounded interval."""
        assert self.is_bounded, "an unbounded interval has no middle"
        return exact(Fraction(_plus(self.low, self.high)) / 2)

    def __contains__(self, number: End) -> bool:
        return self.low <= number <= self.high

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __add__(self, other: Interval) -> Interval:
        return _outward(_plus(self.low, other.low), _plus(self.high, other.high))

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        if self.is_point or other.is_point:
            corners = [_times(self.low, other.low), _times(self.high, other.high)]
        else:
            corners = [_times(x, y) for x in (self.low, self.high) for y in (other.low, other.high)]
        return _outward(min(corners), max(corners))

    def __truediv__(self, other: Interval) -> Interval:
        """The quotients by the members that are not 0; all numbers where there is nothing better."""
        if other.low < 0 < other.high or other == ZERO:
            return WHOLE
        return self * _outward(_inverted(other.high, -inf), _inverted(other.low, inf))

    def __pow__(self, exponent: int) -> Interval:
        if exponent < 0:
            return ONE / self**-exponent
        low, high = _raised(self.low, exponent), _raised(self.high, exponent)
        if exponent % 2 or self.low >= 0:
            return _outward(low, high) if exponent else ONE
        return _outward(0 if 0 in self else min(low, high), max(low, high)) if exponent else ONE

    def __abs__(self) -> Interval:
        return self if self.low >= 0 else -self if self.high <= 0 else Interval(0, max(-self.low, self.high))

    def meet(self, other: Interval) -> Interval | None:
        """What both hold; None where they are apart."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None

    def mapped(self, lower: Callable[[End], End], upper: Callable[[End], End]) -> Interval:
        """The answers of a function that never falls, bounded below and above at a point by these two."""
        return _outward(lower(self.low), upper(self.high))


WHOLE = Interval(-inf, inf)
ZERO, ONE = Interval(0, 0), Interval(1, 1)


def point(number: End) -> Interval:
    """The interval that holds one number."""
    return Interval(number, number)


def hull_of(intervals: Iterable[Interval]) -> Interval:
    """The smallest interval that holds all of at least one others."""
    parts = list(intervals)
    return Interval(min(part.low for part in parts), max(part.high for part in parts))


def stepwise(end: End, step: Callable[[int | Fraction], int]) -> End:
    """The step that a finite end stands on, such as its floor; an infinite end as it is."""
    return end if isinstance(end, float) else step(end)


def downward(number: End, bits: int = _KEPT) -> End:
    """The number or a smaller one of that many significant bits."""
    return _shortened(number, bits, floor)


def upward(number: End, bits: int = _KEPT) -> End:
    """The number or a larger one of that many significant bits."""
    return _shortened(number, bits, ceil)


def _shortened(number: End, bits: int, rounding: Callable[[Fraction], int]) -> End:
    if isinstance(number, float) or max(number.numerator.bit_length(), number.denominator.bit_length()) <= bits:
        return number
    shift = bits - number.numerator.bit_length() + number.denominator.bit_length()
    scale = Fraction(1 << shift) if shift >= 0 else Fraction(1, 1 << -shift)
    return exact(rounding(number * scale) / scale)


def _outward(low: End, high: End) -> Interval:
    return Interval(downward(low) if _is_long(low) else low, upward(high) if _is_long(high) else high)


def _is_long(end: End) -> bool:
    return not isinstance(end, float) and max(end.numerator.bit_length(), end.denominator.bit_length()) > _LONGEST


def _plus(left: End, right: End) -> End:
    if isinstance(left, float):
        return left
    return right if isinstance(right, float) else exact(left + right)


def _times(left: End, right: End) -> End:
    if left == 0 or right == 0:
        return 0
    if isinstance(left, float) or isinstance(right, float):
        return inf if (left > 0) is (right > 0) else -inf
    return exact(left * right)


def _inverted(end: End, at_zero: float) -> End:
    if isinstance(end, float):
        return 0
    return at_zero if end == 0 else exact(1 / Fraction(end))


def _raised(end: End, exponent: int) -> End:
    if isinstance(end, float):
        return end if exponent % 2 else inf
    return exact(end**exponent)


def _told(end: End) -> str:
    if isinstance(end, float):
        return ""
    return in_digits(end)
