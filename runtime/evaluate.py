"""One evaluator for the graph of s-ops, over swappable algebras of values.

An algebra says what the value at one position is (an exact number, a solver's term, …) and what the operators do
with it. The walk over the graph, the sharing of common nodes, selectors as matrices and the unrolling of folds are
said here, once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from ..dsl.graph import (
    Aggregate,
    Ascribe,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    topological,
)
from ..dsl.types import Seq, Value

__all__ = ["Algebra", "evaluate"]

E = TypeVar("E")


class Algebra(ABC, Generic[E]):
    """What the operators do with the value E at one position."""

    @abstractmethod
    def constant(self, value: Value) -> E:
        """A known value."""

    @abstractmethod
    def elementwise(self, operator: str, operands: Sequence[E], node: SOp) -> E:
        """An operator of the table; comparisons and logic serve selectors too."""

    @abstractmethod
    def cell(self, call: CellCall, operands: Sequence[E]) -> E:
        """The answer of a catalogued cell."""

    @abstractmethod
    def ascribe(self, node: Ascribe, value: E) -> E:
        """A value that is promised to belong to the declared type."""

    @abstractmethod
    def mean(self, selected: Sequence[E], values: Sequence[E], default: E | None, node: Aggregate) -> E:
        """The mean of the selected values; `default` (None: a fault) where nothing is selected."""

    @abstractmethod
    def width(self, selected: Sequence[E]) -> E:
        """How many are selected."""

    @abstractmethod
    def reduce(self, node: Reduce, sequences: Sequence[Sequence[E]]) -> E:
        """A property of whole sequences."""


def evaluate(roots: Iterable[SOp], algebra: Algebra[E], n_positions: int, inputs: Mapping[str, Any]) -> dict[SOp, Any]:
    """The value of every node that the roots depend on.

    Args:
        roots: the nodes asked for.
        algebra: what a value is.
        n_positions: the length of the sequences; 0 is allowed.
        inputs: the value of each input by its key: E for a scalar, a sequence of `n_positions` E for a sequence.

    Returns:
        E for a scalar node, a list of E for a sequence, a list of rows (query by key) for a selector.
    """
    values: dict[SOp, Any] = {}
    walk = _Walk(algebra, n_positions, inputs, values)
    for node in topological(roots):
        values[node] = walk.value(node)
    return values


class _Walk(Generic[E]):
    """One evaluation: the values so far, and how a node's follows from its arguments'."""

    def __init__(
        self, algebra: Algebra[E], n_positions: int, inputs: Mapping[str, Any], values: dict[SOp, Any]
    ) -> None:
        self._algebra = algebra
        self._n_positions = n_positions
        self._inputs = inputs
        self._values = values

    def value(self, node: SOp) -> Any:
        """The value of a node whose arguments are known."""
        algebra, positions = self._algebra, range(self._n_positions)
        match node:
            case Input(key=key):
                return self._inputs[key]
            case Constant(value=value):
                return algebra.constant(value)
            case Indices():
                return [algebra.constant(position) for position in positions]
            case Length():
                return algebra.constant(self._n_positions)
            case Elementwise(operator=operator):
                return self._lifted(node, lambda operands: algebra.elementwise(operator, operands, node))
            case CellCall():
                return self._lifted(node, lambda operands: algebra.cell(node, operands))
            case Ascribe():
                return self._lifted(node, lambda operands: algebra.ascribe(node, operands[0]))
            case Select(comparison=comparison):
                keys, queries = (self._sequence(argument) for argument in node.arguments)
                return [[algebra.elementwise(comparison, (key, query), node) for key in keys] for query in queries]
            case SelectorLogic(operator=operator):
                matrices = [self._values[argument] for argument in node.arguments]
                rows = zip(*matrices, strict=True)
                return [
                    [algebra.elementwise(operator, cells, node) for cells in zip(*row, strict=True)] for row in rows
                ]
            case SelectorWidth(arguments=(selector,)):
                return [algebra.width(row) for row in self._values[selector]]
            case Aggregate(arguments=(selector, values, *default)):
                defaults = self._sequence(default[0]) if default else [None] * self._n_positions
                rows = zip(self._values[selector], defaults, strict=True)
                return [algebra.mean(row, self._sequence(values), fallback, node) for row, fallback in rows]
            case Fold():
                return self._fold(node)
            case Reduce():
                return algebra.reduce(node, [self._sequence(argument) for argument in node.arguments])
        raise AssertionError(f"an unforeseen node: {type(node).__name__}")

    def _sequence(self, node: SOp) -> Sequence[E]:
        """The value at every position; a scalar stands at each of them."""
        value = self._values[node]
        return value if isinstance(node.type, Seq) else [value] * self._n_positions

    def _lifted(self, node: SOp, function: Any) -> Any:
        """A function of elements, at every position if an argument is a sequence."""
        if not isinstance(node.type, Seq):
            return function([self._values[argument] for argument in node.arguments])
        columns = [self._sequence(argument) for argument in node.arguments]
        return [function(operands) for operands in zip(*columns, strict=True)]

    def _fold(self, node: Fold) -> E:
        sequence, initial = node.arguments
        state: E = self._values[initial]
        state_key, item_key = (parameter.key for parameter in node.parameters)
        for item in self._sequence(sequence):
            inputs = {**self._inputs, state_key: state, item_key: item}
            state = evaluate([node.step], self._algebra, self._n_positions, inputs)[node.step]
        return state
