"""What partial operations owe, and that it is proved where it holds and refuted where it does not."""

from __future__ import annotations

import pytest

from stdcell import Report, parse, verify
from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.types import Int
from stdcell.errors import Source, UnknownCell

DIGIT = "type Digit = int 0..9;\n"


def defined(report: Report) -> list[tuple[str, str, str]]:
    """Claim, status and scope of every verdict on whether there is an answer."""
    return [(verdict.claim, verdict.status, verdict.scope) for verdict in report.verdicts if verdict.kind == "defined"]


SELECTS, ENTRY = "the aggregate selects some value", "the table has an entry"
POSITION, DIVISOR = "the position is in the sequence", "the divisor is not zero"

DEFINED = {
    "mean of a prefix": ("aggregate(select(indices, indices, <=), xs)", SELECTS),
    "largest of a suffix": ("max(select(indices, indices, >=), xs)", SELECTS),
    "mirrored position": ("xs[length - indices - 1]", POSITION),
    "last position": ("xs[-1] + indices", POSITION),
    "table behind a requirement": ("{1: 4, 2: 5, 3: 6}[max(xs, 1) - max(xs - 3, 0)]", ENTRY),
    "division in a quantifier": ("indicator(forall i: xs[i] == 0 or 9 / xs[i] >= 1)", DIVISOR),
    "division in a guarded choice": ("indicator(exists i: (xs[i] > 0 and 9 / xs[i] > 3))", DIVISOR),
    "position behind a guard": ("indicator(forall i: i + 1 < length implies xs[i] <= xs[i + 1])", POSITION),
}


@pytest.mark.parametrize(("body", "claim"), DEFINED.values(), ids=DEFINED.keys())
def test_a_partial_operation_that_has_an_answer_is_proved_for_all_lengths(body: str, claim: str) -> None:
    found = defined(verify(parse(f"{DIGIT}main(xs: seq[Digit]) requires length > 0 = {body};")))
    assert {(text, status, scope) for text, status, scope in found} == {
        (text, "proved", "all lengths") for text, _, _ in found
    }
    assert claim in {text for text, _, _ in found}


UNDEFINED = {
    "mean of what comes before": ("aggregate(select(indices, indices, <), xs)", SELECTS),
    "last of what is larger": ("last(select(xs, xs, >), xs)", SELECTS),
    "next position": ("xs[indices + 1]", POSITION),
    "table": ("{0: 1, 1: 0}[xs]", ENTRY),
    "table of pairs": ("{(0, 0): 1, (0, 1): 0, (1, 0): 2}[xs, indices]", ENTRY),
    "division in a quantifier": ("exists i: 9 / xs[i] > 3", DIVISOR),
    "guard that is too weak": ("forall i: i < length implies xs[i] <= xs[i + 1]", POSITION),
}


@pytest.mark.parametrize(("body", "claim"), UNDEFINED.values(), ids=UNDEFINED.keys())
def test_a_partial_operation_that_may_have_no_answer_is_refuted(body: str, claim: str) -> None:
    found = defined(verify(parse(f"{DIGIT}main(xs: seq[Digit]) = {body};")))
    assert (claim, "refuted", "one input") in found


OWES_NOTHING = {
    "sum": "sum(select(indices, indices, <), xs)",
    "any": "any(select(indices, indices, <), xs > 3)",
    "all": "all(select(indices, indices, <), xs > 3)",
    "default": "first(select(indices, indices, <), xs, 0)",
    "table of all digits": "{0: 1, 1: 2, 2: 0}[xs mod 3]",
    "table of booleans": "{True: 1, False: 0}[xs > 3]",
    "reductions": "indicator(any(xs > 3)) + xs",
}


@pytest.mark.parametrize("body", OWES_NOTHING.values(), ids=OWES_NOTHING.keys())
def test_an_operation_that_always_has_an_answer_owes_nothing(body: str) -> None:
    assert defined(verify(parse(f"{DIGIT}main(xs: seq[Digit]) = {body};"))) == []


STEP = """
def share(total, x) { return total + 6 / x; }
main(xs: seq[int 0..9]) requires forall i: xs[i] > 0 = fold(share, xs, 0);
"""


def test_a_division_in_a_step_is_owed_for_every_element() -> None:
    assert defined(verify(parse(STEP))) == [(DIVISOR, "proved", "all lengths")]


def test_a_division_by_zero_in_a_step_is_refuted_by_an_input() -> None:
    report = verify(parse(STEP.replace("xs[i] > 0", "xs[i] < 9")))
    verdict = next(verdict for verdict in report.verdicts if verdict.kind == "defined")
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == [0]


def test_a_promise_that_is_not_defined_says_so() -> None:
    report = verify(parse(f"{DIGIT}main(xs: seq[Digit]) ensures forall i: result[i + 1] >= 0 = xs;"))
    claim = f"{POSITION} in ensures forall i: result[i + 1] >= 0"
    assert (claim, "refuted", "one input") in defined(report)


BEHIND_GUARDS = {
    "first element": "length > 0 implies result[0] == xs[-1]",
    "extremes": "length > 0 implies max(result) == max(xs)",
    "a choice": "(result[-1] if length > 0 else 0) == (xs[0] if length > 0 else 0)",
    "one of several": "length == 0 or sum(result) / length == sum(xs) / length",
    "a conjunct": "length >= 0 and (length == 1 implies result[0] == xs[0])",
}


@pytest.mark.parametrize("promise", BEHIND_GUARDS.values(), ids=BEHIND_GUARDS.keys())
def test_a_condition_owes_what_stands_behind_a_guard_only_where_the_guard_holds(promise: str) -> None:
    body = "aggregate(select(indices, length - indices - 1, ==), xs)"
    report = verify(parse(f"main(xs: seq[int]) ensures {promise} = {body};"))
    assert {(verdict.status, verdict.scope) for verdict in report.verdicts} == {("proved", "all lengths")}


def test_what_a_step_has_come_to_at_the_end_is_proved_behind_a_guard() -> None:
    text = """def add(total: int, x: int) -> int { return total + x; }
    main(xs: seq[int]) ensures length > 0 implies result[-1] == sum(xs) = scan(add, xs, 0);
    """
    assert verify(parse(text)).is_proved_for_all_lengths


def test_a_promise_that_is_not_defined_everywhere_is_not_proved() -> None:
    report = verify(parse("main(xs: seq[int]) ensures result[0] == xs[0] = xs;"))
    verdict = next(verdict for verdict in report.verdicts if verdict.kind == "ensures")
    assert verdict.status == "unknown"
    assert verdict.reason == (
        f"it holds where it is defined, but this is refuted: {POSITION} in ensures result[0] == xs[0]"
    )


def test_a_requirement_is_read_only_as_far_as_needed() -> None:
    text = "main(xs: seq[int]) requires length == 0 or xs[0] > 3 ensures length > 0 implies result[0] > 3 = xs;"
    assert verify(parse(text)).is_proved_for_all_lengths


def test_a_false_promise_behind_a_guard_is_refuted_where_the_guard_holds() -> None:
    report = verify(parse("main(xs: seq[int]) ensures length > 1 implies result[0] < result[1] = xs;"))
    refuted = [verdict.counterexample for verdict in report.verdicts if verdict.status == "refuted"]
    assert [found and found.inputs for found in refuted] == [[0, 0]]


def test_a_promise_that_is_false_where_its_guard_fails_is_refuted_there() -> None:
    report = verify(parse("main(xs: seq[int]) ensures length > 0 and xs[0] == result[0] = xs;"))
    refuted = [verdict.counterexample for verdict in report.verdicts if verdict.status == "refuted"]
    assert [found and found.inputs for found in refuted] == [[]]


def test_a_type_that_is_promised_behind_a_guard_is_not_taken_for_granted() -> None:
    text = """def bit(xs: seq[int 0..1]) -> seq[int 0..1] { return xs; }
    main(xs: seq[int 0..9]) ensures length > 5 or sum(bit(xs)) <= length = xs;
    """
    report = verify(parse(text))
    assert {verdict.kind for verdict in report.verdicts if verdict.status == "refuted"} == {"wire"}


def test_a_requirement_is_assumed_to_be_defined() -> None:
    report = verify(parse(f"{DIGIT}main(xs: seq[Digit]) requires xs[0] > 3 ensures exists i: result[i] > 3 = xs;"))
    assert report.is_proved


def test_a_call_owes_that_the_requirement_is_defined() -> None:
    text = f"""{DIGIT}
    def head(xs: seq[Digit]) -> Digit requires xs[0] >= 0 {{ return xs[0]; }}
    main(xs: seq[Digit]) -> Digit = head(xs);
    """
    assert (f"{POSITION} in head requires xs[0] >= 0", "refuted", "one input") in defined(verify(parse(text)))


class HalvingCircuit:
    """Knows `half`, which asks for an even number."""

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        port = CellPort("a", Int(0, 9))
        return CellSignature(
            kind, name, "7" * 64, (port,), CellPort("result", Int(0, 4)), "a mod 2 == 0", "result == a / 2"
        )

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        raise UnknownCell(f"no program named {name!r}")

    def find_matching(self, kind: str, wanted: object) -> CellSignature:
        raise UnknownCell(f"no {kind} is looked for")


def test_what_a_cell_requires_is_owed_inside_a_step() -> None:
    text = """use circuit half as half;
    def step(total: int, x: int 0..9) -> int { return total + half(x); }
    main(xs: seq[int 0..9]) = fold(step, xs, 0);
    """
    report = verify(parse(text, scope=HalvingCircuit()))
    found = {(verdict.claim, verdict.status) for verdict in report.verdicts if verdict.kind == "requires"}
    assert found == {("half requires a mod 2 == 0", "refuted")}
