"""The two evaluations of a transformer agree, and edges mean what their names say."""

from __future__ import annotations

import json

import pytest
import torch
from torch import Tensor
from torch.func import functional_call, vmap

from stdcell.errors import RuntimeFault
from stdcell.runtime.transformer import (
    Edge,
    LayerShape,
    Transformer,
    TransformerConfig,
    edges,
    forward_edgewise,
    initial_parameters,
    parameter_shapes,
    readers,
    writers,
)

ONE_HEAD = TransformerConfig(7, 5, 12, (LayerShape(1, 4, 4, 8),), 3)
UNEVEN = TransformerConfig(
    7, 5, 12, (LayerShape(2, 3, 5, 8), LayerShape(0, 0, 0, 16), LayerShape(3, 4, 2, 0)), 6, causal=True
)
SHAPES = {
    "one head": ONE_HEAD,
    "causal and uneven layers": UNEVEN,
    "no layer": TransformerConfig(7, 5, 12, (), 3),
    "own scale": TransformerConfig(7, 5, 12, (LayerShape(2, 4, 4, 0), LayerShape(1, 6, 3, 4)), 3, scale=0.1),
}
TOKENS_BN = torch.tensor([[1, 2, 3, 4, 5], [6, 0, 1, 1, 2], [3, 3, 0, 5, 6]])
LENGTHS_B = torch.tensor([5, 1, 3])


def model_of(config: TransformerConfig, dtype: torch.dtype = torch.float64) -> Transformer:
    """Random weights, with random biases and one bias that differs by position."""
    generator = torch.Generator().manual_seed(11)
    weights = {
        name: weight.to(dtype) + 0.3 * torch.randn(weight.shape, generator=generator).to(dtype)
        for name, weight in initial_parameters(config, seed=5).items()
    }
    weights["b_unembed"] = torch.randn((config.n_context, config.n_outputs), generator=generator).to(dtype)
    return Transformer(config, weights)


@pytest.mark.parametrize("n_tokens_b", [None, LENGTHS_B], ids=["full", "ragged"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES.keys())
def test_the_fused_evaluation_equals_the_edgewise_one_within_1e_5(
    config: TransformerConfig, dtype: torch.dtype, n_tokens_b: Tensor | None
) -> None:
    model = model_of(config, dtype)
    edgewise = model.edgewise(TOKENS_BN, n_tokens_b).logits_bno
    torch.testing.assert_close(model(TOKENS_BN, n_tokens_b), edgewise, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES.keys())
def test_padding_does_not_change_a_sequence(config: TransformerConfig) -> None:
    model = model_of(config)
    padded = model(TOKENS_BN, LENGTHS_B)[2, :3]
    torch.testing.assert_close(padded, model(TOKENS_BN[2:, :3])[0], atol=1e-12, rtol=0)


def test_a_causal_position_does_not_see_a_later_token() -> None:
    model, changed = model_of(UNEVEN), TOKENS_BN.clone()
    changed[:, 3] = 0
    torch.testing.assert_close(model(changed)[:, :3], model(TOKENS_BN)[:, :3], atol=1e-12, rtol=0)


def test_edges_are_named_by_writer_and_reader_in_order_of_computation() -> None:
    config = TransformerConfig(3, 2, 4, (LayerShape(1, 2, 2, 2),), 3)
    assert [str(edge) for edge in edges(config)] == [
        "embed→L0.H0.q",
        "position→L0.H0.q",
        "embed→L0.H0.k",
        "position→L0.H0.k",
        "embed→L0.H0.v",
        "position→L0.H0.v",
        "embed→L0.mlp",
        "position→L0.mlp",
        "L0.H0→L0.mlp",
        "embed→logits",
        "position→logits",
        "L0.H0→logits",
        "L0.mlp→logits",
    ]


def test_writers_and_readers_of_absent_parts_do_not_exist() -> None:
    assert writers(UNEVEN)[2:6] == ("L0.H0", "L0.H1", "L0.mlp", "L1.mlp")
    assert "L2.mlp" not in readers(UNEVEN)


def test_an_edge_masked_and_replaced_by_its_own_output_changes_nothing() -> None:
    model = model_of(UNEVEN)
    whole = model.edgewise(TOKENS_BN)
    masked = model.edgewise(TOKENS_BN, mask_e=torch.zeros(len(edges(UNEVEN))), replacements_wbnd=whole.outputs_wbnd)
    torch.testing.assert_close(masked.logits_bno, whole.logits_bno, atol=1e-12, rtol=0)


def test_a_masked_edge_hides_its_writer_from_its_reader_alone() -> None:
    model = model_of(ONE_HEAD)
    mask_e = torch.tensor([float(str(edge) != "L0.mlp→logits") for edge in edges(ONE_HEAD)])
    whole, masked = model.edgewise(TOKENS_BN), model.edgewise(TOKENS_BN, mask_e=mask_e)
    lost_bno = whole.outputs_wbnd[writers(ONE_HEAD).index("L0.mlp")] @ model.state_dict()["unembed"]
    torch.testing.assert_close(masked.logits_bno, whole.logits_bno - lost_bno, atol=1e-12, rtol=0)


def test_a_circuit_is_its_parent_with_the_other_edges_at_zero() -> None:
    model = model_of(ONE_HEAD)
    kept = (Edge("embed", "L0.H0.v"), Edge("embed", "L0.mlp"), Edge("L0.H0", "logits"), Edge("L0.mlp", "logits"))
    config = TransformerConfig(7, 5, 12, ONE_HEAD.layers, 3, edges=kept)
    weights = {name: weight for name, weight in model.state_dict().items() if name in parameter_shapes(config)}
    mask_e = torch.tensor([float(edge in kept) for edge in edges(ONE_HEAD)])
    expected = model.edgewise(TOKENS_BN, mask_e=mask_e).logits_bno
    torch.testing.assert_close(Transformer(config, weights)(TOKENS_BN), expected, atol=1e-12, rtol=0)


def test_vmap_over_masks_equals_one_mask_at_a_time() -> None:
    model = model_of(UNEVEN)
    masks_ie = torch.rand((4, len(edges(UNEVEN))), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    together = vmap(lambda mask_e: model.edgewise(TOKENS_BN, mask_e=mask_e).logits_bno)(masks_ie)
    torch.testing.assert_close(together[2], model.edgewise(TOKENS_BN, mask_e=masks_ie[2]).logits_bno)


def test_vmap_over_seeds_equals_one_seed_at_a_time() -> None:
    each = [initial_parameters(UNEVEN, seed) for seed in range(3)]
    stacked = {name: torch.stack([weights[name] for weights in each]) for name in each[0]}
    together = vmap(lambda weights: forward_edgewise(UNEVEN, weights, TOKENS_BN).logits_bno)(stacked)
    torch.testing.assert_close(together[1], Transformer(UNEVEN, each[1])(TOKENS_BN), atol=1e-5, rtol=1e-5)


def test_functional_call_runs_with_other_weights() -> None:
    model, other = model_of(ONE_HEAD, torch.float32), Transformer.initialised(ONE_HEAD, seed=9)
    called = functional_call(model, dict(other.named_parameters()), (TOKENS_BN,))
    torch.testing.assert_close(called, other(TOKENS_BN))


def test_the_state_dict_has_the_documented_names() -> None:
    assert set(Transformer.initialised(UNEVEN, seed=0).state_dict()) == set(parameter_shapes(UNEVEN))


def test_the_same_seed_gives_the_same_weights() -> None:
    first, second = (initial_parameters(UNEVEN, seed=3)["L2.W_O"] for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize(
    "config", [*SHAPES.values(), TransformerConfig(2, 2, 2, (), 2, edges=(Edge("embed", "logits"),))]
)
def test_a_configuration_survives_json(config: TransformerConfig) -> None:
    assert TransformerConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_an_edge_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(RuntimeFault, match=r"no edge 'embed→L0\.H1\.q' in this transformer; did you mean 'embed→L0"):
        TransformerConfig(7, 5, 12, ONE_HEAD.layers, 3, edges=(Edge("embed", "L0.H1.q"),))


def test_a_parameter_of_the_wrong_shape_shows_both_shapes() -> None:
    weights = initial_parameters(ONE_HEAD, seed=0) | {"unembed": torch.zeros(12, 4)}
    with pytest.raises(RuntimeFault, match=r"parameter 'unembed' has shape \(12, 4\), expected \(12, 3\)"):
        Transformer(ONE_HEAD, weights)


def test_a_missing_parameter_is_named() -> None:
    weights = initial_parameters(ONE_HEAD, seed=0)
    del weights["L0.W_O"]
    with pytest.raises(RuntimeFault, match=r"parameters are missing: L0\.W_O"):
        Transformer(ONE_HEAD, weights)


def test_a_sequence_longer_than_the_context_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="a sequence of 6 tokens does not fit into a context of 5"):
        model_of(ONE_HEAD)(torch.zeros((1, 6), dtype=torch.int64))


def test_a_configuration_without_layers_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="not a transformer's configuration: 'layers'"):
        TransformerConfig.from_dict({"n_vocabulary": 3})
