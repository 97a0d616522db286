"""The linear equations that hold of a growing set of points: its affine hull, in whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm

__all__ = ["AffineHull", "Row"]

Row = Sequence[int | Fraction]


class AffineHull:
    """The smallest flat that holds the points so far: one of them, and directions in reduced echelon form."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._first: Row | None = None
        self._directions: list[tuple[int, list[int]]] = []

    def add(self, point: Row) -> bool:
        """Whether the point was not in the hull; it is then."""
        if self._first is None:
            self._first = point
            return True
        left = _whole([a - b for a, b in zip(point, self._first, strict=True)])
        for pivot, direction in self._directions:
            left = _cleared(left, direction, pivot)
        lead = next((column for column in range(self._size) if left[column]), None)
        if lead is None:
            return False
        self._directions = [(pivot, _cleared(known, left, lead)) for pivot, known in self._directions]
        self._directions.append((lead, left))
        return True

    def equations(self) -> Iterator[tuple[list[int], int | Fraction]]:
        """Coefficients, and the sum that the coordinates of every point then have; none where there is no point."""
        if self._first is None:
            return
        pivots = {pivot for pivot, _ in self._directions}
        for free in range(self._size):
            if free not in pivots:
                vector: list[Fraction] = [Fraction(0)] * self._size
                vector[free] = Fraction(1)
                for pivot, direction in self._directions:
                    vector[pivot] = Fraction(-direction[free], direction[pivot])
                whole = _whole(vector)
                yield whole, sum(c * value for c, value in zip(whole, self._first, strict=True))

    @property
    def is_empty(self) -> bool:
        """Whether there is no point yet."""
        return self._first is None


def _whole(row: Row) -> list[int]:
    """The row as whole numbers without a common divisor."""
    scale = lcm(*(entry.denominator for entry in row))
    whole = [int(entry * scale) for entry in row]
    shared = gcd(*whole)
    return [entry // shared for entry in whole] if shared > 1 else whole


def _cleared(row: list[int], other: list[int], column: int) -> list[int]:
    """A multiple of the row, less one of the other, so that the column is zero."""
    if not row[column]:
        return row
    return _whole([a * other[column] - b * row[column] for a, b in zip(row, other, strict=True)])
