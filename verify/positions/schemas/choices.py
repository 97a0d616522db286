"""Schemas of what is selected: the least key in an order, some key, none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from ...solver import Query
from ..axioms import is_before
from .schema import BY_DEFINITION, Schema, all_below, concluded, some_below, whole

__all__ = ["CHOICES"]

_ROW = z3.Function("row", z3.IntSort(), z3.BoolSort())
_VALUE = z3.Function("value", z3.IntSort(), z3.RealSort())
_BEFORE = z3.Function("before", z3.IntSort(), z3.IntSort(), z3.BoolSort())
_OPERATORS = ("min", "max", "first", "last", "nearest_left", "nearest_right")


def _is_least(key: Any, m: Any) -> Any:
    return z3.And(key >= 0, key < m, _ROW(key), all_below(m, lambda k: z3.Implies(_ROW(k), _BEFORE(key, k))))


def _orders() -> Iterator[Query]:
    """That the orders of the operators are total and transitive."""
    one, other, third, query = whole("one", "other", "third", "query")
    for operator in _OPERATORS:

        def before(left: Any, right: Any, operator: str = operator) -> Any:
            return is_before(operator, query, left, right, _VALUE)

        yield concluded(f"{operator} is total", z3.Or(before(one, other), before(other, one)))
        passed = [before(one, other), before(other, third)]
        yield concluded(f"{operator} is transitive", before(one, third), passed)


def _least() -> Schema:
    m, key, one, other, third = whole("m", "key", "one", "other", "third")
    total = z3.ForAll([one, other], z3.Or(_BEFORE(one, other), _BEFORE(other, one)))
    passed = z3.And(_BEFORE(one, other), _BEFORE(other, third))
    transitive = z3.ForAll([one, other, third], z3.Implies(passed, _BEFORE(one, third)))
    order = [total, transitive, m >= 0]
    unselected = z3.Not(some_below(m, _ROW))
    ends = {"<=": lambda left, right: left <= right, ">=": lambda left, right: left >= right}
    queries = (
        *_orders(),
        concluded("the first that is selected", _is_least(m, m + 1), [*order, unselected, _ROW(m)]),
        concluded("one more", z3.Or(_is_least(key, m + 1), _is_least(m, m + 1)), [*order, _is_least(key, m)]),
        *(_end(name, comparison) for name, comparison in ends.items()),
    )
    statement = (
        "Where anything is selected, some selected key is before all others in an order that is total and transitive; "
        "so a sequence has a smallest element, which no element is smaller than, and a largest."
    )
    return Schema("least selected", statement, "by induction over the keys, of any such order", queries)


def _end(name: str, comparison: Callable[[Any, Any], Any]) -> Query:
    """That what is at an end of the order has all elements on one side, and none on the other."""
    end, n = whole("end", "n")
    given = all_below(n, lambda k: comparison(_VALUE(end), _VALUE(k)))
    none = all_below(n, lambda k: z3.Not(z3.Not(comparison(_VALUE(end), _VALUE(k)))))
    return concluded(f"an end by {name}", none, [given])


_place, _key, _n = whole("place", "key", "n")

CHOICES = (
    _least(),
    Schema("empty selection", "Where nothing is selected, the answer is the default.", BY_DEFINITION),
    Schema(
        "choice",
        "Where a query selects any key, there is a function that gives one that it selects.",
        "by choosing",
        (concluded("some key", some_below(_n, _ROW), [_key >= 0, _key < _n, _ROW(_key)]),),
    ),
)
