"""Every run of a machine up to a length: a run that breaks the claim is the shortest word, that none does is a proof.

1. Counters of which the machine asks little are made fewer and shorter, and the states that are reached are counted in
   exact values, each with how many elements it takes.
2. That the state is one of those which so many elements reach, a clock being one more variable, holds at the start and
   is kept by each step before the length is reached. The solver is asked no more than that, and that none of the states
   breaks the claim.

So machines with counters are followed for some hundred elements, where unrolled questions stop after a few.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from ...dsl.graph import Constant, Input
from ...dsl.types import Int
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Proof
from ..solver import Query
from .automaton import doubt
from .counting import with_short_counters
from .differences import with_fewer_counters
from .exploring import Explored, explore, is_length
from .expressions import ONE, ZERO, applied, disj
from .machine import Machine, Variable
from .progressions import told_by_progressions
from .questions import Questions
from .reading import machine_of

__all__ = ["by_search"]

_CLOCK = Input((), "clock", Int(0, None), "clock")
_MOST_PROGRESSIONS = 500


def by_search(claim: Claim, effort: Effort) -> Outcome:
    """Answer a claim about sequences of up to `effort.up_to` elements by following every run of its machine.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    machine = machine_of(claim)
    if isinstance(machine, str):
        return NoAnswer(machine)
    machine = with_short_counters(with_fewer_counters(machine))
    found = explore(machine, effort, effort.up_to)
    if isinstance(found, str):
        return NoAnswer(f"its states are not counted: {found}")
    if found.refutation is not None:
        reason = doubt(claim, machine)
        return NoAnswer(reason) if reason else found.refutation
    if not found.layers:
        return NoAnswer("its first states are too many to be counted")
    if not found.is_closed and len(found.layers) <= effort.up_to:
        return NoAnswer(f"no run up to length {len(found.layers) - 1} breaks it, and longer ones have too many states")
    queries = _proof(machine, found, effort)
    if queries is None:
        return NoAnswer(f"no run breaks it, but its {len(found.states)} states are too many for the solver")
    return Proof(f"every run, of {len(found.states)} states", queries, reach=effort.up_to)


def _proof(machine: Machine, found: Explored, effort: Effort) -> tuple[Query, ...] | None:
    """The queries that the states are all that there are up to the length, and that none breaks the claim."""
    end = Constant((), effort.up_to)
    times = [time for time, n in enumerate(_new_in(found)) for _ in range(n)]
    dated = list(zip(found.states, times, strict=True))
    reached = told_by_progressions(machine.state, dated, _CLOCK, _MOST_PROGRESSIONS)
    if reached is None:
        return None
    clock = Variable(_CLOCK, ZERO, applied("+", _CLOCK, ONE))
    before_end = applied("<", _CLOCK, end)
    bounded = replace(machine, variables=(*machine.variables, clock), assumed=(*machine.assumed, before_end))
    lengths = {total: counter for total, counter in machine.totals.items() if is_length(machine, total)}
    # Where a guessed length is longer no state was looked for: the end is not reached with it.
    told = reduce(disj, (applied(">", total, end) for total in lengths), reached)
    counted = [applied("==", counter, _CLOCK) for counter in dict.fromkeys(lengths.values())]
    return Questions(bounded, effort).proof([applied("<=", _CLOCK, end), *counted, told])


def _new_in(found: Explored) -> list[int]:
    """How many states each further element reaches first."""
    return [n - before for before, n in zip((0, *found.layers), found.layers, strict=False)]
