"""What is known of a value over a box of inputs: the range of its values, and how fast it changes along each input.

The slope along an input is an interval that holds the derivative wherever there is one; where there is none, as of
`abs` at 0, it holds the slopes on both sides (Clarke's generalised gradient). So by the mean value theorem (Lebourg's
for such functions) f(y) − f(x) lies in Σ slope_i · (y_i − x_i) for any two points of the box.

Source: Moore, Kearfott, Cloud 2009, "Introduction to Interval Analysis", chapters 5 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor

from .interval import ONE, WHOLE, ZERO, Interval, hull_of, point, stepwise

__all__ = ["Form", "absolute", "anything", "constant", "larger", "merged", "modulo", "power", "rounded", "smaller"]

Slopes = Mapping[int, Interval]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """The range of a value, and its slopes by the number of the input, those that are not zero.

    `slopes` is None where the value is not known to be continuous, or nobody asked.
    """

    range: Interval
    slopes: Slopes | None = None

    def __neg__(self) -> Form:
        return Form(-self.range, self.scaled(point(-1)))

    def __add__(self, other: Form) -> Form:
        return Form(self.range + other.range, _summed(self.slopes, other.slopes))

    def __sub__(self, other: Form) -> Form:
        return constant(0) if other is self else self + -other

    def __mul__(self, other: Form) -> Form:
        if other is self:
            return power(self, 2)
        slopes = _summed(self.scaled(other.range), other.scaled(self.range))
        return Form(self.range * other.range, slopes)

    def __truediv__(self, other: Form) -> Form:
        quotient = self.range / other.range
        if 0 in other.range:
            return Form(quotient)
        numerator = _summed(self.slopes, other.scaled(-quotient))
        return Form(quotient, _scaled(numerator, ONE / other.range))

    def scaled(self, factor: Interval) -> Slopes | None:
        """The slopes, each times a factor: the chain rule."""
        return _scaled(self.slopes, factor)


def anything() -> Form:
    """A value of which nothing is known; each is a new one, for a shared form is a shared value."""
    return Form(WHOLE)


def constant(number: int) -> Form:
    """A number that depends on no input."""
    return Form(point(number), {})


def merged(first: Form, second: Form) -> Form:
    """One of two values, it is not known which."""
    return first if first is second else Form(hull_of((first.range, second.range)))


def power(base: Form, exponent: int) -> Form:
    """A whole power."""
    if exponent == 0:
        return constant(1)
    answer = base.range**exponent
    if exponent < 0 and 0 in base.range:
        return Form(answer)
    return Form(answer, base.scaled(point(exponent) * base.range ** (exponent - 1)))


def absolute(value: Form) -> Form:
    """The value without its sign."""
    if value.range.low >= 0:
        return value
    return -value if value.range.high <= 0 else Form(abs(value.range), value.scaled(Interval(-1, 1)))


def smaller(left: Form, right: Form) -> Form:
    """The smaller one of two values."""
    if left.range.high <= right.range.low:
        return left
    if right.range.high <= left.range.low:
        return right
    low, high = min(left.range.low, right.range.low), min(left.range.high, right.range.high)
    return Form(Interval(low, high), _either(left.slopes, right.slopes))


def larger(left: Form, right: Form) -> Form:
    """The larger one of two values."""
    return -smaller(-left, -right)


def rounded(value: Form) -> Form:
    """The nearest whole number, the even one of two."""
    low, high = stepwise(value.range.low, round), stepwise(value.range.high, round)
    return Form(Interval(low, high), {} if low == high else None)


def modulo(left: Form, right: Form) -> Form:
    """What is left of a division whose quotient is rounded down; its sign is the divisor's."""
    if 0 in right.range:
        return Form(Interval(min(right.range.low, 0), max(right.range.high, 0)))
    quotient = left.range / right.range
    low, high = stepwise(quotient.low, floor), stepwise(quotient.high, floor)
    if low == high and isinstance(low, int):
        return left - constant(low) * right
    return Form(hull_of((ZERO, right.range)))


def _scaled(slopes: Slopes | None, factor: Interval) -> Slopes | None:
    return None if slopes is None else {place: slope * factor for place, slope in slopes.items()}


def _summed(left: Slopes | None, right: Slopes | None) -> Slopes | None:
    if left is None or right is None:
        return None
    return {place: left.get(place, ZERO) + right.get(place, ZERO) for place in {**left, **right}}


def _either(left: Slopes | None, right: Slopes | None) -> Slopes | None:
    if left is None or right is None:
        return None
    return {place: hull_of((left.get(place, ZERO), right.get(place, ZERO))) for place in {**left, **right}}
