"""The encoder gives the interpreter's answers, and no others, on a fixed sample of random programs."""

from __future__ import annotations

from random import Random

import pytest
import z3

from stdcell import parse
from stdcell.errors import VerificationError
from stdcell.verify.encode import Encoded, encode
from stdcell.verify.encoding.logic import term_of
from tests.programs.drawing import Drawn, draw_program

from .encoding import compare

N_PROGRAMS = 150


def drawn(number: int) -> Drawn:
    return draw_program(Random(f"encoding {number}"), depth=3)


@pytest.mark.parametrize("start", range(0, N_PROGRAMS, 10))
def test_no_random_program_differs_from_the_interpreter(start: int) -> None:
    compared = [compare(drawn(number), Random(number)) for number in range(start, start + 10)]
    assert [each.reason for each in compared if each.status == "differed"] == []


def test_most_of_the_sample_is_compared() -> None:
    compared = [compare(drawn(number), Random(number)) for number in range(40)]
    assert sum(each.status == "agreed" and each.n_inputs > 0 for each in compared) >= 32


def encoded(text: str, n_positions: int) -> list[str]:
    function = parse(text).functions["main"]
    found = encode([function.result], function.parameters, n_positions)
    return [str(value) for value in found.values[function.result]]


def test_positions_are_computed_and_not_encoded() -> None:
    assert encoded("main(xs: seq[int 0..9]) = selector_width(select(indices, indices, <=));", 3) == ["1", "2", "3"]


def test_a_mean_of_one_value_is_the_value() -> None:
    text = 'main(xs: seq[token {"a", "b"}]) = aggregate(select(indices, length - indices - 1, ==), xs) == "a";'
    assert encoded(text, 2) == ["0 == main.0[1]", "0 == main.0[0]"]


def test_a_mean_is_compared_with_a_constant_without_a_division() -> None:
    (value,) = encoded("main(xs: seq[int 0..9]) = aggregate(select(xs, 3, >), indices, 1) < 1;", 1)
    assert "/" not in value


def test_the_mean_of_an_empty_selection_is_its_default() -> None:
    assert encoded("main(xs: seq[int 0..9]) = aggregate(select(xs, 10, >), xs, 7);", 2) == ["7", "7"]


def test_a_value_of_an_unknown_type_has_no_terms() -> None:
    function = parse("out_ = tokens;", dialect="rasp").output()
    with pytest.raises(VerificationError, match="declare a type with a range or a vocabulary"):
        encode([function.result], (), 2)


def test_the_same_program_gives_the_same_terms_twice() -> None:
    text = "main(xs: seq[int 0..9]) = selector_width(select(xs, xs, <) or select(xs, xs, ==));"
    assert encoded(text, 4) == encoded(text, 4)


JOINED = {
    "joined": ('xs + "b"', ["ab", "bb"]),
    "joined twice": ("xs + xs + xs", ["aaa", "bbb"]),
    "repeated": ("2 * xs", ["aa", "bb"]),
    "repeated as often as counted": ("xs * selector_width(select(xs, xs, ==))", ["a", "aa", "b", "bb"]),
}


@pytest.mark.parametrize(("body", "words"), JOINED.values(), ids=JOINED.keys())
def test_tokens_that_are_joined_are_one_of_few(body: str, words: list[str]) -> None:
    function = parse(f'main(xs: seq[token {{"a", "b"}}]) = {body};').functions["main"]
    found = encode([function.result], function.parameters, 2)
    first = found.values[function.result][0]
    candidates = ["", "a", "aa", "aaa", "ab", "b", "bb", "bbb"]
    assert [word for word in candidates if may_be(found, first, word)] == words


def may_be(found: Encoded, value: object, word: str) -> bool:
    """Whether some input makes the value this token."""
    solver = z3.Solver()
    solver.add(*found.facts, term_of(found.of.equal(value, word)))
    return bool(solver.check() == z3.sat)
