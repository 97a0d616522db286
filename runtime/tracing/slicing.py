"""What one value of a run depends on: the values that suffice for it, whatever all others had been.

The reasons of a value are values that its node reads; as long as they are what they are, the value is what it is. They
are as few as the meaning of the node allows:

1. `if` depends on its condition and the branch that it takes; `and` and `or` on one operand that decides, where one
   does; a product on a factor 0, where numbers are multiplied.
2. An aggregation depends on the values that are selected and on what selects them, up to what its operator needs: of
   the first selected value not on the keys after it, of an `any` that holds on one key alone.
3. A fold depends on the value so far and on the element, so far as its step does; that is found by slicing the step.
   The same holds for a quantifier's body.

Source: Korel and Laski 1988, "Dynamic program slicing", on the graph of s-ops in place of a program's statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from ...dsl.graph import (
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Elementwise,
    Fold,
    Input,
    Lookup,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    inputs_of,
)
from ...dsl.types import Int, Real, Seq, element_of
from ..binding import InnerGraph, inner_graph_of
from ..reference import CellFunction
from .replay import Run

__all__ = ["Item", "Slicer", "item_at"]


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a run: a scalar, one position of a sequence, or one key (second) of one query of a selector.

    `after` tells of a fold how many elements it has gone through; None is its answer.
    """

    node: SOp
    place: tuple[int, ...] = ()
    after: int | None = None


class Slicer:
    """The reasons of values, in one scope: the run itself, or one binding of an inner graph's inputs.

    Args:
        run: what nodes are executed in.
        values: the values of nodes that are known.
        cell: what cells answer.
    """

    def __init__(self, run: Run, values: Mapping[SOp, Any], cell: CellFunction) -> None:
        self.run = run
        self.outer: Slicer | None = None
        self.graph: InnerGraph | None = None
        self._values = dict(values)
        self._cell = cell
        self._states: dict[SOp, list[Any]] = {}

    def within(self, graph: InnerGraph, bound: Sequence[Any]) -> Slicer:
        """The scope of one binding of an inner graph's inputs."""
        inputs = {**self.run.inputs, **dict(zip(graph.bound, bound, strict=True))}
        inner = Slicer(replace(self.run, inputs=inputs), {}, self._cell)
        inner.outer, inner.graph = self, graph
        return inner

    def value(self, item: Item) -> Any:
        """The value that an item names."""
        if item.after is not None and isinstance(item.node, Fold):
            return self.states(item.node)[item.after]
        value = self._value(item.node)
        for index in item.place:
            value = value[index]
        return value

    def states(self, node: Fold) -> list[Any]:
        """The values of a fold, the initial one first."""
        if node not in self._states:
            running = replace(node, running=True)
            initial = self._value(node.arguments[-1])
            self._states[node] = [initial, *self._computed(running)]
        return self._states[node]

    def _value(self, node: SOp) -> Any:
        if self.outer and not self._reads_bound(node):
            return self.outer._value(node)
        if node not in self._values:
            self._values[node] = self._computed(node)
        return self._values[node]

    def _computed(self, node: SOp) -> Any:
        if isinstance(node, Input):
            return self.run.inputs[node.key]
        if isinstance(node, Elementwise) and node.operator in ("and", "or", "if") and not isinstance(node.type, Seq):
            reasons = self.reasons(Item(node))
            return self.value(reasons[-1]) if node.operator == "if" else bool(self.value(reasons[-1]))
        for argument in node.arguments:
            self._value(argument)
        return self.run.value(node, self._all_known(), self._cell)

    def _reads_bound(self, node: SOp) -> bool:
        """Whether a node reads an input that this scope binds; it may stand deeper, in a graph within this one's."""
        assert self.graph is not None, "the run itself binds nothing"
        reads = self.graph.reads.get(node) or {one.key for one in inputs_of([node])}
        return not set(self.graph.bound).isdisjoint(reads)

    def _all_known(self) -> dict[SOp, Any]:
        return {**(self.outer._all_known() if self.outer else {}), **self._values}

    def reasons(self, item: Item) -> list[Item]:
        """The items that suffice for an item's value, each once."""
        if item.after is not None and isinstance(item.node, Fold):
            return list(dict.fromkeys(self._state(item.node, item.after)))
        return list(dict.fromkeys(self._reasons(item.node, item.place)))

    def _reasons(self, node: SOp, place: tuple[int, ...]) -> Iterable[Item]:
        match node:
            case Elementwise(operator=operator) | SelectorLogic(operator=operator):
                return self._operands(node, operator, [item_at(argument, place) for argument in node.arguments])
            case Ascribe() | Lookup() | CellCall():
                return [item_at(argument, place) for argument in node.arguments]
            case At(arguments=(sequence, position)):
                where = item_at(position, place)
                length = len(self._value(sequence)) if isinstance(sequence.type, Seq) else 1
                return [where, item_at(sequence, (int(self.value(where)) % length,))]
            case Select(arguments=(keys, queries)):
                query, key = place
                return [item_at(keys, (key,)), item_at(queries, (query,))]
            case SelectorWidth(arguments=(selector,)):
                return _row(selector, place[0], self.run.n_positions)
            case Aggregate():
                return self._aggregated(node, place[0])
            case Fold():
                return self._state(node, place[0] + 1 if node.running else len(self.states(node)) - 1)
            case Quantified():
                return self._quantified(node)
            case Reduce():
                return self._reduced(node)
        return []

    def _operands(self, node: SOp, operator: str, operands: Sequence[Item]) -> Sequence[Item]:
        """The operands that decide."""
        if operator == "if":
            condition, then, otherwise = operands
            return [condition, then if self.value(condition) else otherwise]
        if operator in ("and", "or"):
            for operand in operands:
                if bool(self.value(operand)) is (operator == "or"):
                    return [operand]
        if operator == "*" and all(isinstance(element_of(one.node.type), Int | Real) for one in operands):
            zero = next((operand for operand in operands if self.value(operand) == 0), None)
            return operands if zero is None else [zero]
        return operands

    def _aggregated(self, node: Aggregate, query: int) -> Iterable[Item]:
        selector, values, *default = node.arguments
        row = _row(selector, query, self.run.n_positions)
        chosen = [place for place, item in enumerate(row) if self.value(item)]
        if not chosen:
            return [*row, *(item_at(one, (query,)) for one in default)]
        column = [item_at(values, (place,)) for place in range(len(row))]
        match node.operator:
            case "first":
                return [*row[: chosen[0] + 1], column[chosen[0]]]
            case "last":
                return [*row[chosen[-1] :], column[chosen[-1]]]
            case "nearest_left" | "nearest_right":
                side = 1 if node.operator == "nearest_left" else -1
                order = sorted(range(len(row)), key=lambda place: (abs(place - query), side * place))
                nearest = next(place for place in order if place in chosen)
                return [*(row[place] for place in order[: order.index(nearest) + 1]), column[nearest]]
            case "any" | "all":
                decisive = [place for place in chosen if bool(self.value(column[place])) is (node.operator == "any")]
                if decisive:
                    return [row[decisive[0]], column[decisive[0]]]
                return self._extreme(row, column, chosen, chosen[0])
            case "min" | "max":
                values_of = {place: self.value(column[place]) for place in chosen}
                best = (min if node.operator == "min" else max)(chosen, key=values_of.__getitem__)
                return self._extreme(row, column, chosen, best)
        return [*row, *(column[place] for place in chosen), *self._kind_of_mean(node, column, chosen)]

    def _extreme(self, row: Sequence[Item], column: Sequence[Item], chosen: Sequence[int], best: int) -> Iterator[Item]:
        """One key is selected; of every other either it is not, or its value changes nothing."""
        yield row[best]
        yield column[best]
        for place, item in enumerate(row):
            yield column[place] if place in chosen else item

    def _kind_of_mean(self, node: Aggregate, column: Sequence[Item], chosen: Sequence[int]) -> Iterator[Item]:
        """Booleans have a mean only among numbers: a number, where all that is selected are booleans."""
        chosen_values = [self.value(column[place]) for place in chosen]
        if node.operator == "mean" and len(chosen) > 1 and all(isinstance(value, bool) for value in chosen_values):
            yield from [item for item in column if not isinstance(self.value(item), bool)][:1]

    def _state(self, node: Fold, after: int) -> Iterable[Item]:
        """What the value of a fold after some elements depends on."""
        *sequences, initial = node.arguments
        if after == 0:
            return [Item(initial)]
        if after == 1:
            before = Item(initial)
        else:
            before = Item(node, (after - 2,)) if node.running else Item(node, (), after - 1)
        bound = [before, *(item_at(sequence, (after - 1,)) for sequence in sequences)]
        values = [self.states(node)[after - 1], *map(self.value, bound[1:])]
        graph = inner_graph_of(node)
        return self.within(graph, values).leaves(dict(zip(graph.bound, bound, strict=True)))

    def _quantified(self, node: Quantified) -> Iterable[Item]:
        start, stop = (Item(argument) for argument in node.arguments)
        graph = inner_graph_of(node)
        found: list[Item] = [start, stop]
        for number in range(int(self.value(start)), int(self.value(stop))):
            case = self.within(graph, [number])
            leaves = list(case.leaves({}))
            if bool(case.value(Item(graph.root))) is (node.operator == "exists"):
                return [start, stop, *leaves]
            found += leaves
        return found

    def leaves(self, bound: Mapping[str, Item]) -> Iterator[Item]:
        """What the answer of this scope's graph depends on outside of it; `bound` says what its inputs are there."""
        assert self.graph is not None, "the run itself has no graph"
        stack, seen = [Item(self.graph.root)], set[Item]()
        while stack:
            item = stack.pop()
            if item in seen:
                continue
            seen.add(item)
            if not self._reads_bound(item.node):
                yield item
            elif not isinstance(item.node, Input):
                stack.extend(reversed(self.reasons(item)))
            elif item.node.key in bound:
                yield bound[item.node.key]

    def _reduced(self, node: Reduce) -> Iterable[Item]:
        columns = [self._items_of(argument) for argument in node.arguments]
        items = [item for column in columns for item in column]
        values = [self.value(item) for item in items]
        match node.operator:
            case "any" | "all":
                decides = node.operator == "any"
                return next(([item] for item in items if bool(self.value(item)) is decides), items)
            case "sorted":
                pairs = pairwise(range(len(items)))
                return next(([items[i], items[j]] for i, j in pairs if not values[i] <= values[j]), items)
            case "distinct":
                first = {value: place for place, value in reversed(list(enumerate(values)))}
                twice = [place for place, value in enumerate(values) if first[value] != place]
                return [items[first[values[twice[0]]]], items[twice[0]]] if twice else items
        return items

    def _items_of(self, node: SOp) -> list[Item]:
        if not isinstance(node.type, Seq):
            return [Item(node)]
        return [Item(node, (place,)) for place in range(self.run.n_positions)]


def item_at(node: SOp, place: tuple[int, ...]) -> Item:
    """The item that stands at a place: a scalar stands at each."""
    return Item(node, place) if isinstance(node.type, Seq) or len(place) == 2 else Item(node)


def _row(selector: SOp, query: int, n_positions: int) -> list[Item]:
    return [Item(selector, (query, key)) for key in range(n_positions)]
