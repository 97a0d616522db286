"""Claims about every sequence of one length: the graph is unrolled, and the solver asked for a breaking input."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

from ...dsl.graph import SOp
from ...dsl.types import Bool, Element, Int, Real, Seq, Token, element_of
from ..claims.claim import Claim
from ..encode import Encoded, WidthOf, encode, width_of
from ..encoding.logic import Condition, parts_of, term_of
from ..encoding.values import Word
from ..outcome import Refutation
from ..solver import Query, Solver
from .ranges import with_fixed_ranges

__all__ = ["GaveUp", "Question", "find_refutation", "is_satisfiable", "pose"]


class GaveUp(Exception):
    """The solver reached its limit without an answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whether conditions follow, for every input of one length.

    Attributes:
        n_positions: the length.
        roots: the graph of the condition, then those of what may be assumed, with ranges that can be unrolled.
        encoded: these, with the inputs as unknowns.
        given: what holds of them: by their types, by definition, and by what the claim may assume.
        goals: the conditions that are claimed, one for each conjunct; none if the claim holds whatever the input is.
    """

    n_positions: int
    roots: Sequence[SOp]
    encoded: Encoded
    given: Sequence[Any]
    goals: Sequence[Condition]

    def with_single(self, width: WidthOf, single: Container[SOp]) -> Question:
        """The question, once it is known that every query of some selectors selects exactly one key."""
        return _question(
            self.n_positions, self.roots, self.encoded.revalued(self.roots, self.n_positions, width, single)
        )


def pose(claim: Claim, n_positions: int, width: WidthOf = width_of) -> Question:
    """The question that a claim is at one length.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    roots = [with_fixed_ranges(root) for root in (claim.condition, *claim.given)]
    return _question(n_positions, roots, encode(roots, claim.function.parameters, n_positions, width))


def _question(n_positions: int, roots: Sequence[SOp], encoded: Encoded) -> Question:
    condition, *given = (encoded.of.truth(encoded.values[root]) for root in roots)
    assumed = [*encoded.facts, *(term_of(each) for each in given if each is not True)]
    return Question(n_positions, roots, encoded, assumed, parts_of(condition))


def find_refutation(question: Question, goals: Sequence[Condition], steps: int, purpose: str) -> Refutation | Query:
    """An input that breaks one of the goals, as small as a few more questions can make it, or that none does.

    Raises:
        GaveUp: if the solver reached `steps`.
    """
    assertions = [*question.given, _some_fails(goals)]
    solver = Solver(steps)
    solver.add(*assertions)
    if not _has_answer(solver):
        return Query(purpose, assertions, steps)
    return Refutation(question.n_positions, _Shrinking(question.encoded, solver).values())


def _some_fails(goals: Sequence[Condition]) -> Any:
    negations = [z3.Not(term_of(goal)) for goal in goals]
    return negations[0] if len(negations) == 1 else z3.Or(negations) if negations else z3.BoolVal(False)


def is_satisfiable(conditions: Sequence[SOp], n_positions: int, steps: int) -> bool:
    """Whether some input of this length meets all the conditions.

    Raises:
        GaveUp: if the solver reached `steps`.
        VerificationError: if the conditions speak of values that the solver has no terms for.
    """
    roots = [with_fixed_ranges(condition) for condition in conditions]
    encoded = encode(roots, (), n_positions)
    solver = Solver(steps)
    solver.add(*encoded.facts, *(term_of(encoded.of.truth(encoded.values[root])) for root in roots))
    return _has_answer(solver)


def _has_answer(solver: Solver) -> bool:
    """Whether some input is left."""
    answer = solver.check()
    if answer == z3.unknown:
        raise GaveUp(solver.reason_unknown())
    return bool(answer == z3.sat)


class _Shrinking:
    """An answer of the solver, with each input in turn fixed to the smallest of a few values that still answers."""

    def __init__(self, encoded: Encoded, solver: Solver) -> None:
        self._encoded = encoded
        self._solver = solver
        self._model = solver.model()

    def values(self) -> dict[str, Any]:
        """The inputs of the answer, by key, as exact values.

        Raises:
            GaveUp: if too few words were tried for the tokens of an open type.
        """
        for key, node in self._encoded.nodes.items():
            for unknown in self._unknowns(key):
                self._fix(self._term(unknown), _small_values(element_of(node.type), self._encoded))
        return self._read()

    def _unknowns(self, key: str) -> list[Any]:
        given = self._encoded.inputs[key]
        return given if isinstance(self._encoded.nodes[key].type, Seq) else [given]

    def _term(self, unknown: Any) -> Any:
        if isinstance(unknown, bool | z3.BoolRef):
            return term_of(unknown)
        of = self._encoded.of
        return of.atoms.term(of.code(unknown) if isinstance(unknown, Word | str) else unknown)

    def _fix(self, term: Any, candidates: Sequence[Any]) -> None:
        for value in candidates:
            if self._solver.check(term == value) == z3.sat:
                self._model = self._solver.model()
                self._solver.add(term == value)
                return

    def _read(self) -> dict[str, Any]:
        numbers = {
            key: [
                _number(self._model.eval(self._term(unknown), model_completion=True)) for unknown in self._unknowns(key)
            ]
            for key in self._encoded.nodes
        }
        is_token = {key: isinstance(element_of(node.type), Token) for key, node in self._encoded.nodes.items()}
        words = self._encoded.of.codes.tokens([code for key in numbers if is_token[key] for code in numbers[key]])
        if words is None:
            raise GaveUp("there are too few short words between those that the program names")
        read = {key: [words[n] for n in many] if is_token[key] else many for key, many in numbers.items()}
        return {
            key: values if isinstance(self._encoded.nodes[key].type, Seq) else values[0] for key, values in read.items()
        }


def _small_values(element: Element, encoded: Encoded) -> Sequence[Any]:
    match element:
        case Int(low, high):
            start = low if low is not None and low > 0 else high if high is not None and high < 0 else 0
            return [value for value in range(start, start + 4) if high is None or value <= high]
        case Token():
            return range(len(encoded.of.codes.named))
        case Bool():
            return [False, True]
        case Real():
            return [0, 1]
    return []


def _number(term: Any) -> Any:
    if z3.is_bool(term):
        return bool(z3.is_true(term))
    if z3.is_int(term):
        return int(term.as_long())
    if z3.is_algebraic_value(term):
        term = term.approx(20)
    number = Fraction(term.numerator_as_long(), term.denominator_as_long())
    return number.numerator if number.denominator == 1 else number
