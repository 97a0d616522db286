"""What stands at a place of a text, whether or not the text parses: words, items, and who sees which name."""

from __future__ import annotations

import re
from bisect import bisect_right

from ...dsl.analysis import Symbol
from ...dsl.syntax.items import ItemRange, item_ranges

__all__ = ["Outline", "is_name", "open_lexeme", "word_at"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LEXEME = re.compile(r"""\#[^\n]*|"[^"\n]*"?|'[^'\n]*'?""")


def is_name(text: str) -> bool:
    """Whether a text can be a name, were it not taken."""
    return _NAME.fullmatch(text) is not None


def word_at(text: str, offset: int) -> tuple[int, int]:
    """The start and stop of the name that a place touches; the place twice where it touches none."""
    start = stop = offset
    while start > 0 and _is_part(text[start - 1]):
        start -= 1
    while stop < len(text) and _is_part(text[stop]):
        stop += 1
    return start, stop


def open_lexeme(text: str, offset: int) -> str:
    """What has begun on the line but not ended at a place: a comment ('#…'), a quoted token ('"…'), or nothing."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    last = ""
    for lexeme in _LEXEME.finditer(line):
        last = lexeme[0] if lexeme.end() == len(line) else ""
    is_closed = len(last) > 1 and last[0] != "#" and last[-1] == last[0]
    return "" if is_closed else last


class Outline:
    """The items of a text, and which of its names only one item sees."""

    def __init__(self, text: str, dialect: str) -> None:
        self.text = text
        self._items = list(item_ranges(text, dialect))
        self._starts = [item.start for item in self._items]

    def item(self, offset: int) -> ItemRange | None:
        """The item that a place stands in or right behind."""
        before = bisect_right(self._starts, offset) - 1
        return self._items[before] if before >= 0 and offset <= self._items[before].stop else None

    def home(self, symbol: Symbol) -> ItemRange | None:
        """The one item that sees a name; None where the whole text does."""
        if symbol.span.source.text != self.text or symbol.kind in ("import", "cell"):
            return None
        item = self.item(symbol.span.start)
        return item if item and self._is_nested(item, symbol.span.start) else None

    def is_seen(self, symbol: Symbol, offset: int) -> bool:
        """Whether a name can be read at a place."""
        home = self.home(symbol)
        return home is None or home.start <= offset <= home.stop

    def _is_nested(self, item: ItemRange, offset: int) -> bool:
        """Whether a place of an item stands in brackets; what a loop's body assigns outlives the loop."""
        before = _LEXEME.sub("", self.text[item.start : offset])
        if before.startswith("for "):
            return False
        return sum(before.count(bracket) for bracket in "([{") > sum(before.count(bracket) for bracket in ")]}")


def _is_part(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")
