"""The record of an embedded catalog: immutable manifests and relationships in one SQLite file.

1. One write is one transaction, flushed to the disk before it is acknowledged; SQLite serialises writers across
   processes.
2. Nothing is ever changed or removed. Each row carries the number of the event that brought it, so that an index can
   ask for what it has not seen yet.
3. Every manifest is checked against its id when it is read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, cast

from ...errors import CatalogError
from ..node import Node
from ..relationships import Relationship
from ..schema import Alias, Event, node_from_manifest
from ..store import FORMAT, Batch, Change, Direction, Known, change_of, check_format, creation

__all__ = ["SqliteRecord"]

_APPLICATION_ID = 0x57DCE110
_PATIENCE_S = 30.0
_TABLES = (
    """CREATE TABLE nodes (
        id TEXT PRIMARY KEY, label TEXT NOT NULL, manifest TEXT NOT NULL, event INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX nodes_by_event ON nodes (event)",
    """CREATE TABLE relationships (
        source TEXT NOT NULL REFERENCES nodes (id), type TEXT NOT NULL, target TEXT NOT NULL REFERENCES nodes (id),
        properties TEXT NOT NULL, event INTEGER NOT NULL,
        PRIMARY KEY (source, type, target, properties)) WITHOUT ROWID""",
    "CREATE INDEX relationships_by_target ON relationships (target, type)",
    "CREATE INDEX relationships_by_event ON relationships (event)",
    """CREATE TABLE aliases (
        name TEXT NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL REFERENCES nodes (id),
        PRIMARY KEY (name, version)) WITHOUT ROWID""",
)


class SqliteRecord:
    """Nodes, relationships and aliases in the SQLite file at `path`, which is made where it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        with self._translated():
            self._connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._translated():
            self._connection.close()

    def write(self, batch: Batch) -> None:
        """Write a batch whole and durably, or nothing of it."""
        with self._transaction():
            change = change_of(batch, self._known(batch))
            if change:
                self._insert(change)

    def labels(self, ids: Iterable[str]) -> dict[str, str]:
        """The label of each of the ids that is known."""
        return dict(self._rows("SELECT id, label FROM nodes WHERE id IN (SELECT value FROM json_each(?))", _list(ids)))

    def nodes(self, ids: Sequence[str]) -> list[Node]:
        """The nodes of these known ids, in their order."""
        sql = "SELECT id, manifest FROM nodes WHERE id IN (SELECT value FROM json_each(?))"
        manifests = dict(self._rows(sql, _list(ids)))
        return [node_from_manifest(id, manifests[id]) for id in ids]

    def ids_starting_with(self, prefix: str) -> list[str]:
        """At most two ids that start so."""
        sql = "SELECT id FROM nodes WHERE id >= ? AND id < ? LIMIT 2"
        return [id for (id,) in self._rows(sql, prefix, f"{prefix}g")]

    def names(self) -> list[str]:
        """All alias names, sorted."""
        return [name for (name,) in self._rows("SELECT DISTINCT name FROM aliases ORDER BY name")]

    def versions(self, name: str) -> list[Alias]:
        """The versions of an alias, oldest first."""
        sql = "SELECT nodes.id, manifest FROM aliases JOIN nodes USING (id) WHERE name = ? ORDER BY version"
        return [cast(Alias, node_from_manifest(*row)) for row in self._rows(sql, name)]

    def relationships(self, id: str, type: str, direction: Direction) -> list[Relationship]:
        """The relationships of one type that leave or enter a node."""
        end = "source" if direction == "out" else "target"
        sql = f"SELECT source, type, target, properties FROM relationships WHERE {end} = ? AND type = ?"
        return [_relationship(*row) for row in self._rows(sql, id, type)]

    def events(self) -> list[Event]:
        """All events, oldest first."""
        sql = "SELECT id, manifest FROM nodes WHERE label = 'Event' ORDER BY event"
        return [cast(Event, node_from_manifest(*row)) for row in self._rows(sql)]

    def last_event(self) -> int:
        """The number of the last event."""
        return int(self._rows("SELECT max(event) FROM nodes")[0][0])

    def since(self, event: int) -> Change:
        """All that was written after the event of that number; all there is after -1."""
        with self._translated():
            last = self.last_event()
            nodes = self._rows("SELECT id, manifest FROM nodes WHERE event > ? AND event <= ?", event, last)
            joined = self._rows(
                """SELECT source, type, target, properties, a.label, b.label FROM relationships AS r
                JOIN nodes AS a ON a.id = source JOIN nodes AS b ON b.id = target
                WHERE r.event > ? AND r.event <= ?""",
                *(event, last),
            )
        labels = {id: label for row in joined for id, label in ((row[0], row[4]), (row[2], row[5]))}
        relationships = [_relationship(*row[:4]) for row in joined]
        return Change(last, [node_from_manifest(*row) for row in nodes], relationships, labels)

    def _known(self, batch: Batch) -> Known:
        sources = _list(one.source for one in batch.relationships)
        sql = """SELECT source, type, target, properties FROM relationships
            WHERE source IN (SELECT value FROM json_each(?))"""
        newest = {name: versions[-1] for name in batch.aliases if (versions := self.versions(name))}
        return Known(
            ids=self.labels(node.id for node in batch.nodes),
            relationships=set(self._rows(sql, sources)),
            newest=newest,
            last_event=self.last_event(),
        )

    def _insert(self, change: Change) -> None:
        self._connection.executemany(
            "INSERT INTO nodes VALUES (?, ?, ?, ?)",
            [(node.id, node.label, node.manifest, change.event) for node in change.nodes],
        )
        self._connection.executemany(
            "INSERT INTO relationships VALUES (?, ?, ?, ?, ?)",
            [(one.source, one.type, one.target, one.properties_json(), change.event) for one in change.relationships],
        )
        self._connection.executemany(
            "INSERT INTO aliases VALUES (?, ?, ?)",
            [(alias.name, alias.version, alias.id) for alias in change.nodes if isinstance(alias, Alias)],
        )

    def _prepare(self) -> None:
        if self._pragma("application_id") != _APPLICATION_ID:
            with self._transaction():
                self._create()
        check_format(self._pragma("user_version"), str(self.path.parent))
        self._rows("PRAGMA synchronous = FULL")
        self._rows("PRAGMA foreign_keys = ON")
        with suppress(CatalogError):  # another process is opening too; whoever comes next turns it on, for good
            self._rows("PRAGMA journal_mode = WAL")

    def _create(self) -> None:
        if self._pragma("application_id") == _APPLICATION_ID:
            return
        if self._rows("SELECT 1 FROM sqlite_master"):
            raise CatalogError(f"{self.path} is not a record of stdcell; choose another folder for the catalog")
        for table in _TABLES:
            self._connection.execute(table)
        event = creation()
        self._insert(Change(0, [event], [], {}))
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")
        self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")

    def _pragma(self, name: str) -> int:
        return int(self._rows(f"PRAGMA {name}")[0][0])

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._translated():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Hold the connection against other threads; tell SQLite's faults in our words."""
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise CatalogError(f"the record {self.path} {_fault(error)}") from error


def _fault(error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return f"has been written by another process for {_PATIENCE_S:.0f} s; try again when it is done"
    return f"cannot be used: {error}"


def _list(ids: Iterable[str]) -> str:
    return json.dumps(list(ids))


def _relationship(source: str, type: str, target: str, properties: str) -> Relationship:
    return Relationship(source, type, target, json.loads(properties))
