"""A certificate is checked by doing again what it says was done, and by asking others.

1. The texts are parsed again: digests of their graphs, of their imports and of their cells must be the same.
2. Their claims are made and answered again, without any cache: they must be the certificate's in number and text, with
   the same answers, scopes and assumptions, and each must lead to the very texts that are stored. So a question stands
   for its claim, whoever wrote it into the file.
3. The stored texts are put to Z3, and to cvc5 where it is installed. Of a proof without questions the inputs are tried
   again, or the boxes cut again and the claim asked on each; or the types must say it. What has none of these is not
   confirmed.
4. Counterexamples are given to the interpreter.
5. Circuits are run on every input again, on the stored weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from ...catalog import Catalog
from ...dsl import parse
from ...dsl.checking.type_expressions import read_type
from ...dsl.program import Program
from ...dsl.types import element_of
from ...errors import Source, StdcellError
from ..outcome import Effort
from ..prove import STRATEGIES
from .boxes import CertifiedBoxes
from .certificate import Certificate, Entry, ProgramRecord, Question, digest_of
from .finding import Finding, confirmed, failed, not_confirmed, noted
from .replaying import replays
from .solvers import Answer, ask_cvc5, ask_z3
from .subject import Comparison, Subject, answers_about
from .writing import certify, proof_of

__all__ = ["check_certificate"]

_WITHOUT_CVC5 = "not replayed in cvc5: install stdcell[cvc5]"
_SHOWN = 60


def check_certificate(certificate: Certificate, catalog: Catalog | None = None) -> list[Finding]:
    """Do again what a certificate says was done.

    Args:
        certificate: what `read_certificate` read.
        catalog: where the program's cells and their evidence are kept; without one nothing that rests on them is
            confirmed.

    Returns:
        What was found of the program, of each claim and of each cell; the certificate holds if nothing failed and
        everything is confirmed, but for what is only noted.
    """
    boxes = CertifiedBoxes()
    try:
        effort = Effort(**certificate.effort)
        subject = _subject(certificate, catalog)
        report = answers_about(subject, catalog, effort, boxes.watch(STRATEGIES))
        again = certify(subject, report, catalog, effort=effort)
    except (StdcellError, TypeError) as error:
        return [failed("program", f"it cannot be verified again: {error}")]
    answers = _Answers(certificate.texts)
    return [
        *_parts(certificate, again),
        *_texts(certificate),
        *_claims(certificate, again, _Again(subject, catalog, answers, boxes)),
        *_cells(certificate, catalog),
        *([noted("cvc5", _WITHOUT_CVC5)] if answers.lack_cvc5 else []),
    ]


@dataclass(frozen=True, slots=True)
class _Again:
    """What is done again: the programs with their cells, what the solvers say, and the boxes that were certified."""

    subject: Subject
    catalog: Catalog | None
    answers: _Answers
    boxes: CertifiedBoxes


def _subject(certificate: Certificate, catalog: Catalog | None) -> Subject:
    """What the certificate is about, parsed again."""
    program, compared = _parsed(certificate.program, catalog), certificate.comparison
    if compared is None:
        return program
    open_type = None if compared.open_type is None else element_of(read_type(compared.open_type))
    programs = program, _parsed(compared.other, catalog)
    return Comparison(compared.relation, programs, compared.outputs, open_type)


def _parsed(told: ProgramRecord, catalog: Catalog | None) -> Program:
    return parse(Source(told.text, told.name), dialect=told.dialect, scope=catalog)


def _parts(certificate: Certificate, again: Certificate) -> Iterator[Finding]:
    """What the answers depend on beside the claims."""
    for part in ("program", "comparison", "cells"):
        said, found = (one.model_dump()[part] for one in (certificate, again))
        if said != found:
            yield failed(part, f"it is another one now: {_difference(said, found)}")
        elif found:
            yield confirmed(part, "the digests are those of what is here now")
    for part in ("encoder", "solver"):
        said, found = getattr(certificate, part), getattr(again, part)
        if said != found:
            yield noted(part, f"the certificate was written with {_told(said)}, this is {_told(found)}")


def _texts(certificate: Certificate) -> Iterator[Finding]:
    """Each text must be what its digest names, and belong to a claim."""
    named = {asked.digest for entry in certificate.entries for asked in _questions(entry)}
    for digest in dict.fromkeys(asked.digest for entry in certificate.entries for asked in _questions(entry)):
        if digest not in certificate.texts:
            yield failed(f"text {digest[:12]}", "a claim asks it, and the certificate has no text for it")
    for digest, text in certificate.texts.items():
        if digest_of(text) != digest:
            yield failed(f"text {digest[:12]}", f"its digest is {digest_of(text)[:12]}")
        if digest not in named:
            yield failed(f"text {digest[:12]}", "no claim asks it")


def _claims(certificate: Certificate, again: Certificate, anew: _Again) -> Iterator[Finding]:
    if len(certificate.entries) != len(again.entries):
        claims = f"the program makes {len(again.entries)} claims, the certificate answers {len(certificate.entries)}"
        yield failed("claims", claims)
    for said, found in zip_longest(certificate.entries, again.entries):
        if said is None:
            yield failed(found.claim, "the program makes this claim, the certificate leaves it out")
        elif found is None:
            yield failed(said.claim, "the program makes no such claim")
        else:
            yield _claim(said, found, anew)


def _claim(said: Entry, found: Entry, anew: _Again) -> Finding:
    """What was found of one claim."""
    for name, ours in found.verdict.items():
        theirs = said.verdict.get(name)
        is_other_witness = name == "counterexample" and theirs is not None and ours is not None
        if theirs != ours and not is_other_witness:
            return failed(said.claim, f"its {name} is {_told(theirs)} in the certificate, and {_told(ours)} done again")
    if said.verdict.keys() != found.verdict.keys():
        return failed(said.claim, "it says what no verdict says")
    if said.argument != found.argument:
        return failed(said.claim, f"its argument is another one: {_argument_difference(said, found)}")
    if said.verdict["counterexample"]:
        return _refuted(said, found, anew)
    return _asked(said, anew.answers) if _questions(said) else _unasked(said, anew.boxes)


def _asked(entry: Entry, answers: _Answers) -> Finding:
    """What the solvers say to the questions of a proof."""
    questions = _questions(entry)
    status = entry.verdict["status"]
    for asked in questions:
        for solver, answer in answers.of(asked).items():
            if answer == "sat":
                return failed(entry.claim, f"{solver} finds a model of the question {asked.purpose!r}")
            if answer == "unknown":
                return not_confirmed(entry.claim, f"{solver} does not decide the question {asked.purpose!r}")
    solvers = "Z3" if answers.lack_cvc5 else "Z3 and cvc5"
    n = len(questions)
    return confirmed(entry.claim, f"{status}: {n} question{'' if n == 1 else 's'} unsat in {solvers}")


def _unasked(entry: Entry, certified: CertifiedBoxes) -> Finding:
    """What speaks for an answer without questions, which was found again."""
    status, method = entry.verdict["status"], entry.verdict["method"]
    proof = proof_of(entry.argument, {}) if entry.argument else None
    if status != "proved":
        return confirmed(entry.claim, f"{status}: found again, by {method}")
    if proof is None and method == "types":
        return confirmed(entry.claim, "proved: the types say so, derived again")
    if proof and proof.tried:
        return confirmed(entry.claim, f"proved: {proof.enumerated:,} inputs were tried again, and are the same")
    if proof and proof.boxes:
        if proof.boxes.digest not in certified:
            return failed(entry.claim, "its boxes do not prove it")
        return confirmed(entry.claim, f"proved: it holds on each of {proof.boxes.count:,} boxes, cut again")
    return not_confirmed(entry.claim, f"{status}, by {method}: there are no questions, inputs or boxes to look at")


def _refuted(said: Entry, found: Entry, anew: _Again) -> Finding:
    """Another input than is found now may break the claim as well; the interpreter decides."""
    counterexample = said.verdict["counterexample"]
    if counterexample == found.verdict["counterexample"] or replays(said.verdict, anew.subject, anew.catalog):
        return confirmed(said.claim, f"refuted: {counterexample['call']} was replayed in the interpreter")
    return failed(said.claim, f"the interpreter does not agree that {counterexample['call']} breaks it")


def _cells(certificate: Certificate, catalog: Catalog | None) -> Iterator[Finding]:
    if certificate.cells and catalog is None:
        yield not_confirmed("cells", "there is no catalog here to look for their weights and evidence; name one")
    elif certificate.cells and catalog is not None:
        from .cells import check_again  # torch, which takes seconds, and which programs without networks do not need

        yield from (check_again(cell, catalog) for cell in certificate.cells)


class _Answers:
    """What the solvers say to each stored text, each asked once."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._known: dict[str, dict[str, Answer]] = {}
        self.lack_cvc5 = False

    def of(self, asked: Question) -> dict[str, Answer]:
        """The answer of each solver that is here."""
        if asked.digest not in self._known:
            text = self._texts.get(asked.digest, "")
            found: dict[str, Answer] = {"Z3": ask_z3(text, asked.steps), "cvc5": ask_cvc5(text)}
            self.lack_cvc5 = found["cvc5"] == "absent"
            self._known[asked.digest] = {solver: answer for solver, answer in found.items() if answer != "absent"}
        return self._known[asked.digest]


def _questions(entry: Entry) -> list[Question]:
    return entry.argument.questions if entry.argument else []


def _argument_difference(said: Entry, found: Entry) -> str:
    ours, theirs = (_questions(entry) for entry in (found, said))
    for here, there in zip(ours, theirs, strict=False):
        if here.digest != there.digest:
            return f"the question {there.purpose!r} has the text {there.digest[:12]}, encoded again {here.digest[:12]}"
    if len(ours) != len(theirs):
        return f"it consists of {len(theirs)} questions, found again {len(ours)}"
    return _difference(
        said.argument.model_dump() if said.argument else None, found.argument.model_dump() if found.argument else None
    )


def _difference(said: Any, found: Any) -> str:
    """Where two values first differ."""
    if isinstance(said, dict) and isinstance(found, dict):
        for name in found:
            if said.get(name) != found[name]:
                return f"{name}: {_difference(said.get(name), found[name])}"
    if isinstance(said, list) and isinstance(found, list):
        for theirs, ours in zip_longest(said, found):
            if theirs != ours:
                return _difference(theirs, ours)
    return f"{_told(said)} in the certificate, {_told(found)} here"


def _told(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
