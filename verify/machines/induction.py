"""Claims about machines of any number of states, proved for all lengths by induction over the sequence.

1. The claim itself may be invariant.
2. Else an invariant is sought among templates (`templates.py`, `houdini.py`), and only as much of it kept as the proof
   needs.

Whatever is found is proved by the same questions (`questions.py`): the start, a step, the end. A total that is only
known at the end is bounded before by *backward* conditions: what is counted so far is no more than the total, if it
never becomes less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3

from ...dsl.graph import Ascribe, SOp, topological
from ...dsl.types import Bool, Int, Real, element_of
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Proof
from ..solver import Solver, proved
from ..terms import as_term
from .expressions import applied, disj, neg
from .houdini import Houdini
from .machine import Machine
from .questions import Questions
from .reading import machine_of

__all__ = ["by_induction", "by_invariant"]


def by_induction(claim: Claim, effort: Effort) -> Outcome:
    """Prove a claim that is its own invariant, by induction over the elements of its sequences.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    machine = machine_of(claim)
    if isinstance(machine, str):
        return NoAnswer(machine)
    if any(isinstance(node, Ascribe) for node in topological([machine.goal])):
        return NoAnswer("it promises a type at the end, and is no condition on states")
    queries = Questions(machine, effort).proof([machine.goal])
    return NoAnswer("it is not its own invariant") if queries is None else Proof("induction over the elements", queries)


def by_invariant(claim: Claim, effort: Effort) -> Outcome:
    """Prove the claim by induction, with an invariant that is sought among templates.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    machine = machine_of(claim)
    if isinstance(machine, str):
        return NoAnswer(machine)
    questions = Questions(machine, effort)
    backward = [condition for condition in _bounds(machine) if _is_kept_backward(condition, questions, effort)]
    invariant = Houdini(machine, questions, backward, effort).invariant()
    needed = _needed(invariant, backward, questions, machine, effort)
    queries = None if needed is None else questions.proof(needed, backward)
    if queries is None:
        return NoAnswer("no invariant was found that the claim follows from")
    return Proof("induction with an invariant", queries)


def _bounds(machine: Machine) -> Iterator[SOp]:
    """How a total may bound what is counted so far, either way."""
    for total, counted in machine.totals.items():
        match element_of(total.type):
            case Bool():
                yield disj(neg(counted), total)
                yield disj(neg(total), counted)
            case Int() | Real():
                yield applied("<=", counted, total)
                yield applied(">=", counted, total)


def _is_kept_backward(condition: SOp, questions: Questions, effort: Effort) -> bool:
    """Whether a condition holds before each step after which it holds."""
    (before,), (after,) = (questions.said([condition], state) for state in (questions.before, questions.after))
    return proved(before, [*questions.stepping, after], effort.steps, "a step back") is not None


def _needed(
    invariant: Sequence[SOp], backward: Sequence[SOp], questions: Questions, machine: Machine, effort: Effort
) -> list[SOp] | None:
    """The parts of an invariant that the goal needs, and that these need in turn; None if the goal does not follow."""
    before, after = (questions.said(invariant, state) for state in (questions.before, questions.after))
    earlier, later = (questions.said(backward, state) for state in (questions.before, questions.after))
    (goal,) = questions.said([machine.goal], questions.before)
    first = _core(goal, [*questions.ending, *earlier], before, effort)
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
