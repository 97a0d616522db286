"""A network without the token at the beginning: each head has a sink with the key and value of that token."""

from __future__ import annotations

from dataclasses import replace

from .network import Head, Network
from .stream import BOS, Functional

__all__ = ["put_sinks", "without_beginning"]


def put_sinks(network: Network) -> None:
    """Give each head, in place, a sink; nothing reads the dimension of the token at the beginning any more."""
    for slot, heads in network.heads.items():
        network.heads[slot] = [_with_sink(network, head) for head in heads]
    for slot, neurons in network.neurons.items():
        network.neurons[slot] = [replace(neuron, reads=without_beginning(neuron.reads)) for neuron in neurons]
    network.tokens = {dimension: values[1:] for dimension, values in network.tokens.items() if dimension != BOS}


def _with_sink(network: Network, head: Head) -> Head:
    at_beginning = network.stream.at_beginning
    return Head(
        [*map(without_beginning, head.queries)],
        [*map(without_beginning, head.keys)],
        [*map(without_beginning, head.values)],
        head.writes,
        [*map(at_beginning, head.keys)],
        [*map(at_beginning, head.values)],
    )


def without_beginning(functional: Functional) -> Functional:
    """The functional at the tokens of the input, where the dimension of the other one is 0."""
    return {dimension: weight for dimension, weight in functional.items() if dimension != BOS}
