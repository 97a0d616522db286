"""What every reader of another tool's JSON checks, and how JSON is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import CatalogError
from ..durable import write_atomically

__all__ = ["check_fields", "text_of", "write_json"]

_LONGEST_NAME = 1_000
_SHOWN = 60
_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def check_fields(value: Any, types: Mapping[str, tuple[type, ...]], where: str) -> dict[str, Any]:
    """A copy of an object that has these fields of these types, and may have others.

    Raises:
        CatalogError: naming the field, what it is and what it should be.
    """
    if not isinstance(value, dict):
        raise CatalogError(f"{where} is {_shown(value)}; expected an object with {', '.join(types)}")
    for name, allowed in types.items():
        if name not in value:
            raise CatalogError(f"{where} has no {name!r}; expected {' or '.join(map(_word, allowed))}")
        if type(value[name]) not in allowed:
            expected = " or ".join(map(_word, allowed))
            raise CatalogError(f"{where}.{name} is {_shown(value[name])}; expected {expected}")
    return dict(value)


def text_of(value: Any, where: str) -> str:
    """A name: text of 1 to 1,000 characters.

    Raises:
        CatalogError: if it is none.
    """
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST_NAME:
        length = f" of {len(value):,} characters" if isinstance(value, str) else ""
        raise CatalogError(f"{where} is {_shown(value)}{length}; expected text of 1 to {_LONGEST_NAME:,} characters")
    return value


def write_json(path: Path, value: Any) -> None:
    """Write a value as a JSON file, whole or not at all.

    Raises:
        CatalogError: if the file cannot be written.
    """
    try:
        write_atomically(path, json.dumps(value, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise CatalogError(f"{path} cannot be written: {error.strerror or error}") from error


def _word(allowed: type) -> str:
    return _WORDS.get(allowed, "null")


def _shown(value: Any) -> str:
    shown = repr(value[:_SHOWN] if isinstance(value, str | list) else value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
