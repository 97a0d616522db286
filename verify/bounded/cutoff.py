"""Few values that stand for all of an open type, where a claim only compares them.

*Theorem*. Let a claim be built from inputs of an open type (any token, any whole number, any number) such that each
value that comes from them is only chosen, moved and compared, with others like it and with constants. Let there be N
places for such values in an input of one length. If the comparisons are for equality, the claim holds of every
input if it does with the constants and N further values: a one-to-one renaming that leaves the constants alone keeps
the truth of all comparisons, and with them everything that is computed. If values are compared for order as well, N
further values are needed below all constants, between each two neighbours, and above all (all that there are, where
whole numbers have fewer there): a renaming that keeps the order, and the constants.

The premise is read off the graph (`only_compares`); a claim that does not meet it is left alone.

By the same renaming a claim that was proved of a type with so many values, listed or not, holds in every vocabulary:
of any set, or any ordered set, that holds the constants (`vocabulary_of`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any

from ...dsl.graph import (
    Aggregate,
    Ascribe,
    At,
    Constant,
    Elementwise,
    Input,
    Lookup,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    inner_graph,
    nodes_within,
    topological,
)
from ...dsl.types import Bool, Element, Int, Real, Selector, Seq, Token, Unknown, Value, element_of
from ..claims.claim import Claim
from ..encoding.codes import words_between

__all__ = ["Comparing", "only_compares", "standing_for_all", "vocabulary_of"]

_ORDERED = ("<", "<=", ">", ">=", "min", "max", "sorted")
_EQUAL = ("==", "!=")


@dataclass(frozen=True, slots=True)
class Comparing:
    """How a claim compares the values of its open inputs: with which constants, and whether for order."""

    constants: tuple[Value, ...]
    is_ordered: bool


def only_compares(roots: Sequence[SOp], *, also_listed: bool = False) -> Comparing | None:
    """How values of open types are compared; None where anything else is done to them.

    Args:
        roots: the graphs that they are compared in.
        also_listed: whether inputs of finite types, but for truths, are looked at like those of open ones.
    """
    nodes = nodes_within(roots)
    bound = {node.variable for node in nodes if isinstance(node, Quantified)}
    open_nodes: dict[SOp, None] = {}
    for node in _inner_first(roots):
        is_listed = also_listed and isinstance(node, Input) and not isinstance(element_of(node.type), Bool)
        is_open = node not in bound and (is_listed or _is_open(node, open_nodes))
        if is_open is None:
            return None
        if is_open:
            open_nodes[node] = None
    compared = [node for node in nodes if any(argument in open_nodes for argument in node.arguments)]
    operators = {_operator(node) for node in compared}
    named = (value for node in compared for value in _named(node))
    constants = [int(value) if isinstance(value, bool) else value for value in named]
    return Comparing(tuple(dict.fromkeys(constants)), not operators.isdisjoint(_ORDERED))


def _inner_first(roots: Sequence[SOp]) -> Iterator[SOp]:
    """Every node after its arguments and the graph within it."""
    for node in topological(roots):
        if inner := inner_graph(node):
            yield from _inner_first([inner[1]])
        yield node


def _is_open(node: SOp, known: dict[SOp, None]) -> bool | None:
    """Whether a node's values come from open inputs; None if they are computed with."""
    touched = [argument in known for argument in node.arguments]
    if isinstance(node, Input):
        return not _is_finite(element_of(node.type))
    if not any(touched):
        is_selector = isinstance(node.type, Selector)
        return None if not is_selector and isinstance(element_of(node.type), Unknown) else False
    like = [argument in known or isinstance(argument, Constant) for argument in node.arguments]
    match node:
        case Elementwise(operator="if"):
            return True if not touched[0] and all(like[1:]) else None
        case Elementwise(operator=operator) if operator in ("min", "max"):
            return True if all(like) else None
        case Elementwise(operator=operator) if operator in (*_ORDERED, *_EQUAL):
            return False if all(like) else None
        case Select() | Reduce(operator="sorted" | "distinct" | "permutation"):
            return False if all(like) else None
        case Reduce(operator="min" | "max"):
            return True
        case Lookup():
            return False
        case At():
            return True if not touched[1] else None
        case Ascribe(declared=declared):
            return (
                True
                if type(element_of(declared)) in (Token, Unknown) and not _is_finite(element_of(declared))
                else None
            )
        case Aggregate(operator=operator):
            return True if all(like[1:]) and _chooses(node) else None
        case SelectorLogic() | SelectorWidth() | Quantified():
            return False
    return None


def _chooses(node: Aggregate) -> bool:
    """Whether an aggregate answers with one of its values: the mean of tokens is the only one selected."""
    is_of_tokens = isinstance(element_of(node.arguments[1].type), Token)
    return node.operator in ("first", "last", "nearest_left", "nearest_right", "min", "max") or (
        node.operator == "mean" and is_of_tokens
    )


def _operator(node: SOp) -> str:
    match node:
        case Select(comparison=comparison):
            return comparison
        case Elementwise(operator=operator) | Reduce(operator=operator) | Aggregate(operator=operator):
            return operator
    return ""


def _named(node: SOp) -> Sequence[Value]:
    """The constants that a node compares its open arguments with, or may choose in their place."""
    match node:
        case At():
            return ()
        case Lookup(entries=entries):
            return [key for keys, _ in entries for key in keys]
    return [argument.value for argument in node.arguments if isinstance(argument, Constant)]


def _is_finite(element: Element) -> bool:
    match element:
        case Bool() | Int(int(), int()) | Token(tuple()):
            return True
        case Real(low, high):
            return low is not None and low == high
    return False


def standing_for_all(element: Element, comparing: Comparing, n_places: int) -> tuple[Value, ...] | None:
    """Values of an open type that stand for all; None where too few were found."""
    match element:
        case Token(None):
            words = sorted(value for value in comparing.constants if isinstance(value, str))
            return _of_tokens(words, comparing.is_ordered, n_places)
        case Int(low, high) | Real(low, high):
            numbers = sorted({value for value in comparing.constants if not isinstance(value, str)})
            return _of_numbers(element, [n for n in numbers if _fits(n, low, high)], comparing.is_ordered, n_places)
    return None


def _of_tokens(words: list[str], is_ordered: bool, n_places: int) -> tuple[Value, ...] | None:
    if not is_ordered:
        new = [word for word in words_between(None, None) if word not in words][:n_places]
        return (*words, *new)
    found: list[Value] = [*words]
    for before, after in pairwise((None, *words, None)):
        new = words_between(before, after)[:n_places]
        if len(new) < n_places and (before, after) != (None, ""):
            return None
        found += new
    return tuple(sorted(found, key=str))


def _fits(number: Any, low: Any, high: Any) -> bool:
    return (low is None or low <= number) and (high is None or number <= high)


def _of_numbers(element: Int | Real, numbers: list[Any], is_ordered: bool, n_places: int) -> tuple[Value, ...]:
    """Numbers in every gap; the ends of the type bound the outer ones."""
    low, high = element.low, element.high
    ends = [end for end in (low, high) if end is not None]
    rounded = [whole for number in numbers for whole in (floor(number), ceil(number))]
    known = sorted({0, *ends, *((n for n in rounded if _fits(n, low, high)) if isinstance(element, Int) else numbers)})
    known = [number for number in known if _fits(number, low, high)]
    found: list[Any] = [*known]
    if low is None:
        found += [known[0] - step for step in range(1, n_places + 1)]
    if high is None:
        found += [known[-1] + step for step in range(1, n_places + 1)]
    for before, after in pairwise(known):
        if isinstance(element, Int):
            found += range(before + 1, min(after, before + 1 + n_places))
        else:
            found += [before + Fraction(after - before) * step / (n_places + 1) for step in range(1, n_places + 1)]
    return tuple(sorted(dict.fromkeys(found), key=lambda number: (abs(number), number)))


def vocabulary_of(claim: Claim, n_positions: int) -> str:
    """In which vocabularies a claim that holds for all inputs of one length does: `any vocabulary`, or any ordered one.

    Empty where it is proved of its own types alone: these have too few values, or more is done than to compare them.
    """
    inputs = [node for node in claim.inputs if not isinstance(element_of(node.type), Bool)]
    elements = list(dict.fromkeys(element_of(node.type) for node in inputs))
    comparing = only_compares((claim.condition, *claim.given), also_listed=True)
    if len(elements) != 1 or comparing is None:
        return ""
    kind = str if isinstance(elements[0], Token) else int | float | Fraction
    if not all(isinstance(value, kind) for value in comparing.constants):
        return ""
    n_places = sum(n_positions if isinstance(node.type, Seq) else 1 for node in inputs)
    if not comparing.is_ordered:
        n_named = len(comparing.constants)
        return "any vocabulary" if _room(elements[0], None, None, n_places + n_named) else ""
    ends = (None, *sorted(comparing.constants), None)
    is_roomy = all(_room(elements[0], low, high, n_places) for low, high in pairwise(ends))
    return "any ordered vocabulary" if is_roomy else ""


def _room(element: Element, low: Any, high: Any, n_values: int) -> bool:
    """Whether a type has so many values above one value and below another, where they are given."""
    match element:
        case Token(None):
            return len(words_between(low, high)) >= n_values
        case Token(tuple() as vocabulary):
            inside = [word for word in vocabulary if (low is None or low < word) and (high is None or word < high)]
            return len(inside) >= n_values
        case Int(first, last):
            starts = [value for value in (first, None if low is None else floor(low) + 1) if value is not None]
            stops = [value for value in (last, None if high is None else ceil(high) - 1) if value is not None]
            return not starts or not stops or min(stops) - max(starts) + 1 >= n_values
        case Real(first, last):
            starts = [value for value in (first, low) if value is not None]
            stops = [value for value in (last, high) if value is not None]
            return not starts or not stops or max(starts) < min(stops)
    return False
