"""The bounds of functions without rational answers, against mpmath at 60 digits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.verify.numeric.interval import Interval, point
from stdcell.verify.numeric.transcendental import PI, atan_of, cos_turns, exp_of, log_of, sqrt_of, tanh_of

Function = Callable[[Interval], Interval]
Real = Callable[[mpmath.mpf], mpmath.mpf]
ANY, POSITIVE = st.fractions(-40, 40), st.fractions(Fraction(1, 10**6), 10**6)
FUNCTIONS: dict[str, tuple[Function, Real, st.SearchStrategy[Fraction]]] = {
    "cos": (cos_turns, mpmath.cospi, ANY),
    "exp": (exp_of, mpmath.exp, ANY),
    "log": (log_of, mpmath.log, POSITIVE),
    "sqrt": (sqrt_of, mpmath.sqrt, POSITIVE),
    "tanh": (tanh_of, mpmath.tanh, ANY),
    "atan": (atan_of, mpmath.atan, ANY),
}


def in_high_precision(function: Real, x: Fraction) -> Fraction:
    """The function at a point, to 60 digits."""
    with mpmath.workdps(60):
        value = function(mpmath.mpf(x.numerator) / x.denominator)
        return Fraction(int(mpmath.floor(value * mpmath.mpf(10) ** 50)), 10**50)


@pytest.mark.parametrize(("bounds", "function", "points"), FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_the_bounds_at_a_point_are_around_the_answer_and_near(
    bounds: Function, function: Real, points: st.SearchStrategy[Fraction]
) -> None:
    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(x=points)
    def check(x: Fraction) -> None:
        right, found = in_high_precision(function, x), bounds(point(x))
        slack = Fraction(1, 10**48) * (1 + abs(right))
        assert found.low - slack <= right <= found.high + slack
        assert found.width <= Fraction(1, 10**15) * (1 + abs(right))

    check()


@pytest.mark.parametrize(("bounds", "function", "points"), FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_the_bounds_on_an_interval_hold_the_answers_within(
    bounds: Function, function: Real, points: st.SearchStrategy[Fraction]
) -> None:
    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(first=points, second=points, share=st.fractions(0, 1))
    def check(first: Fraction, second: Fraction, share: Fraction) -> None:
        low, high = min(first, second), max(first, second)
        right = in_high_precision(function, low + share * (high - low))
        found = bounds(Interval(low, high))
        slack = Fraction(1, 10**48) * (1 + abs(right))
        assert found.low - slack <= right <= found.high + slack

    check()


EXACT = {
    "exp of 0": (exp_of(point(0)), point(1)),
    "log of 1": (log_of(point(1)), point(0)),
    "root of a square": (sqrt_of(point(Fraction(9, 4))), point(Fraction(3, 2))),
    "cos of no turn": (cos_turns(point(0)), point(1)),
    "cos of a quarter": (cos_turns(point(Fraction(7, 2))), point(0)),
    "cos of a half": (cos_turns(point(-3)), point(-1)),
    "cos of a whole turn": (cos_turns(Interval(0, 2)), Interval(-1, 1)),
    "cos over its top": (cos_turns(Interval(Fraction(-1, 2), Fraction(1, 2))), Interval(0, 1)),
    "tanh of 0": (tanh_of(point(0)), point(0)),
    "atan of 0": (atan_of(point(0)), point(0)),
}


@pytest.mark.parametrize(("found", "expected"), EXACT.values(), ids=EXACT.keys())
def test_answers_that_are_rational_are_exact(found: Interval, expected: Interval) -> None:
    assert found == expected


def test_pi_is_known_to_twenty_five_digits() -> None:
    digits = Fraction(314159265358979323846264338327950288, 10**35)
    assert PI.low < digits < PI.high
    assert PI.width < Fraction(1, 10**25)
