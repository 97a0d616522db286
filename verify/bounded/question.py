"""Claims about every sequence of one length: the graph is unrolled, and the solver asked for a breaking input."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import z3

from ...dsl.graph import Input, SOp, inputs_of
from ...dsl.types import Bool, Element, Int, Real, Seq, Token, Value, element_of
from ...runtime.evaluate import evaluate
from ..claims.claim import Claim
from ..encode import Unrolled
from ..outcome import Refutation
from ..solver import Query, new_solver
from ..terms import TokenCodes, as_term, fresh, tokens_in, within
from .ranges import with_fixed_ranges

__all__ = ["GaveUp", "find_refutation", "is_satisfiable"]


class GaveUp(Exception):
    """The solver reached its limit without an answer."""


def find_refutation(claim: Claim, n_positions: int, steps: int) -> Refutation | Query:
    """An input of this length that breaks the claim, as small as a few more questions can make it, or that none does.

    Raises:
        GaveUp: if the solver reached `steps`.
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    question = _Question([claim.condition, *claim.given], claim.function.parameters, n_positions, steps)
    question.demand(claim.given)
    question.solver.add(z3.Not(as_term(question.values[claim.condition])))
    if not question.has_answer():
        return Query(f"length {n_positions}", question.solver.assertions(), steps)
    question.shrink()
    return Refutation(n_positions, question.input_values())


def is_satisfiable(conditions: Sequence[SOp], n_positions: int, steps: int) -> bool:
    """Whether some input of this length meets all the conditions.

    Raises:
        GaveUp, VerificationError: as `find_refutation`.
    """
    question = _Question(conditions, (), n_positions, steps)
    question.demand(conditions)
    return question.has_answer()


class _Question:
    """The unrolled graph in a solver, with the inputs as unknowns."""

    def __init__(self, roots: Sequence[SOp], parameters: Sequence[Input], n_positions: int, steps: int) -> None:
        self._codes = TokenCodes(tokens_in([*roots, *parameters]))
        self._nodes = {node.key: node for node in (*parameters, *inputs_of(roots))}
        self._inputs = {key: self._unknown(node, n_positions) for key, node in self._nodes.items()}
        algebra = Unrolled(self._codes)
        unrollable = [with_fixed_ranges(root) for root in roots]
        values = evaluate(unrollable, algebra, n_positions, self._inputs)
        self.values = {root: values[node] for root, node in zip(roots, unrollable, strict=True)}
        self.solver = new_solver(steps)
        for key, node in self._nodes.items():
            terms = self._inputs[key] if isinstance(node.type, Seq) else [self._inputs[key]]
            self.solver.add(*(within(element_of(node.type), term, self._codes) for term in terms))
        self.solver.add(*algebra.facts)

    def _unknown(self, node: Input, n_positions: int) -> Any:
        element = element_of(node.type)
        if not isinstance(node.type, Seq):
            return fresh(element, node.key)
        return [fresh(element, f"{node.key}[{position}]") for position in range(n_positions)]

    def demand(self, conditions: Sequence[SOp]) -> None:
        """Only inputs that meet the conditions count."""
        self.solver.add(*(as_term(self.values[condition]) for condition in conditions))

    def has_answer(self) -> bool:
        """Whether some input is left."""
        answer = self.solver.check()
        if answer == z3.unknown:
            raise GaveUp(self.solver.reason_unknown())
        return bool(answer == z3.sat)

    def shrink(self) -> None:
        """Fix each input, in turn, to the smallest of a few values that still answers."""
        for key, node in self._nodes.items():
            terms = self._inputs[key] if isinstance(node.type, Seq) else [self._inputs[key]]
            for term in terms:
                self._fix(term, _small_values(element_of(node.type)))

    def _fix(self, term: Any, candidates: Sequence[Any]) -> None:
        for value in candidates:
            if self.solver.check(term == as_term(value)) == z3.sat:
                self.solver.add(term == as_term(value))
                return

    def input_values(self) -> dict[str, Any]:
        """The inputs of the answer at hand, as exact values."""
        assert self.solver.check() == z3.sat, "the last question had an answer"
        model = self.solver.model()
        return {key: self._read(model, node, self._inputs[key]) for key, node in self._nodes.items()}

    def _read(self, model: Any, node: Input, given: Any) -> Any:
        element = element_of(node.type)
        if isinstance(node.type, Seq):
            return [_value(model.eval(term, model_completion=True), element, self._codes) for term in given]
        return _value(model.eval(given, model_completion=True), element, self._codes)


def _small_values(element: Element) -> Sequence[Any]:
    match element:
        case Int(low, high):
            start = low if low is not None and low > 0 else high if high is not None and high < 0 else 0
            return [value for value in range(start, start + 4) if high is None or value <= high]
        case Token(tuple() as vocabulary):
            return list(range(len(vocabulary)))
        case Bool():
            return [False, True]
        case Real():
            return [0, 1]
    return []


def _value(term: Any, element: Element, codes: TokenCodes) -> Value:
    if isinstance(element, Bool):
        return bool(z3.is_true(term))
    if isinstance(element, Token):
        return codes.token(term.as_long())
    if z3.is_int(term):
        return int(term.as_long())
    if z3.is_algebraic_value(term):
        term = term.approx(20)
    number = Fraction(term.numerator_as_long(), term.denominator_as_long())
    return number.numerator if number.denominator == 1 else number
