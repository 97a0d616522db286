"""Claims that no single step keeps, but several in a row do (Sheeran, Singh and Stålmarck 2000: k-induction).

Of a run with k steps behind it the claim may be counted on at each of the last k states: a step that breaks it from a
state which no run reaches is ruled out where such a state breaks the claim some steps earlier. The questions are

1. *after j steps*, for each j below k: from the start the claim holds after so many;
2. *k steps*: where it holds at k states in a row, it holds at the next one.

At a state the claim is that the goal holds, if the sequence may end there; or else, which says more of the states
before, that it holds whether or not. An invariant that was found among templates may serve the last question; it is
proved with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import z3

from ...dsl.graph import Ascribe, SOp, topological
from ..outcome import Effort, Proof
from ..solver import Query, proved
from ..terms import as_term
from .machine import Machine
from .needed import needed_for
from .questions import Questions

__all__ = ["by_steps"]

_FROM, _TO = 2, 4
_SHARE = 10
State = Mapping[str, Any]


def by_steps(
    machine: Machine, questions: Questions, invariant: Sequence[SOp], backward: Sequence[SOp], effort: Effort
) -> Proof | None:
    """A proof by k-induction for the smallest k from 2 to 4 that serves; None where there is none.

    Args:
        machine: whose claim it is.
        questions: the machine in the solver's terms.
        invariant: what together holds at the start and is kept by every step of a run that ends as assumed.
        backward: what the assumptions at the end say of every state before.
        effort: how much may be spent; each question takes a share of its steps.
    """
    if any(isinstance(node, Ascribe) for node in topological([machine.goal])):
        return None
    share = replace(effort, steps=max(1, effort.steps // _SHARE))
    found = _smallest(_Asking(machine.ending, machine.goal, questions, backward, share), invariant)
    if found is None and machine.assumed_at_end and not machine.totals:
        found = _smallest(_Asking((), machine.goal, questions, backward, share), invariant)
    return found


def _smallest(asking: _Asking, invariant: Sequence[SOp]) -> Proof | None:
    """The proof for the smallest k."""
    bases: list[Query] = []
    for k in range(_FROM, _TO + 1):
        for n_steps in range(len(bases), k):
            base = asking.after(n_steps)
            if base is None:
                return None
            bases.append(base)
        step = asking.step(k, ()) or (asking.step(k, invariant) if invariant else None)
        if step is not None:
            return Proof(f"k-induction, k = {k}", (*bases, *step))
    return None


@dataclass(frozen=True, slots=True)
class _Asking:
    """The questions about runs of a few steps; `ending` is what is known where a sequence ends, if anything."""

    ending: Sequence[SOp]
    goal: SOp
    questions: Questions
    backward: Sequence[SOp]
    effort: Effort

    def after(self, n_steps: int) -> Query | None:
        """That the claim holds after so many steps from the start."""
        asked = self.questions
        passed, taken = asked.passed(asked.at_start, n_steps)
        ending, goal = self._at(passed[-1])
        purpose = f"after {n_steps} step{'' if n_steps == 1 else 's'}"
        return proved(goal, [*asked.starting, *taken, *ending], self.effort.steps, purpose)

    def step(self, k: int, invariant: Sequence[SOp]) -> tuple[Query, ...] | None:
        """That after k states where the claim holds it holds again, counting on an invariant, and what proves that."""
        asked = self.questions
        passed, taken = asked.passed(asked.before, k)
        ending, goal = self._at(passed[-1])
        known = [condition for state in passed for condition in asked.said(self.backward, state)]
        premises = [*taken, *ending, *known, *map(self._claimed, passed[:-1])]
        needed = needed_for(goal, premises, invariant, self.backward, asked, self.effort)
        if needed is None:
            return None
        query = proved(goal, [*premises, *asked.said(needed, asked.before)], self.effort.steps, f"{k} steps")
        uses = needed or self.backward
        kept = asked.invariance_of(lambda state: asked.said(needed, state), self.backward) if uses else ()
        return None if query is None or kept is None else (*kept, query)

    def _claimed(self, state: State) -> Any:
        """That the goal holds at a state, if the sequence may end there."""
        ending, goal = self._at(state)
        return z3.Or(*map(z3.Not, ending), goal) if ending else goal

    def _at(self, state: State) -> tuple[list[Any], Any]:
        *ending, goal = self.questions.said([*self.ending, self.goal], state)
        return ending, as_term(goal)
