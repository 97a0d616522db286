"""Proofs by boxes of numbers, certified as they are found: the boxes are cut once more, and the claim asked on each."""

from __future__ import annotations

from functools import wraps

from ..claims.claim import Claim
from ..composition.ladder import Strategies
from ..numeric.prove import certifies
from ..outcome import Effort, Outcome, Proof, Strategy

__all__ = ["CertifiedBoxes"]


class CertifiedBoxes:
    """Which boxes prove the claims that they were found for; no search that was kept from before counts."""

    def __init__(self) -> None:
        self._certified: dict[str, bool] = {}

    def __contains__(self, digest: str) -> bool:
        """Whether boxes of this digest were found, and prove every claim that they were found for."""
        return self._certified.get(digest, False)

    def watch(self, strategies: Strategies) -> Strategies:
        """The same strategies; the boxes of their proofs are certified for exactly the claim that was asked."""
        return Strategies(
            tuple(map(self._watched, strategies.at_first)),
            tuple(map(self._watched, strategies.for_all_lengths)),
            tuple(map(self._watched, strategies.to_refute)),
            tuple(map(self._watched, strategies.up_to_a_length)),
        )

    def _watched(self, strategy: Strategy) -> Strategy:
        @wraps(strategy)
        def watched(claim: Claim, effort: Effort) -> Outcome:
            outcome = strategy(claim, effort)
            if isinstance(outcome, Proof) and outcome.boxes is not None:
                digest = outcome.boxes.digest
                self._certified[digest] = self._certified.get(digest, True) and certifies(outcome.boxes, claim)
            return outcome

        return watched
