"""Where a text stops being a program: the token that nothing expected, and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lark import Token

__all__ = ["Place"]

_CLOSERS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stops being a program.

    Attributes:
        token: what nothing expected; of type `$END` where the text ends.
        accepts: what would have done, as the grammar calls it.
        tokens: what stands before it in the item, comments left out.
        before: the item's text up to the last of these.
        after: some of the text behind the token.
        is_next_line: whether the token begins a line below the one before.
    """

    dialect: str
    token: Token
    accepts: frozenset[str]
    tokens: Sequence[Token]
    before: str
    after: str
    is_next_line: bool

    @property
    def last(self) -> str:
        """The token before, as written; empty at the start of the item."""
        return str(self.tokens[-1]) if self.tokens else ""

    @property
    def is_cell(self) -> bool:
        """Whether the text is of the strict dialect."""
        return self.dialect == "cell"

    @property
    def statement(self) -> Sequence[Token]:
        """The tokens of the statement that the token stands in."""
        ends = (place for place in range(len(self.tokens), 0, -1) if self.tokens[place - 1] in (";", "{", "}"))
        return self.tokens[next(ends, 0) :]

    @property
    def first(self) -> str:
        """The first word of the statement that the token stands in, or the token."""
        statement = self.statement
        return str(statement[0]) if statement else str(self.token)

    @property
    def is_joined(self) -> bool:
        """Whether no blank stands between the token and the one before."""
        return bool(self.tokens) and self.tokens[-1].end_pos == self.token.start_pos

    @property
    def follows_value(self) -> bool:
        """Whether the token stands right behind a value."""
        return bool(self.tokens) and (
            self.tokens[-1].type in ("NAME", "INTEGER", "DECIMAL", "STRING", "TRUE", "FALSE") or self.last in ")]}"
        )

    @property
    def in_contract(self) -> bool:
        """Whether a clause of a contract begins before the token."""
        return any(token in ("requires", "ensures") for token in self.tokens)

    @property
    def is_equals_for_comparison(self) -> bool:
        """Whether a single `=` stands behind a value that it can only have been meant to compare."""
        if self.token != "=" or not self.follows_value or self.is_pair("=>") or "EQUAL" in self.accepts:
            return False
        in_head = self.tokens[0] == "def" and "{" not in self.tokens and not self.in_contract
        is_entry = self.inside == "{" and "COLON" in self.accepts
        is_named = self.inside == "(" and not self.is_cell and self.tokens[-1].type == "NAME"
        is_call = not self.is_cell and self.last == ")" and "=" not in self.tokens
        return not (in_head or is_entry or is_named or is_call)

    @property
    def inside(self) -> str:
        """The bracket that is open where the token stands: `(`, `[`, `{` or nothing."""
        opened: list[str] = []
        for token in self.tokens:
            if token in _CLOSERS:
                opened.append(str(token))
            elif token in _CLOSERS.values() and opened:
                opened.pop()
        return opened[-1] if opened else ""

    def is_pair(self, pair: str) -> bool:
        """Whether the token and what touches it read as one operator."""
        joined = (self.last if self.is_joined else "") + str(self.token) + self.after[:2]
        return any(
            joined[at:].startswith(pair) for at in range(len(joined) - len(str(self.token)) - len(self.after[:2]) + 1)
        )
