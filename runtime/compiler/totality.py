"""Proofs about how many keys a query selects, at every length: some, or a number that the positions determine."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ...dsl.graph import Constant, Elementwise, Indices, Length, SOp
from .facts import Facts, Places
from .selectors import Polynomial

__all__ = ["always_selects", "is_width_of", "width_by_position"]


def always_selects(
    selector: Polynomial, queries: Facts, is_consecutive: Callable[[SOp], bool], max_length: int
) -> bool:
    """Whether it is proved that no query selects nothing, at any length.

    Args:
        selector: the selector; proved only where it compares once.
        queries: what is known of the queries that are compared.
        is_consecutive: of which s-ops the values at length n are the first n, in some order.
        max_length: the longest length.
    """
    if len(selector) != 1 or selector[0].factor != 1 or len(selector[0].tables) != 1:
        return False
    ((key, query), table_qk) = next(iter(selector[0].tables.items()))
    return is_consecutive(key) and all(
        bool(table_qk[_rows(query, queries, is_consecutive, length, len(table_qk)), :length].any(axis=1).all())
        for length in range(1, max_length + 1)
    )


def _rows(query: SOp, queries: Facts, is_consecutive: Callable[[SOp], bool], length: int, n_rows: int) -> Places:
    """The rows of the table over a variable that queries may have in sequences of a length."""
    if is_consecutive(query):
        return np.arange(length)
    if isinstance(query, Length):
        return np.array([length - 1])
    is_positional = all(isinstance(node, Indices | Length) for node in queries.base)
    if queries.places is None or not is_positional or not queries.base:
        return np.arange(n_rows)
    return _places(queries, length)


def _possible(node: SOp, length: int) -> slice | int:
    """The places of positions, or of the length, in sequences of a length."""
    return slice(length) if isinstance(node, Indices) else length - 1


def is_width_of(selector: Polynomial, number: Facts, max_length: int) -> bool:
    """Whether it is proved that a number is the width of a selector that compares nothing but positions."""
    if not all(isinstance(node, Indices | Length) for node in number.base) or number.domain.values is None:
        return False
    widths_nq = _widths_by_length(selector, max_length)
    values = np.array([value if isinstance(value, int) else -1 for value in number.domain.values])
    return widths_nq is not None and all(
        np.array_equal(np.broadcast_to(values[_places(number, length)], length), widths_nq[length - 1, :length])
        for length in range(1, max_length + 1)
    )


def width_by_position(selector: Polynomial, max_length: int, *, is_causal: bool) -> SOp | None:
    """The width of a selector that compares nothing but positions, as a sum of them; None if it is not that simple."""
    widths_nq = _widths_by_length(selector, max_length)
    if widths_nq is None:
        return None
    within_nq = np.tri(max_length, dtype=np.bool_)
    places_nq, lengths_nq = np.meshgrid(np.arange(max_length), np.arange(1, max_length + 1))
    candidates = (
        (Indices(), places_nq),
        (Length(), lengths_nq),
        (Elementwise((Length(), Indices()), "-"), lengths_nq - places_nq),
        (None, np.zeros_like(places_nq)),
    )
    for node, numbers_nq in candidates[:1] if is_causal else candidates:
        offset = int(widths_nq[0, 0] - numbers_nq[0, 0])
        if np.array_equal((numbers_nq + offset)[within_nq], widths_nq[within_nq]):
            return Constant((), offset) if node is None else Elementwise((node, Constant((), offset)), "+")
    return None


def _widths_by_length(selector: Polynomial, max_length: int) -> NDArray[np.int64] | None:
    """The width at each length (row) and position, of a selector that compares nothing but positions."""
    if not all(isinstance(variable, Indices) for term in selector for pair in term.tables for variable in pair):
        return None
    selected_qk = np.zeros((max_length, max_length), dtype=np.int64)
    for term in selector:
        selected_qk += term.factor * reduce(np.logical_and, term.tables.values(), np.ones_like(selected_qk, dtype=bool))
    return selected_qk.cumsum(axis=1).T


def _places(number: Facts, length: int) -> Places:
    """The places of a number's values at the positions of a sequence of a length."""
    return number.table[tuple(_possible(node, length) for node in number.base)].reshape(-1)
