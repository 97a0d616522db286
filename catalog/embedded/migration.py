"""Records of older formats, brought to the present one.

1. The record as it is goes to `record.format-1.sqlite` beside it, whole and flushed, before anything is changed.
2. In one transaction of the caller: the tables are written anew, types of ports are added, and an event says so. Its
   payload holds the digest of all that earlier events brought, since these had none of their own.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import cast

from ...errors import CatalogError
from ..durable import flush_folder
from ..schema import Event, Port, node_from_manifest
from ..store import FORMAT, Change, StoredRelationship, digest_of, next_event, port_type_relations

__all__ = ["migrate"]

_TABLES = ("nodes", "relationships", "aliases")
_COPIES = (
    "INSERT INTO nodes (id, label, manifest, event) SELECT id, label, manifest, event FROM old_nodes ORDER BY event",
    """INSERT INTO relationships SELECT a.number, type, b.number, properties, r.event FROM old_relationships AS r
        JOIN nodes AS a ON a.id = source JOIN nodes AS b ON b.id = target""",
    "INSERT INTO aliases SELECT name, version, number FROM old_aliases JOIN nodes USING (id)",
)


def migrate(connection: sqlite3.Connection, path: Path, found: int, tables: Sequence[str]) -> Change:
    """Rewrite the record of format 1 that is open here in a transaction.

    Returns:
        What is still to be written: the types of ports, and the event of the migration.

    Raises:
        CatalogError: if the record is no sound one of format 1, or the backup cannot be written.
    """
    _check_is_older(connection, path, found)
    try:
        _back_up(path, found)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise CatalogError(f"no backup of {path} can be written beside it: {reason}; it stays of format 1") from error
    ids = [id for (id,) in connection.execute("SELECT id FROM nodes")]
    joined = connection.execute("SELECT source, type, target, properties, event FROM relationships")
    earlier = digest_of(ids, [StoredRelationship(*row) for row in joined])
    connection.execute("DROP INDEX nodes_by_event")
    for table in _TABLES:
        connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    connection.execute("DROP INDEX relationships_by_target")
    connection.execute("DROP INDEX relationships_by_event")
    for statement in (*tables, *_COPIES, *(f"DROP TABLE old_{table}" for table in reversed(_TABLES))):
        connection.execute(statement)
    rows = connection.execute("SELECT id, manifest FROM nodes WHERE label = 'Port'")
    types, joins = port_type_relations(list(_sound_ports(rows)), [])
    (last,) = connection.execute("SELECT id, manifest FROM nodes WHERE label = 'Event' ORDER BY event DESC LIMIT 1")
    payload = {"format": found, "to": FORMAT, "earlier": earlier}
    return next_event(cast(Event, node_from_manifest(*last)), "migrated", payload, types, joins, {})


def _sound_ports(rows: Iterable[tuple[str, str]]) -> Iterator[Port]:
    for row in rows:
        with suppress(CatalogError):  # `stdcell catalog fsck` names a damaged one, and joins it once it is mended
            yield cast(Port, node_from_manifest(*row))


def _check_is_older(connection: sqlite3.Connection, path: Path, found: int) -> None:
    """Rewriting a record that only its damaged header calls older would lose what it holds."""
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(nodes)")]
    if found != 1 or columns != ["id", "label", "manifest", "event"]:
        raise CatalogError(
            f"the header of {path} says format {found}, its tables are of another; `stdcell catalog fsck --repair` "
            "sets the header right"
        )


def _back_up(path: Path, found: int) -> None:
    backup = path.with_name(f"{path.stem}.format-{found}{path.suffix}")
    beside = backup.with_name(f".{backup.name}")
    beside.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(beside)) as target:
        source.backup(target)
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(backup)
    flush_folder(path.parent)
