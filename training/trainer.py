"""Train a transformer on a task until it answers every input right.

1. Full batches: each step sees all training inputs, so that nothing is drawn after the weights have been initialised.
   The random state, seeded apart from the caller's, is kept all the same.
2. AdamW on the mean cross entropy at the position that is read.
3. Every `EVALUATE_EVERY` steps, and at each checkpoint, all inputs are answered, trained on or not. When every one has
   been right for `hold_steps` steps, training stops at the next checkpoint.
4. Checkpoints hold the optimizer's state: a resumed run gives the weights of an uninterrupted one, bit for bit on the
   same machine. Ctrl-C takes effect between two steps, where a last checkpoint is written.

Axes: b batch, n position, o output.

Source: Power et al. 2022, "Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets".
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import FrameType

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ..errors import TrainingError
from ..runtime.transformer import Transformer, initial_parameters
from .checkpoints import Progress, Run, RunStatus, TrainingConfig, load_run
from .tasks import Split, Task

__all__ = ["EVALUATE_EVERY", "train"]

EVALUATE_EVERY = 10
EMBEDDING_SCALE, LAYER_SCALE = 0.5, 4.0
"""Factors on the usual initial weights: small embeddings and large layers generalise sooner, and on more splits."""


def train(
    task: Task,
    config: TrainingConfig,
    folder: Path | str,
    on_step: Callable[[Progress], None] | None = None,
    resume: bool = False,
) -> Run:
    """Train into a folder; look at `status` of the run for how it ended.

    Args:
        task: what to learn.
        config: shape of the model and how to train it.
        folder: where the run is kept; made if absent.
        on_step: called with each new progress record.
        resume: continue from the last checkpoint of the folder, if there is one. More `max_steps` may be given.

    Returns:
        The run. Its status is `generalised` only if its last checkpoint answers every input right.

    Raises:
        TrainingError: if the folder holds another run, or holds one and `resume` is false. Nothing is overwritten.
    """
    split = Split.of(task, config.train_fraction, config.seed)
    run = Run(Path(folder), task, config, split.digest, version("stdcell"))
    if (run.folder / "run.json").exists():
        run = _earlier_run(run, resume)
        if run.status == "generalised":
            return run
    run = run.write_status("training")
    with _stop_signal() as stop, torch.random.fork_rng(devices=()):
        torch.manual_seed(config.seed)
        return _train_on(run, split, on_step, stop)


def _earlier_run(run: Run, resume: bool) -> Run:
    """The run that the folder holds, if it is the same as the one asked for."""
    earlier = load_run(run.folder)
    asked, found = _identity(run), _identity(earlier)
    if different := [name for name in asked if asked[name] != found[name]]:
        first = different[0]
        raise TrainingError(
            f"{run.folder} holds another run: its {first} is {found[first]}, asked was {asked[first]}; "
            "choose another folder"
        )
    if not resume:
        raise TrainingError(f"{run.folder} already holds this run; resume it (--resume) or choose another folder")
    return replace(earlier, config=run.config)


def _identity(run: Run) -> dict[str, object]:
    """What two runs must share to be one, what a user chooses first."""
    return {
        "task": run.task.to_dict(),
        "seed": run.config.seed,
        "config": replace(run.config, max_steps=0),
        "dataset": run.dataset_digest,
    }


def _train_on(run: Run, split: Split, on_step: Callable[[Progress], None] | None, stop: threading.Event) -> Run:
    """Train from the last checkpoint to an end, and write how it ended."""
    state = _State.of(run)
    tokens_bn, targets_b = run.task.tokens_bn, run.task.targets_b
    train_tokens_bn, train_targets_b = tokens_bn[split.train_b], targets_b[split.train_b]
    run = replace(run, history=tuple(record for record in run.history if record.step <= state.step))
    while True:
        status = _status(run, state.step, stop)
        if state.step and (status != "training" or state.step % run.config.checkpoint_every == 0):
            run.write_checkpoint(state.step, state.tensors())
        if status != "training":
            return run.write_status(status)
        state.descend(train_tokens_bn, train_targets_b, run.task.cell.read_position)
        if state.step % EVALUATE_EVERY == 0 or _ends(run.config, state.step) or stop.is_set():
            record = _evaluate(state.model, run.task, split, state.step)
            run = replace(run, history=(*run.history, record))
            if on_step:
                on_step(record)


def _ends(config: TrainingConfig, step: int) -> bool:
    """Whether training may end at a step, other than by Ctrl-C."""
    return step % config.checkpoint_every == 0 or step >= config.max_steps


def _status(run: Run, step: int, stop: threading.Event) -> RunStatus:
    """Whether to stop after `step`, and why."""
    config = run.config
    if not (run.history and run.history[-1].step == step):
        return "training"
    if step % config.checkpoint_every == 0:
        wrong_steps = (record.step for record in reversed(run.history) if record.n_wrong)
        if step - next(wrong_steps, 0) > config.hold_steps:
            return "generalised"
    if step >= config.max_steps:
        return "not generalised"
    return "interrupted" if stop.is_set() else "training"


@dataclass(slots=True)
class _State:
    """What changes from step to step."""

    model: Transformer
    optimizer: torch.optim.AdamW
    step: int = 0

    @classmethod
    def of(cls, run: Run) -> _State:
        """The state at the last checkpoint, or before the first step."""
        config = run.config
        checkpoint = run.checkpoints[-1] if run.checkpoints else None
        model = checkpoint.model() if checkpoint else _initial_model(run)
        optimizer = torch.optim.AdamW(
            model.parameters(),
            lr=config.learning_rate,
            betas=config.betas,
            weight_decay=config.weight_decay,
        )
        if checkpoint is None:
            return cls(model, optimizer)
        tensors = checkpoint.tensors()
        torch.set_rng_state(tensors["random_state"])
        for name, weight in model.named_parameters():
            optimizer.state[weight] = {
                "step": torch.tensor(float(checkpoint.step)),
                "exp_avg": tensors[f"adamw.exp_avg.{name}"],
                "exp_avg_sq": tensors[f"adamw.exp_avg_sq.{name}"],
            }
        return cls(model, optimizer, checkpoint.step)

    def tensors(self) -> dict[str, Tensor]:
        """Weights under their names, the optimizer's moments under names that begin with `adamw.`, the random state."""
        moments = {
            f"adamw.{moment}.{name}": self.optimizer.state[weight][moment]
            for name, weight in self.model.named_parameters()
            for moment in ("exp_avg", "exp_avg_sq")
        }
        return {**self.model.state_dict(), **moments, "random_state": torch.get_rng_state()}

    def descend(self, tokens_bn: Tensor, targets_b: Tensor, read_position: int) -> None:
        """One step down the mean cross entropy, taken in float64 so that small losses keep their gradients."""
        loss_nats = cross_entropy(self.model(tokens_bn)[:, read_position].double(), targets_b)
        self.optimizer.zero_grad()
        loss_nats.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.step += 1


def _initial_model(run: Run) -> Transformer:
    """The model before the first step."""
    shape = run.config.transformer(run.task)
    weights = initial_parameters(shape, run.config.seed)
    scales = {"embed": EMBEDDING_SCALE, "position": EMBEDDING_SCALE, "unembed": 1.0}
    return Transformer(shape, {name: weight * scales.get(name, LAYER_SCALE) for name, weight in weights.items()})


@torch.no_grad()
def _evaluate(model: Transformer, task: Task, split: Split, step: int) -> Progress:
    """Losses, accuracies and the smallest margin over all inputs."""
    logits_bo, targets_b = model(task.tokens_bn)[:, task.cell.read_position], task.targets_b
    loss_b = cross_entropy(logits_bo.double(), targets_b, reduction="none")
    right_b1 = logits_bo.gather(1, targets_b[:, None])
    other_bo = logits_bo.scatter(1, targets_b[:, None], -torch.inf)
    margin_b = right_b1[:, 0] - other_bo.max(dim=1).values
    is_right_b = (margin_b > 0).double()
    return Progress(
        step=step,
        train_loss_nats=loss_b[split.train_b].mean().item(),
        test_loss_nats=loss_b[split.test_b].mean().item() if len(split.test_b) else None,
        train_accuracy=is_right_b[split.train_b].mean().item(),
        test_accuracy=is_right_b[split.test_b].mean().item() if len(split.test_b) else None,
        n_wrong=len(is_right_b) - int(is_right_b.sum()),
        smallest_margin=margin_b.min().item(),
    )


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """While open, Ctrl-C sets the event instead of breaking a step in half; only the main thread receives it."""
    stop = threading.Event()

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)
