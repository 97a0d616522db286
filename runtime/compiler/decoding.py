"""From logits and residual streams back to exact values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...dsl.graph import SOp
from ...dsl.types import Value
from .analysis import Analysis
from .domains import Domain
from .encoder import Encoder
from .stream import Functional, Stream, as_float

__all__ = ["Readout", "categories_for_reading", "readable", "readout"]


@dataclass(frozen=True, slots=True)
class Readout:
    """How to read an s-op: a functional for each value of its domain, or a single one for a number."""

    domain: Domain
    functionals: Sequence[Functional]
    is_number: bool

    def value(self, measured: Sequence[float]) -> Value:
        """The exact value, from what the functionals measure."""
        if self.is_number:
            return self.domain.nearest(measured[0])
        assert self.domain.values is not None, "a categorical readout of values that are not enumerated"
        return self.domain.values[max(range(len(measured)), key=measured.__getitem__)]


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
            return Readout(facts.domain, number, is_number=True)
        if facts.via == node:
            raise analysis.origins.refuse_closeness(node, error, allowed)
    return Readout(facts.domain, categories_for_reading(node, analysis, encoder, stream), is_number=False)


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
            readouts[node] = Readout(domain, [number], is_number=True)
        elif encoder.is_free(image):
            readouts[node] = Readout(domain, encoder.categorical(image), is_number=False)
    return readouts
