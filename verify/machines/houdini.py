"""The strongest invariant that a set of candidates makes.

Candidates that fail at the start, or after a step before which all that are left hold, are dropped, until none does:
what is left is inductive (Flanagan and Leino 2001, "Houdini, an annotation assistant"). A state that shows that an
equation is none joins the samples, and the equations that the larger set of samples has in common take its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import z3

from ...dsl.graph import SOp
from ...dsl.types import Value, element_of
from ...errors import VerificationError
from ..outcome import Effort
from ..solver import Solver
from ..terms import conjunction
from .alphabet import exact_values
from .hulls import AffineHull
from .machine import Machine
from .questions import Questions
from .sampling import sampled_states
from .templates import candidates, cases_of, equations, rows_of

__all__ = ["Houdini"]

_MOST_ROUNDS, _SHARE = 100, 10


@dataclass(frozen=True, slots=True)
class _Terms:
    """A candidate in the solver's terms: of the first state, and of those before and after a step."""

    first: Any
    before: Any
    after: Any


class Houdini:
    """The candidates that are left, and the questions that drop them."""

    def __init__(self, machine: Machine, questions: Questions, backward: Sequence[SOp], effort: Effort) -> None:
        self._machine = machine
        self._questions = questions
        self._backward = backward
        self._share, self._steps = effort.steps // _SHARE, effort.steps
        self._hulls = {case: AffineHull(len(case.numbers)) for case in cases_of(machine)}
        self._left: dict[SOp, _Terms] = {}
        self._dropped: dict[SOp, None] = {}
        self._offer(candidates(machine, sampled_states(machine), self._hulls))

    def invariant(self) -> list[SOp]:
        """The candidates that together hold at the start and are kept by every step; none if that takes too long."""
        questions = self._questions
        starting = [*questions.starting, *questions.said(self._backward, questions.at_start)]
        stepping = [
            *questions.stepping,
            *questions.said(self._backward, questions.before),
            *questions.said(self._backward, questions.after),
        ]
        for _ in range(_MOST_ROUNDS):
            answer = self._weakened(
                starting, questions.at_start, [(known.first, None) for known in self._left.values()]
            )
            if answer == z3.unsat:
                pairs = [(known.after, known.before) for known in self._left.values()]
                answer = self._weakened(stepping, questions.after, pairs)
                if answer == z3.unsat:
                    return list(self._left)
            if answer == z3.unknown or self._steps <= 0:
                return []
        return []

    def _weakened(self, premises: Sequence[Any], state: dict[str, Any], pairs: Sequence[tuple[Any, Any]]) -> Any:
        """Whether all candidates follow; where some state breaks one, all are dropped that it breaks."""
        solver = Solver(max(1, min(self._share, self._steps)))
        solver.add(*premises, *(before for _, before in pairs if before is not None))
        solver.add(z3.Not(conjunction([after for after, _ in pairs])))
        answer = solver.check()
        self._steps -= solver.taken
        if answer == z3.sat:
            self._learn(solver.model(), [after for after, _ in pairs], state)
        return answer

    def _learn(self, model: Any, after: Sequence[Any], state: dict[str, Any]) -> None:
        broken = [
            condition
            for condition, term in zip(self._left, after, strict=True)
            if not z3.is_true(model.eval(term, model_completion=True))
        ]
        # A term that the model leaves open, such as one with a product, is dropped as well.
        for condition in broken:
            del self._left[condition]
            self._dropped[condition] = None
        # A state may hold a token that is none, where nothing that it remembers was read yet: then it is no sample.
        with suppress(VerificationError):
            sample = self._read(model, state)
            for case, hull in self._hulls.items():
                if any(hull.add(row) for row in rows_of(self._machine, case, [sample])):
                    self._offer(equations(case, hull))

    def _offer(self, conditions: Iterable[SOp]) -> None:
        """Take candidates in that are not there, and were not dropped."""
        new = [condition for condition in conditions if condition not in self._left and condition not in self._dropped]
        questions = self._questions
        columns = [questions.said(new, state) for state in (questions.at_start, questions.before, questions.after)]
        self._left |= {condition: _Terms(*terms) for condition, *terms in zip(new, *columns, strict=True)}

    def _read(self, model: Any, state: dict[str, Any]) -> tuple[Value, ...]:
        codes = self._questions.codes
        return exact_values(model, [(state[node.key], element_of(node.type)) for node in self._machine.state], codes)
