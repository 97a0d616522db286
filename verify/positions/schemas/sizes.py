"""Schemas of sizes: how many keys a condition holds of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import z3

from ...solver import Query
from ...terms import disjunction
from ..families import COUNTED
from .schema import BY_INDUCTION, Schema, Sum, all_below, by_induction, concluded, indicator, some_below, whole

__all__ = ["SIZES"]

_INT = z3.IntSort()
_ROW, _OTHER, _THIRD = (z3.Function(name, _INT, z3.BoolSort()) for name in ("row", "other", "third"))
_SIZE, _LARGER, _THIRD_SIZE = (z3.Function(name, _INT, _INT) for name in ("size", "larger", "third_size"))
_PARTS = [(_ROW, _SIZE), (_OTHER, _LARGER), (_THIRD, _THIRD_SIZE)]


def _counting(row: Any, size: Any) -> Sum:
    return Sum(size, lambda k: indicator(row(k)))


_WIDTH, _WIDER = _counting(_ROW, _SIZE), _counting(_OTHER, _LARGER)


def _bounded(m: Any) -> Any:
    return z3.And(_SIZE(m) >= 0, _SIZE(m) <= m)


def _empty(m: Any) -> Any:
    return z3.And(_SIZE(m) >= 0, (_SIZE(m) == 0) == z3.Not(some_below(m, _ROW)))


def _full(m: Any) -> Any:
    return z3.And(_SIZE(m) <= m, (_SIZE(m) == m) == all_below(m, _ROW))


def _own(m: Any, key: Any) -> Any:
    return indicator(z3.And(key >= 0, key < m, _ROW(key)))


def _single(key: Any) -> Callable[[Any], Any]:
    def holds(m: Any) -> Any:
        return z3.Implies(all_below(m, lambda k: z3.Implies(_ROW(k), k == key)), _SIZE(m) == _own(m, key))

    return holds


def _not_alone(key: Any) -> Callable[[Any], Any]:
    def holds(m: Any) -> Any:
        another = some_below(m, lambda k: z3.And(k != key, _ROW(k)))
        return z3.And(_SIZE(m) >= _own(m, key), (_SIZE(m) > _own(m, key)) == another)

    return holds


def _one_more(key: Any) -> Callable[[Any], Any]:
    def holds(m: Any) -> Any:
        agree = all_below(m, lambda k: z3.Or(k == key, _ROW(k) == _OTHER(k)))
        grown = _SIZE(m) + indicator(z3.And(key < m, _OTHER(key)))
        return z3.Implies(z3.And(agree, z3.Not(_ROW(key))), _LARGER(m) == grown)

    return holds


def _contained(m: Any) -> Any:
    inside = all_below(m, lambda k: z3.Implies(_ROW(k), _OTHER(k)))
    misses = some_below(m, lambda k: z3.And(_OTHER(k), z3.Not(_ROW(k))))
    return z3.Implies(inside, z3.And(_SIZE(m) <= _LARGER(m), z3.Implies(misses, _SIZE(m) < _LARGER(m))))


def _joint(parts: Sequence[tuple[Any, Any]]) -> Iterator[Query]:
    """Of some conditions and their sizes: that they are disjoint, that they cover all keys."""
    sums = [_counting(row, size) for row, size in parts]

    def together(m: Any) -> Any:
        return z3.Sum(*(size(m) for _, size in parts))

    def disjoint(m: Any) -> Any:
        pairs = list(combinations([row for row, _ in parts], 2))
        both = some_below(m, lambda k: disjunction([z3.And(one(k), other(k)) for one, other in pairs]))
        return z3.Or(both, together(m) <= m)

    def covering(m: Any) -> Any:
        return z3.Or(some_below(m, lambda k: z3.Not(z3.Or(*(row(k) for row, _ in parts)))), together(m) >= m)

    yield from by_induction(disjoint, sums)
    yield from by_induction(covering, sums)


_query = z3.Int("query")
_HOLDS: Mapping[str, Callable[[Any], Any]] = {
    "<": lambda k: k < _query,
    "<=": lambda k: k <= _query,
    ">": lambda k: k > _query,
    ">=": lambda k: k >= _query,
    "!=": lambda k: k != _query,
}
_SO_FAR: Mapping[str, Callable[[Any], Any]] = {
    "<": lambda m: z3.If(m <= _query, m, _query),
    "<=": lambda m: z3.If(m <= _query + 1, m, _query + 1),
    ">": lambda m: z3.If(m <= _query + 1, z3.IntVal(0), m - _query - 1),
    ">=": lambda m: z3.If(m <= _query, z3.IntVal(0), m - _query),
    "!=": lambda m: z3.If(m <= _query, m, m - 1),
}


def _counted(comparison: str) -> Iterator[Query]:
    """How many of the first m positions compare so to the query, and of all n."""
    n, condition, size = z3.Int("n"), _HOLDS[comparison], _SO_FAR[comparison]
    width = Sum(_SIZE, lambda k: indicator(condition(k)))
    yield from by_induction(lambda m: _SIZE(m) == size(m), [width], [_query >= 0])
    yield concluded("all keys", size(n) == COUNTED[comparison](_query, n), [_query >= 0, _query < n])


_key, _n = whole("key", "n")
_first = [_key >= 0]

SIZES = (
    Schema("bounded size", "A size lies between 0 and the length.", BY_INDUCTION, by_induction(_bounded, [_WIDTH])),
    Schema(
        "empty size",
        "A size is 0 exactly where the condition holds of no key; where it holds of one, more than 0.",
        BY_INDUCTION,
        (
            *by_induction(_empty, [_WIDTH]),
            concluded("one that holds", _SIZE(_n) > 0, [_empty(_n), _key >= 0, _key < _n, _ROW(_key)]),
        ),
    ),
    Schema(
        "full size",
        "A size is the length exactly where the condition holds of all keys; where it fails of one, less.",
        BY_INDUCTION,
        (
            *by_induction(_full, [_WIDTH]),
            concluded("one that fails", _SIZE(_n) < _n, [_full(_n), _key >= 0, _key < _n, z3.Not(_ROW(_key))]),
        ),
    ),
    Schema(
        "size of one",
        "Where the condition holds of one given key at most, the size is 1 or 0 as it holds of that; it is more than "
        "what a key counts by itself exactly where the condition holds of another.",
        BY_INDUCTION,
        (*by_induction(_single(_key), [_WIDTH]), *by_induction(_not_alone(_key), [_WIDTH])),
    ),
    Schema(
        "counted positions",
        "How many positions compare so to a position is told by the position and the length.",
        BY_INDUCTION,
        tuple(query for comparison in COUNTED for query in _counted(comparison)),
    ),
    Schema(
        "one more key",
        "Where two conditions agree on all keys but one, of which the first does not hold, the second's size is the "
        "first's, and one more if it holds of that key.",
        BY_INDUCTION,
        by_induction(_one_more(_key), [_WIDTH, _WIDER], _first),
    ),
    Schema(
        "contained sets",
        "Where one condition implies another, its size is not larger, and smaller where a key meets the other only.",
        BY_INDUCTION,
        by_induction(_contained, [_WIDTH, _WIDER]),
    ),
    Schema(
        "joint sets",
        "Where no key meets two of two or three conditions, their sizes together are at most the length; where each "
        "meets one, at least.",
        BY_INDUCTION,
        (*_joint(_PARTS[:2]), *_joint(_PARTS)),
    ),
)
