"""The table of a comparison as query and key channels: their products sum to 0 for a selected pair, to -1 or less else.

1. *Classes*: a channel for each class of keys (or queries) that the table does not tell apart. It serves every table.
2. *Codes*: where each query selects the keys of one class, queries and keys are numbered by their class, and
   -(k - q)² = 2kq - k² - q² is three channels, however many classes there are. It serves exact encodings, and
   inexact ones of a single selected key.

Both take one away where nothing else does: the sum of classes is 0 or 1, and a head adds its constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .selectors import Table
from .stream import ONE, Functional, Stream, total

__all__ = ["Channels", "Code", "by_classes", "by_codes", "codes_of"]

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Channels:
    """Query and key channels of one table: the sum of products is 1 for a selected pair, 0 or less for any other.

    `noise` bounds how far the sum may be from that.
    """

    queries: tuple[Functional, ...]
    keys: tuple[Functional, ...]
    noise: float


@dataclass(frozen=True, slots=True)
class Code:
    """The number of a class, and its square."""

    number: Functional
    square: Functional


def by_classes(stream: Stream, table_qk: Table, queries: Sequence[Functional], keys: Sequence[Functional]) -> Channels:
    """A channel for each class; arguments are the one-hot encodings of the table's rows and columns."""
    columns, key_class = np.unique(table_qk, axis=1, return_inverse=True)
    rows, query_class = np.unique(table_qk, axis=0, return_inverse=True)
    if columns.any(axis=0).sum() <= rows.any(axis=1).sum():
        of_queries, of_keys = _classes(columns.T, key_class, queries, keys)
    else:
        of_keys, of_queries = _classes(rows, query_class, keys, queries)
    return Channels(tuple(of_queries), tuple(of_keys), _noise(stream, table_qk, keys, of_queries, of_keys))


def _classes(
    patterns: Table, class_of: NDArray[np.intp], outer: Sequence[Functional], inner: Sequence[Functional]
) -> tuple[list[Functional], list[Functional]]:
    """For each pattern over the outer values that is not empty: these values, and the inner values that have it."""
    chosen = [number for number, pattern in enumerate(patterns) if pattern.any()]
    return (
        [_sum_where(patterns[number], outer) for number in chosen],
        [_sum_where(class_of.reshape(-1) == number, inner) for number in chosen],
    )


def _sum_where(chosen: Table, functionals: Sequence[Functional]) -> Functional:
    return total((1, functionals[place]) for place in np.flatnonzero(chosen).tolist())


def _noise(
    stream: Stream,
    table_qk: Table,
    one_hot_keys: Sequence[Functional],
    queries: Sequence[Functional],
    keys: Sequence[Functional],
) -> float:
    """How far the sum of products may be from 0 or 1."""
    of_queries = max((stream.error(query) for query in queries), default=0.0)
    of_keys = max((stream.error(key) for key in keys), default=0.0)
    if of_queries == of_keys == 0.0:
        return 0.0
    of_row = max(stream.error(_sum_where(row, one_hot_keys)) for row in np.unique(table_qk, axis=0))
    rounding = 4 * stream.arithmetic.summation
    return of_queries + of_row + len(keys) * (of_queries * of_keys + rounding * (of_queries + of_keys))


def codes_of(table_qk: Table) -> tuple[Places, Places] | None:
    """A number for each row and for each column, equal where the table holds; None if there are no such numbers.

    They are consecutive, in the order of the rows, and lie around 0. A row or column that holds nowhere has a number
    of its own, one for all such rows, and one for all such columns.
    """
    queries = np.full(len(table_qk), -1)
    keys = np.full(table_qk.shape[1], -1)
    n_classes = 0
    for place, row in enumerate(table_qk):
        selected = np.flatnonzero(row)
        if len(selected):
            number = int(keys[selected[0]])
            if number < 0:
                number, n_classes = n_classes, n_classes + 1
                keys[selected] = np.where(keys[selected] < 0, number, keys[selected])
            if not np.array_equal(np.flatnonzero(keys == number), selected):
                return None
            queries[place] = number
    queries[queries < 0], keys[keys < 0] = n_classes, -1
    middle = n_classes // 2
    return queries - middle, keys - middle


def by_codes(stream: Stream, query: Code, key: Code) -> Channels:
    """Three channels that hold where two codes are equal."""
    queries = (total([(2, query.number)]), {ONE: 1}, total([(-1, query.square), (1, {ONE: 1})]))
    keys = (key.number, total([(-1, key.square)]), {ONE: 1})
    return Channels(queries, keys, _noise_of_products(stream, queries, keys))


def _noise_of_products(stream: Stream, queries: Sequence[Functional], keys: Sequence[Functional]) -> float:
    """How far a sum of products, as computed, may be from its exact value."""
    pairs = list(zip(queries, keys, strict=True))
    size = sum(stream.size(query) * stream.size(key) for query, key in pairs)
    errors = [(stream.error(query), stream.error(key)) for query, key in pairs]
    units = [(stream.unit(query), stream.unit(key)) for query, key in pairs]
    is_exact = not any(map(any, errors)) and all(all(unit is not None and unit >= 1 for unit in pair) for pair in units)
    if is_exact and size <= 2.0**stream.arithmetic.n_bits_summed:
        return 0.0
    inherited = sum(
        of_query * stream.size(key) + of_key * stream.size(query) + of_query * of_key
        for (query, key), (of_query, of_key) in zip(pairs, errors, strict=True)
    )
    return inherited + (len(pairs) + 1) * stream.arithmetic.summation * size
