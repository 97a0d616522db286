"""A TransformerLens checkpoint has its shapes, and its formulas give our logits."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

import pytest
import torch
from torch import Tensor

from stdcell.dsl import parse
from stdcell.errors import RuntimeFault
from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.exchange import to_transformer_lens
from stdcell.runtime.transformer import Edge, LayerShape, Transformer, TransformerConfig, initial_parameters

CONFIGS = {
    "causal and uneven layers": TransformerConfig(
        7, 5, 12, (LayerShape(2, 3, 5, 8), LayerShape(0, 0, 0, 16), LayerShape(3, 4, 2, 0)), 6, causal=True
    ),
    "no layer": TransformerConfig(7, 5, 12, (), 3),
    "no MLP, own scale": TransformerConfig(7, 5, 12, (LayerShape(2, 4, 4), LayerShape(1, 6, 3)), 3, scale=0.1),
    "no head": TransformerConfig(7, 5, 12, (LayerShape(0, 0, 0, 3),), 3),
}
TOKENS_BN = torch.tensor([[1, 2, 3, 4, 5], [6, 0, 1, 1, 2], [3, 3, 0, 5, 6]])


def model_of(config: TransformerConfig) -> Transformer:
    """Random weights with random biases."""
    generator = torch.Generator().manual_seed(11)
    weights = {
        name: weight + 0.3 * torch.randn(weight.shape, generator=generator)
        for name, weight in initial_parameters(config, seed=5).items()
    }
    return Transformer(config, weights)


def evaluated(config: dict[str, Any], state: dict[str, Tensor], tokens_bn: Tensor) -> Tensor:
    """The logits by the formulas in TransformerLens' documentation, one head and one position at a time."""
    stream_bnd = state["embed.W_E"][tokens_bn] + state["pos_embed.W_pos"][: tokens_bn.shape[1]]
    for number in range(config["n_layers"]):
        block = {name.split(".", 2)[2]: part for name, part in state.items() if name.startswith(f"blocks.{number}.")}
        written_bnd = stream_bnd + block["attn.b_O"]
        for head in range(config["n_heads"]):
            query, key, value = (stream_bnd @ block[f"attn.W_{x}"][head] + block[f"attn.b_{x}"][head] for x in "QKV")
            score_bqk = query @ key.mT
            if config["attention_dir"] == "causal":
                score_bqk = score_bqk.masked_fill(torch.ones_like(score_bqk, dtype=torch.bool).triu(1), -torch.inf)
            written_bnd = written_bnd + score_bqk.softmax(-1) @ value @ block["attn.W_O"][head]
        stream_bnd = written_bnd
        if not config["attn_only"]:
            hidden_bnm = torch.relu(stream_bnd @ block["mlp.W_in"] + block["mlp.b_in"])
            stream_bnd = stream_bnd + hidden_bnm @ block["mlp.W_out"] + block["mlp.b_out"]
    return stream_bnd @ state["unembed.W_U"] + state["unembed.b_U"]


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_the_documented_formulas_give_the_same_logits(config: TransformerConfig) -> None:
    model = model_of(config)
    fields, state = to_transformer_lens(model)
    torch.testing.assert_close(evaluated(fields, state, TOKENS_BN), model(TOKENS_BN), atol=1e-4, rtol=1e-5)


def test_heads_and_widths_are_padded_to_the_largest_layer() -> None:
    fields, state = to_transformer_lens(model_of(CONFIGS["causal and uneven layers"]))
    assert (fields["n_heads"], fields["d_head"], fields["d_mlp"]) == (3, 5, 16)
    assert {name: tuple(part.shape) for name, part in state.items() if name.startswith("blocks.1.")} == {
        "blocks.1.attn.W_Q": (3, 12, 5),
        "blocks.1.attn.W_K": (3, 12, 5),
        "blocks.1.attn.W_V": (3, 12, 5),
        "blocks.1.attn.W_O": (3, 5, 12),
        "blocks.1.attn.b_Q": (3, 5),
        "blocks.1.attn.b_K": (3, 5),
        "blocks.1.attn.b_V": (3, 5),
        "blocks.1.attn.b_O": (12,),
        "blocks.1.mlp.W_in": (12, 16),
        "blocks.1.mlp.b_in": (16,),
        "blocks.1.mlp.W_out": (16, 12),
        "blocks.1.mlp.b_out": (12,),
    }


def test_a_model_without_mlps_is_one_of_attention_only() -> None:
    fields, state = to_transformer_lens(model_of(CONFIGS["no MLP, own scale"]))
    assert (fields["attn_only"], fields["d_mlp"]) == (True, None)
    assert [name for name in state if ".mlp." in name] == []


def test_a_circuit_is_refused() -> None:
    config = TransformerConfig(3, 2, 4, (), 2, edges=(Edge("embed", "logits"),))
    with pytest.raises(RuntimeFault, match=r"a circuit of 1 edges is no TransformerLens model: .*; export the whole"):
        to_transformer_lens(Transformer.initialised(config, seed=0))


def test_a_bias_that_differs_by_position_is_refused() -> None:
    config = CONFIGS["no layer"]
    weights = initial_parameters(config, seed=0) | {"b_unembed": torch.arange(15.0).reshape(5, 3)}
    with pytest.raises(RuntimeFault, match="the bias 'b_unembed' differs between its 5 positions"):
        to_transformer_lens(Transformer(config, weights))


@pytest.mark.skipif(not find_spec("transformer_lens"), reason="TransformerLens is not installed; see benchmarks/peers")
def test_transformer_lens_itself_gives_the_same_logits() -> None:
    lens = importlib.import_module("transformer_lens")
    text = "ans = aggregate(select(indices, length - indices - 1, ==), tokens);"
    model = compile_transformer(parse(text, dialect="rasp"), vocabulary="abc", max_length=4).module
    fields, state = to_transformer_lens(model)
    hooked = lens.HookedTransformer(lens.HookedTransformerConfig(**fields, device="cpu"))
    hooked.load_state_dict(state, strict=False)
    tokens_bn = torch.tensor([[0, 1, 2, 3, 1], [0, 3, 3, 1, 2]])
    torch.testing.assert_close(hooked(tokens_bn), model(tokens_bn), atol=1e-5, rtol=0)
