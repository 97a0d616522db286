"""What a proof takes for granted of catalogued cells, and what the catalog knows in favour of it."""

from __future__ import annotations

from collections.abc import Iterable

from ..catalog import Catalog, Circuit, Evidence
from ..dsl.scope import CellSignature
from .verdict import Assumption

__all__ = ["assumption_of", "describe"]

_CONCLUSIVE = ("proof", "exhaustive")


def assumption_of(cell: CellSignature, catalog: Catalog | None) -> Assumption:
    """The contract of a cell as an assumption, with the strongest evidence for it.

    It holds if there is a proof or an exhaustive check of exactly this contract for exactly these weights, and
    nothing refutes it. The stored weights are read, so that damage to them does not pass.

    Raises:
        DamagedBlob: if the weights are not what their digest says.
    """
    contract = cell.ensures or "no contract"
    if catalog is None:
        return Assumption(cell.name, cell.digest, contract, None, False)
    node = catalog.get(cell.digest)
    if isinstance(node, Circuit):
        catalog.blobs.get(node.blob)
    about = [found for _, found in catalog.neighbours(cell.digest, "ABOUT", "in")]
    evidence = [found for found in about if isinstance(found, Evidence) and found.claim == contract]
    against = [found for found in evidence if found.kind == "counterexample" or found.n_wrong]
    strongest = against[0] if against else _strongest(evidence)
    holds = strongest is not None and not against and strongest.kind in _CONCLUSIVE
    return Assumption(cell.name, cell.digest, contract, describe(strongest) if strongest else None, holds)


def describe(evidence: Evidence) -> str:
    """One line: how strong, how many inputs, how many wrong, by what margin."""
    parts: list[str] = [evidence.kind]
    if evidence.n_inputs is not None:
        parts.append(f"{evidence.n_inputs:,} inputs, {evidence.n_wrong} wrong")
    if evidence.smallest_margin is not None:
        parts.append(f"smallest logit margin {evidence.smallest_margin:.3g}")
    return ", ".join(parts)


def _strongest(evidence: Iterable[Evidence]) -> Evidence | None:
    ranks = {"proof": 0, "exhaustive": 1, "measurement": 2}
    return min(evidence, key=lambda found: ranks.get(found.kind, len(ranks)), default=None)
