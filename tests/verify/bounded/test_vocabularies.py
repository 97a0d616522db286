"""In which vocabularies a claim about short inputs holds, beyond the values that its types list."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stdcell import parse, verify
from stdcell.verify import Claim, Effort
from stdcell.verify.bounded.cutoff import vocabulary_of

ANY, ORDERED, ITS_OWN = "any vocabulary", "any ordered vocabulary", ""
RANK = "selector_width(select(xs, xs, <))"
THREE_DIFFER = "length < 3 or (exists i: exists j: i < j and j < length and xs[i] == xs[j])"
LIFTED = {
    "equality": ("int 0..3", "result >= 1", "selector_width(select(xs, xs, ==))", ANY),
    "order": ("int 0..3", "result < length", RANK, ORDERED),
    "an open type": ("token", "result == xs", "xs", ANY),
    "reals": ("real 0..1", "result < length", RANK, ORDERED),
    "constants that leave room": ("int -9..9", 'result == (count(xs, 0) > 0)', "count(xs, 0) > 0", ANY),
    "an order around a constant": ("int -9..9", "result >= xs", "max(xs, 0)", ORDERED),
    "words around a constant": ("token", "result == (exists i: xs[i] < \"m\")", "any(xs < \"m\")", ORDERED),
}  # fmt: skip
NOT_LIFTED = {
    "fewer values than places": ("int 0..2", "result < length", RANK),
    "two words": ('token {"a", "b"}', THREE_DIFFER, "xs"),
    "the end of the type is named": ("int 0..9", "result >= 0", "xs"),
    "no number between two that are named": ("int", "result <= 3 or result >= 4", "xs"),
    "no word before the first": ("token", 'result >= ""', "xs"),
    "a sum": ("int 0..9", "result >= xs", "xs + xs"),
    "comparison with a position": ("int 0..9", "result == (xs == indices)", "indices == xs"),
}


@pytest.fixture
def vocabulary(claim_of: Callable[[str], Claim]) -> Callable[[str, str, str], str]:
    """The vocabularies of a claim at length 4."""
    return lambda element, promise, body: vocabulary_of(
        claim_of(f"main(xs: seq[{element}]) ensures {promise} = {body};"), 4
    )


@pytest.mark.parametrize(("element", "promise", "body", "found"), LIFTED.values(), ids=LIFTED.keys())
def test_a_claim_that_compares_among_enough_values_holds_in_every_vocabulary(
    vocabulary: Callable[[str, str, str], str], element: str, promise: str, body: str, found: str
) -> None:
    assert vocabulary(element, promise, body) == found


@pytest.mark.parametrize(("element", "promise", "body"), NOT_LIFTED.values(), ids=NOT_LIFTED.keys())
def test_a_claim_that_may_fail_in_a_larger_vocabulary_is_not_lifted(
    vocabulary: Callable[[str, str, str], str], element: str, promise: str, body: str
) -> None:
    assert vocabulary(element, promise, body) == ITS_OWN


SMALLEST = "min(select(selector_width(select(xs, xs, <=)), indices, >), xs)"
SCOPES = {"enough values": ("0..2", "n <= 3, any ordered vocabulary"), "too few": ("0..1", "n <= 3")}


@pytest.mark.parametrize(("ends", "scope"), SCOPES.values(), ids=SCOPES.keys())
def test_the_scope_tells_the_vocabulary(ends: str, scope: str) -> None:
    text = f"main(xs: seq[int {ends}]) ensures permutation(result, xs) = {SMALLEST};"
    verdict = verify(parse(text), effort=Effort(up_to=3)).verdicts[-1]
    assert (verdict.status, verdict.scope, verdict.reach) == ("proved", scope, 3)
