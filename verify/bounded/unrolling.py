"""Claims about every sequence up to a length: longer and longer ones are unrolled, until one breaks the claim."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import VerificationError
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Proof, Refutation
from .kinds import are_of_one_input, by_kind
from .question import GaveUp
from .splitting import Answered, answer_at

__all__ = ["by_unrolling"]


def by_unrolling(claim: Claim, effort: Effort) -> Outcome:
    """Ask about longer and longer sequences, until one breaks the claim or the solver gives up."""
    proof: Proof | None = None
    for length in range(effort.up_to + 1 if claim.has_sequences else 1):
        try:
            answers = [answer_at(each, length, effort.steps) for each in by_kind(claim)]
        except GaveUp:
            return NoAnswer(f"the solver gave up at length {length}", proof)
        except VerificationError as error:
            return NoAnswer(str(error))
        refutation = next((found for found in answers if isinstance(found, Refutation)), None)
        if refutation is not None:
            return _reached(claim, refutation, proof)
        proof = _longer(proof, [each for each in answers if isinstance(each, Answered)], length, claim)
    assert proof is not None, "length 0 is always asked for"
    return proof


def _longer(proof: Proof | None, answers: Sequence[Answered], length: int, claim: Claim) -> Proof:
    """The proof with what was asked about one more length."""
    queries, schemas = (proof.queries, proof.schemas) if proof else ((), ())
    queries += tuple(query for answer in answers for query in answer.queries)
    schemas = tuple(dict.fromkeys((*schemas, *(schema for answer in answers for schema in answer.schemas))))
    return Proof("unrolling", queries, schemas, length if claim.has_sequences else None)


def _reached(claim: Claim, refutation: Refutation, proof: Proof | None) -> Outcome:
    """The refutation, if it is about an input that a program can be given."""
    if claim.speaks_of_inner_inputs:
        return NoAnswer("it fails for some state or position, which may not be reached")
    if not are_of_one_input(refutation.inputs, (claim.condition, *claim.given)):
        return NoAnswer("it fails for tokens that are not read from one input", proof)
    return refutation
