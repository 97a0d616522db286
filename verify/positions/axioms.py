"""What holds of single nodes at symbolic positions: instances of schemas, which `schemas/` states and proves.

Each function gives the instances for one node. An instance is a condition on some positions, said of every choice of
them; what a node reads of the variables of quantifiers around it is generalised where the instance is stated
(`symbolic.py`). No instance may count on the type of a value that depends on such a variable: behind a guard the
types hold only where the guard does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import z3

from ...dsl.graph import Aggregate, Fold, Indices, Select, SelectorWidth, SOp
from ..terms import apply, as_term, conjunction

__all__ = [
    "Axiom",
    "Positions",
    "average_axiom",
    "end_axioms",
    "equal",
    "extreme_axioms",
    "inverse_axioms",
    "is_before",
    "mean_axioms",
    "parity_axiom",
    "rearrangement_axioms",
    "recurrence_axioms",
    "selection_axioms",
    "sum_axioms",
    "total_axioms",
    "witness_axiom",
]


@dataclass(frozen=True, slots=True)
class Axiom:
    """An instance of a schema.

    Attributes:
        schema: the name of the schema.
        n_positions: how many positions it is about.
        condition: what holds of them.
        patterns: the term at which the solver is to think of it, or a tuple of those at which it is to think of it
            together; None: as it likes.
    """

    schema: str
    n_positions: int
    condition: Callable[..., Any]
    patterns: Callable[..., Any] | None = None


class Positions(Protocol):
    """Terms for nodes at symbolic positions of a sequence of symbolic length."""

    length: Any

    def in_range(self, position: Any) -> Any:
        """That a term is a position of the sequence."""

    def at(self, node: SOp, position: Any) -> Any:
        """The value of a node at a position."""

    def selects(self, selector: SOp, query: Any, key: Any) -> Any:
        """That a query selects a key."""

    def range_of(self, values: SOp) -> tuple[Any, Any]:
        """The ends of the type of numbers, None where it has none or does not count."""

    def for_all(self, n_positions: int, condition: Callable[..., Any]) -> Any:
        """That a condition holds for all choices of positions."""

    def exists(self, condition: Callable[[Any], Any]) -> Any:
        """That a condition holds at some position."""


def equal(left: Any, right: Any) -> Any:
    """That two terms are equal."""
    return as_term(apply("==", (left, right)))


def mean_axioms(here: Positions, node: Aggregate, mean: Any) -> Iterator[Axiom]:
    """Where all selected values are equal, their mean is that value."""
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

    yield Axiom("uniform mean", 2, uniform)
    if default:
        yield Axiom("empty selection", 1, empty, mean)


def selection_axioms(here: Positions, node: Aggregate, answer: Any, pick: Any) -> Iterator[Axiom]:
    """The answer is the value at a selected key, which `pick` gives, and no selected key is before that one."""
    selector, values, *default = node.arguments

    def precedes(query: Any, key: Any) -> Any:
        return is_before(node.operator, query, pick(query), key, partial(here.at, values))

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
        return (answer(query), *_applied_to(key, as_term(here.at(values, key))))

    # Of a key that nothing else speaks of: that the length is asked for, as in xs[length], says nothing of keys.
    probe = z3.FreshInt("key")
    has_patterns = bool(_applied_to(probe, as_term(here.at(values, probe))))
    yield Axiom("least selected", 1, if_any, answer)
    yield Axiom("least selected", 2, least, patterns if has_patterns else None)


def _applied_to(argument: Any, *terms: Any) -> list[Any]:
    """A function's value at the argument, if there is one in the terms: it says when to think of that argument."""
    for term in terms:
        if z3.is_app(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED and any(map(argument.eq, term.children())):
            return [term]
        found = _applied_to(argument, *term.children()) if z3.is_app(term) else []
        if found:
            return found
    return []


def is_before(operator: str, query: Any, picked: Any, key: Any, value: Callable[[Any], Any]) -> Any:
    """That the picked key is the other one, or comes before it in the order that the operator chooses by."""
    match operator:
        case "min" | "max":
            return apply("<=" if operator == "min" else ">=", (value(picked), value(key)))
        case "first":
            return picked <= key
        case "last":
            return picked >= key
    nearer, far = (apply("abs", (place - query,)) for place in (picked, key))
    tie = picked <= key if operator == "nearest_left" else picked >= key
    return z3.Or(nearer < far, z3.And(nearer == far, tie))


def sum_axioms(here: Positions, node: Aggregate, total: Any) -> Iterator[Axiom]:
    """The sum of the selected values lies in their type's range times the width."""
    selector, values, *default = node.arguments
    low, high = here.range_of(values)

    def bounds(query: Any) -> Any:
        width = here.at(SelectorWidth((selector,)), query)
        within = [total(query) >= as_term(low) * width] if low is not None else []
        within += [total(query) <= as_term(high) * width] if high is not None else []
        empty = equal(total(query), here.at(default[0], query) if default else 0)
        return z3.If(width == 0, empty, conjunction(within))

    yield Axiom("bounded sum", 1, bounds, total)
    yield from _prefix_sum_axioms(here, node, total)


def _prefix_sum_axioms(here: Positions, node: Aggregate, total: Any) -> Iterator[Axiom]:
    """The sum of a prefix is that of the prefix before, and one element more."""
    selector, values, *default = node.arguments
    match selector:
        case Select(comparison="<" | "<=" as comparison, arguments=(Indices(), Indices())) if not default:
            lag = 1 if comparison == "<" else 0
        case _:
            return

    def element(query: Any) -> Any:
        return here.at(values, query - lag)

    def first() -> Any:
        start = 0 if lag else here.at(values, z3.IntVal(0))
        return z3.Implies(here.length > 0, equal(total(z3.IntVal(0)), start))

    yield Axiom("prefix sum", 0, first)
    yield from _follows("prefix sum", total, lambda before, place: apply("+", (before, element(place))))


def _follows(schema: str, values: Any, step: Callable[[Any, Any], Any]) -> Iterator[Axiom]:
    """What a value is after the one before; said of two values that are both thought of, so that it makes no third."""

    def after(before: Any, place: Any) -> Any:
        return z3.Implies(place == before + 1, equal(values(place), step(values(before), place)))

    yield Axiom(schema, 2, after, lambda p, q: (values(p), values(q)))


def recurrence_axioms(here: Positions, node: Fold, running: Any, step: Callable[[Any, Any], Any]) -> Iterator[Axiom]:
    """`step` gives the next state from the last one and the position whose elements are folded."""
    initial, last = here.at(node.arguments[-1], z3.IntVal(0)), running(here.length - 1)
    whole = here.at(replace(node, running=False), z3.IntVal(0))

    start = step(initial, z3.IntVal(0))
    yield Axiom("recurrence", 0, lambda: z3.Implies(here.length > 0, equal(running(z3.IntVal(0)), start)))
    yield Axiom("recurrence", 0, lambda: equal(whole, apply("if", (here.length == 0, initial, last))))
    yield from _follows("recurrence", running, step)


def witness_axiom(here: Positions, aggregate: SOp, witness: Any) -> Axiom:
    """If a query selects any key, it selects the chosen one."""
    selector = aggregate.arguments[0]

    def chosen(query: Any, key: Any) -> Any:
        some = z3.And(here.in_range(witness(query)), here.selects(selector, query, witness(query)))
        return z3.Implies(here.selects(selector, query, key), some)

    return Axiom("choice", 2, chosen)


def inverse_axioms(here: Positions, permuting: SOp, inverse: Any) -> Iterator[Axiom]:
    """An s-op that permutes the positions has an inverse."""
    yield Axiom("pigeonhole", 1, lambda p: here.in_range(inverse(p)), inverse)
    yield Axiom("pigeonhole", 1, lambda p: here.at(permuting, inverse(p)) == p, inverse)
    yield Axiom("pigeonhole", 1, lambda p: inverse(here.at(permuting, p)) == p)


def average_axiom(here: Positions, node: Aggregate, mean: Any) -> Axiom:
    """A mean is the sum of the selected values, divided by how many there are."""
    selector, values, *_ = node.arguments
    total, width = Aggregate((selector, values), "sum"), SelectorWidth((selector,))

    def divided(query: Any) -> Any:
        count = here.at(width, query)
        return z3.Implies(count > 0, equal(mean(query), apply("/", (here.at(total, query), count))))

    return Axiom("average", 1, divided, mean)


def parity_axiom(here: Positions, selector: SOp, total: Any) -> Axiom:
    """Whether the pairs of a symmetric selector are an even number depends on those of one position alone."""

    def row(query: Any, key: Any) -> Any:
        return here.selects(selector, query, key)

    def even(number: Any) -> Any:
        return number % 2 == 0

    is_symmetric = here.for_all(2, lambda p, q: row(p, q) == row(q, p))
    all_own, none_own = here.for_all(1, lambda p: row(p, p)), here.for_all(1, lambda p: z3.Not(row(p, p)))
    counted = z3.And(z3.Implies(all_own, even(total - here.length)), z3.Implies(none_own, even(total)))
    return Axiom("symmetric pairs", 0, lambda: z3.Implies(is_symmetric, counted))


def end_axioms(here: Positions, selector: SOp, width: Callable[[Any], Any]) -> Iterator[Axiom]:
    """Of the sizes of what is smaller, or larger: a smallest element has none or all; there is one, and a largest."""
    match selector:
        case Select(comparison="<" | "<=" | ">" | ">=" as comparison, arguments=(keys, queries)) if keys == queries:
            size = here.length if comparison in ("<=", ">=") else z3.IntVal(0)
            some = here.exists(lambda place: width(place) == size)
            yield Axiom("least selected", 0, lambda: z3.Implies(here.length > 0, some))


def rearrangement_axioms(here: Positions, left: SOp, right: SOp) -> Iterator[Axiom]:
    """A permutation of one sequence into the other moves each element somewhere, and back."""
    name = f"{left.digest[:16]}.{right.digest[:16]}"
    there, back = (z3.Function(f"{way}.{name}", z3.IntSort(), z3.IntSort()) for way in ("there", "back"))
    for one, other, move, undo in ((left, right, there, back), (right, left, back, there)):
        yield Axiom("rearrangement", 1, lambda p, m=move: here.in_range(m(p)), move)
        yield Axiom("rearrangement", 1, lambda p, m=move, u=undo: m(u(p)) == p, undo)
        yield Axiom("rearrangement", 1, lambda p, a=one, b=other, m=move: equal(here.at(a, p), here.at(b, m(p))))


def total_axioms(here: Positions, sequence: SOp, total: Any) -> Iterator[Axiom]:
    """The sum of n elements of a range lies in n times the range."""
    low, high = here.range_of(sequence)
    within = [total >= as_term(low) * here.length] if low is not None else []
    within += [total <= as_term(high) * here.length] if high is not None else []
    yield Axiom("bounded sum", 0, lambda: z3.And(z3.Implies(here.length == 0, total == 0), *within))


def extreme_axioms(here: Positions, operator: str, sequence: SOp, extreme: Any) -> Iterator[Axiom]:
    """A smallest or largest element bounds all of them and is one of them."""
    order = "<=" if operator == "min" else ">="
    is_one = here.exists(lambda p: equal(extreme, here.at(sequence, p)))
    yield Axiom("least selected", 1, lambda p: apply(order, (extreme, here.at(sequence, p))))
    yield Axiom("least selected", 0, lambda: z3.Implies(here.length > 0, is_one))
