"""Verification: every composition proved, refuted or plainly unknown. Only `networks` needs torch to be imported."""

from .assumptions import assumption_of
from .claims.claim import Claim, functions_in_order, own_claims
from .comparison import equivalent, refines
from .cover import with_cover
from .outcome import Effort
from .prove import verify
from .verdict import Assumption, Counterexample, Report, Verdict

__all__ = [
    "Assumption",
    "Claim",
    "Counterexample",
    "Effort",
    "Report",
    "Verdict",
    "assumption_of",
    "equivalent",
    "functions_in_order",
    "own_claims",
    "refines",
    "verify",
    "with_cover",
]
