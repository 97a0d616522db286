"""Runs up to a length: a claim that breaks only after many elements is refuted by the shortest word."""

from __future__ import annotations

import pytest

from stdcell import parse
from stdcell.verify import Effort
from stdcell.verify.claims.claim import own_claims
from stdcell.verify.machines.search import by_search
from stdcell.verify.outcome import NoAnswer, Outcome, Refutation

BRACKETS = """
type Bracket = token {"(", ")"};
def deeper(s: int, t: Bracket) -> int { return s + (1 if t == "(" else -1); }
"""


def searched(promise: str, up_to: int) -> Outcome:
    """What the search says of a promise about the depth of brackets."""
    text = f"{BRACKETS}main(xs: seq[Bracket]) ensures {promise} = fold(deeper, xs, 0);"
    program = parse(text)
    claims = own_claims(program.functions["main"], program.spans)
    return by_search(next(claim for claim in claims if claim.kind == "ensures"), Effort(up_to=up_to))


@pytest.mark.parametrize(
    ("promise", "word"),
    [
        ("result <= 5", "(((((("),
        ("result != 0 or length != 8 or xs[0] == xs[1]", "()(())()"),
        ("all(scan(deeper, xs, 0) < 4) or result != -1", "(((()))))"),
    ],
)
def test_a_claim_that_breaks_late_is_refuted_by_a_shortest_word(promise: str, word: str) -> None:
    found = searched(promise, up_to=12)
    assert isinstance(found, Refutation)
    assert found.n_positions == len(word)


def test_no_run_that_breaks_a_claim_is_no_proof() -> None:
    assert searched("result <= length", up_to=5) == NoAnswer("no run up to length 5 breaks it, which is no proof")


def test_every_run_of_hundreds_of_elements_is_followed() -> None:
    promise = 'result == count(xs, "(") - count(xs, ")")'
    assert searched(promise, up_to=256) == NoAnswer("no run up to length 256 breaks it, which is no proof")
