"""Lines from a terminal: history, several lines to an item, completion, colours."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer

from ...dsl.syntax.keywords import keywords
from .completion import Completions
from .reader import Reader

__all__ = ["Terminal", "history_file"]

_PROMPT, _CONTINUED = ">> ", ".. "
_LEXEME = re.compile(r"""\#.*|"[^"]*"?|'[^']*'?|\d+(?:\.\d+)?|[A-Za-z_]\w*|^\s*:\w+|.""")


class Terminal:
    """Reads whole items from a terminal for a reader."""

    def __init__(self, reader: Reader) -> None:
        self._prompt: PromptSession[str] = PromptSession(
            history=_history(),
            completer=Completions(reader),
            complete_while_typing=False,
            lexer=_Colours(reader.session.dialect),
            key_bindings=_keys(reader),
            multiline=True,
            prompt_continuation=lambda _width, _line, _wraps: _CONTINUED,
        )

    def read(self, _reader: Reader) -> str:
        """What is typed until it is complete; EOFError and KeyboardInterrupt as the terminal's keys say."""
        return self._prompt.prompt(_PROMPT)


def history_file() -> Path:
    """Where what is typed is kept for the next time."""
    state = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    return folder / "stdcell" / "history"


def _history() -> History:
    """What was typed before; only of this time where the file cannot be written."""
    try:
        file = history_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab"):
            pass
    except (OSError, RuntimeError):
        return InMemoryHistory()
    return _History(str(file))


class _History(FileHistory):
    """A file that may stop being writable at any time."""

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            return


def _keys(reader: Reader) -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("enter")
    def _enter(event: KeyPressEvent) -> None:
        """Take the text where it is complete, else go on in the next line."""
        buffer = event.current_buffer
        if reader.wants_more(buffer.text):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    return bindings


class _Colours(Lexer):
    """The language's words, quoted tokens, numbers, comments and the reader's own commands in colours."""

    def __init__(self, dialect: str) -> None:
        self._keywords = keywords(dialect)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines

        def line(number: int) -> StyleAndTextTuples:
            return [(self._style(lexeme), lexeme) for lexeme in _LEXEME.findall(lines[number])]

        return line

    def _style(self, lexeme: str) -> str:
        if lexeme in self._keywords or (lexeme.lstrip().startswith(":") and len(lexeme) > 1):
            return "bold"
        if lexeme[0] == "#":
            return "ansigray"
        if lexeme[0] in "\"'":
            return "ansigreen"
        return "ansicyan" if lexeme[0].isdigit() else ""
