"""Every input of a small domain, and how far that reaches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stdcell.verify import Claim
from stdcell.verify.bounded.enumeration import by_enumeration
from stdcell.verify.outcome import Effort, NoAnswer, Proof, Refutation

ClaimOf = Callable[[str], Claim]

COUNTS = {
    "sequences": ("main(xs: seq[int 0..2]) ensures result >= 0 = xs + indices;", 4, 1 + 3 + 9 + 27 + 81),
    "multisets": ("main(xs: seq[int 0..2]) ensures result >= 1 = selector_width(select(xs, xs, ==));", 4, 35),
    "two inputs": ("main(xs: seq[bool], y: int 0..4) ensures result == y = y + 0 * indicator(xs);", 2, 5 * (1 + 2 + 3)),
    "words that stand for all": (
        'main(xs: seq[token]) ensures result != "b" = "a" if xs == "b" else xs;',
        2,
        1 + 3 + 10,
    ),
    "joined words": ('main(xs: seq[token {"a", "b"}]) ensures result != "b" = xs + "b";', 3, 1 + 2 + 3 + 4),
}


@pytest.mark.parametrize(("text", "up_to", "n_inputs"), COUNTS.values(), ids=COUNTS.keys())
def test_every_input_is_tried(claim_of: ClaimOf, text: str, up_to: int, n_inputs: int) -> None:
    found = by_enumeration(claim_of(text), Effort(up_to=up_to))
    assert isinstance(found, Proof)
    assert (found.reach, found.enumerated, found.queries, len(found.tried)) == (up_to, n_inputs, (), 64)


def test_a_claim_without_sequences_holds_of_all_inputs(claim_of: ClaimOf) -> None:
    found = by_enumeration(claim_of("main(x: int 0..99) ensures result <= 9801 = x * x;"), Effort())
    assert isinstance(found, Proof)
    assert (found.reach, found.enumerated) == (None, 100)


def test_the_first_input_that_breaks_a_claim_is_found(claim_of: ClaimOf) -> None:
    found = by_enumeration(claim_of("main(xs: seq[int 0..5]) ensures sum(result) < 20 = xs;"), Effort(up_to=5))
    assert isinstance(found, Refutation)
    assert found.inputs == {"main.0": [5, 5, 5, 5]}


def test_an_input_among_many_that_breaks_a_claim_is_found(claim_of: ClaimOf) -> None:
    text = "main(xs: seq[int 0..8]) ensures not (xs[0] == 7 and xs[-1] == 8 and length == 4) = xs;"
    found = by_enumeration(claim_of(text.replace("not (", "length == 0 or not (")), Effort(up_to=4))
    assert isinstance(found, Refutation)
    assert found.inputs == {"main.0": [7, 0, 0, 8]}


def test_more_inputs_than_may_be_tried_are_said_and_what_was_tried_is_kept(claim_of: ClaimOf) -> None:
    found = by_enumeration(claim_of("main(xs: seq[int 0..9]) ensures result >= 0 = xs + indices;"), Effort(inputs=200))
    assert isinstance(found, NoAnswer)
    assert found.reason == "there are more than 200 inputs up to length 3"
    assert found.proof is not None
    assert (found.proof.reach, found.proof.enumerated) == (2, 111)


def test_an_open_type_that_is_computed_with_is_left_alone(claim_of: ClaimOf) -> None:
    found = by_enumeration(claim_of("main(xs: seq[int]) ensures result > xs = xs + 1;"), Effort())
    assert isinstance(found, NoAnswer)
    assert found.reason == "its inputs have no few values that stand for all"


def test_what_was_tried_has_another_name_for_another_promise(claim_of: ClaimOf) -> None:
    texts = [f"main(xs: seq[int 0..1]) ensures result >= {bound} = xs;" for bound in (0, -1)]
    names = {getattr(by_enumeration(claim_of(text), Effort()), "tried", "") for text in texts}
    assert len(names) == 2
