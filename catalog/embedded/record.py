"""The record of an embedded catalog: immutable manifests and relationships in one SQLite file.

1. One write is one transaction, flushed to the disk before it is acknowledged; SQLite serialises writers across
   processes.
2. Nothing is ever changed or removed. Each row carries the number of the event that brought it, so that an index can
   ask for what it has not seen yet.
3. Every manifest is checked against its id when it is read.
4. Where the folder cannot be written, the record is opened for reading.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, cast

from ...errors import CatalogError
from ..node import Node
from ..relationships import Relationship
from ..schema import Alias, Event, PortType, node_from_manifest
from ..store import (
    FORMAT,
    Batch,
    Change,
    Direction,
    Known,
    StoredNode,
    StoredRelationship,
    change_of,
    check_format,
    creation,
)
from .migration import migrate

__all__ = ["APPLICATION_ID", "TABLES", "UNREADABLE", "SqliteRecord"]

APPLICATION_ID = 0x57DCE110
# What reading a damaged file raises: SQLite's own faults, and Python's where their text or a number is damaged, too.
UNREADABLE = (sqlite3.Error, UnicodeDecodeError, OverflowError)
_PATIENCE_S = 30.0
_PORTION = 10_000
# A query has to say this too, or SQLite does not take the index and reads every node.
_OF_THE_CATALOG = "label IN ('Event', 'PortType')"
# Relationships name their ends by number: 64 digits twice, in three indexes, would make a record four times as large.
TABLES = (
    """CREATE TABLE nodes (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL, manifest TEXT NOT NULL,
        event INTEGER NOT NULL)""",
    "CREATE INDEX nodes_by_event ON nodes (event)",
    f"CREATE INDEX nodes_of_the_catalog ON nodes (label) WHERE {_OF_THE_CATALOG}",
    """CREATE TABLE relationships (
        source INTEGER NOT NULL REFERENCES nodes (number), type TEXT NOT NULL,
        target INTEGER NOT NULL REFERENCES nodes (number), properties TEXT NOT NULL, event INTEGER NOT NULL,
        PRIMARY KEY (source, type, target, properties)) WITHOUT ROWID""",
    "CREATE INDEX relationships_by_target ON relationships (target, type)",
    "CREATE INDEX relationships_by_event ON relationships (event)",
    """CREATE TABLE aliases (
        name TEXT NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL REFERENCES nodes (number),
        PRIMARY KEY (name, version)) WITHOUT ROWID""",
)
_ENDS = """FROM relationships AS r
    JOIN nodes AS a ON a.number = source JOIN nodes AS b ON b.number = target"""
_JOINED = f"SELECT a.id, type, b.id, properties, r.event {_ENDS}"


class SqliteRecord:
    """Nodes, relationships and aliases in the SQLite file at `path`, which is made where it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        self.is_writable = os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))
        with self._translated():
            self._connection = sqlite3.connect(
                _address(path, is_writable=self.is_writable),
                uri=True,
                timeout=_PATIENCE_S,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._translated():
            self._connection.close()

    def write(self, batch: Batch) -> Change | None:
        """Write what of a batch is new, whole and durably or nothing of it, and give it; None where nothing is new."""
        with self._transaction():
            change = change_of(batch, self._known(batch))
            if change:
                self._insert(change)
        return change

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
        sql = "SELECT nodes.id, manifest FROM aliases JOIN nodes USING (number) WHERE name = ? ORDER BY version"
        return [cast(Alias, node_from_manifest(*row)) for row in self._rows(sql, name)]

    def relationships(self, ids: Sequence[str], type: str, direction: Direction) -> list[Relationship]:
        """The relationships of one type that leave or enter any of these nodes."""
        end = "a" if direction == "out" else "b"
        rows = self._rows(
            f"{_JOINED} WHERE {end}.id IN (SELECT value FROM json_each(?)) AND type = ?", _list(ids), type
        )
        return [Relationship(source, type_, target, json.loads(said)) for source, type_, target, said, _ in rows]

    def events(self) -> list[Event]:
        """All events, oldest first."""
        sql = f"SELECT id, manifest FROM nodes WHERE {_OF_THE_CATALOG} AND label = 'Event' ORDER BY event"
        return [cast(Event, node_from_manifest(*row)) for row in self._rows(sql)]

    def last_event(self) -> int:
        """The number of the last event."""
        last = self._rows("SELECT max(event) FROM nodes")[0][0]
        if not isinstance(last, int):
            raise CatalogError(
                f"the record {self.path} is damaged: the event of a node is {last!r}; `stdcell catalog fsck --repair` "
                "mends what another copy still holds"
            )
        return last

    def n_rows(self, after: int) -> int:
        """How many nodes and relationships later events than this one brought."""
        counts = [f"(SELECT count(*) FROM {table} WHERE event > ?1)" for table in ("nodes", "relationships")]
        return int(self._rows(f"SELECT {' + '.join(counts)}", after)[0][0])

    def stored_nodes(self, after: int = -1) -> Iterator[StoredNode]:
        """All that later events than this one brought, in the events' order, nothing checked."""
        sql = "SELECT id, label, manifest, event FROM nodes WHERE event > ? ORDER BY event"
        return (StoredNode(*row) for row in self._portions(sql, after))

    def stored_relationships(self, after: int = -1) -> Iterator[StoredRelationship]:
        """All that later events than this one brought, in the events' order, nothing checked."""
        return (
            StoredRelationship(*row) for row in self._portions(f"{_JOINED} WHERE r.event > ? ORDER BY r.event", after)
        )

    def joined(self, after: int) -> Iterator[tuple[str, str, str, str, str, str, int]]:
        """All relationships that later events brought, in no order, with what a bulk load needs.

        Yields:
            Type, labels of source and target, ids of source and target, properties, event.
        """
        sql = f"SELECT type, a.label, b.label, a.id, b.id, properties, r.event {_ENDS} WHERE r.event > ?"
        yield from self._portions(sql, after)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """While open, everything read is of one moment."""
        with self._lock, self._translated():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    def _known(self, batch: Batch) -> Known:
        sql = f"{_JOINED} WHERE a.id IN (SELECT value FROM json_each(?))"
        joined = self._rows(sql, _list({one.source for one in batch.relationships}))
        newest = {name: versions[-1] for name in dict(batch.aliases) if (versions := self.versions(name))}
        types = self._rows(f"SELECT id, manifest FROM nodes WHERE {_OF_THE_CATALOG} AND label = 'PortType'")
        last = self._rows("SELECT id, manifest FROM nodes WHERE label = 'Event' ORDER BY event DESC LIMIT 1")
        return Known(
            ids=self.labels(node.id for node in batch.nodes),
            relationships={row[:4] for row in joined},
            newest=newest,
            port_types=[cast(PortType, node_from_manifest(*row)) for row in types],
            last=cast(Event, node_from_manifest(*last[0])),
        )

    def _insert(self, change: Change) -> None:
        number_of = "(SELECT number FROM nodes WHERE id = ?)"
        for sql, rows in (
            ("INSERT INTO nodes (id, label, manifest, event) VALUES (?, ?, ?, ?)", change.nodes),
            (f"INSERT INTO relationships VALUES ({number_of}, ?, {number_of}, ?, ?)", change.relationships),
            (
                f"INSERT INTO aliases VALUES (?, ?, {number_of})",
                [(one.name, one.version, one.id) for one in change.aliases],
            ),
        ):
            self._connection.executemany(sql, rows)

    def _prepare(self) -> None:
        if self.is_writable:
            if self._pragma("application_id") != APPLICATION_ID:
                with self._transaction():
                    self._create()
            self._rows("PRAGMA synchronous = FULL")
            self._rows("PRAGMA foreign_keys = ON")
            if self._pragma("user_version") < FORMAT:
                self._migrate()
            with suppress(CatalogError):  # another process is opening too; whoever comes next turns it on, for good
                self._rows("PRAGMA journal_mode = WAL")
        check_format(self._pragma("user_version"), str(self.path.parent))

    def _create(self) -> None:
        if self._pragma("application_id") == APPLICATION_ID:
            return
        if self._rows("SELECT 1 FROM sqlite_master"):
            raise CatalogError(f"{self.path} is not a record of stdcell; choose another folder for the catalog")
        for table in TABLES:
            self._connection.execute(table)
        event = creation()
        self._insert(Change([StoredNode(event.id, event.label, event.manifest, 0)], [], [], {}))
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")
        self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _migrate(self) -> None:
        with self._transaction():
            found = self._pragma("user_version")
            if found < FORMAT:  # else another process has done it meanwhile
                self._insert(migrate(self._connection, self.path, found, TABLES))
                self._connection.execute(f"PRAGMA user_version = {FORMAT}")

    def _pragma(self, name: str) -> int:
        return int(self._rows(f"PRAGMA {name}")[0][0])

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._translated():
            return self._connection.execute(sql, values).fetchall()

    def _portions(self, sql: str, *values: object) -> Iterator[tuple[Any, ...]]:
        with self._translated():
            cursor = self._connection.execute(sql, values)
        while True:
            with self._translated():
                rows = cursor.fetchmany(_PORTION)
            if not rows:
                return
            yield from rows

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if not self.is_writable:
            raise CatalogError(f"the catalog {str(self.path.parent)!r} cannot be written; copy it where it can be")
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
            except UNREADABLE as error:
                raise CatalogError(f"the record {self.path} {_fault(error)}") from error


def _address(path: Path, *, is_writable: bool) -> str:
    """The file's URI. What cannot be written is read as it lies, unless a writer left a log beside it."""
    how = "" if is_writable else "?mode=ro" if path.with_name(f"{path.name}-wal").exists() else "?immutable=1"
    return f"{path.absolute().as_uri()}{how}"


def _fault(error: Exception) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_BUSY"):
        return f"has been written by another process for {_PATIENCE_S:.0f} s; try again when it is done"
    if name.startswith("SQLITE_IOERR_SHM"):
        return "cannot be opened: there is no room for its log beside it, the disk is full; free some space"
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR_WRITE"):
        return "cannot be written: the disk is full; nothing of this write was kept, free some space and repeat it"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or isinstance(error, ValueError):
        return f"is damaged: {error}; `stdcell catalog fsck` names what is lost, a backup brings it back"
    return f"cannot be used: {error}"


def _list(ids: Iterable[str]) -> str:
    return json.dumps(list(ids))
