"""All that can still be read of a damaged record, row by row and by every index.

A row stands in the record more than once: a node's id and event also in the indexes by id and by event, a whole
relationship also in the index by event. So what one damaged page held can often be read from another.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from ..embedded.record import UNREADABLE
from .choice import Copies, Joined

__all__ = ["counts_of_readable", "salvage"]

_STEPS = 256  # rows that are tried one by one behind an unreadable one; then strides double
_NUMBERS = 2**40


def counts_of_readable(connection: sqlite3.Connection) -> str:
    """How much of each table can be read, in words."""
    n_nodes = sum(1 for _ in _nodes(connection))
    n_relationships = len({row[:4] for by in _WAYS for row in _relationships(connection, by)})
    return f"{n_nodes:,} nodes and {n_relationships:,} relationships can be read"


def salvage(connection: sqlite3.Connection) -> tuple[Copies, dict[str, tuple[str, str]]]:
    """Read all that can be read.

    Returns:
        The copies of the rows that the record holds; and by id the label and manifest of each that is damaged.
    """
    found, unsound = Copies(), dict[str, tuple[str, str]]()
    id_of, event_of = _from_indexes(connection)
    ids: defaultdict[int, set[str]] = defaultdict(set)
    ids_by_index: defaultdict[int, set[str]] = defaultdict(set)
    for number, id_, label, manifest, event in _nodes(connection):
        manifest = str(manifest)
        digest = sha256(manifest.encode("utf-8", "replace")).hexdigest()
        id = digest if digest in (id_, id_of.get(number)) else id_of.get(number, str(id_))
        id_of[number] = id
        if digest == id:
            found.manifests[id] = manifest
        else:
            unsound[id] = (str(label), manifest)
        if isinstance(event, int):
            ids[event].add(id)
    for number, event in event_of.items():
        if number in id_of:
            ids_by_index[event].add(id_of[number])
    found.ids.extend([ids, ids_by_index])
    for by in _WAYS:
        joined: defaultdict[int, set[Joined]] = defaultdict(set)
        for source, type, target, properties, event in _relationships(connection, by):
            if isinstance(event, int) and source in id_of and target in id_of:
                joined[event].add((id_of[source], str(type), id_of[target], str(properties)))
        found.relationships.append(joined)
    return found, unsound


def _from_indexes(connection: sqlite3.Connection) -> tuple[dict[int, str], dict[int, int]]:
    """The id and the event of each numbered node, as the two indexes hold them."""
    by_id = "SELECT number, id FROM nodes INDEXED BY sqlite_autoindex_nodes_1 WHERE id > ? ORDER BY id"
    by_event = "SELECT number, event FROM nodes INDEXED BY nodes_by_event WHERE event > ? ORDER BY event"
    ids = {number: id for number, id in _forgiving(connection, by_id, "") if isinstance(id, str)}
    events = {number: event for number, event in _forgiving(connection, by_event, -1) if isinstance(event, int)}
    return ids, events


_WAYS = {
    "table": (
        "SELECT source, type, target, properties, event FROM relationships NOT INDEXED "
        "WHERE source > ? ORDER BY source",
        0,
    ),
    "event": (
        "SELECT source, type, target, properties, event FROM relationships INDEXED BY relationships_by_event "
        "WHERE event > ? ORDER BY event",
        4,
    ),
}


def _nodes(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    sql = "SELECT number, id, label, manifest, event FROM nodes NOT INDEXED WHERE number > ? ORDER BY number"
    return _skipping(connection, sql, 0)


def _relationships(connection: sqlite3.Connection, by: str) -> Iterator[tuple[Any, ...]]:
    sql, key = _WAYS[by]
    return _skipping(connection, sql, key)


def _skipping(connection: sqlite3.Connection, sql: str, key: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that goes up a column of whole numbers; behind what cannot be read it goes on."""
    last, n_failed = -1, 0
    while last < _NUMBERS:
        try:
            for row in connection.execute(sql, (last,)):
                yield row
                if isinstance(row[key], int) and row[key] > last:
                    last, n_failed = row[key], 0
            return
        except UNREADABLE:
            n_failed += 1
            last += 1 if n_failed < _STEPS else 2 ** (n_failed - _STEPS)


def _forgiving(connection: sqlite3.Connection, sql: str, first: object) -> Iterator[tuple[Any, ...]]:
    """The rows of a query up to what cannot be read."""
    try:
        yield from connection.execute(sql, (first,))
    except UNREADABLE:
        return
