"""The rows of an embedded catalog's record, read past the record's own checks.

Texts that are no UTF-8 keep their bytes as surrogates; a row that holds something else than its columns' types is
left out and told.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..store import StoredNode, StoredRelationship
from .damage import Damage
from .rows import Ends

__all__ = ["SqliteRows", "open_as_it_is"]

_NODES = "SELECT id, label, manifest, event FROM nodes"
_ENDS = """SELECT ifnull(a.id, 'number ' || source), type, ifnull(b.id, 'number ' || target), properties, r.event,
    a.label, b.label FROM relationships AS r
    LEFT JOIN nodes AS a ON a.number = source LEFT JOIN nodes AS b ON b.number = target"""
_ORDER = "a.id, type, b.id, properties"


@contextmanager
def open_as_it_is(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, whatever the record says of its format.

    Raises:
        sqlite3.Error: if SQLite cannot open it.
    """
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{_mode(path)}", uri=True, isolation_level=None)
    connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
    try:
        yield connection
    finally:
        connection.close()


def _mode(path: Path) -> str:
    """Reading; where no lock can be taken beside the file, as a file that nobody changes."""
    is_logged = path.with_name(f"{path.name}-wal").exists()
    return "mode=ro" if os.access(path.parent, os.W_OK) or is_logged else "immutable=1"


class SqliteRows:
    """All rows of an open record; `unusable` tells those that were left out."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.unusable: list[Damage] = []

    def nodes(self) -> Iterator[StoredNode]:
        """By event, then id."""
        for row in self._connection.execute(f"{_NODES} ORDER BY event, id"):
            if self._is_usable("nodes", row, (str, str, str, int)):
                yield StoredNode(*row)

    def relationships(self) -> Iterator[Ends]:
        """By event, then source, type, target and properties."""
        types = (str, str, str, str, int, str | None, str | None)
        for row in self._connection.execute(f"{_ENDS} ORDER BY r.event, {_ORDER}"):
            if self._is_usable("relationships", row, types):
                yield Ends(StoredRelationship(*row[:5]), *row[5:])

    def ids_before(self, event: int) -> Iterator[str]:
        """The ids that earlier events brought, sorted."""
        for (id,) in self._connection.execute("SELECT id FROM nodes WHERE event < ? ORDER BY id", (event,)):
            yield str(id)

    def relationships_before(self, event: int) -> Iterator[StoredRelationship]:
        """The relationships that earlier events brought, by source, type, target and properties."""
        for row in self._connection.execute(f"{_ENDS} WHERE r.event < ? ORDER BY {_ORDER}", (event,)):
            source, type, target, properties, number, *_ = row
            yield StoredRelationship(str(source), str(type), str(target), str(properties), number)

    def check_aliases(self) -> Iterator[Damage]:
        """Where the table of names and the Alias nodes disagree."""
        sql = """SELECT name, version, id, manifest, label FROM aliases LEFT JOIN nodes USING (number)
            UNION ALL SELECT NULL, NULL, id, manifest, label FROM nodes
            WHERE label = 'Alias' AND number NOT IN (SELECT number FROM aliases)"""
        for name, version, id, manifest, label in self._connection.execute(sql):
            if name is None:
                yield Damage("alias", str(id), "the table of names lacks this Alias")
            elif label != "Alias" or not _says(manifest, name, version):
                yield Damage("alias", f"{name}@{version}", f"the table of names leads to {id}, which is not this Alias")

    def _is_usable(self, table: str, row: tuple[Any, ...], types: tuple[Any, ...]) -> bool:
        if all(map(isinstance, row, types)):
            return True
        self.unusable.append(Damage("record", f"table {table}", f"a row holds values of wrong types: {row!r:.200}"))
        return False


def _says(manifest: object, name: object, version: object) -> bool:
    try:
        said = json.loads(str(manifest))["properties"]
        return (said["name"], said["version"]) == (name, version)
    except (ValueError, KeyError, TypeError):
        return False
