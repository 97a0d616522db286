"""The edges of a circuit as files tell them, and which of them are taken in.

A file may hold millions of edges, most of them weak. What is kept is bounded before anything is built: `LARGEST` edges,
fewer where the user asks for the strongest ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from math import isfinite
from typing import Any, NamedTuple

from ...errors import CatalogError

__all__ = ["LARGEST", "Edge", "EdgePicker", "Pruning", "finite_weight"]

LARGEST = 1_000_000
"""Most edges that one circuit may have."""


class Edge(NamedTuple):
    """A directed dependence between two components, given by their names."""

    source: str
    target: str
    reader: str = "in"
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Pruning:
    """Which edges are kept: those of at least `min_weight` in absolute value, and of these the `top_k` strongest.

    Raises:
        CatalogError: if a bound is out of its range.
    """

    min_weight: float | None = None
    top_k: int | None = None

    def __post_init__(self) -> None:
        if self.min_weight is not None and not (isfinite(self.min_weight) and self.min_weight >= 0):
            raise CatalogError(f"min_weight is a finite number from 0, found {self.min_weight!r}")
        if self.top_k is not None and not 1 <= self.top_k <= LARGEST:
            raise CatalogError(f"top_k is a number from 1 to {LARGEST:,}, found {self.top_k!r}")

    def __bool__(self) -> bool:
        return self.min_weight is not None or self.top_k is not None

    def to_dict(self) -> dict[str, Any]:
        """The bounds that are set."""
        bounds = {"min_weight": self.min_weight, "top_k": self.top_k}
        return {name: value for name, value in bounds.items() if value is not None}


@dataclass(slots=True)
class EdgePicker:
    """Takes edges one by one and keeps what the pruning asks for, in their order; of equal weights the earlier ones."""

    pruning: Pruning
    n_offered: int = 0
    _kept: list[tuple[float, int, Edge]] = field(default_factory=list)
    _too_many: bool = False

    def offer(self, edge: Edge) -> None:
        """Look at the next edge."""
        self.n_offered += 1
        strength = abs(edge.weight or 0.0)
        if self.pruning.min_weight is not None and strength < self.pruning.min_weight:
            return
        item = (strength, -self.n_offered, edge)
        if self.pruning.top_k is not None:
            (heappush if len(self._kept) < self.pruning.top_k else heappushpop)(self._kept, item)
        elif len(self._kept) < LARGEST:
            self._kept.append(item)
        else:
            self._too_many = True

    def picked(self, file: str) -> list[Edge]:
        """The edges that are kept, in the order that they came.

        Raises:
            CatalogError: if they are more than `LARGEST`, or two of them are the same.
        """
        if self._too_many:
            raise CatalogError(
                f"{file} has more than {LARGEST:,} edges to keep, of {self.n_offered:,}; keep the strongest with "
                "top_k, or those above a weight with min_weight"
            )
        self._kept.sort(key=lambda item: -item[1])
        seen: set[tuple[str, str, str]] = set()
        for _, _, edge in self._kept:
            if edge[:3] in seen:
                raise CatalogError(f"{file} joins {edge.source!r} to {edge.target!r} twice; keep one of the edges")
            seen.add(edge[:3])
        return [edge for _, _, edge in self._kept]


def finite_weight(value: Any, where: str) -> float:
    """A weight as a float.

    Raises:
        CatalogError: if it is no number, or not finite.
    """
    try:
        weight = float(value) if type(value) in (int, float) else None
    except OverflowError:
        weight = None
    if weight is None or not isfinite(weight):
        shown = repr(value)[:40] if not isinstance(value, int) or abs(value) < 2**64 else "an integer beyond all floats"
        raise CatalogError(f"{where} is a finite number, found {shown}; leave the edge out or mend its weight")
    return weight
