"""What a program still owes: that its partial operations have answers, until a verification has said so.

The verdicts of a verification are kept in the catalog that it had open, about exactly this text.
"""

from __future__ import annotations

from pathlib import Path

from ..catalog import Catalog
from ..catalog.relationships import Relationship
from ..catalog.schema import Program as ProgramNode
from ..catalog.schema import Verdict as VerdictNode
from ..dsl import Program
from ..errors import UnknownCell
from ..verify import Claim, Report, functions_in_order, own_claims

__all__ = ["keep_verdicts", "owed_by"]


def owed_by(program: Program, catalog: Catalog | None) -> tuple[Claim, ...]:
    """The claims that an operation has an answer which no kept verdict proves."""
    claims = [claim for function in functions_in_order(program) for claim in own_claims(function, program.spans)]
    owed = [claim for claim in claims if claim.kind == "defined"]
    proved = _proved(program, catalog) if owed and catalog is not None else set()
    return tuple(claim for claim in owed if _key(claim.kind, claim.text, claim.span.place) not in proved)


def keep_verdicts(program: Program, report: Report, catalog: Catalog) -> None:
    """Write the program and its verdicts into the catalog; what is there already stays as it is.

    Raises:
        CatalogError: if it cannot be written.
    """
    node = _node(program)
    verdicts = [
        VerdictNode(
            of=node.id,
            claim=_key(verdict.kind, verdict.claim, verdict.place),
            status=verdict.status,
            scope=verdict.scope,
            method=verdict.method,
            assumptions=[str(assumption) for assumption in verdict.assumptions],
            counterexample=verdict.counterexample.call if verdict.counterexample else None,
        )
        for verdict in report.verdicts
    ]
    about = [Relationship(verdict.id, "ABOUT", node.id) for verdict in verdicts]
    composed = [Relationship(node.id, "COMPOSED_OF", cell.digest) for cell in program.cells]
    catalog.add([node, *verdicts], [*about, *composed])


def _node(program: Program) -> ProgramNode:
    return ProgramNode(
        name=Path(program.source.name).name,
        text=program.source.text,
        dialect="rasp" if program.dialect == "rasp" else "cell",
        graph=program.digest,
    )


def _proved(program: Program, catalog: Catalog) -> set[str]:
    try:
        node = catalog.get(_node(program).id)
    except UnknownCell:
        return set()
    about = [verdict for _, verdict in catalog.neighbours(node.id, "ABOUT", "in")]
    return {verdict.claim for verdict in about if isinstance(verdict, VerdictNode) and verdict.status == "proved"}


def _key(kind: str, claim: str, place: str) -> str:
    """A claim with its place in the text, whatever folder the file lies in."""
    return f"{kind}: {claim} at {':'.join(place.rsplit(':', 2)[-2:])}"
