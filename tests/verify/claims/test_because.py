"""A proof from contracts names the clauses that it takes, as written and where, and no others."""

from __future__ import annotations

import pytest

from stdcell import parse, verify

TEXT = """type Digit = int 0..9;
def low(x: Digit) -> Digit
    requires x < 5
    ensures result < 5
{ return x; }
main(x: Digit)
    requires x < 5
    ensures result < 5
    ensures result < 7
= low(x) + 0;
"""


def test_a_clause_that_is_given_as_it_stands_is_named() -> None:
    (verdict,) = [one for one in verify(parse(TEXT)).verdicts if one.kind == "requires"]
    assert verdict.because == ("requires x < 5 [7:5]",)


def test_a_promise_that_a_proof_takes_is_named_with_its_function() -> None:
    verdict = verify(parse(TEXT)).verdicts[-1]
    assert (verdict.claim, verdict.because) == ("ensures result < 7", ("low ensures result < 5 [<program>:4:5]",))


MANY = """type Digit = int 0..9;
def odd(x: Digit) -> Digit
    requires x mod 2 == 1 and x < 6
    ensures result != 8
    ensures result < 6
    ensures result mod 2 == 1
{{ return x + 0; }}
main(x: Digit, y: Digit)
    requires x mod 2 == 1 and x < 6
    requires y == 2 and x < 9
    ensures {promise}
= odd(x) + y;
"""
TAKEN = {
    "a promise and a requirement": (
        "result < 8",
        ("requires y == 2 and x < 9 [10:5]", "odd ensures result < 6 [<program>:5:5]"),
    ),
    "two promises and a requirement": (
        "result <= 7 and result != 4",
        (
            "requires y == 2 and x < 9 [10:5]",
            "odd ensures result < 6 [<program>:5:5]",
            "requires y == 2 and x < 9 [10:5]",
            "odd ensures result mod 2 == 1 [<program>:6:5]",
        ),
    ),
    "the types alone": ("result <= 18", ()),
}  # fmt: skip


@pytest.mark.parametrize(("promise", "taken"), TAKEN.values(), ids=TAKEN.keys())
def test_what_a_proof_can_do_without_is_not_named(promise: str, taken: tuple[str, ...]) -> None:
    verdicts = [one for one in verify(parse(MANY.format(promise=promise))).verdicts if promise in one.claim]
    assert tuple(name for verdict in verdicts for name in verdict.because) == taken
    assert {verdict.status for verdict in verdicts} == {"proved"}


def test_a_proof_rests_on_nothing_that_it_can_do_without() -> None:
    (verdict,) = [one for one in verify(parse(MANY.format(promise="result <= 18"))).verdicts if "18" in one.claim]
    assert verdict.rests_on == ()
