"""Claims about every sequence of one length: the graph is unrolled, and the solver asked for a breaking input.

Widths are sums of conditions, and a mean m of c selected values with sum s is the number with c·m = s, one linear
case for each c, so that no term is divided by a term. A catalogued cell is what its contract says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import combinations, pairwise
from typing import Any

import z3

from ..dsl.graph import Aggregate, Ascribe, CellCall, Input, Reduce, SOp, inputs_of
from ..dsl.types import Bool, Element, Int, Real, Seq, Token, Value, element_of
from ..errors import VerificationError
from ..runtime.evaluate import Algebra, evaluate
from .claims import Claim
from .terms import TokenCodes, apply, as_term, fresh, tokens_in, within

__all__ = ["GaveUp", "Refutation", "find_refutation", "is_satisfiable"]


@dataclass(frozen=True, slots=True)
class Refutation:
    """Values of the inputs, by key, that break a claim."""

    n_positions: int
    inputs: Mapping[str, Any]


class GaveUp(Exception):
    """The solver reached its limit without an answer."""


def find_refutation(claim: Claim, n_positions: int, rlimit: int) -> Refutation | None:
    """An input of this length that breaks the claim, as small as a few more questions can make it; None if none does.

    Raises:
        GaveUp: if the solver reached `rlimit` steps.
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    question = _Question([claim.condition, *claim.given], claim.function.parameters, n_positions, rlimit)
    question.demand(claim.given)
    question.solver.add(z3.Not(as_term(question.values[claim.condition])))
    if not question.has_answer():
        return None
    question.shrink()
    return Refutation(n_positions, question.input_values())


def is_satisfiable(conditions: Sequence[SOp], n_positions: int, rlimit: int) -> bool:
    """Whether some input of this length meets all the conditions.

    Raises:
        GaveUp, VerificationError: as `find_refutation`.
    """
    question = _Question(conditions, (), n_positions, rlimit)
    question.demand(conditions)
    return question.has_answer()


class _Question:
    """The unrolled graph in a solver, with the inputs as unknowns."""

    def __init__(self, roots: Sequence[SOp], parameters: Sequence[Input], n_positions: int, rlimit: int) -> None:
        self._codes = TokenCodes(tokens_in([*roots, *parameters]))
        self._nodes = {node.key: node for node in (*parameters, *inputs_of(roots))}
        self._inputs = {key: self._unknown(node, n_positions) for key, node in self._nodes.items()}
        algebra = _Unrolled(self._codes)
        self.values = evaluate(roots, algebra, n_positions, self._inputs)
        self.solver = z3.Solver()
        self.solver.set("rlimit", rlimit)
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


class _Unrolled(Algebra[Any]):
    """Solver terms at each position; `facts` define the means."""

    def __init__(self, codes: TokenCodes) -> None:
        self._codes = codes
        self.facts: list[Any] = []

    def constant(self, value: Value) -> Any:
        """A number or truth as it is, a token as its code."""
        return self._codes.code(value) if isinstance(value, str) else value

    def elementwise(self, operator: str, operands: Sequence[Any], node: SOp) -> Any:
        """The operator on terms."""
        return apply(operator, operands)

    def cell(self, call: CellCall, operands: Sequence[Any]) -> Any:
        """What the contract says."""
        if call.meaning is None:
            raise VerificationError(f"the contract of {call.cell.name!r} does not say `result == …`")
        inputs = {f"port.{place}": operand for place, operand in enumerate(operands)}
        return evaluate([call.meaning], self, 0, inputs)[call.meaning]

    def ascribe(self, node: Ascribe, value: Any) -> Any:
        """The value, of the declared type: that it belongs there is a claim of its own."""
        self.facts.append(within(element_of(node.type), value, self._codes))
        whole = isinstance(element_of(node.type), Int) and z3.is_real(as_term(value))
        return z3.ToInt(value) if whole and not isinstance(value, int | Fraction) else value

    def width(self, selected: Sequence[Any]) -> Any:
        """A sum of ones."""
        return reduce(lambda left, right: apply("+", (left, right)), map(_one, selected), 0)

    def mean(self, selected: Sequence[Any], values: Sequence[Any], default: Any, node: Aggregate) -> Any:
        """The value m with count · m = sum, or the default; for tokens and booleans the one selected value."""
        if isinstance(element_of(node.type), Token | Bool):
            return self._only(selected, values, default)
        count = self.width(selected)
        weighted = [apply("if", (is_selected, value, 0)) for is_selected, value in zip(selected, values, strict=True)]
        total = reduce(lambda left, right: apply("+", (left, right)), weighted, 0)
        if isinstance(count, int):
            return (0 if default is None else default) if count == 0 else apply("/", (total, count))
        mean = z3.FreshReal("mean")
        self.facts += [z3.Implies(count == c, c * mean == as_term(total)) for c in range(2, len(selected) + 1)]
        empty = 0 if default is None else default
        return apply("if", (count == 0, empty, apply("if", (count == 1, total, mean))))

    def _only(self, selected: Sequence[Any], values: Sequence[Any], default: Any) -> Any:
        chosen = values[0] if default is None and values else default
        for is_selected, value in zip(selected, values, strict=True):
            chosen = apply("if", (is_selected, value, chosen))
        return chosen

    def reduce(self, node: Reduce, sequences: Sequence[Sequence[Any]]) -> Any:
        """The property, written out over all positions."""
        return _REDUCTIONS[node.operator](*sequences)


def _one(condition: Any) -> Any:
    return apply("if", (condition, 1, 0))


def _all(conditions: Sequence[Any]) -> Any:
    return reduce(lambda left, right: apply("and", (left, right)), conditions, True)


def _sum(values: Sequence[Any]) -> Any:
    return reduce(lambda left, right: apply("+", (left, right)), values, 0)


def _occurrences(value: Any, values: Sequence[Any]) -> Any:
    return _sum([_one(apply("==", (value, other))) for other in values])


def _extreme(operator: str) -> Any:
    return lambda values: reduce(lambda left, right: apply(operator, (left, right)), values) if values else 0


_REDUCTIONS: Mapping[str, Any] = {
    "sum": _sum,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "count": lambda values: _sum([_one(value) for value in values]),
    "all": _all,
    "sorted": lambda values: _all([apply("<=", pair) for pair in pairwise(values)]),
    "distinct": lambda values: _all([apply("!=", pair) for pair in combinations(values, 2)]),
    "permutation": lambda left, right: _all(
        [apply("==", (_occurrences(value, left), _occurrences(value, right))) for value in left]
    ),
}
