"""Models that Tracr compiled keep their logits and answers; the models here are small stand-ins with its attributes."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from stdcell.errors import RuntimeFault
from stdcell.runtime.exchange import from_tracr_model

LABELS = ["tokens:a", "tokens:b", "tokens:BOS", "indices:0", "seen:0", "seen:1"]
N_HEADS, KEY_SIZE, D_MLP, N_CONTEXT = 2, 3, 4, 4
TOKENS = {"a": 0, "b": 1, "BOS": 2}


def parameters() -> dict[str, dict[str, Any]]:
    """Random weights under Tracr's names, biases included."""
    draw = np.random.default_rng(3)
    d_model, width = len(LABELS), N_HEADS * KEY_SIZE

    def linear(n_inputs: int, n_outputs: int) -> dict[str, Any]:
        return {
            "w": draw.normal(size=(n_inputs, n_outputs)).astype("f4"),
            "b": draw.normal(size=n_outputs).astype("f4"),
        }

    attention = {name: linear(d_model, width) for name in ("query", "key", "value")} | {
        "linear": linear(width, d_model)
    }
    mlp = {"linear_1": linear(d_model, D_MLP), "linear_2": linear(D_MLP, d_model)}
    return {
        "token_embed": {"embeddings": draw.normal(size=(len(TOKENS), d_model)).astype("f4")},
        "pos_embed": {"embeddings": draw.normal(size=(N_CONTEXT, d_model)).astype("f4")},
        **{f"transformer/layer_0/attn/{name}": part for name, part in attention.items()},
        **{f"transformer/layer_0/mlp/{name}": part for name, part in mlp.items()},
    }


def model(*, encoding: dict[Any, int] | None = None, **settings: Any) -> SimpleNamespace:
    """An assembled model whose output is read from the last two dimensions."""
    output_space = SimpleNamespace(basis=LABELS[4:] if encoding else LABELS[4:5])

    def get_compiled_model() -> Any:
        return output_space

    usual = {"num_heads": N_HEADS, "num_layers": 1, "key_size": KEY_SIZE, "mlp_hidden_size": D_MLP}
    relu = {"layer_norm": False, "causal": False, "activation_function": lambda x: np.maximum(x, 0)}
    return SimpleNamespace(
        params=parameters(),
        model_config=SimpleNamespace(**(usual | relu | settings)),
        residual_labels=LABELS,
        input_encoder=SimpleNamespace(encoding_map=TOKENS, bos_token="BOS"),
        output_encoder=SimpleNamespace(encoding_map=encoding) if encoding else SimpleNamespace(),
        get_compiled_model=get_compiled_model,
    )


def by_hand(tokens: list[int], is_causal: bool) -> Any:
    """The stream after the layer, in numpy, as Tracr's documentation tells."""
    weights = parameters()

    def linear(name: str, x: Any) -> Any:
        return x @ weights[f"transformer/layer_0/{name}"]["w"] + weights[f"transformer/layer_0/{name}"]["b"]

    stream = weights["token_embed"]["embeddings"][tokens] + weights["pos_embed"]["embeddings"][: len(tokens)]
    query, key, value = (
        linear(f"attn/{name}", stream).reshape(-1, N_HEADS, KEY_SIZE) for name in ("query", "key", "value")
    )
    score = np.einsum("qhc,khc->hqk", query, key) / np.sqrt(KEY_SIZE)
    weight = np.exp(np.where(np.tri(len(tokens)) if is_causal else True, score, -np.inf))
    mixed = np.einsum("hqk,khc->qhc", weight / weight.sum(-1, keepdims=True), value).reshape(len(tokens), -1)
    stream = stream + linear("attn/linear", mixed)
    return stream + linear("mlp/linear_2", np.maximum(linear("mlp/linear_1", stream), 0))


@pytest.mark.parametrize("is_causal", [False, True])
def test_the_logits_are_those_of_the_stream_that_tracr_computes(is_causal: bool) -> None:
    loaded = from_tracr_model(model(encoding={0: 0, 1: 1}, causal=is_causal))
    logits_no = loaded.module(torch.tensor([[2, 0, 1, 1]]))[0].detach()
    np.testing.assert_allclose(logits_no, by_hand([2, 0, 1, 1], is_causal)[:, 4:], atol=1e-4)


def test_a_categorical_answer_is_the_value_of_the_largest_logit() -> None:
    loaded = from_tracr_model(model(encoding={"yes": 0, "no": 1}))
    expected = [["yes", "no"][place] for place in by_hand([2, 0, 1], False)[1:, 4:].argmax(-1)]
    assert loaded(["ab"]) == [expected]


def test_a_numerical_answer_is_the_logit() -> None:
    (answer,) = from_tracr_model(model())(["ab"])
    np.testing.assert_allclose(answer, by_hand([2, 0, 1], False)[1:, 4], atol=1e-4)


def test_inputs_of_different_lengths_may_share_a_batch() -> None:
    loaded = from_tracr_model(model())
    together, alone = loaded(["aba", "b"]), loaded(["b"])
    np.testing.assert_allclose(together[1], alone[0], atol=1e-5)


def test_labels_name_the_output_where_the_model_does_not_tell() -> None:
    silent = model()
    silent.get_compiled_model = None
    with pytest.raises(RuntimeFault, match="name them in `output_labels`, out of tokens:a, tokens:b"):
        from_tracr_model(silent)
    assert from_tracr_model(silent, output_labels=["seen:0"])(["ab"]) == from_tracr_model(model())(["ab"])


def test_a_label_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="no dimension 'seen:2' in the residual stream; there are tokens:a"):
        from_tracr_model(model(), output_labels=["seen:2"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layer_norm": True}, "the model has layer norms, and a transformer here has none"),
        ({"activation_function": np.tanh}, "the model's activation is not ReLU"),
    ],
)
def test_a_model_that_is_no_relu_transformer_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(RuntimeFault, match=message):
        from_tracr_model(model(**settings))


def test_a_parameter_that_is_not_known_is_named() -> None:
    other = model()
    other.params["transformer/layer_0/gate"] = {"w": np.ones(1)}
    with pytest.raises(
        RuntimeFault, match="the model has a parameter that Tracr's models have not: 'transformer/layer_0/g"
    ):
        from_tracr_model(other)


def test_a_token_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="token 'z' is not in the vocabulary 'a', 'b', 'BOS'"):
        from_tracr_model(model())(["az"])


@pytest.mark.skipif(not find_spec("tracr"), reason="Tracr is not installed; see benchmarks/peers")
def test_a_model_compiled_by_tracr_itself_keeps_its_answers() -> None:
    library, compiling = (importlib.import_module(f"tracr.compiler.{name}") for name in ("lib", "compiling"))
    assembled = compiling.compile_rasp_to_model(
        library.make_hist(), vocab={"a", "b"}, max_seq_len=3, compiler_bos="BOS"
    )
    loaded = from_tracr_model(assembled)
    for given in [list(tokens) for n in range(1, 4) for tokens in product("ab", repeat=n)]:
        assert loaded([given]) == [assembled.apply(["BOS", *given]).decoded[1:]]
