"""What the compiler knows of s-ops before anything is encoded.

A *variable* is an s-op whose values get an encoding of their own: the vocabulary, positions, widths, means, and so on.
Any other s-op is a function of the variables in its `base`, and then its table holds its value for each combination.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...dsl.graph import SOp
from ...dsl.types import Value
from .domains import Domain, finite
from .refusal import Origins
from .selectors import Polynomial

__all__ = ["Facts", "Knowledge", "Linear", "Places", "listed", "number", "variable"]

Places = NDArray[np.int64]
Linear = Mapping[SOp | None, Fraction]


@dataclass(frozen=True, eq=False)
class Facts:
    """The values of an s-op.

    Attributes:
        domain: all of them.
        base: the variables that the s-op is a function of; itself if it is a variable.
        places: for each combination of values of the base, the place in `domain.values`; -1 where there is none.
            None if the domain is not enumerated; the s-op is then a variable.
        linear: numbers s-op → factor, whose weighted sum the s-op is; None stands for 1. None if it is no number.
        via: an s-op that it is a function of and that is encoded as a number, if there is one.
        definition: how a variable follows from other variables, if that is what defines it.
    """

    domain: Domain
    base: tuple[SOp, ...]
    places: Places | None
    linear: Linear | None = None
    via: SOp | None = None
    definition: tuple[tuple[SOp, ...], Places] | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        """The values, of an enumerated domain."""
        assert self.domain.values is not None, "values that are not enumerated"
        return self.domain.values

    @property
    def table(self) -> Places:
        """The places, of an enumerated domain."""
        assert self.places is not None, "a table of values that are not enumerated"
        return self.places

    @property
    def constant(self) -> Value | None:
        """The value, if there is only one at all positions of all inputs."""
        return self.values[0] if not self.base else None


def listed(values: Iterable[Value], base: tuple[SOp, ...], own: SOp) -> Facts:
    """Facts of an s-op that has these values at the values of the one variable it depends on (or of none)."""
    given = list(values)
    domain = finite(given)
    order = {value: place for place, value in enumerate(domain.values or ())}
    places = np.array([order[value] for value in given]).reshape([len(given)] if base else [])
    return Facts(domain, base, places, {own: Fraction(1)} if domain.is_numeric else None)


def variable(node: SOp, domain: Domain, definition: tuple[tuple[SOp, ...], Places] | None = None) -> Facts:
    """Facts of a variable that is encoded one-hot."""
    places = None if domain.values is None else np.arange(len(domain))
    return Facts(domain, (node,), places, {node: Fraction(1)} if domain.is_numeric else None, None, definition)


def number(node: SOp, domain: Domain, linear: Linear | None = None) -> Facts:
    """Facts of a variable that is encoded as a number."""
    places = None if domain.values is None else np.arange(len(domain))
    return Facts(domain, (node,), places, linear or {node: Fraction(1)}, node)


@dataclass(slots=True)
class Knowledge:
    """Facts of all nodes so far, normal forms of selectors, and the number of values of each variable, in order.

    `vocabulary` says for each input what value each token has.
    """

    origins: Origins
    max_length: int
    vocabulary: Mapping[SOp, Sequence[Value]]
    is_causal: bool
    facts: dict[SOp, Facts] = field(default_factory=dict)
    sizes: dict[SOp, int] = field(default_factory=dict)
    selectors: dict[SOp, Polynomial] = field(default_factory=dict)

    def add(self, node: SOp, facts: Facts) -> None:
        """Note the facts of a node."""
        self.facts[node] = facts
        if facts.base == (node,):
            self.sizes[node] = 0 if facts.places is None else len(facts.domain)

    def as_variable(self, node: SOp) -> Facts:
        """The facts of a node whose values get an encoding of their own."""
        facts = self.facts[node]
        self.sizes.setdefault(node, len(facts.domain))
        return Facts(facts.domain, (node,), np.arange(len(facts.domain)), facts.linear, facts.via)

    def union(self, operands: Sequence[Facts]) -> tuple[SOp, ...]:
        """The variables that some of the operands depend on, in order of appearance."""
        used = {node for facts in operands for node in facts.base}
        return tuple(node for node in self.sizes if node in used)

    def n_rows(self, base: Sequence[SOp]) -> int:
        """How many combinations of values the variables have."""
        return prod(self.sizes[node] for node in base)

    def column(self, facts: Facts, base: Sequence[SOp]) -> Places:
        """The table of an s-op over a larger base, as one column."""
        shape = [self.sizes[node] if node in facts.base else 1 for node in base]
        whole = [self.sizes[node] for node in base]
        return np.broadcast_to(facts.table.reshape(shape), whole).reshape(-1)
