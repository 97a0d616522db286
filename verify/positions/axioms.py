"""What holds of every finite selection, as axioms about terms at symbolic positions.

Each function is one schema, instantiated on one node:

- *cardinality*: a width is between 0 and n; a contained selection is not wider, a strictly contained one is
  narrower; a selection that misses a key is narrower than n, one with a key is not 0.
- *uniform mean*: where all selected values are equal, their mean is that value; where none is selected it is the
  default.
- *selection*: the smallest, the largest, the first, the last and the nearest selected value is the value at a selected
  key, and no selected key is before that one in its order; the sum of the selected values lies in their range times
  the width, and that of a prefix grows by one element at a time.
- *choice*: where any two keys that a query selects were proved to have equal values, some selected key stands for all.
- *pigeonhole*: an s-op that was proved to be injective from positions to positions has an inverse.
- *rearrangement*: a permutation moves each element somewhere, and back.
- *totals*: the sum of no elements is 0, and the sum of n elements of a range lies in n times the range; an extreme
  bounds all elements and is one of them; a count is between 0 and n.
- *recurrence*: a running fold is a step from the initial value, and then from what it was a position before; the
  fold is its last value.

The premises of *choice* and *pigeonhole* are proved in `lemmas.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import z3

from ...dsl.graph import Aggregate, Fold, Indices, Select, SelectorWidth, SOp
from ...dsl.types import Int, Real, element_of
from ..terms import apply, as_term, conjunction

__all__ = [
    "Positions",
    "contained_axioms",
    "equal",
    "inverse_axioms",
    "mean_axioms",
    "rearrangement_axioms",
    "recurrence_axioms",
    "selection_axioms",
    "sum_axioms",
    "total_axioms",
    "width_axioms",
    "witness_axiom",
]


class Positions(Protocol):
    """Terms for nodes at symbolic positions of a sequence of symbolic length."""

    length: Any

    def in_range(self, position: Any) -> Any:
        """That a term is a position of the sequence."""

    def at(self, node: SOp, position: Any) -> Any:
        """The value of a node at a position."""

    def selects(self, selector: SOp, query: Any, key: Any) -> Any:
        """That a query selects a key."""

    def for_all(
        self, n_positions: int, condition: Callable[..., Any], patterns: Callable[..., Any] | None = None
    ) -> Any:
        """That a condition holds for all choices of positions."""

    def exists(self, condition: Callable[[Any], Any]) -> Any:
        """That a condition holds at some position."""


def equal(left: Any, right: Any) -> Any:
    """That two terms are equal."""
    return as_term(apply("==", (left, right)))


def width_axioms(here: Positions, selector: SOp, width: Any, only_key: Callable[[Any], Any] | None) -> list[Any]:
    """Cardinality, of one selector's widths; `only_key` gives the one key that a query can select, where known."""

    def row(query: Any, key: Any) -> Any:
        return here.selects(selector, query, key)

    def is_full(query: Any) -> Any:
        return (width(query) == here.length) == here.for_all(1, lambda key: row(query, key))

    def of_one(query: Any) -> Any:
        assert only_key is not None, "it is asked for where it is known"
        key = only_key(query)
        return z3.If(z3.And(here.in_range(key), row(query, key)), z3.IntVal(1), z3.IntVal(0))

    closed = _closed_width(here, selector) or (of_one if only_key else None)
    return [
        here.for_all(1, lambda q: z3.And(width(q) >= 0, width(q) <= here.length), width),
        here.for_all(1, lambda q: z3.Implies(z3.Not(row(q, q)), width(q) < here.length), width),
        here.for_all(1, lambda q: z3.Implies(row(q, q), width(q) > 0), width),
        here.for_all(1, lambda q: (width(q) == 0) == z3.Not(here.exists(lambda k: row(q, k))), width),
        here.for_all(1, is_full, width),
        *([here.for_all(1, lambda q: width(q) == closed(q), width)] if closed else []),
    ]


def _closed_width(here: Positions, selector: SOp) -> Callable[[Any], Any] | None:
    """How many positions compare so to this one, where positions alone decide."""
    n = here.length
    counts: dict[str, Callable[[Any], Any]] = {
        "<": lambda q: q,
        "<=": lambda q: q + 1,
        ">": lambda q: n - q - 1,
        ">=": lambda q: n - q,
        "==": lambda q: z3.IntVal(1),
        "!=": lambda q: n - 1,
    }
    match selector:
        case Select(comparison=comparison, arguments=(Indices(), Indices())):
            return counts[comparison]
    return None


def contained_axioms(here: Positions, inner: SOp, inner_width: Any, outer: SOp, outer_width: Any) -> list[Any]:
    """Cardinality, between two selectors: a contained selection is not wider, and narrower if it misses a key."""

    def is_contained(i: Any, j: Any) -> Any:
        return here.for_all(1, lambda k: z3.Implies(here.selects(inner, i, k), here.selects(outer, j, k)))

    def misses(i: Any, j: Any) -> Any:
        return here.exists(lambda k: z3.And(here.selects(outer, j, k), z3.Not(here.selects(inner, i, k))))

    def patterns(i: Any, j: Any) -> Any:
        return z3.MultiPattern(inner_width(i), outer_width(j))

    def rule(i: Any, j: Any) -> Any:
        narrower = z3.Implies(misses(i, j), inner_width(i) < outer_width(j))
        return z3.Implies(is_contained(i, j), z3.And(inner_width(i) <= outer_width(j), narrower))

    return [here.for_all(2, rule, patterns)]


def mean_axioms(here: Positions, node: Aggregate, mean: Any) -> list[Any]:
    """Uniform mean."""
    selector, values, *default = node.arguments

    def agrees(query: Any, key: Any, other: Any) -> Any:
        return z3.Implies(here.selects(selector, query, other), equal(here.at(values, other), here.at(values, key)))

    def uniform(query: Any, key: Any) -> Any:
        all_agree = here.for_all(1, lambda other: agrees(query, key, other))
        chosen = z3.And(here.selects(selector, query, key), all_agree)
        return z3.Implies(chosen, equal(mean(query), here.at(values, key)))

    def empty(query: Any) -> Any:
        nothing = z3.Not(here.exists(lambda key: here.selects(selector, query, key)))
        return z3.Implies(nothing, equal(mean(query), here.at(default[0], query)))

    return [here.for_all(2, uniform), *([here.for_all(1, empty, mean)] if default else [])]


def selection_axioms(here: Positions, node: Aggregate, answer: Any, pick: Any) -> list[Any]:
    """Selection; `pick` gives the selected key whose value is the answer."""
    selector, values, *default = node.arguments

    def precedes(query: Any, key: Any) -> Any:
        return _is_before(here, node, query, pick(query), key)

    def picked(query: Any) -> Any:
        there = z3.And(here.in_range(pick(query)), here.selects(selector, query, pick(query)))
        return z3.And(there, equal(answer(query), here.at(values, pick(query))))

    def if_any(query: Any) -> Any:
        is_any = here.exists(lambda key: here.selects(selector, query, key))
        otherwise = equal(answer(query), here.at(default[0], query)) if default else True
        return z3.And(z3.Implies(is_any, picked(query)), z3.Or(is_any, as_term(otherwise)))

    def least(query: Any, key: Any) -> Any:
        return z3.Implies(here.selects(selector, query, key), z3.And(picked(query), as_term(precedes(query, key))))

    def patterns(query: Any, key: Any) -> Any:
        return z3.MultiPattern(answer(query), *_applied_to(key, as_term(here.at(values, key))))

    has_patterns = bool(_applied_to(here.length, as_term(here.at(values, here.length))))
    return [here.for_all(1, if_any, answer), here.for_all(2, least, patterns if has_patterns else None)]


def _applied_to(argument: Any, *terms: Any) -> list[Any]:
    """A function's value at the argument, if there is one in the terms: it says when to think of that argument."""
    for term in terms:
        if z3.is_app(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED and any(map(argument.eq, term.children())):
            return [term]
        found = _applied_to(argument, *term.children()) if z3.is_app(term) else []
        if found:
            return found
    return []


def _is_before(here: Positions, node: Aggregate, query: Any, picked: Any, key: Any) -> Any:
    """That the picked key is the other one, or comes before it in the order that the operator chooses by."""
    values = node.arguments[1]
    match node.operator:
        case "min" | "max":
            return apply("<=" if node.operator == "min" else ">=", (here.at(values, picked), here.at(values, key)))
        case "first":
            return picked <= key
        case "last":
            return picked >= key
    nearer, far = (apply("abs", (place - query,)) for place in (picked, key))
    tie = picked <= key if node.operator == "nearest_left" else picked >= key
    return z3.Or(nearer < far, z3.And(nearer == far, tie))


def sum_axioms(here: Positions, node: Aggregate, total: Any) -> list[Any]:
    """Selection, of a sum."""
    selector, values, *default = node.arguments
    type_ = element_of(values.type)
    low, high = (type_.low, type_.high) if isinstance(type_, Int | Real) else (None, None)

    def bounds(query: Any) -> Any:
        width = here.at(SelectorWidth((selector,)), query)
        within = [total(query) >= as_term(low) * width] if low is not None else []
        within += [total(query) <= as_term(high) * width] if high is not None else []
        empty = equal(total(query), here.at(default[0], query) if default else 0)
        return z3.If(width == 0, empty, conjunction(within))

    return [here.for_all(1, bounds, total), *_prefix_sum_axioms(here, node, total)]


def _prefix_sum_axioms(here: Positions, node: Aggregate, total: Any) -> list[Any]:
    """The sum of a prefix is that of the prefix before, and one element more."""
    selector, values, *default = node.arguments
    match selector:
        case Select(comparison="<" | "<=" as comparison, arguments=(Indices(), Indices())) if not default:
            lag = 1 if comparison == "<" else 0
        case _:
            return []

    def added(query: Any) -> Any:
        before = apply("if", (query == 0, 0, total(query - 1)))
        element = apply("if", (query < lag, 0, here.at(values, query - lag)))
        return equal(total(query), apply("+", (before, element)))

    return [here.for_all(1, added, total)]


def recurrence_axioms(here: Positions, node: Fold, running: Any, step: Callable[[Any, Any], Any]) -> list[Any]:
    """Recurrence; `step` gives the next state from the last one and the position whose elements are folded."""
    initial, last = here.at(node.arguments[-1], z3.IntVal(0)), running(here.length - 1)
    whole = here.at(replace(node, running=False), z3.IntVal(0))

    def follows(position: Any) -> Any:
        before = apply("if", (position == 0, initial, running(position - 1)))
        return equal(running(position), step(before, position))

    return [
        here.for_all(1, follows, running),
        equal(whole, apply("if", (here.length == 0, initial, last))),
    ]


def witness_axiom(here: Positions, aggregate: SOp, witness: Any) -> Any:
    """Choice: if a query selects any key, it selects the chosen one."""
    selector = aggregate.arguments[0]

    def chosen(query: Any, key: Any) -> Any:
        some = z3.And(here.in_range(witness(query)), here.selects(selector, query, witness(query)))
        return z3.Implies(here.selects(selector, query, key), some)

    return here.for_all(2, chosen)


def inverse_axioms(here: Positions, permuting: SOp, inverse: Any) -> list[Any]:
    """Pigeonhole."""
    return [
        here.for_all(1, lambda p: here.in_range(inverse(p)), inverse),
        here.for_all(1, lambda p: here.at(permuting, inverse(p)) == p, inverse),
        here.for_all(1, lambda p: inverse(here.at(permuting, p)) == p),
    ]


def rearrangement_axioms(here: Positions, left: SOp, right: SOp) -> list[Any]:
    """Rearrangement, of one sequence into the other."""
    name = f"{left.digest[:8]}.{right.digest[:8]}"
    there, back = (z3.Function(f"{way}.{name}", z3.IntSort(), z3.IntSort()) for way in ("there", "back"))
    axioms: list[Any] = []
    for one, other, move, undo in ((left, right, there, back), (right, left, back, there)):
        axioms += [
            here.for_all(1, lambda p, m=move: here.in_range(m(p)), move),
            here.for_all(1, lambda p, m=move, u=undo: m(u(p)) == p, undo),
            here.for_all(1, lambda p, a=one, b=other, m=move: equal(here.at(a, p), here.at(b, m(p)))),
        ]
    return axioms


def total_axioms(here: Positions, operator: str, sequence: SOp, total: Any) -> list[Any]:
    """Totals."""

    def element(position: Any) -> Any:
        return here.at(sequence, position)

    match operator:
        case "sum":
            type_ = element_of(sequence.type)
            low, high = (type_.low, type_.high) if isinstance(type_, Int | Real) else (None, None)
            return [
                z3.Implies(here.length == 0, total == 0),
                *([total >= as_term(low) * here.length] if low is not None else []),
                *([total <= as_term(high) * here.length] if high is not None else []),
            ]
        case "count":
            return [
                z3.And(total >= 0, total <= here.length),
                (total == 0) == z3.Not(here.exists(element)),
                (total == here.length) == here.for_all(1, element),
            ]
    order = "<=" if operator == "min" else ">="
    return [
        here.for_all(1, lambda p: apply(order, (total, element(p)))),
        z3.Implies(here.length > 0, here.exists(lambda p: apply("==", (total, element(p))))),
    ]
