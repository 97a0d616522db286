"""A small fixed sample of random programs answers and faults as interpreted, or is refused."""

from __future__ import annotations

from random import Random

import pytest

from .drawing import Drawn, Tree, draw_program, smaller_programs
from .law import Outcome, outcome_of

N_PROGRAMS = 40


def drawn(number: int) -> Drawn:
    return draw_program(Random(f"law {number}"), depth=3)


@pytest.mark.parametrize("number", range(N_PROGRAMS))
def test_a_random_program_is_refused_or_answers_as_interpreted(number: int) -> None:
    outcome = outcome_of(drawn(number))
    assert not outcome.is_broken, (drawn(number).text, outcome)


def test_most_of_the_sample_is_compiled_and_compared() -> None:
    outcomes = [outcome_of(drawn(number)) for number in range(0, N_PROGRAMS, 2)]
    assert sum(outcome.status == "agreed" for outcome in outcomes) >= len(outcomes) // 2


def test_the_sample_has_both_dialects_and_both_directions() -> None:
    sample = [drawn(number) for number in range(N_PROGRAMS)]
    assert {(one.dialect, one.causal) for one in sample} == {(d, c) for d in ("rasp", "cell") for c in (False, True)}


@pytest.mark.parametrize("number", range(5))
def test_the_same_seed_draws_the_same_program(number: int) -> None:
    assert drawn(number) == drawn(number)


def test_a_smaller_program_has_a_part_or_a_leaf_in_place_of_a_node() -> None:
    inner = Tree("number", "({} + {})", (Tree("number", "indices"), Tree("number", "2")))
    whole = Drawn(Tree("number", "abs({})", (inner,)), "rasp", (0, 1), 1, causal=False)
    texts = {smaller.text for smaller in smaller_programs(whole)}
    assert {"ans = (indices + 2);", "ans = indices;", "ans = abs(indices);", "ans = abs((indices + 0));"} <= texts


def test_a_crash_breaks_the_law() -> None:
    assert [Outcome(status).is_broken for status in ("agreed", "refused", "disagreed", "crashed")] == [
        False,
        False,
        True,
        True,
    ]
