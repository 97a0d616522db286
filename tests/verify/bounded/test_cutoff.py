"""Which claims only compare values of open types, and which values stand for all."""

from __future__ import annotations

from fractions import Fraction

import pytest

from stdcell import parse
from stdcell.dsl.types import Element, Int, Real, Token, Value
from stdcell.verify.bounded.cutoff import Comparing, only_compares, standing_for_all
from stdcell.verify.claims.claim import own_claims

COMPARING = {
    "equality": ("token", "result >= 1", "selector_width(select(xs, xs, ==))", False),
    "order": ("int", "result < length", "selector_width(select(xs, xs, <))", True),
    "choice": ("int", "result == xs", "first(select(indices, indices, ==), xs, 0)", False),
    "a branch": ("token", 'result != "b"', '"a" if xs == "b" else xs', False),
    "extremes": ("int", "result >= xs", "max(xs, 3)", True),
    "a table": ("token", "result >= 0", '{"a": 1, "b": 0}[xs]', False),
    "quantifiers": ("int", "forall i: result[i] == xs[i]", "xs", False),
}
COMPUTING = {
    "a sum": ("int", "result >= xs", "xs + 1"),
    "a mean": ("int", "result >= 0", "aggregate(select(xs, xs, ==), xs)"),
    "a place": ("int", "result == xs", "aggregate(select(xs, indices, ==), xs, 0)"),
    "a comparison with positions": ("int", "result >= 0", "selector_width(select(xs, indices, <))"),
    "a condition": ("int", "result >= 0", "indicator(xs != 0) + xs"),
    "joined tokens": ("token", 'result != "b"', 'xs + "b"'),
    "a fold": ("int", "result >= 0", "fold(latest, xs, 0)"),
    "a finite type beside it": ("int", "result == xs", "xs if xs == abs(1 - indices) else xs"),
}
STEP = "def latest(s: int, x: int) -> int { return x if x > s else s; }\n"


def compared(element: str, promise: str, body: str) -> Comparing | None:
    program = parse(f"{STEP}main(xs: seq[{element}]) ensures {promise} = {body};")
    (*_, claim) = own_claims(program.functions["main"], program.spans)
    return only_compares((claim.condition, *claim.given))


@pytest.mark.parametrize(("element", "promise", "body", "is_ordered"), COMPARING.values(), ids=COMPARING.keys())
def test_a_claim_that_only_compares_is_found(element: str, promise: str, body: str, is_ordered: bool) -> None:
    found = compared(element, promise, body)
    assert found is not None
    assert found.is_ordered is is_ordered


@pytest.mark.parametrize(("element", "promise", "body"), COMPUTING.values(), ids=COMPUTING.keys())
def test_a_claim_that_computes_with_values_is_left_alone(element: str, promise: str, body: str) -> None:
    assert compared(element, promise, body) is None


VALUES: list[tuple[Element, tuple[Value, ...], bool, int, set[Value]]] = [
    (Token(), ("x",), False, 2, {"x", "", "a"}),
    (Token(), ("", "b"), True, 1, {"", "b", "a", "c"}),
    (Int(), (), True, 2, {-2, -1, 0, 1, 2}),
    (Int(), (5,), True, 2, {-2, -1, 0, 1, 2, 5, 6, 7}),
    (Int(0, None), (2,), True, 3, {0, 1, 2, 3, 4, 5}),
    (Int(), (Fraction(5, 2),), True, 1, {-1, 0, 1, 2, 3, 4}),
    (Real(0, 1), (), True, 1, {0, Fraction(1, 2), 1}),
]


@pytest.mark.parametrize(("element", "constants", "is_ordered", "n_places", "expected"), VALUES)
def test_values_stand_around_the_constants(
    element: Element, constants: tuple[Value, ...], is_ordered: bool, n_places: int, expected: set[Value]
) -> None:
    assert set(standing_for_all(element, Comparing(constants, is_ordered), n_places) or ()) == expected


def test_where_too_few_words_are_found_nothing_is_said() -> None:
    assert standing_for_all(Token(), Comparing(("a", "a\x00"), True), 1) is None
