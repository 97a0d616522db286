"""One evaluator for the graph of s-ops, over swappable algebras of values.

An algebra says what the value at one position is (an exact number, a solver's term, …) and what the operators do
with it. The walk over the graph is said here, once:

1. Every node that the roots depend on is evaluated, arguments first; equal nodes share their value.
2. A fold's step and a quantifier's body are evaluated in a scope of their own, once for each binding of their inputs.
   What they hold that reads none of these is evaluated in the scope around, once, and only if it is asked for.
3. Within a quantifier's body `and`, `or` and `if` of scalars are evaluated from the left, and only as far as the truth
   of the first operand leaves the answer open.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, Generic, TypeVar

from ..dsl.graph import (
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Lookup,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    topological,
)
from ..dsl.types import Seq, Value
from .binding import InnerGraph, inner_graph_of

__all__ = ["Algebra", "evaluate", "is_guard"]

E = TypeVar("E")


class Algebra(ABC, Generic[E]):
    """What the operators do with the value E at one position."""

    @abstractmethod
    def constant(self, value: Value) -> E:
        """A known value."""

    @abstractmethod
    def elementwise(self, operator: str, operands: Sequence[E], node: SOp) -> E:
        """An operator of the table; comparisons and logic serve selectors and quantifiers too."""

    @abstractmethod
    def cell(self, call: CellCall, operands: Sequence[E]) -> E:
        """The answer of a catalogued cell."""

    @abstractmethod
    def lookup(self, node: Lookup, operands: Sequence[E]) -> E:
        """The answer of a table."""

    @abstractmethod
    def ascribe(self, node: Ascribe, value: E) -> E:
        """A value that is promised to belong to the declared type."""

    @abstractmethod
    def at(self, node: At, sequence: Sequence[E], position: E) -> E:
        """The element of a sequence at a position; a negative one counts from the end."""

    @abstractmethod
    def aggregate(
        self, node: Aggregate, position: int, selected: Sequence[E], values: Sequence[E], default: E | None
    ) -> E:
        """What the selected values come to at the query of this position.

        Args:
            node: the aggregate; its `operator` says what to do.
            position: the position of the query.
            selected: for each key, whether it is selected.
            values: the value at each key.
            default: the answer where nothing is selected; None if the node has no default.
        """

    @abstractmethod
    def width(self, selected: Sequence[E]) -> E:
        """How many are selected."""

    @abstractmethod
    def reduce(self, node: Reduce, sequences: Sequence[Sequence[E]]) -> E:
        """A property of whole sequences."""

    @abstractmethod
    def truth(self, value: E) -> bool | None:
        """Whether a condition is known to hold or not to hold; None where it is not known, as of a solver's term."""

    @abstractmethod
    def whole(self, node: SOp, value: E) -> int:
        """A bound of the range of a quantifier, as an integer; raises where it is not known or not whole."""

    def joined(self, operator: str, cases: Sequence[E], node: SOp) -> E:
        """The cases of a quantifier, at least one, that are not known: `and` or `or` of all."""
        return reduce(lambda left, right: self.elementwise(operator, (left, right), node), cases)

    def sequence(self, node: SOp, values: Sequence[E]) -> Sequence[E]:
        """The values of a sequence, once they are all there; an algebra may refuse how they mix."""
        return values


def evaluate(roots: Iterable[SOp], algebra: Algebra[E], n_positions: int, inputs: Mapping[str, Any]) -> dict[SOp, Any]:
    """The value of every node that the roots depend on.

    Args:
        roots: the nodes asked for.
        algebra: what a value is.
        n_positions: the length of the sequences; 0 is allowed.
        inputs: the value of each input by its key: E for a scalar, a sequence of `n_positions` E for a sequence.

    Returns:
        E for a scalar node, a list of E for a sequence, a list of rows (query by key) for a selector. Nodes of inner
        graphs that read nothing bound may be among them.
    """
    outermost = _Scope(algebra, n_positions, inputs)
    for node in topological(roots):
        if node not in outermost.values:
            outermost.values[node] = outermost.value(node)
    return outermost.values


class _Scope(Generic[E]):
    """The values of the nodes that read what one step or body binds; of the outermost scope, of all others.

    `values` are those found so far. A scope is lazy where it evaluates only what is asked for.
    """

    def __init__(
        self,
        algebra: Algebra[E],
        n_positions: int,
        inputs: Mapping[str, Any],
        graph: InnerGraph | None = None,
        outer: _Scope[E] | None = None,
    ) -> None:
        self.values: dict[SOp, Any] = {}
        self.inputs = inputs
        self.outer = outer
        self._algebra = algebra
        self._n_positions = n_positions
        self._graph = graph

    def __getitem__(self, node: SOp) -> Any:
        """The value of a node that was evaluated here or in a scope around."""
        scope: _Scope[E] | None = self
        while scope is not None:
            if node in scope.values:
                return scope.values[node]
            scope = scope.outer
        raise AssertionError(f"not evaluated: {node!r}")

    def value(self, node: SOp, *, is_lazy: bool = False) -> Any:
        """The value of a node whose arguments are known."""
        value = self._value(node, is_lazy)
        return self._algebra.sequence(node, value) if isinstance(node.type, Seq) else value

    def _value(self, node: SOp, is_lazy: bool) -> Any:
        algebra, positions = self._algebra, range(self._n_positions)
        match node:
            case Input(key=key):
                return self.inputs[key]
            case Constant(value=value):
                return algebra.constant(value)
            case Indices():
                return [algebra.constant(position) for position in positions]
            case Length():
                return algebra.constant(self._n_positions)
            case Elementwise() if is_lazy and is_guard(node):
                return self._guarded(node)
            case Elementwise(operator=operator):
                return self._lifted(node, lambda operands: algebra.elementwise(operator, operands, node))
            case CellCall():
                return self._lifted(node, lambda operands: algebra.cell(node, operands))
            case Lookup():
                return self._lifted(node, lambda operands: algebra.lookup(node, operands))
            case Ascribe():
                return self._lifted(node, lambda operands: algebra.ascribe(node, operands[0]))
            case At(arguments=(sequence, position)):
                elements, where = self._sequence(sequence), self[position]
                is_many = isinstance(position.type, Seq)
                return [algebra.at(node, elements, p) for p in where] if is_many else algebra.at(node, elements, where)
            case Aggregate() | SelectorWidth() | Select() | SelectorLogic():
                return self._attended(node)
            case Reduce():
                return algebra.reduce(node, [self._sequence(argument) for argument in node.arguments])
            case Fold():
                return self._folded(node, is_lazy)
            case Quantified():
                return self._quantified(node)
        raise AssertionError(f"an unforeseen node: {type(node).__name__}")

    def _attended(self, node: Aggregate | SelectorWidth | Select | SelectorLogic) -> Any:
        """A selector as rows of keys, one for each query, and what is made of one."""
        algebra = self._algebra
        match node:
            case Select(arguments=arguments, comparison=comparison):
                keys, queries = (self._sequence(argument) for argument in arguments)
                return [[algebra.elementwise(comparison, (key, query), node) for key in keys] for query in queries]
            case SelectorLogic(arguments=arguments, operator=operator):
                rows = zip(*(self[argument] for argument in arguments), strict=True)
                return [
                    [algebra.elementwise(operator, cells, node) for cells in zip(*row, strict=True)] for row in rows
                ]
            case SelectorWidth(arguments=(selector,)):
                return [algebra.width(row) for row in self[selector]]
            case Aggregate(arguments=(selector, values, *given)):
                defaults = self._sequence(given[0]) if given else [None] * self._n_positions
                column = self._sequence(values)
                return [
                    algebra.aggregate(node, position, row, column, default)
                    for position, (row, default) in enumerate(zip(self[selector], defaults, strict=True))
                ]

    def _sequence(self, node: SOp) -> Sequence[E]:
        """The value at every position; a scalar stands at each of them."""
        value = self[node]
        return value if isinstance(node.type, Seq) else [value] * self._n_positions

    def _lifted(self, node: SOp, function: Any) -> Any:
        """A function of elements, at every position if an argument is a sequence."""
        if not isinstance(node.type, Seq):
            return function([self[argument] for argument in node.arguments])
        columns = [self._sequence(argument) for argument in node.arguments]
        return [function(operands) for operands in zip(*columns, strict=True)]

    def _guarded(self, node: Elementwise) -> Any:
        """`and`, `or` or `if`, of which only what the first operand leaves open was evaluated."""
        first, *others = node.arguments
        known = self._algebra.truth(self[first])
        if known is None or (node.operator != "if" and known is (node.operator == "and")):
            return self._algebra.elementwise(node.operator, [self[argument] for argument in node.arguments], node)
        return self[others[0 if known else 1]] if node.operator == "if" else self._algebra.constant(known)

    def _folded(self, node: Fold, is_lazy: bool) -> Any:
        graph = inner_graph_of(node)
        *sequences, initial = node.arguments
        states = [self[initial]]
        for items in zip(*(self._sequence(sequence) for sequence in sequences), strict=True):
            scope = self._within(graph, (states[-1], *items))
            if len(states) == 1 and not is_lazy:
                scope.prepare(graph)
            states.append(scope.asked(graph.root) if is_lazy else scope.stepped(graph))
        return states[1:] if node.running else states[-1]

    def _quantified(self, node: Quantified) -> Any:
        algebra, graph = self._algebra, inner_graph_of(node)
        start, stop = (algebra.whole(node, self[bound]) for bound in node.arguments)
        decisive, joins = (False, "and") if node.operator == "forall" else (True, "or")
        open_cases: list[E] = []
        for position in range(start, stop):
            case = self._within(graph, (algebra.constant(position),)).asked(graph.root)
            known = algebra.truth(case)
            if known is decisive:
                return algebra.constant(decisive)
            if known is None:
                open_cases.append(case)
        return algebra.joined(joins, open_cases, node) if open_cases else algebra.constant(not decisive)

    def _within(self, graph: InnerGraph, bound: Sequence[E]) -> _Scope[E]:
        """A scope inside this one, for one binding of an inner graph's inputs."""
        inputs = dict(zip(graph.bound, bound, strict=True))
        return _Scope(self._algebra, self._n_positions, inputs, graph, self)

    def prepare(self, graph: InnerGraph) -> None:
        """Evaluate what an inner graph holds that reads nothing bound here, in the scopes around."""
        for node in graph.fixed:
            home = self._home(node)
            if node not in home.values:
                home.values[node] = home.value(node)

    def stepped(self, graph: InnerGraph) -> Any:
        """The value of a prepared inner graph, all of whose nodes are evaluated."""
        for node in graph.varying:
            self.values[node] = self.value(node)
        return self[graph.root]

    def asked(self, root: SOp) -> Any:
        """The value of a node of this scope's graph; only what it takes is evaluated."""
        stack = [root]
        while stack:
            home = self._home(stack[-1])
            node = stack[-1]
            wanted = [] if node in home.values else [part for part in self._wanted(node) if not self._is_known(part)]
            if wanted:
                stack.extend(reversed(wanted))
                continue
            if node not in home.values:
                home.values[node] = home.value(node, is_lazy=True)
            stack.pop()
        return self[root]

    def _wanted(self, node: SOp) -> Sequence[SOp]:
        """The arguments that a node's value takes; of a guard, the first one until that is known."""
        if not is_guard(node):
            return node.arguments
        first, *others = node.arguments
        if not self._is_known(first):
            return (first,)
        known = self._algebra.truth(self._home(first).values[first])
        if known is None:
            return others
        if isinstance(node, Elementwise) and node.operator == "if":
            return (others[0 if known else 1],)
        return others if isinstance(node, Elementwise) and known is (node.operator == "and") else ()

    def _is_known(self, node: SOp) -> bool:
        return node in self._home(node).values

    def _home(self, node: SOp) -> _Scope[E]:
        """The innermost scope that binds something that a node of this scope's graph reads."""
        assert self._graph is not None, "the outermost scope has no inner graph"
        reads, scope = self._graph.reads[node], self
        while scope.outer is not None and reads.isdisjoint(scope.inputs):
            scope = scope.outer
        return scope


def is_guard(node: SOp) -> bool:
    """Whether a node may do without some of its arguments: a scalar `and`, `or` or `if`."""
    return isinstance(node, Elementwise) and node.operator in ("and", "or", "if") and not isinstance(node.type, Seq)
