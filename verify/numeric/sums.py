"""Sums with each term once, so that intervals do not count it twice: (x·x + e) − x·x is e.

Only sums are rewritten, differences and constant multiples with them; a product stays as it is, for intervals know
more of (x − 1)² than of x² − 2x + 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

from ...dsl.graph import Constant, Elementwise, SOp, topological
from ...dsl.operators import exact
from ...dsl.types import Int, Real

__all__ = ["collected"]

Number = int | Fraction


@dataclass(frozen=True, slots=True)
class _Sum:
    """Σ factor · term + constant; no factor is 0."""

    terms: Mapping[SOp, Number]
    constant: Number = 0

    def times(self, factor: Number) -> _Sum:
        """A multiple."""
        terms = {term: exact(Fraction(own * factor)) for term, own in self.terms.items()} if factor else {}
        return _Sum(terms, exact(Fraction(self.constant * factor)))

    def plus(self, other: _Sum) -> _Sum:
        """A sum of sums; what cancels is gone."""
        factors = {
            term: exact(Fraction(self.terms.get(term, 0) + other.terms.get(term, 0)))
            for term in {**self.terms, **other.terms}
        }
        terms = {term: factor for term, factor in factors.items() if factor}
        return _Sum(terms, exact(Fraction(self.constant + other.constant)))

    def node(self) -> SOp:
        """The sum as a node, its terms in the order in which they were found."""
        parts = [
            term if factor == 1 else Elementwise((Constant((), factor), term), "*")
            for term, factor in self.terms.items()
        ]
        if self.constant or not parts:
            parts.append(Constant((), self.constant))
        return reduce(lambda left, right: Elementwise((left, right), "+"), parts)


def collected(root: SOp) -> SOp:
    """The same graph with each sum of scalar numbers collected."""
    built: dict[SOp, SOp] = {}
    sums: dict[SOp, _Sum] = {}
    for node in topological([root]):
        if not isinstance(node.type, Int | Real):
            built[node] = replace(node, arguments=tuple(built[argument] for argument in node.arguments))
            continue
        found = _sum_of(node, sums)
        if found is None:
            moved = replace(node, arguments=tuple(built[argument] for argument in node.arguments))
            sums[node], built[node] = _Sum({moved: 1}), moved
        else:
            sums[node], built[node] = found, found.node()
    return built[root]


def _sum_of(node: SOp, sums: Mapping[SOp, _Sum]) -> _Sum | None:
    """A sum, difference or constant multiple of numbers as a sum; None of any other node."""
    if isinstance(node, Constant) and isinstance(node.value, int | Fraction):
        return _Sum({}, node.value)
    if not isinstance(node, Elementwise) or not all(argument in sums for argument in node.arguments):
        return None
    parts = [sums[argument] for argument in node.arguments]
    match node.operator, parts:
        case "+", [left, right]:
            return left.plus(right)
        case "-", [left, right]:
            return left.plus(right.times(-1))
        case "negate", [value]:
            return value.times(-1)
        case "*", [_Sum(terms=terms, constant=factor), value] if not terms:
            return value.times(factor)
        case "*" | "/", [value, _Sum(terms=terms, constant=factor)] if not terms:
            if node.operator == "/":
                return value.times(Fraction(1) / factor) if factor else None
            return value.times(factor)
    return None
