"""A training run as a folder, written so that a crash at any moment leaves the last checkpoint whole.

1. `run.json` says what is trained: task, configuration, digest of the data, version of the code; and how it stands.
2. `history.json` holds the progress records up to the last checkpoint.
3. `checkpoints/step-000100.safetensors` holds weights and optimizer state, `step-000100.json` its step and digest. The
   JSON file is written last: without it a checkpoint does not exist.

Every file is written beside its place, flushed to the disk and then renamed. There is no pickle and no time of day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from safetensors.torch import load, save
from torch import Tensor

from ..catalog.durable import write_atomically
from ..errors import TrainingError
from ..runtime.cell import NeuralCell
from ..runtime.transformer import LayerShape, Transformer, TransformerConfig, parameter_shapes
from .tasks import Task, find_task

__all__ = ["Checkpoint", "Progress", "Run", "RunStatus", "TrainingConfig", "load_run"]

RunStatus = Literal["training", "generalised", "not generalised", "interrupted"]
"""How a run stands: under way or killed; every input right; `max_steps` reached before that; stopped by the user."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How a one-layer transformer is trained; the defaults generalise on add-mod from a modulus of about 20."""

    seed: int = 0
    train_fraction: float = 0.6
    d_model: int = 64
    n_heads: int = 4
    d_mlp: int = 256
    learning_rate: float = 3e-3
    weight_decay: float = 1.0
    betas: tuple[float, float] = (0.9, 0.98)
    checkpoint_every: int = 100
    hold_steps: int = 100
    """For so many steps every input must have been right before training stops."""
    max_steps: int = 3000

    def __post_init__(self) -> None:
        if not 0 < self.train_fraction <= 1:
            raise TrainingError(
                f"the fraction of inputs to train on is above 0 and at most 1, found {self.train_fraction}"
            )
        if self.d_model % self.n_heads:
            raise TrainingError(f"{self.n_heads} heads cannot share a width of {self.d_model} evenly")
        if self.checkpoint_every < 1:
            raise TrainingError(f"checkpoints are 1 or more steps apart, found {self.checkpoint_every}")

    def transformer(self, task: Task) -> TransformerConfig:
        """The shape of the model for a task."""
        d_head = self.d_model // self.n_heads
        layer = LayerShape(self.n_heads, d_head, d_head, self.d_mlp)
        n_context, n_outputs = len(task.cell.prompt), task.cell.output.n_values
        return TransformerConfig(task.n_vocabulary, n_context, self.d_model, (layer,), n_outputs)


@dataclass(frozen=True, slots=True)
class Progress:
    """How the model does at one step; losses are means in nats, accuracies fractions of inputs.

    Those of the test are None where every input is trained on.
    """

    step: int
    train_loss_nats: float
    test_loss_nats: float | None
    train_accuracy: float
    test_accuracy: float | None
    n_wrong: int
    """Of all inputs, trained on or not."""
    smallest_margin: float
    """Over all inputs: the right logit minus the best wrong one; negative where an input is wrong."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A step of a run, on the disk."""

    folder: Path
    step: int
    task: Task
    config: TrainingConfig

    @property
    def path(self) -> Path:
        """The file with weights and optimizer state."""
        return self.folder / "checkpoints" / f"step-{self.step:06d}.safetensors"

    def content(self) -> bytes:
        """The bytes of the file.

        Raises:
            TrainingError: if it is missing or its bytes have changed since they were written.
        """
        try:
            content = self.path.read_bytes()
            expected = _read_json(self.path.with_suffix(".json"))["sha256"]
        except (OSError, KeyError) as error:
            raise TrainingError(f"cannot read the checkpoint {self.path}: {error}") from error
        if hashlib.sha256(content).hexdigest() != expected:
            raise TrainingError(f"{self.path} has changed since it was written; resume from an earlier checkpoint")
        return content

    def tensors(self) -> dict[str, Tensor]:
        """Weights, the optimizer's moments as `adamw.…`, and `random_state`; errors as for `content`."""
        return load(self.content())

    def model(self) -> Transformer:
        """The model at this step."""
        tensors, shape = self.tensors(), self.config.transformer(self.task)
        return Transformer(shape, {name: tensors[name] for name in parameter_shapes(shape)})

    def cell(self) -> NeuralCell:
        """The model at this step behind the task's ports."""
        return NeuralCell(self.task.cell, self.model())


@dataclass(frozen=True, slots=True)
class Run:
    """A training run: what was trained, how it stands, and its checkpoints."""

    folder: Path
    task: Task
    config: TrainingConfig
    dataset_digest: str
    code_version: str
    status: RunStatus = "training"
    history: tuple[Progress, ...] = field(default=(), repr=False)

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """All whole checkpoints, in order of steps."""
        files = sorted((self.folder / "checkpoints").glob("step-*.json"))
        steps = [int(path.stem.removeprefix("step-")) for path in files]
        return tuple(Checkpoint(self.folder, step, self.task, self.config) for step in steps)

    @property
    def final(self) -> Checkpoint:
        """The last checkpoint.

        Raises:
            TrainingError: if the run has none yet.
        """
        if not self.checkpoints:
            raise TrainingError(f"the run in {self.folder} has no checkpoint yet")
        return self.checkpoints[-1]

    def write_checkpoint(self, step: int, tensors: Mapping[str, Tensor]) -> None:
        """Store the tensors of one step, then the history that led to it."""
        path = Checkpoint(self.folder, step, self.task, self.config).path
        content = save(dict(tensors))
        write_atomically(path, content)
        _write_json(path.with_suffix(".json"), {"step": step, "sha256": hashlib.sha256(content).hexdigest()})
        _write_json(self.folder / "history.json", [asdict(record) for record in self.history])

    def write_status(self, status: RunStatus) -> Run:
        """Write `run.json` and give the run with that status."""
        fields = {
            "task": self.task.to_dict(),
            "config": asdict(self.config),
            "dataset_digest": self.dataset_digest,
            "code_version": self.code_version,
            "status": status,
        }
        _write_json(self.folder / "run.json", fields)
        return replace(self, status=status)


def load_run(folder: Path | str) -> Run:
    """Open a run that was trained before.

    Raises:
        TrainingError: if the folder holds no run, or one that cannot be read.
    """
    folder = Path(folder)
    if not (folder / "run.json").exists():
        raise TrainingError(f"no training run in {folder}: there is no run.json")
    fields = _read_json(folder / "run.json")
    try:
        task = find_task(fields["task"]["name"], **fields["task"]["parameters"])
        config = TrainingConfig(**{**fields["config"], "betas": tuple(fields["config"]["betas"])})
        run = Run(folder, task, config, fields["dataset_digest"], fields["code_version"], fields["status"])
        return replace(run, history=tuple(_read_history(folder / "history.json")))
    except (KeyError, TypeError) as error:
        raise TrainingError(f"{folder / 'run.json'} is not a training run's: {error}") from error


def _read_history(path: Path) -> Iterator[Progress]:
    if path.exists():
        yield from (Progress(**record) for record in _read_json(path))


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read {path}: {error}") from error


def _write_json(path: Path, content: object) -> None:
    write_atomically(path, json.dumps(content, indent=1, sort_keys=True).encode() + b"\n")
