"""From columns back to Python's values: each sequence at its own length, exact or as a caller sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import RuntimeFault
from ..reference import shown
from .columns import Coded, Column, Ratio, fractions, parts_of, shape_of
from .rows import Rows
from .scope import Outcome
from .selection import Selection, selected_rows

__all__ = ["NO_FLOAT", "exact_values", "shown_values"]

NO_FLOAT = object()
"""Stands for an answer with a fraction that is too large for a float; the exact evaluator says so in its turn."""


def exact_values(outcome: Outcome, rows: Rows) -> list[Any]:
    """The exact value of each sequence; what is undefined is a value that means nothing."""
    if isinstance(outcome.value, Selection):
        return selected_rows(outcome.value, rows)
    return _cut(outcome.value, rows, fractions, rows.table.values)


def shown_values(outcome: Outcome, rows: Rows) -> list[Any]:
    """The same values as `interpret` shows them: a number that is not whole as a float."""
    if isinstance(outcome.value, Selection):
        return selected_rows(outcome.value, rows)
    told = rows.table.told(_shown) if isinstance(outcome.value, Coded) else []
    values = _cut(outcome.value, rows, _floats, told)
    if NO_FLOAT not in told:
        return values
    return [NO_FLOAT if isinstance(each, list) and NO_FLOAT in each else each for each in values]


def _shown(value: Any) -> Any:
    try:
        return shown(value)
    except RuntimeFault:
        return NO_FLOAT


def _floats(numerators: list[Any], denominators: list[Any]) -> list[Any]:
    pairs = zip(numerators, denominators, strict=True)
    return [
        _floats(above, below) if isinstance(above, list) else above if below == 1 else above / below
        for above, below in pairs
    ]


def _cut(
    column: Column, rows: Rows, quotients: Callable[[list[Any], list[Any]], list[Any]], values: Sequence[Any]
) -> list[Any]:
    """The values of a column as lists, without what lies beyond the ends.

    Args:
        column: of shape (b) or (b, n), an axis of size 1 for all.
        rows: the sequences.
        quotients: what makes values of numerators and denominators.
        values: what each code stands for.
    """
    n_rows, n_positions = len(rows.lengths), rows.n_positions
    full = (n_rows,) if len(shape_of(column)) == 1 else (n_rows, n_positions)
    parts = [part.expand(full).cpu().numpy().tolist() for part in parts_of(column)]
    decoded: list[Any] = parts[0]
    if isinstance(column, Ratio):
        decoded = quotients(*parts)
    elif isinstance(column, Coded):
        decoded = _by_code(parts[0], values)
    if len(full) == 1 or rows.lengths[0] == n_positions:
        return decoded
    return [row[:length] for row, length in zip(decoded, rows.lengths, strict=True)]


def _by_code(codes: list[Any], values: Sequence[Any]) -> list[Any]:
    if isinstance(codes[0], list):
        return [list(map(values.__getitem__, row)) for row in codes]
    return list(map(values.__getitem__, codes))
