"""The meaning of the language: one input, in exact arithmetic.

Numbers are Python's integers and fractions; only an answer is turned into a float where it is not whole. A catalogued
cell means what its contract says. Whatever else computes answers has to give these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ..dsl.checking.contracts import read_contract
from ..dsl.graph import Aggregate, Ascribe, At, CellCall, Lookup, Reduce, SOp
from ..dsl.operators import OPERATORS
from ..dsl.program import Function, Program
from ..dsl.types import Unknown, Value, contains, element_of
from ..errors import RuntimeFault
from .evaluate import Algebra, evaluate
from .exact import aggregated, answer_to_nothing, element_at, looked_up, quoted, total
from .inputs import Given, bind_inputs

__all__ = ["CellFunction", "Exact", "answer_of", "call_by_contract", "run", "shown"]

CellFunction = Callable[[CellCall, Sequence[Value]], Value]


def run(program: Program, function: Function, given: Given, cell: CellFunction | None = None) -> dict[SOp, Any]:
    """The exact value of every node of a function, on one input; `cell` answers for catalogued cells."""
    n_positions, inputs = bind_inputs(function, given)
    return evaluate([function.result], Exact(program, cell or call_by_contract), n_positions, inputs)


def answer_of(program: Program, value: Any, given: Given) -> Any:
    """A value as the caller sees it; a RASP program answers with a sequence, always."""
    if program.dialect == "rasp" and not isinstance(value, list):
        value = [value] * _n_positions(given)
    return shown(value)


def _n_positions(given: Given) -> int:
    sequences = given.values() if isinstance(given, Mapping) else [given]
    return max((len(sequence) for sequence in sequences if isinstance(sequence, str | list | tuple)), default=0)


def shown(value: Any) -> Any:
    """An exact value as plain Python: a number that is not whole as a float, sequences as lists.

    Raises:
        RuntimeFault: if such a number is larger than the largest float.
    """
    if isinstance(value, list):
        return [shown(element) for element in value]
    try:
        return float(value) if isinstance(value, Fraction) else value
    except OverflowError:
        raise RuntimeFault("the answer is a fraction too large for a float") from None


def call_by_contract(call: CellCall, operands: Sequence[Value]) -> Value:
    """What a cell's contract says that it answers.

    Raises:
        RuntimeFault: if the contract does not determine the answer.
    """
    if call.meaning is None:
        promise = read_contract(call.cell).ensures
        said = promise[0].text if promise else "no contract"
        raise RuntimeFault(
            f"the {call.cell.kind} {call.cell.name!r} cannot be interpreted: its contract ({said}) does not say "
            "`result == …`; run it with the stitched backend"
        )
    inputs = {f"port.{place}": operand for place, operand in enumerate(operands)}
    value: Value = evaluate([call.meaning], Exact(None, call_by_contract), 0, inputs)[call.meaning]
    return value


class Exact(Algebra[Value]):
    """Exact values: booleans, integers, fractions and tokens."""

    def __init__(self, program: Program | None, cell: CellFunction) -> None:
        self._program = program
        self._cell = cell

    def constant(self, value: Value) -> Value:
        """The value itself."""
        return value

    def elementwise(self, operator: str, operands: Sequence[Value], node: SOp) -> Value:
        """What the operator table says."""
        try:
            return OPERATORS[operator].apply(*operands)
        except ZeroDivisionError:
            raise self._fault(node, "division by zero") from None
        except TypeError as error:
            raise self._fault(node, str(error)) from None

    def cell(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """What the contract, or the module that stands in for it, says."""
        try:
            return self._cell(call, operands)
        except RuntimeFault as error:
            raise self._fault(call, str(error)) from error

    def ascribe(self, node: Ascribe, value: Value) -> Value:
        """The value, if the promise that was made of it holds."""
        wanted = element_of(node.declared)
        if not contains(wanted, value):
            raise self._fault(node, f"{shown(value)!r} is not a value of {wanted}")
        return value

    def lookup(self, node: Lookup, operands: Sequence[Value]) -> Value:
        """The entry of the table; keys are equal as the operator == has it."""
        try:
            return looked_up(node, operands)
        except TypeError as error:
            raise self._fault(node, str(error)) from None

    def at(self, node: At, sequence: Sequence[Value], position: Value) -> Value:
        """The element at a whole position within the sequence, counted from the end where it is negative."""
        try:
            return element_at(sequence, position)
        except TypeError as error:
            raise self._fault(node, str(error)) from None

    def aggregate(
        self,
        node: Aggregate,
        position: int,
        selected: Sequence[Value],
        values: Sequence[Value],
        default: Value | None,
    ) -> Value:
        """What the operator says of the selected values; the default of none."""
        if not any(selected):
            answer = answer_to_nothing(node.operator) if default is None else default
            if answer is None:
                raise self._fault(node, "nothing is selected, and there is no default")
            return answer
        try:
            return aggregated(node.operator, position, selected, values)
        except TypeError as error:
            raise self._fault(node, str(error)) from None

    def width(self, selected: Sequence[Value]) -> Value:
        """How many are selected."""
        return sum(map(bool, selected))

    def reduce(self, node: Reduce, sequences: Sequence[Sequence[Value]]) -> Value:
        """What the name of the reduction says; the smallest or largest of nothing is a fault."""
        if node.operator in ("min", "max") and not sequences[0]:
            raise self._fault(node, f"the {node.operator} of an empty sequence is not defined")
        try:
            return _REDUCTIONS[node.operator](*sequences)
        except TypeError as error:
            fault = str(error) if node.operator == "sum" else "tokens and numbers have no order"
            raise self._fault(node, fault) from None

    def truth(self, value: Value) -> bool:
        """Whether the value counts as true."""
        return bool(value)

    def whole(self, node: SOp, value: Value) -> int:
        """A whole number as it is."""
        if not isinstance(value, int):
            raise self._fault(node, f"the bound {quoted(value)} of a range is not a whole number")
        return int(value)

    def sequence(self, node: SOp, values: Sequence[Value]) -> Sequence[Value]:
        """The values; in the original RASP all of them are tokens, or none is."""
        if self._program and self._program.dialect == "rasp" and isinstance(element_of(node.type), Unknown):
            token = next((value for value in values if isinstance(value, str)), None)
            other = next((value for value in values if not isinstance(value, str)), None)
            if token is not None and other is not None:
                kind = "boolean" if isinstance(other, bool) else "number"
                found = f"the token {token!r} and the {kind} {quoted(other)}"
                raise self._fault(node, f"a sequence holds values of one kind, found {found}")
        return values

    def _fault(self, node: SOp, message: str) -> RuntimeFault:
        span = self._program.spans.get(node) if self._program else None
        return RuntimeFault(f"{span.source.name}:{span.line}:{span.column}: {message}" if span else message)


_REDUCTIONS: Mapping[str, Callable[..., Value]] = {
    "sum": total,
    "min": min,
    "max": max,
    "count": lambda values: sum(map(bool, values)),
    "any": any,
    "all": all,
    "sorted": lambda values: all(left <= right for left, right in pairwise(values)),
    "distinct": lambda values: len(set(values)) == len(values),
    "permutation": lambda left, right: sorted(map(repr, left)) == sorted(map(repr, right)),
}
