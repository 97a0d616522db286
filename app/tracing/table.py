"""A trace as a table in the terminal: one row for each s-op, and under a cell's value what the cell was asked."""

from __future__ import annotations

from pathlib import PureWindowsPath

from rich.table import Table
from rich.text import Text

from ...runtime.tracing import CellAnswer, Step, Trace
from ...runtime.tracing.trace import Cover
from ...runtime.tracing.values import written
from ..options import console

__all__ = ["call_text", "computed_by", "cover_sign", "cover_summary", "place_text", "print_steps", "value_text"]

HEADINGS = ("", "s-op", "value", "reads", "line")
HEADINGS_OF_CELLS = ("computed by", "evidence")
HEADING_OF_COVER = "verdicts"


def print_steps(trace: Trace) -> None:
    """Print the steps that say more than their text, and where there are cells what is known of them."""
    table = Table(title=f"{trace.output}, {trace.backend}", title_justify="left", show_edge=False)
    has_cells = any(step.cells for step in trace.told)
    is_covered = any(step.cover is not None for step in trace.told)
    added = (*(HEADINGS_OF_CELLS if has_cells else ()), *((HEADING_OF_COVER,) if is_covered else ()))
    for heading in (*HEADINGS, *added):
        table.add_column(heading, overflow="fold", justify="right" if not heading else "left")
    for step in trace.told:
        cells = [
            str(step.number),
            step.name or step.text,
            "\n".join([value_text(step), *map(call_text, step.calls)]),
            " ".join(map(str, trace.told_reads(step))),
            place_text(step.place),
            *((computed_by(step, trace.backend), step.evidence) if has_cells else ()),
        ]
        table.add_row(*map(Text, cells), *((_covered(step),) if is_covered else ()))
    console.print(table)
    if is_covered:
        console.print(cover_summary(trace), soft_wrap=True)


def _covered(step: Step) -> Text:
    """The verdicts on a step, one a line; what is not covered stands out."""
    styles = {True: "green", False: "bold yellow"}
    lines = [Text(f"{cover_sign(cover)} {cover}", styles[cover.holds_here]) for cover in step.cover or ()]
    return Text("\n").join(lines) if lines else Text("by definition", "dim")


def cover_sign(cover: Cover) -> str:
    """What marks a verdict that holds of this input, and one that does not."""
    return "✓" if cover.holds_here else "not covered:"


def cover_summary(trace: Trace) -> str:
    """How many steps are covered, and which are not."""
    gaps = [f"{step.number} {step.name or step.text}" for step in trace.told if step.gaps]
    covered = f"{len(trace.told) - len(gaps)} of {len(trace.told)} steps are covered for this input"
    return f"{covered}; not covered: {', '.join(gaps)}" if gaps else covered


def value_text(step: Step) -> str:
    """The value as a program writes it; a selector as one row of 0 and 1 for each query."""
    if step.value is None:
        return "not kept"
    text = written(step.value)
    bound = "" if step.error_bound is None else f" ± {step.error_bound:.2g}"
    return (text.replace(" ", "\n") if step.type == "selector" else text) + bound


def call_text(call: CellAnswer) -> str:
    """What a cell was asked and answered, and how sure a network was."""
    margin = "" if call.margin is None else f"  margin {call.margin:.3g}"
    return f"{', '.join(map(written, call.inputs))} → {written(call.answer)}{margin}"


def place_text(place: str) -> str:
    """A place without the folder that the file happened to lie in."""
    return PureWindowsPath(place).name


def computed_by(step: Step, backend: str) -> str:
    """The cells that a step calls, or the backend."""
    return "\n".join(f"{cell.name} {cell.digest[:12]}" for cell in step.cells) or backend
