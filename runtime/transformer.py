"""The one transformer: trained models, circuits cut out of them, and compiled programs.

Decoder-style blocks with a ReLU MLP and no layer norm; layers may differ in heads and widths. Two evaluations of the
same parameters:

1. `forward_edgewise` keeps every writer's output apart. Each reader's input is the sum over its edges of
   mask · (output of the writer) + (1 − mask) · (replacement of that writer); an edge that a circuit lacks adds nothing.
   It is a pure function of its tensors, so `torch.func` maps it over masks, seeds and replacements.
2. `forward_fused` adds everything into one residual stream. It serves where nobody looks at edges.

Parameters are a flat mapping, `embed` to `b_unembed`; `parameter_shapes` lists names and shapes. A bias has a position
axis of size 1 (shared) or `n_context`, so that the mean of a removed input folds into it. Biases belong to the
component that reads (`b_Q`, `b_K`, `b_V`, `b_in`, `b_unembed`) or writes (`b_out`).

Axes: b batch, n position, q query position, k key position, d residual width, h head, c width of a key or value,
m MLP width, o output, e edge, w writer, r reader; 1 an axis of size one.

Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits", for the sum over named edges.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from ..errors import RuntimeFault
from .attention import attend
from .edges import Edge, LayerShape, TransformerConfig, edges, parameter_shapes, readers, writers

__all__ = [
    "Edge",
    "EdgewiseRun",
    "LayerShape",
    "Transformer",
    "TransformerConfig",
    "edges",
    "forward_edgewise",
    "forward_fused",
    "initial_parameters",
    "parameter_shapes",
    "readers",
    "writers",
]

Parameters = Mapping[str, Tensor]
_DTYPES = frozenset({torch.float32, torch.float64, torch.bfloat16})


class EdgewiseRun(NamedTuple):
    """What an edge-wise evaluation computed."""

    logits_bno: Tensor
    outputs_wbnd: Tensor
    """What each of `writers(config)` put into the residual stream."""


class Transformer(nn.Module):
    """A configuration with its weights.

    The state dict has exactly the names of `parameter_shapes`: those of a layer, such as `L0.W_Q`, live in one
    `nn.ParameterDict` per layer. All are floats of one type: float32, float64 or bfloat16.
    """

    def __init__(self, config: TransformerConfig, parameters: Parameters) -> None:
        """Take copies of `parameters`.

        Raises:
            RuntimeFault: if a parameter is missing, unknown, or has another shape or type than the configuration asks.
        """
        super().__init__()
        _check_parameters(config, parameters)
        self.config = config
        for name in parameter_shapes(config):
            layer, _, local = name.rpartition(".")
            if layer and not hasattr(self, layer):
                self.add_module(layer, nn.ParameterDict())
            owner = self.get_submodule(layer)
            owner.register_parameter(local, nn.Parameter(parameters[name].detach().clone()))

    @classmethod
    def initialised(cls, config: TransformerConfig, seed: int) -> Transformer:
        """A model to be trained; the same seed gives the same float32 weights."""
        return cls(config, initial_parameters(config, seed))

    def forward(self, tokens_bn: Tensor, n_tokens_b: Tensor | None = None) -> Tensor:
        """Logits of each position, shape (batch, position, output).

        Args:
            tokens_bn: token numbers below `n_vocabulary`; sequences up to `n_context` long.
            n_tokens_b: length of each sequence, at least 1; later keys are masked (None: all full).
        """
        if self.config.edges is None:
            return forward_fused(self.config, dict(self.named_parameters()), tokens_bn, n_tokens_b)
        return self.edgewise(tokens_bn, n_tokens_b).logits_bno

    def edgewise(
        self,
        tokens_bn: Tensor,
        n_tokens_b: Tensor | None = None,
        mask_e: Tensor | None = None,
        replacements_wbnd: Tensor | None = None,
    ) -> EdgewiseRun:
        """`forward_edgewise` with the model's own weights."""
        parameters = dict(self.named_parameters())
        return forward_edgewise(self.config, parameters, tokens_bn, n_tokens_b, mask_e, replacements_wbnd)


def forward_edgewise(
    config: TransformerConfig,
    parameters: Parameters,
    tokens_bn: Tensor,
    n_tokens_b: Tensor | None = None,
    mask_e: Tensor | None = None,
    replacements_wbnd: Tensor | None = None,
) -> EdgewiseRun:
    """Evaluate edge by edge.

    Args:
        config: the shape, and the edges where it is a circuit.
        parameters: tensors under the names of `parameter_shapes`.
        tokens_bn: token numbers; sequences up to `n_context` long.
        n_tokens_b: length of each sequence, at least 1; later keys are masked (None: all full).
        mask_e: weight of each of `edges(config)`, 1 to keep and 0 to replace (None: all kept).
        replacements_wbnd: what replaces the output of each of `writers(config)`; the batch axis may have size 1
            (None: zero).
    """
    mask_e = parameters["embed"].new_ones(len(edges(config))) if mask_e is None else mask_e
    reading = _Reading(config, mask_e.to(parameters["embed"].dtype), replacements_wbnd)
    embed_bnd, position_nd = _embed(config, parameters, tokens_bn)
    score_bias = _score_bias(config, embed_bnd, n_tokens_b)
    outputs_wbnd = torch.stack([embed_bnd, position_nd.expand_as(embed_bnd)])
    for number, layer in enumerate(config.layers):
        if layer.n_heads:
            query, key, value = (
                _project(config, parameters, f"L{number}", letter, reading.inputs(outputs_wbnd, layer.n_heads))
                for letter in "QKV"
            )
            score_hbqk = query @ key.mT * _scale(config, layer)
            pattern_hbqk = (score_hbqk if score_bias is None else score_hbqk + score_bias).softmax(-1)
            heads_hbnd = pattern_hbqk @ value @ parameters[f"L{number}.W_O"][:, None]
            outputs_wbnd = torch.cat([outputs_wbnd, heads_hbnd])
        if layer.d_mlp:
            mlp_bnd = _mlp(parameters, f"L{number}", reading.inputs(outputs_wbnd, 1)[0])
            outputs_wbnd = torch.cat([outputs_wbnd, mlp_bnd[None]])
    logits_bno = _unembed(parameters, reading.inputs(outputs_wbnd, 1)[0])
    return EdgewiseRun(logits_bno, outputs_wbnd)


def forward_fused(
    config: TransformerConfig, parameters: Parameters, tokens_bn: Tensor, n_tokens_b: Tensor | None = None
) -> Tensor:
    """Evaluate a whole model (all edges) on one residual stream; arguments and logits as in `forward_edgewise`."""
    assert config.edges is None, "a circuit is evaluated edge by edge"
    embed_bnd, position_nd = _embed(config, parameters, tokens_bn)
    stream_bnd = embed_bnd + position_nd
    score_bias = _score_bias(config, embed_bnd, n_tokens_b) if config.sink else None
    if score_bias is None:
        attending = partial(attend, n_keys_b=n_tokens_b, is_causal=config.causal)
    else:
        attending = partial(attend, mask=score_bias[:, None])
    for number, layer in enumerate(config.layers):
        if layer.n_heads:
            input_hbnd = stream_bnd.expand(layer.n_heads, *stream_bnd.shape)
            query, key, value = (
                _project(config, parameters, f"L{number}", letter, input_hbnd).transpose(0, 1) for letter in "QKV"
            )
            mixed_bhnc = attending(query, key, value, scale=_scale(config, layer))
            stream_bnd = stream_bnd + torch.einsum("bhnc,hcd->bnd", mixed_bhnc, parameters[f"L{number}.W_O"])
        if layer.d_mlp:
            stream_bnd = stream_bnd + _mlp(parameters, f"L{number}", stream_bnd)
    return _unembed(parameters, stream_bnd)


def initial_parameters(config: TransformerConfig, seed: int) -> dict[str, Tensor]:
    """Normal weights of deviation 1/sqrt(input width), embeddings 1/sqrt(d_model); zero biases."""
    generator = torch.Generator().manual_seed(seed)

    def draw(name: str, shape: tuple[int, ...]) -> Tensor:
        if name.rpartition(".")[2].startswith("b_"):
            return torch.zeros(shape)
        fan_in = config.d_model if name in ("embed", "position") else shape[-2]
        return torch.randn(shape, generator=generator) / math.sqrt(fan_in)

    return {name: draw(name, shape) for name, shape in parameter_shapes(config).items()}


class _Reading:
    """Hands each reader, in canonical order, the masked sum of what has been written before it."""

    def __init__(self, config: TransformerConfig, mask_e: Tensor, replacements_wbnd: Tensor | None) -> None:
        place_rw = torch.tensor(_edge_places(config), device=mask_e.device)
        present_rw = (place_rw >= 0).to(mask_e.dtype)
        padded_e = torch.cat([mask_e, mask_e.new_zeros(1)])
        self._kept_rw = padded_e[place_rw]
        self._replaced_rw = present_rw - self._kept_rw
        self._replacements_wbnd = replacements_wbnd
        self._next = 0

    def inputs(self, outputs_wbnd: Tensor, n_readers: int) -> Tensor:
        """Inputs of the next `n_readers` readers, shape (reader, batch, position, residual)."""
        rows, n_written = slice(self._next, self._next + n_readers), len(outputs_wbnd)
        self._next += n_readers
        inputs_rbnd = torch.einsum("rw,wbnd->rbnd", self._kept_rw[rows, :n_written], outputs_wbnd)
        if self._replacements_wbnd is None:
            return inputs_rbnd
        replacements_wbnd = self._replacements_wbnd[:n_written]
        return inputs_rbnd + torch.einsum("rw,wbnd->rbnd", self._replaced_rw[rows, :n_written], replacements_wbnd)


@lru_cache(maxsize=256)
def _edge_places(config: TransformerConfig) -> tuple[tuple[int, ...], ...]:
    """Index of the edge to each reader (row) from each writer (column), -1 where there is none."""
    place = {edge: index for index, edge in enumerate(edges(config))}
    return tuple(tuple(place.get(Edge(writer, reader), -1) for writer in writers(config)) for reader in readers(config))


def _embed(config: TransformerConfig, parameters: Parameters, tokens_bn: Tensor) -> tuple[Tensor, Tensor]:
    n_positions = tokens_bn.shape[-1]
    if n_positions > config.n_context:
        raise RuntimeFault(
            f"a sequence of {n_positions} tokens does not fit into a context of {config.n_context}; shorten it"
        )
    embed_bnd = parameters["embed"][tokens_bn]
    position_nd = parameters.get("position")
    return embed_bnd, torch.zeros_like(embed_bnd[0]) if position_nd is None else position_nd[:n_positions]


def _score_bias(config: TransformerConfig, like_bnd: Tensor, n_tokens_b: Tensor | None) -> Tensor | None:
    """What is added to attention scores, shape (batch or 1, query, key): hugely negative where a key is masked."""
    if not config.causal and n_tokens_b is None:
        return None
    places_n = torch.arange(like_bnd.shape[-2], device=like_bnd.device)
    allowed_1qk = (places_n[None, :] <= places_n[:, None])[None] if config.causal else places_n[None, None, :] >= 0
    if n_tokens_b is not None:
        allowed_1qk = allowed_1qk & (places_n < n_tokens_b[:, None])[:, None, :]
    if config.sink:
        allowed_1qk = pad(allowed_1qk, (1, 0), value=True)
    barrier = like_bnd.new_tensor(torch.finfo(like_bnd.dtype).min / 2)
    return torch.where(allowed_1qk, torch.zeros_like(barrier), barrier)


def _scale(config: TransformerConfig, layer: LayerShape) -> float:
    return 1 / math.sqrt(layer.d_key) if config.scale is None else config.scale


def _bias(parameters: Parameters, name: str, n_positions: int) -> Tensor:
    """A bias of the first positions; one that is shared stays of size 1."""
    return parameters[name][..., :n_positions, :]


def _project(config: TransformerConfig, parameters: Parameters, layer: str, letter: str, input_hbnd: Tensor) -> Tensor:
    """Queries, keys or values of all heads, the sink's first; constant ones where the weight was cut away."""
    bias_h1nc = _bias(parameters, f"{layer}.b_{letter}", input_hbnd.shape[-2])[:, None]
    weight_hdc = parameters.get(f"{layer}.W_{letter}")
    if weight_hdc is None:
        projected_hbnc = bias_h1nc.expand(*input_hbnd.shape[:-1], bias_h1nc.shape[-1])
    else:
        projected_hbnc = input_hbnd @ weight_hdc[:, None] + bias_h1nc
    if not config.sink or letter == "Q":
        return projected_hbnc
    sink_h11c = parameters[f"{layer}.sink_{letter}"][:, None]
    return torch.cat([sink_h11c.expand(-1, projected_hbnc.shape[1], -1, -1), projected_hbnc], dim=-2)


def _mlp(parameters: Parameters, layer: str, input_bnd: Tensor) -> Tensor:
    hidden_bnm = _affine(parameters, f"{layer}.W_in", f"{layer}.b_in", input_bnd).relu_()
    return _affine(parameters, f"{layer}.W_out", f"{layer}.b_out", hidden_bnm)


def _affine(parameters: Parameters, weight: str, bias: str, input_bnd: Tensor) -> Tensor:
    """A product with a weight, and a bias that is added on the way where all positions share it."""
    if parameters[bias].shape[-2] == 1:
        return linear(input_bnd, parameters[weight].mT, parameters[bias][0])
    return input_bnd @ parameters[weight] + _bias(parameters, bias, input_bnd.shape[-2])


def _unembed(parameters: Parameters, input_bnd: Tensor) -> Tensor:
    return _affine(parameters, "unembed", "b_unembed", input_bnd)


def _check_parameters(config: TransformerConfig, parameters: Parameters) -> None:
    """Raise unless names, shapes and types are those of the configuration."""
    expected = parameter_shapes(config)
    if missing := sorted(expected.keys() - parameters.keys()):
        raise RuntimeFault(f"parameters are missing: {', '.join(missing)}")
    if unknown := sorted(parameters.keys() - expected.keys()):
        raise RuntimeFault(f"parameters that this transformer does not have: {', '.join(unknown)}")
    for name, shape in expected.items():
        found = tuple(parameters[name].shape)
        is_bias = name.rpartition(".")[2].startswith("b_")
        if found != shape and not (is_bias and found == (*shape[:-2], config.n_context, shape[-1])):
            either = f" (or {config.n_context} positions in place of 1)" if is_bias else ""
            raise RuntimeFault(f"parameter {name!r} has shape {found}, expected {shape}{either}")
    kinds = {tensor.dtype for tensor in parameters.values()}
    if len(kinds) != 1 or not kinds <= _DTYPES:
        named = ", ".join(sorted(map(str, kinds)))
        raise RuntimeFault(f"parameters must all be float32, float64 or bfloat16, and of one kind, found {named}")
