"""The shortest input that breaks a claim, smallest values first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stdcell.verify import Claim
from stdcell.verify.bounded.refuting import by_short_inputs
from stdcell.verify.outcome import Effort, NoAnswer, Refutation

ClaimOf = Callable[[str], Claim]

BROKEN: dict[str, tuple[str, list[Any]]] = {
    "interpreted": ("main(xs: seq[int 0..9]) ensures sorted(result) = xs;", [1, 0]),
    "all of a length": ("main(xs: seq[int 0..9]) ensures result < 9 = xs;", [9]),
    "asked of the solver": ("main(xs: seq[int 0..99]) ensures result != 77 = xs;", [77]),
    "unbounded numbers": ("main(xs: seq[int]) ensures result != 1234 = xs;", [1234]),
    "tokens of any type": ('main(xs: seq[token]) ensures result != "z" = xs;', ["z"]),
    "words between others": ('main(xs: seq[token]) ensures result <= "b" or result >= "d" = xs;', ["c"]),
    "numbers that are not whole": ("main(xs: seq[real]) ensures 2 * result != 1 = xs;", [0.5]),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_the_shortest_input_that_breaks_a_claim_is_found(claim_of: ClaimOf, text: str, expected: list[Any]) -> None:
    found = by_short_inputs(claim_of(text), Effort())
    assert isinstance(found, Refutation)
    assert found.inputs == {"main.0": expected}


def test_where_no_short_input_breaks_a_claim_nothing_is_said(claim_of: ClaimOf) -> None:
    found = by_short_inputs(claim_of("main(xs: seq[int 0..9]) ensures length < 4 = xs;"), Effort())
    assert found == NoAnswer("no short input breaks it")
