"""Ways out of what only the strict dialect has: imports, types, quantifiers, contracts."""

from __future__ import annotations

import re

from .places import Place

__all__ = ["of_clause", "of_quantifier", "of_type", "of_use"]

_TYPES = ("int", "real", "bool", "token", "seq", "vector", "float", "double", "string", "str", "char", "boolean")
_NUMBERS = ("INTEGER", "DECIMAL")


def of_use(place: Place) -> str | None:
    """How imports are written."""
    if not place.tokens or place.tokens[0] != "use" or not place.is_cell:
        return None
    if place.token == "as" and len(place.tokens) == 2:
        return "say what it is: use circuit NAME, use formula NAME or use program NAME"
    if place.token.type == "STRING" and len(place.tokens) == 1:
        return f"say what it is: use program {place.token};"
    if "AS" in place.accepts and place.token.type == "NAME" and not place.is_next_line:
        return f"write 'as' before the new name: as {place.token}"
    if place.token == "/":
        return 'quote a program\'s name: use program "stdcell/sort";'
    if place.token in ("[", "{"):
        return "the names stand in parentheses: (sort)"
    if place.token == "=":
        return "compare with '=='"
    if place.token in (";", "") and len(place.tokens) == 2:
        return f"say which: use {place.last} NAME;"
    return None


def of_type(place: Place) -> str | None:
    """How types are written."""
    if not place.is_cell or not place.tokens:
        return None
    last, token = place.last, place.token
    if place.accepts == {"__ANON_1"}:
        return "a range is written 0..9"
    if token == "..":
        return _of_range(place)
    if token == "]" and last == "[" and len(place.tokens) > 2 and place.tokens[-2] in _TYPES:
        return f"a sequence is written seq[{place.tokens[-2]}]"
    if last in ("seq", "list", "List", "vector") and token in ("(", "<", "of"):
        return "a sequence is written seq[int 0..9]"
    if token == "<" and len(place.tokens) == 2 and place.tokens[0] == "def":
        return f"type parameters stand in brackets: {last}[T](x: T)"
    if last == "token" and token == "[":
        return 'a vocabulary stands in braces: token {"a", "b"}'
    if last == "{" and len(place.tokens) > 1 and place.tokens[-2] == "token":
        return _of_vocabulary(place)
    if token == "(" and last == ":" and place.inside == "(":
        return "a parameter holds one value: give each its own"
    if token.type == "NAME" and last in _TYPES and "EQUAL" in place.accepts:
        return f"a type follows its name: {token}: {last}"
    return None


def _of_range(place: Place) -> str | None:
    if any(token in ("forall", "exists") for token in place.tokens):
        return "write forall i in range(0, 5): …"
    return f"a range stands without brackets: int {place.last}..9" if place.inside == "[" else "write range(0, 9)"


def _of_vocabulary(place: Place) -> str:
    if place.token == "return" or (place.token.type == "NAME" and re.match(r"\s*=", place.after)):
        return "a brace after 'token' holds its words: write type Word = token; before, and use Word here"
    return 'quote each word: token {"a", "b"}'


def of_quantifier(place: Place) -> str | None:
    """How quantifiers are written."""
    if not place.is_cell:
        return None
    if (place.token == "all" and place.last == "for") or (place.last == "all" and "for" in place.tokens):
        return "write forall i: …, in one word"
    is_open = any(token in ("forall", "exists") for token in place.tokens)
    if is_open and place.accepts <= {"COMMA", "COLON", "IN"} and "COLON" in place.accepts:
        return "write ':' before the condition: forall i: xs[i] > 0"
    if place.last in ("forall", "exists") and place.token == "(":
        return f"write {place.last} i: …, without parentheses"
    return None


def of_clause(place: Place) -> str | None:
    """Contracts and results."""
    if not place.is_cell:
        return None
    if place.last in ("requires", "ensures") and place.token == ":":
        return "leave out this ':'"
    if place.token == ";" and place.accepts >= {"REQUIRES", "LBRACE"} and place.in_contract:
        return "a clause ends without ';'"
    if place.token == ":" and "LBRACE" in place.accepts and re.match(r"\s*\w+(\[.*\])?\s*\{", place.after):
        return "write -> before the result's type"
    if place.token == "return" and place.last == "=":
        return "write the value alone, without 'return'"
    if place.token == "{" and len(place.tokens) == 2 and place.tokens[0] == "def":
        return f"parameters stand in parentheses, even where there are none: {place.last}()"
    if place.token == "," and place.first == "return":
        return "a function returns one value"
    if place.token == "," and len(place.statement) == 1 and not place.inside.strip("{"):
        return "give each name a statement of its own: a = 1; b = 2;"
    return None
