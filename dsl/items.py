"""Where the items of a program's text begin and end, before anything is parsed.

Each item is then parsed on its own, so that one call reports the syntax faults of every item. An item ends at a `;`,
or at the `}` that closes a body, outside all braces, strings and comments; a command of RASP's interactive reader
ends with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["ItemRange", "item_ranges", "names_defined"]

_LEXEME = re.compile(r"""\#[^\n]*|"[^"\n]*"|'[^'\n]*'|[{};]""")
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
# What stands before the brace of a table or of a vocabulary; any other brace opens a body.
_WORDS_BEFORE_VALUE = {
    "rasp": "in|return|else|if|and|or|not",
    "cell": "in|return|else|if|and|or|not|implies|mod|token|requires|ensures",
}
_OPENS_VALUE = {
    dialect: re.compile(rf"(?:[=(\[,:<>+\-*/%^]|\b(?:{words})|^)[ \t\r\n]*$")
    for dialect, words in _WORDS_BEFORE_VALUE.items()
}
_COMMENT_OR_STRING = re.compile(r"""\#[^\n]*|"[^"\n]*"|'[^'\n]*'""")
_COMMAND = re.compile(
    r"(?:set|show)[ \t]+(?:(?:s-op|selector)[ \t]+)?example\b"
    r"|(?:(?:s-op|selector)[ \t]+)?examples[ \t]+(?:on|off)\b"
    r"|full[ \t]+seq[ \t]+display\b"
    r"|(?:exit|quit)\b[ \t]*(?:\([ \t]*\))?[ \t]*(?=[#\r\n]|$)"
)
_DEFINED = re.compile(
    r"^[ \t]*(?:def\s+|type\s+)?([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*(?:=(?!=)|[(:\[])", re.MULTILINE
)
_USED = re.compile(r"\s*use\s")
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class ItemRange:
    """The half-open range of an item's characters, without the blanks and comments before it."""

    start: int
    stop: int
    is_command: bool


def item_ranges(text: str, dialect: str) -> Iterator[ItemRange]:
    """The items of a text, in order; what is left at the end is an item too, if it is not blank."""
    at = _skip_blank(text, 0)
    while at < len(text):
        command = _COMMAND.match(text, at) if dialect == "rasp" else None
        stop = _command_end(text, command.end()) if command else _item_end(text, at, dialect)
        yield ItemRange(at, stop, command is not None)
        at = _skip_blank(text, stop)


def _skip_blank(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _command_end(text: str, at: int) -> int:
    """The end of the line, or of the line that closes the last bracket."""
    depth = 0
    while at < len(text):
        match text[at]:
            case "\n" | "#" if depth <= 0:
                break
            case "[" | "(" | "{":
                depth += 1
            case "]" | ")" | "}":
                depth -= 1
            case "#":
                line_end = text.find("\n", at)
                at = line_end - 1 if line_end >= 0 else len(text)
            case '"' | "'" as quote:
                closing = text.find(quote, at + 1)
                line_end = text.find("\n", at)
                at = closing if closing >= 0 and not 0 <= line_end < closing else at
        at += 1
    return at


def _item_end(text: str, start: int, dialect: str) -> int:
    bodies: list[bool] = []
    for lexeme in _LEXEME.finditer(text, start):
        match lexeme[0]:
            case "{":
                bodies.append(not _opens_value(text, start, lexeme.start(), dialect))
            case "}" if not bodies or (bodies.pop() and not bodies):
                return lexeme.end()
            case ";" if not bodies:
                return lexeme.end()
    return len(text)


def _opens_value(text: str, start: int, brace: int, dialect: str) -> bool:
    """Whether the brace opens a table or a vocabulary: something that an operator, a bracket or nothing precedes."""
    before, line_end = "", brace
    while not before and line_end >= start:
        line_start = max(start, text.rfind("\n", start, line_end) + 1)
        line = text[line_start:line_end]
        before = _COMMENT_OR_STRING.sub(lambda found: "" if found[0][0] == "#" else '""', line).rstrip()
        line_end = line_start - 1
    return bool(_OPENS_VALUE[dialect].search(before))


def names_defined(text: str) -> list[tuple[str, int]]:
    """The names that a text which does not parse was probably to define, and where they stand in it."""
    if _USED.match(text):
        return [(word[0], word.start()) for word in _WORD.finditer(text)]
    return [
        (word[0], found.start(1) + word.start())
        for found in _DEFINED.finditer(text)
        for word in _WORD.finditer(found[1])
    ]
