"""Functions of encoded variables, made ready for neurons: as rows of a table, or as runs of a number."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ...dsl.types import Value
from .facts import Facts, Places

__all__ = ["Row", "Run", "rows_of", "runs_of"]


@dataclass(frozen=True, slots=True)
class Row:
    """A conjunction of a table: one place for each variable but one, and for that one any of several.

    Attributes:
        places: for each variable, the places of its values.
        result: the place of the function's value.
    """

    places: tuple[tuple[int, ...], ...]
    result: int


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring numbers, from `first` to `last`, for which a function has the value at place `result`."""

    first: Value
    last: Value
    result: int


def rows_of(table: Places) -> list[Row]:
    """A table as few conjunctions, of which at most one holds; the most frequent value is left out."""
    usual = int(np.bincount(table[table >= 0]).argmax())
    return min((_rows_grouped_by(axis, table, usual) for axis in range(table.ndim)), key=len)


def _rows_grouped_by(axis: int, table: Places, usual: int) -> list[Row]:
    moved = np.moveaxis(table, axis, -1)
    rows = []
    for others in np.ndindex(*moved.shape[:-1]):
        for result in np.unique(moved[others]).tolist():
            if result >= 0 and result != usual:
                grouped = tuple(np.flatnonzero(moved[others] == result).tolist())
                places: list[tuple[int, ...]] = [(place,) for place in others]
                places.insert(axis, grouped)
                rows.append(Row(tuple(places), result))
    return rows


def runs_of(facts: Facts, via: Facts) -> list[Run] | None:
    """A function of the number that `facts.via` is, as runs in ascending order; None if it is not tabulated so."""
    if via.places is None or facts.places is None or via.base != facts.base:
        return None
    pairs = np.stack([via.table.reshape(-1), facts.table.reshape(-1)], axis=1)
    pairs = np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0)
    assert len(np.unique(pairs[:, 0])) == len(pairs), "not a function of the number"
    points = [(via.values[number], result) for number, result in pairs.tolist()]
    runs = [(result, list(run)) for result, run in groupby(points, key=lambda point: point[1])]
    return [Run(run[0][0], run[-1][0], result) for result, run in runs]
