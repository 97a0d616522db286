"""A transformer as a checkpoint of TransformerLens: the fields of its configuration, and a state dict.

    config, state = to_transformer_lens(compiled.module)
    model = HookedTransformer(HookedTransformerConfig(**config))
    model.load_state_dict(state, strict=False)  # what is missing are the buffers of its masks

1. Its layers are all alike, so heads, their widths and MLPs are padded with zeros to the largest of any layer: a padded
   head writes nothing, nor does a padded neuron.
2. Its scores are divided by one number, so the scale of each layer is multiplied into the queries.
3. Its attention has a bias of its own, which is zero here.

Nothing of it is imported. It knows no circuits, and no bias that differs from position to position: these are refused.

Axes: h head, d residual width, c width of a key or value, m MLP width.

Source: Nanda and Bloom 2022, "TransformerLens", `HookedTransformer` of the versions 2 and 3.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from ...errors import RuntimeFault
from ..transformer import LayerShape, Transformer, TransformerConfig

__all__ = ["to_transformer_lens"]

_HEAD_AXES = {"W_Q": "hdc", "W_K": "hdc", "W_V": "hdc", "W_O": "hcd", "b_Q": "hc", "b_K": "hc", "b_V": "hc"}
_MLP_AXES = {"W_in": "dm", "b_in": "m", "W_out": "md", "b_out": "d"}


def to_transformer_lens(transformer: Transformer) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The fields of a `HookedTransformerConfig`, and the parameters of a `HookedTransformer`; logits are the same.

    All sequences of a batch are of one length there: it masks no keys but later ones of a causal model.

    Raises:
        RuntimeFault: if the transformer is a circuit, or has a part that TransformerLens has not.
    """
    config = transformer.config
    weights = {name: weight.detach() for name, weight in transformer.state_dict().items()}
    _check_expressible(config, weights)
    widest = _widest(config)
    state = {
        "embed.W_E": weights["embed"],
        "pos_embed.W_pos": weights["position"],
        "unembed.W_U": weights["unembed"],
        "unembed.b_U": weights["b_unembed"][0],
    }
    for number, layer in enumerate(config.layers):
        local = {name.partition(".")[2]: weight for name, weight in weights.items() if name.startswith(f"L{number}.")}
        state |= {f"blocks.{number}.{name}": part for name, part in _block(config, layer, local, widest).items()}
    return _fields(config, widest, weights["embed"].dtype), {name: part.clone() for name, part in state.items()}


def _check_expressible(config: TransformerConfig, weights: dict[str, Tensor]) -> None:
    if config.edges is not None:
        raise RuntimeFault(
            f"a circuit of {len(config.edges)} edges is no TransformerLens model: there every component reads all that "
            "stand before it; export the whole model that it was cut from"
        )
    known = {"embed", "position", "unembed", "b_unembed", *_HEAD_AXES, *_MLP_AXES}
    if others := sorted(name for name in weights if name.rpartition(".")[2] not in known):
        raise RuntimeFault(
            f"TransformerLens has no counterpart of the parameter {others[0]!r}; export a transformer without it"
        )
    for name, weight in weights.items():
        is_bias = name.rpartition(".")[2].startswith("b_")
        if is_bias and weight.shape[-2] != 1 and not torch.equal(weight, weight[..., :1, :].expand_as(weight)):
            raise RuntimeFault(
                f"the bias {name!r} differs between its {weight.shape[-2]} positions, and in TransformerLens a bias is "
                "one for all positions; export the model that the means were folded into"
            )


def _widest(config: TransformerConfig) -> dict[str, int]:
    """The size of the axes that are padded; heads have one at least, of width 1."""
    layers = config.layers
    return {
        "h": max((layer.n_heads for layer in layers), default=0) or 1,
        "c": max((max(layer.d_key, layer.d_value) for layer in layers), default=0) or 1,
        "m": max((layer.d_mlp for layer in layers), default=0),
        "d": config.d_model,
    }


def _fields(config: TransformerConfig, widest: dict[str, int], dtype: torch.dtype) -> dict[str, Any]:
    return {
        "n_layers": len(config.layers),
        "d_model": config.d_model,
        "n_ctx": config.n_context,
        "n_heads": widest["h"],
        "d_head": widest["c"],
        "d_mlp": widest["m"] or None,
        "attn_only": not widest["m"],
        "d_vocab": config.n_vocabulary,
        "d_vocab_out": config.n_outputs,
        "act_fn": "relu",
        "normalization_type": None,
        "attention_dir": "causal" if config.causal else "bidirectional",
        "use_attn_scale": False,
        "positional_embedding_type": "standard",
        "dtype": dtype,
        "init_weights": False,
    }


def _block(
    config: TransformerConfig, layer: LayerShape, weights: dict[str, Tensor], widest: dict[str, int]
) -> dict[str, Tensor]:
    like = torch.zeros((), dtype=next(iter(weights.values())).dtype if weights else torch.float32)
    block: dict[str, Tensor] = {}
    for name, axes in _HEAD_AXES.items():
        weight = weights.get(name)
        if weight is not None and name.startswith("b_"):
            weight = weight[:, 0]
        block[f"attn.{name}"] = _padded(weight, axes, widest, like)
    scale = layer.d_key**-0.5 if config.scale is None and layer.n_heads else config.scale or 1.0
    for name in ("attn.W_Q", "attn.b_Q"):
        block[name] = block[name] * scale
    block["attn.b_O"] = like.new_zeros(config.d_model)
    for name, axes in _MLP_AXES.items() if widest["m"] else ():
        weight = weights.get(name)
        if weight is not None and name.startswith("b_"):
            weight = weight[0]
        block[f"mlp.{name}"] = _padded(weight, axes, widest, like)
    return block


def _padded(weight: Tensor | None, axes: str, widest: dict[str, int], like: Tensor) -> Tensor:
    """The weight with zeros behind it on every axis; zeros where there is none."""
    if weight is None:
        return like.new_zeros([widest[axis] for axis in axes])
    missing = [(0, widest[axis] - size) for axis, size in zip(axes, weight.shape, strict=True)]
    return pad(weight, [amount for pair in reversed(missing) for amount in pair])
