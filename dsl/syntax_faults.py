"""Lark's exceptions to faults: what was found, what was expected, where, and a hint."""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from ..errors import Fault, Source, Span

__all__ = ["syntax_fault"]

_DESCRIPTIONS = {
    "NAME": "a name",
    "INTEGER": "a number",
    "DECIMAL": "a number",
    "STRING": "a quoted token",
    "COMPARATOR": "a comparison",
    "SUM": "a sign",
    "$END": "the end of the text",
}
_EXPRESSION_START = {"NAME", "INTEGER", "STRING", "LPAR"}
_OPERATORS = {
    *("COMPARATOR", "SUM", "PRODUCT", "POWER", "MOD", "MODULO", "IN", "NOT", "AND", "OR", "IF", "IMPLIES", "PIPE"),
}
# What may follow a name or a value beside operators, which is not what a reader misses.
_FOLLOWING = {"LPAR", "LSQB", "COLON", "COMMA"}
_CHARACTER_HINTS = {
    "&": "write 'and'",
    "|": "write 'or'",
    "!": "write 'not' or '!='",
    "?": "write `then if condition else otherwise`",
    "“": 'quote with "',
    "”": 'quote with "',
    "‘": "quote with '",
    "’": "quote with '",
    "−": "write '-'",
    "–": "write '-'",
    "×": "write '*'",
    "÷": "write '/'",
    "≤": "write '<='",
    "≥": "write '>='",
    "≠": "write '!='",
    "→": "write '->'",
    "\u00a0": "write a plain space",
    "\ufeff": "save the file without a byte order mark",
}
_END_IT = "end the statement with ';'"
_CLOSING = {
    "RPAR": "close the parenthesis with ')'",
    "RSQB": "close the bracket with ']'",
    "SEMICOLON": _END_IT,
    "RBRACE": "close the brace with '}'",
}
_STATEMENT_FORM = "a statement is written name = value;"
_CHOICE_FORM = "choose with `then if condition else otherwise`"
_WORD_HINTS = {
    "let": "write the name alone: a = 1;",
    "var": "write the name alone: a = 1;",
    "const": "write the name alone: a = 1;",
    "import": 'write use program "file.cell" (name);',
    "from": 'write use program "file.cell" (name);',
    "for": "there are no loops: an s-op has a value at every position, and fold runs along them",
    "while": "there are no loops: an s-op has a value at every position, and fold runs along them",
    "lambda": "write a function: def name(x) { return …; }",
    "set": "a strict program holds no commands, only statements: name = value;",
    "show": "a strict program holds no commands, only statements: name = value;",
    "load": 'write use program "file.cell" (name);',
    "draw": "`stdcell draw` draws a program from outside",
}


def syntax_fault(error: UnexpectedInput, parser: Lark, source: Source, start: int, stop: int) -> Fault:
    """Say in the words of the language why `source.text[start:stop]` does not parse."""
    match error:
        case UnexpectedCharacters():
            return _unreadable(source, start + (error.pos_in_stream or 0))
        case UnexpectedToken(token=token) if token.type != "$END":
            return _misplaced(token, set(error.accepts or error.expected), parser, source, start)
        case UnexpectedToken() | UnexpectedEOF():
            accepts = set(getattr(error, "accepts", None) or error.expected)
            end = _end_of_last_token(parser, source, start, stop)
            message = f"expected {_expected(accepts, parser)}, found the end of the text"
            return Fault(message, Span(source, end, end), _ending_hint(accepts))
    raise AssertionError(f"an unforeseen fault of the parser: {type(error).__name__}")


def _misplaced(token: Token, accepts: Set[str], parser: Lark, source: Source, offset: int) -> Fault:
    start, stop = offset + (token.start_pos or 0), offset + (token.end_pos or 0)
    expected = _expected(accepts, parser)
    end = _end_of_last_token(parser, source, offset, start)
    if "SEMICOLON" in accepts and "\n" in source.text[end:start]:
        # The statement before has no end: its own line is the place to mend, not the next one.
        where = f"{str(token)!r} on line {Span(source, start, stop).line}"
        return Fault(f"expected {expected}, found {where}", Span(source, end, end), _END_IT)
    before = source.text[offset:end]
    if token == "=" and before.endswith(":"):
        return Fault("expected '=', found ':='", Span(source, end - 1, stop), "name a value with '='")
    hint = _hint_before(before, token, accepts) or _hint_of_token(token, accepts) or _closing_hint(token, accepts)
    return Fault(f"expected {expected}, found {str(token)!r}", Span(source, start, stop), hint)


def _end_of_last_token(parser: Lark, source: Source, start: int, stop: int) -> int:
    """Where the last token of the text ends, comments and blanks passed over."""
    *_, last = (start, *(start + (token.end_pos or 0) for token in parser.lex(source.text[start:stop])))
    return last


def _unreadable(source: Source, at: int) -> Fault:
    character, rest = source.text[at], source.text[at + 1 : at + 2]
    span = Span(source, at, at + 1)
    if character in "\"'":
        return Fault("a quoted token is not closed on its line", span, f"close it with {character}")
    if character == "." and rest.isdigit():
        return Fault("a number starts with a digit", span, f"write 0.{rest}")
    return Fault(f"unexpected character {character!r}", span, _CHARACTER_HINTS.get(character))


def _expected(accepts: Set[str], parser: Lark) -> str:
    if accepts >= _EXPRESSION_START:
        return "an expression"
    if accepts >= {"DEF", "NAME"} and "RETURN" not in accepts:
        return "a statement"
    if "ELSE" in accepts:
        return "'else'"
    continues = len(accepts & _OPERATORS) > 1
    following = {"LPAR", "LSQB"} if continues else _FOLLOWING
    named = accepts - _OPERATORS - following if continues or "EQUAL" in accepts else accepts
    words = sorted({_DESCRIPTIONS.get(terminal) or _literal(terminal, parser) for terminal in named})
    words += ["an operator"] if continues else []
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


@cache
def _literal(terminal: str, parser: Lark) -> str:
    """The text of a terminal that stands for itself, quoted."""
    pattern = parser.get_terminal(terminal).pattern
    return repr(pattern.value) if pattern.type == "str" else terminal.lower()


def _ending_hint(accepts: Set[str]) -> str | None:
    return _END_IT if "SEMICOLON" in accepts else _closing_hint(None, accepts)


def _closing_hint(token: Token | None, accepts: Set[str]) -> str | None:
    """How to close what the text, or the statement before its `;` or `}`, leaves open."""
    if token is None or token.type in ("SEMICOLON", "RBRACE"):
        return next((hint for terminal, hint in _CLOSING.items() if terminal in accepts), None)
    if accepts == {"RBRACE"}:
        return "a body ends after its return, with '}'"
    if "SEMICOLON" in accepts:
        return "end the statement before this with ';'"
    return _STATEMENT_FORM if accepts <= {"EQUAL", *_FOLLOWING} else None


def _hint_before(before: str, token: Token, accepts: Set[str]) -> str | None:
    """A hint from what the text before the token ends with."""
    *_, word = before.split() or [""]
    if word in _WORD_HINTS and accepts <= {"EQUAL", *_FOLLOWING, *_OPERATORS, "SEMICOLON"}:
        return _WORD_HINTS[word]
    if word.endswith("*") and token == "*":
        return "write '^'"
    if word.endswith("/") and token == "/":
        return "a comment starts with '#', and (a - a % b) / b divides whole numbers"
    if before[-1:].isdigit() and token.type == "NAME" and token[:1] in ("e", "E") and token[1:].isdigit():
        return "write the number without an exponent"
    return None


def _hint_of_token(token: Token, accepts: Set[str]) -> str | None:
    """A hint from the token that nothing expected."""
    match token.type:
        case "EQUAL" if "SEMICOLON" in accepts:
            return "compare with '=='"
        case "COMPARATOR" | "COLON" if "EQUAL" in accepts and "RBRACE" not in accepts and "LBRACE" not in accepts:
            return "name a value with '='"
        case "COLON" | "RETURN" if "LBRACE" in accepts:
            return "a body stands in braces: { return …; }"
        case "RETURN" if "DEF" in accepts and "RETURN" not in accepts:
            return "'return' ends the body of a def"
        case "SEMICOLON" if "DEF" in accepts:
            return "leave out this ';'"
        case "NOT" if "SEMICOLON" in accepts:
            return "write not (x in …)"
        case "NAME" if token == "mod" and "SEMICOLON" in accepts:
            return "write '%'"
        case "IF":
            return _CHOICE_FORM
        case _ if "ELSE" in accepts:
            return _CHOICE_FORM
    return _WORD_HINTS.get(token) if "DEF" in accepts else None
