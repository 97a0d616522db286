"""Intervals hold every answer of their operations, exactly where ends are short."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.verify.numeric.form import Form, modulo, rounded
from stdcell.verify.numeric.interval import WHOLE, Interval, point

HALF = Fraction(1, 2)
EXACT = {
    "sum": (Interval(0, 1) + Interval(-2, 3), Interval(-2, 4)),
    "difference": (Interval(0, 1) - Interval(-2, 3), Interval(-3, 3)),
    "product of two signs": (Interval(-1, 2) * Interval(-3, 4), Interval(-6, 8)),
    "product with a point": (Interval(-1, 2) * point(-3), Interval(-6, 3)),
    "nothing times all numbers": (point(0) * WHOLE, point(0)),
    "quotient": (Interval(1, 2) / Interval(2, 4), Interval(Fraction(1, 4), 1)),
    "quotient by what reaches 0": (point(1) / Interval(0, 2), Interval(HALF, inf)),
    "quotient by what falls to 0": (point(1) / Interval(-2, 0), Interval(-inf, -HALF)),
    "quotient by both signs": (point(1) / Interval(-1, 1), WHOLE),
    "quotient by nothing but 0": (point(1) / point(0), WHOLE),
    "even power over 0": (Interval(-2, 1) ** 2, Interval(0, 4)),
    "odd power": (Interval(-2, 1) ** 3, Interval(-8, 1)),
    "power 0": (Interval(-2, 1) ** 0, point(1)),
    "negative power": (Interval(2, 4) ** -1, Interval(Fraction(1, 4), HALF)),
    "magnitude": (abs(Interval(-2, 1)), Interval(0, 2)),
}


@pytest.mark.parametrize(("found", "expected"), EXACT.values(), ids=EXACT.keys())
def test_an_operation_on_short_ends_is_exact(found: Interval, expected: Interval) -> None:
    assert found == expected


STEPS = {
    "within one step": (modulo(Form(Interval(3, Fraction(7, 2))), Form(point(2))), Interval(1, Fraction(3, 2))),
    "over a step": (modulo(Form(Interval(1, 3)), Form(point(2))), Interval(0, 2)),
    "by a negative number": (modulo(Form(Interval(1, 3)), Form(point(-2))), Interval(-2, 0)),
    "by what may be 0": (modulo(Form(Interval(1, 3)), Form(Interval(0, 2))), Interval(0, 2)),
    "halves go to the even number": (rounded(Form(Interval(HALF, 3 * HALF))), Interval(0, 2)),
}


@pytest.mark.parametrize(("found", "expected"), STEPS.values(), ids=STEPS.keys())
def test_steps_are_followed(found: Form, expected: Interval) -> None:
    assert found.range == expected


def test_long_ends_move_outward() -> None:
    third = point(Fraction(1, 3)) ** 1000
    assert third.low < Fraction(1, 3) ** 1000 < third.high
    assert third.width < Fraction(1, 3) ** 1000 / 2**200


NUMBERS = st.fractions(-8, 8, max_denominator=12)
INTERVALS = st.builds(lambda a, b: Interval(min(a, b), max(a, b)), NUMBERS, NUMBERS)
SHARES = st.fractions(0, 1, max_denominator=5)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(left=INTERVALS, right=INTERVALS, at_left=SHARES, at_right=SHARES, exponent=st.integers(-3, 5))
def test_the_answer_on_members_is_a_member(
    left: Interval, right: Interval, at_left: Fraction, at_right: Fraction, exponent: int
) -> None:
    x, y = (Fraction(part.low) + at * Fraction(part.width) for part, at in ((left, at_left), (right, at_right)))
    assert x + y in left + right
    assert x * y in left * right
    assert y == 0 or x / y in left / right
    assert x == 0 or x**exponent in left**exponent
    assert y == 0 or x % y in modulo(Form(left), Form(right)).range
    assert round(x) in rounded(Form(left)).range
