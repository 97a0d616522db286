"""What no output depends on is taken out of a network; what is left is done as late as that saves dimensions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .network import Head, Network, Neuron
from .stream import Functional

__all__ = ["delayed", "prune"]


def prune(network: Network, outputs: Iterable[Functional]) -> set[int]:
    """Take out, in place, what no output depends on.

    Returns:
        The dimensions that are left in use.
    """
    needed = {dimension for output in outputs for dimension in output}
    for slot in sorted({*network.heads, *network.neurons}, reverse=True):
        # Whatever a slot reads was written in earlier ones.
        heads = [head for each in network.heads[slot] if (head := _pruned_head(each, needed)).writes]
        neurons = [neuron for each in network.neurons[slot] if (neuron := _pruned_neuron(each, needed)).writes]
        network.heads[slot], network.neurons[slot] = heads, neurons
        needed |= {d for head in heads for read in _reads(head) for d in read}
        needed |= {d for neuron in neurons for d in neuron.reads}
    network.tokens = {d: values for d, values in network.tokens.items() if d in needed}
    network.positions = {d: values for d, values in network.positions.items() if d in needed}
    return needed


def _pruned_head(head: Head, needed: set[int]) -> Head:
    kept = [channel for channel, dimension in enumerate(head.writes) if dimension in needed]
    return replace(
        head,
        values=[head.values[c] for c in kept],
        writes=[head.writes[c] for c in kept],
        sink_values=[head.sink_values[c] for c in kept] if head.sink_values else (),
    )


def _pruned_neuron(neuron: Neuron, needed: set[int]) -> Neuron:
    return replace(neuron, writes={d: weight for d, weight in neuron.writes.items() if d in needed})


def _reads(head: Head) -> Sequence[Functional]:
    return (*head.queries, *head.keys, *head.values)


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """A head, or the neurons of a slot that write the same dimensions."""

    slot: int
    components: Sequence[Head | Neuron]
    reads: frozenset[int]
    writes: frozenset[int]


def delayed(network: Network, outputs: Iterable[Functional], *, always: bool) -> Network:
    """The network with parts moved to just before they are read.

    Args:
        network: the network.
        outputs: what is read in the end.
        always: whether all are; else only those that write more than they keep from being forgotten.
    """
    end = 2 * network.n_layers
    first_read: defaultdict[int, int] = defaultdict(lambda: end)
    last_read: defaultdict[int, int] = defaultdict(int)
    last_read.update({dimension: end for output in outputs for dimension in output})
    moved = replace(network, heads=defaultdict(list), neurons=defaultdict(list))
    for part in sorted(_parts(network), key=lambda part: part.slot, reverse=True):
        latest = min((first_read[dimension] for dimension in part.writes), default=end) - 1
        latest -= (latest - part.slot) % 2
        kept_longer = sum(1 for dimension in part.reads if last_read[dimension] < latest)
        slot = latest if always or kept_longer < len(part.writes) else part.slot
        for dimension in part.reads:
            first_read[dimension] = min(first_read[dimension], slot)
            last_read[dimension] = max(last_read[dimension], slot)
        for component in part.components:
            if isinstance(component, Head):
                moved.heads[slot].append(component)
            else:
                moved.neurons[slot].append(component)
    return moved


def _parts(network: Network) -> Iterable[_Part]:
    for slot, heads in network.heads.items():
        for head in heads:
            reads = frozenset(dimension for read in _reads(head) for dimension in read)
            yield _Part(slot, [head], reads, frozenset(head.writes))
    for slot, neurons in network.neurons.items():
        for group in _together(neurons):
            reads = frozenset(dimension for neuron in group for dimension in neuron.reads)
            yield _Part(slot, group, reads, frozenset(dimension for neuron in group for dimension in neuron.writes))


def _together(neurons: Sequence[Neuron]) -> Iterable[Sequence[Neuron]]:
    """Neurons that write a dimension in common, directly or by way of others."""
    group_of: dict[int, list[Neuron]] = {}
    for neuron in neurons:
        joined = {id(group_of[d]): group_of[d] for d in neuron.writes if d in group_of}
        merged = [*(member for group in joined.values() for member in group), neuron]
        group_of.update({d: merged for member in merged for d in member.writes})
    return list({id(group): group for group in group_of.values()}.values())
