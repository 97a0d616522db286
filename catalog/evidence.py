"""How strong evidence is: the one ranking, in Python and in Cypher, and the strongest on a claim about a cell.

What speaks against a claim comes before all that speaks for it, then a proof, then a check of every input, then a
measurement. Evidence and verdicts share the ranking; a verdict that decided nothing has no rank.
"""

from __future__ import annotations

from .schema import Evidence
from .store import Lineage

__all__ = [
    "STANDINGS",
    "UNCHECKED",
    "by_strength",
    "describe_evidence",
    "is_against",
    "rank_in_cypher",
    "strongest_evidence",
]

STANDINGS = ("refuted", "proved", "exhaustive", "measured", "unchecked")
"""What a rank means, by its number; the lowest that a cell has decides."""
UNCHECKED = 4
_RANKS = {"counterexample": 0, "proof": 1, "exhaustive": 2, "measurement": 3}
_VERDICT_RANKS = {"refuted": 0, "proved": 1, "exhaustive": 2}


def strongest_evidence(catalog: Lineage, cell: str, claim: str) -> Evidence | None:
    """What decides a claim about a cell: evidence against it before any for it, a proof before a measurement.

    Args:
        catalog: where to look.
        cell: the id of the cell's node: evidence is about exactly these weights.
        claim: the claim as the evidence states it, such as a contract's `promise`.
    """
    about = (found for _, found in catalog.neighbours(cell, "ABOUT", "in"))
    evidence = [found for found in about if isinstance(found, Evidence) and found.claim == claim]
    return min(evidence, key=by_strength, default=None)


def by_strength(evidence: Evidence) -> tuple[int, str]:
    """What to sort evidence by, so that what decides a claim comes first."""
    return 0 if is_against(evidence) else _RANKS[evidence.kind], evidence.kind


def rank_in_cypher(evidence: str = "", verdict: str = "") -> str:
    """The rank of a piece of evidence, or of a verdict, as an expression in Cypher; null for what decides nothing.

    Args:
        evidence: the variable that holds it, if it is evidence.
        verdict: the variable that holds it, if it is a verdict.
    """
    if verdict:
        return _case(f"{verdict}.status", _VERDICT_RANKS)
    return _case(f"{evidence}.kind", _RANKS, f"WHEN {evidence}.n_wrong > 0 THEN 0 ")


def _case(property: str, ranks: dict[str, int], before: str = "") -> str:
    whens = " ".join(f"WHEN {property} = '{value}' THEN {rank}" for value, rank in ranks.items())
    return f"CASE {before}{whens} END"


def is_against(evidence: Evidence) -> bool:
    """Whether it refutes its claim."""
    return evidence.kind == "counterexample" or bool(evidence.n_wrong)


def describe_evidence(evidence: Evidence) -> str:
    """One line: how strong, how many inputs, how many wrong, by what margin, and by whose evaluation."""
    parts: list[str] = [evidence.kind]
    if evidence.n_inputs is not None:
        parts.append(f"{evidence.n_inputs:,} inputs, {evidence.n_wrong} wrong")
    if evidence.interval_low is not None and "confidence" in evidence.details:
        confidence = f"{evidence.details['confidence']:.0%}"
        parts.append(f"at least {evidence.interval_low:.4%} right at {confidence}, seed {evidence.seed}")
    if evidence.smallest_margin is not None:
        parts.append(f"smallest logit margin {evidence.smallest_margin:.3g}")
    if evidence.reach == "every evaluation":
        parts.append(f"by any evaluation in {evidence.dtype}")
    elif evidence.reach is not None:
        beside = " and in real arithmetic" if evidence.reach == "real arithmetic" else ""
        parts.append(f"only as run in {evidence.dtype} on {evidence.device}{beside}")
    return ", ".join(parts)
