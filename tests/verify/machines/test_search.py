"""Runs up to a length: a claim that breaks after many elements is refuted by the shortest word, others are proved."""

from __future__ import annotations

import pytest

from stdcell import parse
from stdcell.verify import Claim, Effort, own_claims
from stdcell.verify.certificates.solvers import ask_cvc5
from stdcell.verify.machines.search import by_search
from stdcell.verify.outcome import NoAnswer, Outcome, Proof, Refutation

BRACKETS = """
type Bracket = token {"(", ")"};
def deeper(s: int, t: Bracket) -> int { return s + (1 if t == "(" else -1); }
"""


def promise_of(text: str) -> Claim:
    """The first promise of `main`."""
    program = parse(text)
    return next(claim for claim in own_claims(program.functions["main"], program.spans) if claim.kind == "ensures")


def searched(promise: str, up_to: int, states: int = 100_000) -> Outcome:
    """What the search says of a promise about the depth of brackets."""
    text = f"{BRACKETS}main(xs: seq[Bracket]) ensures {promise} = fold(deeper, xs, 0);"
    return by_search(promise_of(text), Effort(up_to=up_to, states=states))


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


def test_that_no_run_breaks_a_claim_is_proved_up_to_the_length() -> None:
    proof = searched("result <= length", up_to=5)
    assert isinstance(proof, Proof)
    assert (proof.reach, [query.purpose for query in proof.queries]) == (5, ["the start", "a step", "the end"])


@pytest.mark.parametrize(("up_to", "answer"), [(40, Proof), (41, Refutation)])
def test_a_claim_is_proved_up_to_the_length_before_it_breaks(up_to: int, answer: type) -> None:
    assert isinstance(searched("result <= 40", up_to), answer)


def test_nothing_is_proved_where_the_states_are_too_many() -> None:
    reason = "no run up to length 5 breaks it, and longer ones have too many states"
    assert searched("result <= length", up_to=9, states=6) == NoAnswer(reason)


@pytest.mark.parametrize("steps", [0, 10])
def test_nothing_is_proved_where_the_solver_gives_up(steps: int) -> None:
    found = by_search(promise_of(LONG["brackets"]), Effort(up_to=20, steps=steps))
    assert found == NoAnswer("no run breaks it, but its 60 states are too many for the solver")


DEEPER = "def deeper(d: int, opens: bool) -> int { return -1 if d < 0 else (d + 1 if opens else d - 1); }"
BALANCE = (
    "(sum(select(indices, indices, <=), indicator(opens)) - sum(select(indices, indices, <=), indicator(not opens)))"
)
LONG = {
    "brackets": (
        f"{DEEPER} main(opens: seq[bool]) ensures result == (scan(deeper, opens, 0) == 0) "
        f"= {BALANCE} == 0 and not any(select(indices, indices, <=), {BALANCE} < 0);"
    ),
    "a depth is a difference of counts": (
        f'{BRACKETS}main(xs: seq[Bracket]) ensures result == count(xs, "(") - count(xs, ")") = fold(deeper, xs, 0);'
    ),
    "what is left of the length": (
        "main(xs: seq[bool]) ensures result == length - 1 - indices = selector_width(select(indices, indices, >));"
    ),
    "means": (
        "main(xs: seq[int 0..1]) ensures 0 <= result and 2 * result <= 2 = aggregate(select(indices, indices, <=), xs);"
    ),
    "a scalar that is given": "main(xs: seq[int 0..3], c: int 0..3) ensures result <= length = count(xs, c);",
    "a counter that is asked for its remainder": (
        "main(xs: seq[bool]) ensures result mod 6 != 5 or result mod 3 == 2 = count(xs, True);"
    ),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_claim_is_proved_up_to_length_thirty_and_another_solver_agrees(text: str) -> None:
    pytest.importorskip("cvc5")
    proof = by_search(promise_of(text), Effort(up_to=30))
    assert isinstance(proof, Proof)
    assert proof.reach == 30
    assert [ask_cvc5(query.text) for query in proof.queries] == ["unsat"] * 3


def test_brackets_are_an_automaton_up_to_length_256() -> None:
    proof = by_search(promise_of(LONG["brackets"]), Effort(up_to=256))
    assert isinstance(proof, Proof)
    assert (proof.strategy, proof.reach) == ("every run, of 768 states", 256)


WRONG = {
    "brackets that may end open": (LONG["brackets"].replace(f"{BALANCE} == 0 and", f"{BALANCE} >= 0 and"), 1),
    "brackets that went below before": (LONG["brackets"].replace("indices, <=), ", "indices, <), ", 5), 1),
    "a depth that is no difference": (
        LONG["a depth is a difference of counts"].replace(
            'count(xs, ")") =', 'count(xs, ")") + indicator(length > 9) ='
        ),
        10,
    ),
    "a length that is one too large": (LONG["what is left of the length"].replace("length - 1", "length"), 1),
}


@pytest.mark.parametrize(("text", "shortest"), WRONG.values(), ids=WRONG.keys())
def test_a_claim_that_is_a_little_wrong_is_refuted(text: str, shortest: int) -> None:
    found = by_search(promise_of(text), Effort(up_to=30))
    assert isinstance(found, Refutation)
    assert found.n_positions == shortest


def test_the_proof_is_the_same_on_every_call() -> None:
    claim = promise_of(LONG["brackets"])
    assert by_search(claim, Effort(up_to=30)) == by_search(claim, Effort(up_to=30))
