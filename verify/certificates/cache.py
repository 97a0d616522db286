"""Verifications that need not be done again: what everything that an answer depends on is the same for is the same.

1. The key of a verification is the digest of all that it reads: the conditions, the graphs, the types and the places
   of the program's functions (`SOp.digest` names what a node computes), its texts, the contracts of its cells with the
   evidence for them, the effort, the encoder and the solver. So no answer survives a changed weight, contract, piece
   of evidence, limit or encoder, and one that was unknown is asked again with more effort.
2. Answers are kept in memory, and in the catalog as verdicts with their certificate; both are found by the key.
3. What strategies answered to a claim is kept in memory as well, by all that they read of it (`composition/memory.py`).
   So where one function of a program is edited, its claims are asked anew and those that rest on it, in their new
   places; the others are not.
4. The weights of the cells are read every time, so that damage to them does not pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from hashlib import sha256

from ...catalog import Catalog
from ...dsl.graph import SOp
from ...dsl.program import CallSite, Function, Program
from ...dsl.scope import CellSignature
from ...dsl.types import Type
from ...errors import CatalogError, Span
from ..assumptions import assumption_of
from ..claims.claim import callees_first
from ..composition.memory import Memory
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
        self._known: dict[int, _Known] = {}
        self._memory = Memory()

    def verify(self, program: Program, *, effort: Effort = DEFAULT_EFFORT) -> Report:
        """The answers to every claim of a program, as `stdcell.verify.verify` gives them.

        Raises:
            CatalogError: as `verify`; or if the answers cannot be kept.
        """
        asked = self._key(program, effort)
        report = self._reports.get(asked) or self._stored(asked, program, effort)
        if report is None:
            report = verify(program, self._catalog, effort=effort, memory=self._memory)
            self._keep(program, report, asked, effort)
        self._reports[asked] = report
        if len(self._reports) > _MOST_REPORTS:
            self._reports.pop(next(iter(self._reports)))
        return report

    def _key(self, program: Program, effort: Effort) -> str:
        known = self._known.get(id(program))
        if known is None or known.program is not program:
            cells = cells_of_text(program)
            known = self._known[id(program)] = _Known(program, cells, _digest(_told_program(program, cells)))
            if len(self._known) > _MOST_REPORTS:
                self._known.pop(next(iter(self._known)))
        cells_now = [assumption_of(cell, self._catalog) for cell in known.cells]
        return _digest([known.digest, *_told_context(cells_now, effort)])

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


@dataclass(frozen=True, slots=True)
class _Known:
    """A program that was asked about, the cells that it calls, and the digest of all that claims are made of."""

    program: Program
    cells: tuple[CellSignature, ...]
    digest: str


def verification_key(subject: Subject, cells: Sequence[Assumption], effort: Effort) -> str:
    """The digest of all that the answers about a subject depend on, its cells' contracts and evidence given."""
    programs = [_digest(_told_program(program, cells_of_text(program))) for program in programs_of(subject)]
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


def _told_program(program: Program, cells: Sequence[CellSignature]) -> Iterator[str]:
    """Everything that claims are made of."""
    yield program.dialect
    texts = sources_of(program)
    for source in texts:
        yield from (source.name, source.text)
    for cell in cells:
        yield repr(cell)
    functions = callees_first(program.functions.values())
    told = _Told({id(function): str(place) for place, function in enumerate(functions)})
    told.sources.update((id(source), str(place)) for place, source in enumerate(texts))
    yield from program.functions
    yield from (told.places[id(function)] for function in program.functions.values())
    for function in functions:
        yield from told.function(function)


@dataclass(frozen=True, slots=True)
class _Told:
    """What functions, texts and types are called; by identity, for a large program names each again and again."""

    places: Mapping[int, str]
    sources: dict[int, str] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)

    def function(self, function: Function) -> Iterator[str]:
        yield f"{function.name} {function.result.digest} {self._span(function.span)}"
        yield from (f"{parameter.digest} {parameter.name}" for parameter in function.parameters)
        for clause in (*function.requires, *function.ensures):
            yield f"{clause.kind} {clause.condition.digest} {self._span(clause.span)}"
        for wire in function.obligations:
            yield f"{wire.wire} {wire.value.digest} {self._type(wire.wanted)} {self._span(wire.span)}"
        for call in function.calls:
            nodes = " ".join([node.digest for node in (*call.arguments, call.result, *_bound(call))])
            yield f"{self.places[id(call.callee)]} {nodes} {self._span(call.span)}"

    def _span(self, span: Span) -> str:
        source = self.sources.get(id(span.source))
        if source is None:
            source = self.sources[id(span.source)] = f"{span.source.name}\x1f{span.source.text}"
        return f"{source} {span.start} {span.stop}"

    def _type(self, type_: Type) -> str:
        if id(type_) not in self.types:
            self.types[id(type_)] = str(type_)
        return self.types[id(type_)]


def _bound(call: CallSite) -> Iterator[SOp]:
    """What a call stands within."""
    for inputs, binder in call.binders:
        yield from (*inputs, binder)
