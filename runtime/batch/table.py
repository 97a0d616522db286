"""Exact values by number, so that tensors can hold what they cannot say themselves: tokens, large numbers, mixtures.

A table gives each value a code, from 0; True, 1 and "1" are three values. What is known of a value stands beside it,
and is handed to tensors by code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from ...dsl.types import Value

__all__ = ["LARGEST", "Table", "distinct", "fits"]

LARGEST = 2**62
"""Numbers of 64 bits are kept below this, so that the sum of two of them does not wrap around unseen."""

_FEW = 2**16


def fits(value: Value) -> bool:
    """Whether a value is a number whose numerator and denominator stand in 64 bits, with one to spare."""
    return not isinstance(value, str) and abs(value.numerator) < LARGEST and value.denominator < LARGEST


class Table:
    """The exact values that one batch has met, each with its code; 0 is the code of the number 0."""

    def __init__(self, device: torch.device) -> None:
        """Begin with the number 0, which stands wherever no one looks."""
        self.device = device
        self.values: list[Value] = [0]
        self._codes: dict[tuple[type, Value], int] = {(int, 0): 0}
        self._told: dict[Callable[[Value], Any], list[Any]] = {}
        self._tensors: dict[Callable[[Value], Any], Tensor] = {}

    def code(self, value: Value) -> int:
        """The code of a value, a new one if it is new."""
        code = self._codes.setdefault((type(value), value), len(self.values))
        if code == len(self.values):
            self.values.append(value)
        return code

    def codes(self, values: Iterable[Value]) -> Tensor:
        """The codes of values, shape (n_values,)."""
        return torch.tensor([self.code(value) for value in values], dtype=torch.int64, device=self.device)

    def told(self, property_: Callable[[Value], Any]) -> list[Any]:
        """A property of every value, by code; each value is asked once."""
        known = self._told.setdefault(property_, [])
        known.extend(map(property_, self.values[len(known) :]))
        return known

    def property(self, property_: Callable[[Value], bool | int]) -> Tensor:
        """A property of every value, by code, shape (n_codes,)."""
        tensor = self._tensors.get(property_)
        if tensor is None or len(tensor) < len(self.values):
            tensor = self._tensors[property_] = torch.tensor(self.told(property_), device=self.device)
        return tensor

    def order(self, codes: Sequence[int]) -> Tensor:
        """For each code, its place in the order of the given ones; equal values share a place, tokens come last.

        Shape (n_codes,); 0 for codes that are not given.
        """
        values = [self.values[code] for code in codes]
        numbers = sorted({value for value in values if not isinstance(value, str)})
        tokens = sorted({value for value in values if isinstance(value, str)})
        place = {value: place for place, value in enumerate([*numbers, *tokens])}
        order = torch.zeros(len(self.values), dtype=torch.int64)
        order[torch.tensor(codes, dtype=torch.int64)] = torch.tensor([place[value] for value in values])
        return order.to(self.device)


def is_token(value: Value) -> bool:
    """Whether a value is a token."""
    return isinstance(value, str)


def is_bool(value: Value) -> bool:
    """Whether a value is a boolean."""
    return isinstance(value, bool)


def is_true(value: Value) -> bool:
    """Whether a value counts as true."""
    return bool(value)


def numerator(value: Value) -> int:
    """The numerator of a number that fits; 0 for anything else."""
    return int(value.numerator) if not isinstance(value, str) and fits(value) else 0


def denominator(value: Value) -> int:
    """The denominator of a number that fits; 1 for anything else."""
    return value.denominator if isinstance(value, Fraction) and fits(value) else 1


def distinct(codes: Tensor, n_codes: int) -> tuple[Tensor, Tensor]:
    """The codes that occur, and the place of each given one among them; shapes (n_distinct,) and that of `codes`."""
    if n_codes > max(_FEW, 4 * codes.numel()):
        found, places = torch.unique(codes, return_inverse=True)
        return found, places
    occurs = torch.zeros(n_codes, dtype=torch.bool, device=codes.device)
    occurs[codes.flatten()] = True
    place = occurs.cumsum(0) - 1
    return occurs.nonzero().flatten(), place[codes]
