"""Widths without their sums: what is selected is forgotten, but for what one row of conditions says of another.

A width is the number of conditions of a row that hold. In place of the sum stands an unknown between the fewest and the
most that can hold; equal rows have the same one. Then lemmas about pairs of rows are asked of the solver, all pairs of
a family at once: with g the condition at the place of row a in row b,

    g implies a = b,   g implies a ⊂ b,   g implies a ⊆ b,   not g implies b ⊂ a,   not g implies b ⊆ a.

By the schema `cardinality` (contained rows have no larger widths, strictly contained ones smaller widths, equal rows
equal widths) those that hold become facts about the unknowns. Where the keys of a selection by position are proved to
be different positions, by the schema `pigeonhole` every position is one of them, so that a query selects just one key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from ...dsl.graph import Indices, Select, SOp
from ...dsl.types import Seq
from ..encode import Encoded
from ..encoding.linear import Atoms, Linear
from ..encoding.logic import Condition, all_of, any_of, implies, negated, term_of
from ..encoding.values import Values
from ..solver import Query, proved
from .relevance import WIDTH, Facts, names_in

__all__ = ["Lemma", "Row", "Rows", "lemmas_on", "permutations", "relevant_rows", "selections_by_place"]

_MOST_CONDITIONS = 100_000
"""So many conditions may be compared in one lemma."""
_MOST_QUERIES = 16


@dataclass(frozen=True, slots=True)
class Row:
    """What the query at one position selects, and the unknown that stands for how much that is."""

    family: int
    position: int
    conditions: Sequence[Condition]
    width: Any
    name: str

    @property
    def fewest(self) -> int:
        """How many conditions hold, whatever the input."""
        return sum(condition is True for condition in self.conditions)

    @property
    def most(self) -> int:
        """How many conditions may hold."""
        return sum(condition is not False for condition in self.conditions)


class Rows:
    """Names the widths of one length; each `selector_width` asks for one row at every position, in order.

    What is counted of a sequence, such as the elements that are no more than 3, is a row as well, which stands alone;
    unless such counts are left as they are.
    """

    def __init__(self, n_positions: int, *, has_counts: bool = True) -> None:
        self._n_positions = n_positions
        self._has_counts = has_counts
        self._n_asked = 0
        self._rows: dict[tuple[Any, ...], Row] = {}

    @property
    def n_alone(self) -> int:
        """How many counts were named that stand alone."""
        return sum(row.family < 0 for row in self)

    def width(self, atoms: Atoms, selected: Sequence[Condition], *, is_alone: bool = False) -> Any:
        """An unknown for the row; of no more than one open condition the sum itself."""
        asked = -1 - len(self._rows) if is_alone else self._n_asked
        self._n_asked += not is_alone
        n_open = sum(not isinstance(condition, bool) for condition in selected)
        if n_open <= 1 or (is_alone and not self._has_counts):
            return atoms.add(map(atoms.indicator, selected))
        key = tuple(condition if isinstance(condition, bool) else condition.get_id() for condition in selected)
        if key not in self._rows:
            name, fewest = f"{WIDTH}{len(self._rows)}", sum(condition is True for condition in selected)
            width = atoms.atom(z3.Int(name), (fewest, fewest + n_open))
            family, position = (asked, 0) if is_alone else divmod(asked, self._n_positions)
            self._rows[key] = Row(family, position, selected, width, name)
        return self._rows[key].width

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def bounds(self, atoms: Atoms) -> list[Any]:
        """Between what the widths are."""
        terms = [(row, atoms.term(row.width)) for row in self]
        return [bound for row, term in terms for bound in (term >= row.fewest, term <= row.most)]


@dataclass(frozen=True, slots=True)
class Lemma:
    """What is known of widths, and the queries that it was proved by."""

    facts: Sequence[Any]
    queries: tuple[Query, ...]


Relation = Callable[[Row, Row], Condition]
Comparison = Callable[[Atoms, Any, Any], Condition]


def _contained(small: Row, large: Row) -> Condition:
    pairs = zip(small.conditions, large.conditions, strict=True)
    return all_of(implies(one, other) for one, other in pairs)


def _strictly_contained(small: Row, large: Row) -> Condition:
    pairs = zip(small.conditions, large.conditions, strict=True)
    return all_of((_contained(small, large), any_of(all_of((negated(one), other)) for one, other in pairs)))


def _same(left: Row, right: Row) -> Condition:
    return all_of((_contained(left, right), _contained(right, left)))


def _at_most(atoms: Atoms, left: Any, right: Any) -> Condition:
    return negated(atoms.less(right, left))


def _turned(relation: Relation) -> Relation:
    return lambda a, b: relation(b, a)


def _converse(comparison: Comparison) -> Comparison:
    return lambda atoms, left, right: comparison(atoms, right, left)


@dataclass(frozen=True, slots=True)
class _Rung:
    """A relation of the rows a and b where the condition at a's place in b is so, and what it says of the widths."""

    purpose: str
    where: bool
    relation: Relation
    comparison: Comparison

    def goal(self, pair: tuple[Row, Row]) -> Condition:
        """That the relation holds."""
        return self._guarded(pair, self.relation(*pair))

    def fact(self, atoms: Atoms, pair: tuple[Row, Row]) -> Condition:
        """What it says of the widths."""
        return self._guarded(pair, self.comparison(atoms, pair[0].width, pair[1].width))

    def _guarded(self, pair: tuple[Row, Row], condition: Condition) -> Condition:
        guard = pair[1].conditions[pair[0].position]
        return implies(guard if self.where else negated(guard), condition)


_LADDERS: Sequence[Sequence[_Rung]] = (
    (
        _Rung("equal rows", True, _same, Atoms.equal),
        _Rung("strictly contained rows", True, _strictly_contained, Atoms.less),
        _Rung("contained rows", True, _contained, _at_most),
    ),
    (
        _Rung("strictly containing rows", False, _turned(_strictly_contained), _converse(Atoms.less)),
        _Rung("containing rows", False, _turned(_contained), _converse(_at_most)),
    ),
)
"""Of each ladder the first that holds is enough: the strongest stands first."""


def lemmas_on(rows: Sequence[Row], atoms: Atoms, given: Sequence[Any], steps: int) -> list[Lemma]:
    """What holds of the widths of every two families of rows."""
    asking = _Asking(atoms, given, steps)
    families = _families(rows)
    for first in families:
        for second in families:
            pairs = [(a, b) for a in first for b in second if a is not b]
            if pairs and len(pairs) * len(pairs[0][0].conditions) <= _MOST_CONDITIONS:
                for ladder in _LADDERS:
                    asking.climb(pairs, ladder)
    return asking.lemmas


def _families(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of each width; those of widths that are the same at every position are one family."""
    families: dict[int, list[Row]] = {}
    for row in rows:
        families.setdefault(row.family, []).append(row)
    alone = [family[0] for family in families.values() if len(family) == 1]
    return [*(family for family in families.values() if len(family) > 1), *([alone] if alone else [])]


class _Asking:
    """Asks for relations of rows; what was proved before is not asked again."""

    def __init__(self, atoms: Atoms, given: Sequence[Any], steps: int) -> None:
        self.lemmas: list[Lemma] = []
        self._atoms = atoms
        self._given = given
        self._steps = steps
        self._known: dict[int, Any] = {}

    def climb(self, pairs: Sequence[tuple[Row, Row]], ladder: Sequence[_Rung]) -> None:
        """The strongest relation of a ladder that holds of all pairs; two are tried first, for most fail there."""
        for rung in ladder:
            tried = rung.goal(pairs[len(pairs) // 2]), rung.goal(pairs[0])
            if proved(term_of(all_of(tried)), self._given, self._steps // 10, rung.purpose) is None:
                continue
            queries = self._proved(rung.purpose, [rung.goal(pair) for pair in pairs])
            if queries is None:
                continue
            facts = (rung.fact(self._atoms, pair) for pair in pairs)
            self.lemmas.append(Lemma([term_of(fact) for fact in facts if fact is not True], queries))
            return

    def _proved(self, purpose: str, goals: Sequence[Condition]) -> tuple[Query, ...] | None:
        """Queries for the goals that no earlier one was for; None where one does not hold."""
        terms = {goal.get_id(): goal for goal in map(term_of, goals)}
        new = {key: goal for key, goal in terms.items() if key not in self._known}
        queries = []
        size = max(1, -(-len(new) // _MOST_QUERIES))
        for start in range(0, len(new), size):
            query = proved(term_of(all_of(list(new.values())[start : start + size])), self._given, self._steps, purpose)
            if query is None:
                return None
            queries.append(query)
        self._known.update(new)
        return tuple(queries)


def selections_by_place(encoded: Encoded) -> dict[SOp, Sequence[Any]]:
    """The selections of the keys that equal the own position, with these keys, where they are whole and not known."""
    found: dict[SOp, Sequence[Any]] = {}
    for node, values in encoded.values.items():
        match node:
            case Select(comparison="==", arguments=(keys, Indices())) if values and isinstance(keys.type, Seq):
                places = [encoded.of.number(value) for value in encoded.values[keys]]
                if all(isinstance(place, Linear) and encoded.of.atoms.is_whole(place) for place in places):
                    found[node] = places
    return found


def permutations(selections: Mapping[SOp, Sequence[Any]], of: Values, known: Facts, steps: int) -> dict[SOp, Lemma]:
    """Of selections by place those whose keys are the positions in some order."""
    lemmas = {node: _permutation(places, of, known, steps) for node, places in selections.items()}
    return {node: lemma for node, lemma in lemmas.items() if lemma is not None}


def _permutation(places: Sequence[Any], of: Values, known: Facts, steps: int) -> Lemma | None:
    atoms, n_positions = of.atoms, len(places)
    inside = (
        all_of(negated(atoms.less(place, 0)) for place in places),
        all_of(atoms.less(place, n_positions) for place in places),
    )
    apart = all_of(
        negated(atoms.equal(place, other)) for number, place in enumerate(places) for other in places[:number]
    )
    goal = term_of(all_of((*inside, apart)))
    query = proved(goal, known.about([goal]), steps, "the keys are different positions")
    if query is None:
        return None
    onto = [any_of(atoms.equal(place, position) for place in places) for position in range(n_positions)]
    return Lemma([term_of(fact) for fact in (*inside, apart, *onto) if fact is not True], (query,))


def relevant_rows(rows: Iterable[Row], terms: Iterable[Any]) -> list[Row]:
    """The rows whose widths the terms speak of."""
    names = names_in(terms)
    return [row for row in rows if row.name in names]
