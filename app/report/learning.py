"""Section 2: how the model learned, step by step."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ...training import Progress, Run
from ..pages.markup import Markup, element, figure, section
from ..pages.palette import LIGHT
from .plots import plot

__all__ = ["learning_section", "step_all_right"]

Measure = Callable[[Progress], float | None]


def learning_section(run: Run) -> Markup:
    """Loss and accuracy over the steps, on trained and on held-out inputs."""
    right = step_all_right(run)
    mark = f"the dashed line marks step {right:,}, the first at which every input was right" if right else ""
    loss = plot("Loss in nats over training steps, on a logarithmic scale", lambda axes: _draw_loss(axes, run))
    accuracy = plot("Accuracy over training steps", lambda axes: _draw_accuracy(axes, run))
    figures = [
        figure(loss, f"Mean cross entropy of the right answer; {mark}." if mark else "Mean cross entropy."),
        figure(accuracy, "Fraction of inputs answered right. The gap between the curves is memory without the rule."),
    ]
    introduction = (
        f"{_n_trained_on(run):,} of {len(run.task.inputs_bp):,} inputs were trained on, the others only tested. "
        f"{_told(run, right)}"
    )
    return section("Learning", introduction, element("div", *figures, class_="pair"))


def step_all_right(run: Run) -> int | None:
    """The first step at which every input, trained on or not, was answered right."""
    return next((record.step for record in run.history if record.n_wrong == 0), None)


def _n_trained_on(run: Run) -> int:
    return round(run.config.train_fraction * len(run.task.inputs_bp))


def _told(run: Run, right: int | None) -> str:
    """When the trained inputs were known, and when the rule was."""
    known = next((record.step for record in run.history if record.train_accuracy == 1), None)
    if known is None or right is None:
        return "Some inputs were still wrong when training ended."
    if right <= known:
        return f"Every input was right by step {right:,}."
    return f"The trained ones were all right by step {known:,}; every input followed at step {right:,}."


def _draw_loss(axes: Axes, run: Run) -> None:
    axes.set(title="Loss", ylabel="nats", yscale="log")
    _draw_curves(axes, run, lambda record: record.train_loss_nats, lambda record: record.test_loss_nats)


def _draw_accuracy(axes: Axes, run: Run) -> None:
    axes.set(title="Accuracy", ylim=(-0.03, 1.05))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    _draw_curves(axes, run, lambda record: record.train_accuracy, lambda record: record.test_accuracy)


def _draw_curves(axes: Axes, run: Run, train: Measure, test: Measure) -> None:
    for measure, name, colour in ((train, "trained on", "orange"), (test, "held out", "blue")):
        points = [(record.step, value) for record in run.history if (value := measure(record)) is not None]
        if points:
            axes.plot(*zip(*points, strict=True), color=LIGHT[colour], label=name)
    axes.set_xlabel("step")
    axes.margins(x=0.02)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if (right := step_all_right(run)) is not None:
        axes.axvline(right, color=LIGHT["muted"], linewidth=1, linestyle=(0, (4, 3)))
    if run.history:
        axes.legend(labelcolor="linecolor")
