"""A composition is trained end to end: labels for its answers repair the networks within it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
import torch

from stdcell import Catalog, parse, stitch
from stdcell.errors import RuntimeFault, TrainingError
from stdcell.runtime.cell import NeuralCell
from stdcell.runtime.stitching import Stitched
from stdcell.training import train_stitched

TEXT = """
use circuit add as add;
use circuit double as double;
main(xs: seq[int 0..6]) -> int 0..6 = fold(add, map(double, xs), 0);
twice(xs: seq[int 0..6]) -> seq[int 0..6] = map(double, xs);
plain(xs: seq[int 0..6]) = xs + 1;
"""
INPUTS = [list(row) for row in product(range(7), repeat=2)]
ANSWERS = [2 * sum(row) % 7 for row in INPUTS]


@pytest.fixture
def stitched(catalog: Catalog) -> Stitched:
    return stitch(parse(TEXT, scope=catalog), catalog)


def damage(stitched: Stitched, name: str, by: float) -> None:
    """Noise on all weights of one circuit, relative to their spread."""
    (digest,) = (cell.digest for cell in stitched.program.cells if cell.name == name)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in stitched.circuits[digest].parameters():
            weight.add_(torch.randn(weight.shape, generator=generator), alpha=by * weight.std().item())


def n_wrong(stitched: Stitched) -> int:
    return sum(found != right for found, right in zip(stitched(INPUTS), ANSWERS, strict=True))


def test_end_to_end_labels_repair_a_damaged_circuit_behind_hard_wires(stitched: Stitched) -> None:
    damage(stitched, "double", 0.8)
    assert n_wrong(stitched) > 10
    trained = train_stitched(stitched.freeze("add"), INPUTS, ANSWERS, learning_rate=1e-3, max_steps=300)
    assert trained.is_right
    assert n_wrong(stitched) == 0


def test_what_is_frozen_keeps_its_weights(stitched: Stitched) -> None:
    (digest,) = (cell.digest for cell in stitched.program.cells if cell.name == "add")
    before = stitched.cells[digest].to_bytes()
    damage(stitched, "double", 0.5)
    train_stitched(stitched.freeze("add"), INPUTS, ANSWERS, learning_rate=1e-3, max_steps=5)
    assert stitched.cells[digest].to_bytes() == before


def test_a_composition_that_is_frozen_whole_has_nothing_to_train(stitched: Stitched) -> None:
    with pytest.raises(TrainingError, match="there is nothing to train: every weight is frozen"):
        train_stitched(stitched.freeze(), INPUTS, ANSWERS)


def test_sequences_of_answers_can_be_trained_on(stitched: Stitched) -> None:
    damage(stitched, "double", 0.8)
    inputs, answers = [[0, 1, 2, 3], [4, 5, 6], []], [[0, 2, 4, 6], [1, 3, 5], []]
    assert train_stitched(stitched, inputs, answers, output="twice", learning_rate=1e-3).is_right
    assert stitched(inputs, "twice") == answers


def test_freezing_an_unknown_cell_names_the_nearest(stitched: Stitched) -> None:
    with pytest.raises(RuntimeFault, match="the program calls no cell 'duoble'; did you mean 'double'"):
        stitched.freeze("duoble")


def test_an_answer_that_the_network_cannot_give_is_refused(stitched: Stitched) -> None:
    with pytest.raises(TrainingError, match=r"a right answer is outside 0\.\.6"):
        train_stitched(stitched, [[1]], [7])


def test_an_output_without_a_network_cannot_be_trained(stitched: Stitched) -> None:
    with pytest.raises(RuntimeFault, match="the answer of 'plain' is computed by no network"):
        train_stitched(stitched, [[1]], [[2]], output="plain")


def test_the_catalogs_networks_are_not_trained_with_the_composition(
    stitched: Stitched, catalog: Catalog, networks: Mapping[str, NeuralCell]
) -> None:
    damage(stitched, "double", 1.0)
    again = stitch(stitched.program, catalog)
    assert n_wrong(again) == 0
