"""Tasks are complete tables, and splits of them are reproducible."""

from __future__ import annotations

import pytest
import torch

from stdcell.errors import TrainingError
from stdcell.training import Split, find_task


def test_add_mod_3_is_this_table() -> None:
    task = find_task("add-mod", modulus=3)
    assert task.inputs_bp.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2], [2, 0], [2, 1], [2, 2]]
    assert task.answers_b.tolist() == [0, 1, 2, 1, 2, 0, 2, 0, 1]


def test_the_prompt_of_add_mod_is_a_b_equals() -> None:
    assert find_task("add-mod", modulus=3).tokens_bn[5].tolist() == [1, 2, 3]


def test_the_contract_of_add_mod_names_its_modulus() -> None:
    assert find_task("add-mod", modulus=37).contract == "result == (a + b) mod 37"


def test_a_split_covers_every_input_once() -> None:
    split = Split.of(find_task("add-mod", modulus=5), fraction=0.6, seed=1)
    assert len(split.train_b) == 15
    assert torch.cat([split.train_b, split.test_b]).sort().values.tolist() == list(range(25))


def test_the_same_seed_gives_the_same_split_and_digest() -> None:
    first, second = (Split.of(find_task("add-mod", modulus=5), 0.6, seed=1) for _ in range(2))
    assert torch.equal(first.train_b, second.train_b)
    assert first.digest == second.digest


def test_another_seed_gives_another_digest() -> None:
    task = find_task("add-mod", modulus=5)
    assert Split.of(task, 0.6, seed=1).digest != Split.of(task, 0.6, seed=2).digest


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("add-mud", {}, "no task named 'add-mud'; there are: add-mod; did you mean 'add-mod'?"),
        ("add-mod", {"modulus": 1}, "add-mod takes a modulus of 2..113, found 1"),
        ("add-mod", {"modulus": 114}, "add-mod takes a modulus of 2..113, found 114"),
        ("add-mod", {"prime": 7}, "task 'add-mod' does not take these parameters: .*'prime'"),
    ],
)
def test_a_task_that_does_not_exist_is_refused(name: str, parameters: dict[str, int], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        find_task(name, **parameters)


def test_a_split_without_training_inputs_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"a fraction of 0\.1 of 4 inputs leaves none to train on"):
        Split.of(find_task("add-mod", modulus=2), fraction=0.1, seed=0)
