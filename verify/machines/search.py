"""Every run of a machine up to a length, in exact values: a run that breaks the claim is found by its shortest word.

Machines with counters reach some thousand states in some hundred elements, where unrolled questions to the solver stop
after a few. That no run breaks the claim is no proof: what was computed here is no question that others can ask again.
"""

from __future__ import annotations

from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome
from .automaton import doubt
from .counting import with_short_counters
from .exploring import explore
from .reading import machine_of

__all__ = ["by_search"]


def by_search(claim: Claim, effort: Effort) -> Outcome:
    """Refute a claim by following every run of its machine up to `effort.up_to` elements."""
    machine = machine_of(claim)
    if isinstance(machine, str):
        return NoAnswer(machine)
    machine = with_short_counters(machine)
    found = explore(machine, effort, effort.up_to)
    if isinstance(found, str):
        return NoAnswer(f"its states are not counted: {found}")
    if found.refutation is not None:
        reason = doubt(claim, machine)
        return NoAnswer(reason) if reason else found.refutation
    return NoAnswer(f"no run up to length {len(found.layers) - 1} breaks it, which is no proof")
