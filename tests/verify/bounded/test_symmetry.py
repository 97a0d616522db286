"""Which programs do not see positions, and what a few positions say of all."""

from __future__ import annotations

from itertools import permutations, product
from random import Random

import pytest

from stdcell import parse
from stdcell.dsl.graph import SOp
from stdcell.errors import RuntimeFault
from stdcell.runtime.reference import run
from stdcell.verify.bounded.symmetry import is_equivariant, representatives
from stdcell.verify.claims.claim import own_claims
from tests.programs.drawing import NUMBERS, draw_program

BLIND = [
    "selector_width(select(xs, xs, ==))",
    "aggregate(select(xs, xs, <), xs, 0)",
    "max(select(xs, 1, >), xs, 0)",
    "xs + length",
    "indicator(distinct(xs)) + xs",
    "indicator(forall i, j: i != j implies xs[i] != xs[j]) + xs",
    "indicator(exists i: xs[i] == 2) + xs",
]
SEEING = [
    "indices",
    "xs + indices",
    "first(select(xs, 1, >), xs, 0)",
    "selector_width(select(indices, indices, <))",
    "indicator(sorted(xs)) + xs",
    "indicator(forall i: xs[i] == xs[-1]) + xs",
    "indicator(forall i: xs[i] == i) + xs",
    "indicator(forall i in range(length - 1): xs[i] == 0) + xs",
    "indicator(forall i, j: i < j implies xs[i] != xs[j]) + xs",
    "length * 0 + xs[0]",
]


def result_of(body: str) -> SOp:
    return parse(f"main(xs: seq[int 0..3]) = {body};").functions["main"].result


@pytest.mark.parametrize("body", BLIND)
def test_a_program_that_sees_no_position_is_found(body: str) -> None:
    assert is_equivariant(result_of(body))


@pytest.mark.parametrize("body", SEEING)
def test_a_program_that_sees_positions_is_not_taken_for_one(body: str) -> None:
    assert not is_equivariant(result_of(body))


def answers_move_along(body: str, dialect: str) -> bool:
    """Whether to permute the input permutes the answer, on every input of three digits on which it is defined."""
    program = parse(body, dialect=dialect)
    function = program.output()

    def answer(xs: tuple[int, ...]) -> object:
        try:
            return run(program, function, list(xs))[function.result]
        except RuntimeFault:
            return "fault"

    def moved(value: object, order: tuple[int, ...]) -> object:
        return [value[place] for place in order] if isinstance(value, list) else value

    return all(
        answer(tuple(xs[place] for place in order)) == moved(answer(xs), order)
        for xs in product(range(3), repeat=3)
        for order in permutations(range(3))
    )


PROGRAMS = [draw_program(Random(f"symmetry {number}"), depth=3) for number in range(400)]
EQUIVARIANT = [
    (drawn.text, drawn.dialect)
    for drawn in PROGRAMS
    if drawn.values == NUMBERS and drawn.program is not None and is_equivariant(drawn.program.output().result)
]


def test_enough_drawn_programs_see_no_position() -> None:
    assert len(EQUIVARIANT) >= 20


@pytest.mark.parametrize(("text", "dialect"), EQUIVARIANT)
def test_the_answer_of_an_equivariant_program_moves_along_with_its_input(text: str, dialect: str) -> None:
    assert answers_move_along(text, dialect)


def condition_of(promise: str) -> SOp:
    program = parse(f"main(xs: seq[int 0..3]) ensures {promise} = selector_width(select(xs, xs, ==));")
    (*_, claim) = own_claims(program.functions["main"], program.spans)
    return claim.condition


def test_one_position_stands_for_all() -> None:
    assert representatives(condition_of("result >= 1"), 5) is not None


def test_pairs_of_equal_and_of_different_positions_stand_for_all_pairs() -> None:
    condition = representatives(condition_of("forall i, j: xs[i] == xs[j] implies result[i] == result[j]"), 5)
    assert condition is not None
    assert "'and'" in repr(condition)


def test_a_promise_about_sums_speaks_of_no_position() -> None:
    assert representatives(condition_of("sum(result) mod 2 == length mod 2"), 5) is None
