"""Rational bounds of functions that have no rational answers, each proved by the remainder of its series.

1. *At a point*: the argument is brought near 0 by exact identities, a series is summed in whole numbers, without
   rounding, and what its remainder can be is added. The bounds keep `_BITS` significant bits, moved outward.
2. *On an interval*: `exp`, `log`, `sqrt`, `tanh` and `atan` never fall, so their bounds at the ends serve. A cosine has
   its extremes at whole multiples of π: `cos_turns(u)` is cos(πu), whose extremes are at whole u, so that no multiple
   of π is ever rounded.

Every series here lies between its sum and that sum with the size of its last term added: of an alternating one whose
terms shrink and whose last is subtracted these are two partial sums that follow one another; of exp, on 0..1/2, and of
artanh, on 0..1/3, all terms that are left out come to less than the last one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, factorial, floor, inf, isqrt, lcm

from ...dsl.operators import exact
from .interval import ONE, End, Interval, downward, hull_of, point, upward

__all__ = ["PI", "atan_of", "cos_turns", "exp_of", "log_of", "sqrt_of", "tanh_of"]

_BITS = 96
_LARGEST_EXPONENT = 4096
Number = int | Fraction


@dataclass(frozen=True, slots=True)
class _Series:
    """z^first/d(0) ± z^(first + step)/d(1) + …; `weights` are signed, and stand over their common denominator."""

    first: int
    step: int
    weights: tuple[int, ...]
    unit: int

    def at(self, z: Fraction) -> Interval:
        """Bounds of what the series comes to, for z that is not negative."""
        numerator, denominator = z.numerator**self.step, z.denominator**self.step
        total, scale = 0, 1
        for weight in reversed(self.weights):
            total = weight * scale + total * numerator
            scale *= denominator
        last = abs(self.weights[-1]) * numerator ** (len(self.weights) - 1)
        head = z.numerator**self.first
        return _between(
            total * head, (total + last) * head, self.unit * scale // denominator * z.denominator**self.first
        )


def _series(first: int, step: int, divisors: list[int], *, alternates: bool) -> _Series:
    assert not alternates or len(divisors) % 2 == 0, "the last term is subtracted"
    unit = lcm(*divisors)
    signed = (unit // divisor * (-1 if alternates and n % 2 else 1) for n, divisor in enumerate(divisors))
    return _Series(first, step, tuple(signed), unit)


_COSINE = _series(0, 2, [factorial(2 * n) for n in range(14)], alternates=True)
_SINE = _series(1, 2, [factorial(2 * n + 1) for n in range(14)], alternates=True)
_EXPONENTIAL = _series(0, 1, [factorial(n) for n in range(24)], alternates=False)
_ARCTANGENT = _series(1, 2, [2 * n + 1 for n in range(48)], alternates=True)
_ARTANH = _series(1, 2, [2 * n + 1 for n in range(32)], alternates=False)


def _between(low: int, high: int, denominator: int) -> Interval:
    """The interval from one ratio to another, moved outward to few bits."""
    shift = max(0, _BITS + denominator.bit_length() - high.bit_length())
    below, above = (low << shift) // denominator, -((-high << shift) // denominator)
    return Interval(exact(Fraction(below, 1 << shift)), exact(Fraction(above, 1 << shift)))


def _rising(series: _Series, low: Number, high: Number) -> Interval:
    """The answers between two points of a series that never falls, over short numbers around them."""
    return Interval(series.at(_short(low, downward)).low, series.at(_short(high, upward)).high)


def _short(number: Number, rounding: Callable[[End, int], End]) -> Fraction:
    return Fraction(rounding(number, _BITS))


def _finite(end: End) -> Number:
    assert not isinstance(end, float), "an end of a bounded interval is finite"
    return end


PI = point(16) * _ARCTANGENT.at(Fraction(1, 5)) - point(4) * _ARCTANGENT.at(Fraction(1, 239))
"""Machin's formula: π = 16 atan(1/5) − 4 atan(1/239)."""


def cos_turns(u: Interval) -> Interval:
    """cos(πu); its extremes are at whole u."""
    if not u.is_bounded or u.width >= 2:
        return Interval(-1, 1)
    low, high = _finite(downward(u.low, _BITS)), _finite(upward(u.high, _BITS))
    extremes = (point(-1 if turn % 2 else 1) for turn in range(ceil(low), floor(high) + 1))
    return hull_of((_cos_turns_at(low), _cos_turns_at(high), *extremes))


@lru_cache(maxsize=100_000)
def _cos_turns_at(u: Number) -> Interval:
    """cos(πu) at a point, by its symmetries from an eighth of a turn."""
    turned = abs(Fraction(u)) % 2
    u = 2 - turned if turned > 1 else turned
    if 2 * u > 1:
        return -_cos_turns_at(1 - u)
    if u == 0 or 2 * u == 1:
        return point(1 if u == 0 else 0)
    if 4 * u <= 1:
        angle = point(u) * PI
        least, most = _short(_finite(angle.low), downward), _short(_finite(angle.high), upward)
        return Interval(_COSINE.at(most).low, _COSINE.at(least).high)
    angle = point(Fraction(1, 2) - u) * PI
    return _rising(_SINE, _finite(angle.low), _finite(angle.high))


def sqrt_of(value: Interval) -> Interval:
    """The root of a number that is not negative."""
    assert value.low >= 0, "asked by who has looked"
    return value.mapped(lambda end: _root(end, 0), lambda end: _root(end, 1))


def _root(end: End, above: int) -> End:
    """The root where it is short, else a number below it or above it."""
    if isinstance(end, float):
        return end
    shift = max(0, _BITS - (end.numerator.bit_length() - end.denominator.bit_length()) // 2)
    scaled = Fraction(end) * (1 << 2 * shift)
    below = isqrt(floor(scaled))
    return exact(Fraction(below if below * below == scaled else below + above, 1 << shift))


def exp_of(value: Interval) -> Interval:
    """The power of e; far from 0 it is only known to be positive, or more than 1."""
    return value.mapped(lambda end: _exp_at(end).low, lambda end: _exp_at(end).high)


@lru_cache(maxsize=10_000)
def _exp_at(end: End) -> Interval:
    """e^x = (e^(x/2^n))^(2^n), and e^(−x) = 1/e^x."""
    if end < 0:
        return ONE / _exp_at(-end)
    if isinstance(end, float) or end > _LARGEST_EXPONENT:
        return Interval(1, inf)
    halvings = (2 * ceil(end)).bit_length()
    near = Fraction(end) / (1 << halvings)
    answer = _rising(_EXPONENTIAL, near, near)
    for _ in range(halvings):
        answer = Interval(downward(answer.low * answer.low, _BITS), upward(answer.high * answer.high, _BITS))
    return answer


def log_of(value: Interval) -> Interval:
    """The natural logarithm of a number that is positive."""
    assert value.low > 0, "asked by who has looked"
    return value.mapped(lambda end: _log_at(end).low, lambda end: _log_at(end).high)


@lru_cache(maxsize=10_000)
def _log_at(end: End) -> Interval:
    """log(m·2^e) = 2 artanh((m−1)/(m+1)) + e·log 2, with m of 1..2."""
    if isinstance(end, float):
        return point(end)
    exponent = end.numerator.bit_length() - end.denominator.bit_length()
    exponent -= 1 if end < _two_to(exponent) else 0
    mantissa = Fraction(end) / _two_to(exponent)
    z = (mantissa - 1) / (mantissa + 1)
    log_2 = point(2) * _ARTANH.at(Fraction(1, 3))
    return point(2) * _rising(_ARTANH, z, z) + point(exponent) * log_2


def _two_to(exponent: int) -> Fraction:
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def tanh_of(value: Interval) -> Interval:
    """The hyperbolic tangent, 1 − 2/(e^2x + 1)."""
    return ONE - point(2) / (exp_of(point(2) * value) + ONE)


def atan_of(value: Interval) -> Interval:
    """The angle whose tangent a number is, between −π/2 and π/2."""
    return value.mapped(lambda end: _atan_at(end).low, lambda end: _atan_at(end).high)


@lru_cache(maxsize=10_000)
def _atan_at(end: End) -> Interval:
    """atan(x) = π/2 − atan(1/x) above 1, and atan(x) = π/4 − atan((1−x)/(1+x)) above 1/2."""
    if end < 0:
        return -_atan_at(-end)
    if isinstance(end, float):
        return PI / point(2)
    if end > 1:
        return PI / point(2) - _atan_at(1 / Fraction(end))
    if 2 * end > 1:
        return PI / point(4) - _atan_at((1 - Fraction(end)) / (1 + Fraction(end)))
    return _rising(_ARCTANGENT, end, end)
