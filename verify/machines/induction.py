"""Claims about machines of any number of states, proved for all lengths by induction over the sequence.

1. The claim itself may be invariant.
2. Else an invariant is sought among templates (`templates.py`, `houdini.py`), and only as much of it kept as the proof
   needs (`needed.py`).
3. Else, with what was found, the claim may be kept by a few steps in a row (`k_induction.py`).

Whatever is found is proved by the same questions (`questions.py`): the start, a step, the end. A total that is only
known at the end is bounded before by *backward* conditions: what is counted so far is no more than the total, if it
never becomes less.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...dsl.graph import Ascribe, SOp, topological
from ...dsl.types import Bool, Int, Real, element_of
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Proof
from ..solver import proved
from .expressions import applied, disj, neg
from .houdini import Houdini
from .k_induction import by_steps
from .machine import Machine
from .needed import needed_for
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
    """Prove the claim by induction, with an invariant that is sought among templates, or by k-induction beside it.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    machine = machine_of(claim)
    if isinstance(machine, str):
        return NoAnswer(machine)
    questions = Questions(machine, effort)
    backward = [condition for condition in _bounds(machine) if _is_kept_backward(condition, questions, effort)]
    invariant = Houdini(machine, questions, backward, effort).invariant()
    (goal,), earlier = (questions.said(conditions, questions.before) for conditions in ([machine.goal], backward))
    needed = needed_for(goal, [*questions.ending, *earlier], invariant, backward, questions, effort)
    queries = None if needed is None else questions.proof(needed, backward)
    if queries is not None:
        return Proof("induction with an invariant", queries)
    found = by_steps(machine, questions, invariant, backward, effort)
    return found or NoAnswer("no invariant was found that the claim follows from, and no few steps keep it")


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
