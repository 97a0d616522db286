"""Claims about reals at one position, asked of the solver's nonlinear arithmetic without quantifiers.

A claim about every position of sequences is one about any position, whose elements are numbers of their own. So the
question has neither functions nor quantifiers: polynomials and ratios of them over the reals, which solvers decide.
"""

from __future__ import annotations

from ...dsl.types import Real, element_of
from ..claims.claim import Claim
from ..claims.conditions import all_of, implied
from ..encoding.codes import Codes
from ..outcome import Effort, NoAnswer, Outcome, Proof
from ..positions.symbolic import Lemmas, Symbolic
from ..solver import proved
from ..terms import as_term, tokens_in
from .pointwise import at_any_position

__all__ = ["by_reals"]


def by_reals(claim: Claim, effort: Effort) -> Outcome:
    """Prove a claim about reals at any position.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    if not any(isinstance(element_of(node.type), Real) for node in claim.inputs):
        return NoAnswer("it is no claim about reals")
    anywhere = at_any_position(claim)
    *given, condition = anywhere.conditions
    symbolic = Symbolic(Codes(tokens_in(anywhere.conditions)), Lemmas())
    goal = as_term(symbolic.scalar(implied(all_of(given), condition)))
    query = proved(goal, symbolic.axioms, effort.steps, "any position" if claim.has_sequences else "any input")
    return Proof("nonlinear arithmetic", (query,)) if query else NoAnswer("the solver has no answer about any position")
