"""The table of operators: exact answers, and the types that they have."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.dsl.operators import OPERATORS, compare, exact
from stdcell.dsl.types import Bool, Element, Int, Real, Token, Unknown, Value, contains

HALF = Fraction(1, 2)
ANSWERS: list[tuple[str, tuple[Value, ...], Value]] = [
    ("+", (Fraction(1, 10), Fraction(1, 5)), Fraction(3, 10)),
    ("+", ("ab", "c"), "abc"),
    ("-", (1, 3), -2),
    ("*", (HALF, 2), 1),
    ("/", (6, 3), 2),
    ("/", (1, 3), Fraction(1, 3)),
    ("%", (7, 3), 1),
    ("%", (-1, 3), 2),
    ("%", (1, -3), -2),
    ("%", (Fraction(5, 2), 1), HALF),
    ("^", (2, 10), 1024),
    ("^", (2, -1), HALF),
    ("^", (0, 0), 1),
    ("^", (-1, 4096), 1),
    ("round", (HALF,), 0),
    ("round", (Fraction(3, 2),), 2),
    ("round", (Fraction(5, 2),), 2),
    ("round", (Fraction(-5, 2),), -2),
    ("round", (Fraction(26, 10),), 3),
    ("abs", (-HALF,), HALF),
    ("negate", (3,), -3),
    ("min", (2, 1), 1),
    ("max", (2, HALF), 2),
    ("and", (True, False), False),
    ("or", (True, False), True),
    ("not", (True,), False),
    ("if", (True, 1, 2), 1),
    ("if", (False, "a", "b"), "b"),
    ("indicator", (True,), 1),
    ("indicator", (False,), 0),
    ("indicator", ("a",), 1),
    ("==", (1, Fraction(2, 2)), True),
    ("==", ("1", 1), False),
    ("<", ("a", "b"), True),
    (">=", (HALF, 1), False),
]


@pytest.mark.parametrize(("operator", "operands", "answer"), ANSWERS)
def test_an_operator_answers_exactly(operator: str, operands: tuple[Value, ...], answer: Value) -> None:
    assert OPERATORS[operator].apply(*operands) == answer


@pytest.mark.parametrize(
    ("operator", "operands"),
    [("*", (HALF, 2)), ("/", (6, 3)), ("+", (HALF, HALF)), ("^", (HALF, -1)), ("%", (HALF, HALF)), ("-", (HALF, HALF))],
)
def test_a_whole_answer_is_an_int(operator: str, operands: tuple[Value, ...]) -> None:
    assert isinstance(OPERATORS[operator].apply(*operands), int)


@pytest.mark.parametrize(
    ("operator", "operands", "message"),
    [
        ("+", ("a", 1), "the token 'a' is not a number"),
        ("-", (1, "a"), "the token 'a' is not a number"),
        ("round", ("a",), "the token 'a' is not a number"),
        ("<", ("a", 1), "'a' and 1 have no order"),
        (">=", (HALF, "a"), "0.5 and 'a' have no order"),
        ("^", (2, HALF), "the exponent 1/2 is not a whole number"),
        ("^", (2, 99_999_999), "the exponent is larger than 4096"),
        ("^", (10**999, 4096), "the number has more than 4000 digits"),
        ("*", (10**4000, 10**4000), "the number has more than 4000 digits"),
        ("+", (Fraction(1, 10**4000), Fraction(1, 3**9000)), "the number has more than 4000 digits"),
        ("+", ("a" * 9000, "b" * 9000), "the token has more than 10000 characters"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_operator_refuses_what_it_is_not_defined_on(
    operator: str, operands: tuple[Value, ...], message: str
) -> None:
    with pytest.raises(TypeError) as error:
        OPERATORS[operator].apply(*operands)
    assert str(error.value) == message


@pytest.mark.parametrize(("operator", "operands"), [("/", (1, 0)), ("%", (1, 0)), ("^", (0, -1))])
def test_nothing_is_divided_by_zero(operator: str, operands: tuple[Value, ...]) -> None:
    with pytest.raises(ZeroDivisionError):
        OPERATORS[operator].apply(*operands)


@pytest.mark.parametrize(
    ("operator", "operands", "expected"),
    [
        ("+", (Int(0, 3), Int(1, 2)), Int(1, 5)),
        ("+", (Int(0, None), Int(1, 1)), Int(1, None)),
        ("+", (Int(0, 3), Real(HALF, HALF)), Real(HALF, Fraction(7, 2))),
        ("+", (Token(("a",)), Token(("b",))), Token()),
        ("+", (Token(), Int()), None),
        ("+", (Bool(), Int()), None),
        ("-", (Int(0, 3), Int(1, 2)), Int(-2, 2)),
        ("*", (Int(-2, 3), Int(-5, 4)), Int(-15, 12)),
        ("*", (Int(0, None), Int(0, None)), Int(0, None)),
        ("*", (Int(-1, None), Int(0, None)), Int()),
        ("*", (Int(0, 10**4000), Int(0, 10**4000)), Int(0, None)),
        ("/", (Int(0, 4), Int(2, 2)), Real(0, 2)),
        ("/", (Int(0, 4), Int(1, 2)), Real()),
        ("%", (Int(), Int(1, 5)), Int(0, 4)),
        ("%", (Int(), Int()), Int()),
        ("^", (Int(0, 3), Int(0, 2)), Int(0, 9)),
        ("^", (Int(0, 3), Int(0, 10**9)), Int(0, None)),
        ("^", (Int(0, 3), Int(-1, 2)), Real()),
        ("^", (Int(), Real()), None),
        ("min", (Int(0, 9), Int(3, 5)), Int(0, 5)),
        ("max", (Int(0, 9), Int(3, 5)), Int(3, 9)),
        ("round", (Real(HALF, Fraction(5, 2)),), Int(0, 2)),
        ("abs", (Int(-3, 2),), Int(0, 3)),
        ("indicator", (Bool(),), Int(0, 1)),
        ("indicator", (Int(),), None),
        ("and", (Bool(), Unknown()), Bool()),
        ("and", (Bool(), Int()), None),
        ("==", (Int(), Real()), Bool()),
        ("==", (Int(), Token()), None),
        ("<", (Bool(), Bool()), None),
        ("<", (Token(), Token()), Bool()),
        ("if", (Bool(), Int(0, 0), Int(5, 5)), Int(0, 5)),
        ("if", (Bool(), Int(), Token()), None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_operator_has_the_type_of_its_answers(
    operator: str, operands: tuple[Element, ...], expected: Element | None
) -> None:
    assert OPERATORS[operator].result(*operands) == expected


INTERVALS = st.tuples(st.integers(-6, 6), st.integers(-6, 6)).map(lambda ends: Int(min(ends), max(ends)))


@given(st.sampled_from(["+", "-", "*", "min", "max"]), INTERVALS, INTERVALS, st.data())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_an_answer_belongs_to_the_type_that_was_inferred(
    operator: str, left: Int, right: Int, data: st.DataObject
) -> None:
    a = data.draw(st.integers(left.low, left.high))
    b = data.draw(st.integers(right.low, right.high))
    inferred = OPERATORS[operator].result(left, right)
    assert inferred is not None
    assert contains(inferred, OPERATORS[operator].apply(a, b))


@pytest.mark.parametrize(("value", "expected"), [(Fraction(4, 2), 2), (HALF, HALF), (3, 3)])
def test_a_whole_fraction_is_an_int(value: int | Fraction, expected: int | Fraction) -> None:
    assert (exact(value), type(exact(value))) == (expected, type(expected))


@pytest.mark.parametrize(
    ("symbol", "left", "right", "holds"),
    [
        ("==", 1, 1, True),
        ("!=", 1, 1, False),
        ("<", 1, 2, True),
        ("<=", 2, 2, True),
        (">", 1, 2, False),
        (">=", 1, 2, False),
    ],
)
def test_a_comparison_is_read_from_left_to_right(symbol: str, left: int, right: int, holds: bool) -> None:
    assert compare(symbol, left, right) is holds
