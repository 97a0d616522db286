"""A proof from contracts names the clauses that it counts on, as written and where."""

from __future__ import annotations

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


def test_a_promise_that_a_proof_counts_on_is_named_with_its_function() -> None:
    verdict = verify(parse(TEXT)).verdicts[-1]
    assert (verdict.claim, verdict.because) == (
        "ensures result < 7",
        ("requires x < 5 [7:5]", "low ensures result < 5 [4:5]"),
    )
