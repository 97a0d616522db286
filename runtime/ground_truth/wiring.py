"""Edges that can carry something, read off the weights, and those that do, seen on inputs.

1. A writer uses the dimensions in which its output weights are not zero; a reader reads those in which its input
   weights are not zero. Weights do not count that lead nowhere: a query's channel whose keys are all zero, a value that
   no head writes, a neuron without output.
2. An edge is *wired* if its ends share a dimension, a chain of such edges leads to it from an embedding, and another
   one from it to the logits.
3. It is *live* on inputs if it is wired and what the reader sees of its writer differs, at some position, from one
   input to another. The embedding of positions never does.

Axes: b batch, n position, d residual width, h head, c width of a key or value, m MLP width, w writer.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ..edges import Edge, component_of, edges, readers, writers
from ..transformer import Transformer

__all__ = ["live_edges", "shared_dimensions", "signal_range"]

_NOISE = 1e-5
"""A difference that is smaller, relative to the largest output of a writer, is rounding."""


def live_edges(
    transformer: Transformer, tokens_bn: Tensor | None = None, n_tokens_b: Tensor | None = None
) -> tuple[Edge, ...]:
    """The edges that are live on these inputs or, without inputs, those that are wired; in canonical order.

    Args:
        transformer: the model.
        tokens_bn: inputs, two or more, as the transformer takes them.
        n_tokens_b: their lengths (None: all full).
    """
    wired = shared_dimensions(transformer)
    if tokens_bn is None:
        return tuple(wired)
    with torch.no_grad():
        outputs_wbnd = transformer.edgewise(tokens_bn, n_tokens_b).outputs_wbnd
    is_there_bn = _is_there(tokens_bn, n_tokens_b)
    place = {writer: number for number, writer in enumerate(writers(transformer.config))}
    return tuple(
        edge
        for edge, dimensions in wired.items()
        if _varies(outputs_wbnd[place[edge.writer]][..., dimensions], is_there_bn)
    )


def shared_dimensions(transformer: Transformer) -> dict[Edge, Tensor]:
    """The wired edges, each with the dimensions that its writer uses and its reader reads."""
    weights = {name: weight.detach() for name, weight in transformer.named_parameters()}
    config = transformer.config
    used = {writer: _used(weights, transformer, writer) for writer in writers(config)}
    read = {reader: _read(weights, transformer, reader) for reader in readers(config)}
    shared = {edge: (used[edge.writer] & read[edge.reader]).nonzero()[:, 0] for edge in edges(config)}
    connected = _connected(edge for edge, dimensions in shared.items() if len(dimensions))
    return {edge: shared[edge] for edge in edges(config) if edge in connected}


def signal_range(signal_bnd: Tensor) -> float:
    """Values of a signal that lie closer than this are the same but for rounding."""
    return _NOISE * max(1e-30, signal_bnd.abs().max().item()) if signal_bnd.numel() else _NOISE


def _used(weights: dict[str, Tensor], transformer: Transformer, writer: str) -> Tensor:
    """For each dimension, whether a writer may put something into it."""
    match writer.split("."):
        case ["embed" | "position"]:
            return _any(weights.get(writer), weights["embed"])
        case [layer, "mlp"]:
            return _any(weights[f"{layer}.W_out"]) | _any(weights[f"{layer}.b_out"])
        case [layer, head]:
            return _any(weights[f"{layer}.W_O"][_place(transformer, layer, head)])
    raise AssertionError(f"an unforeseen writer: {writer}")


def _read(weights: dict[str, Tensor], transformer: Transformer, reader: str) -> Tensor:
    """For each dimension, whether a reader makes anything of it."""
    match reader.split("."):
        case ["logits"]:
            return _any(weights["unembed"].mT)
        case [layer, "mlp"]:
            has_output_m = (weights[f"{layer}.W_out"] != 0).any(-1)
            return _any((weights[f"{layer}.W_in"] * has_output_m).mT)
        case [layer, head, part]:
            place, letter = _place(transformer, layer, head), part.upper()
            weight_hdc = weights.get(f"{layer}.W_{letter}")
            if weight_hdc is None:
                return torch.zeros_like(weights["embed"][0], dtype=torch.bool)
            return _any((weight_hdc[place] * _has_partner(weights, layer, letter)[place][None]).mT)
    raise AssertionError(f"an unforeseen reader: {reader}")


def _has_partner(weights: dict[str, Tensor], layer: str, letter: str) -> Tensor:
    """For each channel of each head, whether what meets it can be other than zero, shape (head, channel)."""
    if letter == "V":
        return (weights[f"{layer}.W_O"] != 0).any(-1)
    partner = "K" if letter == "Q" else "Q"
    has_bias_hc = (weights[f"{layer}.b_{partner}"] != 0).any(-2)
    weight_hdc = weights.get(f"{layer}.W_{partner}")
    return has_bias_hc if weight_hdc is None else has_bias_hc | (weight_hdc != 0).any(-2)


def _any(weight: Tensor | None, like: Tensor | None = None) -> Tensor:
    """For each dimension, the last axis, whether a weight is not zero."""
    if weight is None:
        assert like is not None, "an absent weight has no shape"
        return torch.zeros(like.shape[-1], dtype=torch.bool, device=like.device)
    return (weight != 0).flatten(0, -2).any(0)


def _place(transformer: Transformer, layer: str, head: str) -> int:
    return transformer.config.layers[int(layer[1:])].head_numbers.index(int(head[1:]))


def _connected(joined: Iterable[Edge]) -> frozenset[Edge]:
    """Those of the edges, given in canonical order, that lie on a way from an embedding to the logits."""
    fed_components, fed = {"embed", "position"}, []
    for edge in joined:
        if edge.writer in fed_components:
            fed_components.add(component_of(edge.reader))
            fed.append(edge)
    leading, connected = {"logits"}, []
    for edge in reversed(fed):
        if component_of(edge.reader) in leading:
            leading.add(edge.writer)
            connected.append(edge)
    return frozenset(connected)


def _is_there(tokens_bn: Tensor, n_tokens_b: Tensor | None) -> Tensor:
    places_n = torch.arange(tokens_bn.shape[1], device=tokens_bn.device)
    if n_tokens_b is None:
        return torch.ones_like(tokens_bn, dtype=torch.bool)
    return places_n < n_tokens_b[:, None]


def _varies(signal_bnd: Tensor, is_there_bn: Tensor) -> bool:
    """Whether a signal differs, at a position, between two inputs that have it."""
    absent_bn1 = ~is_there_bn[..., None]
    highest_nd = signal_bnd.masked_fill(absent_bn1, -torch.inf).amax(0)
    lowest_nd = signal_bnd.masked_fill(absent_bn1, torch.inf).amin(0)
    return bool((highest_nd - lowest_nd > signal_range(signal_bnd)).any())
