"""The embedded Cypher index: a ladybug database over the record, which can be thrown away at any time.

1. The first query opens it and every query catches up with the record; writes never touch it.
2. Queries of users run on a database that is opened for reading only, at most one for each file in a process.
3. What the record holds beyond the newest file is written to a copy of this opening's own, with the database closed
   to queries meanwhile; the copy is published when the catalog is closed (see `generations`).
4. What fails half-way leaves no copy: the next query begins anew.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from threading import Lock, RLock
from typing import Any, cast

import ladybug

from ...errors import CatalogError
from ..cypher.columns import column_names
from ..cypher.linter import Dialect, fault_of
from ..cypher.prelude import MACROS
from ..cypher.results import plain_node, plain_parts, plain_path, plain_relationship, within_limit
from ..cypher.statements import tables
from ..cypher.translation import in_ladybug
from .generations import Generation, PrivateFolder, discard_generations, newest_generation, publish
from .loading import load
from .record import SqliteRecord

__all__ = ["LadybugIndex", "published_rows"]

_LAYOUT = f"{ladybug.__version__}:{sha256(repr([tables(), MACROS]).encode()).hexdigest()}"
_ADDRESS_SPACE = 2**38  # ladybug's default of 8 TiB is refused by small containers
_ATTEMPTS = 5
_READABLE: dict[Path, tuple[ladybug.Database, int]] = {}  # the databases of this process, and how many read each
_READABLE_LOCK = Lock()


class LadybugIndex:
    """Answers Cypher over a record, with its files in `folder`."""

    def __init__(self, folder: Path, record: SqliteRecord) -> None:
        self.folder = folder
        self._record = record
        self._lock = RLock()
        self._opened: _Readable | None = None
        self._private: PrivateFolder | None = None

    def query(
        self, cypher: str, parameters: Mapping[str, Any], *, dialect: Dialect, timeout_s: float, row_limit: int
    ) -> list[dict[str, Any]]:
        """The rows of a checked query over all that the record holds now."""
        asked = in_ladybug(cypher) if dialect == "portable" else cypher
        with self._lock:
            opened = self._current()
            with _translated("the query cannot be run", timeout_s):
                return opened.rows(asked, parameters, column_names(cypher), timeout_s, row_limit)

    def rebuild(self) -> None:
        """Throw the index away and build it anew."""
        with self._lock:
            self._discard()
            discard_generations(self.folder)
            self._current()
            self.close()

    def close(self) -> None:
        """Close the database, and publish what it has caught up with."""
        with self._lock:
            event = self._opened.event if self._opened else -1
            self._close_readable()
            if self._private and self._private.is_publishable and event >= 0:
                with suppress(OSError):  # it can be built again
                    publish(self._private.file, self.folder, _LAYOUT, event)
            self._discard()

    def _current(self) -> _Readable:
        """The index, opened and caught up."""
        last = self._record.last_event()
        if self._opened is None or self._opened.event < last:
            with _translated(f"the index {self.folder} cannot be built"):
                self._opened = self._open(last, attempts=_ATTEMPTS)
        return self._opened

    def _open(self, last: int, attempts: int) -> _Readable:
        """A file that holds everything up to that event, for reading.

        Another process may publish a newer file and delete the chosen one before it is open here: then again.
        """
        chosen: Generation | None = None
        try:
            chosen = self._generation(last)
            return _Readable(*chosen)
        except (RuntimeError, OSError) as error:
            is_gone = not chosen.path.exists() if chosen else isinstance(error, FileNotFoundError)
            if not is_gone or attempts == 1:
                raise
            return self._open(last, attempts - 1)

    def _generation(self, last: int) -> Generation:
        """A file that holds everything up to that event."""
        if self._private is None:
            published = newest_generation(self.folder, _LAYOUT, last)
            if published and published.event == last:
                return published
        else:
            assert self._opened, "a private file that nobody reads"
            published = Generation(self._private.file, self._opened.event)
        self._close_readable()
        try:
            return self._advanced(published)
        except BaseException:
            self._discard()
            raise

    def _advanced(self, start: Generation | None) -> Generation:
        """A file of this opening's own that goes on from `start` to the end of the record."""
        if self._private is None:
            self._private = PrivateFolder(self.folder)
            if start:
                shutil.copyfile(start.path, self._private.file)
        with _writable(self._private.file) as run:
            for declaration in () if start else ("BEGIN TRANSACTION", *tables(), *MACROS, "COMMIT"):
                run(declaration, {})
            with self._record.snapshot():
                last = self._record.last_event()
                load(run, self._record, start.event if start else -1, self._private.path)
        return Generation(self._private.file, last)

    def _close_readable(self) -> None:
        if self._opened:
            self._opened.close()
            self._opened = None

    def _discard(self) -> None:
        self._close_readable()
        if self._private:
            self._private.remove()
            self._private = None


class _Readable:
    """A database opened for reading, with the last event in it."""

    def __init__(self, path: Path, event: int) -> None:
        self.event = event
        self.path = path
        with _READABLE_LOCK:
            database, n_readers = _READABLE.get(path) or (
                ladybug.Database(path, max_db_size=_ADDRESS_SPACE, read_only=True),
                0,
            )
            _READABLE[path] = database, n_readers + 1
        self.connection = ladybug.Connection(database)

    def rows(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        names: Sequence[str] | None,
        timeout_s: float,
        row_limit: int,
    ) -> list[dict[str, Any]]:
        self.connection.set_query_timeout(max(1, round(timeout_s * 1000)))
        result = self.connection.execute(cypher, dict(parameters))
        assert isinstance(result, ladybug.QueryResult), "more than one statement"
        names = names or result.get_column_names()
        return [dict(zip(names, map(_plain, row), strict=True)) for row in within_limit(_rows_of(result), row_limit)]

    def stream(self, cypher: str) -> Iterator[list[Any]]:
        result = self.connection.execute(cypher)
        assert isinstance(result, ladybug.QueryResult), "more than one statement"
        return _rows_of(result)

    def close(self) -> None:
        self.connection.close()
        with _READABLE_LOCK:
            database, n_readers = _READABLE.pop(self.path)
            if n_readers > 1:
                _READABLE[self.path] = database, n_readers - 1
            else:
                database.close()


@contextmanager
def _writable(path: Path) -> Iterator[Any]:
    # One checkpoint when it closes, not one for each statement.
    database = ladybug.Database(path, max_db_size=_ADDRESS_SPACE, auto_checkpoint=False)
    connection = ladybug.Connection(database)
    try:
        yield lambda statement, parameters: connection.execute(statement, dict(parameters))
    finally:
        connection.close()
        database.close()
    if any(path.parent.glob(f"{path.name}.*")):  # ladybug tells nothing where its last flush fails
        raise OSError("its file could not be completed; the disk is full, or a file may not grow so large")


@contextmanager
def _translated(what: str, timeout_s: float = 0.0) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, TypeError, ValueError, OSError) as error:  # ladybug raises nothing more specific
        if str(error).startswith("Interrupted"):
            raise CatalogError(
                f"{what}: it took longer than {timeout_s:g} s; ask for less, or with a higher timeout_s"
            ) from error
        raise CatalogError(f"{what}: {fault_of(str(error))}") from error


@contextmanager
def published_rows(folder: Path) -> Iterator[Callable[[str], Iterator[list[Any]]] | None]:
    """What runs a query on the newest sound published file as it is, the record aside; None without such a file."""
    published = newest_generation(folder, _LAYOUT, sys.maxsize)
    if published is None:
        yield None
        return
    with _translated(f"the index {folder} cannot be read"):
        readable = _Readable(*published)
        try:
            yield readable.stream
        finally:
            readable.close()


def _rows_of(result: ladybug.QueryResult) -> Iterator[list[Any]]:
    while result.has_next():
        yield cast("list[Any]", result.get_next())


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value)  # a sum of integers is one of 128 bits
        case {"_NODES": nodes, "_RELS": relationships}:
            return plain_path(_plain(nodes), _plain(relationships))
        case {"_SRC": _, "_LABEL": str(type)}:
            return plain_relationship(type, value)
        case {"_LABEL": str(label)}:
            return plain_node(label, value)
        case _:
            return plain_parts(value, _plain)
