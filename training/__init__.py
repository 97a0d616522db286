"""Tasks, the trainer and its checkpoints."""

from .checkpoints import Checkpoint, Progress, Run, RunStatus, TrainingConfig, load_run
from .tasks import TASKS, Split, Task, find_task
from .trainer import train

__all__ = [
    "TASKS",
    "Checkpoint",
    "Progress",
    "Run",
    "RunStatus",
    "Split",
    "Task",
    "TrainingConfig",
    "find_task",
    "load_run",
    "train",
]
