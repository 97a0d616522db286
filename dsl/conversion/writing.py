"""A graph as assignments of the strict dialect.

A node that several others read, or that the writer named, or that would make its line too long, has a line of its own
before the first that reads it; any other stands where it is read. So the text grows with the graph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...errors import Source, Span
from ..checking.builtins import BUILTINS, SOPS
from ..checking.type_expressions import BUILTIN_TYPES
from ..graph import (
    Aggregate,
    Constant,
    Elementwise,
    Indices,
    Input,
    Length,
    Lookup,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    topological,
)
from ..syntax import tree
from ..syntax.parser import parse_items
from ..types import Bool, Selector, Seq, Token, Value, element_of, in_digits

__all__ = ["Line", "Writing", "expression_of", "is_word", "parts_of"]

_CALLED = ("select", "selector_width", "aggregate", "indicator", "round")
_COMPARED = ("==", "!=", "<", "<=", ">", ">=")
_LARGEST, _SMALLEST = 24, 3
_NOWHERE = Span(Source(""), 0, 0)


def is_word(name: str) -> bool:
    """Whether a name is one of the words that a graph is written in, and can name nothing else."""
    _, faults = parse_items(Source(f"{name} = {name};"), "cell")
    return bool(faults) or name in _CALLED


@dataclass(frozen=True, slots=True)
class Line:
    """An assignment, the output that it gives, if any, and whether it holds an aggregate that lost its default."""

    item: tree.Assignment
    output: str | None = None
    is_undefined: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A node as an expression, how many parts it has, and whether it holds an aggregate that lost its default."""

    tree: tree.Expr
    size: int = 1
    is_undefined: bool = False


class Writing:
    """Writes a graph's lines."""

    def __init__(
        self, roots: Mapping[str, SOp], names: Mapping[SOp, str], variables: Collection[str], undefined: Collection[SOp]
    ) -> None:
        """Write outputs from their roots.

        Args:
            roots: the node of each output, in order.
            names: what the writer called nodes.
            variables: those of these names that always have lines of their own.
            undefined: the nodes that lost their default, or depend on one that did.
        """
        self._roots, self._names, self._variables, self._undefined = roots, names, variables, undefined
        self._taken = {*roots, *BUILTINS["cell"], *SOPS["cell"], *BUILTIN_TYPES}
        self._nodes = topological(roots.values(), (), parts_of)
        self._n_reads = Counter([*roots.values(), *(part for node in self._nodes for part in parts_of(node))])
        self._n_tables = Counter(node.entries for node in self._nodes if isinstance(node, Lookup))
        self._tables: dict[object, tree.Expr] = {}
        self._written: dict[SOp, Written] = {}

    def lines(self) -> Iterator[Line]:
        """All assignments, the outputs in order."""
        yield from self._hidden()
        for name, root in self._roots.items():
            for node in topological([root], self._written, parts_of):
                yield from self._table(node)
                written = self._expression(node)
                if node is not root and self._has_line(node, written):
                    yield self._named(node, written)
                else:
                    self._written[node] = written
            written = self._written[root]
            yield Line(_assignment(name, written.tree), name, written.is_undefined)
            if not isinstance(written.tree, tree.Name):
                self._written[root] = Written(_name(name))

    def _hidden(self) -> Iterator[Line]:
        """Other names for what every program sees, where variables of this one are called so."""
        hidden = [node for node in self._nodes if isinstance(node, Input | Indices | Length)]
        for node in hidden:
            written = self._expression(node)
            if isinstance(written.tree, tree.Name) and written.tree.name in self._roots:
                yield self._named(node, written, written.tree.name)

    def _has_line(self, node: SOp, written: Written) -> bool:
        if written.size == 1 or written.size > _LARGEST:
            return written.size > 1
        name = self._names.get(node)
        is_shared = self._n_reads[node] > 1 and (written.size > _SMALLEST or name is not None)
        return is_shared or (name in self._variables and isinstance(node.type, Seq | Selector))

    def _named(self, node: SOp, written: Written, wanted: str | None = None) -> Line:
        name = self._fresh(wanted or self._names.get(node) or _description(node))
        self._written[node] = Written(_name(name))
        return Line(_assignment(name, written.tree), None, written.is_undefined)

    def _fresh(self, wanted: str) -> str:
        """The wanted name, or where it is taken the same with a number."""
        name, number = wanted, 0
        while name in self._taken or is_word(name):
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name

    def _table(self, node: SOp) -> Iterator[Line]:
        """A line for a table that several nodes read."""
        if isinstance(node, Lookup) and self._n_tables[node.entries] > 1 and node.entries not in self._tables:
            name = self._fresh("table")
            self._tables[node.entries] = _name(name)
            yield Line(_assignment(name, _table(node)))

    def _expression(self, node: SOp) -> Written:
        parts = [self._written[part] for part in parts_of(node)]
        size = 1 + sum(part.size for part in parts)
        is_undefined = any(part.is_undefined for part in parts)
        if isinstance(node, Lookup):
            if table := self._tables.get(node.entries):
                return Written(tree.Index(table, tuple(part.tree for part in parts), _NOWHERE), size, is_undefined)
            size += len(node.entries)
        lost_default = isinstance(node, Aggregate) and len(node.arguments) == 2 and node in self._undefined
        return Written(expression_of(node, [part.tree for part in parts]), size, is_undefined or lost_default)


def parts_of(node: SOp) -> Sequence[SOp]:
    """The nodes that stand in a node's expression; of `value in sequence` these two."""
    match node:
        case Elementwise(operator=">", arguments=(Reduce(arguments=(equal,)), _)):
            return equal.arguments
    return node.arguments


def _description(node: SOp) -> str:
    """A name that says what a node is."""
    match node:
        case Select() | SelectorLogic():
            return "selector"
        case SelectorWidth():
            return "width"
        case Lookup():
            return "entry"
        case Aggregate():
            return "gathered"
        case Elementwise() if isinstance(element_of(node.type), Bool):
            return "condition"
        case Elementwise() if isinstance(element_of(node.type), Token):
            return "word"
    return "value"


# Nodes to trees.


def expression_of(node: SOp, parts: Sequence[tree.Expr]) -> tree.Expr:
    """A node as an expression, the expressions of its parts known; of the kinds of nodes that RASP has."""
    match node:
        case Input(key=key):
            return _name(key)
        case Indices():
            return _name("indices")
        case Length():
            return _name("length")
        case Constant(value=value):
            return _constant(value)
        case Elementwise(operator=">", arguments=(Reduce(), _)):
            return _chain("in", parts)
        case Elementwise(operator=operator) | SelectorLogic(operator=operator):
            return _operation(operator, parts)
        case Select(comparison=comparison):
            return _call("select", (*parts, tree.Comparator(comparison, _NOWHERE)))
        case SelectorWidth():
            return _call("selector_width", parts)
        case Aggregate():
            return _call("aggregate", parts)
        case Lookup():
            return tree.Index(_table(node), tuple(parts), _NOWHERE)
    raise AssertionError(f"no node of a RASP program: {type(node).__name__}")


def _operation(operator: str, parts: Sequence[tree.Expr]) -> tree.Expr:
    match operator, parts:
        case "if", (condition, then, otherwise):
            return tree.Conditional(then, condition, otherwise, _NOWHERE)
        case "+", (left, tree.Unary("-", tree.Number() as right)):
            return tree.Binary("-", left, right, _NOWHERE)
        case "negate", (operand,):
            return tree.Unary("-", operand, _NOWHERE)
        case "not", (tree.Chain(operands, ("in",)),):
            return _chain("not in", operands)
        case "not", (operand,):
            return tree.Unary("not", operand, _NOWHERE)
        case "or", (left, right):
            return _among(left, right) or tree.Binary("or", left, right, _NOWHERE)
        case _, (left, right) if operator in _COMPARED:
            return _chain(operator, (left, right))
        case _, (left, right):
            return tree.Binary(operator, left, right, _NOWHERE)
    return _call(operator, parts)


def _among(left: tree.Expr, right: tree.Expr) -> tree.Expr | None:
    """`x in [a, b]` for `x == a or x == b`, of literals."""
    items: tuple[tree.Expr, ...]
    match left, right:
        case tree.Chain((value, first), ("==",)), tree.Chain((other, last), ("==",)) if value == other:
            items = (first, last)
        case tree.Chain((value, tree.ListOf(known)), ("in",)), tree.Chain((other, last), ("==",)) if value == other:
            items = (*known, last)
        case _:
            return None
    are_literals = all(isinstance(item, tree.Text | tree.Number) for item in items)
    return _chain("in", (value, tree.ListOf(items, _NOWHERE))) if are_literals else None


def _constant(value: Value) -> tree.Expr:
    match value:
        case bool():
            return tree.Boolean(value, _NOWHERE)
        case str():
            return _token(value)
    if value < 0:
        return tree.Unary("-", _constant(-value), _NOWHERE)
    if "/" in in_digits(value):
        numerator, denominator = (tree.Number(part, _NOWHERE) for part in Fraction(value).as_integer_ratio())
        return tree.Binary("/", numerator, denominator, _NOWHERE)
    return tree.Number(value, _NOWHERE)


def _token(value: str) -> tree.Expr:
    """A token in quotes; one that holds quotes of both kinds as a sum of parts."""
    whole, *others = re.findall(r'"+|[^"]+', value) if '"' in value and "'" in value else [value]
    written: tree.Expr = tree.Text(whole, _NOWHERE)
    for part in others:
        written = tree.Binary("+", written, tree.Text(part, _NOWHERE), _NOWHERE)
    return written


def _table(node: Lookup) -> tree.TableOf:
    entries = tuple((tuple(map(_constant, keys)), _constant(answer)) for keys, answer in node.entries)
    return tree.TableOf(entries, _NOWHERE)


def _assignment(name: str, value: tree.Expr) -> tree.Assignment:
    return tree.Assignment((name,), (value,), None, _NOWHERE, (_NOWHERE,))


def _name(name: str) -> tree.Name:
    return tree.Name(name, _NOWHERE)


def _call(name: str, arguments: Sequence[tree.Argument]) -> tree.Call:
    return tree.Call(_name(name), tuple(arguments), _NOWHERE)


def _chain(operator: str, operands: Sequence[tree.Expr]) -> tree.Chain:
    return tree.Chain(tuple(operands), (operator,), _NOWHERE)
