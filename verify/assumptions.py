"""What a proof takes for granted of catalogued cells, and what the catalog knows in favour of it."""

from __future__ import annotations

from ..catalog import Catalog, Circuit
from ..catalog.evidence import describe_evidence, is_against, strongest_evidence
from ..dsl.scope import CellSignature
from .verdict import Assumption

__all__ = ["assumption_of"]


def assumption_of(cell: CellSignature, catalog: Catalog | None) -> Assumption:
    """The contract of a cell as an assumption, with the strongest evidence for it.

    It holds if there is a proof or an exhaustive check of exactly this contract for exactly these weights, and
    nothing refutes it. The stored weights are read, so that damage to them does not pass.

    Raises:
        DamagedBlob: if the weights are not what their digest says.
    """
    contract = cell.promise or "no contract"
    if catalog is None:
        return Assumption(cell.name, cell.digest, contract, None, False)
    node = catalog.get(cell.digest)
    if isinstance(node, Circuit):
        catalog.blobs.get(node.blob)
    strongest = strongest_evidence(catalog, cell.digest, contract)
    if strongest is None:
        return Assumption(cell.name, cell.digest, contract, None, False)
    holds = strongest.kind in ("proof", "exhaustive") and not is_against(strongest)
    return Assumption(cell.name, cell.digest, contract, describe_evidence(strongest), holds)
