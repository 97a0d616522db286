"""Widths and aggregates of s-ops as attention heads, with bounds on their errors."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...dsl.graph import Aggregate, Indices, SelectorWidth, SOp
from ...dsl.types import Value
from ...errors import NotCompilable
from .analysis import Analysis
from .attention import (
    Score,
    aggregate_head,
    error_of_copy,
    error_of_mean,
    gain_for,
    last_position_head,
    score,
    width_head,
)
from .channels import Channels
from .matching import Encodings, channels_of
from .network import Network
from .neurons import Builder
from .selectors import Term
from .stream import ONE, Functional, as_float, as_weight, shown, total

__all__ = ["Heads"]


class Heads:
    """Adds heads to a network; equal conjunctions share one width head."""

    def __init__(self, analysis: Analysis, network: Network, builder: Builder, encodings: Encodings) -> None:
        self._analysis = analysis
        self._network = network
        self._builder = builder
        self._encodings = encodings
        self._widths: dict[object, Functional] = {}

    def length(self) -> Functional:
        """How many positions there are."""
        return last_position_head(self._network, self._encodings.numerical(self._analysis.image(Indices())), "length")

    def width(self, node: SelectorWidth) -> Functional:
        """How many keys are selected, as a number: the signed sum of the widths of conjunctions."""
        max_width = 1 if self._analysis.proofs.is_single(node) else self._network.max_length
        terms = self._analysis.proofs.selector(node)
        number = total((t.factor, self._conjunction_width(node, t, max_width, 1 / (8 * len(terms)))) for t in terms)
        if not self._network.stream.error(number) < 0.25:
            raise self._too_wide(node, max_width, f"error {self._network.stream.error(number):.2g}, 0.25 allowed")
        return number

    def _too_wide(self, node: SOp, max_width: int, found: str) -> NotCompilable:
        dtype = self._network.stream.arithmetic.name
        reason = f"widths up to {max_width} cannot be told apart in {dtype} ({found})"
        return self._analysis.origins.refuse(node, reason, "take a smaller max_length")

    def _conjunction_width(self, node: SOp, term: Term, max_width: int, allowed: float) -> Functional:
        if term.key not in self._widths:
            name = self._analysis.origins.name(node)
            scored = self._score(node, term, tolerance=1 / (64 * (max_width + 2)))
            inverse, error = width_head(self._network, scored, f"1 / (1 + {name})")
            width = self._builder.width(inverse, max_width, error, name, allowed)
            if width is None:
                needed = f"{1 / (2 * max_width + 1):.2g} allowed"
                raise self._too_wide(node, max_width, f"relative error {error:.2g}, {needed}")
            self._widths[term.key] = width
        return self._widths[term.key]

    def mean(self, node: Aggregate) -> Functional:
        """The mean of the selected numbers; the default where nothing is selected."""
        _, values, *default = node.arguments
        domain, name = self._analysis.facts(values).domain, self._analysis.origins.name(node)
        reach, is_single = as_float(domain.reach), self._analysis.proofs.is_single(node)
        closest = as_float(domain.gap) / self._network.max_length**2
        number = self._encodings.number_within(values, closest / 8)
        parts: list[Functional] = []
        empties: list[Functional] = []
        for term in self._analysis.conjunctions(node):
            scored = self._score(node, term, math.inf if is_single else closest / (32 * (reach or 1)))
            if is_single:
                error = error_of_copy(self._network, [number], bound=reach)
            else:
                error = error_of_mean(self._network, number, bound=reach, noise=scored.noise)
            (dimension,), empty = aggregate_head(
                self._network,
                scored,
                [number],
                [name],
                error=error,
                bound=reach,
                unit=domain.unit if is_single and domain.count == 1 else None,
            )
            parts.append({dimension: 1})
            empties.append(empty)
        empty = _all_hold(empties)
        parts += [self._default_number(part, empty, name) for part in default]
        return total((1, part) for part in parts)

    def _default_number(self, default: SOp, empty: Functional, name: str) -> Functional:
        facts = self._analysis.facts(default)
        if facts.constant is not None:
            return total([(as_weight(facts.constant), empty)])
        low, high = as_weight(facts.domain.low), as_weight(facts.domain.high)
        return self._builder.gated(self._encodings.numerical(default), low, high, empty, f"{name}: default")

    def copy(self, node: Aggregate) -> list[Functional]:
        """The one selected value, one-hot; the default where nothing is selected."""
        _, values, *default = node.arguments
        found, name = self._analysis.facts(values).values, self._analysis.origins.name(node)
        read = self._encodings.categorical(values)
        error = error_of_copy(self._network, read, bound=1.0)
        labels = [f"{name} == {shown(value)}" for value in found]
        parts: dict[Value, list[Functional]] = {value: [] for value in self._analysis.facts(node).values}
        empties: list[Functional] = []
        for term in self._analysis.conjunctions(node):
            scored = self._score(node, term, math.inf)
            dimensions, empty = aggregate_head(self._network, scored, read, labels, error=error, bound=1.0, unit=1)
            for value, dimension in zip(found, dimensions, strict=True):
                parts[value].append({dimension: 1})
            empties.append(empty)
        empty = _all_hold(empties)
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
        """The score of a conjunction, over exact encodings if its noise would otherwise exceed the tolerance."""
        allowed = gain_for(self._network) / 8
        tolerance = min(tolerance, allowed)
        scored = score(self._network, self._factors(term, tolerance, is_exact=False))
        if scored.noise > tolerance:
            scored = score(self._network, self._factors(term, tolerance, is_exact=True))
        if not scored.noise < allowed:
            dtype = self._network.stream.arithmetic.name
            reason = f"scores cannot be told apart in {dtype} (error {scored.noise:.2g}, {allowed:.2g} allowed)"
            raise self._analysis.origins.refuse(node, reason, "take a smaller max_length or vocabulary")
        return scored

    def _factors(self, term: Term, tolerance: float, *, is_exact: bool) -> list[Channels]:
        """The channels of each table, with an equal share of the noise."""
        share = tolerance / (gain_for(self._network) * max(1, len(term.tables)))
        stream = self._network.stream
        return [
            channels_of(pair, table_qk, self._encodings, self._analysis, stream, share, is_exact=is_exact)
            for pair, table_qk in term.tables.items()
        ]


def _all_hold(bits: Sequence[Functional]) -> Functional:
    """Whether all of these are 1, of which at most one is not."""
    return total([*((1, bit) for bit in bits), (1 - len(bits), {ONE: 1})])
