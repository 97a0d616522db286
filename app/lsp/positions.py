"""Places in a text, as we and as editors count them.

We count characters from the start of the text. An editor counts lines, which end with any of three line ends, and
within a line UTF-16 units, or what the two sides agreed on.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from lsprotocol.types import Position, Range

from ...errors import Span

__all__ = ["Positions"]

_LINE_END = re.compile(r"\r\n|\n|\r")
_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Positions:
    """The lines of one text, counted within in units of `encoding`."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
        self._stops = [*(end.start() for end in _LINE_END.finditer(text)), len(text)]
        self._codec, self._width = _CODECS[encoding]

    def offset(self, position: Position) -> int:
        """The character at an editor's position; the nearest one where the text does not reach so far."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, stop = self._starts[position.line], self._stops[position.line]
        units = self.text[start:stop].encode(self._codec, "replace")[: position.character * self._width]
        return start + len(units.decode(self._codec, "ignore"))

    def position(self, offset: int) -> Position:
        """The editor's position of a character."""
        line = bisect_right(self._starts, offset) - 1
        before = self.text[self._starts[line] : min(offset, self._stops[line])]
        return Position(line, len(before.encode(self._codec, "replace")) // self._width)

    def range(self, start: int, stop: int) -> Range:
        """The editor's range of `text[start:stop]`."""
        return Range(self.position(start), self.position(stop))

    def of(self, span: Span) -> Range:
        """The editor's range of a span of this text."""
        return self.range(span.start, span.stop)

    @property
    def whole(self) -> Range:
        """The range of all of the text."""
        return self.range(0, len(self.text))
