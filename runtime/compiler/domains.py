"""The values that an s-op can take.

A domain is enumerated, or it is a grid of numbers `unit · s / m` with whole s and 1 ≤ m ≤ count, between two bounds.
Means need grids: the mean of m whole numbers is a fraction of denominator m. Booleans count as the numbers 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil, floor, gcd, lcm

from ...dsl.operators import exact
from ...dsl.types import Value

__all__ = ["DOMAIN_LIMIT", "Domain", "common_unit", "finite", "grid", "listed_on", "means", "spread"]

DOMAIN_LIMIT = 1 << 14
"""More values than this are not enumerated."""


@dataclass(frozen=True)
class Domain:
    """A set of exact values; `values` is None where they are too many, and then the grid alone describes them.

    The values are distinct; where all are numbers they ascend, and lie on the grid as well.
    """

    values: tuple[Value, ...] | None
    is_numeric: bool
    unit: Fraction = Fraction(1)
    count: int = 1
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)

    def __len__(self) -> int:
        """How many values; only of an enumerated domain."""
        assert self.values is not None, "the length of a domain that is not enumerated"
        return len(self.values)

    @cached_property
    def gap(self) -> Fraction:
        """The smallest distance between two of the numbers, or less; of a single number, 1."""
        if self.values is None:
            return self.unit / max(1, self.count * (self.count - 1))
        return min((Fraction(b) - Fraction(a) for a, b in pairwise(self.values)), default=Fraction(1))

    @cached_property
    def gap_at_zero(self) -> Fraction:
        """The smallest distance from 0 of a number that is not 0, or less."""
        if self.values is None:
            return self.unit / self.count
        return min((abs(Fraction(value)) for value in self.values if value), default=Fraction(1))

    @property
    def is_whole(self) -> bool:
        """Whether all are whole numbers."""
        return self.is_numeric and self.count == 1 and self.unit.denominator == 1

    @property
    def is_crowded(self) -> bool:
        """Whether far more of the numbers are fractions than whole."""
        return self.count > 1 and (self.values is None or len(self.values) > 4 * (self.high - self.low + 1))

    @property
    def reach(self) -> Fraction:
        """The largest absolute value of the numbers."""
        return max(abs(self.low), abs(self.high))

    def nearest(self, measured: float) -> Value:
        """The number of a grid that lies nearest to a measured one."""
        return exact(self.unit * (Fraction(measured) / self.unit).limit_denominator(self.count))


def finite(values: Iterable[Value]) -> Domain:
    """The domain of exactly these values, equal ones once."""
    distinct = tuple(dict.fromkeys(values))
    if not all(isinstance(value, bool | int | Fraction) for value in distinct):
        return Domain(distinct, is_numeric=False)
    ascending = sorted(distinct)
    numbers = [Fraction(value) for value in ascending]
    denominator = lcm(*(number.denominator for number in numbers))
    numerator = gcd(*(int(number * denominator) for number in numbers))
    unit = Fraction(max(1, numerator), denominator)
    low, high = (numbers[0], numbers[-1]) if numbers else (Fraction(0), Fraction(0))
    return Domain(tuple(ascending), True, unit, 1, low, high)


def grid(unit: Fraction, count: int, low: Fraction, high: Fraction) -> Domain:
    """All numbers `unit · s / m`, m up to `count`, from `low` to `high`; enumerated where they are few."""
    n_values = sum((high - low) / unit * m + 1 for m in range(1, count + 1))
    if n_values > 2 * DOMAIN_LIMIT:
        return Domain(None, True, unit, count, low, high)
    numbers = {
        exact(unit * s / m)
        for m in range(1, count + 1)
        for s in range(ceil(low / unit * m), floor(high / unit * m) + 1)
    }
    return listed_on(Domain(None, True, unit, count, low, high), numbers)


def listed_on(grid: Domain, values: Iterable[Value]) -> Domain:
    """The domain of exactly these values, all on a grid; fractions keep it, for their own unit is tiny."""
    listed = finite(values)
    return replace(listed, unit=grid.unit, count=grid.count) if grid.count > 1 and listed.is_numeric else listed


def means(values: Domain, max_count: int) -> Domain:
    """The means of up to `max_count` of the numbers."""
    unit = values.unit / lcm(*range(1, values.count + 1))
    return grid(unit, 1 if values.low == values.high else max_count, values.low, values.high)


def spread(*domains: Domain) -> Domain:
    """A domain that holds the values of all of these."""
    low, high = min(domain.low for domain in domains), max(domain.high for domain in domains)
    if all(domain.values is not None for domain in domains):
        values = (value for domain in domains for value in domain.values or ())
        if not all(domain.is_numeric for domain in domains):
            return finite(values)
        return listed_on(Domain(None, True, common_unit(*domains), lcm(*(d.count for d in domains)), low, high), values)
    return grid(common_unit(*domains), max(domain.count for domain in domains), low, high)


def common_unit(*domains: Domain) -> Fraction:
    """The largest unit that the units of all of these are multiples of."""
    denominator = lcm(*(domain.unit.denominator for domain in domains))
    return Fraction(gcd(*(int(domain.unit * denominator) for domain in domains)), denominator)
