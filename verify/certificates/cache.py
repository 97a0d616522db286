"""Verifications that need not be done again: what everything that an answer depends on is the same for is the same.

1. The key of a verification is the digest of all that it reads: the conditions, the graphs, the types and the places
   of the program's functions (`SOp.digest` names what a node computes), its texts, the contracts of its cells with the
   evidence for them, the effort, the encoder and the solver. So no answer survives a changed weight, contract, piece
   of evidence, limit or encoder, and one that was unknown is asked again with more effort.
2. Answers are kept in memory, and in the catalog as verdicts with their certificate; both are found by the key.
3. The weights of the cells are read every time, so that damage to them does not pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple
from hashlib import sha256

from ...catalog import Catalog
from ...dsl.graph import SOp
from ...dsl.program import CallSite, Clause, Function, Obligation, Program
from ...errors import CatalogError, Source, Span
from ..assumptions import assumption_of
from ..outcome import DEFAULT_EFFORT, Effort
from ..prove import verify
from ..verdict import Assumption, Report
from .certificate import Certificate
from .keeping import keep_report
from .subject import Comparison, Subject, cells_of_text, programs_of
from .versions import encoder_version, solver_version
from .writing import certify, report_of, sources_of

__all__ = ["Verifier", "keep_comparison", "verification_key"]

_MOST_REPORTS = 64


class Verifier:
    """Verifies programs, each only once; with a catalog, which also keeps the answers.

    Args:
        catalog: where evidence is looked up and answers are kept.
    """

    def __init__(self, catalog: Catalog | None = None) -> None:
        self._catalog = catalog
        self._reports: dict[str, Report] = {}
        self._keys: dict[int, tuple[Program, str]] = {}

    def verify(self, program: Program, *, effort: Effort = DEFAULT_EFFORT) -> Report:
        """The answers to every claim of a program, as `stdcell.verify.verify` gives them.

        Raises:
            CatalogError: as `verify`; or if the answers cannot be kept.
        """
        asked = self._key(program, effort)
        report = self._reports.get(asked) or self._stored(asked, program, effort)
        if report is None:
            report = verify(program, self._catalog, effort=effort)
            self._keep(program, report, asked, effort)
        self._reports[asked] = report
        if len(self._reports) > _MOST_REPORTS:
            self._reports.pop(next(iter(self._reports)))
        return report

    def _key(self, program: Program, effort: Effort) -> str:
        cells = [assumption_of(cell, self._catalog) for cell in cells_of_text(program)]
        known = self._keys.get(id(program))
        if known is None or known[0] is not program:
            known = self._keys[id(program)] = (program, _digest(_told_program(program)))
            if len(self._keys) > _MOST_REPORTS:
                self._keys.pop(next(iter(self._keys)))
        return _digest([known[1], *_told_context(cells, effort)])

    def _stored(self, asked: str, program: Program, effort: Effort) -> Report | None:
        """The answers that the catalog keeps under the key; what cannot be read is asked again."""
        if self._catalog is None:
            return None
        try:
            rows = self._catalog.query("MATCH (v:Verdict) WHERE v.asked = $asked RETURN v.blob AS blob", asked=asked)
            if not rows:
                return None
            certificate = Certificate.model_validate_json(_content(self._catalog.blobs.get(rows[0]["blob"])))
        except (CatalogError, ValueError):
            return None
        is_same = (certificate.program.text, certificate.effort) == (program.source.text, asdict(effort))
        return report_of(certificate) if is_same and certificate.encoder == encoder_version() else None

    def _keep(self, program: Program, report: Report, asked: str, effort: Effort) -> None:
        if self._catalog is not None:
            certificate = certify(program, report, self._catalog, effort=effort)
            keep_report(program, report, certificate, asked, self._catalog)


def verification_key(subject: Subject, cells: Sequence[Assumption], effort: Effort) -> str:
    """The digest of all that the answers about a subject depend on, its cells' contracts and evidence given."""
    programs = [_digest(_told_program(program)) for program in programs_of(subject)]
    compared = [] if isinstance(subject, Program) else [subject.relation, repr(subject.outputs), str(subject.open_type)]
    return _digest([*programs, *compared, *_told_context(cells, effort)])


def keep_comparison(compared: Comparison, report: Report, catalog: Catalog, *, effort: Effort = DEFAULT_EFFORT) -> None:
    """Write the answers about two programs that were compared, and their certificate, into a catalog.

    Raises:
        CatalogError: if they cannot be written.
    """
    called = {cell.digest: cell for program in compared.programs for cell in cells_of_text(program)}
    asked = verification_key(compared, [assumption_of(cell, catalog) for cell in called.values()], effort)
    keep_report(compared, report, certify(compared, report, catalog, effort=effort), asked, catalog)


def _digest(parts: Iterator[str] | Sequence[str]) -> str:
    return sha256("\x1e".join(parts).encode()).hexdigest()


def _content(document: bytes) -> str:
    """The content of a certificate, whose blob is named by its digest already."""
    text = document.decode()
    return text[len('{"certificate":') : text.rindex(',"digest":')]


def _told_context(cells: Sequence[Assumption], effort: Effort) -> Iterator[str]:
    yield from (repr(astuple(cell)) for cell in cells)
    yield repr(asdict(effort))
    yield encoder_version()
    yield repr(solver_version())


def _told_program(program: Program) -> Iterator[str]:
    """Everything that claims are made of."""
    yield program.dialect
    sources = {source: str(place) for place, source in enumerate(sources_of(program))}
    for source in sources:
        yield from (source.name, source.text)
    for cell in cells_of_text(program):
        yield repr(cell)
    functions = _every_function(program)
    places = {id(function): str(place) for place, function in enumerate(functions)}
    yield from program.functions
    yield from (places[id(function)] for function in program.functions.values())
    for function in functions:
        yield from _told_function(function, places, sources)


def _every_function(program: Program) -> list[Function]:
    """The functions of the program and all that they call, each once."""
    found: dict[int, Function] = {}
    stack = list(program.functions.values())
    while stack:
        function = stack.pop()
        if id(function) not in found:
            found[id(function)] = function
            stack += [call.callee for call in function.calls]
    return list(found.values())


def _told_function(function: Function, places: dict[int, str], sources: dict[Source, str]) -> Iterator[str]:
    yield function.name
    yield _told(function.parameters)
    yield _told([function.result])
    yield _told_span(function.span, sources)
    yield from (parameter.name for parameter in function.parameters)
    parts: list[Clause | Obligation | CallSite] = [*function.requires, *function.ensures]
    parts += [*function.obligations, *function.calls]
    for part in parts:
        yield _told_span(part.span, sources)
        match part:
            case Clause(kind, condition):
                yield f"{kind} {condition.digest}"
            case Obligation(wire, value, wanted):
                yield f"{wire} {value.digest} {wanted}"
            case CallSite(callee, arguments, result):
                yield f"{places[id(callee)]} {_told(arguments)} {result.digest}"


def _told(nodes: Sequence[SOp]) -> str:
    return " ".join(node.digest for node in nodes)


def _told_span(span: Span, sources: dict[Source, str]) -> str:
    return f"{sources.get(span.source, span.source.name)} {span.start} {span.stop}"
