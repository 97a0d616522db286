"""Schemas of sums and means of the selected values, and of what is summed along a sequence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from ...solver import Query
from .schema import (
    BY_DEFINITION,
    BY_INDUCTION,
    Schema,
    Sum,
    all_below,
    by_induction,
    concluded,
    indicator,
    some_below,
    whole,
)

__all__ = ["SUMS"]

_ROW = z3.Function("row", z3.IntSort(), z3.BoolSort())
_VALUE, _OTHER = (z3.Function(name, z3.IntSort(), z3.RealSort()) for name in ("value", "other"))
_TOTAL, _LARGER = (z3.Function(name, z3.IntSort(), z3.RealSort()) for name in ("total", "larger"))
_SIZE = z3.Function("size", z3.IntSort(), z3.RealSort())
_ZERO = z3.RealVal(0)

_SELECTED = Sum(_TOTAL, lambda k: z3.If(_ROW(k), _VALUE(k), _ZERO))
_WIDTH = Sum(_SIZE, lambda k: z3.If(_ROW(k), z3.RealVal(1), _ZERO))
_low, _high, _mean, _value = z3.Reals("low high mean common")


def _ordered(m: Any) -> Any:
    below = all_below(m, lambda k: _VALUE(k) <= _OTHER(k))
    strict = some_below(m, lambda k: _VALUE(k) < _OTHER(k))
    return z3.Implies(below, z3.And(_TOTAL(m) <= _LARGER(m), z3.Implies(strict, _TOTAL(m) < _LARGER(m))))


def _above(m: Any) -> Any:
    inside = all_below(m, lambda k: z3.Implies(_ROW(k), _VALUE(k) >= _low))
    return z3.Implies(inside, _TOTAL(m) >= _low * _SIZE(m))


def _below(m: Any) -> Any:
    inside = all_below(m, lambda k: z3.Implies(_ROW(k), _VALUE(k) <= _high))
    return z3.Implies(inside, _TOTAL(m) <= _high * _SIZE(m))


def _of_none(m: Any) -> Any:
    return z3.And(_SIZE(m) >= 0, z3.Implies(_SIZE(m) == 0, _TOTAL(m) == 0))


def _uniform(m: Any) -> Any:
    agree = all_below(m, lambda k: z3.Implies(_ROW(k), _VALUE(k) == _value))
    return z3.Implies(agree, _TOTAL(m) == _value * _SIZE(m))


def _prefix() -> Schema:
    """Sums over the keys before a position, itself included or not, and before the next one."""
    statement = "The sum of a prefix is that of the prefix before, and one element more; the first is its own sum."
    return Schema("prefix sum", statement, BY_INDUCTION, (*_prefixes(0), *_prefixes(1)))


def _prefixes(lag: int) -> Iterator[Query]:
    place = z3.Int("place")
    new = place + 1 - lag

    def sum_to(end: Any, total: Any) -> Sum:
        return Sum(total, lambda k: z3.If(k <= end, _VALUE(k), _ZERO))

    def grown(m: Any) -> Any:
        return _LARGER(m) == _TOTAL(m) + z3.If(new < m, _VALUE(new), _ZERO)

    def first(m: Any) -> Any:
        return _TOTAL(m) == (_ZERO if lag else z3.If(m > 0, _VALUE(z3.IntVal(0)), _ZERO))

    yield from by_induction(grown, [sum_to(new - 1, _TOTAL), sum_to(new, _LARGER)], [place >= 0])
    yield from by_induction(first, [sum_to(place - lag, _TOTAL)], [place == 0])


def _symmetric() -> Schema:
    """Of the pairs of m + 1 positions beside those of m: a row, a column of the same size, and a corner."""
    row = z3.Function("row", z3.IntSort(), z3.IntSort(), z3.BoolSort())
    size = z3.Function("width", z3.IntSort(), z3.IntSort())
    old, new, column, line = (z3.Function(name, z3.IntSort(), z3.IntSort()) for name in ("old", "new", "col", "line"))
    m, k, q = whole("m", "k", "q")
    columns = Sum(column, lambda q: indicator(row(q, m)))
    before, after = Sum(old, size), Sum(new, lambda q: size(q) + indicator(row(q, m)))
    lines = Sum(line, lambda k: indicator(row(m, k)))
    symmetric = z3.ForAll([q, k], row(q, k) == row(k, q))
    block, grown, corner = z3.Ints("block grown corner")
    pairs = [grown == block + column(m) + line(m) + corner, column(m) == line(m), corner == indicator(row(m, m))]

    def even(number: Any) -> Any:
        return number % 2 == 0

    statement = (
        "Where a selector is symmetric, the sum of its sizes is even if it selects no position itself, and differs "
        "from the length by an even number if it selects every one."
    )
    queries = (
        *by_induction(lambda j: new(j) == old(j) + column(j), [before, after, columns]),
        *by_induction(lambda j: column(j) == line(j), [columns, lines], [symmetric]),
        concluded("all positions", even(grown - (m + 1)), [*pairs, row(m, m), even(block - m)]),
        concluded("no position", even(grown), [*pairs, z3.Not(row(m, m)), even(block)]),
    )
    return Schema("symmetric pairs", statement, BY_INDUCTION, queries)


def _sums(*pairs: tuple[Any, Callable[[Any], Any]]) -> list[Sum]:
    return [Sum(total, added) for total, added in pairs]


SUMS = (
    Schema(
        "ordered sums",
        "Where what one sum adds is at most what another adds at every key, it is at most the other; less where it "
        "adds less at some key.",
        BY_INDUCTION,
        by_induction(_ordered, _sums((_TOTAL, _VALUE), (_LARGER, _OTHER))),
    ),
    Schema(
        "bounded sum",
        "The sum of selected values that lie in a range lies in that range times how many there are; of none it is 0.",
        BY_INDUCTION,
        (
            *by_induction(_above, [_SELECTED, _WIDTH]),
            *by_induction(_below, [_SELECTED, _WIDTH]),
            *by_induction(_of_none, [_SELECTED, _WIDTH]),
        ),
    ),
    Schema(
        "uniform mean",
        "Where all selected values are equal, their mean is that value.",
        BY_INDUCTION,
        (
            *by_induction(_uniform, [_SELECTED, _WIDTH]),
            concluded(
                "the quotient",
                _mean == _value,
                [_mean * _SIZE(z3.Int("n")) == _value * _SIZE(z3.Int("n")), _SIZE(z3.Int("n")) > 0],
            ),
        ),
    ),
    Schema("average", "A mean is the sum of the selected values divided by how many there are.", BY_DEFINITION),
    _prefix(),
    Schema(
        "recurrence",
        "A running fold is the step from the initial value, then from what it was a position before; the fold is its "
        "last value, or the initial one.",
        BY_DEFINITION,
    ),
    _symmetric(),
)
