"""Claims about reals: what branch and prune proves, refutes and leaves open."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell import parse, verify
from stdcell.errors import VerificationError
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.reference import Exact, call_by_contract
from stdcell.verify import Claim, Effort
from stdcell.verify.claims.claim import own_claims
from stdcell.verify.numeric.prove import by_boxes
from stdcell.verify.outcome import NoAnswer, Outcome, Proof, Refutation


def claim_of(text: str) -> Claim:
    """The last claim of a program's entry point."""
    program = parse(text)
    return list(own_claims(program.functions["main"], program.spans))[-1]


def answer(text: str) -> Outcome:
    """What branch and prune says of it."""
    return by_boxes(claim_of(text), Effort())


HOLDS = {
    "polynomial": "main(x: real 0..1) ensures abs(result - x*x) <= 1/100 = x*x + 1/200;",
    "touches its bound at an end": "main(x: real 0..1) ensures result >= 0 = x - x*x;",
    "degree 6 in two variables": "main(x: real -1..1, y: real -1..1) ensures result >= -1/2 = x^4*y^2 - x^2*y/2;",
    "three variables": "main(x: real 0..1, y: real 0..1, z: real 0..1) ensures result <= 1 = x*y*z + (1-x)*(1-y);",
    "power above those of the solver": "main(x: real -1..1) ensures result <= 1 = x^10 - x^12 + x/2;",
    "rational": "main(x: real 0..4) ensures result <= 51/100 = x / (1 + x*x);",
    "a pole at the border": "main(x: real 0..1) requires x != 0 ensures result >= 1 = 1/x;",
    "one case for each sign": "main(x: real -1..1) ensures result >= 0 = x*x*x if x > 0 else -x;",
    "abs, min and max": "main(x: real -1..1) ensures result <= 1 = abs(x) * max(x, -x) + min(x, 0);",
    "a remainder": "main(x: real 0..10) ensures result >= 0 = x mod 1;",
    "an equality of sums": "main(x: real 0..1) ensures result == 2*x = x + x;",
    "an equality in each case": "main(x: real -1..1) ensures result == max(x, -x) = abs(x);",
    "with a whole number": "main(x: real 0..1, n: int 0..5) ensures result <= n = x*n;",
    "with a truth": "main(x: real 0..1, b: bool) ensures result >= -1 = x if b else -x;",
    "what is required is used": "main(x: real -1..1) requires x >= 1/2 ensures result >= 1/4 = x*x;",
    "any element": "main(xs: seq[real 0..1]) ensures result <= 1/4 = xs - xs*xs;",
    "any value of an aggregate": (
        "main(xs: seq[real 0..1]) ensures result * (1 - result) <= 1/4 = aggregate(select(indices, indices, <=), xs);"
    ),
    "a half-open range": "main(x: real 0.., y: real 0..1) ensures result >= 0 = x * y;",
}


@pytest.mark.parametrize("text", HOLDS.values(), ids=HOLDS.keys())
def test_a_true_claim_is_proved(text: str) -> None:
    assert isinstance(answer(text), Proof)


BREAKS = {
    "polynomial": ("main(x: real 0..1) ensures result <= 6/25 = x - x*x;", {"main.0": Fraction(1, 2)}),
    "at an end": ("main(x: real 0..1) ensures result < 1 = x^6;", {"main.0": 1}),
    "two variables": (
        "main(x: real 0..1, y: real 0..1) ensures result >= 0 = x*x - y;",
        {"main.0": 0, "main.1": 1},
    ),
    "rational": ("main(x: real 0..4) ensures result <= 2/5 = x / (1 + x*x);", {"main.0": 1}),
    "one case": ("main(x: real -2..2) ensures result <= 1 = x*x if x > 0 else 0;", {"main.0": 2}),
    "one element": ("main(xs: seq[real 0..1]) ensures result <= 6/25 = xs - xs*xs;", {"main.0": [Fraction(1, 2)]}),
}


@pytest.mark.parametrize(("text", "inputs"), BREAKS.values(), ids=BREAKS.keys())
def test_a_false_claim_is_refuted_at_a_point(text: str, inputs: dict[str, object]) -> None:
    outcome = answer(text)
    assert isinstance(outcome, Refutation)
    assert outcome.inputs == inputs


OPEN = {
    "an equality that only algebra shows": (
        "main(x: real 0..1) ensures result == x*x + 2*x + 1 = (x + 1) * (x + 1);",
        "open after 256 boxes, the smallest where x in",
    ),
    "a bound that is touched within": (
        "main(x: real 0..3) ensures result <= 1/2 = x / (1 + x*x);",
        "open after 93 boxes, the smallest where x in 0.99",
    ),
    "a range without end": (
        "main(x: real) ensures result >= 0 = x*x - x + 1;",
        "open after 1 boxes, the smallest where x in ..",
    ),
    "no reals": ("main(x: int 0..9) ensures result >= 0 = x;", "it is no claim about reals"),
    "a value that may not be reached": (
        "main(xs: seq[real 0..1]) ensures result <= 1/2 = aggregate(select(indices, 0, ==), xs);",
        "it fails for some values, which may not be reached",
    ),
}


@pytest.mark.parametrize(("text", "reason"), OPEN.values(), ids=OPEN.keys())
def test_what_is_not_decided_says_why(text: str, reason: str) -> None:
    outcome = answer(text)
    assert isinstance(outcome, NoAnswer)
    assert outcome.reason.startswith(reason)


def test_tokens_have_no_boxes() -> None:
    with pytest.raises(VerificationError, match=r'boxes are of numbers and booleans, found token \{"a", "b"\}'):
        answer('main(x: real 0..1, t: token {"a", "b"}) ensures result >= 0 = x if t == "a" else 0;')


def test_a_claim_of_a_program_is_proved_over_boxes_where_the_solver_has_no_terms() -> None:
    (verdict,) = verify(parse(HOLDS["power above those of the solver"])).verdicts
    assert (verdict.status, verdict.scope, verdict.method) == ("proved", "all inputs", "branch and prune over boxes")
    assert verdict.proof is not None and verdict.proof.boxes is not None


def test_a_false_claim_without_terms_is_refuted_by_a_point_that_replays() -> None:
    (verdict,) = verify(parse("main(x: real -1..1) ensures result <= 1/2 = x^10 - x^12 + x/2 + 1/4;")).verdicts
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None and verdict.counterexample.call == "main(1)"


COEFFICIENTS = st.integers(-3, 3)
MONOMIALS = st.builds("{}*x^{}*y^{}*z^{}".format, COEFFICIENTS, st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
POLYNOMIALS = st.lists(MONOMIALS, min_size=1, max_size=4).map(" + ".join)
GRID = [Fraction(place, 4) for place in range(-4, 5)]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(body=POLYNOMIALS, bound=st.integers(-6, 6))
def test_polynomial_claims_agree_with_dense_samples_and_the_solver(body: str, bound: int) -> None:
    program = parse(f"main(x: real -1..1, y: real -1..1, z: real -1..1) ensures result <= {bound} = {body};")
    claim = list(own_claims(program.functions["main"], program.spans))[-1]
    outcome = by_boxes(claim, Effort(boxes=60))
    result = program.functions["main"].result
    values = (
        evaluate([result], Exact(None, call_by_contract), 0, dict(zip(("main.0", "main.1", "main.2"), at, strict=True)))
        for at in product(GRID, repeat=3)
    )
    fails_somewhere = any(value[result] > bound for value in values)
    (status,) = {verdict.status for verdict in verify(program).verdicts}
    assert not (isinstance(outcome, Proof) and fails_somewhere)
    assert not (isinstance(outcome, Proof) and status == "refuted")
    assert not (isinstance(outcome, Refutation) and status == "proved")
    assert isinstance(outcome, Proof | Refutation | NoAnswer)


def test_a_value_that_does_not_fit_its_port_is_no_refutation_of_a_promise() -> None:
    text = "def half(x: real 0..1) { return x / 2; } main(x: real 0..4) ensures result <= 1 = half(x);"
    assert answer(text) == NoAnswer("there is no answer at the point that breaks it")
