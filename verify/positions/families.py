"""Sums over the positions, and what holds of two of them: widths, counts and totals.

A *family* is one sum for each choice of its variables: the widths of a selector, one for each query; the count of a
condition that a quantifier's variable stands in, one for each value of it. Two sums compare as what the keys add to
them does. A sum of ones and zeros is the size of a set of keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import z3

from ...dsl.graph import Indices, Select, SelectorLogic, SOp
from ..terms import apply, as_term, disjunction
from .axioms import Axiom, Positions

__all__ = [
    "COUNTED",
    "Family",
    "Member",
    "Rule",
    "counted_axioms",
    "joint_rule",
    "other_axiom",
    "pair_rule",
    "size_axioms",
]


@dataclass(frozen=True, slots=True)
class Family:
    """Sums over the keys.

    Attributes:
        depth: how many sums, one within another, what a key adds is made of.
        sorts: the sorts of the variables.
        asks: whether the last variable is a position, the query.
        total: the sum at values of the variables.
        holds: of sizes, whether a key counts at values of the variables; None of other sums.
        adds: of other sums, what a key adds at values of the variables.
    """

    depth: int
    sorts: tuple[Any, ...]
    asks: bool
    total: Callable[..., Any]
    holds: Callable[[Sequence[Any], Any], Any] | None = None
    adds: Callable[[Sequence[Any], Any], Any] | None = None

    def added(self, values: Sequence[Any], key: Any) -> Any:
        """What a key adds; a size counts one for each key that holds."""
        if self.adds:
            return self.adds(values, key)
        assert self.holds, "a family is one of sizes or of sums"
        return apply("if", (self.holds(values, key), 1, 0))


Member = tuple[Family, Sequence[Any]]
"""A sum of a family, at values of its variables."""
Rule = Callable[..., tuple[str, Any]]
"""What holds of some sums, and the schema: of the positions, and one member after the other."""


def size_axioms(here: Positions, size: Any, counts: Callable[..., Any], *, asks: bool) -> Iterator[Axiom]:
    """Of a size by itself; `counts` takes the query, if there is one, and the key."""
    n = int(asks)
    patterns = size if asks else None

    def is_none(*query: Any) -> Any:
        return (size(*query) == 0) == z3.Not(here.exists(lambda key: counts(*query, key)))

    def is_full(*query: Any) -> Any:
        return (size(*query) == here.length) == here.for_all(1, lambda key: counts(*query, key))

    yield Axiom("bounded size", n, lambda *q: z3.And(size(*q) >= 0, size(*q) <= here.length), patterns)
    yield Axiom("empty size", n, is_none, patterns)
    yield Axiom("full size", n, is_full, patterns)
    if asks:
        # Consequences of the last two that need no quantifier.
        yield Axiom("full size", 1, lambda q: z3.Implies(z3.Not(counts(q, q)), size(q) < here.length), patterns)
        yield Axiom("empty size", 1, lambda q: z3.Implies(counts(q, q), size(q) > 0), patterns)


def other_axiom(here: Positions, width: Callable[[Any], Any], row: Callable[[Any, Any], Any]) -> Axiom:
    """A size is more than what the query itself adds where another key is selected."""

    def another(query: Any) -> Any:
        exists = here.exists(lambda key: z3.And(key != query, row(query, key)))
        return (width(query) > _one(row(query, query))) == exists

    return Axiom("size of one", 1, another, width)


def counted_axioms(
    here: Positions,
    selector: SOp,
    width: Callable[[Any], Any],
    row: Callable[[Any, Any], Any],
    only_key: Callable[[Any], Any] | None,
) -> Iterator[Axiom]:
    """Of the widths of a selector; `only_key` gives the one key that a query can select, where known."""
    if only_key:
        yield Axiom("size of one", 1, lambda q: width(q) == _one(_is_selected(here, row, q, only_key(q))), width)
        return
    match selector:
        case Select(comparison=comparison, arguments=(Indices(), Indices())):
            counted = COUNTED[comparison]
            yield Axiom("counted positions", 1, lambda q: width(q) == counted(q, here.length), width)
            return
    yield from size_axioms(here, width, row, asks=True)
    mask = _mask_of(selector)
    if mask:
        yield from _masked_axioms(here, width, row, mask)


def _is_selected(here: Positions, row: Callable[[Any, Any], Any], query: Any, key: Any) -> Any:
    return z3.And(here.in_range(key), row(query, key))


COUNTED: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": lambda query, n: query,
    "<=": lambda query, n: query + 1,
    ">": lambda query, n: n - query - 1,
    ">=": lambda query, n: n - query,
    "!=": lambda query, n: n - 1,
}


def _mask_of(selector: SOp) -> str | None:
    """How the keys that a query may select lie to it, where the selector is cut off by a comparison of positions."""
    match selector:
        case Select(comparison="<" | "<=" | ">" | ">=" as comparison, arguments=(Indices(), Indices())):
            return comparison
        case SelectorLogic(operator="and", arguments=arguments):
            return next((mask for argument in arguments if (mask := _mask_of(argument))), None)
    return None


def _masked_axioms(
    here: Positions, width: Callable[[Any], Any], row: Callable[[Any, Any], Any], mask: str
) -> Iterator[Axiom]:
    """The keys of a query are those of its neighbour, but for one, where nothing else depends on the query."""
    is_prefix = mask in ("<", "<=")

    def first() -> Any:
        end = z3.IntVal(0) if is_prefix else here.length - 1
        return z3.Implies(here.length > 0, width(end) == _one(row(end, end)))

    def one_more(shorter: Any, longer: Any) -> Any:
        new = longer if mask in ("<=", ">=") else shorter
        others = here.for_all(1, lambda k: z3.Or(k == new, row(shorter, k) == row(longer, k)))
        is_next = longer == shorter + 1 if is_prefix else longer == shorter - 1
        grown = width(longer) == width(shorter) + _one(row(longer, new))
        return z3.Implies(z3.And(is_next, z3.Not(row(shorter, new)), others), grown)

    yield Axiom("size of one", 0, first)
    yield Axiom("one more key", 2, one_more, lambda p, q: (width(p), width(q)))


def _one(condition: Any) -> Any:
    return z3.If(condition, z3.IntVal(1), z3.IntVal(0))


def pair_rule(here: Positions, one: Member, other: Member) -> tuple[str, Any]:
    """Of two sums: sets that contain each other, or terms in order."""
    (left, a), (right, b) = one, other
    inner, outer = left.holds, right.holds
    if inner is None or outer is None:
        return "ordered sums", _ordered(here, left, a, right, b)
    is_contained = here.for_all(1, lambda k: z3.Implies(inner(a, k), outer(b, k)))
    misses = here.exists(lambda k: z3.And(outer(b, k), z3.Not(inner(a, k))))
    smaller, larger = left.total(*a), right.total(*b)
    is_smaller = z3.And(smaller <= larger, z3.Implies(misses, smaller < larger))
    return "contained sets", z3.Implies(is_contained, is_smaller)


def joint_rule(here: Positions, *members: Member) -> tuple[str, Any]:
    """Disjoint sets are together not larger than the sequence is long, sets that cover it not smaller."""

    def held(key: Any) -> list[Any]:
        return [family.holds(values, key) for family, values in members if family.holds]

    both = here.exists(lambda k: disjunction([z3.And(*pair) for pair in combinations(held(k), 2)]))
    neither = here.exists(lambda k: z3.Not(z3.Or(*held(k))))
    together = z3.Sum(*(family.total(*values) for family, values in members))
    return "joint sets", z3.And(z3.Or(both, together <= here.length), z3.Or(neither, together >= here.length))


def _ordered(here: Positions, left: Family, a: Sequence[Any], right: Family, b: Sequence[Any]) -> Any:

    def compares(operator: str, key: Any) -> Any:
        return as_term(apply(operator, (left.added(a, key), right.added(b, key))))

    smaller, larger = left.total(*a), right.total(*b)
    is_below = here.for_all(1, lambda k: compares("<=", k))
    is_strict = here.exists(lambda k: compares("<", k))
    return z3.Implies(is_below, z3.And(smaller <= larger, z3.Implies(is_strict, smaller < larger)))
