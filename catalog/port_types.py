"""Types of ports as the catalog keeps them: one text for equal types, and which values may go where."""

from __future__ import annotations

from functools import cache

from ..dsl.checking.type_expressions import read_type
from ..dsl.types import Fit, Type, fit
from ..errors import LanguageError

__all__ = ["is_assignable", "type_key_of"]


def type_key_of(type: str, unit: str = "") -> str:
    """The type as the language prints it, then its unit in brackets if it has one.

    Raises:
        ValueError: if the language has no such type.
    """
    return f"{_read(type)} [{unit}]" if unit else str(_read(type))


def is_assignable(source: tuple[str, str], target: tuple[str, str]) -> bool:
    """Whether every value of an output may go into an input, each given by its type and unit.

    A subrange goes into a range, a smaller vocabulary into a larger one, a scalar to every position of a sequence. A
    unit must be the same; an input without one takes values of any.
    """
    (found, found_unit), (wanted, wanted_unit) = source, target
    return wanted_unit in ("", found_unit) and fit(_read(found), _read(wanted)) is Fit.ALWAYS


@cache
def _read(type: str) -> Type:
    try:
        return read_type(type)
    except LanguageError as error:
        raise ValueError(f"{type!r} is no type of the language: {error.faults[0].message}") from error
