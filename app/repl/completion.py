"""How what is being typed can go on: names, words, commands, cells of the catalog, files.

What may stand there is told by what stands before it, by the rules of `_RULES`, the first that fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from ...dsl.scope import library_names
from ...dsl.syntax.keywords import keywords
from .commands import COMMANDS
from .reader import Reader

__all__ = ["Completions"]

_WORD = re.compile(r"(?P<typed>[A-Za-z_]\w*|)$")
_BEFORE = r"^(?:[^\"'#\n]|\"[^\"\n]*\"|'[^'\n]*')*"
_KINDS = ("circuit", "formula", "program")
_SPOKEN = (
    *("set example", "set s-op example", "set selector example", "show example"),
    *("examples on", "examples off", "s-op examples on", "s-op examples off", "selector examples on"),
    *("selector examples off", "full seq display on", "full seq display off", "exit", "quit"),
)


class Completions(Completer):
    """Completes what is typed to a reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """Everything that can stand at the cursor and begins as what stands there, in alphabetical order."""
        before = document.text_before_cursor
        for pattern, candidates in _RULES:
            found = pattern.search(before)
            if found:
                typed = found["typed"]
                fitting = sorted({text for text in candidates(self._reader, typed) if text.startswith(typed)})
                yield from (Completion(text, -len(typed)) for text in fitting)
                return


def _commands(_reader: Reader, _typed: str) -> Iterable[str]:
    return COMMANDS


def _names(reader: Reader, _typed: str) -> Iterable[str]:
    words = keywords(reader.session.dialect)
    return [
        name for name in {*reader.session.known, *words} if not name.startswith("_") or name in reader.session.names
    ]


def _first_words(reader: Reader, typed: str) -> Iterable[str]:
    spoken = _SPOKEN if reader.session.dialect == "rasp" else ()
    return [*spoken, *_names(reader, typed)]


def _kinds(_reader: Reader, _typed: str) -> Iterable[str]:
    return _KINDS


def _cells(kind: str, reader: Reader, typed: str) -> Iterable[str]:
    catalog = reader.catalog
    if catalog is None:
        return ()
    return [name for found, name in catalog.cells(typed) if found == kind]


def _rasp_files(_reader: Reader, typed: str) -> Iterable[str]:
    return [text.removesuffix(".rasp") for text in _paths(typed, (".rasp",))]


def _programs(_reader: Reader, typed: str) -> Iterable[str]:
    return [*library_names(), *_paths(typed, (".cell", ".rasp"))]


def _paths(typed: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """The files of these suffixes, and the folders, in the folder that is typed so far."""
    folder = typed[: typed.rfind("/") + 1]
    try:
        entries = list(Path(folder or ".").iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield f"{folder}{entry.name}/"
        elif entry.suffix in suffixes:
            yield f"{folder}{entry.name}"


def _nothing(_reader: Reader, _typed: str) -> Iterable[str]:
    """In a comment, and in a quoted token."""
    return ()


_Candidates = Callable[[Reader, str], Iterable[str]]
_RULES: tuple[tuple[re.Pattern[str], _Candidates], ...] = (
    (re.compile(r"^\s*(?P<typed>:\w*)$"), _commands),
    (re.compile(r"\bload\s+[\"'](?P<typed>[^\"'\n]*)$"), _rasp_files),
    (re.compile(r"\buse\s+program\s+[\"'](?P<typed>[^\"'\n]*)$"), _programs),
    *((re.compile(rf"\buse\s+{kind}\s+(?P<typed>[\w@]*)$"), partial(_cells, kind)) for kind in _KINDS),
    (re.compile(r"\buse\s+(?P<typed>\w*)$"), _kinds),
    (re.compile(_BEFORE + r"#(?P<typed>[^\n]*)\Z", re.MULTILINE), _nothing),
    (re.compile(_BEFORE + r"[\"'](?P<typed>[^\"'\n]*)\Z", re.MULTILINE), _nothing),
    (re.compile(r"(?:^|;)[ \t]*(?P<typed>[A-Za-z_][\w -]*)$", re.MULTILINE), _first_words),
    (_WORD, _names),
)
