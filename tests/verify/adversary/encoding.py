"""The encoder put beside the interpreter: one program, one input, every value that the function answers.

The graph is encoded over unknown inputs, as every bounded question does it, and only then are the inputs fixed. So the
solver's terms are compared, not the constants that the encoder folds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import z3

from stdcell.dsl import Program
from stdcell.dsl.graph import Input, SOp
from stdcell.dsl.program import Function
from stdcell.dsl.types import Seq, Value, element_of
from stdcell.errors import RuntimeFault
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.inputs import parameters_of
from stdcell.runtime.reference import Exact, call_by_contract
from stdcell.verify.bounded.ranges import with_fixed_ranges
from stdcell.verify.claims.definedness import conditions_owed
from stdcell.verify.encode import Unrolled
from stdcell.verify.solver import new_solver
from stdcell.verify.terms import TokenCodes, as_term, fresh, tokens_in

__all__ = ["Difference", "Encoded", "exact_value"]

STEPS = 2_000_000


@dataclass(frozen=True)
class Difference:
    """An input on which encoder and interpreter do not say the same, and how."""

    inputs: Mapping[str, Any]
    expected: Any
    found: str


class Encoded:
    """A function at one length, as terms over unknown inputs.

    Raises:
        VerificationError: if it speaks of values that the solver has no terms for.
    """

    def __init__(self, program: Program, function: Function, n_positions: int) -> None:
        self._program, self._function, self._n_positions = program, function, n_positions
        self._parameters = parameters_of(function)
        roots = [function.result, *conditions_owed([function.result])]
        self._codes = TokenCodes(tokens_in([*roots, *self._parameters]))
        self._inputs = {node.key: self._unknown(node) for node in self._parameters}
        algebra = Unrolled(self._codes)
        fixed = [with_fixed_ranges(root) for root in roots]
        values = evaluate(fixed, algebra, n_positions, self._inputs)
        self._result, *self._owed = (values[node] for node in fixed)
        self._facts = algebra.facts

    def _unknown(self, node: Input) -> Any:
        if not isinstance(node.type, Seq):
            return fresh(element_of(node.type), node.key)
        return [fresh(element_of(node.type), f"{node.key}[{place}]") for place in range(self._n_positions)]

    def difference(self, inputs: Mapping[str, Any]) -> Difference | None:
        """Where the two part on this input; None where they agree."""
        expected = exact_value(self._program, self._function.result, self._n_positions, inputs)
        solver = new_solver(STEPS)
        solver.add(*self._facts)
        for key, given in inputs.items():
            pairs = (
                zip(self._inputs[key], given, strict=True) if isinstance(given, list) else [(self._inputs[key], given)]
            )
            solver.add(*(term == self._term(value) for term, value in pairs))
        answers = z3.And(*(as_term(owed) for owed in self._owed)) if self._owed else z3.BoolVal(True)
        if solver.check() != z3.sat:
            return Difference(inputs, expected, "the encoder allows no such input")
        if expected is None:
            is_owed = solver.check(answers) == z3.unsat
            return None if is_owed else Difference(inputs, "a fault", "all that is owed is met")
        same = self._equals(expected)
        if solver.check(z3.Not(answers)) != z3.unsat:
            return Difference(inputs, expected, "something owed is not met")
        return None if solver.check(z3.Not(same)) == z3.unsat else Difference(inputs, expected, "other values")

    def _equals(self, expected: Any) -> Any:
        terms = self._result if isinstance(expected, list) else [self._result]
        wanted = expected if isinstance(expected, list) else [expected]
        equal = [_equal(as_term(term), self._term(value)) for term, value in zip(terms, wanted, strict=True)]
        return z3.And(*equal) if equal else z3.BoolVal(True)

    def _term(self, value: Value) -> Any:
        return as_term(self._codes.code(value) if isinstance(value, str) else value)

    def inputs(self, values: tuple[Any, ...]) -> Iterator[Mapping[str, Any]]:
        """Every input of this length over some values."""
        choices = [
            [list(chosen) for chosen in product(values, repeat=self._n_positions)]
            if isinstance(node.type, Seq)
            else [[value] for value in values]
            for node in self._parameters
        ]
        for chosen in product(*choices):
            yield {node.key: given for node, given in zip(self._parameters, chosen, strict=True)}


def _equal(term: Any, value: Any) -> Any:
    if z3.is_bool(term) is not z3.is_bool(value):
        term, value = (z3.If(one, 1, 0) if z3.is_bool(one) else one for one in (term, value))
    return term == value


def exact_value(program: Program, node: SOp, n_positions: int, inputs: Mapping[str, Any]) -> Any:
    """What the interpreter answers; None where it stops with a fault."""
    try:
        return evaluate([node], Exact(program, call_by_contract), n_positions, inputs)[node]
    except RuntimeFault:
        return None
