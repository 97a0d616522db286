"""What a schema is, and how one is proved by induction over the keys.

A sum over the keys is a function of how many of them have been added: 0 at first, and with each key what the key adds.
A property that holds at first, and with one more key wherever it holds, holds of all n keys of every sequence. What
a query asserts has no model: the premises and the property's negation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from ...solver import Query
from ...terms import unknown

__all__ = [
    "BY_DEFINITION",
    "BY_INDUCTION",
    "Schema",
    "Sum",
    "all_below",
    "by_induction",
    "concluded",
    "indicator",
    "some_below",
    "whole",
]

BY_DEFINITION = "by definition"
BY_INDUCTION = "by induction over the keys"
_STEPS = 3_000_000


@dataclass(frozen=True, slots=True)
class Schema:
    """What holds of every finite sequence, whatever stands in it; its instances are axioms.

    Attributes:
        name: as proofs list it.
        statement: what holds, in a sentence.
        proof: how it is proved, in words.
        queries: what was asked of the solver for it, each without a model; none of a definition.
    """

    name: str
    statement: str
    proof: str
    queries: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over the first m keys; `added` says what a key adds."""

    total: Any
    added: Callable[[Any], Any]

    def start(self) -> Any:
        """Of no key it is 0."""
        return self.total(z3.IntVal(0)) == 0

    def grow(self, m: Any) -> Any:
        """One more key is added."""
        return self.total(m + 1) == self.total(m) + self.added(m)


def whole(*names: str) -> Any:
    """Whole numbers."""
    return z3.Ints(" ".join(names))


def indicator(condition: Any) -> Any:
    """1 where a condition holds, 0 where it does not."""
    return z3.If(condition, z3.IntVal(1), z3.IntVal(0))


def all_below(m: Any, condition: Callable[[Any], Any]) -> Any:
    """That a condition holds of each of the first m keys."""
    key = unknown(z3.IntSort(), "k")
    return z3.ForAll([key], z3.Implies(z3.And(key >= 0, key < m), condition(key)))


def some_below(m: Any, condition: Callable[[Any], Any]) -> Any:
    """That a condition holds of one of the first m keys."""
    key = unknown(z3.IntSort(), "k")
    return z3.Exists([key], z3.And(key >= 0, key < m, condition(key)))


def concluded(purpose: str, goal: Any, given: Iterable[Any] = ()) -> Query:
    """The query that a goal follows."""
    return Query(purpose, [*given, z3.Not(goal)], _STEPS)


def by_induction(
    holds: Callable[[Any], Any], sums: Sequence[Sum], given: Sequence[Any] = (), subject: str = "keys"
) -> tuple[Query, Query]:
    """The queries that a property holds of no key, and of one more wherever it holds."""
    m = z3.Int("m")
    starts, grown = [each.start() for each in sums], [each.grow(m) for each in sums]
    return (
        concluded(f"no {subject}", holds(z3.IntVal(0)), [*given, *starts]),
        concluded(f"one of the {subject} more", holds(m + 1), [*given, *grown, m >= 0, holds(m)]),
    )
