"""Machines of any number of states: proved by the claim itself or by an invariant, in Z3 and in another solver."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from stdcell import parse
from stdcell.verify import Effort
from stdcell.verify.claims.claim import Claim, own_claims
from stdcell.verify.machines.automaton import by_automaton
from stdcell.verify.machines.induction import by_induction, by_invariant
from stdcell.verify.machines.spacer import by_spacer
from stdcell.verify.outcome import NoAnswer, Proof, Strategy


def promise_of(text: str) -> Claim:
    """The first promise of `main`."""
    program = parse(text)
    claims = own_claims(program.functions["main"], program.spans)
    return next(claim for claim in claims if claim.kind == "ensures")


BRACKETS = """
type Bracket = token {"(", ")", "x"};
def deeper(s: int, t: Bracket) -> int { return s + (1 if t == "(" else (-1 if t == ")" else 0)); }
"""
BALANCED = "all(scan(deeper, xs, 0) >= 0) and fold(deeper, xs, 0) == 0"
COUNTED = (
    'all(selector_width(select(xs, "(", ==) and select(indices, indices, <=)) >= '
    'selector_width(select(xs, ")", ==) and select(indices, indices, <=))) and count(xs, "(") == count(xs, ")")'
)
DYCK = f"{BRACKETS}main(xs: seq[Bracket]) ensures result == ({BALANCED}) = {COUNTED};"
MEANS = f"""{BRACKETS}
def share(xs: seq[Bracket], t: Bracket) {{ return aggregate(select(indices, indices, <=), indicator(xs == t)); }}
def balanced(xs: seq[Bracket]) -> bool {{
    balance = share(xs, "(") - share(xs, ")");
    return balance[-1] == 0 and all(balance >= 0);
}}
main(xs: seq[Bracket]) requires length > 0 ensures result == ({BALANCED}) = balanced(xs);
"""
STEPS = """
def add(s: int, x: int 0..9) -> int { return s + x; }
def thrice(s: int, x: int 0..9) -> int { return s + 3 * x; }
def larger(s: int, x: int 0..9) -> int { return max(s, x); }
def threes(s: int, x: int 0..9) -> int { return s + indicator(x == 3); }
def vote(s: int, x: int 0..9) -> int { return s + (1 if x > 4 else -1); }
"""
MAIN = f"{STEPS}main(xs: seq[int 0..9])"
OWN = {
    "a total": f"{MAIN} ensures result == sum(xs) = fold(add, xs, 0);",
    "counters up to scaling": f"{MAIN} ensures result == 3 * fold(add, xs, 0) = fold(thrice, xs, 0);",
    "a suffix is what the prefix leaves": (
        f"{MAIN} ensures result == length - indices - 1 = selector_width(select(indices, indices, >));"
    ),
}
INVARIANT = {
    "brackets": DYCK,
    "brackets by means": MEANS,
    "a scan is a width": (
        f"{MAIN} ensures result == selector_width(select(xs, 3, ==) and select(indices, indices, <=)) "
        "= scan(threes, xs, 0);"
    ),
    "a scan is a largest value": (
        f"{MAIN} ensures result == max(select(indices, indices, <=), xs) = scan(larger, xs, 0);"
    ),
    "a majority": f"{MAIN} ensures result == (2 * count(xs > 4, True) > length) = fold(vote, xs, 0) > 0;",
    "a prefix is not longer than the whole": (
        f"{MAIN} ensures result <= length = selector_width(select(xs, 3, ==) and select(indices, indices, <=));"
    ),
    "a shifted sum": f"{MAIN} ensures sum(result) <= sum(xs) = aggregate(select(indices, indices - 1, ==), xs, 0);",
}


@pytest.mark.parametrize("text", OWN.values(), ids=OWN.keys())
def test_a_claim_that_is_its_own_invariant_is_proved(text: str) -> None:
    proof = by_induction(promise_of(text), Effort())
    assert isinstance(proof, Proof)
    assert (proof.strategy, proof.reach) == ("induction over the elements", None)


@pytest.mark.parametrize("text", INVARIANT.values(), ids=INVARIANT.keys())
def test_a_claim_is_proved_by_an_invariant_among_templates(text: str) -> None:
    proof = by_invariant(promise_of(text), Effort())
    assert isinstance(proof, Proof)
    assert proof.strategy == "induction with an invariant"


WRONG = {
    "brackets that may end open": DYCK.replace("fold(deeper, xs, 0) == 0", "True"),
    "brackets counted before": DYCK.replace("indices, <=", "indices, <"),
    "another scale": OWN["counters up to scaling"].replace("result == 3", "result == 4"),
    "a majority that may be none": INVARIANT["a majority"].replace("> length", ">= length"),
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG.keys())
def test_a_false_claim_has_no_invariant(text: str) -> None:
    claim = promise_of(text)
    assert [type(strategy(claim, Effort())) for strategy in (by_induction, by_invariant)] == [NoAnswer, NoAnswer]


def test_an_invariant_is_the_same_on_every_call() -> None:
    assert by_invariant(promise_of(DYCK), Effort()) == by_invariant(promise_of(DYCK), Effort())


PARITY = """def flip(s: bool, x: int 0..9) -> bool { return s != (x > 4); }
main(xs: seq[int 0..9]) ensures result == (count(xs > 4, True) mod 2 == 1) = fold(flip, xs, False);"""
CAPPED = """def up(s: int, x: bool) -> int { return min(s + indicator(x), 5); }
main(xs: seq[bool]) ensures (result == 5) == (count(xs, True) >= 5) = fold(up, xs, 0);"""
ASKED: list[tuple[str, Strategy]] = [
    *((text, by_induction) for text in OWN.values()),
    *((text, by_invariant) for text in INVARIANT.values()),
    (PARITY, by_automaton),
    (CAPPED, by_spacer),
]


@pytest.mark.parametrize(("text", "strategy"), ASKED, ids=[*OWN, *INVARIANT, "parity", "a capped counter"])
def test_another_solver_finds_no_exception_either(text: str, strategy: Strategy) -> None:
    cvc5 = pytest.importorskip("cvc5")
    proof = strategy(promise_of(text), Effort())
    assert isinstance(proof, Proof)
    assert [answer_of_other(cvc5, query.text) for query in proof.queries] == ["unsat"] * len(proof.queries)


def answer_of_other(cvc5: Any, text: str) -> str:
    """What cvc5 answers to a question."""
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    parser = cvc5.InputParser(solver, cvc5.SymbolManager(manager))
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "query")
    answers = []
    while not (command := parser.nextCommand()).isNull():
        answers.append(command.invoke(solver, parser.getSymbolManager()))
    return str(answers[-1]).strip()


def test_an_invariant_of_the_solver_is_proved_by_the_same_questions() -> None:
    proof = by_spacer(promise_of(CAPPED), Effort())
    assert isinstance(proof, Proof)
    assert [query.purpose for query in proof.queries] == ["the start", "a step", "the end"]


def test_where_the_solver_finds_no_invariant_there_is_no_proof() -> None:
    assert isinstance(by_spacer(promise_of(CAPPED.replace(">= 5", ">= 4")), Effort()), NoAnswer)


def test_a_machine_without_a_state_has_no_invariant_to_be_found() -> None:
    assert isinstance(
        by_spacer(promise_of("main(xs: seq[int 0..2]) ensures any(result > xs) = xs;"), Effort()), NoAnswer
    )


TOTAL = """def add(total: int, x: int) -> int { return total + x; }
main(xs: seq[int 0..2]) ensures forall i: i == length - 1 implies result[i] == sum(xs) = scan(add, xs, 0);"""
OTHER = """def sub(total: int, x: int) -> int { return total - x; }
main(xs: seq[int 0..2]) ensures forall i: i == length - 1 implies result[i] == 0 - sum(xs) = scan(sub, xs, 0);"""


def test_an_invariant_of_the_solver_does_not_depend_on_what_was_asked_before() -> None:
    alone = subprocess.run(
        [sys.executable, "-c", ASKED_ALONE.format(text=TOTAL)], capture_output=True, text=True, check=True
    )
    by_spacer(promise_of(OTHER), Effort())
    proof = by_spacer(promise_of(TOTAL), Effort())
    assert isinstance(proof, Proof)
    assert alone.stdout.split() == [query.digest for query in proof.queries]


ASKED_ALONE = """
from stdcell import parse
from stdcell.verify import Effort, own_claims
from stdcell.verify.machines.spacer import by_spacer
program = parse('''{text}''')
claim = list(own_claims(program.functions["main"], program.spans))[-1]
print(*(query.digest for query in by_spacer(claim, Effort()).queries))
"""


def test_a_limit_of_one_step_ends_the_search_for_an_invariant() -> None:
    hard = "main(xs: seq[int 0..2]) ensures sum(xs * xs) * length >= sum(xs) * sum(xs) = xs;"
    assert isinstance(by_spacer(promise_of(hard), Effort(steps=1)), NoAnswer)
