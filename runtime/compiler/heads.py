"""Widths and aggregates of s-ops as attention heads, with bounds on their errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from ...dsl.graph import Aggregate, Length, SelectorWidth, SOp
from ...dsl.types import Value
from .analysis import Analysis
from .attention import Factor, Score, aggregate_head, gain_for, relative_error, score, width_head
from .network import Network
from .neurons import Builder
from .selectors import Term
from .stream import Functional, as_float, as_weight, shown, total

__all__ = ["Encodings", "Heads"]


class Encodings(Protocol):
    """Encodings of s-ops, made on demand."""

    def categorical(self, node: SOp) -> Sequence[Functional]:
        """A functional for each value of the s-op's domain, in its order."""

    def cleaned(self, node: SOp) -> Sequence[Functional]:
        """The same, with the errors taken away by another layer."""

    def numerical(self, node: SOp) -> Functional:
        """The functional of a number."""


class Heads:
    """Adds heads to a network; equal conjunctions share one width head."""

    def __init__(self, analysis: Analysis, network: Network, builder: Builder, encodings: Encodings) -> None:
        self._analysis = analysis
        self._network = network
        self._builder = builder
        self._encodings = encodings
        self._widths: dict[object, Functional] = {}

    def width(self, node: SelectorWidth | Length) -> Functional:
        """How many keys are selected, as a number: the signed sum of the widths of conjunctions."""
        is_length = isinstance(node, Length)
        terms = (Term(1, {}),) if is_length else self._analysis.selector(node)
        max_width = 1 if not is_length and self._analysis.is_single(node) else self._network.max_length
        number = total((term.factor, self._conjunction_width(node, term, max_width)) for term in terms)
        if not (error := self._network.stream.error(number)) < 0.25:
            reason = f"widths up to {max_width} cannot be told apart in float32 (error {error:.2g}, 0.25 allowed)"
            raise self._analysis.origins.refuse(node, reason, "take a smaller max_length")
        return number

    def _conjunction_width(self, node: SOp, term: Term, max_width: int) -> Functional:
        if term.key not in self._widths:
            name = self._analysis.origins.name(node)
            scored = self._score(node, term, tolerance=1 / (64 * (max_width + 2)))
            inverse, error = width_head(self._network, scored, f"1 / (1 + {name})")
            self._widths[term.key] = self._builder.width(inverse, max_width, error, name)
        return self._widths[term.key]

    def mean(self, node: Aggregate) -> Functional:
        """The mean of the selected numbers; the default where nothing is selected."""
        _, values, *default = node.arguments
        domain, name = self._analysis.facts(values).domain, self._analysis.origins.name(node)
        reach, is_single = as_float(domain.reach), self._analysis.is_single(node)
        tolerance = as_float(domain.gap) / (32 * self._network.max_length**2 * (reach or 1))
        scored = self._score(node, self._analysis.conjunction(node), math.inf if is_single else tolerance)
        number = self._encodings.numerical(values)
        # Of a single selected key, noise in its score changes nothing.
        relative = relative_error(self._network, 0.0 if is_single else scored.noise)
        error = self._network.stream.error(number) + reach * relative
        (dimension,), empty = aggregate_head(self._network, scored, [number], [name], error, reach)
        return total([(1, {dimension: 1}), *((1, self._default_number(part, empty, name)) for part in default)])

    def _default_number(self, default: SOp, empty: Functional, name: str) -> Functional:
        facts = self._analysis.facts(default)
        if facts.constant is not None:
            return total([(as_weight(facts.constant), empty)])
        low, high = as_weight(facts.domain.low), as_weight(facts.domain.high)
        return self._builder.gated(self._encodings.numerical(default), low, high, empty, f"{name}: default")

    def copy(self, node: Aggregate) -> list[Functional]:
        """The one selected value, one-hot; the default where nothing is selected."""
        _, values, *default = node.arguments
        scored = self._score(node, self._analysis.conjunction(node), math.inf)
        found, name = self._analysis.facts(values).values, self._analysis.origins.name(node)
        read = self._encodings.categorical(values)
        error = relative_error(self._network, 0.0) + max(self._network.stream.error(functional) for functional in read)
        labels = [f"{name} == {shown(value)}" for value in found]
        dimensions, empty = aggregate_head(self._network, scored, read, labels, error, 1.0)
        parts: dict[Value, list[Functional]] = {value: [] for value in self._analysis.facts(node).values}
        for value, dimension in zip(found, dimensions, strict=True):
            parts[value].append({dimension: 1})
        for part in default:
            for value, functional in self._default_categories(node, part, empty):
                parts[value].append(functional)
        return [total((1, functional) for functional in functionals) for functionals in parts.values()]

    def _default_categories(self, node: SOp, default: SOp, empty: Functional) -> list[tuple[Value, Functional]]:
        facts = self._analysis.facts(default)
        if facts.constant is not None:
            return [(facts.constant, empty)]
        joined = [([functional, empty], place) for place, functional in enumerate(self._encodings.categorical(default))]
        labels = [f"{self._analysis.origins.name(node)}: default {shown(value)}" for value in facts.values]
        return list(zip(facts.values, self._builder.conjunctions(node, joined, labels), strict=True))

    def _score(self, node: SOp, term: Term, tolerance: float) -> Score:
        """The score of a conjunction, over cleaned encodings if its noise would otherwise exceed the tolerance."""
        scored = self._score_over(term, self._encodings.categorical)
        if scored.noise > tolerance:
            scored = self._score_over(term, self._encodings.cleaned)
        allowed = gain_for(self._network.max_length + 1) / 8
        if not scored.noise < allowed:
            reason = f"scores cannot be told apart in float32 (error {scored.noise:.2g}, {allowed:.2g} allowed)"
            raise self._analysis.origins.refuse(node, reason, "take a smaller max_length or vocabulary")
        return scored

    def _score_over(self, term: Term, read: Callable[[SOp], Sequence[Functional]]) -> Score:
        pairs = term.tables.items()
        return score(self._network, [Factor(table_qk, read(query), read(key)) for (key, query), table_qk in pairs])
