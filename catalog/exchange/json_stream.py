"""A JSON object read member by member, and chosen members item by item: memory grows with one item, not with the file.

1. The file is read in blocks of text; the standard decoder takes one value at a time off the front of what is there.
2. A value that does not end within the block is tried again with twice as much text, up to `LONGEST_VALUE`.
3. `NaN` and infinities are read as Python's tools write them; what they may mean is for the reader of the item to say.

An off-the-shelf event parser (ijson, with its parser in C) takes less than half the time, but refuses the `NaN` that
Python's tools write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from ...errors import CatalogError

__all__ = ["LONGEST_VALUE", "Member", "read_members"]

LONGEST_VALUE = 2**26
"""Most characters that one value may have: one item of a streamed member, or a whole member that is not streamed."""
_BLOCK = 2**18
_LONGEST_SHOWN = 40
_SPACE = re.compile("[ \t\n\r]*")
_COMMA = re.compile("[ \t\n\r]*,[ \t\n\r]*")
_AFTER_A_VALUE = frozenset(" \t\n\r,]}:")
_CLOSING = {"[": "]", "{": "}"}


class Member(NamedTuple):
    """One value of the file.

    `key` is None for a whole member and for the head of a streamed one, whose `value` is then an empty list or
    object; the items of a streamed member follow with their index or name as `key`.
    """

    name: str
    key: int | str | None
    value: Any

    @property
    def place(self) -> str:
        """The path of the value in the file, such as `links[3]` or `edges["input->m0"]`."""
        if self.key is None:
            return self.name
        key = self.key if isinstance(self.key, int) else self.key[:_LONGEST_SHOWN]
        return f"{self.name}[{json.dumps(key)}]"


def read_members(path: Path, streamed: Collection[str]) -> Iterator[Member]:
    """The members of the JSON object in a file, in its order, those in `streamed` item by item.

    Raises:
        CatalogError: if the file cannot be read, is no JSON object in UTF-8, ends early, names a member twice, or
            holds a value that is longer than `LONGEST_VALUE`.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from _members(_Text(path, file), streamed)
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path} is not UTF-8 text: {error.reason}; unpack it if it is compressed") from error
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror or error}") from error


def _members(text: _Text, streamed: Collection[str]) -> Iterator[Member]:
    if (found := text.peek()) != "{":
        raise text.fault(f"expected a JSON object, found {found!r}" if found else "the file is empty")
    seen: set[str] = set()
    for name in _names(text, "the file", seen):
        if name in streamed and (opening := text.peek()) in _CLOSING:
            yield Member(name, None, [] if opening == "[" else {})
            yield from _items(text, name, opening)
        else:
            yield Member(name, None, text.value(name))
    if rest := text.peek():
        raise text.fault(f"expected the end of the file, found {rest!r}")


def _items(text: _Text, name: str, opening: str) -> Iterator[Member]:
    if opening == "{":
        seen: set[str] = set()
        for key in _names(text, name, seen):
            yield Member(name, key, text.value(name))
        return
    for index, value in enumerate(text.array(name)):
        yield Member(name, index, value)


def _names(text: _Text, where: str, seen: set[str]) -> Iterator[str]:
    """The names of an object's members; whoever asks takes each value before the next name."""
    text.take("{")
    while text.peek() != "}":
        if seen:
            text.take(",")
        name = text.value(f"a name in {where}")
        if not isinstance(name, str):
            raise text.fault(f"expected a name in quotes in {where}, found {_short(name)}")
        if name in seen:
            raise text.fault(f"{where} has {_short(name)} twice; keep one of them")
        seen.add(name)
        text.take(":")
        yield name
    text.take("}")


class _Text:
    """What of a file is read and not yet taken."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self._path, self._file = path, file
        self._held, self._at, self._n_dropped, self._ended = "", 0, 0, False
        self._decode = json.JSONDecoder().raw_decode

    def peek(self) -> str:
        """The next character that is no white space; empty at the end of the file."""
        while True:
            space = _SPACE.match(self._held, self._at)
            assert space, "no space is space too"
            self._at = space.end()
            if self._at < len(self._held) or self._ended:
                return self._held[self._at : self._at + 1]
            self._read(_BLOCK)

    def take(self, expected: str) -> None:
        if (found := self.peek()) != expected:
            raise self.fault(f"expected {expected!r}, found {found!r}" if found else f"ends where {expected!r} is due")
        self._at += 1

    def array(self, where: str) -> Iterator[Any]:
        self.take("[")
        if self.peek() != "]":
            yield self.value(where)
        while True:
            comma = _COMMA.match(self._held, self._at)
            if comma and comma.end() < len(self._held):
                self._at = comma.end()
                yield self._value(where)
            elif self.peek() == "]":
                self._at += 1
                return
            else:
                self.take(",")
                yield self.value(where)

    def value(self, where: str) -> Any:
        if not self.peek():
            raise self.fault(f"ends where {where} is due")
        return self._value(where)

    def _value(self, where: str) -> Any:
        while True:
            try:
                value, end = self._decode(self._held, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    raise self.fault(f"{where} is not JSON: {error.msg.lower()}", error.pos) from error
            except (ValueError, RecursionError) as error:  # an integer of thousands of digits; brackets in brackets
                raise self.fault(f"{where} cannot be read: {error}") from error
            else:
                # A number at the end of what is held may go on in the next block, as may `1` of `1.5`.
                if self._ended or self._held[end : end + 1] in _AFTER_A_VALUE:
                    self._at = end
                    return value
            self._read(max(_BLOCK, len(self._held) - self._at))
            if len(self._held) - self._at > LONGEST_VALUE and not self._ended:
                raise self.fault(f"{where} is not JSON, or longer than {LONGEST_VALUE:,} characters")

    def fault(self, message: str, at: int | None = None) -> CatalogError:
        character = self._n_dropped + (self._at if at is None else at)
        return CatalogError(f"{self._path}: {message}, at character {character:,}")

    def _read(self, n_characters: int) -> None:
        self._n_dropped += self._at
        block = self._file.read(n_characters)
        self._held, self._at, self._ended = self._held[self._at :] + block, 0, not block


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
