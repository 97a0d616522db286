"""Encodings of s-ops in the residual stream, made on demand and shared.

1. *Categorical*: one functional for each value, 1 where the s-op has that value and 0 elsewhere.
2. *Numerical*: one functional, whose value is the number.

Functions of one encoded variable, sums, and merges of values cost nothing: their functionals read what is there.
Everything else becomes heads and neurons, ramps of a number or rows of a table, whichever are fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from ...dsl.graph import Aggregate, Indices, Length, SelectorWidth, SOp
from .analysis import VOCABULARY, Analysis
from .domains import Domain
from .facts import Facts
from .heads import Heads
from .network import Network
from .neurons import Builder, Ramp
from .nodes import Added, Ceiling, Floor, FoldStep, Sign
from .stream import ONE, Functional, Weight, as_float, as_weight, shown, total
from .tables import Row, Run, rows_of, runs_of

__all__ = ["Encoder"]

Categories = Sequence[Functional]
_NOISE_OF_TABLE = 1 / 8
"""Noisier one-hot encodings are cleaned before they are joined; an error of 1/4 is what a conjunction bears."""


class Encoder:
    """The encodings made so far: `categories` and `numbers`."""

    def __init__(self, analysis: Analysis, network: Network) -> None:
        self.categories: dict[SOp, Categories] = {}
        self.numbers: dict[SOp, Functional] = {}
        self._analysis = analysis
        self._network = network
        self._builder = Builder(network, analysis.origins)
        self._heads = Heads(analysis, network, self._builder, self)
        self._clean: dict[SOp, Categories] = {}
        self._rounded: dict[SOp, Functional | None] = {}
        self._squares: dict[tuple[SOp, tuple[tuple[int, Weight], ...]], Functional] = {}

    def categorical(self, node: SOp) -> Categories:
        """A functional for each value of the s-op's domain, in its order.

        Raises:
            NotCompilable: if its values are too many, or cannot be told apart in float32.
        """
        if node not in self.categories:
            self.categories[node] = self._categorical(node, self._analysis.facts(node))
        return self.categories[node]

    def numerical(self, node: SOp) -> Functional:
        """The functional of a number; what it raises is as for categories."""
        if node not in self.numbers:
            self.numbers[node] = self._numerical(node, self._analysis.facts(node))
        return self.numbers[node]

    def cleaned(self, node: SOp) -> Categories:
        """The categorical encoding, with its errors taken away by another layer, if they can be."""
        plain = self.categorical(node)
        if not any(map(self._network.stream.error, plain)):
            return plain
        if node not in self._clean:
            self._clean[node] = self._cleaned(node, self._analysis.facts(node), plain)
        return self._clean[node]

    def _cleaned(self, node: SOp, facts: Facts, plain: Categories) -> Categories:
        via = facts.via if len(facts.base) == 1 else None
        number = self._rounded_number(via) if via else None
        if via and number is not None:
            runs = runs_of(facts, self._analysis.facts(via))
            assert runs is not None, "a function of a number that is none"
            return self._thermometer(node, facts, runs, number)
        return self._builder.rounded(plain, 1, self._labels(node, facts)) or plain

    def number_within(self, node: SOp, error: float) -> Functional:
        """The functional of a number, with its error taken away by another layer if it is larger and can be."""
        plain = self.numerical(node)
        if self._network.stream.error(plain) <= error:
            return plain
        return self._rounded_number(node) or plain

    def _rounded_number(self, node: SOp) -> Functional | None:
        """A number whose error is taken away, if it can be."""
        if node not in self._rounded:
            plain, domain = self.numerical(node), self._analysis.facts(node).domain
            can_be = domain.count == 1 and self._network.stream.error(plain)
            label = f"{self._analysis.origins.name(node)}, rounded"
            found = self._builder.rounded([plain], domain.unit, [label]) if can_be else None
            self._rounded[node] = found[0] if found else None
        return self._rounded[node]

    def square(self, node: SOp, error: float) -> Functional:
        """The square of `number_within`, in the unit of the number's domain."""
        domain, number = self._analysis.facts(node).domain, self.number_within(node, error)
        key = node, tuple(number.items())
        if key not in self._squares:
            self._squares[key] = self._square(node, domain, number)
        return self._squares[key]

    def _square(self, node: SOp, domain: Domain, number: Functional) -> Functional:
        if isinstance(node, Indices):
            return self._network.add_positions("index * index", lambda position: position**2)
        if self.is_listed(node):
            squares = ((Fraction(value) / domain.unit) ** 2 for value in domain.values or ())
            return total(zip(squares, self.categorical(node), strict=True))
        low, high = (int(bound / domain.unit) for bound in (domain.low, domain.high))
        label = f"{self._analysis.origins.name(node)}, squared"
        return self._builder.square(total([(1 / domain.unit, number)]), low, high, label)

    def is_listed(self, variable: SOp) -> bool:
        """Whether a variable is encoded one-hot by nature, or has been already."""
        return variable in self.categories or self._analysis.facts(variable).via is None

    def is_free(self, node: SOp) -> bool:
        """Whether the s-op's values can be read without another component."""
        base = self._analysis.facts(node).base
        return node in self.categories or not base or (len(base) == 1 and base[0] in self.categories)

    def _categorical(self, node: SOp, facts: Facts) -> Categories:
        if facts.domain.values is None:
            reason = f"{self._analysis.origins.name(node)!r} takes too many values to tell apart"
            raise self._analysis.origins.refuse(node, reason, "round it, or take a smaller max_length")
        if len(facts.domain) == 1:
            return [{ONE: 1}]
        if facts.base == (node,):
            return self._variable(node, facts)
        if len(facts.base) == 1 and self.is_listed(facts.base[0]):
            return _merged(facts, self.categorical(facts.base[0]))
        runs = runs_of(facts, self._analysis.facts(facts.via)) if facts.via else None
        if runs is not None and len(facts.base) == 1:
            return self._ramps(node, facts, runs)
        rows = rows_of(facts.table)
        if runs is not None and 2 * (len(runs) - 1) <= len(rows):
            return self._ramps(node, facts, runs)
        return self._table(node, facts, facts.base, rows)

    def _variable(self, node: SOp, facts: Facts) -> Categories:
        stream = self._network.stream
        match node:
            case Indices():
                dimensions = stream.add(self._labels(node, facts), ready=0)
                for place, dimension in enumerate(dimensions):
                    self._network.positions[dimension] = [int(place == at) for at in range(len(facts.domain))]
                return [{dimension: 1} for dimension in dimensions]
            case Aggregate() if facts.via is None or self._is_copied(node):
                return self._heads.copy(node)
            case Sign(arguments=(value,)):
                return self._signs(node, facts, value)
            case FoldStep():
                assert facts.definition is not None, "a step that is not tabulated"
                base, table = facts.definition
                return self._table(node, facts, base, rows_of(table))
        if node == VOCABULARY:
            dimensions = stream.add(self._labels(node, facts), ready=0)
            for number, dimension in enumerate(dimensions, start=1):
                self._network.tokens[dimension] = [int(token == number) for token in range(len(dimensions) + 1)]
            return [{dimension: 1} for dimension in dimensions]
        return self._ramps(node, facts, [Run(value, value, place) for place, value in enumerate(facts.values)])

    def _is_copied(self, node: Aggregate) -> bool:
        """Whether an aggregate of numbers can copy the one selected value instead of averaging."""
        base = self._analysis.facts(node.arguments[1]).base
        return self._analysis.proofs.is_single(node) and all(map(self.is_listed, base))

    def _whole(self, node: SOp, value: SOp) -> Functional:
        """The floor or ceiling of a number, as the nearest whole one of what lies well between two of them."""
        domain, name = self._analysis.facts(value).domain, self._analysis.origins.name(node)
        # Fractions lie 1 / count and more from whole numbers.
        between = Fraction(1, 2) - domain.unit / (2 * domain.count)
        offset = -between if isinstance(node, Floor) else between
        found = self._builder.nearest_whole(self.numerical(value), offset, float(Fraction(1, 2) - between), name)
        if found is None:
            error = self._network.stream.error(self.numerical(value))
            raise self._analysis.origins.refuse_closeness(value, error, float(Fraction(1, 2) - between))
        return found

    def _product(self, node: SOp, mean: SOp, width: SOp) -> Functional:
        """A mean times how many numbers it is of."""
        values = self._analysis.facts(mean.arguments[1]).domain
        factors = list(zip(map(as_weight, self._analysis.facts(width).values), self.cleaned(width), strict=True))
        return self._builder.product(self.numerical(mean), values, factors, self._analysis.origins.name(node))

    def _signs(self, node: SOp, facts: Facts, value: SOp) -> Categories:
        """A ramp on either side of 0."""
        gap = self._analysis.facts(value).domain.gap_at_zero
        number = self.number_within(value, as_float(gap) / 8)
        ends = [as_weight(sign) * gap for sign in facts.values]
        ramps = [Ramp(number, start, stop) for start, stop in pairwise(ends)]
        name = self._analysis.origins.name(value)
        labels = [f"{name} >= 0", f"{name} > 0"][-len(ramps) :]
        return self._between(node, ramps, labels)

    def _ramps(self, node: SOp, facts: Facts, runs: Sequence[Run]) -> Categories:
        """A thermometer of a number that is known precisely enough."""
        assert facts.via is not None, "ramps of no number"
        closest = min((as_weight(above.first) - as_weight(below.last) for below, above in pairwise(runs)), default=1)
        return self._thermometer(node, facts, runs, self.number_within(facts.via, as_float(closest) / 8))

    def _thermometer(self, node: SOp, facts: Facts, runs: Sequence[Run], number: Functional) -> Categories:
        """A ramp of a number between each run and the next; a value is on between two ramps."""
        name = self._analysis.origins.name(facts.via or node)
        ramps = [Ramp(number, as_weight(below.last), as_weight(above.first)) for below, above in pairwise(runs)]
        labels = [f"{name} >= {shown(run.first)}" for run in runs[1:]]
        parts: list[list[Functional]] = [[] for _ in facts.values]
        for run, functional in zip(runs, self._between(node, ramps, labels), strict=True):
            parts[run.result].append(functional)
        return [_sum(part) for part in parts]

    def _between(self, node: SOp, ramps: Sequence[Ramp], labels: Sequence[str]) -> Categories:
        """What is on before the first ramp, between each one and the next, and behind the last."""
        edges = [{ONE: 1}, *self._builder.ramps(node, ramps, labels), {}]
        return [total([(1, start), (-1, stop)]) for start, stop in pairwise(edges)]

    def _table(self, node: SOp, facts: Facts, base: Sequence[SOp], rows: Sequence[Row]) -> Categories:
        """A conjunction for each row; the value that the rows leave out is on where none of them holds."""
        self._builder.check_count(node, len(rows))
        variables = [self.categorical(variable) for variable in base]
        if sum(max(map(self._network.stream.error, categories)) for categories in variables) > _NOISE_OF_TABLE:
            variables = [self.cleaned(variable) for variable in base]
        results = sorted({row.result for row in rows})
        joined = [
            (
                [_sum(variable[p] for p in places) for variable, places in zip(variables, row.places, strict=True)],
                results.index(row.result),
            )
            for row in rows
        ]
        labels = self._labels(node, facts)
        answers = self._builder.conjunctions(node, joined, [labels[result] for result in results])
        written = dict(zip(results, answers, strict=True))
        usual = total([(1, {ONE: 1}), *((-1, functional) for functional in answers)])
        return [written.get(place, usual) for place in range(len(facts.values))]

    def _numerical(self, node: SOp, facts: Facts) -> Functional:
        assert facts.linear is not None, "a number that is none"
        if facts.linear.keys() != {node}:
            parts = [(w, {ONE: 1} if term is None else self.numerical(term)) for term, w in facts.linear.items()]
            return total((as_weight(weight), functional) for weight, functional in parts)
        match node:
            case Indices():
                return self._network.add_positions("index", lambda position: position)
            case Length():
                return self._heads.length()
            case Floor(arguments=(value,)) | Ceiling(arguments=(value,)):
                return self._whole(node, value)
            case Added(arguments=(mean, width)):
                return self._product(node, mean, width)
            case SelectorWidth():
                return self._heads.width(node)
            case Aggregate() if node not in self.categories:
                return self._heads.mean(node)
        return total((as_weight(v), f) for v, f in zip(facts.values, self.categorical(node), strict=True))

    def _labels(self, node: SOp, facts: Facts) -> list[str]:
        name = "token" if node == VOCABULARY else self._analysis.origins.name(node)
        return [f"{name} == {shown(value)}" for value in facts.values]


def _sum(functionals: Iterable[Functional]) -> Functional:
    return total((1, functional) for functional in functionals)


def _merged(facts: Facts, variable: Categories) -> Categories:
    """Values of a function of one variable: the values of the variable, merged."""
    places = [np.flatnonzero(facts.table == value).tolist() for value in range(len(facts.domain))]
    return [_sum(variable[place] for place in group) for group in places]
