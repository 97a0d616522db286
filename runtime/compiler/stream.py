"""The residual stream of the transformer being built: its dimensions, and how precisely each is known.

Whatever is encoded is read by a *functional*: a weighted sum of dimensions, written as a mapping from dimension to
weight. Two dimensions come first: `one` is 1 at every token of the input, `bos` is 1 at the token put before them.
Every functional of an encoding is 0 at that token, because constants are multiples of `one`.

Errors are bounded for float32 arithmetic in any order of summation: a sum of m terms of total size M is off by at most
(m - 1) · u · M, where u = 2^-24, and more where weights or products have to be rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...dsl.operators import exact
from ...dsl.types import Value

__all__ = ["BOS", "ONE", "ROUNDOFF", "Functional", "Stream", "Weight", "as_float", "as_weight", "shown", "total"]

Weight = int | Fraction
Functional = Mapping[int, Weight]
ONE, BOS = 0, 1
ROUNDOFF = 2.0**-24


def total(terms: Iterable[tuple[Weight, Functional]]) -> Functional:
    """The weighted sum of functionals; dimensions that cancel are left out."""
    summed: dict[int, Weight] = {}
    for factor, functional in terms:
        for dimension, weight in functional.items():
            summed[dimension] = summed.get(dimension, 0) + factor * weight
    return {dimension: weight for dimension, weight in summed.items() if weight}


def as_weight(number: Value) -> Weight:
    """An exact number as a weight; a boolean is 0 or 1."""
    assert not isinstance(number, str), "a token is no number"
    return exact(Fraction(number))


def shown(value: Value) -> str:
    """A value as the labels of dimensions show it."""
    return str(value) if isinstance(value, bool | int | Fraction) else repr(value)


def as_float(weight: Weight) -> float:
    """The weight as a float, infinite where it is too large for one."""
    try:
        return float(weight)
    except OverflowError:
        return math.copysign(math.inf, weight)


@dataclass(frozen=True, slots=True)
class _Dimension:
    """`ready` is the slot from which on it can be read; dimensions of one group are not on together."""

    label: str
    ready: int
    error: float
    bound: float
    group: int

    @property
    def is_bit(self) -> bool:
        """Whether it is exactly 0 or 1."""
        return self.error == 0 and self.bound == 1


class Stream:
    """The dimensions allocated so far."""

    def __init__(self) -> None:
        self._dimensions: list[_Dimension] = []
        self._n_groups = 0
        self.add(["one"], ready=0)
        self.add(["bos"], ready=0)

    def __len__(self) -> int:
        """How many dimensions there are."""
        return len(self._dimensions)

    @property
    def labels(self) -> tuple[str, ...]:
        """What each dimension holds, in words."""
        return tuple(dimension.label for dimension in self._dimensions)

    def add(self, labels: Sequence[str], *, ready: int, error: float = 0.0, bound: float = 1.0) -> list[int]:
        """Allocate a group of dimensions of which at most one is on (not near 0) at a time.

        Args:
            labels: what each holds.
            ready: the slot from which on they can be read.
            error: how far each may be from its exact value.
            bound: the largest absolute value.
        """
        first = len(self._dimensions)
        self._dimensions += [_Dimension(label, ready, error, bound, self._n_groups) for label in labels]
        self._n_groups += 1
        return list(range(first, len(self._dimensions)))

    def ready(self, functionals: Iterable[Functional]) -> int:
        """The slot from which on all of these can be read."""
        used = (self._dimensions[dimension] for functional in functionals for dimension in functional)
        return max((dimension.ready for dimension in used), default=0)

    def error(self, functional: Functional) -> float:
        """How far the sum, as computed, may be from the exact value of what it encodes."""
        inherited = sum(abs(as_float(w)) * self._dimensions[d].error for d, w in functional.items())
        return inherited + self.rounding(functional)

    def rounding(self, functional: Functional) -> float:
        """The part of the error that summing itself adds."""
        sizes: dict[int, float] = {}
        for dimension, weight in functional.items():
            held = self._dimensions[dimension]
            size = abs(as_float(weight)) * held.bound
            sizes[held.group] = max(sizes.get(held.group, 0.0), size)
        n_roundings = len(sizes) - 1 + (0 if self._has_exact_products(functional) else 2)
        return max(0, n_roundings) * ROUNDOFF * sum(sizes.values())

    def _has_exact_products(self, functional: Functional) -> bool:
        return all(
            _is_power_of_two(weight) or (self._dimensions[dimension].is_bit and _is_float32(weight))
            for dimension, weight in functional.items()
        )


def _is_power_of_two(weight: Weight) -> bool:
    value = abs(as_float(weight))
    return bool(2.0**-64 < value < 2.0**64) and math.frexp(value)[0] == 0.5


def _is_float32(weight: Weight) -> bool:
    return abs(as_float(weight)) < 2.0**64 and Fraction(float(np.float32(as_float(weight)))) == weight
