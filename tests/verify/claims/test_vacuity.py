"""A contract that nothing meets is an error with the clauses that contradict; proofs say whether premises hold."""

from __future__ import annotations

import pytest

from stdcell import Report, Verdict, parse, verify
from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.types import Int
from stdcell.errors import Source, UnknownCell
from stdcell.verify import Effort

DIGIT = "type Digit = int 0..9;\n"


def errors(report: Report) -> list[tuple[str, str | None]]:
    """Kind and reason of every verdict that is an error."""
    return [(verdict.kind, verdict.reason) for verdict in report.verdicts if verdict.status == "error"]


CONTRADICTORY = {
    "one clause": ("requires x > 3 and x < 2", "requires", "`requires x > 3 and x < 2` [2:16] contradicts itself"),
    "two parts of three": (
        "requires x > 3 and x != 7 and x < 2",
        "requires",
        "`x > 3` and `x < 2` in `requires x > 3 and x != 7 and x < 2` [2:16] contradict one another",
    ),
    "one part of two": (
        "requires x != 7 and x < x - 1",
        "requires",
        "`x < x - 1` in `requires x != 7 and x < x - 1` [2:16] contradicts itself",
    ),
    "two of three clauses": (
        "requires x > 3 requires x != 7 requires x < 2",
        "requires",
        "`requires x > 3` [2:16] and `requires x < 2` [2:47] contradict one another",
    ),
    "a type": ("requires x > 9", "requires", "`x: int 0..9` [2:6] and `requires x > 9` [2:16] contradict one another"),
    "a division": ("requires 1 / (x - x) > 0", "requires", "`requires 1 / (x - x) > 0` [2:16] is defined on no input"),
    "a division where the rest holds": (
        "requires x == 3 requires 1 / (x - 3) < 5",
        "requires",
        "`requires x == 3` [2:16] and that `requires 1 / (x - 3) < 5` [2:32] is defined contradict one another",
    ),
    "a promise": (
        "ensures result > 3 and result < 1",
        "ensures",
        "`ensures result > 3 and result < 1` [2:16] contradicts itself",
    ),
    "a promise against a requirement": (
        "requires x > 3 and x != 7 ensures result == x ensures result < 2",
        "ensures",
        "`x > 3` in `requires x > 3 and x != 7` [2:16] and `ensures result == x` [2:42] "
        "and `ensures result < 2` [2:62] contradict one another",
    ),
    "a promise against the type of the result": (
        "ensures result < 0",
        "ensures",
        "`result: int 0..9` and `ensures result < 0` [2:16] contradict one another",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("contract", "kind", "core"), CONTRADICTORY.values(), ids=CONTRADICTORY.keys())
def test_a_contradictory_contract_is_an_error_that_names_its_clauses(contract: str, kind: str, core: str) -> None:
    report = verify(parse(f"{DIGIT}main(x: Digit) {contract} = x;"))
    assert errors(report) == [(kind, f"no input meets it: {core}")]
    assert not report.is_proved


def test_a_contradiction_about_sequences_is_shown_for_all_lengths() -> None:
    report = verify(parse(f"{DIGIT}main(xs: seq[Digit]) requires sorted(xs) and xs[0] > xs[-1] = xs;"))
    assert [kind for kind, _ in errors(report)] == ["requires"]


def test_a_requirement_that_looks_beyond_the_end_is_defined_on_no_input() -> None:
    report = verify(parse(f"{DIGIT}main(xs: seq[Digit]) requires exists i: xs[i + 1] == xs[i - 1] = xs;"))
    told = "no input meets it: `requires exists i: xs[i + 1] == xs[i - 1]` [2:22] is defined on no input"
    assert errors(report) == [("requires", told)]


def test_a_requirement_that_only_long_inputs_meet_is_no_error() -> None:
    report = verify(parse(f"{DIGIT}main(xs: seq[Digit]) requires length > 5 ensures result >= 0 = xs;"))
    assert [(verdict.status, verdict.vacuity) for verdict in report.verdicts] == [("proved", "met at length 6")]


@pytest.mark.parametrize("length", [5, 7, 20])
def test_a_requirement_that_inputs_of_one_length_meet_is_no_error(length: int) -> None:
    report = verify(parse(f"main(xs: seq[bool]) requires length == {length} ensures result == xs = xs;"))
    assert [(verdict.status, verdict.vacuity) for verdict in report.verdicts] == [("proved", f"met at length {length}")]


LATE = "main(xs: seq[int]) requires length >= 10 ensures sum(xs * result) != 1 = xs[length - indices - 1];"


def test_a_proof_up_to_a_length_that_no_required_input_has_is_none() -> None:
    verdict = verify(parse(LATE)).verdicts[-1]
    assert verdict.status == "unknown"
    assert verdict.reason == (
        "it holds for n <= 6, but no input of such a length meets what is required: the shortest found has length 10"
    )


def test_a_proof_of_no_elements_is_none() -> None:
    report = verify(parse(LATE.replace("requires length >= 10", "")), effort=Effort(up_to=0))
    verdict = report.verdicts[-1]
    assert verdict.status == "unknown"
    assert verdict.reason == "it holds of sequences without elements, and no others were tried"


def test_a_requirement_that_only_no_elements_meet_says_so() -> None:
    report = verify(parse("main(xs: seq[bool]) requires not exists i: i == i = xs;"))
    told = "no input but that of no elements meets it: `requires not exists i: i == i` [1:21] contradicts itself"
    assert errors(report) == [("requires", told)]


def test_a_requirement_that_no_tried_input_meets_says_which_were_tried() -> None:
    report = verify(parse(f"{DIGIT}main(xs: seq[Digit]) requires length > 100 ensures result >= 0 = xs;"))
    verdict = report.verdicts[0]
    assert verdict.status == "unknown"
    assert verdict.reason == (
        "no input of length 1, 2, 3, 4, 6, 8 meets it, and whether one of another length does is not known"
    )
    assert report.verdicts[1].vacuity == f"not shown: {verdict.reason}"


def test_a_contradictory_promise_proves_nothing_about_its_callers() -> None:
    text = f"""{DIGIT}
    def odd(x: Digit) -> Digit requires x > 3 ensures result < 2 and result > 5 {{ return x; }}
    main(x: Digit) requires x > 3 ensures result == 99 = odd(x);
    """
    report = verify(parse(text))
    found = [verdict.status for verdict in report.verdicts if verdict.claim == "ensures result == 99"]
    assert "proved" not in found


def test_requirements_that_contradict_along_a_chain_are_refuted_at_the_call() -> None:
    text = f"""{DIGIT}
    def low(x: Digit) -> Digit requires x < 3 {{ return x; }}
    main(x: Digit) requires x > 5 = low(x);
    """
    (verdict,) = [one for one in verify(parse(text)).verdicts if one.kind == "requires"]
    assert verdict.status == "refuted"


class ImpossibleCircuit:
    """Knows `odd`, whose contract no values meet."""

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        port = CellPort("a", Int(0, 9))
        contract = "result == a and result > 20"
        return CellSignature(kind, name, "8" * 64, (port,), CellPort("result", Int(0, 9)), None, contract)

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        raise UnknownCell(f"no program named {name!r}")

    def find_matching(self, kind: str, wanted: object) -> CellSignature:
        raise UnknownCell(f"no {kind} is looked for")


def test_a_cell_whose_contract_nothing_meets_is_an_error() -> None:
    text = f"use circuit odd as odd;\n{DIGIT}main(x: Digit) = odd(x);"
    report = verify(parse(text, scope=ImpossibleCircuit()))
    told: list[Verdict] = [verdict for verdict in report.verdicts if verdict.status == "error"]
    assert [verdict.claim for verdict in told] == ["odd: result == a and result > 20"]
