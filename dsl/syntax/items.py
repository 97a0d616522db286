"""Where the items of a program's text begin and end, before anything is parsed.

1. Each item is parsed on its own, so that one call reports the syntax faults of every item. An item ends at a `;`, or
   at the `}` that closes a body, outside all braces, strings and comments; a command of RASP's interactive reader ends
   with its line.
2. After an item that does not parse, reading goes on at the first line that looks like the start of another item and
   stands no deeper than the broken one (`resumption`): what is left open swallows no more than its own lines, and the
   rest of a broken body is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["ItemRange", "item_at", "item_ranges", "names_defined", "resumption"]

_LEXEME = re.compile(r"""\#[^\n]*|"[^"\n]*"|'[^'\n]*'|[{};]""")
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
# What stands before the brace of a table; any other brace opens a body, but that of a vocabulary, `token {"a"}`.
_WORDS_BEFORE_VALUE = {
    "rasp": "in|return|else|if|and|or|not",
    "cell": "in|return|else|if|and|or|not|implies|mod|requires|ensures",
}
_TOKEN = re.compile(r"\btoken$")
_QUOTED = re.compile(r"""["']|[A-Za-z_]\w*\s*[,}]""")
_OPENS_VALUE = {
    dialect: re.compile(rf"(?:[=(\[,:<>+\-*/%^]|\b(?:{words})|^)$") for dialect, words in _WORDS_BEFORE_VALUE.items()
}
_LONGEST_BEFORE_VALUE = 40
_COMMAND = re.compile(
    r"(?:set|show)[ \t]+(?:(?:s-op|selector)[ \t]+)?example\b"
    r"|(?:(?:s-op|selector)[ \t]+)?examples[ \t]+(?:on|off)\b"
    r"|full[ \t]+seq[ \t]+display\b"
    r"|(?:exit|quit)\b[ \t]*(?:\([ \t]*\))?[ \t]*(?=[;#\r\n]|$)"
)
_DEFINED = re.compile(
    r"^[ \t]*(?:def\s+|type\s+)?([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*(?:=(?!=)|[(:\[])", re.MULTILINE
)
_USED = re.compile(r"\s*use\s")
_WORD = re.compile(r"[A-Za-z_]\w*")

_NAMED = r"[A-Za-z_]\w*(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*[ \t]*(?::[^=;\n]*)?=(?!=)"
# A line that looks like the start of an item.
_STARTS = {
    "cell": re.compile(
        rf"^(?P<margin>[ \t]*)(?P<item>(?P<word>(?:def|type|use)\b)|{_NAMED}"
        r"|[A-Za-z_]\w*\([^\n]*[={]|set[ \t]+example)",
        re.MULTILINE,
    ),
    "rasp": re.compile(
        rf"^(?P<margin>[ \t]*)(?P<item>(?P<word>def\b)|(?:for|load|draw)\b|{_NAMED}|(?:set|show)[ \t]+\S*example)",
        re.MULTILINE,
    ),
}
_BLOCK = re.compile(
    r"(?:def|for|while|until|repeat|loop|if|elif|else|class|fn|fun|func|function|define|try|with|switch|match|case)\b"
    r"|[A-Za-z_]\w*\s*\("
    r"|[^;]*=\s*\{?\s*$",
    re.MULTILINE,
)
_CONTINUES = re.compile(r"[ \t]*(?:[})\]{]|(?:else|elif|ensures|requires|until)\b)")
_OTHERWISE = re.compile(r"[ \t]*(?:else|elif)\b")
_SEMICOLONS = re.compile(r"[\s;]*;")
_RETURNED = re.compile(r"\breturn\b[^;]*;")
_LINE = re.compile(r"[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class ItemRange:
    """The half-open range of an item's characters, without the blanks and comments before it."""

    start: int
    stop: int
    is_command: bool


def item_ranges(text: str, dialect: str) -> Iterator[ItemRange]:
    """The items of a text, in order; what is left at the end is an item too, if it is not blank."""
    found = item_at(text, 0, dialect)
    while found is not None:
        yield found
        found = item_at(text, found.stop, dialect)


def item_at(text: str, at: int, dialect: str) -> ItemRange | None:
    """The first item from a character on; None where only blanks and comments are left."""
    start = _skip_blank(text, at)
    if start >= len(text):
        return None
    command = _COMMAND.match(text, start) if dialect == "rasp" else None
    stop = _command_end(text, command.end()) if command else _item_end(text, start, dialect)
    return ItemRange(start, stop, command is not None)


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
    bodies: list[bool] = []  # of each open brace, whether it opens a body
    before, at = "", start
    for lexeme in _LEXEME.finditer(text, start):
        before = f"{before}{text[at : lexeme.start()]}".rstrip()[-_LONGEST_BEFORE_VALUE:]
        at = lexeme.end()
        match lexeme[0]:
            case "{":
                in_type = dialect == "cell" and _TOKEN.search(before) and _QUOTED.match(text, _skip_blank(text, at))
                bodies.append(not in_type and not _OPENS_VALUE[dialect].search(before))
            case "}" if not bodies or (bodies.pop() and not bodies):
                return lexeme.end()
            case ";":
                # No table holds a `;`: one that does was not closed.
                while bodies and not bodies[-1]:
                    bodies.pop()
                if not bodies:
                    return lexeme.end()
        before = before if lexeme[0][0] == "#" else lexeme[0][-1]
    return len(text)


def resumption(text: str, broken: ItemRange, dialect: str) -> int:
    """Where reading goes on after an item that does not parse; within the item if another one seems to begin there."""
    line_start = text.rfind("\n", 0, broken.start) + 1
    margin = _margin(text, line_start)
    within = _start_within(text, broken, margin, dialect)
    return within if within is not None else _end_of_rest(text, broken, margin)


def _margin(text: str, line_start: int) -> int:
    line = text[line_start : line_start + 200]
    return len(line) - len(line.lstrip(" \t"))


def _start_within(text: str, broken: ItemRange, margin: int, dialect: str) -> int | None:
    """The first line of a broken item, but its first, that looks like the start of another item.

    Within a body only where its lines are set deeper, so that a line which is not must be outside.
    """
    first_end = text.find("\n", broken.start, broken.stop)
    if first_end < 0:
        return None
    second = _skip_blank(text, first_end)
    is_set_deeper = second - (text.rfind("\n", 0, second) + 1) > margin
    for found in _STARTS[dialect].finditer(text, first_end + 1, broken.stop):
        in_body = "{" in text[broken.start : found.start()]
        is_returned = in_body and _RETURNED.search(text, broken.start, found.start())
        outside = not in_body or is_set_deeper or is_returned or (dialect == "cell" and found["word"])
        if len(found["margin"]) <= margin and outside:
            return found.start("item")
    return None


def _end_of_rest(text: str, broken: ItemRange, margin: int) -> int:
    """The end of what still belongs to a broken item: what its brackets leave open, and the lines of its body."""
    stop = broken.stop
    if broken.is_command:
        return stop
    line = _LINE.match(text, stop)
    rest = line[0] if line else ""
    if semicolons := _SEMICOLONS.match(text, stop):
        stop = semicolons.end()
    elif _OTHERWISE.match(rest) or any(
        rest.count(closing) > rest.count(opening) for opening, closing in ("()", "[]", "{}")
    ):
        stop += len(rest.rstrip("\n"))
    is_block = bool(_BLOCK.match(text, broken.start, broken.stop))
    while True:
        following = _skip_blank(text, stop)
        line_start = text.rfind("\n", 0, following) + 1
        if following >= len(text) or line_start < stop:
            return stop
        is_deeper = is_block and following - line_start > margin
        if not is_deeper and not _CONTINUES.match(text, line_start):
            return stop
        line = _LINE.match(text, following)
        stop = line.end() if line else len(text)


def names_defined(text: str) -> list[tuple[str, int]]:
    """The names that a text which does not parse was probably to define, and where they stand in it."""
    if _USED.match(text):
        return [(word[0], word.start()) for word in _WORD.finditer(text)]
    return [
        (word[0], found.start(1) + word.start())
        for found in _DEFINED.finditer(text)
        for word in _WORD.finditer(found[1])
    ]
