"""From a report to a certificate, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from ...catalog import Catalog, Circuit
from ...catalog.evidence import strongest_evidence
from ...dsl.program import Program
from ...dsl.scope import CellSignature
from ...errors import Source
from ..assumptions import assumption_of
from ..outcome import DEFAULT_EFFORT, Boxes, Effort, Proof
from ..solver import Query
from ..verdict import Assumption, Counterexample, Report, Verdict
from .certificate import (
    FORMAT,
    Argument,
    CellRecord,
    Certificate,
    ComparisonRecord,
    Entry,
    ProgramRecord,
    Question,
    digest_of,
)
from .subject import Comparison, Subject, cells_of_text, programs_of
from .versions import encoder_version, solver_version

__all__ = ["certify", "entry_of", "proof_of", "report_of", "sources_of"]


def certify(
    subject: Subject, report: Report, catalog: Catalog | None = None, *, effort: Effort = DEFAULT_EFFORT
) -> Certificate:
    """The certificate of what was answered about a program, or about two that were compared.

    Args:
        subject: what was verified.
        report: the answers.
        catalog: where the evidence for the cells is kept.
        effort: what the answers were limited by.

    Raises:
        CatalogError: if a cell is not in the catalog, or its weights are damaged.
    """
    queries = {query.digest: query.text for query in _queries(report.verdicts)}
    programs = programs_of(subject)
    cells = {cell.digest: cell for program in programs for cell in cells_of_text(program)}
    return Certificate(
        format=FORMAT,
        program=_program(programs[0]),
        comparison=_comparison(subject) if isinstance(subject, Comparison) else None,
        cells=[_cell(cell, catalog) for cell in cells.values()],
        effort=asdict(effort),
        encoder=encoder_version(),
        solver=solver_version(),
        entries=[entry_of(verdict) for verdict in report.verdicts],
        texts=queries,
    )


def sources_of(program: Program) -> Iterable[Source]:
    """The texts that a program consists of: its own, and those that it imports."""
    spans = [*(function.span for function in program.functions.values()), *program.spans.values()]
    return dict.fromkeys([program.source, *{id(span.source): span.source for span in spans}.values()])


def report_of(certificate: Certificate) -> Report:
    """The answers that a certificate tells."""
    verdicts = (_verdict(entry, certificate.texts) for entry in certificate.entries)
    told = (certificate.program, *([certificate.comparison.other] if certificate.comparison else []))
    return Report(" ".join(program.graph for program in told), tuple(verdicts))


def proof_of(argument: Argument, texts: dict[str, str]) -> Proof:
    """The proof that an argument tells, its questions with their texts."""
    said: dict[str, Any] = _unlisted(argument.proof)
    said["boxes"] = Boxes(**_unlisted(said["boxes"])) if said["boxes"] else None
    queries = (Query.written(asked.purpose, texts[asked.digest], asked.steps) for asked in argument.questions)
    return Proof(**said, queries=tuple(queries))


def _program(program: Program) -> ProgramRecord:
    return ProgramRecord(
        name=program.source.name,
        dialect=program.dialect,
        text=program.source.text,
        graph=program.digest,
        sources=sorted((source.name, digest_of(source.text)) for source in sources_of(program)),
    )


def _comparison(compared: Comparison) -> ComparisonRecord:
    return ComparisonRecord(
        relation=compared.relation,
        other=_program(compared.programs[1]),
        outputs=compared.outputs,
        open_type=None if compared.open_type is None else str(compared.open_type),
    )


def _queries(verdicts: Iterable[Verdict]) -> Iterator[Query]:
    for verdict in verdicts:
        yield from verdict.proof.queries if verdict.proof else ()


def _cell(cell: CellSignature, catalog: Catalog | None) -> CellRecord:
    assumption = assumption_of(cell, catalog)
    node = catalog.get(cell.digest) if catalog else None
    evidence = strongest_evidence(catalog, cell.digest, assumption.contract) if catalog else None
    return CellRecord(
        kind=cell.kind,
        name=cell.name,
        digest=cell.digest,
        weights=node.blob if isinstance(node, Circuit) else None,
        requires=cell.requires,
        ensures=cell.ensures,
        evidence=evidence.id if evidence else None,
        evidence_told=assumption.evidence,
        holds=assumption.holds,
    )


def entry_of(verdict: Verdict) -> Entry:
    """A verdict in JSON's own types, and what its proof says, of which the questions are named by digests."""
    told = asdict(replace(verdict, proof=None))
    del told["proof"]
    return Entry(verdict=_plain(told), argument=_argument(verdict.proof) if verdict.proof else None)


def _argument(proof: Proof) -> Argument:
    said = {field.name: _plain(getattr(proof, field.name)) for field in fields(proof) if field.name != "queries"}
    questions = [Question(purpose=query.purpose, steps=query.steps, digest=query.digest) for query in proof.queries]
    return Argument(proof=said, questions=questions)


def _plain(value: Any) -> Any:
    """A value in JSON's own types."""
    if isinstance(value, Boxes):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _verdict(entry: Entry, texts: dict[str, str]) -> Verdict:
    told: dict[str, Any] = _unlisted(entry.verdict)
    told["assumptions"] = tuple(Assumption(**assumption) for assumption in told["assumptions"])
    if told["counterexample"]:
        told["counterexample"] = Counterexample(**told["counterexample"])
    return Verdict(**told, proof=proof_of(entry.argument, texts) if entry.argument else None)


def _unlisted(said: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an object with tuples where JSON has lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
