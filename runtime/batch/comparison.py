"""Comparing columns: their values become numbers that a tensor can compare, of the same order and equality.

1. Whole numbers and booleans are compared as they are.
2. Fractions are compared as quotients in floating point. Two fractions of which no numerator and no denominator is
   larger than 2^25 differ by more than 2^-50 of either, and the rounding of a quotient is at most 2^-53 of it: unequal
   ones stay unequal, in their order.
3. All else is compared by its place in the order of the values that occur: numbers first, then tokens. Numbers and
   tokens are unequal; they have no order, and where one is asked for the answer is undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from .arithmetic import largest
from .columns import Coded, Column, Ratio, Truth, Whole, as_coded, as_numbers
from .table import Table, distinct, is_token

__all__ = ["SYMBOLS", "Comparable", "comparable", "is_ordered", "tokens_in"]

_EXACT_QUOTIENT = 2**25

SYMBOLS: Mapping[str, Callable[..., Tensor]] = {
    "==": torch.eq,
    "!=": torch.ne,
    "<": torch.lt,
    "<=": torch.le,
    ">": torch.gt,
    ">=": torch.ge,
}


class Comparable(NamedTuple):
    """Numbers of the order of a column's values, and which of these are tokens (None: none)."""

    numbers: Tensor
    tokens: Tensor | None = None


def is_ordered(symbol: str) -> bool:
    """Whether a comparison asks for an order."""
    return symbol not in ("==", "!=")


def comparable(columns: list[Column], table: Table) -> list[Comparable]:
    """What stands for the values of columns that are compared with one another."""
    if all(isinstance(column, Whole | Truth | Ratio) for column in columns):
        if not any(isinstance(column, Ratio) for column in columns):
            return [Comparable(_numbers(column, table)) for column in columns]
        if all(map(_is_small, columns)):
            return [Comparable(_numbers(column, table).double()) for column in columns]
    codes = [as_coded(column, table).codes for column in columns]
    found, _ = distinct(torch.cat([part.flatten() for part in codes]), len(table.values))
    order, tokens = table.order(found.tolist()), table.property(is_token)
    has_tokens = bool(tokens[found].any())
    return [Comparable(order[part], tokens[part] if has_tokens else None) for part in codes]


def _is_small(column: Column) -> bool:
    numbers = [column.numerators, column.denominators] if isinstance(column, Ratio) else [_values(column)]
    return all(largest(part) <= _EXACT_QUOTIENT for part in numbers)


def _values(column: Column) -> Tensor:
    assert isinstance(column, Whole | Truth), "fractions and codes are told apart before"
    return column.values.long()


def _numbers(column: Column, table: Table) -> Tensor:
    numbers, _ = as_numbers(column, table)
    if isinstance(numbers, Ratio):
        return numbers.numerators.double() / numbers.denominators.double()
    return numbers.values


def tokens_in(column: Column, table: Table) -> Tensor | None:
    """Which values are tokens; None where none can be."""
    return table.property(is_token)[column.codes] if isinstance(column, Coded) else None
