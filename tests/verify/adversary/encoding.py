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
from stdcell.dsl.graph import SOp
from stdcell.dsl.program import Function
from stdcell.dsl.types import Seq
from stdcell.errors import RuntimeFault
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.inputs import parameters_of
from stdcell.runtime.reference import Exact, call_by_contract
from stdcell.verify.bounded.ranges import with_fixed_ranges
from stdcell.verify.claims.definedness import conditions_owed
from stdcell.verify.encode import encode
from stdcell.verify.encoding.logic import Condition, all_of, negated, term_of
from stdcell.verify.encoding.values import Values
from stdcell.verify.solver import Solver

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
        fixed = [with_fixed_ranges(root) for root in roots]
        self._encoded = encode(fixed, self._parameters, n_positions)
        self._result, *self._owed = (self._encoded.values[node] for node in fixed)

    def difference(self, inputs: Mapping[str, Any]) -> Difference | None:
        """Where the two part on this input; None where they agree.

        Raises:
            VerificationError: if the answer has no terms, as a token that is joined from others.
        """
        of = self._encoded.of
        expected = exact_value(self._program, self._function.result, self._n_positions, inputs)
        given = [all_equal(of, self._encoded.inputs[key], value) for key, value in inputs.items()]
        solver = Solver(STEPS)
        solver.add(*map(term_of, given))
        answers = all_of(of.truth(owed) for owed in self._owed)
        same = True if expected is None else all_equal(of, self._result, expected)
        solver.add(*self._encoded.facts, *of.facts)
        if solver.check() != z3.sat:
            return Difference(inputs, expected, "the encoder allows no such input")
        if expected is None:
            is_owed = solver.check(term_of(answers)) == z3.unsat
            return None if is_owed else Difference(inputs, "a fault", "all that is owed is met")
        if solver.check(term_of(negated(answers))) != z3.unsat:
            return Difference(inputs, expected, "something owed is not met")
        is_same = solver.check(term_of(negated(same))) == z3.unsat
        return None if is_same else Difference(inputs, expected, "other values")

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


def all_equal(of: Values, found: Any, expected: Any) -> Condition:
    """That a value, or each of many, is the expected one; a boolean counts as a number where one is expected."""
    if isinstance(expected, list):
        return all_of(of.equal(*pair) for pair in zip(found, expected, strict=True))
    return of.equal(found, expected)


def exact_value(program: Program, node: SOp, n_positions: int, inputs: Mapping[str, Any]) -> Any:
    """What the interpreter answers; None where it stops with a fault."""
    try:
        return evaluate([node], Exact(program, call_by_contract), n_positions, inputs)[node]
    except RuntimeFault:
        return None
