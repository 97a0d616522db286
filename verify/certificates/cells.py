"""The evidence for a cell, looked for again: every input of its finite domain is run on the stored weights."""

from __future__ import annotations

from ...catalog import Catalog, Circuit, Evidence
from ...errors import StdcellError
from ...runtime.cell import NeuralCell
from ..networks.exhaustive import check_exhaustively
from .certificate import CellRecord
from .finding import Finding, confirmed, failed, not_confirmed

__all__ = ["check_again"]


def check_again(cell: CellRecord, catalog: Catalog) -> Finding:
    """Run a circuit on every input, and compare what is wrong with what the evidence says."""
    subject = f"{cell.kind} {cell.name}"
    try:
        node = catalog.get(cell.digest)
        evidence = catalog.get(cell.evidence) if cell.evidence else None
        if not isinstance(evidence, Evidence) or evidence.kind != "exhaustive" or not isinstance(node, Circuit):
            return not_confirmed(subject, f"its evidence is no check that can be run again: {cell.evidence_told}")
        network = NeuralCell.from_bytes(catalog.blobs.get(node.blob), node.config)
        found = check_exhaustively(network, catalog.find_cell(cell.kind, cell.digest, None))
    except StdcellError as error:
        return failed(subject, str(error))
    counts = f"{found.n_inputs:,} inputs, {found.n_wrong} wrong"
    if (found.n_inputs, found.n_wrong) != (evidence.n_inputs, evidence.n_wrong):
        return failed(subject, f"run again: {counts}; the evidence says: {cell.evidence_told}")
    return confirmed(subject, f"run again on the stored weights: {counts}")
