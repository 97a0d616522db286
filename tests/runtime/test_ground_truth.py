"""Edges that are wired, live and causal, on models small enough to know the answer by hand."""

from __future__ import annotations

import json

import pytest
import torch
from torch import Tensor

from stdcell.dsl import parse
from stdcell.errors import RuntimeFault
from stdcell.runtime.compiler import CompiledTransformer, compile_transformer
from stdcell.runtime.edges import Edge
from stdcell.runtime.ground_truth import causal_edges, ground_truth, live_edges
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig, parameter_shapes

TOKENS_BN = torch.tensor([[1, 1], [1, 2], [2, 1], [2, 2]])


def compiled(text: str, max_length: int = 3) -> CompiledTransformer:
    return compile_transformer(parse(text, dialect="rasp"), vocabulary="ab", max_length=max_length)


def by_hand(**weights: Tensor) -> Transformer:
    """One head and one neuron on three dimensions, all weights zero but those given."""
    config = TransformerConfig(3, 2, 3, (LayerShape(1, 1, 1, 1),), 1, scale=1.0)
    parameters = {name: torch.zeros(shape) for name, shape in parameter_shapes(config).items()}
    return Transformer(config, parameters | {name.replace("__", "."): weight for name, weight in weights.items()})


def named(edges: tuple[Edge, ...]) -> list[str]:
    return [str(edge) for edge in edges]


TOKEN_IN_0 = torch.tensor([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
READ_0 = torch.tensor([[1.0], [0], [0]])
READ_1 = torch.tensor([[0.0], [1], [0]])
READ_BOTH = READ_0 + READ_1
WRITE_1 = torch.tensor([[[0.0, 1, 0]]])


def test_a_writer_and_a_reader_without_a_shared_dimension_are_not_wired() -> None:
    assert live_edges(by_hand(embed=TOKEN_IN_0, unembed=READ_1)) == ()
    assert named(live_edges(by_hand(embed=TOKEN_IN_0, unembed=READ_0))) == ["embed→logits"]


def test_what_does_not_lead_to_the_logits_is_not_wired() -> None:
    model = by_hand(embed=TOKEN_IN_0, L0__W_V=READ_0[None], L0__W_O=WRITE_1, unembed=READ_0)
    assert named(live_edges(model)) == ["embed→logits"]


def test_a_query_whose_keys_are_zero_is_not_wired() -> None:
    weights = {"embed": TOKEN_IN_0, "L0__W_V": READ_0[None], "L0__W_O": WRITE_1, "L0__W_Q": READ_0[None]}
    assert named(live_edges(by_hand(**weights, unembed=READ_1))) == ["embed→L0.H0.v", "L0.H0→logits"]
    keyed = by_hand(**weights, L0__b_K=torch.ones(1, 1, 1), unembed=READ_1)
    assert named(live_edges(keyed)) == ["embed→L0.H0.q", "embed→L0.H0.v", "L0.H0→logits"]


def test_what_is_the_same_in_all_inputs_is_wired_but_not_live() -> None:
    positions = torch.tensor([[0.0, 1, 0], [0, 2, 0]])
    model = by_hand(embed=TOKEN_IN_0, position=positions, unembed=READ_BOTH)
    assert named(live_edges(model)) == ["embed→logits", "position→logits"]
    assert named(live_edges(model, TOKENS_BN)) == ["embed→logits"]


def test_an_embedding_that_the_logits_read_changes_them_by_the_difference_of_its_tokens() -> None:
    (truth,) = (t for t in causal_edges(by_hand(embed=TOKEN_IN_0, unembed=READ_0), TOKENS_BN).edges if t.is_wired)
    # Four inputs, each resampled by the three others; at two sites each the one other token.
    assert (truth.resampled.n_interventions, truth.displaced.n_interventions) == (12, 8)
    assert (truth.resampled.largest_logit_change, truth.resampled.n_answers_changed) == (1.0, 12)


def test_positions_are_causal_only_where_they_are_displaced() -> None:
    positions = torch.tensor([[0.0, 1, 0], [0, 5, 0]])
    found = causal_edges(by_hand(embed=TOKEN_IN_0, position=positions, unembed=READ_BOTH), TOKENS_BN)
    assert named(found.causal) == ["embed→logits", "position→logits"]
    assert named(found.causal_between_inputs) == ["embed→logits"]


def test_a_change_too_small_to_turn_an_answer_moves_the_logits_and_is_not_causal() -> None:
    found = causal_edges(by_hand(embed=TOKEN_IN_0 / 10, unembed=READ_0), TOKENS_BN)
    assert (named(found.moving), found.causal) == (["embed→logits"], ())


def test_positions_that_are_not_scored_do_not_count() -> None:
    model = by_hand(embed=TOKEN_IN_0, unembed=READ_0)
    nowhere_bn = torch.zeros_like(TOKENS_BN, dtype=torch.bool)
    assert causal_edges(model, TOKENS_BN, scored_bn=nowhere_bn).moving == ()


def test_only_positions_that_both_inputs_have_are_resampled() -> None:
    found = causal_edges(by_hand(embed=TOKEN_IN_0, unembed=READ_0), TOKENS_BN[:2], torch.tensor([1, 2]))
    (truth,) = (t for t in found.edges if t.is_wired)
    assert truth.resampled.n_interventions == 0


def test_more_runs_than_allowed_are_refused() -> None:
    with pytest.raises(RuntimeFault, match="more than 5 runs would be needed to try all that"):
        causal_edges(by_hand(embed=TOKEN_IN_0, unembed=READ_0), TOKENS_BN, n_runs_max=5)


def test_the_circuit_of_a_histogram_compares_tokens_and_counts() -> None:
    found = ground_truth(compiled("ans = selector_width(select(tokens, tokens, ==));"))
    assert found.scope == "all inputs of 1 to 3 tokens out of 2 that have an answer"
    assert found.n_inputs == 2 + 4 + 8
    assert {"embed→L0.H0.q", "embed→L0.H0.k", "L0.H0→L0.mlp", "L0.mlp→logits"} <= set(named(found.causal))
    assert not any(edge.writer == "position" for edge in found.causal)


def test_an_edge_that_moves_nothing_can_be_cut_with_all_others_that_move_nothing() -> None:
    made = compiled("ans = aggregate(select(indices, length - indices - 1, ==), tokens);")
    moving = frozenset(ground_truth(made).moving)
    every = [truth.edge for truth in ground_truth(made).edges]
    tokens_bn = torch.tensor([[0, 1, 2, 2], [0, 2, 1, 1]])
    run = made.module.edgewise(tokens_bn)
    mask_e = torch.tensor([float(edge in moving) for edge in every])
    cut = made.module.edgewise(tokens_bn, mask_e=mask_e, replacements_wbnd=run.outputs_wbnd[:, :1])
    torch.testing.assert_close(cut.logits_bno[:, 1:], run.logits_bno[:, 1:], atol=1e-3, rtol=0)


def test_the_length_is_chosen_so_that_all_inputs_are_tried() -> None:
    found = ground_truth(compiled("ans = tokens;"), n_inputs_max=6)
    assert (found.n_inputs, found.scope) == (6, "all inputs of 1 to 2 tokens out of 2 that have an answer")


def test_inputs_without_an_answer_are_left_out() -> None:
    program = parse("ans = 6 / tokens_int;", dialect="rasp")
    found = ground_truth(compile_transformer(program, vocabulary=[0, 1, 2], max_length=2))
    assert found.n_inputs == 2 + 4


def test_a_vocabulary_too_large_to_try_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="a vocabulary of 2 tokens has more than 1 inputs; compile it for fewer"):
        ground_truth(compiled("ans = tokens;"), n_inputs_max=1)


def test_ground_truth_is_told_in_the_types_of_json() -> None:
    told = json.loads(json.dumps(ground_truth(compiled("ans = tokens;"), n_inputs_max=6).to_dict()))
    (first,) = [edge for edge in told["edges"] if edge["edge"] == ["embed", "logits"]]
    assert (first["is_live"], first["resampled"]["n_answers_changed"] > 0) == (True, True)
