"""Training is reproducible, can be stopped and resumed, and never claims more than was checked."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from stdcell.errors import TrainingError
from stdcell.training import Checkpoint, Progress, TrainingConfig, find_task, load_run, train

TASK = find_task("add-mod", modulus=7)
SHORT = TrainingConfig(d_model=16, n_heads=2, d_mlp=32, checkpoint_every=20, max_steps=60)
TAUGHT_ALL = replace(SHORT, d_model=32, d_mlp=64, train_fraction=1.0, hold_steps=20, max_steps=400)


def interrupt_at_step_30(record: Progress) -> None:
    """Press Ctrl-C once."""
    if record.step == 30:
        signal.raise_signal(signal.SIGINT)


def same_tensors(first: Checkpoint, second: Checkpoint) -> bool:
    return all(torch.equal(tensor, second.tensors()[name]) for name, tensor in first.tensors().items())


def test_the_same_seed_gives_the_same_weights_bit_for_bit(tmp_path: Path) -> None:
    first, second = train(TASK, SHORT, tmp_path / "1"), train(TASK, SHORT, tmp_path / "2")
    assert first.final.path.read_bytes() == second.final.path.read_bytes()


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    first, second = train(TASK, SHORT, tmp_path / "1"), train(TASK, replace(SHORT, seed=1), tmp_path / "2")
    assert not same_tensors(first.final, second.final)


def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path: Path) -> None:
    whole = train(TASK, SHORT, tmp_path / "whole")
    stopped = train(TASK, SHORT, tmp_path / "resumed", on_step=interrupt_at_step_30)
    assert (stopped.status, stopped.final.step) == ("interrupted", 30)
    resumed = train(TASK, SHORT, tmp_path / "resumed", resume=True)
    assert resumed.final.path.read_bytes() == whole.final.path.read_bytes()
    assert resumed.history == whole.history


def test_a_killed_run_resumes_from_its_last_whole_checkpoint(tmp_path: Path) -> None:
    whole = train(TASK, SHORT, tmp_path / "whole")
    killed = train(TASK, SHORT, tmp_path / "killed")
    killed.checkpoints[-1].path.with_suffix(".json").unlink()
    resumed = train(TASK, SHORT, tmp_path / "killed", resume=True)
    assert resumed.final.path.read_bytes() == whole.final.path.read_bytes()


def test_more_steps_can_be_given_when_resuming(tmp_path: Path) -> None:
    train(TASK, SHORT, tmp_path)
    assert train(TASK, replace(SHORT, max_steps=80), tmp_path, resume=True).final.step == 80


def test_a_run_that_is_not_right_everywhere_says_so(tmp_path: Path) -> None:
    run = train(TASK, SHORT, tmp_path)
    assert run.status == "not generalised"
    assert run.history[-1].n_wrong > 0


def test_a_generalised_run_ends_in_a_model_that_answers_every_input_right(tmp_path: Path) -> None:
    run = train(TASK, TAUGHT_ALL, tmp_path)
    assert run.status == "generalised"
    assert torch.equal(run.final.cell()(*TASK.inputs_bp.unbind(1)), TASK.answers_b)


def test_a_generalised_run_was_right_for_the_steps_it_had_to_hold(tmp_path: Path) -> None:
    run = train(TASK, TAUGHT_ALL, tmp_path)
    assert run.final.step % 20 == 0
    assert [record.n_wrong for record in run.history[-3:]] == [0, 0, 0]


def test_resuming_a_generalised_run_changes_nothing(tmp_path: Path) -> None:
    run = train(TASK, TAUGHT_ALL, tmp_path)
    assert train(TASK, TAUGHT_ALL, tmp_path, resume=True) == run


def test_progress_is_reported_every_ten_steps(tmp_path: Path) -> None:
    steps: list[int] = []
    train(TASK, SHORT, tmp_path, on_step=lambda record: steps.append(record.step))
    assert steps == [10, 20, 30, 40, 50, 60]


def test_progress_is_reported_at_every_checkpoint(tmp_path: Path) -> None:
    run = train(TASK, replace(SHORT, checkpoint_every=25, max_steps=33), tmp_path)
    assert [record.step for record in run.history] == [10, 20, 25, 30, 33]
    assert [checkpoint.step for checkpoint in run.checkpoints] == [25, 33]


def test_what_was_drawn_before_does_not_reach_a_checkpoint(tmp_path: Path) -> None:
    first = train(TASK, SHORT, tmp_path / "1")
    torch.rand(1)
    second = train(TASK, SHORT, tmp_path / "2")
    assert first.final.content() == second.final.content()


def test_a_run_is_loaded_as_it_was_left(tmp_path: Path) -> None:
    run = train(TASK, SHORT, tmp_path)
    loaded = load_run(tmp_path)
    assert (loaded.status, loaded.config, loaded.history) == (run.status, run.config, run.history)
    assert [checkpoint.step for checkpoint in loaded.checkpoints] == [20, 40, 60]


@pytest.mark.parametrize(
    ("modulus", "seed", "message"),
    [
        (11, 0, "holds another run: its task is .*'modulus': 7.*, asked was .*'modulus': 11"),
        (7, 3, "holds another run: its seed is 0, asked was 3"),
        (7, 0, "already holds this run; resume it .--resume. or choose another folder"),
    ],
)
def test_a_folder_with_a_run_is_not_overwritten(tmp_path: Path, modulus: int, seed: int, message: str) -> None:
    before = train(TASK, SHORT, tmp_path).final.path.read_bytes()
    with pytest.raises(TrainingError, match=message):
        train(find_task("add-mod", modulus=modulus), replace(SHORT, seed=seed), tmp_path)
    assert load_run(tmp_path).final.path.read_bytes() == before


def test_another_configuration_does_not_resume_a_run(tmp_path: Path) -> None:
    train(TASK, SHORT, tmp_path)
    with pytest.raises(TrainingError, match="holds another run: its config is"):
        train(TASK, replace(SHORT, d_mlp=64), tmp_path, resume=True)


def test_a_changed_checkpoint_is_not_read(tmp_path: Path) -> None:
    checkpoint = train(TASK, SHORT, tmp_path).final
    checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:-1] + b"?")
    with pytest.raises(TrainingError, match="has changed since it was written"):
        checkpoint.model()


def test_a_folder_without_a_run_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"there is no run\.json"):
        load_run(tmp_path)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"train_fraction": 0.0}, "the fraction of inputs to train on"),
        ({"n_heads": 3}, "3 heads cannot share a width of 64 evenly"),
        ({"checkpoint_every": 0}, "checkpoints are 1 or more steps apart, found 0"),
    ],
)
def test_a_configuration_that_cannot_train_is_refused(fields: dict[str, float], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        TrainingConfig(**fields)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(("modulus", "seed"), [(37, 0), (37, 1), (37, 2), (31, 0), (31, 1)])
def test_addition_generalises_from_three_fifths_of_its_table(tmp_path: Path, modulus: int, seed: int) -> None:
    run = train(find_task("add-mod", modulus=modulus), TrainingConfig(seed=seed), tmp_path)
    assert (run.status, run.history[-1].n_wrong) == ("generalised", 0)
