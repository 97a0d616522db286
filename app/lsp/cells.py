"""The catalog as the language server sees it: asked when needed, let go at once, never written.

1. The catalog is opened for one question and closed again. It is asked through its record only, which many may read
   while another writes; the Cypher index, which has one owner, is left alone.
2. An answer is kept until the catalog's files change; of a server, which cannot be watched, for a minute at most.
3. A catalog that is not there, or fails, is a fault of the program's `use`, not of the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar, cast

from ...catalog import Catalog
from ...catalog.embedded.folder import holds_catalog
from ...catalog.server.address import is_server_uri
from ...dsl.scope import CellSignature, Condition
from ...errors import CatalogError, Source, UnknownCell

__all__ = ["CatalogReader", "ListedCell", "find_place"]

Answer = TypeVar("Answer")

_FILES = ("record.sqlite", "record.sqlite-wal")
_TRUSTED_S = 60.0
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class ListedCell:
    """A named cell, with its signature where it is a circuit or formula that can be called."""

    kind: str
    name: str
    signature: CellSignature | None


class CatalogReader:
    """Reads the catalog at a place; a `Scope` for the programs that are edited."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._stamp: object = None
        self._answers: dict[tuple[object, ...], object] = {}

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        """The signature of a circuit or formula; UnknownCell where there is none, or no catalog."""
        return self._ask(("cell", kind, name, version), lambda catalog: catalog.find_cell(kind, name, version))

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        """The text and dialect of a catalogued program; UnknownCell where there is none, or no catalog."""
        return self._ask(("program", name, version), lambda catalog: catalog.find_program(name, version))

    def find_matching(self, kind: str, conditions: Sequence[Condition]) -> CellSignature:
        """The newest cell that meets all conditions; UnknownCell where there is none, or no catalog."""
        asked = tuple(conditions)
        return self._ask(("matching", kind, asked), lambda catalog: catalog.find_matching(kind, asked))

    def listed(self, kind: str, prefix: str) -> list[ListedCell]:
        """The first cells of a kind whose names start so, as far as they can be read."""
        try:
            return self._ask(("listed", kind, prefix), lambda catalog: _listed(catalog, kind, prefix))
        except UnknownCell:
            return []

    def _ask(self, key: tuple[object, ...], question: Callable[[Catalog], Answer]) -> Answer:
        stamp = self._seen()
        if stamp != self._stamp:
            self._stamp, self._answers = stamp, {}
        if key not in self._answers:
            self._answers[key] = self._opened(question)
        answer = self._answers[key]
        if isinstance(answer, UnknownCell):
            raise answer.with_traceback(None)
        return cast(Answer, answer)

    def _opened(self, question: Callable[[Catalog], Answer]) -> Answer | UnknownCell:
        try:
            with Catalog(self.place, create=False) as catalog:
                return question(catalog)
        except UnknownCell as error:
            return error
        except CatalogError as error:
            return UnknownCell(str(error))

    def _seen(self) -> object:
        """What changes when the catalog does."""
        if "://" in self.place:
            return int(time.monotonic() / _TRUSTED_S)
        return [_state(Path(self.place) / file) for file in _FILES]


def find_place(asked: str | None, folders: list[str]) -> str | None:
    """The place of the catalog that was asked for, else the folder `catalog` of the first folder that has one.

    A relative place is looked for in the same folders: an editor may start the server anywhere.
    """
    if asked and _is_server(asked):
        return asked
    found = [str(Path(folder) / (asked or "catalog")) for folder in folders]
    return next((place for place in found if holds_catalog(place)), asked)


def _is_server(place: str) -> bool:
    try:
        return is_server_uri(place)
    except CatalogError:  # a URI that no catalog is behind: asking it says so
        return True


def _state(file: Path) -> object:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _listed(catalog: Catalog, kind: str, prefix: str) -> list[ListedCell]:
    names = islice((name for found, name in catalog.cells(prefix) if found == kind), _MOST_LISTED)
    return [ListedCell(kind, name, None if kind == "program" else _signature(catalog, kind, name)) for name in names]


def _signature(catalog: Catalog, kind: str, name: str) -> CellSignature | None:
    try:
        return catalog.find_cell(kind, name, None)
    except CatalogError:  # it cannot be called, but it is there
        return None
