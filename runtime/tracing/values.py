"""Exact values as a trace writes them in JSON, and back.

A boolean, a whole number and a token are JSON's own; a number that is not whole is `{"fraction": [1, 3]}`, in lowest
terms; a sequence is a list; a selector is `{"rows": ["010", …]}`, one row for each query, a 1 for each selected key.
JSON has one way to write each value, so that values are equal exactly if what is written is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from math import gcd
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from ...dsl.types import in_digits

__all__ = ["ExactValue", "GivenInput", "OptionalValue", "decoded", "encoded", "is_same", "written"]

_ELEMENT = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "integer"},
        {"type": "string"},
        {
            "type": "object",
            "properties": {"fraction": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}},
            "required": ["fraction"],
            "additionalProperties": False,
        },
    ]
}
_ROWS = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": {"type": "string", "pattern": "^[01]*$"}}},
    "required": ["rows"],
    "additionalProperties": False,
}
_VALUE = {"anyOf": [_ELEMENT, {"type": "array", "items": _ELEMENT}, _ROWS]}


def encoded(value: Any) -> Any:
    """An exact value in JSON's own types."""
    match value:
        case Fraction():
            return {"fraction": [value.numerator, value.denominator]}
        case list() if value and isinstance(value[0], list):
            return {"rows": ["".join("1" if is_selected else "0" for is_selected in row) for row in value]}
        case list():
            return [encoded(element) for element in value]
    return value


def decoded(written: Any) -> Any:
    """The exact value that `encoded` wrote; an exact value as it is.

    Raises:
        ValueError: if it is none.
    """
    match written:
        case {"rows": list(rows), **others} if not others and all(_is_row(row, len(rows)) for row in rows):
            return [[mark == "1" for mark in row] for row in rows]
        case list() if written and all(isinstance(row, list) for row in written):
            return written
        case list():
            return [_element(element) for element in written]
    return _element(written)


def _is_row(row: Any, length: int) -> bool:
    return isinstance(row, str) and len(row) == length and set(row) <= {"0", "1"}


def _element(written: Any) -> Any:
    match written:
        case bool() | int() | str() | Fraction():
            return written
        case {"fraction": [int(numerator), int(denominator)], **others} if not others:
            if denominator > 1 and gcd(numerator, denominator) == 1:
                return Fraction(numerator, denominator)
            raise ValueError(f"the fraction {numerator}/{denominator} is not in lowest terms, or is whole")
        case float():
            raise ValueError(f"the number {written} is not exact: write it as a fraction")
    raise ValueError(f"expected a value, a list of values or the rows of a selector, found {json.dumps(written)}")


def is_same(left: Any, right: Any) -> bool:
    """Whether two exact values are the same value of the same kind: True is not 1."""
    return json.dumps(encoded(left)) == json.dumps(encoded(right))


def written(value: Any) -> str:
    """An exact value as a program writes it, on one line; a selector as its rows."""
    match value:
        case bool():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list() if value and isinstance(value[0], list):
            return " ".join("".join("1" if is_selected else "0" for is_selected in row) for row in value)
        case list():
            return f"[{', '.join(map(written, value))}]"
    return in_digits(value)


def _given_encoded(given: Any) -> Any:
    """An input: elements that are fractions as values write them, all else as it was given."""
    match given:
        case Mapping():
            return {name: _given_encoded(value) for name, value in given.items()}
        case list() | tuple():
            return [encoded(element) for element in given]
    return encoded(given)


def _given_decoded(given: Any) -> Any:
    match given:
        case dict():
            return {name: _decoded_input(value) for name, value in given.items()}
        case str() | list():
            return _decoded_input(given)
    raise ValueError(f"expected a text, a list, or an object by parameter name, found {json.dumps(given)}")


def _decoded_input(given: Any) -> Any:
    if isinstance(given, list):
        return [_decoded_input(element) for element in given]
    return given if isinstance(given, float) else _element(given)


ExactValue = Annotated[
    Any, PlainValidator(decoded), PlainSerializer(encoded), WithJsonSchema({**_VALUE, "title": "Value"})
]
"""A field that is an exact value in memory, and in JSON what `encoded` makes of it."""

OptionalValue = Annotated[
    Any,
    PlainValidator(lambda value: None if value is None else decoded(value)),
    PlainSerializer(encoded),
    WithJsonSchema({"anyOf": [*_VALUE["anyOf"], {"type": "null"}], "title": "Value"}),
]
"""The same, or null where there is none."""

_GIVEN_ELEMENT = {"anyOf": [*_ELEMENT["anyOf"], {"type": "number"}]}
_GIVEN = {"anyOf": [_GIVEN_ELEMENT, {"type": "array", "items": _GIVEN_ELEMENT}]}
GivenInput = Annotated[
    Any,
    PlainValidator(lambda given: _given_decoded(_plain(given))),
    PlainSerializer(_given_encoded),
    WithJsonSchema({"anyOf": [*_GIVEN["anyOf"], {"type": "object", "additionalProperties": _GIVEN}], "title": "Input"}),
]
"""A field that is an input as a run takes it: a text, a list, or an object by parameter name."""


def _plain(given: Any) -> Any:
    """An input with lists in place of tuples, and a plain dictionary in place of another mapping."""
    if isinstance(given, Mapping):
        return {name: _plain(value) for name, value in given.items()}
    return list(given) if isinstance(given, list | tuple) else given
