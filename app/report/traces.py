"""Section 5: how answers came about, one row for each s-op."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PureWindowsPath
from typing import Any

from ...runtime.trace import CellAnswer, Step, Trace
from .markup import Markup, element, joined, section

__all__ = ["place_without_folder", "traces_section"]

HEADINGS = ("s-op", "value", "line", "computed by", "evidence")
SIDE_OF_GRID, LARGEST_SQUARE = 132.0, 13.0


def traces_section(traces: Sequence[Trace]) -> Markup:
    """Every trace as a table."""
    introduction = (
        "One row for each s-op, in the order of evaluation. Selectors are drawn as grids: a row for each query, a "
        "column for each key, filled where the query selects the key."
    )
    return section("Traces", introduction, *map(_trace, traces))


def place_without_folder(place: str) -> str:
    """A place such as `sort.cell:3:5`, without the folder that the file happened to lie in."""
    return PureWindowsPath(place).name


def _trace(trace: Trace) -> Markup:
    title = element("h3", element("code", trace.output), f" on the {trace.backend} backend")
    answer = element("p", "answer ", _values(trace.answer), class_="answer")
    broken = [element("p", f"broken promise: {promise}", class_="broken") for promise in trace.broken]
    head = element("tr", *(element("th", name, scope="col") for name in HEADINGS))
    rows = [_row(step, trace.backend) for step in trace.steps]
    table = element("table", element("thead", head), element("tbody", *rows), class_="trace")
    return element("article", title, answer, *broken, table)


def _row(step: Step, backend: str) -> Markup:
    expression = [element("code", step.text, class_="text")] if step.text and step.text != step.name else []
    name = element("strong", step.name) if step.name else ""
    cells = (
        joined([name, *expression, element("span", step.type, class_="type")]),
        joined([_value(step), *_calls(step.calls)]),
        joined([element("code", place_without_folder(step.place))]) if step.place else "",
        _computed(step, backend),
        step.evidence,
    )
    return element("tr", *(element("td", cell, data_label=label) for cell, label in zip(cells, HEADINGS, strict=True)))


def _computed(step: Step, backend: str) -> Markup:
    if step.cell is None:
        return element("span", backend, class_="type")
    digest = element("code", (step.digest or "")[:12], class_="digest")
    return joined([element("strong", step.cell), " ", digest])


def _value(step: Step) -> Markup:
    return selector_grid(step.value) if step.type == "selector" else _values(step.value)


def _values(value: Any) -> Markup:
    """A sequence as a strip of squares, anything else as one."""
    entries = value if isinstance(value, list | tuple) else [value]
    kind = "strip" if isinstance(value, list | tuple) else "strip single"
    return element("span", *(element("span", _shown(entry)) for entry in entries), class_=kind)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def selector_grid(rows: Sequence[str]) -> Markup:
    """A selector, given as rows of 0 and 1, as a small heat map."""
    square = min(LARGEST_SQUARE, SIDE_OF_GRID / max(1, len(rows)))
    width, height = square * max(map(len, rows), default=0), square * len(rows)
    filled = [
        f"M{column * square:g} {row * square:g}h{square:g}v{square:g}h-{square:g}z"
        for row, text in enumerate(rows)
        for column, mark in enumerate(text)
        if mark == "1"
    ]
    lines = [f"M0 {row * square:g}h{width:g}" for row in range(len(rows) + 1)]
    lines += [f"M{column * square:g} 0v{height:g}" for column in range(round(width / square) + 1)]
    return element(
        "svg",
        element("path", d="".join(filled), class_="selected"),
        element("path", d="".join(lines), class_="grid"),
        viewBox=f"-1 -1 {width + 2:g} {height + 2:g}",
        width=width + 2,
        height=height + 2,
        role="img",
        aria_label="selector, one row for each query: " + " ".join(rows),
    )


def _calls(calls: Sequence[CellAnswer]) -> list[Markup]:
    shown = [f"({', '.join(map(_shown, call.inputs))}) → {_shown(call.answer)}" for call in calls]
    return [element("ul", *(element("li", call) for call in shown), class_="calls")] if shown else []
