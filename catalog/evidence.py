"""The strongest evidence that a catalog holds on a claim about a cell."""

from __future__ import annotations

from .schema import Evidence
from .store import Lineage

__all__ = ["describe_evidence", "is_against", "strongest_evidence"]

_RANKS = {"counterexample": 0, "proof": 1, "exhaustive": 2, "measurement": 3}


def strongest_evidence(catalog: Lineage, cell: str, claim: str) -> Evidence | None:
    """What decides a claim about a cell: evidence against it before any for it, a proof before a measurement.

    Args:
        catalog: where to look.
        cell: the id of the cell's node: evidence is about exactly these weights.
        claim: the claim as the evidence states it, such as a contract's `ensures`.
    """
    about = (found for _, found in catalog.neighbours(cell, "ABOUT", "in"))
    evidence = [found for found in about if isinstance(found, Evidence) and found.claim == claim]
    return min(evidence, key=lambda found: (not is_against(found), _RANKS[found.kind]), default=None)


def is_against(evidence: Evidence) -> bool:
    """Whether it refutes its claim."""
    return evidence.kind == "counterexample" or bool(evidence.n_wrong)


def describe_evidence(evidence: Evidence) -> str:
    """One line: how strong, how many inputs, how many wrong, by what margin."""
    parts: list[str] = [evidence.kind]
    if evidence.n_inputs is not None:
        parts.append(f"{evidence.n_inputs:,} inputs, {evidence.n_wrong} wrong")
    if evidence.smallest_margin is not None:
        parts.append(f"smallest logit margin {evidence.smallest_margin:.3g}")
    return ", ".join(parts)
