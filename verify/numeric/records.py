"""What a check of a formula showed, as nodes of the catalog."""

from __future__ import annotations

from typing import Any, Literal

from ...catalog import Contract, Evidence, Formula, Node, Verdict
from ..networks.records import Records
from .formula import FormulaCheck

__all__ = ["add_formula_check"]

Kind = Literal["proof", "exhaustive", "counterexample"]
_SEARCH = "branch and prune over boxes"
_ENUMERATION = "enumeration of every input, logits in intervals"


def add_formula_check(batch: Records, node: Formula, contract: Contract, check: FormulaCheck) -> None:
    """The evidence of a check of a formula's contract, where it decides, and the verdict on it."""
    is_enumerated = check.n_inputs is not None
    method = _ENUMERATION if is_enumerated else _SEARCH
    verdict = Verdict.model_validate(
        {
            "of": node.id,
            "claim": contract.promise,
            "status": check.status,
            "scope": f"all {check.n_inputs:,} inputs" if is_enumerated else "all inputs",
            "method": method,
            "counterexample": check.counterexample,
        }
    )
    found: list[Node] = [batch.add(verdict)]
    if check.status != "unknown":
        kind: Kind = "exhaustive" if is_enumerated else "proof" if check.status == "proved" else "counterexample"
        evidence = Evidence(
            of=node.id,
            kind=kind,
            claim=contract.promise,
            method=method,
            n_inputs=check.n_inputs,
            n_wrong=check.n_wrong,
            smallest_margin=None if check.smallest_lead is None else float(check.smallest_lead),
            details=_details(check),
        )
        found.append(batch.add(evidence))
    for one in found:
        batch.join(one, "ABOUT", node)
        if check.status != "unknown":
            batch.join(one, "REFUTES" if check.status == "refuted" else "SUPPORTS", contract)


def _details(check: FormulaCheck) -> dict[str, Any]:
    if check.boxes is None:
        return {}
    boxes = check.boxes
    return {"boxes": boxes.count, "digest": boxes.digest, "domain": boxes.domain, "tree": " ".join(boxes.tree)}
