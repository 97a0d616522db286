"""The residual stream of the transformer being built: its dimensions, and how precisely each is known.

Whatever is encoded is read by a *functional*: a weighted sum of dimensions, written as a mapping from dimension to
weight. Two dimensions come first: `one` is 1 at every token of the input, `bos` is 1 at the token put before them.
Every functional of an encoding is 0 at that token, because constants are multiples of `one`. The token may be left
out: what heads read there are constants (`at_beginning`), and a sink of their own holds them as well.

A dimension is *exact* if what is computed for it is what it encodes, bit by bit. Sums of exact dimensions are exact
while they are whole multiples of a unit and fit into the significand (`arithmetic`); of others the error is bounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...dsl.operators import exact
from ...dsl.types import Value
from .arithmetic import Arithmetic

__all__ = ["BOS", "ONE", "Functional", "Stream", "Weight", "as_float", "as_weight", "shown", "total"]

Weight = int | Fraction
Functional = Mapping[int, Weight]
ONE, BOS = 0, 1
_ROOM = 64
"""So many exact values of a kind may be added up."""


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
        return math.inf if weight > 0 else -math.inf


@dataclass(frozen=True, slots=True)
class _Dimension:
    """`ready` is the slot from which on it can be read; dimensions of one group are not on together.

    What it encodes is a whole multiple of `unit`, if that is given. `at_beginning` is what it is at the token before
    the input.
    """

    label: str
    ready: int
    error: float
    bound: float
    unit: Weight | None
    group: int
    at_beginning: int


class Stream:
    """The dimensions allocated so far, in the arithmetic that they are computed in."""

    def __init__(self, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self._dimensions: list[_Dimension] = []
        self._n_groups = 0
        self.add(["one"], ready=0)
        self.add(["bos"], ready=0, at_beginning=1)

    def __len__(self) -> int:
        """How many dimensions there are."""
        return len(self._dimensions)

    @property
    def labels(self) -> tuple[str, ...]:
        """What each dimension holds, in words."""
        return tuple(dimension.label for dimension in self._dimensions)

    def add(
        self,
        labels: Sequence[str],
        *,
        ready: int,
        error: float = 0.0,
        bound: float = 1.0,
        unit: Weight | None = 1,
        at_beginning: int = 0,
    ) -> list[int]:
        """Allocate a group of dimensions of which at most one is on (not near 0) at a time.

        Args:
            labels: what each holds.
            ready: the slot from which on they can be read.
            error: how far each may be from its exact value.
            bound: the largest absolute value.
            unit: what the exact values are whole multiples of; None if they are of nothing in particular.
            at_beginning: what each is at the token before the input.
        """
        first, group = len(self._dimensions), self._n_groups
        self._dimensions += [_Dimension(label, ready, error, bound, unit, group, at_beginning) for label in labels]
        self._n_groups += 1
        return list(range(first, len(self._dimensions)))

    def is_bit(self, dimension: int) -> bool:
        """Whether it is 0 or 1, up to its error."""
        held = self._dimensions[dimension]
        return held.unit == held.bound == 1

    def kind(self, dimension: int) -> str | None:
        """Dimensions of one kind may be added to one another in any order, and taken off again; None may not."""
        held = self._dimensions[dimension]
        if held.error == 0 and held.unit is not None:
            is_small = held.bound * _ROOM <= 2.0**self.arithmetic.n_bits_summed * as_float(held.unit)
            return f"exact {held.unit.denominator}" if is_small else None
        return "bit" if self.is_bit(dimension) else None

    def ready(self, functionals: Iterable[Functional]) -> int:
        """The slot from which on all of these can be read."""
        used = (self._dimensions[dimension] for functional in functionals for dimension in functional)
        return max((dimension.ready for dimension in used), default=0)

    def error(self, functional: Functional) -> float:
        """How far the sum, as computed, may be from the exact value of what it encodes."""
        inherited = sum(abs(as_float(w)) * self._dimensions[d].error for d, w in functional.items())
        summed = inherited + self._summing(functional)
        return summed + self._storing(functional, summed)

    def at_beginning(self, functional: Functional) -> Weight:
        """What the sum is at the token before the input."""
        return sum(weight * self._dimensions[dimension].at_beginning for dimension, weight in functional.items())

    def unit(self, functional: Functional) -> Weight | None:
        """What the exact values of the sum are whole multiples of."""
        parts = [weight * (self._dimensions[d].unit or 0) for d, weight in functional.items()]
        if not all(parts):
            return None
        denominator = math.lcm(*(part.denominator for part in parts))
        return Fraction(math.gcd(*(int(part * denominator) for part in parts)) or 1, denominator)

    def size(self, functional: Functional) -> float:
        """A bound on the absolute value of the sum, and of each of its partial sums."""
        sizes: dict[int, float] = {}
        for dimension, weight in functional.items():
            held = self._dimensions[dimension]
            sizes[held.group] = max(sizes.get(held.group, 0.0), abs(as_float(weight)) * held.bound)
        return sum(sizes.values())

    def rounding(self, functional: Functional) -> float:
        """The part of the error that summing and storing add."""
        summed = self._summing(functional)
        return summed + self._storing(functional, summed)

    def _summing(self, functional: Functional) -> float:
        if self._is_summed_exactly(functional):
            return 0.0
        n_groups = len({self._dimensions[dimension].group for dimension in functional})
        relative = (n_groups - 1) * self.arithmetic.summation
        if not self._has_exact_products(functional):
            relative += self.arithmetic.storage + self.arithmetic.summation
        return relative * self.size(functional)

    def _storing(self, functional: Functional, summed: float) -> float:
        """What storing adds to a sum; nothing where that is nearest to the exact value, which the format holds."""
        size, unit = self.size(functional), as_float(self.unit(functional) or 0)
        is_held = size <= 2.0**self.arithmetic.n_bits * unit < math.inf
        if is_held and summed < self.arithmetic.storage * unit / 2:
            return 0.0
        return self.arithmetic.storing_sums * size

    def _is_summed_exactly(self, functional: Functional) -> bool:
        if any(self._dimensions[dimension].error for dimension in functional):
            return False
        unit = self.unit(functional)
        if unit is None or not all(self.arithmetic.holds(weight) for weight in functional.values()):
            return False
        return self.size(functional) <= 2.0**self.arithmetic.n_bits * as_float(unit) < math.inf

    def _has_exact_products(self, functional: Functional) -> bool:
        return all(_is_power_of_two(weight) or self._is_bit_product(d, weight) for d, weight in functional.items())

    def _is_bit_product(self, dimension: int, weight: Weight) -> bool:
        held = self._dimensions[dimension]
        return held.error == 0 and held.unit == held.bound == 1 and self.arithmetic.holds(weight)


def _is_power_of_two(weight: Weight) -> bool:
    value = abs(as_float(weight))
    return bool(2.0**-64 < value < 2.0**64) and math.frexp(value)[0] == 0.5
