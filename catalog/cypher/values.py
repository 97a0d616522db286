"""Which values of a query both stores take alike: text beside numbers, nulls in lists, expressions, parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ...errors import CatalogError
from .clauses import check_kinds_of_unions
from .kinds import Kinds, kind_of_value, property_kinds
from .reading import Query
from .tokens import Token, refused

__all__ = ["check_parameters", "check_values"]

_NUMBERS = {"integer", "float"}
_WAYS_OUT = {"text": "a text in quotes", "integer": "a number", "float": "a number", "boolean": "true or false"}
_NOUNS = {
    **{"integer": "a number", "float": "a number", "text": "a text", "boolean": "a truth value"},
    **{"list": "a list", "null": "null"},
}
_UNPORTABLE_REGEX = re.compile(r"\(\?(?:[=!]|<[=!]|>)|\\[1-9]|\\G|\\Z|[*+?}]\+")


def check_values(query: Query, parameters: Mapping[str, Any]) -> None:
    """Refuse values that the stores compare, join or take differently.

    Raises:
        CatalogError: at the first one, with the portable spelling.
    """
    kinds = Kinds(query.tokens, query.partners, query.labels, parameters)
    for at, token in enumerate(query.tokens):
        if at not in query.inside_patterns and token.kind == "mark":
            _check_operands(query, kinds, at)
        _check_list(query, parameters, at)
        _check_members(query, kinds, parameters, at)
        _check_mixture(query, kinds, at)
        _check_replaced(query, at)
        _check_text_test(query, parameters, at)
        _check_conversion(query, kinds, at)
        if query.text(at) == "$" and query.word(at - 1) not in ("IN", "UNWIND"):
            _check_empty(query, parameters, at)
        if query.text(at) == "$" and at + 1 < len(query.tokens) and query.tokens[at + 1].kind == "quoted":
            raise refused(query.tokens[at + 1], "name the parameter in letters, digits and underscores")
    _check_pattern_maps(query, kinds)
    check_kinds_of_unions(query, kinds)


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that the stores do not take alike.

    Raises:
        CatalogError: naming the first one, and what to pass instead.
    """
    for name, value in parameters.items():
        if problem := _problem(value):
            raise CatalogError(f"the parameter {name} {problem}")


def _problem(value: Any) -> str | None:
    """Why a value is not taken alike by both stores; None where it is."""
    match value:
        case None | bool() | str():
            return None
        case int():
            return None if -(2**63) <= value < 2**63 else f"is {value}, beyond 64 bits; pass it as a float"
        case float():
            return None if math.isfinite(value) else f"is {value}; pass a finite number"
        case list():
            kinds = {kind_of_value(one) for one in value if one is not None}
            mixed = len({"number" if kind in _NUMBERS else kind for kind in kinds}) > 1
            inner = next((problem for problem in map(_problem, value) if problem), None)
            shapes = {tuple(sorted(one)) for one in value if isinstance(one, dict)}
            if mixed or len(shapes) > 1:
                return "is a list of different kinds; pass values of one kind, or maps with the same keys"
            return inner
        case dict():
            if not all(isinstance(key, str) for key in value):
                return "is a map with keys that are not text; pass text as keys"
            return next((problem for problem in map(_problem, value.values()) if problem), None)
        case _:
            return f"is a {type(value).__name__}; pass null, text, numbers, truth values, lists and maps"


def _family(kind: str | None) -> str | None:
    return "number" if kind in _NUMBERS else kind


def _check_operands(query: Query, kinds: Kinds, at: int) -> None:
    mark, after = query.text(at), query.text(at + 1)
    if mark not in "=<>+" or (mark == "=" and after == "~"):
        return
    stop = at + (mark in "<>" and after in ("=", ">"))
    if (mark in (">", "=") and query.text(at - 1) == "<") or (mark == "=" and query.text(at - 1) == ">"):
        return
    left, right = kinds.before(at), kinds.after(stop)
    if "null" in (left, right) and (mark != "+" or "text" not in (left, right)):
        return
    if left and right and _family(left) != _family(right):
        how = "joins" if mark == "+" else "compares"
        joined = "list + [x]" if "list" in (left, right) else "toString(…) of an integer, or coalesce(…)"
        instead = f"write {joined}" if mark == "+" else f"compare with {_WAYS_OUT.get(left, _noun(left))}"
        raise CatalogError(
            f"{query.tokens[at].place} {how} {_noun(left)} and {_noun(right)}, which is not portable; {instead}"
        )


def _noun(kind: str) -> str:
    return _NOUNS[kind]


def _check_list(query: Query, parameters: Mapping[str, Any], at: int) -> None:
    token = query.tokens[at]
    if query.word(at) == "IN":
        name = query.name(at + 2) if query.text(at + 1) == "$" else None
        literal = [query.word(inner) for inner in query.inner(at + 1)] if query.text(at + 1) == "[" else []
        given = parameters.get(name) if name else None
        if "NULL" in literal or (isinstance(given, list) and None in given):
            raise refused(token, "leave null out of the list, and ask x IS NULL beside it")
    if query.word(at) == "UNWIND" and query.text(at + 1) == "$" and parameters.get(query.name(at + 2), 0) is None:
        raise refused(token, "pass a list, which may be empty")
    if token.text == "[" and at not in query.inside_patterns and not query.is_index(at):
        _check_literal(query, at)


def _check_empty(query: Query, parameters: Mapping[str, Any], at: int) -> None:
    value = parameters.get(query.name(at + 1))
    if isinstance(value, list) and not any(one is not None for one in value):
        raise refused(query.tokens[at + 1], "a list without values is only asked with IN and UNWIND")


def _check_members(query: Query, kinds: Kinds, parameters: Mapping[str, Any], at: int) -> None:
    """`x IN list` compares x with the first of the list."""
    if query.word(at) != "IN" or at in query.lambda_ins:
        return
    left, first = kinds.before(at), None
    if query.text(at + 1) == "[":
        first = kinds.whole(
            at + 2, next((i for i in query.inner(at + 1) if query.text(i) == ","), query.partners[at + 1])
        )
    elif query.text(at + 1) == "$":
        given = parameters.get(query.name(at + 2))
        first = kind_of_value(given[0]) if isinstance(given, list) and given else None
    if left and first and left != "null" and _family(left) != _family(first):
        raise CatalogError(
            f"{query.tokens[at].place} compares {_noun(left)} and {_noun(first)}, which is not portable; "
            f"compare with {_WAYS_OUT.get(left, _noun(left))}"
        )


def _check_mixture(query: Query, kinds: Kinds, at: int) -> None:
    """The arguments of coalesce, and the results of CASE, are of one kind."""
    starts: list[int] = []
    if query.keyword(at) == "COALESCE" and query.text(at + 1) == "(":
        starts = [at + 1, *(inner for inner in query.inner(at + 1) if query.text(inner) == ",")]
    elif query.word(at) == "CASE":
        starts = query.results_of_case(at)
    found = [kind for kind in (kinds.after(start) for start in starts) if kind and kind != "null"]
    if len({_family(kind) for kind in found}) > 1:
        raise refused(query.tokens[at], f"its values are of one kind, found {_noun(found[0])} and {_noun(found[-1])}")


def _check_replaced(query: Query, at: int) -> None:
    if query.keyword(at) == "REPLACE" and query.text(at + 1) == "(":
        for comma in query.inner(at + 1):
            if query.text(comma) == "," and query.text(comma + 1) in ("''", '""') and query.text(comma + 2) == ",":
                raise refused(query.tokens[comma + 1], "replace a text of at least one character")


def _check_literal(query: Query, at: int) -> None:
    found: dict[str, Token] = {}
    stop = query.partners[at]
    for inner in query.inner(at):
        token = query.tokens[inner]
        alone = query.text(inner - 1) in ("[", ",") and query.text(inner + 1) in (",", "]") and inner < stop
        kind = {"string": "text", "number": "number"}.get(token.kind) or (
            "boolean" if query.word(inner) in ("TRUE", "FALSE") else None
        )
        if alone and kind and found and kind not in found:
            raise refused(token, "a list holds values of one kind")
        if alone and kind:
            found[kind] = token


def _check_text_test(query: Query, parameters: Mapping[str, Any], at: int) -> None:
    """CONTAINS with an empty text is false in ladybug; regular expressions are RE2's there and Java's in Neo4j."""
    contains = query.word(at) == "CONTAINS"
    matches = query.text(at) == "=" and query.text(at + 1) == "~"
    if not contains and not matches:
        return
    first = at + 1 if contains else at + 2
    given: Any = None
    if query.text(first) == "$":
        given = parameters.get(query.name(first + 1))
    elif first < len(query.tokens) and query.tokens[first].kind == "string":
        given = query.tokens[first].text[1:-1].replace("\\\\", "\\")
    if contains and given == "":
        raise refused(query.tokens[at], "every text contains the empty one, so leave the condition out")
    if matches and isinstance(given, str):
        _check_regex(query.tokens[at], given)


def _check_regex(token: Token, expression: str) -> None:
    plain = re.sub(r"\\[pP](\{\w+\}|\w)", ".", expression)
    try:
        re.compile(plain)
    except re.error as error:
        raise CatalogError(f"the expression behind {token.place} cannot be read: {error}; mend it") from None
    found = _UNPORTABLE_REGEX.search(expression)
    if found:
        raise refused(token, f"{found[0]!r} in a regular expression is known to one store alone; write it without")


def _check_conversion(query: Query, kinds: Kinds, at: int) -> None:
    if query.keyword(at) not in ("TOSTRING", "TOINTEGER", "TOFLOAT") or query.text(at + 1) != "(":
        return
    stop = query.partners[at + 1]
    kind = kinds.whole(at + 2, stop)
    if query.keyword(at) == "TOSTRING" and kind not in ("integer", "text"):
        raise refused(query.tokens[at], "toString takes an integer: a property, a number, count(…) or size(…)")
    if query.keyword(at) != "TOSTRING" and kind in ("text", "boolean"):
        raise refused(query.tokens[at], f"{query.text(at)} takes a number")


def _check_pattern_maps(query: Query, kinds: Kinds) -> None:
    """A value in a pattern's map is compared with its property."""
    for match in query.matches:
        for path in match.paths:
            for at in range(path.start, match.stop):
                if query.text(at) != "{" or at - 1 not in query.inside_patterns:
                    continue
                for key in query.inner(at):
                    if query.text(key + 1) != ":" or query.text(key - 1) not in ("{", ","):
                        continue
                    expected = {_family(kind) for kind in property_kinds(query.name(key), tuple(_labels(query, at)))}
                    found = kinds.after(key + 1)
                    if found and found != "null" and expected and _family(found) not in expected:
                        raise CatalogError(
                            f"{query.tokens[key].place} is compared with {_noun(found)}, which is not portable; "
                            f"compare with {_WAYS_OUT.get(str(next(iter(expected))), 'a number')}"
                        )


def _labels(query: Query, brace: int) -> list[str]:
    """The labels of the node whose map opens here; none for a relationship."""
    opener = brace
    while query.text(opener) not in ("(", "["):
        opener -= 1
    names = [query.name(at) for at in range(opener, brace) if query.text(at - 1) in (":", "|")]
    return names if query.text(opener) == "(" else []
