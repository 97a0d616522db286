"""Progress in the terminal: a bar for each stage, quiet where nobody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:  # these bring torch, which takes seconds, and a bar needs nothing of them
    from ..extraction import SearchProgress
    from ..training import Progress as TrainingProgress

__all__ = ["StageBar", "stage"]


class StageBar:
    """One bar that tells how far a stage is."""

    def __init__(self, progress: Progress, title: str, total: int | None) -> None:
        self._progress = progress
        self._bar = progress.add_task(title, total=total, told="")

    def on_training(self, record: TrainingProgress) -> None:
        """Show step, loss and accuracies."""
        told = (
            f"step {record.step}, loss {record.test_loss_nats:.3g} nats, train {record.train_accuracy:.1%}, "
            f"test [bold]{record.test_accuracy:.1%}[/]"
        )
        self._progress.update(self._bar, completed=record.step, told=told)

    def on_search(self, record: SearchProgress) -> None:
        """Show how many edge sets were tried, and of what size."""
        told = f"{record.n_sets_tried} sets tried, now of {record.n_edges} edges"
        self._progress.update(self._bar, completed=record.n_sets_tried, told=told)

    def finish(self) -> None:
        """Show the stage as done."""
        n_done = max(1.0, self._progress.tasks[self._bar].completed)
        self._progress.update(self._bar, total=n_done, completed=n_done)

    def tell(self, told: str) -> None:
        """Show a line of text."""
        self._progress.update(self._bar, told=told)


@contextmanager
def stage(title: str, *, total: int | None = None, quiet: bool = False) -> Iterator[StageBar]:
    """A bar while the block runs; it stays as a line when the block is done."""
    columns = (
        TextColumn("[bold]{task.description:<16}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False), disable=quiet) as progress:
        bar = StageBar(progress, title, total)
        yield bar
        bar.finish()
