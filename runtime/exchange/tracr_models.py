"""Transformers that Tracr compiled, as ours: the same weights, and so the same logits.

Tracr need not be installed: what is read are the attributes of its `AssembledTransformerModel`, and arrays that numpy
can take. Its layers are ReLU blocks without layer norm, their scores divided by the root of the key's width, as here.

1. A bias of an attention's output is added to what the MLP after it reads and writes, because heads here have none.
2. The unembedding is no parameter there: it reads the dimensions of the output's space, which their labels tell.

Axes: h head, d residual width, c width of a key or value, x all heads' widths together, o output, n position.

Source: Lindner et al. 2023, "Tracr: Compiled Transformers as a Laboratory for Interpretability".
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...errors import RuntimeFault
from ..transformer import LayerShape, Transformer, TransformerConfig

__all__ = ["TracrModel", "from_tracr_model"]


@dataclass(frozen=True, slots=True)
class TracrModel:
    """A transformer with the tokens that it reads and the values that it answers.

    Attributes:
        module: the transformer.
        token_numbers: the number of each token, those of the beginning and of padding included.
        beginning: the token that stands before every input, if any.
        outputs: the value of each logit; None where the one logit is the answer itself.
        residual_labels: what each dimension of the residual stream holds.
    """

    module: Transformer
    token_numbers: Mapping[Any, int]
    beginning: Any
    outputs: tuple[Any, ...] | None
    residual_labels: tuple[str, ...]

    def __call__(self, inputs: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """The answer at each position of each input, the token at the beginning left out of both.

        Raises:
            RuntimeFault: if a token is unknown, or an input too long.
        """
        if not inputs:
            return []
        first = [] if self.beginning is None else [self.beginning]
        rows = [[self._number(token) for token in (*first, *given)] for given in inputs]
        lengths = [len(row) for row in rows]
        device = self.module.get_parameter("embed").device
        tokens_bn = torch.tensor([[*row, *[0] * (max(lengths) - len(row))] for row in rows], device=device)
        with torch.no_grad():
            logits_bno = self.module(tokens_bn, torch.tensor(lengths, device=device)).cpu()
        return [
            self._answers(logits_no[len(first) : length]) for logits_no, length in zip(logits_bno, lengths, strict=True)
        ]

    def _number(self, token: Any) -> int:
        if token not in self.token_numbers:
            raise RuntimeFault(f"token {token!r} is not in the vocabulary {', '.join(map(repr, self.token_numbers))}")
        return self.token_numbers[token]

    def _answers(self, logits_no: Tensor) -> list[Any]:
        if self.outputs is None:
            return [float(logit) for logit in logits_no[:, 0]]
        return [self.outputs[place] for place in logits_no.argmax(-1).tolist()]


def from_tracr_model(assembled: Any, output_labels: Sequence[str] | None = None) -> TracrModel:
    """Take over a model that `tracr.compiler.compiling.compile_rasp_to_model` returned.

    Args:
        assembled: the `AssembledTransformerModel`.
        output_labels: the residual labels that the output is read from, in the order of the output's values; None to
            read them off the model's own unembedding.

    Raises:
        RuntimeFault: if it has layer norms, another activation than ReLU, or parts that are not known.
    """
    settings, labels = assembled.model_config, tuple(map(str, assembled.residual_labels))
    _check_settings(settings)
    weights = {
        f"{module}/{name}": torch.tensor(np.asarray(array, dtype=np.float32))
        for module, parameters in assembled.params.items()
        for name, array in parameters.items()
    }
    parameters = {"embed": weights.pop("token_embed/embeddings"), "position": weights.pop("pos_embed/embeddings")}
    for number in range(settings.num_layers):
        parameters |= {f"L{number}.{name}": part for name, part in _layer(weights, number, settings.num_heads).items()}
    if weights:
        raise RuntimeFault(f"the model has a parameter that Tracr's models have not: {min(weights)!r}")
    read = _output_labels(assembled) if output_labels is None else tuple(output_labels)
    parameters["unembed"] = _unembedding(labels, read)
    parameters["b_unembed"] = torch.zeros(1, len(read))
    shape = LayerShape(settings.num_heads, settings.key_size, settings.key_size, settings.mlp_hidden_size)
    config = TransformerConfig(
        n_vocabulary=len(parameters["embed"]),
        n_context=len(parameters["position"]),
        d_model=len(labels),
        layers=(shape,) * settings.num_layers,
        n_outputs=len(read),
        causal=bool(settings.causal),
    )
    encoder = assembled.input_encoder
    values = getattr(assembled.output_encoder, "encoding_map", None)
    outputs = None if values is None else tuple(sorted(values, key=values.__getitem__))
    return TracrModel(Transformer(config, parameters), dict(encoder.encoding_map), encoder.bos_token, outputs, labels)


def _check_settings(settings: Any) -> None:
    if settings.layer_norm:
        raise RuntimeFault("the model has layer norms, and a transformer here has none; compile it without")
    answers = np.asarray(settings.activation_function(np.array([-2.0, -0.5, 0.0, 0.5, 2.0])))
    if not np.array_equal(answers, np.array([0.0, 0.0, 0.0, 0.5, 2.0])):
        raise RuntimeFault("the model's activation is not ReLU, and a transformer here has no other")


def _layer(weights: dict[str, Tensor], number: int, n_heads: int) -> dict[str, Tensor]:
    """The parameters of one layer under our names; they are taken out of `weights`."""
    stem = f"transformer/layer_{number}"
    layer: dict[str, Tensor] = {}
    for letter, name in (("Q", "query"), ("K", "key"), ("V", "value")):
        weight_dx = weights.pop(f"{stem}/attn/{name}/w")
        layer[f"W_{letter}"] = weight_dx.reshape(len(weight_dx), n_heads, -1).transpose(0, 1)
        layer[f"b_{letter}"] = weights.pop(f"{stem}/attn/{name}/b").reshape(n_heads, 1, -1)
    weight_xd = weights.pop(f"{stem}/attn/linear/w")
    layer["W_O"] = weight_xd.reshape(n_heads, -1, weight_xd.shape[1])
    shift_d = weights.pop(f"{stem}/attn/linear/b")
    layer["W_in"] = weights.pop(f"{stem}/mlp/linear_1/w")
    layer["b_in"] = (weights.pop(f"{stem}/mlp/linear_1/b") + shift_d @ layer["W_in"])[None]
    layer["W_out"] = weights.pop(f"{stem}/mlp/linear_2/w")
    layer["b_out"] = (weights.pop(f"{stem}/mlp/linear_2/b") + shift_d)[None]
    return layer


def _output_labels(assembled: Any) -> tuple[str, ...]:
    """The labels of the output's space, out of the function that builds the model."""
    function = assembled.get_compiled_model
    space = inspect.getclosurevars(function).nonlocals.get("output_space") if inspect.isfunction(function) else None
    if space is None:
        raise RuntimeFault(
            "the model does not tell which dimensions its output is read from; name them in `output_labels`, out of "
            + ", ".join(map(str, assembled.residual_labels))
        )
    return tuple(map(str, space.basis))


def _unembedding(labels: Sequence[str], read: Sequence[str]) -> Tensor:
    if unknown := [label for label in read if label not in labels]:
        raise RuntimeFault(f"no dimension {unknown[0]!r} in the residual stream; there are {', '.join(labels)}")
    unembed_do = torch.zeros(len(labels), len(read))
    for place, label in enumerate(read):
        unembed_do[labels.index(label), place] = 1.0
    return unembed_do
