"""What kind of value an operand is, where that can be seen without running the query.

Neo4j answers false or joins texts where ladybug converts or fails, so text beside a number is refused. Seen are
literals, parameters, properties of the schema, and functions whose result is always of one kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from ..schema import LABELS
from .reading import WORDS
from .tokens import Token

__all__ = ["Kinds", "kind_of_value", "property_kinds"]

_OF_FUNCTIONS = {
    **dict.fromkeys(("COUNT", "SIZE", "LENGTH", "SIGN", "TOINTEGER"), "integer"),
    **dict.fromkeys(("TOFLOAT", "SQRT", "CEIL", "FLOOR", "ROUND", "AVG", "LOG10", "PI", "E"), "float"),
    **dict.fromkeys(("TOSTRING", "TOUPPER", "TOLOWER", "UPPER", "LOWER", "TRIM", "LTRIM", "RTRIM"), "text"),
    **dict.fromkeys(("LEFT", "RIGHT", "REPLACE", "REVERSE", "TYPE"), "text"),
    **dict.fromkeys(("ANY", "ALL", "NONE", "SINGLE", "ISEMPTY"), "boolean"),
}
_OF_JSON_TYPES = {"integer": "integer", "number": "float", "boolean": "boolean"}
# What binds tighter than a comparison, or makes a truth value of what stands before.
_TIGHTER = {".", "=", "<", ">", "~", "]", "CONTAINS", "WITH", "IN", "IS"}


def kind_of_value(value: Any) -> str | None:
    """The kind of a parameter; None for null, lists and maps."""
    kinds = {bool: "boolean", int: "integer", float: "float", str: "text"}
    return kinds.get(type(value))


@cache
def property_kinds(name: str, labels: Iterable[str]) -> frozenset[str]:
    """The kinds that a property has among some labels."""
    return frozenset(kind for label in labels for found, kind in _properties(label).items() if found == name)


@cache
def _properties(label: str) -> Mapping[str, str]:
    described = LABELS[label].model_json_schema()["properties"].items()
    return {"id": "text", "event": "integer", **{name: _kind(schema) for name, schema in described}}


def _kind(schema: Mapping[str, Any]) -> str:
    found = schema.get("type") or next((one.get("type") for one in schema.get("anyOf", ()) if one), None)
    return _OF_JSON_TYPES.get(str(found), "text")  # objects and lists are JSON text


class Kinds:
    """The kinds of a query's operands, given the labels of its variables."""

    def __init__(
        self, tokens: Sequence[Token], partners: Mapping[int, int], labels: Mapping[str, tuple[str, ...]],
        parameters: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self._tokens = tokens
        self._partners = partners
        self._labels = labels
        self._parameters = parameters

    def before(self, at: int) -> str | None:
        """The kind of the operand that ends before an index."""
        start = self._start(at - 1)
        if start is None or (start and (self._tokens[start - 1].keyword or self._tokens[start - 1].text) in _TIGHTER):
            return None
        return self._kind(start)[0]

    def after(self, at: int) -> str | None:
        """The kind of the operand that starts behind an index."""
        minus = at + 1 < len(self._tokens) and self._tokens[at + 1].text == "-"
        kind, stop = self._kind(at + 1 + minus)
        followed = self._tokens[stop] if stop < len(self._tokens) else None
        return None if followed and (followed.keyword or followed.text) in _TIGHTER | {"[", "("} else kind

    def whole(self, start: int, stop: int) -> str | None:
        """The kind of an expression that is one operand, or a sum and the like of integers."""
        kind, end = self._kind(start)
        return kind if end == stop else None

    def _start(self, last: int) -> int | None:
        """Where the operand begins whose last token is given."""
        if last < 0:
            return None
        token = self._tokens[last]
        before = self._tokens[last - 1].text if last else ""
        if token.text in (")", "]") and last in self._partners:
            start = self._partners[last]
            owner = self._tokens[start - 1] if start else token
            indexed = token.text == "]" and owner.is_name and owner.keyword not in WORDS
            return None if indexed else start - (token.text == ")")
        if before == "$":
            return last - 1
        if before == ".":
            return last - 2 if token.is_name else None
        return last

    def _kind(self, start: int) -> tuple[str | None, int]:
        """The kind of the operand that starts at an index, and the index behind it."""
        tokens = self._tokens[start : start + 3]
        if not tokens:
            return None, start
        first, texts = tokens[0], [token.text for token in tokens]
        if first.kind == "string":
            return "text", start + 1
        if first.kind == "number":
            return "float" if set(first.text) & set(".eE") else "integer", start + 1
        if first.keyword in ("TRUE", "FALSE"):
            return "boolean", start + 1
        if first.keyword == "NULL":
            return "null", start + 1
        if first.text == "[":
            return "list", self._partners.get(start, start) + 1
        if first.text == "$" and len(tokens) > 1:
            return kind_of_value(self._parameters.get(tokens[1].name)), start + 2
        if texts[1:2] == ["("] and first.kind == "word":
            return _OF_FUNCTIONS.get(first.keyword), self._partners.get(start + 1, start) + 1
        if texts[1:2] == ["."] and len(tokens) > 2 and first.name in self._labels:
            found = property_kinds(tokens[2].name, self._labels[first.name])
            return next(iter(found)) if len(found) == 1 else None, start + 3
        return None, start + 1
