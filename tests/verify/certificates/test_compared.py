"""Certificates of two programs that were compared hold both, and are checked like those of one."""

from __future__ import annotations

from typing import Any

import pytest

from stdcell import parse
from stdcell.errors import Source
from stdcell.verify import Effort
from stdcell.verify.certificates.certificate import Certificate, read_certificate
from stdcell.verify.certificates.checking import check_certificate
from stdcell.verify.certificates.subject import Comparison, Relation, answers_about
from stdcell.verify.certificates.writing import certify, report_of
from stdcell.verify.prove import STRATEGIES

from .conftest import Change, Forge

EFFORT = Effort(up_to=2)
TWICE = "main(x: int 0..9) ensures result <= 18 = x + x;"
DOUBLE = "main(x: int 0..9) ensures result <= 20 = 2 * x;"
SQUARE = "main(x: int 0..9) = x * x;"
MORE, PLUS = ("more = 1 + tokens;", "plus = tokens + 1;")


def compared(relation: Relation, first: str, second: str, dialect: str = "cell", **options: Any) -> Comparison:
    programs = (
        parse(Source(first, f"first.{dialect}"), dialect=dialect),
        parse(Source(second, f"second.{dialect}"), dialect=dialect),
    )
    return Comparison(relation, programs, **options)


def certified(comparison: Comparison) -> Certificate:
    return certify(comparison, answers_about(comparison, None, EFFORT, STRATEGIES), effort=EFFORT)


def numbers(low: int, high: int) -> Any:
    """The element type of an input with these numbers."""
    return parse(f"main(x: int {low}..{high}) = x;").functions["main"].parameters[0].type


COMPARED: dict[str, tuple[Comparison, str]] = {
    "equivalent": (compared("equivalent", TWICE, DOUBLE), "proved"),
    "one graph": (compared("equivalent", TWICE, TWICE), "proved"),
    "not equivalent": (compared("equivalent", TWICE, SQUARE), "refuted"),
    "refines": (compared("refines", TWICE, DOUBLE), "proved"),
    "does not refine": (compared("refines", SQUARE, DOUBLE), "refuted"),
    "of open inputs": (compared("equivalent", MORE, PLUS, "rasp", open_type=numbers(0, 2)), "proved"),
    "of outputs that are named": (
        compared(
            "equivalent", "one = 1 + indices;\n" + MORE, PLUS, "rasp", outputs=("more", None), open_type=numbers(0, 2)
        ),
        "proved",
    ),
}


@pytest.mark.parametrize(("comparison", "status"), COMPARED.values(), ids=COMPARED.keys())
def test_what_was_compared_is_confirmed(comparison: Comparison, status: str) -> None:
    certificate = read_certificate(certified(comparison).text)
    assert certificate.entries[-1].verdict["status"] == status
    assert {finding.standing for finding in check_certificate(certificate)} == {"confirmed"}


def test_the_report_is_the_same_after_it_was_written_down() -> None:
    comparison = compared("equivalent", TWICE, DOUBLE)
    report = answers_about(comparison, None, EFFORT, STRATEGIES)
    assert report_of(read_certificate(certify(comparison, report, effort=EFFORT).text)) == report


def _other(**changed: str) -> Change:
    return lambda content: content["comparison"]["other"].update(changed)


FORGED: dict[str, tuple[Change, str]] = {
    "the other program is another": (_other(text=SQUARE), "it is another one now: other: graph"),
    "its graph is another": (_other(graph="0" * 64), "it is another one now: other: graph"),
    "the relation is another": (lambda content: content["comparison"].update(relation="refines"), "claim"),
    "there is no comparison": (lambda content: content.update(comparison=None), "claim"),
    "an output that is not there": (
        lambda content: content["comparison"].update(outputs=["x", None]),
        "it cannot be verified again: the program has no output 'x'",
    ),
    "a type that is none": (
        lambda content: content["comparison"].update(open_type="hope"),
        "it cannot be verified again",
    ),
}


@pytest.mark.parametrize(("change", "told"), FORGED.values(), ids=FORGED.keys())
def test_a_forgery_is_found(change: Change, told: str, forge: Forge) -> None:
    certificate = certified(COMPARED["equivalent"][0])
    findings = check_certificate(read_certificate(forge(certificate, change)))
    assert told in "\n".join(finding.text for finding in findings if finding.standing == "failed")


def _run(given: int) -> dict[str, Any]:
    return {"inputs": given, "command": f"stdcell run first.cell --input {given}"}


def _witness(given: int, answers: dict[str, int]) -> dict[str, Any]:
    commands = f"stdcell run first.cell --input {given} ; stdcell run second.cell --input {given}"
    return {"call": f"first.cell on {given}", "inputs": given, "answer": answers, "command": commands}


OTHER_WITNESSES: dict[str, tuple[str, Any, str]] = {
    "another that breaks it": ("not equivalent", _witness(3, {"first.cell": 6, "second.cell": 9}), "confirmed"),
    "one that does not": ("not equivalent", _witness(2, {"first.cell": 4, "second.cell": 5}), "failed"),
    "answers that are not theirs": ("not equivalent", _witness(3, {"first.cell": 6, "second.cell": 8}), "failed"),
    "no input of theirs": ("not equivalent", {"inputs": [7, 7]}, "failed"),
    "another promise that is broken": ("does not refine", {**_run(9), "call": "main(9)", "answer": 81}, "confirmed"),
    "a promise that is kept": ("does not refine", {**_run(2), "call": "main(2)", "answer": 4}, "failed"),
}


@pytest.mark.parametrize(("name", "witness", "standing"), OTHER_WITNESSES.values(), ids=list(OTHER_WITNESSES))
def test_another_counterexample_is_replayed_from_the_file(
    name: str, witness: dict[str, Any], standing: str, forge: Forge
) -> None:
    def change(content: dict[str, Any]) -> None:
        content["entries"][-1]["verdict"]["counterexample"].update(witness)

    findings = check_certificate(read_certificate(forge(certified(COMPARED[name][0]), change)))
    assert findings[-1].standing == standing
