"""Mutants: programs with one small change, made in the syntax tree and printed again.

1. Each node of the tree has a few neighbours: another operator, a constant one off, a comparison turned, a default or
   a tie-break dropped, a bound of a type moved, an index shifted.
2. Each mutant has one node replaced by a neighbour; those that the checker refuses, or that mean the same graph with
   the same contracts, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from stdcell.dsl import Program, parse
from stdcell.dsl.syntax import parse_items, print_item, tree
from stdcell.errors import LanguageError, Source

__all__ = ["Mutant", "mutants_of"]


@dataclass(frozen=True)
class Mutant:
    """A changed program: what was changed, its text and what it means."""

    change: str
    text: str
    program: Program


_COMPARED = ("==", "!=", "<", "<=", ">", ">=")
_OPERATORS: Mapping[str, tuple[str, ...]] = {
    "+": ("-", "*"),
    "-": ("+",),
    "*": ("+",),
    "/": ("*",),
    "mod": ("+",),
    "%": ("+",),
    "and": ("or",),
    "or": ("and",),
    "implies": ("and",),
}
_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
    "first": ("last",),
    "last": ("first",),
    "sum": ("aggregate", "max"),
    "aggregate": ("sum",),
    "nearest": ("first",),
    "sorted": ("distinct",),
    "distinct": ("sorted",),
    "abs": ("round",),
}
_WITH_DEFAULT = ("aggregate", "sum", "any", "all", "min", "max", "first", "last", "nearest")


def mutants_of(text: str, **options: Any) -> Iterator[Mutant]:
    """Every mutant of a program that the checker takes and that means something else.

    Args:
        text: the program, in the strict dialect.
        options: what `parse` is given beside it.
    """
    original = parse(text, **options)
    items, faults = parse_items(Source(text, "<program>"), "cell")
    assert not faults, "the program parses"
    seen = {_meaning(original)}
    for place, item in enumerate(items):
        for changed, change in _changed(item):
            written = "\n".join(print_item(one, "cell") for one in (*items[:place], changed, *items[place + 1 :]))
            try:
                program = parse(written, **options)
            except (LanguageError, AssertionError):
                continue
            if _meaning(program) not in seen:
                seen.add(_meaning(program))
                yield Mutant(change, written, program)


def _meaning(program: Program) -> tuple[Any, ...]:
    """What a program computes and promises, whatever its text looks like."""
    return tuple(
        (
            name,
            tuple(str(parameter.type) for parameter in function.parameters),
            function.digest,
            tuple((clause.kind, clause.condition.digest) for clause in (*function.requires, *function.ensures)),
            tuple((owed.value.digest, str(owed.wanted)) for owed in function.obligations),
        )
        for name, function in sorted(program.functions.items())
    )


def _changed(node: Any) -> Iterator[tuple[Any, str]]:
    """The node with one change in it or below, and the change in words."""
    if isinstance(node, tuple):
        for place, part in enumerate(node):
            for other, change in _changed(part):
                yield (*node[:place], other, *node[place + 1 :]), change
    if not is_dataclass(node) or isinstance(node, type) or "span" not in {field.name for field in fields(node)}:
        return
    neighbours = _NEIGHBOURS.get(type(node))
    if neighbours:
        yield from neighbours(node)
    for field in fields(node):
        if field.compare:
            for other, change in _changed(getattr(node, field.name)):
                yield replace(node, **{field.name: other}), change


def _of_binary(node: tree.Binary) -> Iterator[tuple[Any, str]]:
    for operator in _OPERATORS.get(node.operator, ()):
        yield replace(node, operator=operator), f"{node.operator} becomes {operator}"
    if node.operator in ("and", "or", "implies"):
        yield node.left, f"what follows {node.operator} is dropped"
        yield node.right, f"what precedes {node.operator} is dropped"


def _of_chain(node: tree.Chain) -> Iterator[tuple[Any, str]]:
    for place, operator in enumerate(node.operators):
        for other in _COMPARED if operator in _COMPARED else ():
            if other != operator:
                operators = (*node.operators[:place], other, *node.operators[place + 1 :])
                yield replace(node, operators=operators), f"{operator} becomes {other}"


def _of_comparator(node: tree.Comparator) -> Iterator[tuple[Any, str]]:
    for other in _COMPARED:
        if other != node.symbol:
            yield replace(node, symbol=other), f"{node.symbol} becomes {other}"


def _of_number(node: tree.Number) -> Iterator[tuple[Any, str]]:
    yield replace(node, value=node.value + 1), f"{node.value} becomes {node.value + 1}"
    if node.value > 0:
        yield replace(node, value=node.value - 1), f"{node.value} becomes {node.value - 1}"


def _of_boolean(node: tree.Boolean) -> Iterator[tuple[Any, str]]:
    yield replace(node, value=not node.value), f"{node.value} becomes {not node.value}"


def _of_unary(node: tree.Unary) -> Iterator[tuple[Any, str]]:
    yield node.operand, f"{node.operator} is dropped"


def _of_conditional(node: tree.Conditional) -> Iterator[tuple[Any, str]]:
    yield replace(node, then=node.otherwise, otherwise=node.then), "the branches are swapped"
    yield node.then, "the choice is dropped"


def _of_call(node: tree.Call) -> Iterator[tuple[Any, str]]:
    if not isinstance(node.function, tree.Name):
        return
    name = node.function.name
    for other in _FUNCTIONS.get(name, ()):
        yield replace(node, function=tree.Name(other, node.function.span)), f"{name} becomes {other}"
    if name in _WITH_DEFAULT and len(node.arguments) == 3:
        yield replace(node, arguments=node.arguments[:2]), f"the last argument of {name} is dropped"
    if name == "select" and len(node.arguments) == 3:
        keys, queries, comparison = node.arguments
        yield replace(node, arguments=(queries, keys, comparison)), "keys and queries are swapped"


def _of_name(node: tree.Name) -> Iterator[tuple[Any, str]]:
    if node.name in ("indices", "length"):
        one = tree.Number(1, node.span)
        yield tree.Binary("+", node, one, node.span), f"{node.name} is shifted"
        yield tree.Binary("-", node, one, node.span), f"{node.name} is shifted back"


def _of_index(node: tree.Index) -> Iterator[tuple[Any, str]]:
    if len(node.keys) == 1:
        shifted = tree.Binary("+", node.keys[0], tree.Number(1, node.span), node.span)
        yield replace(node, keys=(shifted,)), "the index is shifted"


def _of_quantifier(node: tree.Quantifier) -> Iterator[tuple[Any, str]]:
    other = "exists" if node.operator == "forall" else "forall"
    yield replace(node, operator=other), f"{node.operator} becomes {other}"


def _of_type(node: tree.TypeExpr) -> Iterator[tuple[Any, str]]:
    low, high = node.bounds or (None, None)
    if low is not None:
        yield replace(node, bounds=(low - 1, high)), "the lower bound is moved"
    if high is not None:
        yield replace(node, bounds=(low, high + 1)), "the upper bound is moved up"
        yield replace(node, bounds=(low, high - 1)), "the upper bound is moved down"


def _of_named(node: tree.Named) -> Iterator[tuple[Any, str]]:
    if isinstance(node.value, tree.Text) and node.value.value in ("left", "right"):
        other = "right" if node.value.value == "left" else "left"
        yield replace(node, value=replace(node.value, value=other)), f"ties go {other}"


def _of_text(node: tree.Text) -> Iterator[tuple[Any, str]]:
    for other in ("a", "b"):
        if node.value in ("a", "b") and other != node.value:
            yield replace(node, value=other), f'"{node.value}" becomes "{other}"'


_NEIGHBOURS: Mapping[type, Callable[[Any], Iterator[tuple[Any, str]]]] = {
    tree.Binary: _of_binary,
    tree.Chain: _of_chain,
    tree.Comparator: _of_comparator,
    tree.Number: _of_number,
    tree.Boolean: _of_boolean,
    tree.Unary: _of_unary,
    tree.Conditional: _of_conditional,
    tree.Call: _of_call,
    tree.Name: _of_name,
    tree.Index: _of_index,
    tree.Quantifier: _of_quantifier,
    tree.TypeExpr: _of_type,
    tree.Named: _of_named,
    tree.Text: _of_text,
}
