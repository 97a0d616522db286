"""Two cells that add modulo 7: one whose weights are written by hand, one that was trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import torch

from stdcell.extraction import AblatedModel
from stdcell.runtime.cell import NeuralCell
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig, parameter_shapes
from stdcell.training import Task, TrainingConfig, find_task, train

torch.set_num_threads(1)  # the models are so small that threads would only wait for each other
CosineCell = Callable[[Mapping[int, float]], NeuralCell]


@pytest.fixture(scope="session")
def task() -> Task:
    return find_task("add-mod", modulus=7)


@pytest.fixture(scope="session")
def cosine_cell(task: Task) -> CosineCell:
    return lambda amplitudes: build_cosine_cell(task, amplitudes)


@pytest.fixture(scope="session")
def trained(task: Task, tmp_path_factory: pytest.TempPathFactory) -> AblatedModel:
    """Trained on the whole table, so that it is right everywhere after a second."""
    config = TrainingConfig(d_model=32, n_heads=2, d_mlp=64, train_fraction=1.0, max_steps=600)
    run = train(task, config, tmp_path_factory.mktemp("run"))
    return AblatedModel.of(run.final.cell(), task.inputs_bp, task.answers_b)


def build_cosine_cell(task: Task, amplitudes: Mapping[int, float]) -> NeuralCell:
    """Logits of exactly Σ_k a_k cos(2πk(a + b − c)/7), in float64.

    Residual direction 0 holds the number of a token (0 for `=`). Head 0 attends to all three tokens alike and writes
    three times their mean, a + b; head 1 writes nothing. Neuron j is relu(a + b + 1 − j), so that any function of the
    sums 0 to 12 is linear in the neurons; the MLP writes the seven logits to directions 1 to 7.
    """
    config = TransformerConfig(8, 3, 8, (LayerShape(2, 1, 1, 13),), 7)
    weights = {name: torch.zeros(shape, dtype=torch.float64) for name, shape in parameter_shapes(config).items()}
    sums, outputs = torch.arange(13, dtype=torch.float64), torch.arange(7)
    weights["embed"][:7, 0] = torch.arange(7)
    weights["L0.W_V"][0, 0, 0] = 1
    weights["L0.W_O"][0, 0, 0] = 3
    weights["L0.W_in"][0] = 1
    weights["L0.b_in"][0] = 1 - sums
    neurons_sj = torch.relu(sums[:, None] + 1 - sums)
    logits_sc = sum(
        (
            amplitude * torch.cos(2 * torch.pi * k * (sums[:, None] - outputs) / 7)
            for k, amplitude in amplitudes.items()
        ),
        start=torch.zeros(13, 7, dtype=torch.float64),
    )
    weights["L0.W_out"][:, 1:] = torch.linalg.solve(neurons_sj, logits_sc)
    weights["unembed"][1:] = torch.eye(7)
    return NeuralCell(task.cell, Transformer(config, weights))
