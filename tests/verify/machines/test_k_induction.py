"""Claims that a few steps in a row keep, though no single one does: proved, in Z3 and in another solver, or refuted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stdcell import parse, verify
from stdcell.verify import Claim, Effort, own_claims
from stdcell.verify.certificates.solvers import ask_cvc5
from stdcell.verify.machines.induction import by_induction, by_invariant
from stdcell.verify.machines.spacer import by_spacer
from stdcell.verify.outcome import NoAnswer, Proof

MIRRORED = "def turn(s: int, x: int 0..9) -> int { return 50 - s; }"
AROUND = "def turn(s: int, x: int 0..9) -> int { return (s + 20) mod 80; }"
SHORTER = "def turn(s: int, x: int 0..9) -> int { return (s + 20) mod 60; }"
KEPT = {
    "a state that alternates": (
        f"{MIRRORED} main(xs: seq[int 0..9]) ensures result <= 30 + sum(xs) = fold(turn, xs, 20);",
        2,
    ),
    "a state that alternates, and a total of it": (
        f"{MIRRORED} main(xs: seq[int 0..9]) ensures sum(scan(turn, xs, 20)) <= 30 * length = xs;",
        2,
    ),
    "a counter whose worst value has an unreachable predecessor": (
        f"{SHORTER} main(xs: seq[int 0..9]) ensures result <= 40 + sum(xs) = fold(turn, xs, 0);",
        3,
    ),
    "a longer counter": (
        f"{AROUND} main(xs: seq[int 0..9]) ensures result <= 60 + sum(xs) = fold(turn, xs, 0);",
        4,
    ),
    "what holds at every state, though it is asked of some sequences": (
        f"{MIRRORED} main(xs: seq[int 0..9]) requires sum(xs) > 3 ensures result * result <= 1000 + length "
        "= fold(turn, xs, 20);",
        2,
    ),
}
TEXTS = {name: text for name, (text, _) in KEPT.items()}


def promise_of(text: str) -> Claim:
    """The first promise of `main`."""
    program = parse(text)
    return next(claim for claim in own_claims(program.functions["main"], program.spans) if claim.kind == "ensures")


@pytest.mark.parametrize(("text", "k"), KEPT.values(), ids=KEPT.keys())
def test_a_claim_that_some_steps_keep_is_proved(text: str, k: int) -> None:
    assert isinstance(by_induction(promise_of(text), Effort()), NoAnswer)
    proof = by_invariant(promise_of(text), Effort())
    assert isinstance(proof, Proof)
    assert (proof.strategy, proof.reach) == (f"k-induction, k = {k}", None)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_another_solver_finds_no_exception_either(text: str) -> None:
    pytest.importorskip("cvc5")
    proof = by_invariant(promise_of(text), Effort())
    assert isinstance(proof, Proof)
    assert [ask_cvc5(query.text) for query in proof.queries] == ["unsat"] * len(proof.queries)


def test_the_base_is_asked_by_itself_and_the_invariant_that_the_steps_need() -> None:
    proof = by_invariant(promise_of(TEXTS["a longer counter"]), Effort())
    assert isinstance(proof, Proof)
    base = ["after 0 steps", "after 1 step", "after 2 steps", "after 3 steps"]
    assert [query.purpose for query in proof.queries] == [*base, "the start", "a step", "4 steps"]


def test_where_no_invariant_is_needed_none_is_asked_for() -> None:
    proof = by_invariant(promise_of(TEXTS["a state that alternates, and a total of it"]), Effort())
    assert isinstance(proof, Proof)
    assert [query.purpose for query in proof.queries] == ["after 0 steps", "after 1 step", "2 steps"]


def test_a_claim_is_proved_that_no_other_rung_proves() -> None:
    text = TEXTS["what holds at every state, though it is asked of some sequences"]
    assert isinstance(by_spacer(promise_of(text), Effort()), NoAnswer)
    assert [verdict.method for verdict in verify(parse(text)).verdicts if verdict.kind == "ensures"] == [
        "k-induction, k = 2"
    ]


FALSE = {
    "it breaks at the start": (f"{MIRRORED} main(xs: seq[int 0..9]) ensures result > 20 = fold(turn, xs, 20);", []),
    "it breaks after one step": (
        f"{MIRRORED} main(xs: seq[int 0..9]) ensures result <= 29 + sum(xs) = fold(turn, xs, 20);",
        [0],
    ),
    "it breaks after two steps": (
        f"{SHORTER} main(xs: seq[int 0..9]) ensures result <= 39 + sum(xs) = fold(turn, xs, 0);",
        [0, 0],
    ),
    "it breaks after four steps": (
        f"{AROUND} main(xs: seq[int 0..9]) ensures result + length > 4 or length < 4 = fold(turn, xs, 0);",
        [0, 0, 0, 0],
    ),
    "it breaks only where sequences may end": (
        f"{MIRRORED} main(xs: seq[int 0..9]) requires sum(xs) > 3 ensures result <= 29 = fold(turn, xs, 20);",
        [4],
    ),
}


@pytest.mark.parametrize(("text", "word"), FALSE.values(), ids=FALSE.keys())
def test_a_false_claim_is_refuted_and_not_proved(text: str, word: Sequence[int]) -> None:
    assert isinstance(by_invariant(promise_of(text), Effort()), NoAnswer)
    (verdict,) = (verdict for verdict in verify(parse(text)).verdicts if verdict.kind == "ensures")
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == word


def test_the_proof_is_the_same_on_every_call() -> None:
    text = TEXTS["a longer counter"]
    assert by_invariant(promise_of(text), Effort()) == by_invariant(promise_of(text), Effort())


def test_few_steps_prove_nothing() -> None:
    assert isinstance(by_invariant(promise_of(TEXTS["a longer counter"]), Effort(steps=100)), NoAnswer)
