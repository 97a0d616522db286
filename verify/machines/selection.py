"""Selections that are read from left to right: what the keys up to a query come to.

The keys of a query at position q are taken in parts: those further left than any constant distance of the program,
those at each such distance, the one at q, and those after it. In each part a comparison of positions is known, and
the rest of the selector is split until it speaks of keys alone:

1. a comparison of the query with a constant is a case distinction at the query;
2. a comparison of key and query with few possible keys is a part of its own for each of them; with few possible
   queries it is a case distinction at the query.

What is left is a condition on keys, of which the state keeps what came of it so far. The keys after the query come
to the whole, which is guessed, less those up to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from ...dsl.graph import Aggregate, Constant, Elementwise, Indices, Select, SelectorLogic, SOp, topological
from ...dsl.operators import compare
from ...dsl.types import Bool, Int, Seq, Token, Value, element_of
from .expressions import FALSE, TRUE, applied, choose, conj, lifted, neg
from .state import KINDS, Piece, StateBuilder

__all__ = ["Selections", "Unreadable", "offset_of", "selects_one"]

_MOST_VALUES = 64
_LATER = 1


class Unreadable(Exception):
    """A graph that is not read from left to right; the message says what did not fit."""


@dataclass(frozen=True, slots=True)
class _Cases:
    """What is known of a key and a query: conditions on the query, and the values of either."""

    queries: Mapping[SOp, Constant] = field(default_factory=dict)
    key_values: Mapping[SOp, Constant] = field(default_factory=dict)
    query_values: Mapping[SOp, Constant] = field(default_factory=dict)


class _Split(Exception):
    """What has to be known before a selector speaks of keys alone."""

    def __init__(self, *, query: SOp | None = None, key_value: SOp | None = None, query_value: SOp | None = None):
        super().__init__()
        self.query, self.key_value, self.query_value = query, key_value, query_value


class Selections:
    """Reads selections at the current position; `here` is the value of a node there."""

    def __init__(self, state: StateBuilder, here: Callable[[SOp], SOp]) -> None:
        self._state = state
        self._here = here

    def come_to(self, kind: str, selector: SOp, value: SOp) -> Piece:
        """What the selected keys' values, expressions at the key, come to at the current query.

        Raises:
            Unreadable: if the selector compares keys and queries of which neither has few values, or selects keys
                after the query in a way that the state cannot tell.
        """
        reach = _reach(selector)
        if reach is None:
            return self._of_part(
                kind, selector, value, 0, _Cases(), lambda guard: self._state.whole(kind, guard, value)
            )
        parts = [
            self._of_part(
                kind, selector, value, -reach - 1, _Cases(),
                lambda guard: self._state.accumulated(kind, guard, value, reach),
            )
        ]  # fmt: skip
        for distance in range(reach, -1, -1):
            parts.append(self._at_distance(kind, selector, value, distance))
        parts.append(self._of_part(kind, selector, value, _LATER, _Cases(), self._after(kind, value)))
        return reduce(KINDS[kind].merge, parts)

    def _at_distance(self, kind: str, selector: SOp, value: SOp, distance: int) -> Piece:
        how = KINDS[kind]

        def ago(guard: SOp) -> Piece:
            pairs = zip(how.single(guard, value), how.nothing(element_of(value.type)), strict=True)
            return tuple(self._state.delayed(part, distance, empty) for part, empty in pairs)

        return self._of_part(kind, selector, value, -distance, _Cases(), ago)

    def _after(self, kind: str, value: SOp) -> Callable[[SOp], Piece]:
        def rest(guard: SOp) -> Piece:
            if kind in ("any", "all"):
                counted = conj(guard, value if kind == "any" else neg(value))
                (left,) = self._rest("count", counted, TRUE)
                return (applied(">" if kind == "any" else "==", left, Constant((), 0)),)
            return self._rest(kind, guard, value)

        return rest

    def _rest(self, kind: str, guard: SOp, value: SOp) -> Piece:
        """The whole, less what came up to here."""
        if not KINDS[kind].is_group:
            raise Unreadable(f"the {kind} of keys after the query")
        whole, here = self._state.whole(kind, guard, value), self._state.accumulated_here(kind, guard, value)
        return tuple(applied("-", *pair) for pair in zip(whole, here, strict=True))

    def _of_part(
        self, kind: str, selector: SOp, value: SOp, position: int, cases: _Cases, made: Callable[[SOp], Piece]
    ) -> Piece:
        """What the keys of one part come to, split into cases as far as needed."""

        def again(further: _Cases) -> Piece:
            return self._of_part(kind, selector, value, position, further, made)

        try:
            guard = self._condition(selector, position, cases)
        except _Split as split:
            if split.query is not None:
                return self._by_query(split.query, cases, again)
            if split.query_value is not None:
                return self._by_query_value(split.query_value, cases, again)
            assert split.key_value is not None, "one of three"
            values = _values(split.key_value)
            if kind in ("first", "last"):
                raise Unreadable(f"the {kind} of keys that are compared with the query") from None
            known = [again(replace(cases, key_values={**cases.key_values, split.key_value: v})) for v in values]
            return reduce(KINDS[kind].merge, known)
        for key, known_value in cases.key_values.items():
            guard = conj(guard, applied("==", self._here(key), known_value))
        return KINDS[kind].nothing(element_of(value.type)) if guard == FALSE else made(guard)

    def _by_query(self, condition: SOp, cases: _Cases, again: Callable[[_Cases], Piece]) -> Piece:
        then, otherwise = (again(replace(cases, queries={**cases.queries, condition: c})) for c in (TRUE, FALSE))
        return tuple(choose(condition, *pair) for pair in zip(then, otherwise, strict=True))

    def _by_query_value(self, query: SOp, cases: _Cases, again: Callable[[_Cases], Piece]) -> Piece:
        *values, last = _values(query)
        piece = again(replace(cases, query_values={**cases.query_values, query: last}))
        for value in reversed(values):
            met = again(replace(cases, query_values={**cases.query_values, query: value}))
            is_it = applied("==", self._here(query), value)
            piece = tuple(choose(is_it, *pair) for pair in zip(met, piece, strict=True))
        return piece

    def _condition(self, selector: SOp, position: int, cases: _Cases) -> SOp:
        """The selector as a condition on keys, in the part of the keys that are so far from the query."""
        match selector:
            case Select(arguments=(keys, queries), comparison=comparison):
                return self._compared(keys, queries, comparison, position, cases)
            case SelectorLogic(operator="not", arguments=(inner,)):
                return neg(self._condition(inner, position, cases))
            case SelectorLogic(operator=operator, arguments=arguments):
                decisive = FALSE if operator == "and" else TRUE
                conditions: list[SOp] = []
                for argument in sorted(arguments, key=lambda node: _reach(node) is None):
                    condition = self._condition(argument, position, cases)
                    if condition == decisive:
                        return decisive
                    conditions.append(condition)
                return reduce(lambda left, right: applied(operator, left, right), conditions)
        raise AssertionError(f"an unforeseen selector: {type(selector).__name__}")

    def _compared(self, keys: SOp, queries: SOp, comparison: str, position: int, cases: _Cases) -> SOp:
        distance = _distance(keys, queries)
        if distance is not None:
            return Constant((), compare(comparison, position, distance))
        if not isinstance(queries.type, Seq):
            return lifted(comparison, self._here(keys), self._here(queries))
        if not isinstance(keys.type, Seq):
            return self._at_query(lifted(comparison, self._here(keys), self._here(queries)), cases)
        if queries in cases.query_values:
            return lifted(comparison, self._here(keys), cases.query_values[queries])
        if keys in cases.key_values:
            return self._at_query(lifted(comparison, cases.key_values[keys], self._here(queries)), cases)
        if _has_values(queries):
            raise _Split(query_value=queries)
        if _has_values(keys):
            raise _Split(key_value=keys)
        raise Unreadable("a selector compares keys and queries that both have many values")

    def _at_query(self, condition: SOp, cases: _Cases) -> SOp:
        if isinstance(condition, Constant):
            return condition
        if condition not in cases.queries:
            raise _Split(query=condition)
        return cases.queries[condition]


def offset_of(node: SOp) -> int | None:
    """C where a node is the position plus c; None where it is no such node."""
    match node:
        case Indices():
            return 0
        case Elementwise(operator="+" | "-" as operator, arguments=(left, Constant(value=int() as value))):
            offset = None if isinstance(value, bool) else offset_of(left)
            return None if offset is None else offset + (value if operator == "+" else -value)
        case Elementwise(operator="+", arguments=(Constant(value=int() as value), right)):
            offset = None if isinstance(value, bool) else offset_of(right)
            return None if offset is None else offset + value
    return None


def selects_one(selector: SOp) -> bool:
    """Whether a selector can select no more than one key, for it says at which position."""
    match selector:
        case Select(arguments=(keys, queries), comparison="=="):
            return offset_of(keys) is not None and (offset_of(queries) is not None or not isinstance(queries.type, Seq))
        case SelectorLogic(operator="and", arguments=arguments):
            return any(map(selects_one, arguments))
    return False


def _distance(keys: SOp, queries: SOp) -> int | None:
    """What the distance from the query to the key is compared with; None where it is not about positions."""
    at_key, at_query = offset_of(keys), offset_of(queries)
    return None if at_key is None or at_query is None else at_query - at_key


def _reach(selector: SOp) -> int | None:
    """How far to the left of a query a key may be told apart by its distance; None where no distance counts.

    Raises:
        Unreadable: if keys to the right of the query are told apart.
    """
    distances = list(_distances(selector))
    if any(distance > 0 for distance in distances):
        raise Unreadable("a selector tells keys apart that come after the query")
    return max((-distance for distance in distances), default=None)


def _distances(selector: SOp) -> Iterator[int]:
    parts: Sequence[SOp] = topological(
        [selector], parts_of=lambda node: node.arguments if isinstance(node, SelectorLogic) else ()
    )
    for part in parts:
        if isinstance(part, Select) and (distance := _distance(*part.arguments)) is not None:
            yield distance


def _has_values(node: SOp) -> bool:
    match element_of(node.type):
        case Bool():
            return True
        case Int(int() as low, int() as high):
            return high - low < _MOST_VALUES
        case Token(tuple() as vocabulary):
            return len(vocabulary) <= _MOST_VALUES
    return False


def _values(node: SOp) -> list[Constant]:
    """The values of a node's type, of which there are few."""
    found: Sequence[Value] = ()
    match element_of(node.type):
        case Bool():
            found = (False, True)
        case Int(int() as low, int() as high):
            found = range(low, high + 1)
        case Token(tuple() as vocabulary):
            found = vocabulary
    return [Constant((), value) for value in found]


def is_mean_of_numbers(node: Aggregate) -> bool:
    """Whether an aggregate is a mean that may be of several values."""
    return node.operator == "mean" and not isinstance(element_of(node.arguments[1].type), Token | Bool)
