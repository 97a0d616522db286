"""The embedded Cypher index: a ladybug database over the record, which can be thrown away at any time.

1. The first query opens it and every query catches up with the record; writes never touch it.
2. It lives in the file that `IndexFile` lends to one opening at a time. Whoever comes second, in this process or
   another, builds its own index in memory, because ladybug loses writes when a path is opened twice.
3. What fails half-way leaves no index: the next query builds it anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from threading import RLock
from typing import Any

import ladybug

from ...errors import CatalogError
from ..cypher.statements import insertions, tables
from .index_file import IndexFile
from ..cypher.linter import column_names, fault_of, tokens_of
from .record import SqliteRecord
from ..cypher.results import plain_node, plain_path, plain_relationship

__all__ = ["LadybugIndex"]

# ladybug has no type(r), and its labels(n) is a string: these give both the meaning that they have in Neo4j.
_MACROS = ("CREATE MACRO type(r) AS label(r)", "CREATE MACRO label_list(n) AS [label(n)]")
_LAYOUT = f"{ladybug.__version__}:{sha256(repr([tables(), _MACROS]).encode()).hexdigest()}"
_ADDRESS_SPACE = 2**38  # ladybug's default of 8 TiB is refused by small containers


class LadybugIndex:
    """Answers Cypher over a record, with its files in `folder`."""

    def __init__(self, folder: Path, record: SqliteRecord) -> None:
        self.folder = folder
        self._record = record
        self._lock = RLock()
        self._opened: _OpenIndex | None = None

    def query(self, cypher: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a checked query over all that the record holds now."""
        with self._lock:
            opened = self._current()
            with _translated("the query cannot be run"):
                result = opened.run(_in_dialect(cypher), dict(parameters))
                names = column_names(cypher) or result.get_column_names()
                return [dict(zip(names, map(_plain, row), strict=True)) for row in result.get_all()]

    def close(self) -> None:
        """Close the database and seal its file."""
        with self._lock:
            if self._opened:
                self._opened.close(sealed=True)
                self._opened = None

    def _current(self) -> _OpenIndex:
        """The index, opened and caught up."""
        with _translated(f"the index {self.folder} cannot be built"):
            opened, self._opened = self._opened or _OpenIndex(self.folder), None
            try:
                opened.catch_up(self._record)
            except BaseException:
                opened.close(sealed=False)
                raise
        self._opened = opened
        return opened


class _OpenIndex:
    """An open ladybug database with the last event that it holds."""

    def __init__(self, folder: Path) -> None:
        self.file = IndexFile.claim(folder, _LAYOUT)
        self.event = self.file.unseal() if self.file else -1
        self.database = ladybug.Database(self.file.path if self.file else ":memory:", max_db_size=_ADDRESS_SPACE)
        self.connection = ladybug.Connection(self.database)

    def run(self, cypher: str, parameters: dict[str, Any]) -> ladybug.QueryResult:
        result = self.connection.execute(cypher, parameters)
        assert isinstance(result, ladybug.QueryResult), "more than one statement"
        return result

    def catch_up(self, record: SqliteRecord) -> None:
        if self.event < 0:
            for declaration in (*tables(), *_MACROS):
                self.run(declaration, {})
        if self.event < record.last_event():
            change = record.since(self.event)
            for insertion, rows in insertions(change.nodes, change.relationships, change.labels, with_manifest=False):
                self.run(insertion, {"rows": rows})
            self.event = change.event

    def close(self, *, sealed: bool) -> None:
        self.connection.close()
        self.database.close()
        if self.file:
            if sealed:
                self.file.seal(self.event)
            self.file.release()


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, TypeError, ValueError, OSError) as error:  # ladybug raises nothing more specific
        raise CatalogError(f"{what}: {fault_of(str(error))}") from error


def _in_dialect(cypher: str) -> str:
    """The query with the functions that ladybug reads differently replaced by our macros."""
    tokens = tokens_of(cypher)
    for token, after in reversed(list(pairwise(tokens))):
        if token.keyword == "LABELS" and after.text == "(":
            cypher = f"{cypher[: token.start]}label_list{cypher[token.start + len(token.text) :]}"
    return cypher


def _plain(value: Any) -> Any:
    match value:
        case {"_NODES": nodes, "_RELS": relationships}:
            return plain_path(_plain(nodes), _plain(relationships))
        case {"_SRC": _, "_LABEL": str(type)}:
            return plain_relationship(type, value)
        case {"_LABEL": str(label)}:
            return plain_node(label, value)
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case list():
            return [_plain(part) for part in value]
        case _:
            return value
