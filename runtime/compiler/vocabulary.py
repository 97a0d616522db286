"""Which tokens a compiled program reads, and what its inputs make of them."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ...dsl.graph import Input, SOp, inputs_of
from ...dsl.program import Function
from ...dsl.types import Bool, Int, Seq, Token, Value, element_of
from ...errors import NotCompilable, RuntimeFault
from ..inputs import bind_inputs
from .analysis import VOCABULARY

__all__ = ["values_of_tokens", "vocabulary_of"]

_VOCABULARY_LIMIT = 1 << 12
_TOKENS = (str, bool, int, float, Fraction)


def vocabulary_of(function: Function, vocabulary: Sequence[Any] | None) -> Sequence[Any] | None:
    """The tokens; None for a program that reads none and is given none.

    Raises:
        NotCompilable: if the entry point takes anything but one sequence.
        RuntimeFault: if tokens are named twice, or none are named and the type is not finite.
    """
    inputs = function.parameters or tuple(inputs_of([function.result]))
    if function.parameters and (len(inputs) > 1 or not isinstance(inputs[0].type, Seq)):
        ports = ", ".join(f"{port.name}: {port.type}" for port in inputs)
        span = function.span
        raise NotCompilable(
            f"{span.source.name}:{span.line}:{span.column}: {function.name!r} takes ({ports}), "
            "and a transformer reads one sequence of tokens; give it one sequence, or run it in the interpreter"
        )
    if vocabulary is not None:
        is_sequence = isinstance(vocabulary, Sequence) and all(isinstance(token, _TOKENS) for token in vocabulary)
        if not is_sequence or not vocabulary or len({*vocabulary}) < len(vocabulary):
            raise RuntimeFault(f"expected a vocabulary of different tokens, found {reprlib.repr(vocabulary)}")
        return tuple(vocabulary)
    return _elements_of(inputs[0]) if inputs else None


def _elements_of(parameter: Input) -> Sequence[Any]:
    """All values of a finite type."""
    match element_of(parameter.type):
        case Bool():
            return (False, True)
        case Int(int() as low, int() as high) if high - low < _VOCABULARY_LIMIT:
            return range(low, high + 1)
        case Token(tuple() as words):
            return words
    raise RuntimeFault(
        f"input {parameter.name!r} may hold any {element_of(parameter.type)}: say which in `vocabulary`, "
        "or declare a finite type such as seq[int 0..9]"
    )


def values_of_tokens(function: Function, tokens: Sequence[Any] | None) -> dict[SOp, list[Value]]:
    """For the vocabulary and for each input of the program, the exact value of each token.

    Raises:
        RuntimeFault: if a token is no value of an input.
    """
    inputs = function.parameters or tuple(inputs_of([function.result]))
    columns: dict[SOp, list[Value]] = {VOCABULARY: list(tokens or (0,))}
    for token in tokens or ():
        _, bound = bind_inputs(function, [token])
        for parameter in inputs:
            columns.setdefault(parameter, []).append(bound[parameter.key][0])
    return columns
