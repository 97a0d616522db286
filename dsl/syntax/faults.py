"""Lark's exceptions to faults: what was found, what was expected, where, and a hint."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cache

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from ...errors import Fault, Source, Span
from .characters import character_hint
from .hints import hint_at
from .places import Place

__all__ = ["no_program", "syntax_fault"]

_DESCRIPTIONS = {
    "NAME": "a name",
    "INTEGER": "a number",
    "DECIMAL": "a number",
    "STRING": "a quoted token",
    "COMPARATOR": "a comparison",
    "SUM": "a sign",
    "$END": "the end of the line",
}
_EXPRESSION_START = {"NAME", "INTEGER", "STRING", "LPAR"}
_OPERATORS = {
    *("COMPARATOR", "SUM", "PRODUCT", "POWER", "MOD", "MODULO", "IN", "NOT", "AND", "OR", "IF", "IMPLIES", "PIPE"),
}
# What may follow a name or a value beside operators, which is not what a reader misses.
_FOLLOWING = {"LPAR", "LSQB", "COLON", "COMMA"}
_RANGE = {"__ANON_1", "INTEGER", "DECIMAL", "SUM", "LSQB"}
_CLOSING = {"SEMICOLON", "RPAR", "RSQB", "RBRACE"}
# What a line begins with; where one begins, what is missing is missing on the line before.
_BEGINS = {
    "NAME",
    "DEF",
    "TYPE",
    "USE",
    "RETURN",
    "FOR",
    "LOAD",
    "DRAW",
    "RBRACE",
    "SET_EXAMPLE",
    "SHOW_EXAMPLE",
    "EXAMPLES",
}
# What other languages read as one operator, and what is expected in its place; None for what the grammar says.
_PAIRS = {
    **dict.fromkeys(("**", "//", "/*", "->"), None),
    **dict.fromkeys(("+=", "-=", "*=", "/=", "%=", "++", "--", ":=", "<-"), "'='"),
    "<>": "a comparison",
    "=<": "a comparison",
    "===": "'=='",
    "!==": "'!='",
    "=>": None,
}
_COMMANDS = {"SET_EXAMPLE", "DISPLAY"}
_NO_PROGRAMS = (
    (
        re.compile(r"\s*<(?:!DOCTYPE|\?xml|[A-Za-z][\w-]*[\s>/])", re.IGNORECASE),
        "a web page",
        "give the program's own file",
    ),
    (re.compile(r'(?![^;]*;)\s*[{\[]\s*"[^"\n]*"\s*:\s*(?:["{\[]|\S+,?\s*\n)'), "data", "give the program's own file"),
    (re.compile(r"[^\n]{0,2000}(?:\x00[^\n]{0,400}){4}|%PDF|PK\x03"), "binary data", "a program is text"),
)


def syntax_fault(error: UnexpectedInput, parser: Lark, dialect: str, source: Source, start: int, stop: int) -> Fault:
    """Say in the words of the language why `source.text[start:stop]` does not parse."""
    match error:
        case UnexpectedCharacters():
            at = start + (error.pos_in_stream or 0)
            return _unreadable(source, start, at, dialect)
        case UnexpectedToken(token=token) if token.type != "$END":
            accepts = frozenset(error.accepts or error.expected)
            return _misplaced(token, accepts, parser, dialect, source, start)
        case UnexpectedToken() | UnexpectedEOF():
            return _unfinished(
                frozenset(getattr(error, "accepts", None) or error.expected), parser, dialect, source, start, stop
            )
    raise AssertionError(f"an unforeseen fault of the parser: {type(error).__name__}")


def no_program(source: Source) -> Fault | None:
    """What is plain from the first lines of a text that is no program at all."""
    for pattern, what, hint in _NO_PROGRAMS:
        if pattern.match(source.text):
            return Fault(f"expected a program, found {what}", Span(source, 0, min(1, len(source.text))), hint)
    return None


def _unfinished(accepts: frozenset[str], parser: Lark, dialect: str, source: Source, start: int, stop: int) -> Fault:
    """The text ends, its line ends, or another item begins, before an item is complete."""
    before = _tokens(parser, source, start, stop)
    end = start + (before[-1].end_pos or 0) if before else start
    at = stop + len(source.text[stop:]) - len(source.text[stop:].lstrip())
    following = source.text[at : at + 200].split()
    is_command = (
        stop < len(source.text)
        and bool(before)
        and before[0].type in _BEGINS - {"NAME"} | {"EXAMPLES"}
        and source.text[stop] == "\n"
    )
    found = "the end of the text"
    if following and is_command and accepts.isdisjoint({"SEMICOLON", "RBRACE"}):
        found = "the end of the line"
    elif following:
        found = f"{_first_word(following[0])!r} on line {Span(source, at, at).line}"
    place = Place(dialect, Token("$END", ""), accepts, before, source.text[start:end], "", False)
    return Fault(f"expected {_expected(place, parser)}, found {found}", Span(source, end, end), hint_at(place))


def _first_word(text: str) -> str:
    n = next((i for i, character in enumerate(text) if not (character.isalnum() or character == "_")), len(text))
    return text[: n or 1]


def _misplaced(token: Token, accepts: frozenset[str], parser: Lark, dialect: str, source: Source, offset: int) -> Fault:
    start, stop = offset + (token.start_pos or 0), offset + (token.end_pos or 0)
    before = _tokens(parser, source, offset, start)
    end = offset + (before[-1].end_pos or 0) if before else offset
    is_next_line = bool(before) and "\n" in source.text[end:start] and token.type in _BEGINS
    place = Place(dialect, token, accepts, before, source.text[offset:end], source.text[stop : stop + 80], is_next_line)
    expected = _expected(place, parser)
    if is_next_line and accepts & _CLOSING and (accepts != {"RBRACE"} or _stands_out(source, offset, start)):
        # What comes before has no end: its own line is the place to mend, not the next one.
        where = f"{str(token)!r} on line {Span(source, start, stop).line}"
        return Fault(f"expected {expected}, found {where}", Span(source, end, end), hint_at(place))
    hint = hint_at(place)
    span = _pair(source, start, stop)
    if span is None:
        return Fault(f"expected {expected}, found {str(token)!r}", Span(source, start, stop), hint)
    if place.statement and not place.inside:
        expected = _PAIRS[span.text] or _in_place_of(span.text, expected, hint or "")
    return Fault(f"expected {expected}, found {span.text!r}", span, hint)


def _in_place_of(pair: str, expected: str, hint: str) -> str:
    if pair == "->":
        return expected
    return "'='" if "'='" in hint else "'->'" if "->" in hint else "an operator"


def _stands_out(source: Source, item: int, token: int) -> bool:
    """Whether a token's line is set no deeper than the line that its item begins on."""
    deep, own = (at - source.text.rfind("\n", 0, at) for at in (item, token))
    return own <= deep


def _pair(source: Source, start: int, stop: int) -> Span | None:
    """The place of two or three characters that together are an operator elsewhere, if the token is one of them."""
    for pair in _PAIRS:
        for shift in range(len(pair)):
            at = start - shift
            if (
                at >= 0
                and at + len(pair) >= stop
                and source.text.startswith(pair, at)
                and pair != source.text[start:stop]
            ):
                return Span(source, at, at + len(pair))
    return None


def _tokens(parser: Lark, source: Source, start: int, stop: int) -> Sequence[Token]:
    """The tokens of a text that can be read, comments and blanks left out."""
    return list(parser.lex(source.text[start:stop]))


def _unreadable(source: Source, item: int, at: int, dialect: str) -> Fault:
    character, rest = source.text[at], source.text[at + 1 : at + 2]
    span = Span(source, at, at + 1)
    if character in "\"'":
        return Fault("a quoted token is not closed on its line", span, f"close it with {character}")
    if character == "." and rest.isdigit() and source.text[at - 1 : at] != ".":
        return Fault("a number starts with a digit", span, f"write 0.{rest}")
    hint = character_hint(source.text[item:at], character, source.text[at + 1 : at + 40], dialect)
    return Fault(f"unexpected character {character!r}", span, hint)


def _expected(place: Place, parser: Lark) -> str:
    """What would do at a place, in a few words: what a reader misses, not all that the grammar allows."""
    accepts = set(place.accepts)
    if accepts >= _COMMANDS and "DEF" not in accepts:
        return "a command"
    if "RETURN" in accepts:
        return "a statement or 'return'"
    if accepts >= {"DEF", "NAME"}:
        return "a statement or '}'" if "RBRACE" in accepts else "a statement"
    if accepts >= _EXPRESSION_START:
        return "an example" if place.tokens and place.tokens[0].type == "SET_EXAMPLE" else "an expression"
    if place.is_equals_for_comparison:
        return "'=='"
    if "ELSE" in accepts:
        return "'else'"
    return _listed(_missed(accepts), parser)


def _missed(accepts: Set[str]) -> Set[str]:
    """Of all that may follow, what a reader probably left out."""
    if "LBRACE" in accepts and accepts & {"ENSURES", "REQUIRES", "EQUAL"}:
        return accepts & {"LBRACE", "EQUAL"}
    if "__ANON_1" in accepts and accepts - _RANGE:
        return accepts - _RANGE
    continues = len(accepts & _OPERATORS) > 1
    if continues:
        closing = accepts & (_CLOSING | {"COMMA", "COLON", "LBRACE", "$END"})
        return ({*closing} - ({"COMMA"} if "SEMICOLON" in closing else set())) | {"an operator"}
    if "EQUAL" in accepts:
        return accepts - _OPERATORS - _FOLLOWING
    noise = {"IN", "COMMA"} if "SEMICOLON" in accepts else {"IN"}
    return accepts - noise if accepts - {"IN", "COMMA"} else accepts


def _listed(terminals: Set[str], parser: Lark) -> str:
    words = sorted({_DESCRIPTIONS.get(terminal) or _literal(terminal, parser) for terminal in terminals})
    words.sort(key=lambda word: word == "an operator")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


@cache
def _literal(terminal: str, parser: Lark) -> str:
    """The text of a terminal that stands for itself, quoted."""
    if terminal == "an operator":
        return terminal
    pattern = parser.get_terminal(terminal).pattern
    return repr(pattern.value) if pattern.type == "str" else terminal.lower()
