"""Which functions, operators and literals of a query both stores read alike."""

from __future__ import annotations

import math
import re

from ...errors import CatalogError, did_you_mean
from .portability import FUNCTIONS, NOT_PORTABLE_FUNCTIONS
from .reading import WORDS, Query
from .tokens import Token, refused

__all__ = ["check_expressions"]

_ALLOWED = {name.upper(): name for name in FUNCTIONS}
_HINTS = {name.upper(): hint for name, hint in NOT_PORTABLE_FUNCTIONS.items()}
_PAIRS = {
    ("|", "|"): "write +",
    (":", ":"): "compare values instead of types",
    ("!", "="): "write <>",
    ("-", ">"): "write [x IN list | …] or [x IN list WHERE …]",
}
_COMPARISONS = {"=", "<", ">", "<>", "<=", ">="}
_ENDS_COMPARISON = {"AND", "OR", "XOR", "NOT", "WHEN", "THEN", "ELSE", "END", "CASE", "AS", "WHERE", ",", "|", ":"}
_AGGREGATES = {"COUNT", "SUM", "AVG", "MIN", "MAX", "COLLECT"}
_LISTS = {"NODES", "RELATIONSHIPS", "COLLECT", "RANGE", "SPLIT"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def check_expressions(query: Query) -> None:
    """Refuse functions, operators and literals that the stores read differently.

    Raises:
        CatalogError: at the first one, with the portable spelling.
    """
    for at, token in enumerate(query.tokens):
        if token.kind == "word":
            _check_word(query, at)
        elif token.kind == "string":
            _check_string(token)
        elif token.kind == "number":
            _check_number(query, at)
        elif token.text == "[":
            _check_bracket(query, at)
        elif token.text == "{":
            _check_brace(query, at)
        elif at not in query.inside_patterns:
            _check_operator(query, at)
    _check_chains(query)
    _check_lambdas(query)


def _check_word(query: Query, at: int) -> None:
    token = query.tokens[at]
    if query.text(at + 1) == "(" and query.word(at) not in WORDS - {"EXISTS", "ALL"} and query.text(at - 1) != ".":
        _check_function(query, at)
    elif query.word(at) == "COLLECT" and query.text(at + 1) == "{":
        raise refused(token, "write OPTIONAL MATCH … and collect(…)")
    elif query.word(at) == "CONTAINS" and query.text(at + 1) == "(" and not _ends_value(query, at - 1):
        raise refused(token, "write a CONTAINS b")
    elif query.word(at) in ("INF", "INFINITY", "NAN"):
        raise refused(token, "write a finite number")
    elif query.word(at) == "CASE":
        _check_case(query, at)
    elif query.word(at) == "NULL" and query.word(at - 1) == "WHEN" and _compares_case(query, at - 1):
        raise refused(token, "write CASE WHEN x IS NULL THEN …")


def _check_function(query: Query, at: int) -> None:
    """Refuse a function that is not allowed, or not with such arguments."""
    token = query.tokens[at]
    if at in query.inside_patterns:
        return  # the parser of patterns tells what stands there
    if token.keyword not in _ALLOWED:
        near = did_you_mean(token.text, [name for name in FUNCTIONS])
        hint = _HINTS.get(token.keyword) or near or "the functions are listed in docs/cypher.md"
        raise refused(token, hint)
    argument = at + 2
    if token.keyword in ("HEAD", "LAST") and query.keyword(argument) != "NODES":
        raise refused(token, "ask a path, as in head(nodes(p)), or order the rows and LIMIT 1")
    if token.keyword == "ROUND":
        _check_round(query, at)
    if token.keyword in _AGGREGATES and query.word(argument) == "NULL":
        raise refused(query.tokens[argument], "aggregate a property or a variable")
    if token.keyword == "REVERSE" and (query.text(argument) == "[" or query.keyword(argument) in _LISTS):
        raise refused(token, "it reverses text alone, so order the rows instead")
    if token.keyword == "TRIM" and query.keyword(argument) in ("BOTH", "LEADING", "TRAILING"):
        raise refused(query.tokens[argument], "write trim(…), ltrim(…) or rtrim(…), which take white space off")
    if token.keyword in ("LEFT", "RIGHT") and _last_argument(query, at) == "-":
        raise refused(token, "the number of characters is at least 0")


def _last_argument(query: Query, at: int) -> str:
    """The text of the first token behind the last comma of a call."""
    commas = [inner for inner in query.inner(at + 1) if query.text(inner) == ","]
    return query.text(commas[-1] + 1) if commas else ""


def _check_round(query: Query, at: int) -> None:
    stop = query.partners.get(at + 1, at)
    digits = query.tokens[stop - 1]
    if query.text(stop - 2) != "," or digits.kind != "number" or not digits.text.isdigit() or int(digits.text) == 0:
        raise refused(query.tokens[at], "write floor(x + 0.5), or round(x, 1) with one or more digits")


def _ends_value(query: Query, at: int) -> bool:
    token = query.tokens[at]
    is_value = token.kind in ("string", "number", "quoted") or token.text in (")", "]", "}")
    return is_value or (token.kind == "word" and query.word(at) not in WORDS)


def _check_case(query: Query, at: int) -> None:
    """Both engines know `CASE x WHEN 1 …`; ladybug computes every branch, also those that are not taken."""
    depth, inner, tested = 1, at + 1, False
    while inner < len(query.tokens) and depth:
        word, text = query.word(inner), query.text(inner)
        depth += (word == "CASE") - (word == "END")
        tested = (tested or word == "WHEN") and word != "THEN"
        if depth == 1 and word == "WHEN" and query.text(inner + 1) in ("<", ">", "="):
            raise refused(query.tokens[inner + 1], "write CASE WHEN x < 1 THEN …")
        if depth == 1 and tested and text == ",":
            raise refused(query.tokens[inner], "write one WHEN for each value")
        if text in ("/", "%") and query.tokens[inner].kind == "mark":
            raise refused(
                query.tokens[inner],
                "one store computes every branch of CASE, so keep zeros out with WHERE and divide outside of it",
            )
        inner = max(inner, query.partners.get(inner, inner)) + 1 if text != "(" else inner + 1


def _compares_case(query: Query, when: int) -> bool:
    """Whether a WHEN belongs to `CASE x WHEN …`."""
    at = when - 1
    depth = 0
    while at >= 0 and not (query.word(at) == "CASE" and depth == 0):
        depth += (query.word(at) == "END") - (query.word(at) == "CASE")
        at -= 1
    return query.word(at + 1) != "WHEN"


def _check_string(token: Token) -> None:
    for escape in _ESCAPE.finditer(token.text):
        if escape[1] not in "\\'\"nrtbf":
            raise CatalogError(
                f"the escape {escape[0]!r} at character {token.start + escape.start() + 1} is not portable; "
                r"a backslash is written \\"
            )


def _check_number(query: Query, at: int) -> None:
    token = query.tokens[at]
    after = query.tokens[at + 1] if at + 1 < len(query.tokens) else None
    if after and after.kind == "word" and after.start == token.stop:
        raise refused(token, "write the number in plain decimal digits")
    if token.text.isdigit() and (
        int(token.text) > 2**63 - 1 and not (int(token.text) == 2**63 and query.text(at - 1) == "-")
    ):
        raise CatalogError(f"the number {token.place} is beyond 64 bits; write it as a decimal fraction")
    if math.isinf(float(token.text)):
        raise CatalogError(f"the number {token.place} is beyond what a float holds; write a smaller one")
    if token.text.isdigit() and len(token.text) > 1 and token.text[0] == "0" and query.text(at - 1) != ".":
        raise refused(token, "write the number without leading zeros")


def _check_bracket(query: Query, at: int) -> None:
    if at in query.inside_patterns:
        return
    token = query.tokens[at]
    if query.is_index(at):
        if at + 1 < len(query.tokens) and query.tokens[at + 1].kind == "string":
            raise refused(token, "write n.name for a property")
        raise refused(
            token,
            "list indices count from 0 in one store and from 1 in the other, so UNWIND the list, or write "
            "head(nodes(p)) and last(nodes(p)) of a path",
        )


def _check_brace(query: Query, at: int) -> None:
    token, before = query.tokens[at], query.tokens[at - 1] if at else None
    in_pattern = at - 1 in query.inside_patterns
    if query.text(at + 1) == "}":
        raise refused(token, "a map holds at least one key")
    if before and before.is_name and not in_pattern and query.word(at - 1) not in WORDS | {"COUNT"}:
        raise refused(token, "write {name: n.name} for some properties, or return the node")


def _check_operator(query: Query, at: int) -> None:
    token, after = query.tokens[at], query.text(at + 1)
    adjacent = at + 1 < len(query.tokens) and query.tokens[at + 1].start == token.stop
    if adjacent and (token.text, after) in _PAIRS and query.tokens[at + 1].kind == "mark":
        raise refused(token, _PAIRS[token.text, after])
    before = query.tokens[at - 1] if at else None
    signs = before is None or (before.kind == "mark" and before.text not in (")", "]", "}"))
    if token.text == "+" and (signs or query.word(at - 1) in WORDS - {"NULL", "TRUE", "FALSE", "END"}):
        raise refused(token, "leave the sign out")
    if token.text == "&" or token.text == "!":
        raise refused(token, "write AND, OR and NOT between conditions")


def _check_chains(query: Query) -> None:
    """Refuse `a < b < c`."""
    compared: list[bool] = [False]
    at = 0
    while at < len(query.tokens):
        token = query.tokens[at]
        mark = token.text if token.kind == "mark" else ""
        if mark in ("(", "[", "{"):
            compared.append(False)
        elif mark in (")", "]", "}"):
            compared = compared[:-1] or [False]
        elif (
            at in query.inside_patterns
            or query.word(at) in _ENDS_COMPARISON
            or mark in _ENDS_COMPARISON
            or query.starts_clause(at)
            or query.word(at) in ("BY", "UNION")
        ):
            compared[-1] = False
        elif mark in _COMPARISONS:
            if compared[-1]:
                raise refused(token, "write a < b AND b < c, or (a < b) = c")
            compared[-1] = True
            at += query.text(at + 1) in ("=", ">", "~")
        at += 1


def _check_lambdas(query: Query) -> None:
    """Refuse one condition on a list's elements within another: ladybug sees only the inner variable."""
    for outer in query.lambdas:
        for inner in query.lambdas:
            if outer < inner < query.partners[outer - 1]:
                raise refused(query.tokens[inner], "UNWIND one of the two lists")
        if query.text(outer + 2) not in ("[", "$"):
            _check_outer_names(query, outer)


def _check_outer_names(query: Query, at: int) -> None:
    """Of a list that differs from row to row, ladybug mixes up other variables of the row."""
    named = {token.name for token in query.declared if token.name != query.name(at)}
    body = query.comprehension(at - 1)
    first = min((index for index in body or () if index is not None), default=query.partners[at - 1])
    for inner in range(first, query.partners[at - 1]):
        token = query.tokens[inner]
        if token.is_name and token.name in named and query.text(inner - 1) not in (".", ":"):
            raise refused(token, "in a condition on a list name only its elements, or UNWIND the list")
