"""Aggregates: what the selected values come to at each query.

1. How many keys each query selects is counted; where none is, the default answers.
2. `first`, `last`, `nearest_…`, `min` and `max` answer with one of the values as it is: its position is found, and
   it is taken from there. So does `mean` where one value is selected, if the values are not all numbers.
3. `mean` and `sum` add whole numbers; fractions are brought to one denominator in each sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ..exact import answer_to_nothing
from .arithmetic import beyond, largest, reduced
from .columns import (
    Coded,
    Column,
    Ratio,
    Truth,
    Whole,
    as_numbers,
    choose,
    constant,
    lifted,
    picked,
    truth,
)
from .comparison import comparable
from .pointwise import Answer
from .rows import Rows, either
from .selection import Measure, Piece, Selection, measured
from .table import LARGEST, is_bool

__all__ = ["added", "aggregate", "widths"]

_FAR = 2**62


def widths(selection: Selection, rows: Rows) -> Tensor:
    """How many keys each query selects, int64, shape (b, q)."""
    (counts,) = measured(selection, rows, [_count])
    return counts


def aggregate(operator: str, selection: Selection, values: Column, default: Column | None, rows: Rows) -> Answer:
    """What an operator makes of the selected values, and where it makes nothing of them; shape (b, q).

    Args:
        operator: one of `AGGREGATIONS`.
        selection: which keys each query selects.
        values: the values at the keys.
        default: the answers where nothing is selected; None if there are none.
        rows: the sequences.
    """
    if operator == "mean":
        answer, amiss, counts = _mean(selection, lifted(values), rows)
    elif operator == "sum":
        answer, amiss, counts = _sum(selection, lifted(values), rows)
    elif operator in ("any", "all"):
        answer, amiss, counts = _quantified(operator, selection, lifted(values), rows)
    else:
        answer, amiss, counts = _one_of(operator, selection, lifted(values), rows)
    is_empty = counts == 0
    if not bool((is_empty & rows.live_bn).any()):
        return answer, amiss
    amiss = None if amiss is None else amiss & ~is_empty
    nothing = answer_to_nothing(operator)
    if default is None and nothing is None:
        return answer, either(amiss, is_empty)
    instead = constant(nothing, rows.table) if default is None and nothing is not None else default
    assert instead is not None, "there is a default, or an answer to nothing"
    return choose(is_empty, lifted(instead), answer, rows.table), amiss


Counted = tuple[Column, Tensor | None, Tensor]
"""The answers, where there are none, and how many keys were selected; shape (b, q)."""


def _count(selected_bqk: Tensor, piece: Piece) -> Tensor:
    return selected_bqk.sum(-1)


def _any(selected_bqk: Tensor) -> Tensor:
    """Whether anything is selected, shape (b, q); of bytes, the largest is found faster than whether there is one."""
    return selected_bqk.contiguous().view(torch.uint8).amax(-1).bool()


def _any_of(mask_bn: Tensor) -> Measure:
    """Whether a marked key is selected."""
    return lambda selected_bqk, piece: _any(selected_bqk & piece.keys_of(mask_bn).unsqueeze(1))


def _total(values_bn: Tensor, n_positions: int) -> Measure:
    """The sum of the selected numbers, as int64; half as wide where that suffices, for it takes half as long."""
    is_narrow = largest(values_bn) * n_positions < 2**31
    narrow_bn = values_bn.int() if is_narrow else values_bn

    def add(selected_bqk: Tensor, piece: Piece) -> Tensor:
        chosen_bqk = selected_bqk.to(narrow_bn.dtype) * piece.keys_of(narrow_bn).unsqueeze(1)
        return chosen_bqk.sum(-1, dtype=narrow_bn.dtype).long()

    return add


def _within_bounds(values_bn: Tensor, rows: Rows, amiss_b1: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Numbers that add up to what 64 bits hold, and the sequences (b, 1) that did not: they are 0 now."""
    if largest(values_bn) * rows.n_positions >= LARGEST:
        too_large = (values_bn.double().abs() * rows.within_bn).sum(1, keepdim=True) >= LARGEST
        amiss_b1 = either(amiss_b1, too_large)
    return (values_bn if amiss_b1 is None else values_bn.masked_fill(amiss_b1, 0)), amiss_b1


def added(numbers: Whole | Ratio, rows: Rows) -> tuple[Tensor, Tensor | None, Tensor]:
    """What is added: numerators (b, n), the sequences of which a sum may not fit (b, 1), denominators (b, 1)."""
    if isinstance(numbers, Whole):
        return *_within_bounds(numbers.values, rows, None), torch.ones_like(numbers.values[:, :1])
    common, uncommon = _common_denominators(numbers.denominators, rows)
    factors = torch.div(common, numbers.denominators, rounding_mode="floor")
    beyond_bn = beyond((numbers.numerators, factors))
    numerators = numbers.numerators * factors
    if beyond_bn is not None:
        uncommon = either(uncommon, (beyond_bn & rows.within_bn).any(1, keepdim=True))
        numerators = numerators.masked_fill(beyond_bn, 0)
    return *_within_bounds(numerators, rows, uncommon), common


def _common_denominators(denominators_bn: Tensor, rows: Rows) -> tuple[Tensor, Tensor | None]:
    """The least common multiple of each sequence's denominators, shape (b, 1), and where it is too large (1 there)."""
    left = torch.where(rows.within_bn, denominators_bn, 1)
    too_large = torch.zeros_like(left[:, :1], dtype=torch.bool)
    while left.shape[1] > 1:
        if left.shape[1] % 2:
            left = torch.cat([left, torch.ones_like(left[:, :1])], dim=1)
        first, second = left[:, ::2], left[:, 1::2]
        reduced_second = torch.div(second, torch.gcd(first, second), rounding_mode="floor")
        beyond_bn = beyond((first, reduced_second))
        left = first * reduced_second
        if beyond_bn is not None:
            too_large = too_large | beyond_bn.any(1, keepdim=True)
            left = torch.where(too_large, 1, left)
    return left, too_large


def _mean(selection: Selection, values: Column, rows: Rows) -> Counted:
    """The mean of several numbers; of any one value, the value itself."""
    positions = _total(rows.positions.unsqueeze(0), rows.n_positions)
    if isinstance(values, Truth):
        counts, places = measured(selection, rows, [_count, positions])
        return _single(values, places, rows), counts > 1, counts
    numbers, others = as_numbers(values, rows.table)
    numerators, amiss, denominators = added(numbers, rows)
    measures = [_count, _total(numerators, rows.n_positions)]
    if isinstance(values, Whole):
        counts, totals = measured(selection, rows, measures)
        if bool((counts <= 1).all()):
            return Whole(totals), amiss, counts
        return reduced(totals, denominators * counts.clamp(min=1)), _wide(amiss, counts, denominators), counts
    measures += [positions] if others is None else [positions, _any_of(others)]
    counts, totals, places, *has_others = measured(selection, rows, measures)
    is_single, single = counts <= 1, _single(values, places, rows)
    if bool(is_single.all()):
        return single, None, counts
    amiss = either(_wide(amiss, counts, denominators), *has_others, _all_bool(values, rows))
    mean = reduced(totals, denominators * counts.clamp(min=1))
    return choose(is_single, single, mean, rows.table), None if amiss is None else amiss & ~is_single, counts


def _single(values: Column, places: Tensor, rows: Rows) -> Column:
    """The only selected value; its position is the sum of the selected ones."""
    return picked(values, places.clamp(max=rows.n_positions - 1), rows.n_positions)


def _all_bool(values: Column, rows: Rows) -> Tensor | None:
    """The sequences that hold nothing but booleans, shape (b, 1): of them there is no mean."""
    if not isinstance(values, Coded):
        return None
    return (rows.table.property(is_bool)[values.codes] | ~rows.within_bn).all(1, keepdim=True)


def _wide(amiss: Tensor | None, counts: Tensor, denominators: Tensor) -> Tensor | None:
    """Where the sums, or their denominators times how many were added, do not stand in 64 bits."""
    return either(amiss, beyond((denominators, counts)))


def _sum(selection: Selection, values: Column, rows: Rows) -> Counted:
    numbers, others = as_numbers(values, rows.table)
    numerators, amiss, denominators = added(numbers, rows)
    measures = [_count, _total(numerators, rows.n_positions)]
    if others is not None:
        measures.append(_any_of(others))
    counts, totals, *has_others = measured(selection, rows, measures)
    answer = Whole(totals) if isinstance(numbers, Whole) else reduced(totals, denominators)
    return answer, either(amiss, *has_others), counts


def _quantified(operator: str, selection: Selection, values: Column, rows: Rows) -> Counted:
    """Whether a true value is selected, or no false one."""
    is_true = truth(values, rows.table)
    decisive = is_true if operator == "any" else ~is_true
    counts, found = measured(selection, rows, [_count, _any_of(decisive)])
    return Truth(found if operator == "any" else ~found), None, counts


def _one_of(operator: str, selection: Selection, values: Column, rows: Rows) -> Counted:
    """One of the selected values as it is."""
    if operator not in ("min", "max"):
        counts, places = measured(selection, rows, [_count, _PLACES[operator](rows)])
        return picked(values, places, rows.n_positions), None, counts
    (key,) = comparable([values], rows.table)
    measures = [_count, _extreme(operator, key.numbers)]
    if key.tokens is not None:
        measures += [_any_of(key.tokens), _any_of(~key.tokens)]
    counts, places, *kinds = measured(selection, rows, measures)
    return picked(values, places, rows.n_positions), (kinds[0] & kinds[1] if kinds else None), counts


def _extreme(operator: str, numbers_bn: Tensor) -> Measure:
    """The first position of the smallest, or of the largest, selected number."""

    def place(selected_bqk: Tensor, piece: Piece) -> Tensor:
        numbers_b1k = piece.keys_of(numbers_bn).unsqueeze(1)
        if operator == "max":
            numbers_b1k = -numbers_b1k
        return torch.where(selected_bqk, numbers_b1k, _FAR).argmin(-1)

    return place


def _nearest(distance: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Rows], Measure]:
    """The position of the selected key that is least far by a distance of keys (k) from queries (q, 1)."""

    def of(rows: Rows) -> Measure:
        def place(selected_bqk: Tensor, piece: Piece) -> Tensor:
            keys, queries_q1 = rows.positions[: piece.n_keys], rows.positions[piece.queries].unsqueeze(-1)
            return torch.where(selected_bqk, distance(keys, queries_q1), _FAR).argmin(-1)

        return place

    return of


_PLACES: Mapping[str, Callable[[Rows], Measure]] = {
    "first": _nearest(lambda keys, queries: keys + 0 * queries),
    "last": _nearest(lambda keys, queries: -keys + 0 * queries),
    "nearest_left": _nearest(lambda keys, queries: 2 * (keys - queries).abs() + (keys > queries)),
    "nearest_right": _nearest(lambda keys, queries: 2 * (keys - queries).abs() + (keys < queries)),
}
