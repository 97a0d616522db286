"""What MLPs compute, as neurons: ramps, tables, gates, and the decoding of widths.

A *ramp* between two numbers a < b is a pair of ReLUs: 0 up to a quarter of the way, 1 from three quarters on. What
it reads may be off by up to a quarter of b - a, and its own value is still right, so that ramps take errors away. This
is an obligation, checked for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...dsl.graph import SOp
from .network import Network, Neuron
from .refusal import Origins
from .stream import BOS, ONE, ROUNDOFF, Functional, Weight, as_float, total

__all__ = ["NEURON_LIMIT", "Builder", "Ramp"]

NEURON_LIMIT = 1 << 12
"""An s-op whose table needs more neurons is refused."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A functional that is at most `start` or at least `stop`, to be told apart."""

    reads: Functional
    start: Weight
    stop: Weight

    @property
    def reading(self) -> Functional:
        """The functional scaled so that the ramp runs from 0 to 1; its slope is 2 / (stop - start)."""
        slope = 2 / (Fraction(self.stop) - Fraction(self.start))
        return total([(slope, self.reads), (-slope * self.start - Fraction(1, 2), {ONE: 1})])


class Builder:
    """Adds neurons to a network; what it cannot do exactly it refuses in the name of an s-op."""

    def __init__(self, network: Network, origins: Origins) -> None:
        self.network = network
        self.origins = origins

    def ramps(self, node: SOp, ramps: Sequence[Ramp], labels: Sequence[str], *, exclusive: bool) -> list[Functional]:
        """The value of each ramp; `exclusive` if at most one of them is 1."""
        self.check_count(node, 2 * len(ramps))
        stream = self.network.stream
        readings = [ramp.reading for ramp in ramps]
        slot = self.network.mlp_slot(readings)
        error = max((self._ramp_error(node, reading) for reading in readings), default=0.0)
        groups = [labels] if exclusive else [[label] for label in labels]
        dimensions = [d for group in groups for d in stream.add(group, ready=slot + 1, error=error)]
        for reading, dimension in zip(readings, dimensions, strict=True):
            self.network.add_step(slot, reading, dimension)
        return [{dimension: 1} for dimension in dimensions]

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
        reads = total([(1, number), (-low - closed, {ONE: 1}), (closed, gate)])
        slot = self.network.mlp_slot([reads])
        error = self.network.stream.error(reads)
        (dimension,) = self.network.stream.add([label], ready=slot + 1, error=error, bound=as_float(high - low))
        self.network.neurons[slot].append(Neuron(reads, {dimension: 1}))
        return total([(1, {dimension: 1}), (low, gate)])

    def width(self, inverse: int, max_width: int, relative_error: float, label: str) -> Functional:
        """The number w from a dimension that holds 1 / (1 + w), and 1 at the beginning of the sequence.

        The function is piecewise linear with knots at 1, 1/2, 1/3, …: the sum over k of 2k · relu(1/k - x). All terms
        are positive, so that the relative error stays small.
        """
        reads: list[Functional] = [{ONE: Fraction(1, k), inverse: -1, BOS: 1} for k in range(1, max_width + 1)]
        slot = self.network.mlp_slot(reads)
        error = (max_width + 2) * (relative_error + (max_width + 8) * ROUNDOFF)
        (dimension,) = self.network.stream.add([label], ready=slot + 1, error=error, bound=max_width)
        self.network.neurons[slot] += [Neuron(read, {dimension: 2 * k}) for k, read in enumerate(reads, start=1)]
        return {dimension: 1}

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
        return 2 * self.network.stream.rounding(reading) + ROUNDOFF
