"""A query as tokens, so that a word in a string, a comment or backticks is never taken for a clause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from ...errors import CatalogError

__all__ = ["CLOSERS", "OPENERS", "Token", "is_keyword", "partners_of", "refused", "tokens_of"]

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\r\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<quoted>`(?:[^`]|``)*`)
      | (?P<number>\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
OPENERS = {"(": ")", "[": "]", "{": "}"}
CLOSERS = {closer: opener for opener, closer in OPENERS.items()}


class Token(NamedTuple):
    """A piece of a query: `string`, `quoted`, `number`, `word` or `mark`, with the offset of its first character."""

    kind: str
    text: str
    start: int

    @property
    def stop(self) -> int:
        """The offset behind its last character."""
        return self.start + len(self.text)

    @property
    def keyword(self) -> str:
        """The upper-case word, look-alike letters as what they look like; empty text for what is no word."""
        if self.kind != "word":
            return ""
        return (self.text if self.text.isascii() else unicodedata.normalize("NFKC", self.text)).upper()

    @property
    def name(self) -> str:
        """The text without backticks around it."""
        return self.text[1:-1].replace("``", "`") if self.kind == "quoted" else self.text

    @property
    def is_name(self) -> bool:
        """Whether it can name something."""
        return self.kind in ("word", "quoted")

    @property
    def place(self) -> str:
        """The token and where it stands, from 1."""
        return f"{self.text!r} at character {self.start + 1}"


def refused(token: Token, instead: str) -> CatalogError:
    """The refusal of a token that is not portable, with what is."""
    return CatalogError(f"{token.place} is not portable; {instead}")


def tokens_of(cypher: str) -> list[Token]:
    """The tokens of a query, without white space and comments."""
    matches = _TOKEN.finditer(cypher)
    return [Token(str(one.lastgroup), one[0], one.start()) for one in matches if one.lastgroup != "space"]


def is_keyword(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word is read as a word of the language, and not as a property, an alias, a label or a key."""
    before = tokens[at - 1] if at else None
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    named = before is not None and (before.text in (".", ":", "$") or before.keyword == "AS")
    return tokens[at].kind == "word" and not named and after != ":"


def partners_of(tokens: Sequence[Token]) -> dict[int, int]:
    """The index of the closing bracket of each opening one, and the other way round, where they pair."""
    partners: dict[int, int] = {}
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind == "mark" and token.text in OPENERS:
            opened.append(at)
        elif token.kind == "mark" and token.text in CLOSERS and opened:
            if tokens[opened[-1]].text != CLOSERS[token.text]:
                return partners
            partners[at] = opened.pop()
            partners[partners[at]] = at
    return partners
