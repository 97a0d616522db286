"""What a picture shows of a program: boxes with their values, what reads what, and what is selected.

1. Inputs, named s-ops, attention, folds and cells are boxes; what is elementwise and nameless stands in the text of the
   box that reads it, unless several read it and it is long.
2. A selector that an aggregate or a width reads is a box too, and has a pattern.
3. Positions and lengths are not drawn: their values say nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...dsl.conversion.writing import parts_of
from ...dsl.graph import (
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Fold,
    Indices,
    Input,
    Length,
    Quantified,
    Reduce,
    SelectorWidth,
    SOp,
)
from ...dsl.program import Function, Program
from ...dsl.syntax import tree
from ...dsl.types import Selector, Seq, Value
from ...errors import Source, Span
from ...runtime.inputs import Given, bind_inputs
from ...runtime.reference import run, shown
from .labels import expression, lines_of, one_line, visible

__all__ = ["Box", "Flow", "Pattern", "n_boxes", "read_flow"]

_WIDTH = 48
_LONGEST_BOX, _LONGEST_PART, _LONGEST_SHARED, _LONGEST_VALUE = 32, 160, 24, 10
_LONGEST_EXAMPLE = 80
_ALWAYS = (Input, Aggregate, SelectorWidth, Fold, CellCall, Reduce, Quantified, At)
_NOWHERE = Span(Source(""), 0, 0)


@dataclass(frozen=True, slots=True)
class Box:
    """An s-op of a picture.

    Attributes:
        kind: `input`, `selector`, `output` or `s-op`.
        name: what the text calls it, or a number where it has no name and others that read it have no room for its
            text; else empty.
        lines: its expression, or an input's type.
        values: its value at each position, or of a scalar the one; none of a selector.
        holds: for each value, whether it is True.
        reads: the places of the boxes that it reads, in the flow's boxes.
    """

    kind: str
    name: str
    lines: tuple[str, ...]
    values: tuple[str, ...]
    holds: tuple[bool, ...]
    reads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a selector selects: its name and its text, and its rows of keys, one for each query."""

    name: str
    lines: tuple[str, ...]
    rows: tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """A picture's contents; boxes stand behind those that they read."""

    title: str
    positions: tuple[str, ...]
    boxes: tuple[Box, ...]
    patterns: tuple[Pattern, ...]


def n_boxes(program: Program, function: Function) -> int:
    """How many boxes a picture of a function has."""
    return len(_Reading(program, function).nodes)


def read_flow(program: Program, function: Function, example: Given) -> Flow:
    """Run a function on an example and tell what there is to see.

    Raises:
        RuntimeFault: if the example does not belong to the function's inputs, or the program has no answer to it.
    """
    values = run(program, function, example)
    reading = _Reading(program, function)
    boxes = tuple(reading.box(node, values) for node in reading.nodes)
    selectors = [node for node in reading.nodes if isinstance(node.type, Selector)]
    patterns = tuple(reading.pattern(node, values) for node in selectors)
    title = f"{function.name} of {_told(example)}"
    return Flow(title, tuple(_positions(function, example)), boxes, patterns)


def _told(example: Given) -> str:
    """An example as `--input` takes it; of a long one the beginning."""
    text = visible(json.dumps(example, ensure_ascii=False, default=float))
    return text if len(text) <= _LONGEST_EXAMPLE else f"{text[: _LONGEST_EXAMPLE - 1]}…"


def _positions(function: Function, example: Given) -> Iterator[str]:
    """What stands at each position of the input."""
    n_positions, inputs = bind_inputs(function, example)
    sequences = [value for value in inputs.values() if isinstance(value, list)]
    given = [example] if not function.parameters and isinstance(example, str | list | tuple) else []
    for element in next(iter([*sequences, *given]), range(n_positions)):
        yield _shown(element)


class _Reading:
    """Finds the boxes of a graph and their texts."""

    def __init__(self, program: Program, function: Function) -> None:
        self._spans = program.spans
        self._root = _seen(function.result)
        self._names = {_seen(node): name for node, name in program.names.items()}
        self._names[self._root] = function.name
        self._trees: dict[SOp, tree.Expr] = {}
        self._numbers: dict[SOp, int] = {}
        self._reads: dict[SOp, tuple[SOp, ...]] = {}
        order = _in_order(self._root)
        self._readers: dict[SOp, set[SOp]] = {node: set() for node in order}
        for reader in order:
            for part in _parts(reader):
                self._readers[part].add(reader)
        self._places: dict[SOp, int] = {}
        for node in order:
            self._read(node)

    @property
    def nodes(self) -> Sequence[SOp]:
        """The nodes that are boxes, those that others read first."""
        return tuple(self._places)

    def _read(self, node: SOp) -> None:
        parts = _parts(node)
        self._trees[node] = expression(node, [self._reference(part) for part in parts], self._spans)
        read = [(part,) if part in self._places else self._reads[part] for part in parts]
        self._reads[node] = tuple(dict.fromkeys(box for boxes in read for box in boxes))
        if self._is_box(node):
            self._places[node] = len(self._places)

    def _reference(self, node: SOp) -> tree.Expr:
        """What a node is called where it is read."""
        if node in self._places and self._name(node):
            return tree.Name(self._name(node), _NOWHERE)
        written = self._trees[node]
        length = len(one_line(written))
        if node in self._places and length > _LONGEST_BOX:
            number = self._numbers.setdefault(node, len(self._numbers) + 1)
            return tree.Name(_numbered(number), _NOWHERE)
        return written if length <= _LONGEST_PART else tree.Name("…", _NOWHERE)

    def _name(self, node: SOp) -> str:
        return node.name or node.key if isinstance(node, Input) else self._names.get(node, "")

    def _title(self, node: SOp) -> str:
        """A box's name, or the number by which others read it."""
        number = self._numbers.get(node)
        return self._name(node) or (_numbered(number) if number else "")

    def _is_box(self, node: SOp) -> bool:
        if node == self._root:
            return True
        if isinstance(node.type, Selector):
            return any(isinstance(reader, Aggregate | SelectorWidth) for reader in self._readers[node])
        if isinstance(node, Constant | Indices | Length):
            return False
        is_shared = len(self._readers[node]) > 1 and len(one_line(self._trees[node])) > _LONGEST_SHARED
        return isinstance(node, _ALWAYS) or is_shared or node in self._names

    def box(self, node: SOp, values: Any) -> Box:
        """A node as a box."""
        kind = "input" if isinstance(node, Input) else "selector" if isinstance(node.type, Selector) else "s-op"
        kind = "output" if node == self._root else kind
        name, lines = self._title(node), tuple(lines_of(self._trees[node], _WIDTH))
        if isinstance(node, Input):
            lines = () if node.key == node.name else (str(node.type),)
        found = [] if isinstance(node.type, Selector) else _elements(values, node)
        reads = tuple(self._places[read] for read in self._reads[node])
        return Box(kind, name, lines, tuple(map(_shown, found)), tuple(value is True for value in found), reads)

    def pattern(self, node: SOp, values: Any) -> Pattern:
        """A selector's rows under its name and its text."""
        rows = tuple(tuple(map(bool, row)) for row in values[node])
        return Pattern(self._title(node), tuple(lines_of(self._trees[node], _WIDTH)), rows)


def _seen(node: SOp) -> SOp:
    """The node whose value a promise of a narrower type passes on."""
    while isinstance(node, Ascribe):
        (node,) = node.arguments
    return node


def _parts(node: SOp) -> list[SOp]:
    return [_seen(part) for part in parts_of(node)]


def _in_order(root: SOp) -> list[SOp]:
    """The nodes that are seen of a graph, parts before what reads them."""
    order: dict[SOp, None] = {}
    stack = [(root, False)]
    while stack:
        node, is_ready = stack.pop()
        if is_ready:
            order[node] = None
        elif node not in order:
            stack.append((node, True))
            stack.extend((part, False) for part in reversed(_parts(node)))
    return list(order)


def _numbered(number: int) -> str:
    return f"#{number}"


def _elements(values: Any, node: SOp) -> Sequence[Value]:
    return values[node] if isinstance(node.type, Seq) else [values[node]]


def _shown(value: Value) -> str:
    """A value in a few characters."""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, Fraction):
        return f"{shown(value):.3g}"
    text = str(value)
    if isinstance(value, str):
        text = visible(value).replace(" ", "␣") or '""'
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
