"""What a check confirms, and every way of cheating that it finds."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pytest

from stdcell import Catalog, parse, verify
from stdcell.errors import Source, VerificationError
from stdcell.training import store_circuit
from stdcell.verify import Effort
from stdcell.verify.certificates import solvers
from stdcell.verify.certificates.certificate import Certificate, digest_of, read_certificate
from stdcell.verify.certificates.checking import check_certificate
from stdcell.verify.certificates.finding import Finding
from stdcell.verify.certificates.writing import certify, report_of

from .conftest import Change, Forge, build_next

FALSE = "(set-logic ALL)\n(assert false)\n(check-sat)\n"


def standings(findings: Sequence[Finding]) -> set[str]:
    return {finding.standing for finding in findings}


def failures(findings: Sequence[Finding]) -> str:
    return "\n".join(f"{finding.subject}: {finding.text}" for finding in findings if finding.standing == "failed")


def entry(content: dict[str, Any], status: str) -> dict[str, Any]:
    """The first claim with that answer."""
    found: dict[str, Any] = next(one for one in content["entries"] if one["verdict"]["status"] == status)
    return found


def test_a_certificate_reads_back_as_it_was_written(reversing: Certificate) -> None:
    assert read_certificate(reversing.text) == reversing


def test_the_report_is_the_same_after_it_was_written_down() -> None:
    program = parse("main(xs: seq[int 0..9]) ensures result <= 9 ensures result < 9 = xs;")
    report = verify(program)
    assert report_of(read_certificate(certify(program, report).text)) == report


def test_two_runs_write_the_same_certificate(reversing: Certificate) -> None:
    program = parse(Source(reversing.program.text, reversing.program.name))
    assert certify(program, verify(program)).text == reversing.text


def test_proofs_and_refutations_are_confirmed(reversing: Certificate) -> None:
    findings = check_certificate(reversing)
    assert standings(findings) == {"confirmed"}
    assert [finding.text for finding in findings if "sorted" in finding.subject] == [
        "refuted: main([0, 1]) was replayed in the interpreter"
    ]


def test_a_cell_is_run_on_every_input_again(calling: Certificate, catalog: Catalog) -> None:
    findings = check_certificate(calling, catalog)
    assert standings(findings) == {"confirmed"}
    assert findings[-1] == Finding("circuit next", "confirmed", "run again on the stored weights: 3 inputs, 0 wrong")


def test_without_the_second_solver_it_is_told_that_it_was_not_asked(
    reversing: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cvc5", None)
    findings = check_certificate(reversing)
    assert findings[-1] == Finding("cvc5", "noted", "not replayed in cvc5: install stdcell[cvc5]")
    assert "3 questions unsat in Z3" in {finding.text.removeprefix("proved: ") for finding in findings}


HARD = """(set-logic ALL)
(declare-fun x () Int) (declare-fun y () Int) (declare-fun z () Int)
(assert (= (+ (* x x x) (* y y y) (* z z z)) 33))
(check-sat)
"""


def test_what_the_second_solver_does_not_decide_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solvers, "CVC5_STEPS", 10_000)
    assert solvers.ask_cvc5(HARD) == "unknown"
    assert solvers.ask_z3(HARD, 1000) == "unknown"


def test_a_time_out_is_unknown_in_the_certificate_too() -> None:
    program = parse("main(xs: seq[int 0..2]) ensures sum(xs * xs) * length >= sum(xs) * sum(xs) = xs;")
    effort = Effort(steps=1, inputs=1)
    certificate = certify(program, verify(program, effort=effort), effort=effort)
    assert [one.verdict["status"] for one in certificate.entries] == ["unknown"]
    assert standings(check_certificate(certificate)) == {"confirmed"}


@pytest.mark.parametrize("share", [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
def test_a_changed_byte_is_found(reversing: Certificate, share: float) -> None:
    place = int(share * (len(reversing.text) - 1))
    other = "1" if reversing.text[place] == "0" else "0"
    with pytest.raises(VerificationError):
        read_certificate(reversing.text[:place] + other + reversing.text[place + 1 :])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_is_none_is_told(number: str) -> None:
    with pytest.raises(VerificationError, match="this is no certificate"):
        read_certificate(f'{{"certificate":{{"format":{number}}},"digest":""}}')


@pytest.mark.parametrize("end", ["", "\n\n", " \n", "\n}"])
def test_white_space_at_the_end_counts(reversing: Certificate, end: str) -> None:
    with pytest.raises(VerificationError):
        read_certificate(reversing.text.rstrip("\n") + end)


def _hide_behind_false(content: dict[str, Any]) -> None:
    refuted = entry(content, "refuted")
    refuted["verdict"] |= {"status": "proved", "scope": "all lengths", "method": "unrolling", "counterexample": None}
    asked = {"purpose": "the claim", "steps": 3_000_000, "digest": digest_of(FALSE)}
    refuted["argument"] = {
        "proof": {"strategy": "unrolling", "schemas": [], "reach": None},
        "questions": [asked],
    }
    content["texts"][digest_of(FALSE)] = FALSE


def _weaken_a_question(content: dict[str, Any]) -> None:
    asked = entry(content, "proved")["argument"]["questions"][0]
    weaker = content["texts"].pop(asked["digest"]).replace("(check-sat)", "(assert false)\n(check-sat)")
    content["texts"][digest_of(weaker)] = weaker
    for one in content["entries"]:
        for question in one["argument"]["questions"] if one["argument"] else []:
            question["digest"] = digest_of(weaker) if question["digest"] == asked["digest"] else question["digest"]


def _swap_questions(content: dict[str, Any]) -> None:
    first, second = (
        one for one in content["entries"] if one["verdict"]["claim"].startswith("ensures") and one["argument"]
    )
    first["argument"], second["argument"] = second["argument"], first["argument"]


def _replace_a_text(content: dict[str, Any]) -> None:
    asked = entry(content, "proved")["argument"]["questions"][0]
    content["texts"][asked["digest"]] = FALSE


def _set(name: str, value: Any, status: str = "proved") -> Change:
    return lambda content: entry(content, status)["verdict"].update({name: value})


FORGED: dict[str, tuple[Change, str]] = {
    "a refuted claim is proved by false": (_hide_behind_false, "its status is proved in the certificate, and refuted"),
    "a question is made weaker": (_weaken_a_question, "its argument is another one"),
    "questions are swapped": (_swap_questions, "its argument is another one"),
    "a text stands under another's digest": (_replace_a_text, "its digest is"),
    "a text is missing": (lambda content: content["texts"].popitem(), "has no text"),
    "a text is added": (lambda content: content["texts"].update({digest_of(FALSE): FALSE}), "no claim asks it"),
    "a claim is left out": (lambda content: content["entries"].pop(0), "4 claims, the certificate answers 3"),
    "a claim is added": (
        lambda content: content["entries"].append(content["entries"][0]),
        "the program makes no such claim",
    ),
    "claims change places": (lambda content: content["entries"].reverse(), "its claim is"),
    "a promise is made stronger": (_set("claim", "ensures result <= 8"), "its claim is"),
    "a scope is made wider": (_set("scope", "all inputs"), "its scope is"),
    "a refutation is played down": (_set("status", "unknown", "refuted"), "its status is"),
    "an unknown field": (_set("trusted", True), "it says what no verdict says"),
    "an assumption is invented": (
        _set(
            "assumptions",
            [{"cell": "add", "digest": "5" * 64, "contract": "true", "evidence": "proof", "holds": True}],
        ),
        "its assumptions is",
    ),
    "the place is another": (_set("place", "reversing.cell:1:1"), "its place is"),
    "the kind is another": (_set("kind", "requires"), "its kind is"),
    "the program is another": (
        lambda content: content["program"].update(text=content["program"]["text"].replace("9", "8")),
        "program: it is another one now",
    ),
    "the graph is another": (lambda content: content["program"].update(graph="0" * 64), "graph: 000"),
    "an import is another": (lambda content: content["program"].update(sources=[]), "program: it is another one"),
    "the limit of a question is another": (
        lambda content: entry(content, "proved")["argument"]["questions"][0].update(steps=1),
        "its argument is another one",
    ),
    "the strategy is another": (
        lambda content: entry(content, "proved")["argument"]["proof"].update(strategy="faith"),
        "its argument is another one",
    ),
    "the argument is dropped": (
        lambda content: entry(content, "proved").update(argument=None),
        "its argument is another one",
    ),
    "the program does not parse": (lambda content: content["program"].update(text="main("), "cannot be verified again"),
    "the dialect is another": (lambda content: content["program"].update(dialect="tsar"), "cannot be verified again"),
    "an effort is unknown": (lambda content: content["effort"].update(hope=1), "cannot be verified again"),
}


@pytest.mark.parametrize(("change", "told"), FORGED.values(), ids=FORGED.keys())
def test_a_forgery_with_the_right_digest_is_found(
    reversing: Certificate, forge: Forge, change: Change, told: str
) -> None:
    assert told in failures(check_certificate(read_certificate(forge(reversing, change))))


WITNESSES: dict[str, dict[str, Any]] = {
    "it breaks nothing": {"inputs": [1, 0], "call": "main([1, 0])"},
    "it does not fit the inputs": {"inputs": [0, 1]},
    "it answers otherwise": {"answer": [7, 7]},
    "it is of another type": {"inputs": ["a"]},
}


@pytest.mark.parametrize("changed", WITNESSES.values(), ids=WITNESSES.keys())
def test_a_counterexample_that_does_not_replay_is_found(
    reversing: Certificate, forge: Forge, changed: dict[str, Any]
) -> None:
    def change(content: dict[str, Any]) -> None:
        entry(content, "refuted")["verdict"]["counterexample"] |= {"call": "main([0, 2])", **changed}

    findings = check_certificate(read_certificate(forge(reversing, change)))
    assert "the interpreter does not agree" in failures(findings)


def test_another_counterexample_that_replays_is_confirmed(reversing: Certificate, forge: Forge) -> None:
    other = {
        "call": "main([0, 2])",
        "inputs": [0, 2],
        "answer": [2, 0],
        "command": "stdcell run reversing.cell --input '[0, 2]'",
    }

    def change(content: dict[str, Any]) -> None:
        entry(content, "refuted")["verdict"]["counterexample"] = other

    assert standings(check_certificate(read_certificate(forge(reversing, change)))) == {"confirmed"}


VERSIONS: dict[str, Change] = {
    "encoder": lambda content: content.update(encoder="0" * 64),
    "solver": lambda content: content["solver"].update(version="3.0"),
}


@pytest.mark.parametrize(("part", "change"), VERSIONS.items(), ids=VERSIONS.keys())
def test_another_version_is_told(reversing: Certificate, forge: Forge, part: str, change: Change) -> None:
    findings = check_certificate(read_certificate(forge(reversing, change)))
    assert [finding.subject for finding in findings if finding.standing == "noted"] == [part]


CELLS: dict[str, Change] = {
    "weights": lambda content: content["cells"][0].update(weights="0" * 64),
    "contract": lambda content: content["cells"][0].update(ensures="true"),
    "requirement": lambda content: content["cells"][0].update(requires="a > 0"),
    "evidence": lambda content: content["cells"][0].update(evidence=None),
    "left out": lambda content: content.update(cells=[]),
}


@pytest.mark.parametrize("change", CELLS.values(), ids=CELLS.keys())
def test_a_cell_that_is_told_otherwise_is_found(
    calling: Certificate, catalog: Catalog, forge: Forge, change: Change
) -> None:
    assert "cells: it is another one now" in failures(
        check_certificate(read_certificate(forge(calling, change)), catalog)
    )


def test_a_cell_whose_name_means_other_weights_now_is_found(calling: Certificate, catalog: Catalog) -> None:
    store_circuit(catalog, "next", build_next(2), "result == a + 1")
    assert "cells: it is another one now" in failures(check_certificate(calling, catalog))


def test_without_a_catalog_nothing_about_a_network_is_confirmed(calling: Certificate) -> None:
    assert "cannot be verified again" in failures(check_certificate(calling))
