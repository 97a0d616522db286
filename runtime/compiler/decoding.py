"""From logits and residual streams back to exact values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ...dsl.graph import SOp
from ...dsl.types import Value
from ..reference import shown
from .analysis import Analysis
from .domains import Domain
from .encoder import Encoder
from .stream import Functional, Stream, as_float, as_weight

__all__ = ["Readout", "categories_for_reading", "readable", "readout"]


@dataclass(frozen=True)
class Readout:
    """How to read an s-op: a functional for each value of its domain, or a single one for a number.

    `error` bounds how far what a functional measures is from its exact value.
    """

    domain: Domain
    functionals: Sequence[Functional]
    is_number: bool
    error: float

    def values(self, measured_nc: Tensor) -> list[Value]:
        """The exact value at each position, from what the functionals measure there, shape (position, functional)."""
        if self.domain.values is None:
            return [self.domain.nearest(number) for number in measured_nc[:, 0].tolist()]
        values: list[Value] = self._listed[self._places(measured_nc)].tolist()
        return values

    def answers(self, measured_nc: Tensor) -> list[Any]:
        """The same values as the caller of a program sees them."""
        values = self.values(measured_nc)
        return [shown(value) for value in values] if self._has_fractions else values

    def _places(self, measured_nc: Tensor) -> NDArray[np.int64]:
        """The place in the domain of the value that is nearest to what is measured."""
        if self.is_number:
            return np.searchsorted(self._borders, measured_nc[:, 0].double().numpy())
        places: NDArray[np.int64] = measured_nc.argmax(-1).numpy()
        return places

    @cached_property
    def _has_fractions(self) -> bool:
        return self.domain.values is None or any(isinstance(value, Fraction) for value in self.domain.values)

    @cached_property
    def _listed(self) -> NDArray[np.object_]:
        """The values of the domain, to be picked by their places."""
        values = self.domain.values or ()
        listed = np.empty(len(values), dtype=np.object_)
        listed[:] = values
        return listed

    @cached_property
    def _borders(self) -> NDArray[np.float64]:
        """What lies half way between neighbouring numbers."""
        numbers = np.array([as_float(as_weight(value)) for value in self.domain.values or ()])
        borders: NDArray[np.float64] = (numbers[1:] + numbers[:-1]) / 2
        return borders


def readout(node: SOp, analysis: Analysis, encoder: Encoder, stream: Stream) -> Readout:
    """Encode an s-op for reading, as a number where it is one.

    Raises:
        NotCompilable: if its values lie too close to be told apart in float32.
    """
    facts = analysis.facts(node)
    is_sum = facts.linear is not None and facts.linear.keys() != {node}
    if facts.base and (is_sum or facts.via == node):
        number = [encoder.numerical(node)]
        error, allowed = stream.error(number[0]), as_float(facts.domain.gap) / 2
        if error < allowed:
            return Readout(facts.domain, number, True, error)
        if facts.via == node:
            raise analysis.origins.refuse_closeness(node, error, allowed)
    categories = categories_for_reading(node, analysis, encoder, stream)
    return Readout(facts.domain, categories, False, max(map(stream.error, categories)))


def categories_for_reading(node: SOp, analysis: Analysis, encoder: Encoder, stream: Stream) -> Sequence[Functional]:
    """The categorical encoding of an s-op, certain enough to tell 0 from 1 at a half.

    Raises:
        NotCompilable: if its values lie too close to be told apart in float32.
    """
    categories = encoder.categorical(node)
    error = max(stream.error(functional) for functional in categories)
    if not error < 0.25:
        raise analysis.origins.refuse_closeness(node, error, 0.25)
    return categories


def readable(nodes: Iterable[SOp], analysis: Analysis, encoder: Encoder, stream: Stream) -> dict[SOp, Readout]:
    """Readouts of those s-ops that are encoded, or are functions of one that is."""
    readouts = {}
    for node in nodes:
        image = analysis.image(node)
        domain = analysis.facts(image).domain
        number = encoder.numbers.get(image)
        if number is not None and stream.error(number) < as_float(domain.gap) / 2:
            readouts[node] = Readout(domain, [number], True, stream.error(number))
        elif encoder.is_free(image):
            categories = encoder.categorical(image)
            readouts[node] = Readout(domain, categories, False, max(map(stream.error, categories)))
    return readouts
