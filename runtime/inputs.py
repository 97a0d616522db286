"""Inputs: from what a caller gives, a string, a list or a mapping, to exact values of the declared types."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..dsl.graph import Input, inputs_of
from ..dsl.operators import exact, is_printable
from ..dsl.program import Function
from ..dsl.types import Seq, Value, contains, element_of
from ..errors import RuntimeFault

__all__ = ["Given", "bind_inputs", "by_parameter", "element", "parameters_of"]

Given = str | Sequence[Any] | Mapping[str, Any]


def bind_inputs(function: Function, given: Given) -> tuple[int, dict[str, Any]]:
    """The length of the sequences and the value of every input of a function, by key.

    Raises:
        RuntimeFault: if a value does not belong to the declared type, or the lengths differ.
    """
    parameters = parameters_of(function)
    values = by_parameter(function, parameters, given)
    bound = {parameter.key: _bound(parameter, value) for parameter, value in zip(parameters, values, strict=True)}
    lengths = {len(bound[parameter.key]) for parameter in parameters if isinstance(parameter.type, Seq)}
    if len(lengths) > 1:
        raise RuntimeFault(f"the input sequences differ in length: {', '.join(map(str, sorted(lengths)))}")
    if not function.parameters and not isinstance(given, Mapping):
        if not isinstance(given, str | list | tuple):
            raise RuntimeFault(f"expected a string or a list of tokens, found {_quoted(given)}")
        lengths = {len(given)}
    return (lengths.pop() if lengths else 0), bound


def parameters_of(function: Function) -> tuple[Input, ...]:
    """The declared parameters, or else what the result reads."""
    return function.parameters or tuple(inputs_of([function.result]))


def by_parameter(function: Function, parameters: Sequence[Input], given: Given) -> list[Any]:
    """The value given for each parameter.

    Raises:
        RuntimeFault: if they are not given as the function takes them.
    """
    if isinstance(given, Mapping):
        names = [parameter.name for parameter in parameters]
        if set(given) != set(names):
            expected = f"inputs named {', '.join(names)}" if names else "no inputs by name"
            raise RuntimeFault(f"expected {expected}, found {', '.join(map(str, given)) or 'none'}")
        return [given[name] for name in names]
    if function.parameters and len(parameters) != 1:
        example = ", ".join(f'"{parameter.name}": …' for parameter in parameters)
        raise RuntimeFault(f"{function.name!r} takes {len(parameters)} inputs: give them by name, as {{{example}}}")
    return [given] * len(parameters)


_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "tokens_str": str,
    "tokens_int": int,
    "tokens_float": lambda token: _decimal(str(int(token) if isinstance(token, bool) else token)),
    "tokens_bool": lambda token: bool(token) if isinstance(token, str | int | float | Fraction) else None,
}
_CONVERTED_TO = {"tokens_int": "whole number", "tokens_float": "number"}
_LARGEST_EXPONENT = 4000


def _decimal(text: str) -> int | Fraction:
    """The number that a decimal writes, exactly: 0.1 is one tenth."""
    number = Decimal(text)
    if number.is_finite() and abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise OverflowError("the number has too many digits")
    return exact(Fraction(number))


def _quoted(given: object) -> str:
    """A given value, shortened, for a message."""
    try:
        return reprlib.repr(given)
    except ValueError:
        return "a number of more than 4300 digits"


def _bound(parameter: Input, given: Any) -> Any:
    """A given value as exact elements of the parameter's type."""
    if not isinstance(parameter.type, Seq):
        return element(parameter, given, "")
    if not isinstance(given, str | list | tuple):
        raise RuntimeFault(f"input {parameter.name!r}: expected {parameter.type}, found {_quoted(given)}")
    return [element(parameter, each, f" at position {place}") for place, each in enumerate(given)]


def element(parameter: Input, given: Any, where: str = "") -> Value:
    """A given value as an exact value of the parameter's element type; `where` it stands is said in a fault.

    Raises:
        RuntimeFault: if it is none.
    """
    wanted = element_of(parameter.type)
    try:
        value = _CONVERSIONS[parameter.key](given) if parameter.key in _CONVERSIONS else given
        value = _decimal(str(value)) if isinstance(value, float) else value
    except (ValueError, ArithmeticError, TypeError):
        value = None
    is_value = isinstance(value, str) or (isinstance(value, bool | int | Fraction) and is_printable(value))
    if not is_value or not contains(wanted, value):
        expected = _CONVERTED_TO.get(parameter.key, f"value of {wanted}")
        raise RuntimeFault(f"input {parameter.name!r}: {_quoted(given)}{where} is not a {expected}")
    return exact(value) if isinstance(value, Fraction) else value
