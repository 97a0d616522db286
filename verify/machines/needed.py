"""The parts of an invariant that a conclusion needs, and those that these need in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

from ...dsl.graph import SOp
from ..outcome import Effort
from ..solver import Solver
from ..terms import as_term
from .questions import Questions

__all__ = ["needed_for"]


def needed_for(
    goal: Any,
    premises: Sequence[Any],
    invariant: Sequence[SOp],
    backward: Sequence[SOp],
    questions: Questions,
    effort: Effort,
) -> list[SOp] | None:
    """The parts of an invariant from which a goal follows at the state before a step, and which are kept together.

    Args:
        goal: what is to follow, in the solver's terms.
        premises: what holds beside the invariant.
        invariant: conditions that together are kept by every step.
        backward: what holds of every state of a run that ends as assumed.
        questions: the machine in the solver's terms.
        effort: the steps for each question.

    Returns:
        The parts, as they stand in the invariant; None if the goal does not follow, or the solver gives up.
    """
    before, after = (questions.said(invariant, state) for state in (questions.before, questions.after))
    earlier, later = (questions.said(backward, state) for state in (questions.before, questions.after))
    first = _core(goal, premises, before, effort)
    if first is None:
        return None
    needed = dict.fromkeys(first)
    waiting = list(first)
    while waiting:
        place = waiting.pop()
        more = _core(after[place], [*questions.stepping, *earlier, *later], before, effort)
        if more is None:
            return None
        waiting += [part for part in more if part not in needed]
        needed |= dict.fromkeys(more)
    return [invariant[place] for place in sorted(needed)]


def _core(goal: Any, premises: Sequence[Any], parts: Sequence[Any], effort: Effort) -> list[int] | None:
    """Which of some parts, with the premises, a goal follows from; None if it does not."""
    solver = Solver(effort.steps, **{"core.minimize": True})
    names = [z3.Bool(f"part.{place}") for place in range(len(parts))]
    solver.add(*premises, z3.Not(as_term(goal)))
    solver.add(*(z3.Implies(name, part) for name, part in zip(names, parts, strict=True)))
    if solver.check(*names) != z3.unsat:
        return None
    places = {str(name): place for place, name in enumerate(names)}
    return sorted(places[name] for name in solver.unsat_core())
