"""A circuit is found, proved smallest, and runs without its parent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import torch

from stdcell.errors import ExtractionError
from stdcell.extraction import (
    AblatedModel,
    SearchProgress,
    cut_circuit,
    edge_effects,
    find_circuit,
    live_edges,
    varying_edges,
)
from stdcell.runtime.cell import NeuralCell
from stdcell.runtime.transformer import Edge
from stdcell.training import Task

CosineCell = Callable[[Mapping[int, float]], NeuralCell]
ADDER_EDGES = (Edge("embed", "L0.H0.v"), Edge("L0.H0", "L0.mlp"), Edge("L0.mlp", "logits"))


@pytest.fixture(scope="module")
def written(cosine_cell: CosineCell, task: Task) -> AblatedModel:
    """Three edges of this one do all the work."""
    return AblatedModel.of(cosine_cell({1: 3.0}), task.inputs_bp, task.answers_b)


def test_the_circuit_of_a_model_written_by_hand_is_the_one_that_was_written(written: AblatedModel) -> None:
    search = find_circuit(written)
    assert (search.edges, search.claim, search.n_wrong) == (ADDER_EDGES, "minimum", 0)


def test_a_circuit_that_is_the_whole_computation_keeps_its_margin(written: AblatedModel) -> None:
    margin = written.cell.margins(0, 0).item()
    assert find_circuit(written).smallest_margin == pytest.approx(margin, abs=1e-9)


def test_a_search_without_budget_claims_only_that_no_edge_can_go(written: AblatedModel) -> None:
    assert find_circuit(written, n_sets_max=1).claim == "minimal"


def test_no_edge_of_a_trained_circuit_can_go(trained: AblatedModel) -> None:
    kept = find_circuit(trained).edges
    smaller = [live_edges(other for other in kept if other != edge) for edge in kept]
    masks_ie = torch.stack([trained.mask(edges) for edges in smaller])
    assert bool((trained.margins(masks_ie).min(dim=1).values <= 0).all())


def test_a_trained_circuit_is_right_on_every_input_and_smaller_than_its_model(trained: AblatedModel) -> None:
    search = find_circuit(trained)
    assert (search.n_wrong, search.claim) == (0, "minimum")
    assert len(search.edges) < search.n_candidates < len(trained.edges)


def test_the_curve_falls_from_all_candidates_one_edge_or_more_at_a_time(trained: AblatedModel) -> None:
    search = find_circuit(trained)
    sizes = [size for size, _margin in search.curve]
    assert sizes[0] == search.n_candidates
    assert sizes == sorted(set(sizes), reverse=True)


def test_a_search_reports_how_many_sets_it_has_tried(trained: AblatedModel) -> None:
    reports: list[SearchProgress] = []
    search = find_circuit(trained, progress=reports.append)
    assert reports[-1].n_sets_tried == search.n_sets_tried


def test_edges_that_carry_a_constant_are_left_out(trained: AblatedModel) -> None:
    texts = [str(edge) for edge in varying_edges(trained)]
    assert "embed→L0.H0.v" in texts
    assert "embed→L0.H0.q" not in texts
    assert "position→L0.mlp" not in texts
    assert "embed→logits" not in texts


def test_leaving_out_edges_that_carry_a_constant_changes_no_logit(trained: AblatedModel) -> None:
    without = trained.logits(trained.mask(varying_edges(trained)))
    torch.testing.assert_close(without, trained.logits(trained.mask(trained.edges)), atol=1e-3, rtol=1e-4)


@pytest.mark.parametrize(
    ("edges", "live"),
    [
        (ADDER_EDGES, ADDER_EDGES),
        (ADDER_EDGES[1:], ()),
        (ADDER_EDGES[:2], ()),
        ((Edge("embed", "L0.H1.k"), *ADDER_EDGES), ADDER_EDGES),
    ],
    ids=["a path", "no beginning", "no end", "a side that leads nowhere"],
)
def test_edges_are_live_on_a_path_from_an_embedding_to_the_logits(
    edges: tuple[Edge, ...], live: tuple[Edge, ...]
) -> None:
    assert live_edges(edges) == live


def test_a_cut_circuit_equals_its_masked_parent_on_every_input(trained: AblatedModel, task: Task) -> None:
    kept = find_circuit(trained).edges
    logits = cut_circuit(trained, kept).logits(*task.inputs_bp.unbind(1))
    torch.testing.assert_close(logits, trained.logits(trained.mask(kept)), atol=1e-5, rtol=1e-5)


def test_a_circuit_with_edges_of_every_kind_equals_its_masked_parent(trained: AblatedModel, task: Task) -> None:
    kept = [edge for edge in trained.edges if str(edge) not in ("embed→L0.H0.q", "position→L0.H1.k", "L0.H1→L0.mlp")]
    logits = cut_circuit(trained, kept).logits(*task.inputs_bp.unbind(1))
    torch.testing.assert_close(logits, trained.logits(trained.mask(kept)), atol=1e-4, rtol=1e-5)


def test_a_cut_circuit_has_only_its_own_parts(written: AblatedModel) -> None:
    circuit = cut_circuit(written, ADDER_EDGES).model
    names = set(circuit.state_dict())
    assert circuit.config.layers[0].head_numbers == (0,)
    assert names.isdisjoint({"position", "L0.W_Q", "L0.W_K"})
    assert circuit.state_dict()["L0.W_V"].shape == (1, 8, 1)


def test_a_cut_head_keeps_the_name_it_had(trained: AblatedModel) -> None:
    kept = (Edge("embed", "L0.H1.v"), Edge("L0.H1", "logits"))
    assert cut_circuit(trained, kept).model.config.edges == kept


def test_a_cut_circuit_survives_being_stored(trained: AblatedModel) -> None:
    circuit = cut_circuit(trained, find_circuit(trained).edges)
    stored = NeuralCell.from_bytes(circuit.to_bytes(), circuit.to_dict())
    assert torch.equal(stored.logits(3, 5), circuit.logits(3, 5))


def test_edges_that_lead_nowhere_cannot_be_cut(trained: AblatedModel) -> None:
    with pytest.raises(ExtractionError, match=r"edges lead into L0\.H0, but none leads out of it"):
        cut_circuit(trained, ADDER_EDGES[:1])


def test_an_edge_without_which_nothing_works_has_the_whole_margin_as_effect(written: AblatedModel) -> None:
    effects = {str(effect.edge): effect for effect in edge_effects(written)}
    assert effects["L0.mlp→logits"].n_wrong == 49
    assert effects["embed→L0.H0.k"].margin_drop == pytest.approx(0.0, abs=1e-9)


def test_a_model_that_is_wrong_has_no_circuit(cosine_cell: CosineCell, task: Task) -> None:
    answers_b = task.answers_b.clone()
    answers_b[9] = 0
    with pytest.raises(
        ExtractionError, match=r"wrong, or not sure, on 1 of 49 inputs, such as \(1, 2\), where 0 is right"
    ):
        AblatedModel.of(cosine_cell({1: 3.0}), task.inputs_bp, answers_b)
