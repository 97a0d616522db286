"""What is wrong with an embedded catalog: its record, its index, its blobs, and what killed processes left behind."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ...errors import CatalogError
from ..blobs import Blobs
from ..embedded.generations import abandoned_folders, damaged_generations, last_published_event
from ..embedded.record import APPLICATION_ID, TABLES, UNREADABLE
from ..store import FORMAT, check_format
from .blobs import check_blobs
from .damage import Damage
from .rows import check_rows
from .salvage import counts_of_readable
from .sqlite_rows import SqliteRows, open_as_it_is

__all__ = ["check_folder", "leftovers"]


def check_folder(folder: Path, blobs: Blobs) -> Iterator[Damage]:
    """Everything that is wrong with the catalog in a folder.

    Raises:
        CatalogError: if a newer stdcell wrote it, or it cannot be read.
    """
    path = folder / "record.sqlite"
    if not path.exists():
        raise CatalogError(f"no catalog at {str(folder)!r}; there is no {path.name} in it, a backup brings it back")
    yield from _check_record(
        path, lambda digest: _is_digest(digest) and digest in blobs, last_published_event(folder / "index")
    )
    yield from check_blobs(blobs)
    yield from check_index(folder / "index")
    for leftover in leftovers(folder):
        yield Damage("leftover", str(leftover), "a process was stopped while it wrote here")


def check_index(folder: Path) -> Iterator[Damage]:
    """The published files of the index that are damaged."""
    for file in damaged_generations(folder):
        yield Damage("index", str(file), "its bytes do not hash to its name")


def leftovers(folder: Path, *, older_than_s: float = 0.0) -> list[Path]:
    """What processes left that were stopped while they wrote, unless it is younger."""
    patterns = ("blobs/sha256/*/.writing-*", ".record.format-*", ".repairing-*", ".writing-*")
    found = [path for pattern in patterns for path in folder.glob(pattern)]
    limit = time.time() - older_than_s
    return sorted(path for path in [*found, *abandoned_folders(folder / "index")] if _modified(path) <= limit)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # its owner has just removed it
        return time.time()


def _is_digest(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def _check_record(path: Path, has_blob: Callable[[str], bool], last_published: int) -> Iterator[Damage]:
    try:
        with open_as_it_is(path) as connection:
            yield from _check_header(connection, path)
            connection.execute("BEGIN")  # all that follows is of one moment
            unsound = list(_check_file(connection, path))
            yield from unsound
            rows = SqliteRows(connection)
            try:
                yield from check_rows(rows, has_blob)
                yield from rows.check_aliases()
                yield from _check_end(connection, last_published)
            except UNREADABLE as error:
                yield Damage("record", str(path), f"SQLite cannot read on: {error}; {counts_of_readable(connection)}")
            yield from rows.unusable
    except UNREADABLE as error:
        yield Damage("record", str(path), f"SQLite cannot open it: {error}")


def _check_header(connection: sqlite3.Connection, path: Path) -> Iterator[Damage]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (format_,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        yield Damage("record", str(path), f"its header calls it the file of another program ({application:#x})")
    elif format_ != FORMAT:
        if _says_format(connection, format_):
            check_format(format_, str(path.parent))
        yield Damage("record", str(path), f"its header says format {format_}, its events say another")


def _says_format(connection: sqlite3.Connection, format_: int) -> bool:
    """Whether the events of a record say so, too."""
    try:
        rows = connection.execute("SELECT manifest FROM nodes WHERE label = 'Event' AND event = 0").fetchall()
        migrated = connection.execute(
            "SELECT 1 FROM nodes WHERE label = 'Event' AND manifest LIKE '%\"what\":\"migrated\"%'"
        ).fetchall()
        return any(f'"format":{format_}}}' in str(manifest) for (manifest,) in rows) and not migrated
    except UNREADABLE:
        return format_ > FORMAT


def _check_file(connection: sqlite3.Connection, path: Path) -> Iterator[Damage]:
    """What SQLite finds itself, and whether the tables are those that stdcell makes."""
    try:
        for (message,) in connection.execute("PRAGMA integrity_check(20)"):
            if message != "ok":
                yield Damage("record", str(path), str(message).replace("\n", "; "))
        declared = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
        for table in set(TABLES) - declared:
            yield Damage("record", str(path), f"a table or index is missing or altered: {' '.join(table.split())}")
    except UNREADABLE as error:
        yield Damage("record", str(path), f"SQLite cannot check it: {error}")


def _check_end(connection: sqlite3.Connection, last_published: int) -> Iterator[Damage]:
    (last,) = connection.execute("SELECT max(event) FROM nodes").fetchone()
    if isinstance(last, int) and last < last_published:
        found = f"the record ends here, the index knows events up to {last_published}; an older record was put back"
        yield Damage("event", f"event {last}", found)
