"""What reads a whole sequence: its element at a position, and its reductions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from .aggregation import added
from .arithmetic import reduced
from .columns import (
    Column,
    Truth,
    Whole,
    as_coded,
    as_numbers,
    as_whole,
    lifted,
    mapped,
    picked,
    truth,
)
from .comparison import Comparable, comparable, tokens_in
from .pointwise import Answer
from .rows import Rows, either

__all__ = ["element_at", "has_mixed_kinds", "reduce"]

_FAR = 2**62


def element_at(sequence: Column, position: Column, rows: Rows) -> Answer:
    """The elements of sequences at positions; one position for each sequence (b), or many (b, n)."""
    wanted, amiss = as_whole(position, rows.table)
    is_one = wanted.dim() == 1
    places, amiss = (
        wanted.unsqueeze(1) if is_one else wanted,
        amiss.unsqueeze(1) if is_one and amiss is not None else amiss,
    )
    lengths_b1 = rows.lengths_b.unsqueeze(1)
    places = torch.where(places < 0, places + lengths_b1, places)
    outside = (places < 0) | (places >= lengths_b1)
    found = picked(lifted(sequence), places.clamp(0, rows.n_positions - 1), rows.n_positions)
    undefined = either(amiss, outside)
    assert undefined is not None, "a position may always be outside"
    if is_one:
        return mapped(found, lambda part: part.squeeze(1)), undefined.squeeze(1)
    return found, undefined


def reduce(operator: str, sequences: Sequence[Column], rows: Rows) -> Answer:
    """A property of whole sequences, shape (b,)."""
    return _REDUCTIONS[operator](*map(lifted, sequences), rows)


def has_mixed_kinds(sequence: Column, rows: Rows) -> Tensor | None:
    """The sequences that hold tokens and other values, shape (b,); None where none does."""
    tokens = tokens_in(sequence, rows.table)
    if tokens is None:
        return None
    return (tokens & rows.within_bn).any(1) & (~tokens & rows.within_bn).any(1)


def _sum(values: Column, rows: Rows) -> Answer:
    numbers, others = as_numbers(values, rows.table)
    numerators, amiss, denominators = added(numbers, rows)
    totals = (numerators * rows.within_bn).sum(1)
    undefined = either(rows.with_any(others), None if amiss is None else amiss.squeeze(1).expand(len(rows.lengths)))
    return (Whole(totals) if isinstance(numbers, Whole) else reduced(totals, denominators.squeeze(1))), undefined


def _extreme(sign: int) -> Callable[[Column, Rows], Answer]:
    """The first of the smallest, or of the largest, elements."""

    def apply(values: Column, rows: Rows) -> Answer:
        (key,) = comparable([values], rows.table)
        places = torch.where(rows.within_bn, sign * key.numbers, _FAR).argmin(1, keepdim=True)
        found = mapped(picked(values, places, rows.n_positions), lambda part: part.squeeze(1))
        return found, either(rows.lengths_b == 0, _mixed(key, rows))

    return apply


def _mixed(key: Comparable, rows: Rows) -> Tensor | None:
    if key.tokens is None:
        return None
    return (key.tokens & rows.within_bn).any(1) & (~key.tokens & rows.within_bn).any(1)


def _count(values: Column, rows: Rows) -> Answer:
    return Whole((truth(values, rows.table) & rows.within_bn).sum(1)), None


def _any(values: Column, rows: Rows) -> Answer:
    return Truth((truth(values, rows.table) & rows.within_bn).any(1)), None


def _all(values: Column, rows: Rows) -> Answer:
    return Truth((truth(values, rows.table) | ~rows.within_bn).all(1)), None


def _sorted(values: Column, rows: Rows) -> Answer:
    """Whether no element is larger than the next; undefined where numbers and tokens meet, though it may be decided."""
    (key,) = comparable([values], rows.table)
    numbers = key.numbers.expand(len(rows.lengths), rows.n_positions)
    return Truth(((numbers[:, :-1] <= numbers[:, 1:]) | ~rows.within_bn[:, 1:]).all(1)), _mixed(key, rows)


def _distinct(values: Column, rows: Rows) -> Answer:
    """Whether no two elements are equal: in order, equal ones stand side by side."""
    (key,) = comparable([values], rows.table)
    ordered = torch.where(rows.within_bn, key.numbers, _FAR).sort(1).values
    return Truth(((ordered[:, 1:] != ordered[:, :-1]) | ~rows.within_bn[:, 1:]).all(1)), None


def _permutation(left: Column, right: Column, rows: Rows) -> Answer:
    """Whether two sequences hold the same values equally often; True and 1 are two values here."""
    ordered = []
    for values in _comparable_by_kind(left, right, rows):
        ordered.append(torch.where(rows.within_bn, values, _FAR).sort(1).values)
    return Truth((ordered[0] == ordered[1]).all(1)), None


def _comparable_by_kind(left: Column, right: Column, rows: Rows) -> list[Tensor]:
    if isinstance(left, Whole) and isinstance(right, Whole):
        return [left.values, right.values]
    if isinstance(left, Truth) and isinstance(right, Truth):
        return [left.values.long(), right.values.long()]
    return [as_coded(column, rows.table).codes for column in (left, right)]


_REDUCTIONS: Mapping[str, Callable[..., Answer]] = {
    "sum": _sum,
    "min": _extreme(1),
    "max": _extreme(-1),
    "count": _count,
    "any": _any,
    "all": _all,
    "sorted": _sorted,
    "distinct": _distinct,
    "permutation": _permutation,
}
