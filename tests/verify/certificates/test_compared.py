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


def test_a_counterexample_that_is_not_found_again_is_not_confirmed(forge: Forge) -> None:
    def change(content: dict[str, Any]) -> None:
        content["entries"][-1]["verdict"]["counterexample"]["inputs"] = 7

    findings = check_certificate(read_certificate(forge(certified(COMPARED["not equivalent"][0]), change)))
    assert findings[-1].standing == "not confirmed"
