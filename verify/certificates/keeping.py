"""Reports in the catalog: a verdict node for each claim, joined to what it rests on, and the certificate as a blob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ...catalog import Catalog, Contract, Relationship
from ...catalog.schema import Program as ProgramNode
from ...catalog.schema import Verdict as VerdictNode
from ...dsl.program import Program
from ...errors import UnknownCell
from ..verdict import Report, Verdict
from .certificate import CellRecord, Certificate, Entry
from .subject import Subject, cells_of_text, programs_of
from .writing import sources_of

__all__ = ["claim_in_catalog", "keep_report", "program_node"]


def keep_report(subject: Subject, report: Report, certificate: Certificate, asked: str, catalog: Catalog) -> None:
    """Write programs, the verdicts on their claims and the certificate; what is there already stays as it is.

    A verdict is ABOUT its program; one of a comparison COMPARES both, and says nothing of either alone.

    Args:
        subject: what was verified.
        report: the answers.
        certificate: that of the report.
        asked: the digest of all that the answers depend on.
        catalog: where to.

    Raises:
        CatalogError: if it cannot be written.
    """
    programs = {program_node(one, one.digest): one for one in programs_of(subject)}
    first = next(iter(programs))
    blob = catalog.blobs.put(certificate.text.encode())
    nodes = {
        verdict.key: _node(verdict, entry, first.id, certificate, {"asked": asked, "blob": blob})
        for verdict, entry in zip(report.verdicts, certificate.entries, strict=True)
    }
    cells = {cell.digest: cell for cell in certificate.cells}
    contracts = {cell: _contracts(cell, catalog) for cell in cells}
    joined: list[Relationship] = []
    for node, program in programs.items():
        told = "ABOUT" if program is subject else "COMPARES"
        joined += (Relationship(one.id, told, node.id) for one in nodes.values())
        parts = (*(cell.digest for cell in cells_of_text(program)), *_imported(program, catalog))
        joined += (Relationship(node.id, "COMPOSED_OF", part) for part in parts)
    for verdict in report.verdicts:
        ends = _rests(verdict, nodes, cells, contracts)
        joined += (Relationship(nodes[verdict.key].id, "RESTS_ON", end) for end in dict.fromkeys(ends))
    catalog.add([*programs, *nodes.values()], joined)


def program_node(program: Program, graph: str) -> ProgramNode:
    """The node of exactly this text; `graph` is the program's digest."""
    return ProgramNode(
        name=Path(program.source.name).name,
        text=program.source.text,
        dialect="rasp" if program.dialect == "rasp" else "cell",
        graph=graph,
    )


def claim_in_catalog(kind: str, claim: str, place: str) -> str:
    """A claim with its place in the text, whatever folder the file lies in."""
    return f"{kind}: {claim} at {':'.join(place.rsplit(':', 2)[-2:])}"


def _node(verdict: Verdict, entry: Entry, of: str, certificate: Certificate, found: Mapping[str, str]) -> VerdictNode:
    solver = certificate.solver
    return VerdictNode(
        of=of,
        claim=claim_in_catalog(verdict.kind, verdict.claim, verdict.place),
        status=verdict.status,
        scope=verdict.scope,
        method=verdict.method,
        assumptions=[str(assumption) for assumption in verdict.assumptions],
        counterexample=verdict.counterexample.call if verdict.counterexample else None,
        reason=verdict.reason,
        argument=entry.argument.model_dump() if entry.argument else {},
        encoder=certificate.encoder,
        solver=f"{solver['name']} {solver['version']}",
        limits=dict(certificate.effort),
        **found,
    )


def _rests(
    verdict: Verdict,
    nodes: Mapping[str, VerdictNode],
    cells: Mapping[str, CellRecord],
    contracts: Mapping[str, list[str]],
) -> Iterator[str]:
    """What an answer holds only with: other answers, the contracts of cells, and the evidence for these."""
    yield from (nodes[key].id for key in verdict.rests_on if key in nodes and key != verdict.key)
    for assumption in verdict.assumptions:
        yield from contracts[assumption.digest]
        evidence = cells[assumption.digest].evidence
        yield from [evidence] if evidence else []


def _contracts(cell: str, catalog: Catalog) -> list[str]:
    return [end.id for _, end in catalog.neighbours(cell, "SATISFIES") if isinstance(end, Contract)]


def _imported(program: Program, catalog: Catalog) -> Iterator[str]:
    """The programs of the catalog whose texts this one imports."""
    for source in sources_of(program):
        try:
            found = catalog.get(source.name) if source is not program.source else None
        except UnknownCell:
            continue
        if isinstance(found, ProgramNode) and found.text == source.text:
            yield found.id
