"""The walk over the graph for a whole batch: `runtime.evaluate` over columns instead of single values.

1. A node's outcome is a column, or a selection, and the sequences of which it is undefined (b). A node is undefined
   wherever one of its arguments is, as in the exact evaluator, which raises.
2. A fold's step is evaluated once for each position of the longest sequence, a quantifier's body once for each number
   of the longest range, for all sequences at once; those that have ended, or are decided, keep what they have.
3. Within a quantifier's body everything is evaluated, and nothing is raised: a guard (`and`, `or`, `if` of scalars)
   is undefined only where the operand that its first one asks for is.
4. What an inner graph holds that reads nothing bound is evaluated once, in the scope around.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...dsl.graph import (
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
from ...dsl.types import Seq, Unknown, element_of
from ..binding import InnerGraph, inner_graph_of
from ..evaluate import is_guard
from .aggregation import aggregate, widths
from .cells import TensorCell, asked_of_cell, spread
from .columns import (
    Column,
    Truth,
    Whole,
    as_whole,
    choose,
    common_shape,
    constant,
    joined,
    lifted,
    mapped,
    scattered,
    truth,
)
from .pointwise import Answer, ascribed, elementwise, looked_up_each
from .rows import Rows, either
from .selection import Logic, Selection, select
from .sequences import element_at, has_mixed_kinds, reduce

__all__ = ["Outcome", "Scope"]

_LONGEST_RANGE = 2**20
"""Longer ranges are left to the exact evaluator: a guard may keep it from walking through them."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a node comes to, and the sequences of which it is undefined, shape (b,); None is none."""

    value: Column | Selection
    undefined: Tensor | None = None

    @property
    def column(self) -> Column:
        """The value of a node that is no selector."""
        assert not isinstance(self.value, Selection), "a selector is no column"
        return self.value


class Scope:
    """The outcomes of the nodes that read what one step or body binds; of the outermost scope, of all others.

    Args:
        rows: the sequences.
        inputs: the outcome of each input that is bound here, by key.
        dialect: of the program; in `rasp` a sequence holds values of one kind.
        cell: what answers for catalogued cells; their contracts if None.
        graph: the inner graph whose inputs are bound here; None of the outermost scope.
        outer: the scope around.
    """

    def __init__(
        self,
        rows: Rows,
        inputs: Mapping[str, Outcome],
        dialect: str,
        cell: TensorCell | None,
        graph: InnerGraph | None = None,
        outer: Scope | None = None,
    ) -> None:
        """Open a scope in which nothing is evaluated yet."""
        self.rows = rows
        self._inputs = inputs
        self._dialect = dialect
        self._cell = cell
        self._graph = graph
        self._outer = outer
        self._known: dict[tuple[SOp, bool], Outcome] = {}

    def outcome(self, root: SOp) -> Outcome:
        """The outcome of a node of the outermost scope; what it depends on is evaluated first."""
        for node in topological([root]):
            self._evaluate(node, is_lazy=False)
        return self._known[root, False]

    def _evaluate(self, node: SOp, *, is_lazy: bool) -> None:
        """Evaluate a node whose arguments are known."""
        if (node, is_lazy) not in self._known:
            found = self._found(node, is_lazy)
            if self._dialect == "rasp" and isinstance(node.type, Seq) and isinstance(element_of(node.type), Unknown):
                mixed = self.rows.with_any(has_mixed_kinds(found.column, self.rows))
                found = Outcome(found.value, either(found.undefined, mixed))
            self._known[node, is_lazy] = found

    def _of(self, node: SOp, is_lazy: bool) -> Outcome:
        """The outcome of a node that was evaluated here or in a scope around."""
        scope: Scope | None = self
        while scope is not None:
            if (node, is_lazy) in scope._known:
                return scope._known[node, is_lazy]
            scope = scope._outer
        raise AssertionError(f"not evaluated: {node!r}")

    def _found(self, node: SOp, is_lazy: bool) -> Outcome:
        arguments = [self._of(argument, is_lazy) for argument in node.arguments]
        match node:
            case Input(key=key):
                return self._inputs[key]
            case Constant(value=value):
                return Outcome(constant(value, self.rows.table))
            case Indices():
                return Outcome(Whole(self.rows.positions.unsqueeze(0)))
            case Length():
                return Outcome(Whole(self.rows.lengths_b))
            case Fold():
                return self._folded(node, arguments, is_lazy)
            case Quantified():
                return self._quantified(node, arguments)
        undefined = either(*(argument.undefined for argument in arguments))
        if isinstance(node, Select | SelectorLogic):
            selection, mixed = self._selected(node, arguments)
            return Outcome(selection, either(undefined, mixed))
        if isinstance(node, Elementwise) and is_lazy and is_guard(node):
            undefined = self._needed_undefined(node, arguments)
        column, amiss = self._answer(node, arguments, undefined)
        return Outcome(column, either(undefined, self.rows.with_any(amiss)))

    def _selected(self, node: Select | SelectorLogic, arguments: Sequence[Outcome]) -> tuple[Selection, Tensor | None]:
        if isinstance(node, Select):
            keys, queries = (argument.column for argument in arguments)
            return select(node.comparison, keys, queries, self.rows)
        return Logic(node.operator, tuple(_selection(argument) for argument in arguments)), None

    def _answer(self, node: SOp, arguments: Sequence[Outcome], undefined: Tensor | None) -> Answer:
        """A column, and at which of its elements there is no answer."""
        rows = self.rows
        match node:
            case SelectorWidth():
                return Whole(widths(_selection(arguments[0]), rows)), None
            case Aggregate(operator=operator):
                selection, (values, *default) = _selection(arguments[0]), (each.column for each in arguments[1:])
                return aggregate(operator, selection, values, default[0] if default else None, rows)
        columns = [argument.column for argument in arguments]
        match node:
            case At():
                return element_at(columns[0], columns[1], rows)
            case Reduce(operator=operator):
                return reduce(operator, columns, rows)
        operands = [lifted(column) for column in columns] if isinstance(node.type, Seq) else columns
        match node:
            case Elementwise(operator=operator):
                return elementwise(operator, operands, rows)
            case CellCall():
                return self._called(node, operands, undefined)
            case Lookup():
                return looked_up_each(node, operands, rows)
            case Ascribe():
                return ascribed(node, operands[0], rows)
        raise AssertionError(f"an unforeseen node: {type(node).__name__}")

    def _needed_undefined(self, node: Elementwise, arguments: Sequence[Outcome]) -> Tensor | None:
        """Where a guard is undefined: its first operand is, or the one that this asks for."""
        first, *others = arguments
        is_true = truth(first.column, self.rows.table)
        asks = [is_true, ~is_true] if node.operator == "if" else [is_true if node.operator == "and" else ~is_true]
        needed = [
            None if other.undefined is None else other.undefined & ask for other, ask in zip(others, asks, strict=True)
        ]
        return either(first.undefined, *needed)

    def _called(self, call: CellCall, operands: Sequence[Column], undefined: Tensor | None) -> Answer:
        """What a cell answers at every element; by its contract, each element is a sequence of length 0 of its own."""
        shape = common_shape(operands)
        live = self.rows.live(shape).expand(shape).clone()
        if undefined is not None and shape[0] > 1:
            live &= ~undefined if len(shape) == 1 else ~undefined.unsqueeze(1)
        if self._cell is not None:
            return asked_of_cell(self._cell, call, operands, live, self.rows)
        if call.meaning is None or not bool(live.any()):
            return Whole(torch.zeros(shape, dtype=torch.int64, device=live.device)), live
        elements = spread(operands, live)
        inputs = {f"port.{place}": Outcome(column) for place, column in enumerate(elements)}
        n_elements = int(live.sum())
        rows = Rows.of([0] * n_elements, self.rows.table)
        found = Scope(rows, inputs, "cell", None).outcome(call.meaning)
        answers = mapped(found.column, lambda part: part.expand(n_elements))
        if found.undefined is None:
            return scattered(answers, live), None
        amiss = torch.zeros_like(live)
        amiss[live] = found.undefined.expand(n_elements)
        return scattered(answers, live), amiss

    def _within(self, graph: InnerGraph, bound: Sequence[Outcome], mask_b: Tensor) -> Scope:
        """A scope inside this one, for one binding of an inner graph's inputs, and for the marked sequences."""
        inputs = dict(zip(graph.bound, bound, strict=True))
        return Scope(self.rows.only(mask_b), inputs, self._dialect, self._cell, graph, self)

    def _inner(self, *, is_lazy: bool) -> Outcome:
        """The outcome of this scope's graph; what in it reads nothing bound here is evaluated around, if it is not."""
        graph = self._graph
        assert graph is not None, "the outermost scope has no inner graph"
        for node in graph.fixed:
            self._home(node)._evaluate(node, is_lazy=is_lazy)
        for node in graph.varying:
            self._evaluate(node, is_lazy=is_lazy)
        return self._of(graph.root, is_lazy)

    def _home(self, node: SOp) -> Scope:
        """The innermost scope that binds something that a node of this scope's graph reads."""
        assert self._graph is not None, "the outermost scope has no inner graph"
        reads, scope = self._graph.reads[node], self
        while scope._outer is not None and reads.isdisjoint(scope._inputs):
            scope = scope._outer
        return scope

    def _folded(self, node: Fold, arguments: Sequence[Outcome], is_lazy: bool) -> Outcome:
        graph, table = inner_graph_of(node), self.rows.table
        sequences = [lifted(argument.column) for argument in arguments[:-1]]
        undefined = either(*(argument.undefined for argument in arguments))
        state, states = arguments[-1].column, []
        for position in range(self.rows.lengths[-1]):
            goes_on = self.rows.lengths_b > position
            items = [_at_position(sequence, position) for sequence in sequences]
            scope = self._within(graph, [Outcome(column) for column in (state, *items)], goes_on)
            after = scope._inner(is_lazy=is_lazy)
            undefined = either(undefined, scope.rows.with_any(after.undefined))
            is_all = self.rows.lengths[0] > position
            state = after.column if is_all else choose(goes_on, after.column, state, table)
            states.append(state)
        if not node.running:
            return Outcome(state, undefined)
        if not states:
            return Outcome(Whole(torch.zeros_like(self.rows.lengths_b).unsqueeze(1)), undefined)
        full = [mapped(each, lambda part: part.expand(len(self.rows.lengths))) for each in states]
        return Outcome(joined(full, table, lambda *parts: torch.stack(parts, dim=1)), undefined)

    def _quantified(self, node: Quantified, arguments: Sequence[Outcome]) -> Outcome:
        graph, rows, decisive = inner_graph_of(node), self.rows, node.operator == "exists"
        (start_b, start_amiss), (stop_b, stop_amiss) = (as_whole(each.column, rows.table) for each in arguments)
        n_numbers_b = (stop_b - start_b).expand(len(rows.lengths))
        is_long = n_numbers_b > _LONGEST_RANGE
        amiss = rows.with_any(either(start_amiss, stop_amiss, is_long))
        undefined = either(*(argument.undefined for argument in arguments), amiss)
        is_open = rows.active.clone() if undefined is None else rows.active & ~undefined
        decided = torch.zeros_like(is_open)
        offset = 0
        while True:
            is_open = is_open & (n_numbers_b > offset)
            if not bool(is_open.any()):
                return Outcome(Truth(decided if decisive else ~decided), undefined)
            scope = self._within(graph, [Outcome(Whole(start_b + offset))], is_open)
            case = scope._inner(is_lazy=True)
            amiss = scope.rows.with_any(case.undefined)
            if amiss is not None:
                undefined, is_open = either(undefined, amiss), is_open & ~amiss
            holds = truth(case.column, rows.table)
            decided = decided | (is_open & (holds if decisive else ~holds))
            is_open = is_open & ~decided
            offset += 1


def _selection(outcome: Outcome) -> Selection:
    assert isinstance(outcome.value, Selection), "an aggregate reads a selector"
    return outcome.value


def _at_position(sequence: Column, position: int) -> Column:
    """The elements at one position, shape (b,)."""
    return mapped(sequence, lambda part: part[:, min(position, part.shape[1] - 1)])
