"""The transformer being built: heads and neurons, each in the earliest slot after what it reads.

Layer ℓ has two slots: its heads work in slot 2ℓ, its MLP in slot 2ℓ + 1. What is written in slot s can be read from
slot s + 1 on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .arithmetic import Arithmetic
from .stream import BOS, ONE, Functional, Stream, Weight, total

__all__ = ["Head", "Network", "Neuron"]


@dataclass(frozen=True, slots=True)
class Neuron:
    """A ReLU of a functional, and what it adds to each dimension."""

    reads: Functional
    writes: Mapping[int, Weight]


@dataclass(frozen=True, slots=True)
class Head:
    """An attention head: the score is the sum over pairs of a query and a key functional.

    Channel c of the values, read by `values[c]`, is written to dimension `writes[c]`. A sink in place of the token at
    the beginning has the key and value channels that this token would have.
    """

    queries: Sequence[Functional]
    keys: Sequence[Functional]
    values: Sequence[Functional]
    writes: Sequence[int]
    sink_keys: Sequence[Weight] = ()
    sink_values: Sequence[Weight] = ()


@dataclass(slots=True)
class Network:
    """The residual stream, what the embeddings write into it, and the components of each slot.

    `tokens` says what each dimension that the token embedding fills is for each token, the one at the beginning first;
    `positions` says what each dimension that the position embedding fills is at each position.
    """

    max_length: int
    n_tokens: int
    stream: Stream
    tokens: dict[int, Sequence[int]]
    positions: dict[int, Sequence[int]] = field(default_factory=dict)
    heads: defaultdict[int, list[Head]] = field(default_factory=lambda: defaultdict(list))
    neurons: defaultdict[int, list[Neuron]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of_tokens(cls, n_tokens: int, max_length: int, arithmetic: Arithmetic) -> Network:
        """A network in which nothing is encoded but which tokens belong to the input."""
        tokens: dict[int, Sequence[int]] = {ONE: [0, *[1] * n_tokens], BOS: [1, *[0] * n_tokens]}
        return cls(max_length, n_tokens, Stream(arithmetic), tokens)

    @property
    def n_layers(self) -> int:
        """How many layers have a head or a neuron, or stand before one that has."""
        used = (slot for components in (self.heads, self.neurons) for slot, found in components.items() if found)
        return max((slot // 2 + 1 for slot in used), default=0)

    def head_slot(self, *reads: Iterable[Functional]) -> int:
        """The earliest slot of attention that can read all of these."""
        ready = max(self.stream.ready(functionals) for functionals in reads)
        return ready + ready % 2

    def mlp_slot(self, functionals: Iterable[Functional]) -> int:
        """The earliest slot of an MLP that can read all of these."""
        ready = self.stream.ready(functionals)
        return ready + 1 - ready % 2

    def add_positions(self, label: str, at: Callable[[int], int]) -> Functional:
        """A dimension that is a function of the position."""
        values = [at(position) for position in range(self.max_length)]
        error = max(float(abs(value - self.stream.arithmetic.nearest(value))) for value in values)
        (dimension,) = self.stream.add([label], ready=0, error=error, bound=max(map(abs, values)))
        self.positions[dimension] = values
        return {dimension: 1}

    def add_step(self, slot: int, reads: Functional, dimension: int) -> None:
        """Write the ramp that is 0 where `reads` ≤ 0 and 1 where it is ≥ 1."""
        self.neurons[slot].append(Neuron(reads, {dimension: 1}))
        self.neurons[slot].append(Neuron(total([(1, reads), (-1, {ONE: 1})]), {dimension: -1}))
