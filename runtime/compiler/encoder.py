"""Encodings of s-ops in the residual stream, made on demand and shared.

1. *Categorical*: one functional for each value, 1 where the s-op has that value and 0 elsewhere.
2. *Numerical*: one functional, whose value is the number.

Functions of one encoded variable, sums, and merges of values cost nothing: their functionals read what is there.
Everything else becomes heads and neurons, ramps of a number or rows of a table, whichever are fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from ...dsl.graph import Aggregate, Indices, Length, SelectorWidth, SOp
from .analysis import VOCABULARY, Analysis
from .facts import Facts
from .heads import Heads
from .network import Network
from .neurons import Builder, Ramp
from .nodes import FoldStep
from .stream import ONE, Functional, as_weight, shown, total
from .tables import Row, Run, rows_of, runs_of

__all__ = ["Encoder"]

Categories = Sequence[Functional]


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
        """The categorical encoding, with its errors taken away by another layer of ramps."""
        plain = self.categorical(node)
        if all(self._network.stream.error(functional) == 0 for functional in plain):
            return plain
        if node not in self._clean:
            ramps = [Ramp(functional, 0, 1) for functional in plain]
            labels = self._labels(node, self._analysis.facts(node))
            self._clean[node] = self._builder.ramps(node, ramps, labels, exclusive=True)
        return self._clean[node]

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
        if len(facts.base) == 1 and self._is_listed(facts.base[0]):
            return _merged(facts, self.categorical(facts.base[0]))
        runs = runs_of(facts, self._analysis.facts(facts.via)) if facts.via else None
        if runs is not None and len(facts.base) == 1:
            return self._thermometer(node, facts, runs)
        rows = rows_of(facts.table)
        if runs is not None and 2 * (len(runs) - 1) <= len(rows):
            return self._thermometer(node, facts, runs)
        return self._table(node, facts, facts.base, rows)

    def _is_listed(self, variable: SOp) -> bool:
        """Whether a variable is encoded one-hot by nature, or has been already."""
        return variable in self.categories or self._analysis.facts(variable).via is None

    def _variable(self, node: SOp, facts: Facts) -> Categories:
        stream = self._network.stream
        match node:
            case Indices():
                self._network.positions = stream.add(self._labels(node, facts), ready=0)
                return [{dimension: 1} for dimension in self._network.positions]
            case Aggregate() if facts.via is None or self._is_copied(node):
                return self._heads.copy(node)
            case FoldStep():
                assert facts.definition is not None, "a step that is not tabulated"
                base, table = facts.definition
                return self._table(node, facts, base, rows_of(table))
        if node == VOCABULARY:
            self._network.tokens = stream.add(self._labels(node, facts), ready=0)
            return [{dimension: 1} for dimension in self._network.tokens]
        return self._thermometer(node, facts, [Run(value, value, place) for place, value in enumerate(facts.values)])

    def _is_copied(self, node: Aggregate) -> bool:
        """Whether an aggregate of numbers can copy the one selected value instead of averaging."""
        base = self._analysis.facts(node.arguments[1]).base
        return self._analysis.is_single(node) and all(map(self._is_listed, base))

    def _thermometer(self, node: SOp, facts: Facts, runs: Sequence[Run]) -> Categories:
        """A ramp of a number between each run and the next; a value is on between two ramps."""
        assert facts.via is not None, "ramps of no number"
        number, name = self.numerical(facts.via), self._analysis.origins.name(facts.via)
        ramps = [Ramp(number, as_weight(below.last), as_weight(above.first)) for below, above in pairwise(runs)]
        labels = [f"{name} >= {shown(run.first)}" for run in runs[1:]]
        edges = [{ONE: 1}, *self._builder.ramps(node, ramps, labels, exclusive=False), {}]
        parts: list[list[tuple[int, Functional]]] = [[] for _ in facts.values]
        for run, (start, stop) in zip(runs, pairwise(edges), strict=True):
            parts[run.result] += [(1, start), (-1, stop)]
        return [total(part) for part in parts]

    def _table(self, node: SOp, facts: Facts, base: Sequence[SOp], rows: Sequence[Row]) -> Categories:
        """A conjunction for each row; the value that the rows leave out is on where none of them holds."""
        self._builder.check_count(node, len(rows))
        variables = [self.categorical(variable) for variable in base]
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
            case SelectorWidth() | Length():
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
