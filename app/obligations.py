"""What a program still owes: that its partial operations have answers, until a verification has said so."""

from __future__ import annotations

from ..catalog import Catalog
from ..catalog.questions import stale
from ..catalog.schema import Verdict as VerdictNode
from ..dsl import Program
from ..errors import UnknownCell
from ..verify import Claim, functions_in_order, own_claims
from ..verify.certificates.keeping import claim_in_catalog, program_node

__all__ = ["owed_by"]


def owed_by(program: Program, catalog: Catalog | None) -> tuple[Claim, ...]:
    """The claims that an operation has an answer which no kept verdict proves.

    A proof counts while what it rests on is what it was: not where a name that the program uses means another cell
    since, or a cell promises something else, or its promise was refuted. It speaks of exactly this text, so that the
    program's own name may mean another one.
    """
    claims = [claim for function in functions_in_order(program) for claim in own_claims(function, program.spans)]
    owed = [claim for claim in claims if claim.kind == "defined"]
    proved = _proved(program, catalog) if owed and catalog is not None else set()
    return tuple(claim for claim in owed if claim_in_catalog(claim.kind, claim.text, claim.span.place) not in proved)


def _proved(program: Program, catalog: Catalog) -> set[str]:
    try:
        node = catalog.get(program_node(program, program.digest).id)
    except UnknownCell:
        return set()
    about = [verdict for _, verdict in catalog.neighbours(node.id, "ABOUT", "in")]
    replaced = {row["id"] for row in stale(node).ask(catalog) if row["because"] != "program"}
    proved = [one for one in about if isinstance(one, VerdictNode) and one.status == "proved"]
    return {verdict.claim for verdict in proved if verdict.id not in replaced}
