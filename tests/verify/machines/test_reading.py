"""A machine says on every short input what the interpreter says; drawn claims are never answered wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell import Program, parse
from stdcell.errors import RuntimeFault
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.reference import Exact, call_by_contract
from stdcell.verify import Effort
from stdcell.verify.claims.claim import Claim, own_claims
from stdcell.verify.machines.automaton import by_automaton
from stdcell.verify.machines.induction import by_induction, by_invariant
from stdcell.verify.machines.machine import Machine, Undefined, run
from stdcell.verify.machines.reading import machine_of
from stdcell.verify.outcome import Proof, Refutation

STEPS = """
def add(s, x) { return s + x; }
def flip(s: int 0..1, x: int) -> int 0..1 { return (s + x) mod 2; }
def part(s, x) { return s + 6 / x; }
def dot(s, x, y) { return s + x * y; }
"""
COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
NUMBERS = st.sampled_from(["xs", "xs", "indices", "1", "xs + 1", "length", "scan(flip, xs, 0)", "scan(add, xs, 1)"])
ALONG = st.sampled_from(["xs", "indices", "xs + 1"])
MASKS = st.sampled_from(
    [
        f"select(indices, indices{back}, {comparison})"
        for back in ("", " - 1", " - 2")
        for comparison in ("<", "<=", "==")
    ]
    + ["select(indices, indices, >)", "select(indices, 1, ==)", "select(indices, length - 1, ==)", "select(1, 1, ==)"]
)
SELECTS = st.one_of(
    st.builds("select(xs, {}, {})".format, NUMBERS, COMPARISONS),
    st.builds("select({}, xs, {})".format, NUMBERS, COMPARISONS),
    st.builds("select(xs, {}, {})".format, st.sampled_from("012"), COMPARISONS),
)
SELECTORS = st.one_of(
    MASKS,
    st.builds("({} and {})".format, MASKS, SELECTS),
    st.builds("({} and not {})".format, MASKS, SELECTS),
    st.builds("({} or {} and {})".format, SELECTS, MASKS, SELECTS),
    SELECTS,
)
AGGREGATES = st.sampled_from(["sum", "min", "max", "first", "last", "nearest", "aggregate"])
SEQUENCES = st.one_of(
    st.builds("selector_width({})".format, SELECTORS),
    st.builds("{}({}, {}{})".format, AGGREGATES, SELECTORS, NUMBERS, st.sampled_from(["", ", 0", ", xs"])),
    st.builds("indicator({}({}, xs {} 1))".format, st.sampled_from(["any", "all"]), SELECTORS, COMPARISONS),
    st.builds("scan({}, {}, 0)".format, st.sampled_from(["add", "flip", "part"]), ALONG),
    st.just("scan(dot, zip(xs, indices), 0)"),
    st.builds("aggregate({}, xs, 0) - aggregate({}, indicator(xs == 1), 0)".format, SELECTORS, SELECTORS),
)
PLACES = st.sampled_from(["i", "i + 1", "i - 1", "i - 2", "0", "-1", "length - 1"])
ATOMS = st.one_of(
    st.builds("result[{}] {} xs[{}]".format, PLACES, COMPARISONS, PLACES),
    st.builds("{} {} {}".format, PLACES, COMPARISONS, PLACES),
    st.builds("{} {} length".format, PLACES, COMPARISONS),
)
BODIES = st.one_of(
    ATOMS,
    st.builds("({} implies {})".format, ATOMS, ATOMS),
    st.builds("(i + 1 < length implies {})".format, ATOMS),
    st.builds("({} if {} else {})".format, ATOMS, ATOMS, ATOMS),
)
RANGES = st.sampled_from(["", " in range(length - 1)", " in range(1, length)", " in range(2, length - 1)"])
PROMISES = st.one_of(
    st.builds("result {} {}".format, COMPARISONS, NUMBERS),
    st.builds("{}(result) {} {}(xs)".format, st.sampled_from(["sum", "min", "max"]), COMPARISONS,
              st.sampled_from(["sum", "min", "max"])),
    st.sampled_from(["sorted(result)", "distinct(xs)", "permutation(result, xs)", "count(result, 1) <= count(xs, 1)"]),
    st.builds("{} i{}: {}".format, st.sampled_from(["forall", "exists"]), RANGES, BODIES),
    st.builds("fold(add, xs, 0) {} sum(result)".format, COMPARISONS),
)  # fmt: skip
REQUIREMENTS = st.sampled_from(
    ["length > 0", "length > 0", "xs[0] > 0", "sorted(xs)", "xs != 1", "forall i: xs[i] > 0"]
)
MAIN = "main(xs: seq[int 0..2]) requires {} ensures {} = {};"
TEXTS = st.builds(MAIN.format, REQUIREMENTS, PROMISES, SEQUENCES)
WORDS = [list(word) for n in range(5) for word in product(range(3), repeat=n)]


def claims_of(program: Program) -> list[Claim]:
    """The claims of `main` about its inputs."""
    claims = own_claims(program.functions["main"], program.spans)
    return [claim for claim in claims if not claim.speaks_of_inner_inputs]


def told(program: Program, claim: Claim, word: list[int]) -> bool | None:
    """Whether the claim holds of an input; None where what is assumed does not, or the program faults."""
    inputs = {claim.function.parameters[0].key: word}

    def value_of(node: Any) -> bool:
        return bool(evaluate([node], Exact(program, call_by_contract), len(word), inputs)[node])

    try:
        return value_of(claim.condition) if all(map(value_of, claim.given)) else None
    except RuntimeFault:
        return None


def passed(machine: Machine, word: list[int]) -> bool | None:
    """Whether the run of an input reaches the goal; None where it does not meet what is assumed, or is stuck."""
    try:
        is_meant, reaches = run(machine, [word])
    except Undefined:
        return None
    return reaches if is_meant else None


def differences(program: Program) -> Iterator[tuple[str, list[int]]]:
    """Inputs of which a claim and its machine say different things."""
    for claim in claims_of(program):
        machine = machine_of(claim)
        if isinstance(machine, Machine):
            for word in WORDS:
                expected = told(program, claim, word)
                if expected is not None and passed(machine, word) != expected:
                    yield claim.text, word


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text=TEXTS)
def test_a_machine_ends_as_the_interpreter_does(text: str) -> None:
    assert next(differences(parse(STEPS + text)), None) is None


def wrong_answers(program: Program) -> Iterator[tuple[str, str]]:
    """Claims that are proved though an input breaks them, or refuted by one that does not, or by one too long."""
    for claim in claims_of(program):
        broken = [word for word in WORDS if told(program, claim, word) is False]
        for strategy in (by_induction, by_automaton, by_invariant):
            match strategy(claim, Effort(steps=100_000, states=400)):
                case Proof() if broken:
                    yield "proved", claim.text
                case Refutation(n_positions=n_positions, inputs=inputs):
                    if told(program, claim, inputs["main.0"]) is not False:
                        yield "refuted", claim.text
                    if broken and len(broken[0]) < n_positions:
                        yield "not the shortest", claim.text


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text=TEXTS)
def test_no_claim_is_answered_wrongly(text: str) -> None:
    assert next(wrong_answers(parse(STEPS + text)), None) is None


READ = {
    "an element around the start": (
        "forall i: result[i] == xs[i - 1]",
        "aggregate(select(indices, indices - 1, ==), xs, xs[-1])",
    ),
    "the whole before it is read": ("sum(result) mod 2 == length mod 2", "selector_width(select(xs, xs, ==))"),
    "what comes later": ("result == length - indices - 1", "selector_width(select(indices, indices, >))"),
    "means of different counts": (
        "result == aggregate(select(indices, indices, <), xs, 0)",
        "aggregate(select(indices, indices, <=), xs)",
    ),
    "few values": ("distinct(xs) implies length <= 3", "xs"),
}


@pytest.mark.parametrize(("promise", "body"), READ.values(), ids=READ.keys())
def test_a_claim_is_read(promise: str, body: str) -> None:
    program = parse(f"main(xs: seq[int 0..2]) requires length > 0 ensures {promise} = {body};")
    machines = [machine_of(claim) for claim in claims_of(program)]
    assert all(isinstance(machine, Machine) and not machine.forgotten for machine in machines)
    assert list(differences(program)) == []
