"""The evidence for a cell, looked for again, on what the catalog stores: weights, or an expression.

1. An exhaustive check of a circuit: every input is run again. A measurement: the same inputs are drawn and run again.
2. A proof or a check of a formula: boxes of its ports are searched, or its inputs enumerated, again.

What is found must be what the evidence says. Evidence of any other kind is not checked, and that is told.
"""

from __future__ import annotations

from ...catalog import Catalog, Circuit, Evidence, Formula
from ...dsl.scope import CellSignature
from ...errors import StdcellError
from ...runtime.cell import NeuralCell
from ..networks.exhaustive import check_exhaustively
from ..networks.sampling import measure_contract
from ..numeric.formula import check_formula
from .certificate import CellRecord
from .finding import Finding, confirmed, failed, not_confirmed

__all__ = ["check_again"]


def check_again(cell: CellRecord, catalog: Catalog) -> Finding:
    """Look for the evidence of a cell again, and compare it with what is kept."""
    subject = f"{cell.kind} {cell.name}"
    try:
        evidence = catalog.get(cell.evidence) if cell.evidence else None
        if not isinstance(evidence, Evidence):
            return not_confirmed(subject, "not checked: there is no evidence for its contract")
        node, signature = catalog.get(cell.digest), catalog.find_cell(cell.kind, cell.digest, None)
        if isinstance(node, Circuit) and evidence.kind in ("exhaustive", "measurement"):
            network = NeuralCell.from_bytes(catalog.blobs.get(node.blob), node.config)
            return _compared(subject, cell, *_run(network, signature, evidence))
        if isinstance(node, Formula) and evidence.kind in ("proof", "exhaustive", "counterexample"):
            return _compared(subject, cell, *_searched(node.expression, signature, evidence))
    except StdcellError as error:
        return failed(subject, str(error))
    return not_confirmed(subject, f"not checked: nothing is known that could be run again of: {cell.evidence_told}")


def _compared(subject: str, cell: CellRecord, told: str, is_same: bool) -> Finding:
    if is_same:
        return confirmed(subject, told)
    return failed(subject, f"{told}; the evidence says: {cell.evidence_told}")


def _run(network: NeuralCell, signature: CellSignature, evidence: Evidence) -> tuple[str, bool]:
    """What running a circuit again shows, and whether it is what the evidence says."""
    if evidence.kind == "exhaustive":
        found = check_exhaustively(network, signature)
        counts = f"run again on the stored weights: {found.n_inputs:,} inputs, {found.n_wrong} wrong"
        return counts, (found.n_inputs, found.n_wrong) == (evidence.n_inputs, evidence.n_wrong)
    if evidence.seed is None or evidence.n_inputs is None:
        return "not measured again: it is not said which inputs were drawn", False
    again = measure_contract(network, signature, evidence.n_inputs, seed=evidence.seed)
    told = f"measured again on the inputs of seed {again.seed}: {again.n_inputs:,} inputs, {again.n_wrong} wrong"
    return told, again.n_wrong == evidence.n_wrong


def _searched(expression: str, signature: CellSignature, evidence: Evidence) -> tuple[str, bool]:
    """What a check of a formula's expression shows, and whether it is what the evidence says."""
    found = check_formula(expression, signature)
    if found.boxes is not None:
        told = f"searched again on the stored expression: it holds on each of {found.boxes.count:,} boxes"
        return told, evidence.kind == "proof" and evidence.details.get("digest") == found.boxes.digest
    if found.n_inputs is not None:
        counts = f"{found.n_inputs:,} inputs, {found.n_wrong} wrong"
        is_same = (found.n_inputs, found.n_wrong) == (evidence.n_inputs, evidence.n_wrong)
        return f"enumerated again on the stored expression: {counts}", is_same
    told = f"searched again on the stored expression: {found.status}"
    return told, (evidence.kind, found.status) == ("counterexample", "refuted")
