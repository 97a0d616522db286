"""The tasks that models are trained on: a finite table of inputs, their right answers, and a contract in words.

A task is data. `find_task` builds one from the table `TASKS`; a new task is one function and one line there.

Axes: b batch, p input port, n position.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from ..errors import TrainingError, did_you_mean
from ..runtime.cell import CellConfig, IntPort

__all__ = ["TASKS", "Split", "Task", "find_task"]


@dataclass(frozen=True, slots=True)
class Task:
    """All inputs of a task with their answers, and how a cell that does it looks from outside."""

    name: str
    parameters: MappingProxyType[str, int]
    cell: CellConfig
    n_vocabulary: int
    contract: str
    inputs_bp: Tensor = field(compare=False, repr=False)
    """Every input, one column per port of `cell.inputs`, in lexicographic order."""
    answers_b: Tensor = field(compare=False, repr=False)
    """The right value of `cell.output` for each input."""

    @property
    def tokens_bn(self) -> Tensor:
        """The prompt of every input."""
        return self.cell.tokens(self.inputs_bp)

    @property
    def targets_b(self) -> Tensor:
        """The index of the right output for each input."""
        return self.answers_b - self.cell.output.low

    def to_dict(self) -> dict[str, Any]:
        """Name and parameters: all that `find_task` needs to build the task again."""
        return {"name": self.name, "parameters": dict(self.parameters)}


@dataclass(frozen=True, slots=True)
class Split:
    """Which inputs a model is trained on, and which only test it, as sorted row numbers of the task's table."""

    train_b: Tensor
    test_b: Tensor
    digest: str
    """SHA-256 of the task's name and parameters and of the training rows."""

    @classmethod
    def of(cls, task: Task, fraction: float, seed: int) -> Split:
        """Draw the training rows without replacement; the same arguments give the same split.

        Raises:
            TrainingError: if the fraction leaves no input to train on.
        """
        n_inputs = len(task.inputs_bp)
        n_train = round(fraction * n_inputs)
        if not n_train:
            raise TrainingError(f"a fraction of {fraction} of {n_inputs} inputs leaves none to train on")
        order_b = torch.randperm(n_inputs, generator=torch.Generator().manual_seed(seed))
        train_b, test_b = order_b[:n_train].sort().values, order_b[n_train:].sort().values
        content = json.dumps([task.to_dict(), train_b.tolist()], sort_keys=True)
        return cls(train_b, test_b, hashlib.sha256(content.encode()).hexdigest())


def add_mod(modulus: int = 37) -> Task:
    """Addition of two numbers modulo `modulus`, 2 to 113, as the prompt `a b =`."""
    if not 2 <= modulus <= 113:
        raise TrainingError(f"add-mod takes a modulus of 2..113, found {modulus}")
    numbers = torch.arange(modulus)
    inputs_bp = torch.cartesian_prod(numbers, numbers)
    ports = (IntPort("a", 0, modulus - 1), IntPort("b", 0, modulus - 1))
    return Task(
        name="add-mod",
        parameters=MappingProxyType({"modulus": modulus}),
        cell=CellConfig(ports, IntPort("result", 0, modulus - 1), prompt=("a", "b", modulus), read_position=2),
        n_vocabulary=modulus + 1,
        contract=f"result == (a + b) mod {modulus}",
        inputs_bp=inputs_bp,
        answers_b=inputs_bp.sum(dim=1) % modulus,
    )


TASKS: MappingProxyType[str, Callable[..., Task]] = MappingProxyType({"add-mod": add_mod})


def find_task(name: str, **parameters: int) -> Task:
    """Build a task by name, as in `find_task("add-mod", modulus=37)`.

    Raises:
        TrainingError: if no task has that name, or it does not take these parameters.
    """
    if name not in TASKS:
        hint = did_you_mean(name, TASKS)
        raise TrainingError(f"no task named {name!r}; there are: {', '.join(TASKS)}" + (f"; {hint}" if hint else ""))
    try:
        return TASKS[name](**parameters)
    except TypeError as error:
        raise TrainingError(f"task {name!r} does not take these parameters: {error}") from error
