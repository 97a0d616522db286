"""Which file a text is: the names that the language reports texts under, and the URIs that editors know."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from lsprotocol.types import Location
from pygls.uris import from_fs_path, to_fs_path

from ...dsl.syntax.parser import DIALECTS
from ...errors import Source, Span
from .positions import Positions

__all__ = ["Places", "dialect_of", "name_of"]

_LIBRARY = "stdcell/"


def name_of(uri: str) -> str:
    """What a document is called in messages: its path, or its URI where it is no file yet."""
    return to_fs_path(uri) or uri


def dialect_of(uri: str, language: str | None) -> str | None:
    """The dialect of a document: the file's ending says it, the editor's language where that says nothing."""
    suffix = Path(name_of(uri)).suffix.removeprefix(".")
    return next((dialect for dialect in (suffix, language) if dialect in DIALECTS), None)


class Places:
    """Where an editor finds texts, in the units that it counts in; `opened` are the URIs it gave, by name."""

    def __init__(self) -> None:
        self.encoding = "utf-16"
        self.opened: dict[str, str] = {}

    def uri(self, source: Source) -> str | None:
        """The URI of a text; None for one that lies in no file, such as a catalogued program."""
        if source.name in self.opened:
            return self.opened[source.name]
        path = Path(source.name)
        if source.name.startswith(_LIBRARY):
            path = Path(str(files("stdcell.library"))) / source.name.removeprefix(_LIBRARY)
        return from_fs_path(str(path.absolute())) if path.is_file() else None

    def positions(self, source: Source) -> Positions:
        """The positions of a text."""
        return _positions(source.text, self.encoding)

    def location(self, span: Span) -> Location | None:
        """The editor's place of a span, if it lies in a file."""
        uri = self.uri(span.source)
        return Location(uri, self.positions(span.source).of(span)) if uri else None


@lru_cache(maxsize=8)
def _positions(text: str, encoding: str) -> Positions:
    """The positions of a text, kept while its faults are told one after another."""
    return Positions(text, encoding)
