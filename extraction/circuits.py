"""Cut a circuit out of a model, as a cell that runs without its parent.

1. A component without an outgoing edge is dropped; the others keep their names.
2. The mean that replaces a removed input is a constant at each position. Sent through the weights of its reader, it is
   added to the reader's bias, which thereby gets a position axis.
3. What is left is a transformer with the circuit's edges and no others.

Axes: n position, d residual width, h head, w writer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import torch
from torch import Tensor

from ..errors import ExtractionError
from ..runtime.cell import NeuralCell
from ..runtime.transformer import (
    Edge,
    LayerShape,
    Transformer,
    TransformerConfig,
    edges,
    parameter_shapes,
    writers,
)
from .ablation import AblatedModel

__all__ = ["cut_circuit"]


@torch.no_grad()
def cut_circuit(parent: AblatedModel, kept: Collection[Edge]) -> NeuralCell:
    """The circuit of these edges, equal to its parent with all others mean-ablated.

    Raises:
        ExtractionError: if an edge starts at a component that no other edge enters, or leads nowhere.
    """
    model = parent.cell.model
    shape = _circuit_shape(model.config, kept)
    folded = _fold_means(parent, kept)
    chosen = {name: _select_heads(model.config, shape, name, folded[name]) for name in parameter_shapes(shape)}
    return NeuralCell(parent.cell.config, Transformer(shape, chosen))


def _circuit_shape(config: TransformerConfig, kept: Collection[Edge]) -> TransformerConfig:
    """The parent's shape with the components that write along a kept edge."""
    writing = {edge.writer for edge in kept}
    reading = {edge.reader.removesuffix(".q").removesuffix(".k").removesuffix(".v") for edge in kept}
    if useless := sorted(reading - writing - {"logits"}):
        raise ExtractionError(f"edges lead into {useless[0]}, but none leads out of it; remove them")
    layers = []
    for number, layer in enumerate(config.layers):
        heads = tuple(head for head in layer.head_numbers if f"L{number}.H{head}" in writing)
        d_key, d_value = (layer.d_key, layer.d_value) if heads else (0, 0)
        d_mlp = layer.d_mlp if f"L{number}.mlp" in writing else 0
        layers.append(LayerShape(len(heads), d_key, d_value, d_mlp, heads))
    return replace(config, layers=tuple(layers), edges=tuple(kept))


def _fold_means(parent: AblatedModel, kept: Collection[Edge]) -> dict[str, Tensor]:
    """The parent's weights, with the means of all removed inputs folded into biases."""
    config = parent.cell.model.config
    means = dict(zip(writers(config), parent.means_wbnd[:, 0], strict=True))
    weights = parent.cell.model.state_dict()
    folded = dict(weights)
    for edge in edges(config):
        if edge in kept:
            continue
        match edge.reader.split("."):
            case ["logits"]:
                folded["b_unembed"] = folded["b_unembed"] + means[edge.writer] @ weights["unembed"]
            case [layer, "mlp"]:
                folded[f"{layer}.b_in"] = folded[f"{layer}.b_in"] + means[edge.writer] @ weights[f"{layer}.W_in"]
            case [layer, head, part]:
                letter, place = part.upper(), config.layers[int(layer[1:])].head_numbers.index(int(head[1:]))
                shift_hnc = means[edge.writer] @ weights[f"{layer}.W_{letter}"]
                is_head_h11 = (torch.arange(len(shift_hnc)) == place)[:, None, None]
                folded[f"{layer}.b_{letter}"] = folded[f"{layer}.b_{letter}"] + shift_hnc * is_head_h11
    return folded


def _select_heads(parent: TransformerConfig, circuit: TransformerConfig, name: str, weight: Tensor) -> Tensor:
    """The rows of a head parameter that belong to the circuit's heads; any other parameter as it is."""
    layer, _, local = name.rpartition(".")
    if local not in ("W_Q", "b_Q", "W_K", "b_K", "W_V", "b_V", "W_O"):
        return weight
    number = int(layer[1:])
    places = [parent.layers[number].head_numbers.index(head) for head in circuit.layers[number].head_numbers]
    return weight[places]
