"""Residual dimensions, reused: what holds a value that nothing reads any more is cleared and holds another.

1. A dimension is needed from the slot that writes it to the last one that reads it.
2. Neurons clear it afterwards: they add the negative of what it holds, which leaves exactly 0.
3. Whoever writes next takes a dimension that has been cleared, else a new one.

Exact values share dimensions with exact ones, bits with bits, so that the order in which writers are summed does not
matter. Where clearing costs more weights than it saves, every value keeps a dimension of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .network import Network, Neuron
from .pruning import delayed
from .stream import Functional

__all__ = ["Layout", "lay_out"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the values of a network are.

    Attributes:
        n_dimensions: how wide the residual stream is.
        places: for each value in use, its dimension.
        since: for each value in use, the first slot that can read it.
        cleared: for each slot, the values that are cleared there, because their dimension is taken by another.
    """

    places: Mapping[int, int]
    since: Mapping[int, int]
    cleared: Mapping[int, Sequence[int]] = field(default_factory=dict)

    @property
    def n_dimensions(self) -> int:
        """How wide the residual stream is."""
        return 1 + max(self.places.values(), default=0)

    def placed(self, functional: Functional) -> Functional:
        """A functional of values, as one of dimensions."""
        return {self.places[value]: weight for value, weight in functional.items()}

    def labels(self, told: Sequence[str]) -> tuple[str, ...]:
        """What each dimension holds, one after the other, in words."""
        held: list[list[str]] = [[] for _ in range(self.n_dimensions)]
        for value in sorted(self.places, key=self.since.__getitem__):
            held[self.places[value]].append(told[value])
        return tuple("; then ".join(labels) or "nothing" for labels in held)


def lay_out(network: Network, used: Iterable[int], outputs: Sequence[Functional]) -> tuple[Network, Layout]:
    """Give each value in use a dimension, in whichever way takes fewest weights.

    Returns:
        The network over dimensions, and where its values are.
    """
    orders = [network, delayed(network, outputs, always=False), delayed(network, outputs, always=True)]
    tried = [(order, layout) for order in orders for layout in _layouts(order, [*used], outputs)]
    order, layout = min(tried, key=lambda pair: _n_weights(*pair))
    return _placed(order, layout), layout


def _layouts(network: Network, used: Iterable[int], outputs: Iterable[Functional]) -> Iterator[Layout]:
    since, until = _lifetimes(network, outputs)
    values = sorted(used, key=lambda value: (since.get(value, 0), value))
    yield Layout({value: place for place, value in enumerate(values)}, {v: since.get(v, 0) for v in values})
    yield _shared(network, values, {v: since.get(v, 0) for v in values}, until)


def _lifetimes(network: Network, outputs: Iterable[Functional]) -> tuple[dict[int, int], dict[int, int]]:
    """For each value the first slot that can read it, and the last that does."""
    since: dict[int, int] = {}
    until: dict[int, int] = {}
    for slot in range(2 * network.n_layers):
        for head in network.heads[slot]:
            since.update(dict.fromkeys(head.writes, slot + 1))
            until.update({value: slot for read in (*head.queries, *head.keys, *head.values) for value in read})
        for neuron in network.neurons[slot]:
            since.update(dict.fromkeys(neuron.writes, slot + 1))
            until.update(dict.fromkeys(neuron.reads, slot))
    until.update({value: 2 * network.n_layers for output in outputs for value in output})
    return since, until


def _shared(network: Network, values: Sequence[int], since: Mapping[int, int], until: Mapping[int, int]) -> Layout:
    end = 2 * network.n_layers
    places: dict[int, int] = {}
    cleared: dict[int, list[int]] = {}
    free: dict[object, list[tuple[int, int, int]]] = {}
    n_dimensions = 0
    for value in values:
        pool = free.setdefault(network.stream.kind(value), [])
        ready = next((entry for entry in pool if entry[0] < since[value] - 1), None)
        if ready is None:
            places[value], n_dimensions = n_dimensions, n_dimensions + 1
        else:
            slot, places[value], old = ready
            pool.remove(ready)
            cleared.setdefault(slot, []).append(old)
        # Neurons clear in the slot that reads last, or in the next one if that is attention's.
        clearing = max(until.get(value, 0), since[value]) | 1
        if network.stream.kind(value) is not None and clearing < end and until.get(value, 0) < end:
            pool.append((clearing, places[value], value))
    return Layout(places, since, cleared)


def _n_weights(network: Network, layout: Layout) -> int:
    """How many weights stand along the residual stream."""
    n_columns = network.n_tokens + network.max_length
    for slot in range(2 * network.n_layers):
        heads = network.heads[slot]
        n_columns += 2 * len(heads) * max((len(head.queries) for head in heads), default=0)
        n_columns += 2 * len(heads) * max((len(head.writes) for head in heads), default=0)
        n_columns += 2 * (len(network.neurons[slot]) + len(_clearing_neurons(network, layout, slot)))
    return n_columns * layout.n_dimensions


def _clearing_neurons(network: Network, layout: Layout, slot: int) -> list[Neuron]:
    """The neurons that clear values in a slot: one for a value that is never negative, else two."""
    return [
        Neuron({value: sign}, {value: -sign})
        for value in layout.cleared.get(slot, ())
        for sign in ((1,) if network.stream.is_bit(value) else (1, -1))
    ]


def _placed(network: Network, layout: Layout) -> Network:
    """The network over dimensions, with the neurons that clear them."""
    at = layout.placed
    heads, neurons = defaultdict(list), defaultdict(list)
    for slot in range(2 * network.n_layers):
        heads[slot] = [
            replace(
                head,
                queries=[*map(at, head.queries)],
                keys=[*map(at, head.keys)],
                values=[*map(at, head.values)],
                writes=[layout.places[value] for value in head.writes],
            )
            for head in network.heads[slot]
        ]
        kept = [*network.neurons[slot], *_clearing_neurons(network, layout, slot)]
        neurons[slot] = [Neuron(at(neuron.reads), at(neuron.writes)) for neuron in kept]
    tokens, positions = (
        {layout.places[value]: numbers for value, numbers in filled.items()}
        for filled in (network.tokens, network.positions)
    )
    return replace(network, tokens=tokens, positions=positions, heads=heads, neurons=neurons)
