"""Claims about every sequence up to a length: longer and longer ones are unrolled, until one breaks the claim."""

from __future__ import annotations

from ...errors import VerificationError
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Proof, Refutation
from .question import GaveUp
from .splitting import answer_at

__all__ = ["by_unrolling"]


def by_unrolling(claim: Claim, effort: Effort) -> Outcome:
    """Ask about longer and longer sequences, until one breaks the claim or the solver gives up."""
    proof: Proof | None = None
    for length in range(effort.up_to + 1 if claim.has_sequences else 1):
        try:
            found = answer_at(claim, length, effort.steps)
        except GaveUp:
            return NoAnswer(f"the solver gave up at length {length}", proof)
        except VerificationError as error:
            return NoAnswer(str(error))
        if isinstance(found, Refutation):
            return (
                found
                if not claim.speaks_of_inner_inputs
                else NoAnswer("it fails for some state or position, which may not be reached")
            )
        earlier = proof.queries if proof else ()
        proof = Proof("unrolling", (*earlier, *found), reach=length if claim.has_sequences else None)
    assert proof is not None, "length 0 is always asked for"
    return proof
