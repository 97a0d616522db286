"""Tasks, the trainer and its checkpoints."""

from .checkpoints import Checkpoint, Progress, Run, RunStatus, TrainingConfig, load_run
from .compositions import SavedComposition, save_stitched, store_circuit
from .stitched import StitchedTraining, train_stitched
from .tasks import TASKS, Split, Task, find_task
from .trainer import train

__all__ = [
    "TASKS",
    "Checkpoint",
    "Progress",
    "Run",
    "RunStatus",
    "SavedComposition",
    "Split",
    "StitchedTraining",
    "Task",
    "TrainingConfig",
    "find_task",
    "load_run",
    "save_stitched",
    "store_circuit",
    "train",
    "train_stitched",
]
