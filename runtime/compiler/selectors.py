"""Selectors in normal form: signed sums of conjunctions of tables.

1. An *atom* `select(keys, queries, comparison)` is a table of 0 and 1, query values by key values, over the two
   *variables* that keys and queries are functions of.
2. `not P` is 1 - P, `P and Q` is P · Q, `P or Q` is P + Q - P · Q. Tables over the same two variables multiply into
   one, so that a term is a conjunction of at most one table for each pair of variables.
3. Empty terms vanish, terms that differ in one table merge. So `k < q or (k == q and i < j)` becomes two disjoint
   conjunctions.

One attention head serves a conjunction; a selector's width is the signed sum of the widths of its terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...dsl.graph import SOp
from ...dsl.operators import COMPARISONS
from ...dsl.types import Value

__all__ = [
    "Pair",
    "Polynomial",
    "Side",
    "Table",
    "Term",
    "atom",
    "conjoin",
    "disjoin",
    "negate",
]

Pair = tuple[SOp, SOp]
"""The variable of the keys and the variable of the queries."""
Table = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Side:
    """The keys or queries of an atom: their value for each value of a variable; None where there is no value."""

    variable: SOp
    values: Sequence[Value | None]


@dataclass(frozen=True, eq=False)
class Term:
    """A conjunction of tables, times a whole number."""

    factor: int
    tables: Mapping[Pair, Table]

    @property
    def key(self) -> tuple[tuple[Pair, bytes], ...]:
        """Equal for equal conjunctions."""
        return tuple(
            sorted(((p, t.tobytes()) for p, t in self.tables.items()), key=lambda x: (x[0][0].digest, x[0][1].digest))
        )


Polynomial = tuple[Term, ...]


def atom(keys: Side, queries: Side, comparison: str) -> Polynomial:
    """The selector of one comparison; TypeError where two of the values cannot be compared."""
    compare = COMPARISONS[comparison]
    rows = [
        [key is not None and query is not None and compare(key, query) for key in keys.values]
        for query in queries.values
    ]
    table = np.array(rows, dtype=np.bool_).reshape(len(queries.values), len(keys.values))
    return _simplified([Term(1, {(keys.variable, queries.variable): table})])


def negate(selector: Polynomial) -> Polynomial:
    """All pairs that are not selected."""
    if len(selector) == 1 and selector[0].factor == 1 and len(selector[0].tables) == 1:
        ((pair, table),) = selector[0].tables.items()
        return _simplified([Term(1, {pair: ~table})])
    return _simplified([Term(1, {}), *(Term(-term.factor, term.tables) for term in selector)])


def conjoin(left: Polynomial, right: Polynomial) -> Polynomial:
    """The pairs that both select."""
    return _simplified(Term(a.factor * b.factor, _product(a.tables, b.tables)) for a in left for b in right)


def disjoin(left: Polynomial, right: Polynomial) -> Polynomial:
    """The pairs that one of them selects."""
    return _simplified([*left, *right, *(Term(-term.factor, term.tables) for term in conjoin(left, right))])


def _product(left: Mapping[Pair, Table], right: Mapping[Pair, Table]) -> Mapping[Pair, Table]:
    return {**left, **{pair: left[pair] & table if pair in left else table for pair, table in right.items()}}


def _simplified(terms: Iterable[Term]) -> Polynomial:
    """Without empty terms and full tables, and with neighbours merged until none are left."""
    kept = [
        Term(term.factor, {pair: table for pair, table in term.tables.items() if not table.all()})
        for term in terms
        if all(table.any() for table in term.tables.values())
    ]
    for left, right in combinations(kept, 2):
        merged = _merged(left, right)
        if merged is not None:
            return _simplified([*(term for term in kept if term is not left and term is not right), *merged])
    return tuple(kept)


def _merged(left: Term, right: Term) -> list[Term] | None:
    """The sum of two terms as one or none, if it is."""
    pairs = {*left.tables, *right.tables}
    differing = [pair for pair in pairs if not _agree(left.tables.get(pair), right.tables.get(pair))]
    if not differing:
        factor = left.factor + right.factor
        return [Term(factor, left.tables)] if factor else []
    if len(differing) > 1:
        return None
    (pair,) = differing
    a, b = _full_like(left, right, pair), _full_like(right, left, pair)
    if left.factor == right.factor and not (a & b).any():
        return [Term(left.factor, {**left.tables, pair: a | b})]
    if left.factor == -right.factor and not (b & ~a).any():
        return [Term(left.factor, {**left.tables, pair: a & ~b})]
    if left.factor == -right.factor and not (a & ~b).any():
        return [Term(right.factor, {**right.tables, pair: b & ~a})]
    return None


def _agree(left: Table | None, right: Table | None) -> bool:
    return left is not None and right is not None and np.array_equal(left, right)


def _full_like(term: Term, other: Term, pair: Pair) -> Table:
    return term.tables[pair] if pair in term.tables else np.ones_like(other.tables[pair])
