"""The values of one node for a whole batch, as tensors.

A column holds one value for each sequence (b), or one for each position of each sequence (b, n); an axis of size 1
stands for all. It is of one of four kinds:

1. `Whole`: whole numbers of 64 bits.
2. `Truth`: booleans.
3. `Ratio`: fractions in lowest terms, the denominator above 0; those with denominator 1 are whole numbers.
4. `Coded`: anything, by its code in the batch's table.

Positions beyond the end of a sequence hold numbers that no one looks at. A column says nothing of whether its values
are defined: who computes it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from ...dsl.types import Value
from .table import Table, denominator, distinct, fits, is_true, numerator

__all__ = [
    "Coded",
    "Column",
    "Ratio",
    "Truth",
    "Whole",
    "as_coded",
    "as_numbers",
    "as_whole",
    "choose",
    "common_shape",
    "constant",
    "fractions",
    "joined",
    "lifted",
    "mapped",
    "of_distinct",
    "parts_of",
    "picked",
    "scattered",
    "shape_of",
    "truth",
]


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """Whole numbers, int64."""

    values: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Booleans, bool."""

    values: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """Fractions in lowest terms, int64 both."""

    numerators: Tensor
    denominators: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Values of any kind, by their codes, int64."""

    codes: Tensor


Column = Whole | Truth | Ratio | Coded


def parts_of(column: Column) -> tuple[Tensor, ...]:
    """The tensors of a column."""
    match column:
        case Whole(values) | Truth(values) | Coded(values):
            return (values,)
        case Ratio(numerators, denominators):
            return numerators, denominators


def shape_of(column: Column) -> torch.Size:
    """The shape of a column's tensors."""
    return parts_of(column)[0].shape


def common_shape(columns: Sequence[Column]) -> torch.Size:
    """The shape that columns of as many axes broadcast to."""
    return torch.Size(map(max, *map(shape_of, columns))) if len(columns) > 1 else shape_of(columns[0])


def mapped(column: Column, function: Callable[[Tensor], Tensor]) -> Column:
    """A column after a change of place, the same for all of its tensors."""
    return type(column)(*map(function, parts_of(column)))


def lifted(column: Column) -> Column:
    """A value at every position of its sequence: (b) becomes (b, 1)."""
    return mapped(column, lambda part: part.unsqueeze(-1)) if len(shape_of(column)) == 1 else column


def constant(value: Value, table: Table) -> Column:
    """One value for all sequences, shape (1,)."""
    return of_distinct([value], torch.zeros(1, dtype=torch.int64, device=table.device), table)


def of_distinct(values: Sequence[Value], places: Tensor, table: Table) -> Column:
    """The column whose elements are the values at the given places, of the narrowest kind that holds them all."""
    kinds = set(map(type, values))
    if kinds == {bool}:
        return Truth(torch.tensor(values, device=table.device)[places])
    if not kinds <= {int, Fraction} or not all(map(fits, values)):
        return Coded(table.codes(values)[places])
    parts = [torch.tensor([part(value) for value in values], device=table.device) for part in (numerator, denominator)]
    taken = [part[places] for part in parts]
    return Whole(taken[0]) if Fraction not in kinds else Ratio(taken[0], taken[1])


def fractions(numerators: list[Any], denominators: list[Any]) -> list[Any]:
    """Fractions in lowest terms, those over 1 as whole numbers, out of lists of any depth."""
    pairs = zip(numerators, denominators, strict=True)
    return [
        fractions(above, below) if isinstance(above, list) else above if below == 1 else Fraction(above, below)
        for above, below in pairs
    ]


def truth(column: Column, table: Table) -> Tensor:
    """Which values count as true, bool."""
    match column:
        case Truth(values):
            return values
        case Whole(values) | Ratio(values, _):
            return values != 0
        case Coded(codes):
            return table.property(is_true)[codes]


def as_coded(column: Column, table: Table) -> Coded:
    """The same values by their codes."""
    match column:
        case Coded():
            return column
        case Truth(values):
            return Coded(table.codes([False, True])[values.long()])
        case Whole(values):
            numbers, places = distinct_numbers(values)
            return Coded(table.codes(numbers.tolist())[places])
        case Ratio(numerators, denominators):
            (above, i), (below, j) = distinct_numbers(numerators), distinct_numbers(denominators)
            pairs, places = distinct(i * len(below) + j, len(above) * len(below))
            found = fractions(above[pairs // len(below)].tolist(), below[pairs % len(below)].tolist())
            return Coded(table.codes(found)[places])


def distinct_numbers(values: Tensor) -> tuple[Tensor, Tensor]:
    """The numbers that occur, and the place of each given one among them."""
    low, high = (int(bound) for bound in values.aminmax())
    if high - low > 4 * values.numel():
        found, places = torch.unique(values, return_inverse=True)
        return found, places
    found, places = distinct(values - low, high - low + 1)
    return found + low, places


def as_numbers(column: Column, table: Table) -> tuple[Whole | Ratio, Tensor | None]:
    """The numbers of a column, booleans as 0 and 1, and where it has none that stands in 64 bits (0 stands there)."""
    match column:
        case Truth(values):
            return Whole(values.long()), None
        case Coded(codes):
            above, below = (table.property(part)[codes] for part in (numerator, denominator))
            return (Whole(above) if bool((below == 1).all()) else Ratio(above, below)), ~table.property(fits)[codes]
        case Whole() | Ratio():
            return column, None


def as_whole(column: Column, table: Table) -> tuple[Tensor, Tensor | None]:
    """The whole numbers of a column, booleans as 0 and 1, and where it has none of 64 bits (0 stands there)."""
    numbers, amiss = as_numbers(column, table)
    if isinstance(numbers, Whole):
        return numbers.values, amiss
    broken = numbers.denominators != 1
    return numbers.numerators.masked_fill(broken, 0), broken if amiss is None else broken | amiss


def joined(columns: Sequence[Column], table: Table, function: Callable[..., Tensor]) -> Column:
    """One column of several: they are brought to one kind, and the function joins their tensors."""
    alike = _of_one_kind(columns, table)
    parts = zip(*(parts_of(column) for column in alike), strict=True)
    return type(alike[0])(*(function(*tensors) for tensors in parts))


def _of_one_kind(columns: Sequence[Column], table: Table) -> Sequence[Column]:
    kinds = set(map(type, columns))
    if len(kinds) == 1:
        return columns
    if kinds == {Whole, Ratio}:
        return [
            Ratio(column.values, torch.ones_like(column.values)) if isinstance(column, Whole) else column
            for column in columns
        ]
    return [as_coded(column, table) for column in columns]


def choose(condition: Tensor, then: Column, otherwise: Column, table: Table) -> Column:
    """One column's values where a condition holds, the other's elsewhere."""
    return joined([then, otherwise], table, lambda left, right: torch.where(condition, left, right))


def picked(column: Column, places: Tensor, n_positions: int) -> Column:
    """The elements at given positions of each sequence; column (b, n), places (b, m), both broadcast over b."""
    n_rows = max(shape_of(column)[0], len(places))
    where = places.expand(n_rows, -1)
    return mapped(column, lambda part: part.expand(n_rows, n_positions).gather(1, where))


def scattered(column: Column, mask: Tensor) -> Column:
    """A column whose elements, shape (n_true,), stand where the mask is true; 0 stands elsewhere."""
    filled = []
    for place, part in enumerate(parts_of(column)):
        whole = torch.full(mask.shape, bool(place), device=mask.device).to(part.dtype)
        whole[mask] = part
        filled.append(whole)
    return type(column)(*filled)
