"""The type of inputs that no program declares, from the values that a user lists."""

from __future__ import annotations

from typing import Any

from ...dsl.types import Bool, Element, Int, Token
from ...errors import RuntimeFault
from ..programs import read_token_list

__all__ = ["element_type"]


def element_type(vocabulary: str) -> Element:
    """The type of the listed values: words, or whole numbers that follow one another.

    Raises:
        RuntimeFault: if they are of several kinds, or numbers with gaps.
    """
    listed = read_token_list(vocabulary)
    values: list[Any] = vocabulary.split(",") if listed is None else listed
    kinds = {type(value) for value in values}
    if kinds == {str}:
        return Token(tuple(dict.fromkeys(values)))
    if kinds == {bool}:
        return Bool()
    if kinds == {int} and set(values) == set(range(min(values), max(values) + 1)):
        return Int(min(values), max(values))
    found = f"the vocabulary {vocabulary!r} is no type"
    raise RuntimeFault(f"{found}: list words, or whole numbers that follow one another")
