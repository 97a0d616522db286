"""Inputs of a batch as columns: every distinct element is read once, whole numbers all at once."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...dsl.graph import Input
from ...dsl.program import Function
from ...dsl.types import Int, Real, Seq, Unknown, Value, element_of
from ...errors import RuntimeFault
from ..inputs import Given, by_parameter, element, parameters_of
from .columns import Column, Whole, of_distinct, scattered
from .rows import Rows, either
from .scope import Outcome
from .table import LARGEST, Table

__all__ = ["Arranged", "arrange", "bind_columns"]

_PLAIN = {bool, int, float, str, Fraction}
_READ_OTHERWISE = ("tokens_str", "tokens_bool")


class Arranged(NamedTuple):
    """What is given for each parameter, and how long the sequences are."""

    values: Sequence[Any]
    n_positions: int


def arrange(function: Function, inputs: Sequence[Given]) -> list[Arranged | None]:
    """What each input gives for each parameter; None where it does not fit them, whatever its elements are."""
    parameters = parameters_of(function)
    if len(parameters) < 2 and all(isinstance(parameter.type, Seq) for parameter in parameters):
        # The usual case, where an input is the only sequence, asks for no names.
        n_parameters = len(parameters)
        return [
            Arranged([given] * n_parameters, len(given))
            if type(given) in (str, list)
            else _arranged(function, parameters, given)
            for given in inputs
        ]
    return [_arranged(function, parameters, given) for given in inputs]


def _arranged(function: Function, parameters: Sequence[Input], given: Given) -> Arranged | None:
    try:
        values = by_parameter(function, parameters, given)
    except RuntimeFault:
        return None
    sequences = [value for parameter, value in zip(parameters, values, strict=True) if isinstance(parameter.type, Seq)]
    if not function.parameters and not isinstance(given, Mapping):
        sequences.append(given)
    if not all(isinstance(sequence, str | list | tuple) for sequence in sequences):
        return None
    lengths = set(map(len, sequences))
    return Arranged(values, lengths.pop() if lengths else 0) if len(lengths) < 2 else None


def bind_columns(function: Function, arranged: Sequence[Arranged], rows: Rows) -> dict[str, Outcome]:
    """The column of every input, by key; undefined where an element is no value of the declared type."""
    bound: dict[str, Outcome] = {}
    for place, parameter in enumerate(parameters_of(function)):
        given = [each.values[place] for each in arranged]
        is_sequence = isinstance(parameter.type, Seq)
        elements = list(chain.from_iterable(given)) if is_sequence else given
        column, amiss = _read(parameter, elements, rows.table)
        if is_sequence:
            column, amiss = scattered(column, rows.live_bn), _scattered(amiss, rows.live_bn)
        bound[parameter.key] = Outcome(column, rows.with_any(amiss))
    return bound


def _scattered(mask: Tensor | None, where: Tensor) -> Tensor | None:
    if mask is None:
        return None
    spread = torch.zeros_like(where)
    spread[where] = mask
    return spread


def _read(parameter: Input, elements: list[Any], table: Table) -> tuple[Column, Tensor | None]:
    """Given elements as values of a parameter's element type, and where they are none; shape (n_elements,)."""
    kinds = set(map(type, elements))
    if kinds <= {int} and parameter.key not in _READ_OTHERWISE:
        numbers = _whole(elements, table)
        if numbers is not None:
            return Whole(numbers), _outside(parameter, numbers)
    if not kinds <= _PLAIN:
        # Values of other classes are left to the exact evaluator, None among them.
        elements = [each if type(each) in _PLAIN else None for each in elements]
    return _read_distinct(parameter, elements, table)


def _whole(elements: list[int], table: Table) -> Tensor | None:
    """Whole numbers as a tensor; None where one of them is too large."""
    try:
        packed = array("q", elements)
    except OverflowError:
        return None
    if not packed:
        return torch.zeros(0, dtype=torch.int64, device=table.device)
    numbers = torch.frombuffer(packed, dtype=torch.int64)
    low, high = numbers.aminmax()
    return numbers.to(table.device) if int(low) > -LARGEST and int(high) < LARGEST else None


def _outside(parameter: Input, numbers: Tensor) -> Tensor | None:
    """Which whole numbers are no values of the declared type."""
    match element_of(parameter.type):
        case Int(low, high) | Real(low, high):
            below = None if low is None else numbers < _within_int64(-(-low // 1))
            return either(below, None if high is None else numbers > _within_int64(high // 1))
        case Unknown():
            return None
    return torch.ones_like(numbers, dtype=torch.bool)


def _within_int64(bound: int) -> int:
    return max(-(2**63), min(2**63 - 1, bound))


def _read_distinct(parameter: Input, elements: list[Any], table: Table) -> tuple[Column, Tensor | None]:
    # True, 1 and 1.0 are equal, and are told apart by their types.
    pairs = list(zip(map(type, elements), elements, strict=True))
    found = {pair: place for place, pair in enumerate(dict.fromkeys(pairs))}
    places = list(map(found.__getitem__, pairs))
    values: list[Value] = []
    amiss: list[bool] = []
    for kind, given in found:
        try:
            values.append(element(parameter, given) if kind in _PLAIN else 0)
            amiss.append(kind not in _PLAIN)
        except RuntimeFault:
            values.append(0)
            amiss.append(True)
    where = torch.tensor(places, dtype=torch.int64, device=table.device)
    if not values:
        return Whole(where), None
    is_amiss = torch.tensor(amiss, device=table.device)[where] if any(amiss) else None
    return of_distinct(values, where, table), is_amiss
