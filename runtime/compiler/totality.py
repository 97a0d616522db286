"""Proofs that every query selects some key, because it names a position, or a rank, that is there at every length."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...dsl.graph import Indices, Length, SOp
from .facts import Facts, Places
from .selectors import Polynomial

__all__ = ["always_selects"]


def always_selects(selector: Polynomial, queries: Facts, is_distinct: Callable[[SOp], bool], max_length: int) -> bool:
    """Whether it is proved that no query selects nothing, at any length.

    Args:
        selector: the selector; proved only where it compares once.
        queries: what is known of the queries that are compared.
        is_distinct: which s-ops have another value at each position: at length n, the first n of their values.
        max_length: the longest length.
    """
    if len(selector) != 1 or selector[0].factor != 1 or len(selector[0].tables) != 1:
        return False
    ((key, query), table_qk) = next(iter(selector[0].tables.items()))
    return is_distinct(key) and all(
        bool(table_qk[_rows(query, queries, is_distinct, length, len(table_qk)), :length].any(axis=1).all())
        for length in range(1, max_length + 1)
    )


def _rows(query: SOp, queries: Facts, is_distinct: Callable[[SOp], bool], length: int, n_rows: int) -> Places:
    """The rows of the table over a variable that queries may have in sequences of a length."""
    if is_distinct(query):
        return np.arange(length)
    if isinstance(query, Length):
        return np.array([length - 1])
    is_positional = all(isinstance(node, Indices | Length) for node in queries.base)
    if queries.places is None or not is_positional or not queries.base:
        return np.arange(n_rows)
    return queries.table[tuple(_possible(node, length) for node in queries.base)].reshape(-1)


def _possible(node: SOp, length: int) -> slice | int:
    """The places of positions, or of the length, in sequences of a length."""
    return slice(length) if isinstance(node, Indices) else length - 1
