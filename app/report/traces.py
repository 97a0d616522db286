"""Section 5: how answers came about, one row for each s-op."""

from __future__ import annotations

from collections.abc import Sequence

from ...runtime.tracing import CellAnswer, Step, Trace
from ..pages.markup import Markup, element, joined, section
from ..tracing.pictures import selector_picture, strip
from ..tracing.table import call_text, place_text

__all__ = ["traces_section"]

HEADINGS = ("s-op", "value", "line", "computed by", "evidence")


def traces_section(traces: Sequence[Trace]) -> Markup:
    """Every trace as a table."""
    introduction = (
        "One row for each s-op, in the order of evaluation. Selectors are drawn as grids: a row for each query, a "
        "column for each key, filled where the query selects the key."
    )
    return section("Traces", introduction, *map(_trace, traces))


def _trace(trace: Trace) -> Markup:
    title = element("h3", element("code", trace.output), f" on the {trace.backend} backend")
    answer = element("p", "answer ", strip(trace.exact_answer), class_="answer")
    broken = [element("p", f"broken promise: {promise}", class_="broken") for promise in trace.broken]
    head = element("tr", *(element("th", name, scope="col") for name in HEADINGS))
    rows = [_row(step, trace.backend) for step in trace.told]
    table = element("table", element("thead", head), element("tbody", *rows), class_="trace")
    return element("article", title, answer, *broken, table)


def _row(step: Step, backend: str) -> Markup:
    expression = [element("code", step.text, class_="text")] if step.text and step.text != step.name else []
    name = element("strong", step.name) if step.name else ""
    cells = (
        joined([name, *expression, element("span", step.type, class_="type")]),
        joined([_value(step), *_calls(step.calls)]),
        joined([element("code", place_text(step.place))]) if step.place else "",
        _computed(step, backend),
        step.evidence,
    )
    return element("tr", *(element("td", cell, data_label=label) for cell, label in zip(cells, HEADINGS, strict=True)))


def _computed(step: Step, backend: str) -> Markup:
    if not step.cells:
        return element("span", backend, class_="type")
    names = [
        joined([element("strong", cell.name), " ", element("code", cell.digest[:12], class_="digest")])
        for cell in step.cells
    ]
    return joined(names, Markup("<br>"))


def _value(step: Step) -> Markup:
    if step.value is None:
        return element("span", "not kept", class_="type")
    return selector_picture(step.value) if step.type == "selector" else strip(step.value)


def _calls(calls: Sequence[CellAnswer]) -> list[Markup]:
    return [element("ul", *(element("li", call_text(call)) for call in calls), class_="calls")] if calls else []
