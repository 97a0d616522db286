"""Proofs that a selector selects at most one key, or at least one, or orders the positions.

A value is *distinct* where no two positions share it: the index, and the rank of a position in a strict order. Under an
order every width is another number, so that `select(rank, indices, ==)`, the last step of sorting, selects one key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

import numpy as np

from ...dsl.graph import SOp
from .selectors import Pair, Polynomial, Table, Term

__all__ = ["is_ranking", "is_reflexive", "is_single"]


def is_single(selector: Polynomial, is_distinct: Callable[[SOp], bool]) -> bool:
    """Whether it is proved that no query selects two keys: all its terms compare one distinct value of the keys."""
    if not selector:
        return True
    pairs = set[Pair].intersection(*({*term.tables} for term in selector))
    return all(term.factor == 1 for term in selector) and any(
        is_distinct(key) and bool(_either(term.tables[key, query] for term in selector).sum(axis=1).max() <= 1)
        for key, query in pairs
    )


def _either(tables: Iterable[Table]) -> Table:
    return reduce(np.logical_or, tables)


def is_reflexive(selector: Polynomial) -> bool:
    """Whether it is proved that every query selects its own position: the terms exclude each other, and one does."""
    return all(term.factor == 1 for term in selector) and any(
        all(key == query and table.diagonal().all() for (key, query), table in term.tables.items()) for term in selector
    )


def is_ranking(selector: Polynomial, is_distinct: Callable[[SOp], bool]) -> bool:
    """Whether it is proved that a selector orders the positions strictly, so that all its widths are different.

    It is where it compares lexicographically: first by an order of one variable, then, where that one is equal, by the
    rest, which ends in a distinct variable.
    """
    return any(
        _ranks_first_by(term, [other for other in selector if other is not term], is_distinct)
        for term in selector
        if len(term.tables) == 1 and term.factor == 1
    )


def _ranks_first_by(first: Term, rest: list[Term], is_distinct: Callable[[SOp], bool]) -> bool:
    ((pair, order),) = first.tables.items()
    if pair[0] != pair[1]:
        return False
    if not rest:
        return is_distinct(pair[0]) and _is_strict_order(order)
    ties = ~order & ~order.T
    if not _is_weak_order(order) or not all(np.array_equal(term.tables.get(pair, ~ties), ties) for term in rest):
        return False
    within = (Term(t.factor, {other: table for other, table in t.tables.items() if other != pair}) for t in rest)
    return is_ranking(tuple(within), is_distinct)


def _is_weak_order(order: Table) -> bool:
    """Whether a relation orders classes: irreflexive, and it and its ties are transitive."""
    ties = ~order & ~order.T
    return not (order & order.T).any() and _is_transitive(order) and _is_transitive(ties)


def _is_strict_order(order: Table) -> bool:
    """Whether it orders all values; each value may count itself, if all do."""
    diagonal, identity = np.diag(order), np.eye(len(order), dtype=np.bool_)
    if diagonal.any() and not diagonal.all():
        return False
    off = order & ~identity
    return _is_weak_order(off) and np.array_equal(~off & ~off.T, identity)


def _is_transitive(relation: Table) -> bool:
    steps = relation.astype(np.float32)
    return not ((steps @ steps > 0) & ~relation).any()
