"""Tracr's predicates over keys and queries as selectors of the language.

A predicate is any Python callable. It is called on every pair of values, and the matrix of its answers, a row for each
query, is written in the first form that gives it:

1. one comparison of the values themselves;
2. one `==` of classes, where the rows that select anything are equal or have no key in common;
3. one `<=` of levels, where of two rows one holds the other;
4. an `or` of selectors, one for each different row or, if these are fewer, column.

Where the predicate raises, as it does for `None`, nothing is selected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ...dsl.graph import Constant, Lookup, Select, SelectorLogic, SOp
from ...dsl.operators import COMPARISONS, compare
from ...dsl.types import Value
from ...errors import RuntimeFault
from ..compiler.domains import DOMAIN_LIMIT
from .tracr_values import Column

__all__ = ["selector_of", "selects"]

Rows = Mapping[Value, frozenset[Value]]
"""For each value of the query, the values of the keys that it selects."""
_ONE = Constant((), 1)
_ALWAYS, _NEVER = Select((_ONE, _ONE), "=="), Select((_ONE, _ONE), "!=")


def selector_of(predicate: Any, keys: Column, queries: Column, name: str) -> SOp:
    """The selector of a `Select`.

    Raises:
        RuntimeFault: if the values are too many to call the predicate on all pairs, and it is no plain comparison.
    """
    stated = getattr(predicate, "value", None)
    if stated in ("True", "False"):
        return _ALWAYS if stated == "True" else _NEVER
    if stated in COMPARISONS:
        return Select((keys.node, queries.node), stated)
    if keys.values is None or queries.values is None or len(keys.values) * len(queries.values) > DOMAIN_LIMIT:
        raise RuntimeFault(
            f"the predicate of {name!r} has to be called on every pair of a key's and a query's value, and these are "
            f"more than {DOMAIN_LIMIT}; take a smaller max_length or vocabulary, or one of Tracr's own comparisons"
        )
    rows = {
        query: frozenset(key for key, python in keys.values.items() if selects(predicate, python, asked))
        for query, asked in queries.values.items()
    }
    return _constant(rows, keys) or _compared(rows, keys, queries) or _grouped(rows, keys, queries)


def selects(predicate: Any, key: Any, query: Any) -> bool:
    """Whether a predicate selects a key for a query, as Python sees them; not where it raises."""
    stated = getattr(predicate, "value", None)
    if stated in ("True", "False"):
        return bool(stated == "True")
    try:
        return bool(COMPARISONS[stated](key, query) if stated in COMPARISONS else predicate(key, query))
    except Exception:
        return False


def _constant(rows: Rows, keys: Column) -> SOp | None:
    if not any(rows.values()):
        return _NEVER
    return _ALWAYS if all(row == keys.values.keys() for row in rows.values() if keys.values is not None) else None


def _compared(rows: Rows, keys: Column, queries: Column) -> SOp | None:
    """One comparison of the values themselves."""
    for comparison in COMPARISONS:
        if all(
            _compare(comparison, key, query) is (key in row) for query, row in rows.items() for key in keys.values or ()
        ):
            return Select((keys.node, queries.node), comparison)
    return None


def _compare(comparison: str, key: Value, query: Value) -> bool | None:
    try:
        return compare(comparison, key, query)
    except TypeError:
        return None


def _grouped(rows: Rows, keys: Column, queries: Column) -> SOp:
    """One selector of classes or levels, or one for each different row or column."""
    different = sorted({row for row in rows.values() if row}, key=lambda row: (len(row), sorted(map(repr, row))))
    classes = {row: number for number, row in enumerate(different, start=1)}
    class_of_query = {query: classes.get(row, 0) for query, row in rows.items()}
    if sum(map(len, different)) == len(frozenset().union(*different)):
        class_of_key = {key: next((classes[row] for row in different if key in row), -1) for key in keys.values or ()}
        return _select(keys, class_of_key, queries, class_of_query, "==")
    if all(small <= large for small, large in pairwise(different)):
        n = len(different)
        level = {key: next((classes[row] for row in different if key in row), n + 1) for key in keys.values or ()}
        return _select(keys, level, queries, class_of_query, "<=")
    columns: Rows = {key: frozenset(q for q, row in rows.items() if key in row) for key in keys.values or ()}
    selectors = [_of_row(keys, row, queries, frozenset(q for q in rows if rows[q] == row)) for row in different]
    by_column = {column for column in columns.values() if column}
    if len(by_column) < len(selectors):
        selectors = [
            _of_row(keys, frozenset(key for key in columns if columns[key] == column), queries, column)
            for column in sorted(by_column, key=lambda column: sorted(map(repr, column)))
        ]
    joined = selectors[0]
    for selector in selectors[1:]:
        joined = SelectorLogic((joined, selector), "or")
    return joined


def _of_row(keys: Column, selected: frozenset[Value], queries: Column, asking: frozenset[Value]) -> SOp:
    """Some keys by some queries."""
    key_is = {key: int(key in selected) for key in keys.values or ()}
    query_is = {query: 1 if query in asking else 2 for query in queries.values or ()}
    return _select(keys, key_is, queries, query_is, "==")


def _select(keys: Column, of_key: Mapping[Value, int], queries: Column, of_query: Mapping[Value, int], how: str) -> SOp:
    return Select((_tabulated(keys.node, of_key), _tabulated(queries.node, of_query)), how)


def _tabulated(node: SOp, table: Mapping[Value, int]) -> SOp:
    values: Sequence[int] = sorted(set(table.values()))
    return Constant((), values[0]) if len(values) == 1 else Lookup((node,), tuple(((k,), v) for k, v in table.items()))
