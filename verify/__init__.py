"""Verification: every composition proved, refuted or plainly unknown. Nothing here needs torch but `neural`."""

from .assumptions import assumption_of
from .prove import verify
from .verdict import Assumption, Counterexample, Report, Verdict

__all__ = ["Assumption", "Counterexample", "Report", "Verdict", "assumption_of", "verify"]
