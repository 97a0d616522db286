"""A small fixed sample of mutants: no wrong one is proved, and no right one refuted; the benchmark takes them all."""

from __future__ import annotations

from itertools import islice

import pytest

from .mutants import mutants_of
from .mutation import all_mutants, judged

SAMPLE = list(islice(all_mutants(), 0, None, 60))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(SAMPLE)))
def test_a_mutant_is_proved_or_refuted_as_enumeration_decides(number: int) -> None:
    found = judged(SAMPLE[number][1])
    assert (found.wrong is None, found.answer) in [(True, "proved"), (True, "unknown"), (False, "refuted")], found


def test_a_mutant_has_one_change() -> None:
    changes = {mutant.change for mutant in mutants_of("main(x: int 0..2) ensures result > x = x + 1;")}
    assert changes == {
        "> becomes ==",
        "> becomes !=",
        "> becomes <",
        "> becomes <=",
        "> becomes >=",
        "+ becomes -",
        "+ becomes *",
        "1 becomes 2",
        "1 becomes 0",
        "the upper bound is moved up",
        "the upper bound is moved down",
        "the lower bound is moved",
    }


def test_a_mutant_that_means_the_same_is_left_out() -> None:
    mutants = mutants_of("main(xs: seq[int 0..2]) = selector_width(select(xs, xs, <));")
    assert "keys and queries are swapped" not in {mutant.change for mutant in mutants}
