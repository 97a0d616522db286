"""Selectors of the graph in normal form, over the variables of their keys and queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...dsl.graph import Constant, Indices, Length, Select, SelectorLogic, SOp
from .facts import Knowledge, Places
from .lexicographic import compared_by_summands
from .nodes import Joint
from .selectors import Polynomial, Side, Term, atom, conjoin, disjoin, negate

__all__ = ["join_terms", "refuse_foresight", "to_polynomial"]

_TERM_LIMIT = 64
_PAIR_LIMIT = 1 << 20
_FEWER = "take a smaller max_length or vocabulary"


def to_polynomial(node: SOp, sides: Sequence[Polynomial], known: Knowledge, image: Callable[[SOp], SOp]) -> Polynomial:
    """The normal form of a comparison, or of logic over selectors whose normal forms are `sides`.

    Raises:
        NotCompilable: if values cannot be compared, or are too many, or the normal form is too long.
    """
    match node:
        case Select(arguments=(keys, queries)):
            apart = compared_by_summands(node, known, partial(_with_itself, selector=node, known=known, image=image))
            if apart is not None:
                return apart
            return _compared(node, _side(keys, node, known, image), _side(queries, node, known, image), known)
        case SelectorLogic(operator="not"):
            return negate(sides[0])
    left, right = sides
    if len(left) * len(right) > _TERM_LIMIT:
        reason = f"the selector has {len(left) * len(right)} terms in normal form, more than {_TERM_LIMIT}"
        raise known.origins.refuse(node, reason, "join fewer comparisons of different s-ops")
    assert isinstance(node, SelectorLogic), "neither a comparison nor logic"
    return (conjoin if node.operator == "and" else disjoin)(left, right)


def _with_itself(
    node: SOp, comparison: str, selector: SOp, known: Knowledge, image: Callable[[SOp], SOp]
) -> Polynomial:
    side = _side(node, selector, known, image)
    return atom(side, side, comparison)


def _side(node: SOp, selector: SOp, known: Knowledge, image: Callable[[SOp], SOp]) -> Side:
    """Keys or queries of a selector as a function of one variable."""
    facts = known.facts[node]
    if facts.places is None:
        reason = f"{known.origins.name(node)!r} takes too many values to compare in a selector"
        raise known.origins.refuse(selector, reason, f"round it, or {_FEWER}")
    if len(facts.base) > 1 or (facts.via is not None and len(facts.domain) < known.n_rows(facts.base)):
        # Of a number, a function of few values is encoded for itself: one-hot the number has many.
        facts = known.as_variable(node)
    base = facts.base[0] if facts.base else image(Constant((), True))
    return Side(base, [facts.values[place] if place >= 0 else None for place in facts.table.reshape(-1)])


def _compared(node: Select, keys: Side, queries: Side, known: Knowledge) -> Polynomial:
    _check_size(node, len(keys.values), len(queries.values), known)
    try:
        return atom(keys, queries, node.comparison)
    except TypeError as error:
        way_out = "compare values of one kind; an aggregate of tokens may need a default that is a token"
        raise known.origins.refuse(node, str(error), way_out) from None


def _check_size(node: SOp, n_keys: int, n_queries: int, known: Knowledge) -> None:
    if n_keys * n_queries > _PAIR_LIMIT:
        reason = f"the selector compares {n_keys} values of the keys with {n_queries} of the queries"
        raise known.origins.refuse(node, f"{reason}, more than {_PAIR_LIMIT} pairs", _FEWER)


def refuse_foresight(node: SOp, selector: Polynomial, known: Knowledge) -> None:
    """Refuse what a causal transformer does not see: the length, and keys after their query.

    Raises:
        NotCompilable: if each conjunction does not exclude later keys by a comparison of indices.
    """
    if isinstance(node, Length):
        reason = "a causal transformer does not know the length before the input ends"
        raise known.origins.refuse(node, reason, "compile with causal=False")
    pair = (Indices(), Indices())
    if known.max_length > 1 and not all(
        pair in term.tables and not np.triu(term.tables[pair], 1).any() for term in selector
    ):
        way_out = "compile with causal=False, or add `and select(indices, indices, <=)`"
        raise known.origins.refuse(node.arguments[0], "the selector may select a key after its query", way_out)


@dataclass(frozen=True, slots=True)
class _Joined:
    """Several variables as one, and the place of each one's value at each joint value."""

    variable: SOp
    places: Sequence[Places]

    def __len__(self) -> int:
        return len(self.places[0])


def join_terms(node: SOp, terms: Polynomial, known: Knowledge, image: Callable[[SOp], SOp]) -> Term:
    """A selector as one table, over all its key variables at once and all its query variables at once.

    Raises:
        NotCompilable: if that table is too large.
    """
    sides = [tuple(dict.fromkeys(pair[side] for term in terms for pair in term.tables)) for side in (0, 1)]
    keys, queries = (_joined(variables, known, image) for variables in sides)
    _check_size(node, len(keys), len(queries), known)
    counts_qk = np.zeros((len(queries), len(keys)), dtype=np.int64)
    for term in terms:
        chosen_qk = np.ones(counts_qk.shape, dtype=np.bool_)
        for (key, query), table_qk in term.tables.items():
            chosen_qk &= table_qk[np.ix_(queries.places[sides[1].index(query)], keys.places[sides[0].index(key)])]
        counts_qk += term.factor * chosen_qk
    return Term(1, {(keys.variable, queries.variable): counts_qk > 0})


def _joined(variables: tuple[SOp, ...], known: Knowledge, image: Callable[[SOp], SOp]) -> _Joined:
    if len(variables) == 1:
        return _Joined(variables[0], [np.arange(len(known.facts[variables[0]].domain))])
    joint = image(Joint(variables))
    rows = np.array([known.column(known.as_variable(v), known.facts[joint].base) for v in variables])
    kept = known.facts[joint].table.reshape(-1)
    places = np.zeros((len(variables), len(known.facts[joint].domain)), dtype=np.int64)
    places[:, kept[kept >= 0]] = rows[:, kept >= 0]
    return _Joined(joint, list(places))
