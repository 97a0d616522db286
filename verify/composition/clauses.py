"""A proof from clauses of contracts, as few as it takes: what it names is what it counts on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...dsl.graph import SOp
from ..claims.claim import Claim
from ..outcome import Effort, Proof, Strategy
from .cores import least
from .promises import Given, Promise

__all__ = ["Composed", "from_fewest"]

_SHARE = 10
"""What is left out is tried with this share of the steps: mostly it is needed, or missed by nobody."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A proof, the promises that it counts on, what it speaks of, and the clauses that it takes, by name."""

    proof: Proof
    used: Sequence[Promise]
    roots: Sequence[SOp]
    because: tuple[str, ...]


def from_fewest(
    claim: Claim,
    required: Sequence[Given],
    used: Sequence[Promise],
    strategy: Strategy,
    effort: Effort,
    *,
    is_cut: bool = True,
) -> Composed | None:
    """A proof of a claim from as few clauses as it takes; None where all of them are not enough.

    Args:
        claim: what is to be proved, with what is given beside the clauses.
        required: what the function requires.
        used: the promises that may be counted on.
        strategy: how it is proved.
        effort: how much may be spent on it.
        is_cut: whether the claim is cut at the calls; else it is about the whole graph.
    """

    def with_clauses(some: Sequence[Given]) -> Claim:
        said = (one.condition if is_cut else one.whole for one in some)
        return replace(claim, given=(*claim.given, *said))

    def suffices(some: Sequence[Given]) -> Proof | None:
        outcome = strategy(with_clauses(some), replace(effort, steps=effort.steps // _SHARE))
        return outcome if isinstance(outcome, Proof) else None

    clauses = [*required, *(one for promise in used for one in promise.given)]
    first = strategy(with_clauses(clauses), effort)
    if not isinstance(first, Proof):
        return None
    kept, proof = least(clauses, suffices, first)
    taken = {id(one) for one in kept}
    counted = (replace(one, given=tuple(each for each in one.given if id(each) in taken)) for one in used)
    names = dict.fromkeys(one.name for one in kept)
    roots = (claim.condition, *with_clauses(kept).given)
    return Composed(proof, [one for one in counted if one.given], roots, tuple(names))
