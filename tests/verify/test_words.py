"""Tokens as numbers in their order, and back."""

from __future__ import annotations

from fractions import Fraction

from stdcell.verify.encoding.codes import Codes


def test_codes_are_in_the_order_of_the_tokens() -> None:
    codes = Codes(["b", "a", "d"])
    assert [codes.code(token) for token in ("a", "b", "d")] == [0, 1, 2]


def test_a_token_that_is_computed_stands_between_its_neighbours() -> None:
    codes = Codes(["a", "b"])
    assert [codes.code(token) for token in ("ab", "", "c", "aa")] == [
        Fraction(1, 2),
        Fraction(-1, 2),
        Fraction(3, 2),
        Fraction(1, 4),
    ]


def test_numbers_between_those_of_tokens_are_read_as_words_between_them() -> None:
    codes = Codes(["b", "d"])
    half, more = Fraction(1, 2), Fraction(3, 4)
    assert codes.tokens([0, more, half, 1]) == {0: "b", 1: "d", half: "ba", more: "c"}


def test_numbers_where_no_word_is_found_are_not_read() -> None:
    assert Codes(["a", "a\x00"]).tokens([Fraction(1, 2)]) is None
