"""The network as a transformer: every functional becomes a column of a weight matrix.

Constants are read from the dimension `one`, so that all biases are zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..transformer import LayerShape, Transformer, TransformerConfig, parameter_shapes
from .network import Head, Network, Neuron
from .stream import Functional, as_float

__all__ = ["columns", "to_transformer"]


def to_transformer(
    network: Network, d_model: int, outputs: Sequence[Functional], *, causal: bool, sink: bool
) -> Transformer:
    """Lay out the weights.

    Args:
        network: what was built.
        d_model: how many dimensions it uses.
        outputs: what each logit reads.
        causal: whether later keys are masked.
        sink: whether heads have sinks. Without, token 0 is the one at the beginning.
    """
    layers = [(network.heads[2 * n], network.neurons[2 * n + 1]) for n in range(network.n_layers)]
    config = TransformerConfig(
        n_vocabulary=network.n_tokens + (not sink),
        n_context=network.max_length + (not sink),
        d_model=d_model,
        layers=tuple(_shape(heads, neurons) for heads, neurons in layers),
        n_outputs=len(outputs),
        causal=causal,
        scale=1.0,
        sink=sink,
    )
    dtype = network.stream.arithmetic.dtype
    parameters = {name: torch.zeros(shape, dtype=dtype) for name, shape in parameter_shapes(config).items()}
    _fill_embeddings(parameters, network)
    for number, (heads, neurons) in enumerate(layers):
        _fill_heads(parameters, f"L{number}", heads)
        _fill_neurons(parameters, f"L{number}", neurons)
    parameters["unembed"].copy_(columns(outputs, config.d_model, dtype))
    return Transformer(config, parameters)


def columns(functionals: Sequence[Functional], d_model: int, dtype: torch.dtype) -> Tensor:
    """The functionals as a matrix, shape (residual, functional)."""
    entries = [
        (dimension, column, as_float(weight))
        for column, functional in enumerate(functionals)
        for dimension, weight in functional.items()
    ]
    return _matrix(entries, (d_model, len(functionals)), dtype)


def _matrix(entries: Sequence[tuple[int, int, float]], shape: tuple[int, int], dtype: torch.dtype) -> Tensor:
    """A matrix that is zero but for these rows, columns and values."""
    matrix = torch.zeros(shape, dtype=dtype)
    if entries:
        rows, at, values = zip(*entries, strict=True)
        matrix[torch.tensor(rows), torch.tensor(at)] = torch.tensor(values, dtype=torch.float64).to(dtype)
    return matrix


def _shape(heads: Sequence[Head], neurons: Sequence[Neuron]) -> LayerShape:
    d_key = max((len(head.queries) for head in heads), default=0)
    d_value = max((len(head.values) for head in heads), default=0)
    return LayerShape(len(heads), d_key, d_value, len(neurons))


def _fill_embeddings(parameters: dict[str, Tensor], network: Network) -> None:
    for dimension, values in network.tokens.items():
        parameters["embed"][:, dimension] = torch.tensor(values)
    for dimension, values in network.positions.items():
        parameters["position"][-network.max_length :, dimension] = torch.tensor(values)


def _fill_heads(parameters: dict[str, Tensor], layer: str, heads: Sequence[Head]) -> None:
    for number, head in enumerate(heads):
        for letter, functionals in (("Q", head.queries), ("K", head.keys), ("V", head.values)):
            weight_dc = parameters[f"{layer}.W_{letter}"][number]
            weight_dc[:, : len(functionals)] = columns(functionals, len(weight_dc), weight_dc.dtype)
        for letter, constants in (("K", head.sink_keys), ("V", head.sink_values)):
            if constants:
                sink_1c = parameters[f"{layer}.sink_{letter}"][number]
                sink_1c[0, : len(constants)] = torch.tensor([as_float(constant) for constant in constants])
        for channel, dimension in enumerate(head.writes):
            parameters[f"{layer}.W_O"][number, channel, dimension] = 1.0


def _fill_neurons(parameters: dict[str, Tensor], layer: str, neurons: Sequence[Neuron]) -> None:
    if not neurons:
        return
    d_model, d_mlp = parameters[f"{layer}.W_in"].shape
    dtype = parameters[f"{layer}.W_in"].dtype
    parameters[f"{layer}.W_in"] = columns([neuron.reads for neuron in neurons], d_model, dtype)
    entries = [
        (number, dimension, as_float(weight))
        for number, neuron in enumerate(neurons)
        for dimension, weight in neuron.writes.items()
    ]
    parameters[f"{layer}.W_out"] = _matrix(entries, (d_mlp, d_model), dtype)
