"""Which value may go where, and how types are written."""

from __future__ import annotations

from fractions import Fraction

import pytest

from stdcell.dsl.checking.type_expressions import read_type
from stdcell.dsl.types import (
    Bool,
    Element,
    Fit,
    Int,
    Real,
    Selector,
    Seq,
    Token,
    Type,
    Unknown,
    Value,
    Vector,
    contains,
    fit,
    hull,
    is_numeric,
    meet,
)
from stdcell.errors import LanguageError

HALF = Fraction(1, 2)
WRITTEN = [
    ("bool", Bool()),
    ("int", Int()),
    ("int 0..9", Int(0, 9)),
    ("int -3..3", Int(-3, 3)),
    ("real", Real()),
    ("real -0.5..2", Real(-HALF, 2)),
    ("real 0.05..10.25", Real(Fraction(1, 20), Fraction(41, 4))),
    ("token", Token()),
    ('token {"a", "b"}', Token(("a", "b"))),
    ("vector[8]", Vector(8)),
    ("seq[int 0..9]", Seq(Int(0, 9))),
    ('seq[token {"("}]', Seq(Token(("(",)))),
    ("seq[vector[2]]", Seq(Vector(2))),
]


@pytest.mark.parametrize(("text", "type_"), WRITTEN)
def test_a_type_is_read_as_it_is_written(text: str, type_: Type) -> None:
    assert read_type(text) == type_


@pytest.mark.parametrize(("text", "type_"), WRITTEN)
def test_a_type_is_written_as_it_is_read(text: str, type_: Type) -> None:
    assert str(type_) == text


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (Int(0, None), "int 0.."),
        (Int(None, 4), "int ..4"),
        (Real(Fraction(1, 3), 1), "real 1/3..1"),
        (Unknown(), "token or number"),
        (Selector(), "selector"),
    ],
)
def test_a_type_that_no_program_declares_still_reads_well(type_: Type, text: str) -> None:
    assert str(type_) == text


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("integer", 1, "unknown type 'integer'", "did you mean 'int'?"),
        ("list[int]", 1, "unknown type 'list'", "write seq[int 0..9], for example"),
        ("digits", 1, "unknown type 'digits'", "the types are bool, int, real, token, seq, vector"),
        ("seq", 1, "'seq' needs what it holds", "write seq[int 0..9]"),
        ("vector", 1, "'vector' needs what it holds", "write vector[8]"),
        ("seq[3]", 1, "'seq' needs what it holds", "write seq[int 0..9]"),
        ("int[3]", 1, "'int' has no brackets", "only seq and vector do"),
        ("vector[0]", 1, "a vector has at least 1 coordinate", None),
        ("seq[seq[int]]", 5, "a sequence holds scalars, found seq[int]", "an element is one number, token or boolean"),
        ("int 9..0", 1, "the range 9..0 is empty", "write 0..9"),
        ("bool 0..1", 1, "'bool' has no range", "only int and real do"),
        ("int 0..1.5", 1, "the bounds of an int are whole numbers", "use real for others"),
        ('token {"a", "b", "a"}', 1, "the token 'a' is listed twice", None),
    ],
)
def test_a_type_that_means_nothing_is_a_fault(text: str, column: int, message: str, hint: str | None) -> None:
    with pytest.raises(LanguageError) as fault:
        read_type(text)
    assert (fault.value.message, fault.value.column, fault.value.hint) == (message, column, hint)


@pytest.mark.parametrize(
    ("element", "value", "belongs"),
    [
        (Bool(), True, True),
        (Bool(), 1, False),
        (Int(), True, False),
        (Int(0, 9), 9, True),
        (Int(0, 9), 10, False),
        (Int(), HALF, False),
        (Real(0, 1), HALF, True),
        (Real(0, 1), 1, True),
        (Real(), "1", False),
        (Token(), "z", True),
        (Token(("a",)), "z", False),
        (Token(), 1, False),
        (Unknown(), "a", True),
        (Unknown(), 1, True),
    ],
)
def test_a_type_holds_its_values_and_no_others(element: Element, value: Value, belongs: bool) -> None:
    assert contains(element, value) is belongs


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        (Int(2, 3), Int(0, 9), Fit.ALWAYS),
        (Int(0, 9), Int(2, 3), Fit.SOMETIMES),
        (Int(10, 12), Int(0, 9), Fit.NEVER),
        (Int(), Real(), Fit.ALWAYS),
        (Real(), Int(), Fit.SOMETIMES),
        (Real(10, 11), Int(0, 9), Fit.NEVER),
        (Bool(), Int(0, 1), Fit.NEVER),
        (Token(("a",)), Token(("a", "b")), Fit.ALWAYS),
        (Token(("a", "c")), Token(("a", "b")), Fit.SOMETIMES),
        (Token(("c",)), Token(("a", "b")), Fit.NEVER),
        (Token(), Int(), Fit.NEVER),
        (Unknown(), Int(), Fit.SOMETIMES),
        (Int(), Unknown(), Fit.ALWAYS),
        (Int(0, 1), Seq(Int(0, 1)), Fit.ALWAYS),
        (Seq(Int(0, 1)), Int(0, 1), Fit.NEVER),
        (Selector(), Seq(Bool()), Fit.NEVER),
        (Selector(), Selector(), Fit.ALWAYS),
        (Vector(2), Vector(3), Fit.NEVER),
    ],
)
def test_a_value_fits_always_sometimes_or_never(found: Type, wanted: Type, expected: Fit) -> None:
    assert fit(found, wanted) is expected


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([Int(0, 3), Int(5, 9)], Int(0, 9)),
        ([Int(0, 3), Int()], Int()),
        ([Int(0, 3), Real(HALF, HALF)], Real(0, 3)),
        ([Token(("a",)), Token(("b", "a"))], Token(("a", "b"))),
        ([Token(("a",)), Token()], Token()),
        ([Bool(), Bool()], Bool()),
        ([Bool(), Int()], None),
        ([Token(), Int()], None),
        ([Unknown(), Int()], Unknown()),
        ([], None),
    ],
)
def test_the_hull_is_the_smallest_type_that_holds_all(elements: list[Element], expected: Element | None) -> None:
    assert hull(elements) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (Int(0, 9), Int(5, 20), Int(5, 9)),
        (Int(), Real(HALF, Fraction(7, 2)), Int(1, 3)),
        (Real(), Int(0, 9), Real(0, 9)),
        (Bool(), Int(), Bool()),
    ],
)
def test_the_meet_is_what_both_hold(left: Element, right: Element, expected: Element) -> None:
    assert meet(left, right) == expected


@pytest.mark.parametrize(
    ("type_", "expected"),
    [(Int(), True), (Seq(Real()), True), (Unknown(), True), (Bool(), False), (Token(), False), (Selector(), False)],
)
def test_arithmetic_is_for_numbers(type_: Type, expected: bool) -> None:
    assert is_numeric(type_) is expected
