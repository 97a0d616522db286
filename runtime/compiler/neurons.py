"""What MLPs compute, as neurons: ramps, tables, gates, squares, the decoding of widths, and rounding.

A *ramp* between two numbers a < b is a pair of ReLUs: 0 up to a quarter of the way, 1 from three quarters on. What
it reads may be off by up to a quarter of b - a, and its own value is still right. This is an obligation, checked for
each of them. A ramp of an exact number is exact.

*Rounding* takes errors away altogether: added to a large constant, a number is stored as a whole one; the constant is
taken off again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...dsl.graph import SOp
from .arithmetic import Arithmetic
from .domains import Domain
from .network import Network, Neuron
from .refusal import Origins
from .stream import BOS, ONE, Functional, Weight, as_float, total

__all__ = ["NEURON_LIMIT", "Builder", "Ramp"]

HALF = Fraction(1, 2)
NEURON_LIMIT = 1 << 13
"""An s-op whose table needs more neurons is refused."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A functional that is at most `start` or at least `stop`, to be told apart."""

    reads: Functional
    start: Weight
    stop: Weight

    @property
    def reading(self) -> Functional:
        """The functional scaled so that the ramp runs from 0 to 1, in the middle half of the distance."""
        slope = 2 / (Fraction(self.stop) - Fraction(self.start))
        return total([(slope, self.reads), (-slope * self.start - HALF, {ONE: 1})])

    @property
    def steepest_reading(self) -> Functional:
        """The same for an exact functional, with a power of two for the slope: the ramp ends at `stop`."""
        slope = Fraction(2) ** -math.floor(math.log2(Fraction(self.stop) - Fraction(self.start)))
        return total([(slope, self.reads), (1 - slope * self.stop, {ONE: 1})])


def _step_above(k: int, relative_error: float, arithmetic: Arithmetic) -> tuple[Fraction, Fraction]:
    """A place that 1 / (k + 1) does not exceed, and a slope at which 1 / k exceeds it by 1, both known up to an error.

    The slope is 0 if there is none.
    """
    low, high = (1 + relative_error) / (k + 1), (1 - relative_error) / k
    place = arithmetic.nearest((2 * low + high) / 3)
    margin = high - float(place)
    is_told = float(place) >= low and margin > 0
    return place, Fraction(2) ** math.ceil(-math.log2(margin)) if is_told else Fraction(0)


class Builder:
    """Adds neurons to a network; what it cannot do exactly it refuses in the name of an s-op."""

    def __init__(self, network: Network, origins: Origins) -> None:
        self.network = network
        self.origins = origins

    def ramps(self, node: SOp, ramps: Sequence[Ramp], labels: Sequence[str]) -> list[Functional]:
        """The value of each ramp."""
        self.check_count(node, 2 * len(ramps))
        stream = self.network.stream
        error = 0.0
        readings: Sequence[Functional] = [ramp.steepest_reading for ramp in ramps]
        if noise := max(map(stream.error, readings), default=0.0):
            readings, error = self._least_noisy(node, ramps, readings, 2 * noise)
        slot = self.network.mlp_slot(readings)
        dimensions = [stream.add([label], ready=slot + 1, error=error)[0] for label in labels]
        for reading, dimension in zip(readings, dimensions, strict=True):
            self.network.add_step(slot, reading, dimension)
        return [{dimension: 1} for dimension in dimensions]

    def _least_noisy(
        self, node: SOp, ramps: Sequence[Ramp], steepest: Sequence[Functional], error: float
    ) -> tuple[Sequence[Functional], float]:
        """The steepest ramps, which keep what little noise there is, or those that leave a margin; and their error."""
        if error < self.network.stream.arithmetic.storage:
            return steepest, error
        readings = [ramp.reading for ramp in ramps]
        return readings, max(self._ramp_error(node, reading) for reading in readings)

    def conjunctions(
        self, node: SOp, joined: Sequence[tuple[Sequence[Functional], int]], labels: Sequence[str]
    ) -> list[Functional]:
        """Whether one of several conjunctions holds, for each label; at most one conjunction holds at a time.

        Args:
            node: the s-op that this is done for.
            joined: for each conjunction the functionals, each 0 or 1, that have to be 1, and the number of its label.
            labels: what the answers hold.
        """
        sums = [total([*((1, part) for part in parts), (1 - len(parts), {ONE: 1})]) for parts, _ in joined]
        stream = self.network.stream
        slot = self.network.mlp_slot(sums)
        if all(stream.error(reads) == 0 for reads in sums):
            dimensions = stream.add(labels, ready=slot + 1)
            for reads, (_, place) in zip(sums, joined, strict=True):
                self.network.neurons[slot].append(Neuron(reads, {dimensions[place]: 1}))
            return [{dimension: 1} for dimension in dimensions]
        readings = [Ramp(reads, 0, 1).reading for reads in sums]
        error = max((self._ramp_error(node, reading) for reading in readings), default=0.0)
        dimensions = stream.add(labels, ready=slot + 1, error=error)
        for reading, (_, place) in zip(readings, joined, strict=True):
            self.network.add_step(slot, reading, dimensions[place])
        return [{dimension: 1} for dimension in dimensions]

    def gated(self, number: Functional, low: Weight, high: Weight, gate: Functional, label: str) -> Functional:
        """A number between `low` and `high` where the gate is 1, and 0 where it is 0."""
        closed = 2 * (high - low) + 1
        stream = self.network.stream
        reads = total([(1, number), (-low - closed, {ONE: 1}), (closed, gate)])
        slot, unit = self.network.mlp_slot([reads]), stream.unit(total([(1, number), (low, {ONE: 1})]))
        bound = as_float(high - low)
        (dimension,) = stream.add([label], ready=slot + 1, error=stream.error(reads), bound=bound, unit=unit)
        self.network.neurons[slot].append(Neuron(reads, {dimension: 1}))
        return total([(1, {dimension: 1}), (low, gate)])

    def product(
        self, number: Functional, values: Domain, factors: Sequence[tuple[Weight, Functional]], label: str
    ) -> Functional:
        """The mean of some values, times how many they are: the one factor whose gate is 1, none for 0."""
        low, high = min(values.low, Fraction(0)), max(values.high, Fraction(0))
        stream = self.network.stream
        largest = max(factor for factor, _ in factors)
        closed = 2 * largest * (high - low) + 1
        reads = [
            total([(factor, number), (-factor * low - closed, {ONE: 1}), (closed, gate)])
            for factor, gate in factors
            if factor
        ]
        slot, error = self.network.mlp_slot(reads), max(map(stream.error, reads))
        bound = as_float(largest * (high - low))
        (dimension,) = stream.add([label], ready=slot + 1, error=error, bound=bound, unit=values.unit)
        self.network.neurons[slot] += [Neuron(read, {dimension: 1}) for read in reads]
        return total([(1, {dimension: 1}), *((factor * low, gate) for factor, gate in factors)])

    def width(
        self, inverse: int, max_width: int, relative_error: float, label: str, allowed: float
    ) -> Functional | None:
        """The number w from a dimension that holds 1 / (1 + w), and 1 at the beginning of the sequence.

        The function is piecewise linear with knots at 1, 1/2, 1/3, …: the sum over k of 2k · relu(1/k - x). All terms
        are positive, so that the relative error stays small. Where it exceeds what is allowed, w is counted by steps.
        """
        stream = self.network.stream
        summed = (max_width + 8) * stream.arithmetic.summation + 4 * stream.arithmetic.storing_sums
        error = (max_width + 2) * (relative_error + summed)
        if not error < allowed:
            return self._counted_width(inverse, max_width, relative_error, label)
        reads: list[Functional] = [{ONE: Fraction(1, k), inverse: -1, BOS: 1} for k in range(1, max_width + 1)]
        slot = self.network.mlp_slot(reads)
        (dimension,) = stream.add([label], ready=slot + 1, error=error, bound=max_width)
        self.network.neurons[slot] += [Neuron(read, {dimension: 2 * k}) for k, read in enumerate(reads, start=1)]
        return {dimension: 1}

    def _counted_width(self, inverse: int, max_width: int, relative_error: float, label: str) -> Functional | None:
        """The same as a sum of steps, one between 1 / (k + 1) and 1 / k for each k; None if these overlap.

        Of each step one neuron is 0 up to 1 / (k + 1) and 1 or more from 1 / k on; another one, in the next layer,
        tells 0 from 1 or more, exactly.
        """
        steps = [_step_above(k, relative_error, self.network.stream.arithmetic) for k in range(1, max_width + 1)]
        if not all(slope for _, slope in steps):
            return None
        reads = [total([(slope, {inverse: 1, BOS: -1, ONE: -place})]) for place, slope in steps]
        below, reached = ([f"{label} {sign} {k}" for k in range(1, max_width + 1)] for sign in ("<", ">="))
        over = self._neurons(reads, below, bound=as_float(steps[-1][1]), unit=None)
        counted = self._neurons([{ONE: 1, dimension: -1} for dimension in over], reached, bound=1.0, unit=1)
        return dict.fromkeys(counted, 1)

    def _neurons(
        self, reads: Sequence[Functional], labels: Sequence[str], *, bound: float, unit: Weight | None
    ) -> list[int]:
        """A dimension for the ReLU of each functional."""
        slot, stream = self.network.mlp_slot(reads), self.network.stream
        dimensions = [stream.add([label], ready=slot + 1, bound=bound, unit=unit)[0] for label in labels]
        for read, dimension in zip(reads, dimensions, strict=True):
            self.network.neurons[slot].append(Neuron(read, {dimension: 1}))
        return dimensions

    def square(self, number: Functional, low: int, high: int, label: str) -> Functional:
        """The square of a number that is whole, from `low` to `high`: linear in between."""
        stream = self.network.stream
        knots: list[Functional] = [total([(1, number), (-k, {ONE: 1})]) for k in range(low + 1, high)]
        slot = self.network.mlp_slot([number])
        # Of the neurons, at most all are on; each reads the number with its error, and adds twice what it reads.
        size = as_float((high - low) ** 2)
        rounded = max(map(stream.rounding, knots), default=0.0) + stream.error(number)
        error = 2 * len(knots) * rounded
        if error or size > 2.0**stream.arithmetic.n_bits:
            error += size * ((len(knots) + 1) * stream.arithmetic.summation + stream.arithmetic.storing_sums)
        line = total([(2 * low + 1, number), (-low * (low + 1), {ONE: 1})])
        if not knots:
            return line
        (dimension,) = stream.add([label], ready=slot + 1, error=error, bound=size)
        self.network.neurons[slot] += [Neuron(knot, {dimension: 2}) for knot in knots]
        return total([(1, line), (1, {dimension: 1})])

    def rounded(self, numbers: Sequence[Functional], unit: Weight, labels: Sequence[str]) -> list[Functional] | None:
        """Numbers that are whole multiples of a unit, with their errors taken away; None if they cannot be.

        They cannot where an error comes near half of the unit, or a number is too large for the rounding constant. At
        most one of the numbers is on at a time.
        """
        readings = [total([(1 / Fraction(unit), number)]) for number in numbers]
        if not all(map(self._can_be_rounded, readings)):
            return None
        return [total([(unit, whole)]) for whole in self._rounded(readings, labels)]

    def nearest_whole(self, number: Functional, offset: Fraction, margin: float, label: str) -> Functional | None:
        """The whole number nearest to a number plus an offset; None if the sum may come as near to a half.

        Args:
            number: the number.
            offset: what is added.
            margin: how far from a half the exact sum is.
            label: what the answer holds.
        """
        stream = self.network.stream
        reading = total([(1, number), (offset, {ONE: 1})])
        is_small = stream.size(reading) < stream.arithmetic.rounding_constant / 3
        # All is added up before the constant is: the stream holds the sum, rounded no more than once.
        (shifted,) = self._shifted(reading, label)
        if not is_small or not stream.error({shifted: 1}) < margin / 2:
            return None
        return self._rounded([{shifted: 1}], [label])[0]

    def _shifted(self, reading: Functional, label: str) -> list[int]:
        """A number in a dimension of its own, by two neurons: one for each sign."""
        stream = self.network.stream
        slot, error = self.network.mlp_slot([reading]), 2 * stream.error(reading)
        dimensions = stream.add(
            [f"{label}, shifted"], ready=slot + 1, error=error, bound=stream.size(reading), unit=None
        )
        self.network.neurons[slot] += [
            Neuron(reading, {dimensions[0]: 1}),
            Neuron(total([(-1, reading)]), {dimensions[0]: -1}),
        ]
        return dimensions

    def _rounded(self, readings: Sequence[Functional], labels: Sequence[str]) -> list[Functional]:
        """Each reading, stored beside the rounding constant and taken apart again."""
        stream, constant = self.network.stream, self.network.stream.arithmetic.rounding_constant
        slot = self.network.mlp_slot(readings)
        dimensions = stream.add(labels, ready=slot + 1, bound=math.ceil(max(map(stream.size, readings))))
        for reading, dimension in zip(readings, dimensions, strict=True):
            self.network.neurons[slot].append(Neuron(total([(1, reading), (constant, {ONE: 1})]), {dimension: 1}))
        self.network.neurons[slot].append(Neuron({ONE: constant}, dict.fromkeys(dimensions, -1)))
        return [{dimension: 1} for dimension in dimensions]

    def _can_be_rounded(self, reading: Functional) -> bool:
        """Whether each summand lies nearest to the whole number that it stands for, however the sum is formed."""
        stream = self.network.stream
        units = [stream.unit({dimension: weight}) for dimension, weight in reading.items()]
        is_whole = all(unit is not None and unit == int(unit) for unit in units)
        return (
            is_whole and stream.error(reading) < 0.25 and stream.size(reading) < stream.arithmetic.rounding_constant / 3
        )

    def check_count(self, node: SOp, n_neurons: int) -> None:
        """Refuse a table that is too large."""
        if n_neurons > NEURON_LIMIT:
            reason = f"{self.origins.name(node)!r} needs {n_neurons} neurons, more than {NEURON_LIMIT}"
            raise self.origins.refuse(node, reason, "take a smaller max_length or vocabulary, or compute it in parts")

    def _ramp_error(self, node: SOp, reading: Functional) -> float:
        """The error of a ramp; what it reads must be known to half of the ramp's length."""
        found = self.network.stream.error(reading)
        if not found < 0.5:
            raise self.origins.refuse_closeness(node, found, 0.5)
        return 2 * self.network.stream.rounding(reading) + self.network.stream.arithmetic.storage
