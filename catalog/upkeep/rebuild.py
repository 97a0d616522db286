"""A record of an embedded catalog written anew from what was chosen, in place of a damaged one.

1. The repair has the record for itself: it fails while another process has it open.
2. The record as it is goes to `record.before-repair-TIME.sqlite` beside it, whole and flushed.
3. The new record is made in a file of its own and then copied over the old one in one transaction. A file that SQLite
   does not open at all is replaced instead.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from ...errors import CatalogError
from ..durable import flush_folder
from ..embedded.record import APPLICATION_ID, TABLES, UNREADABLE
from ..node import JsonObject
from ..schema import Alias, Event, Port, PortType, node_from_manifest
from ..store import FORMAT, Change, StoredNode, StoredRelationship, next_event, port_type_relations
from .choice import Copies, Joined

__all__ = ["held_alone", "nodes_of", "record_of_repair", "replace_record"]

_PATIENCE_S = 5.0
_NUMBER = "(SELECT number FROM nodes WHERE id = ?)"


@contextmanager
def held_alone(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that keeps all others out; None where SQLite cannot open the file.

    Raises:
        CatalogError: if another process has it open, or it cannot be written.
    """
    with closing(sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)) as connection:
        connection.text_factory = lambda content: content.decode("utf-8", "replace")  # such a row is damaged anyway
        yield connection if _is_held(connection, path) else None


def _is_held(connection: sqlite3.Connection, path: Path) -> bool:
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except UNREADABLE as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY"):
            raise CatalogError(f"{path} is open in another process; a repair needs it alone, repeat it later") from None
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR")):
            raise CatalogError(f"{path} cannot be repaired where it is: {error}; copy the folder first") from error
        return False
    return True


def nodes_of(copies: Copies, unsound: dict[str, tuple[str, str]], chosen: dict[str, int]) -> list[StoredNode]:
    """The nodes of these ids, a damaged one as it is where no copy has it sound; by event."""
    found = []
    for id, event in sorted(chosen.items(), key=lambda one: (one[1], one[0])):
        if id in copies.manifests:
            manifest = copies.manifests[id]
            found.append(StoredNode(id, manifest[10 : manifest.index('"', 10)], manifest, event))
        elif id in unsound:
            found.append(StoredNode(id, *unsound[id], event))
    return found


def record_of_repair(nodes: Iterable[StoredNode], joined: Iterable[Joined], payload: JsonObject) -> Change | None:
    """The event of a repair, with the types that ports lack; None where the last event is damaged itself."""
    found = list(nodes)
    events = [node for node in found if node.label == "Event"]
    if not events or _sound(events[-1:]) == []:
        return None
    typed = {source for source, type, *_ in joined if type == "HAS_TYPE"}
    ports = [cast(Port, one) for one in _sound(one for one in found if one.label == "Port" and one.id not in typed)]
    types = [cast(PortType, one) for one in _sound(one for one in found if one.label == "PortType")]
    last = cast(Event, _sound(events[-1:])[0])
    return next_event(last, "repaired", payload, *port_type_relations(ports, types), {})


def _sound(nodes: Iterable[StoredNode]) -> list[Any]:
    found = []
    for node in nodes:
        try:
            found.append(node_from_manifest(node.id, node.manifest))
        except (CatalogError, ValueError):
            continue
    return found


def replace_record(
    path: Path,
    old: sqlite3.Connection | None,
    nodes: Iterable[StoredNode],
    relationships: Iterable[StoredRelationship],
) -> Path:
    """Put a record of these rows in the place of the old one.

    Returns:
        Where the old one is kept.

    Raises:
        CatalogError: if it cannot be written; the old one is then as it was.
    """
    fresh = path.with_name(f".repairing-{uuid4().hex}")
    try:
        backup = _back_up(path, old)
        with closing(sqlite3.connect(fresh, isolation_level=None)) as new:
            _fill(new, nodes, relationships)
            if old is not None:
                new.backup(old)
        if old is None:
            _flush(fresh)
            for ending in ("-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
            fresh.replace(path)
        flush_folder(path.parent)
    except (*UNREADABLE, OSError) as error:
        raise CatalogError(f"{path} cannot be repaired: {error}; it is as it was, free space and repeat") from error
    finally:
        fresh.unlink(missing_ok=True)
    return backup


def _back_up(path: Path, old: sqlite3.Connection | None) -> Path:
    backup = path.with_name(f"{path.stem}.before-repair-{datetime.now(UTC):%Y%m%dT%H%M%S%f}{path.suffix}")
    beside = path.with_name(f".repairing-{uuid4().hex}")
    try:
        if old is not None:
            with closing(sqlite3.connect(beside)) as target:
                old.backup(target)
        else:
            shutil.copyfile(path, beside)
            log = path.with_name(f"{path.name}-wal")
            if log.exists():
                shutil.copyfile(log, backup.with_name(f"{backup.name}-wal"))
        _flush(beside)
        beside.replace(backup)
        flush_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)
    return backup


def _fill(
    connection: sqlite3.Connection, nodes: Iterable[StoredNode], relationships: Iterable[StoredRelationship]
) -> None:
    connection.execute("BEGIN")
    for table in TABLES:
        connection.execute(table)
    rows = list(nodes)
    connection.executemany("INSERT INTO nodes (id, label, manifest, event) VALUES (?, ?, ?, ?)", rows)
    known = {node.id for node in rows}
    connection.executemany(
        f"INSERT OR IGNORE INTO relationships VALUES ({_NUMBER}, ?, {_NUMBER}, ?, ?)",
        [one for one in relationships if one.source in known and one.target in known],
    )
    aliases: list[Alias] = _sound(node for node in rows if node.label == "Alias")
    connection.executemany(
        f"INSERT OR IGNORE INTO aliases VALUES (?, ?, {_NUMBER})", [(one.name, one.version, one.id) for one in aliases]
    )
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("COMMIT")


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
