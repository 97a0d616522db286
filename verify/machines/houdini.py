"""The strongest invariant that a set of candidates makes.

Candidates that fail at the start, or after a step before which all that are left hold, are dropped, until none does:
what is left is inductive (Flanagan and Leino 2001, "Houdini, an annotation assistant"). A state that shows that an
equation is none joins the samples, and the equations that the larger set of samples has in common take its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

from ...dsl.graph import SOp
from ...dsl.types import Value, element_of
from ..outcome import Effort
from ..solver import new_solver
from ..terms import as_term
from .alphabet import exact_value
from .machine import Machine
from .questions import Questions
from .sampling import sampled_states
from .templates import candidates

__all__ = ["Houdini"]

_MOST_ROUNDS, _MOST_UNDECIDED, _SHARE = 200, 2, 10


class Houdini:
    """The candidates that are left, and the questions that drop them."""

    def __init__(self, machine: Machine, questions: Questions, backward: Sequence[SOp], effort: Effort) -> None:
        self._machine = machine
        self._questions = questions
        self._steps = effort.steps // _SHARE
        self._n_undecided = 0
        self._backward = backward
        self._samples = sampled_states(machine)
        self._left = dict.fromkeys(candidates(machine, self._samples))
        self._dropped: dict[SOp, None] = {}

    def invariant(self) -> list[SOp]:
        """The candidates that together are kept by every step; those that hold at the start are tried."""
        questions = self._questions
        starting = [*questions.starting, *questions.said(self._backward, questions.at_start)]
        stepping = [
            *questions.stepping,
            *questions.said(self._backward, questions.before),
            *questions.said(self._backward, questions.after),
        ]
        for _ in range(_MOST_ROUNDS):
            if self._n_undecided > _MOST_UNDECIDED:
                return []
            if self._weakened(starting, questions.at_start, ()):
                continue
            before = questions.said(list(self._left), questions.before)
            if not self._weakened(stepping, questions.after, before):
                return list(self._left)
        return []

    def _weakened(self, premises: Sequence[Any], state: dict[str, Any], before: Sequence[Any]) -> bool:
        """Whether some candidate does not follow; then it, and all that the same state breaks, are dropped."""
        if not self._left:
            return False
        after = self._questions.said(list(self._left), state)
        solver = new_solver(self._steps)
        solver.add(*premises, *before, z3.Or([z3.Not(term) for term in after]))
        match solver.check():
            case z3.unsat:
                return False
            case z3.sat:
                self._learn(solver.model(), after, state)
            case _:
                self._n_undecided += 1
                self._drop_undecided(premises, before, after)
        return True

    def _learn(self, model: Any, after: Sequence[Any], state: dict[str, Any]) -> None:
        broken = [
            condition
            for condition, term in zip(self._left, after, strict=True)
            if not z3.is_true(model.eval(term, model_completion=True))
        ]
        for condition in broken or list(self._left)[-1:]:
            self._drop(condition)
        self._samples.append(self._read(model, state))
        for condition in candidates(self._machine, self._samples):
            if condition not in self._dropped:
                self._left.setdefault(condition)

    def _drop(self, condition: SOp) -> None:
        del self._left[condition]
        self._dropped[condition] = None

    def _drop_undecided(self, premises: Sequence[Any], before: Sequence[Any], after: Sequence[Any]) -> None:
        for condition, term in list(zip(self._left, after, strict=True)):
            solver = new_solver(self._steps // _SHARE)
            solver.add(*premises, *before, z3.Not(term))
            if solver.check() != z3.unsat:
                self._drop(condition)

    def _read(self, model: Any, state: dict[str, Any]) -> tuple[Value, ...]:
        codes = self._questions.codes
        return tuple(
            exact_value(model, as_term(state[node.key]), element_of(node.type), codes) for node in self._machine.state
        )
