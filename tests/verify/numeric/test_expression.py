"""Formulas read as trees: their bounds, their parts and what is refused."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.errors import VerificationError
from stdcell.verify.numeric.expression import Expression, UndefinedValue
from stdcell.verify.numeric.form import Form
from stdcell.verify.numeric.interval import ONE, Interval, point

VALUES = {
    "decimals are what they say": ("0.1 + 0.2", Fraction(3, 10)),
    "an exponent of ten": ("2.5e-3", Fraction(1, 400)),
    "signs and powers": ("-2**2 + (-2)**3", -12),
    "a whole turn": ("cos(2*pi*13*(5 + 6 - 11)/37)", 1),
    "a half turn": ("cos(pi)", -1),
    "a quarter turn": ("sin(3*pi/2)", -1),
    "smaller and larger": ("Min(1, 2) + Max(1, 2) + Abs(-3)", 6),
    "root of a square": ("sqrt(9) + 4**(1/2)", 5),
}


@pytest.mark.parametrize(("text", "value"), VALUES.values(), ids=VALUES.keys())
def test_a_rational_value_is_exact(text: str, value: int | Fraction) -> None:
    assert Expression(text).over({}).range == point(value)


REFUSED = {
    "text": ("x +", "does not read"),
    "unknown function": ("gamma(x)", "no function 'gamma' has bounds"),
    "a near name": ("coss(x)", "did you mean 'cos'"),
    "attribute": ("x.__class__", "holds what is no number: Attribute"),
    "call of a call": ("(lambda: 1)()", "no function"),
    "comparison": ("x < 1", "holds what is no number: Compare"),
    "string": ("'x'", "expected a number"),
    "imaginary": ("2j", "expected a number"),
    "operator": ("x % 2", "has an operator that has no bounds"),
    "arguments": ("cos(x, 1)", "cos takes 1 arguments, found 2"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_formula_is_refused(text: str, message: str) -> None:
    with pytest.raises(VerificationError, match=message):
        Expression(text)


@pytest.mark.parametrize("text", ["1/x", "sqrt(x)", "log(x)", "x**(1/3)", "x**-1", "tan(pi*x)", "9**99999"])
def test_a_value_that_may_be_missing_is_told(text: str) -> None:
    with pytest.raises(UndefinedValue):
        Expression(text).over({"x": Form(Interval(-1, 1))})


def test_names_come_in_the_order_of_the_text() -> None:
    assert Expression("cos(b) + pi*a*b - E").names == ("b", "a")


def test_equal_parts_give_equal_values() -> None:
    read = Expression("2*cos(2*pi*3*(a + b - c)/7) + 0.5*cos(2*pi*(a + b - c)/7)")
    assert read.parts_at({"a": 1, "b": 2, "c": 3}) == read.parts_at({"a": 4, "b": 0, "c": 4}) == (0,)
    assert read.from_parts((0,)) == point(Fraction(5, 2))


TEXTS = st.recursive(
    st.sampled_from(["x", "y", "0.7", "2"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("{}({})".format, st.sampled_from(["sin", "cos", "tanh", "atan", "Abs"]), inner),
        st.builds("exp(-Abs({}))".format, inner),
        st.builds("sqrt(1 + {}**2)".format, inner),
        st.builds("log(2 + cos({}))".format, inner),
        st.builds("cos(pi*{})".format, inner),
    ),
    max_leaves=5,
)
ENDS = st.fractions(-2, 2, max_denominator=8)
BOXES = st.builds(lambda a, b: Interval(min(a, b), max(a, b)), ENDS, ENDS)
SHARES = st.fractions(0, 1, max_denominator=4)
NAMES = {name: getattr(mpmath, name) for name in ("sin", "cos", "tanh", "atan", "exp", "sqrt", "log", "pi")}


def in_high_precision(text: str, at: dict[str, Fraction]) -> Fraction:
    """What mpmath computes of the text with 60 digits."""
    with mpmath.workdps(60):
        exact = text.replace("0.7", "(mpf(7)/10)")
        numbers = {name: mpmath.mpf(x.numerator) / x.denominator for name, x in at.items()}
        value = eval(exact, {"__builtins__": {}, "mpf": mpmath.mpf, "Abs": abs, **NAMES}, numbers)
        return Fraction(int(mpmath.floor(mpmath.mpf(value) * mpmath.mpf(10) ** 50)), 10**50)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(text=TEXTS, boxes=st.tuples(BOXES, BOXES), shares=st.tuples(SHARES, SHARES), others=st.tuples(SHARES, SHARES))
def test_a_box_holds_every_value_and_its_slopes_every_difference(
    text: str,
    boxes: tuple[Interval, Interval],
    shares: tuple[Fraction, Fraction],
    others: tuple[Fraction, Fraction],
) -> None:
    found = Expression(text).over(
        {name: Form(box, {place: ONE}) for place, (name, box) in enumerate(zip("xy", boxes, strict=True))}
    )
    points = [
        {name: Fraction(box.low) + at * Fraction(box.width) for name, box, at in zip("xy", boxes, where, strict=True)}
        for where in (shares, others)
    ]
    slack = Interval(Fraction(-1, 10**40), Fraction(1, 10**40))
    first, second = (in_high_precision(text, at) for at in points)
    assert first in found.range + slack
    assert second in found.range + slack
    assert found.slopes is not None
    steps = [point(points[1][name] - points[0][name]) for name in "xy"]
    change = sum((slope * steps[place] for place, slope in found.slopes.items()), slack)
    assert second - first in change
