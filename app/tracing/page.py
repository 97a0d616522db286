"""A trace or an explanation as one HTML page that needs no other file, no network and no script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from ...runtime.tracing import CellAnswer, Explanation, Step, Trace
from ...runtime.tracing.values import written
from ..pages.document import html_document
from ..pages.markup import Markup, element, joined
from .because import Told, root_keys, told_groups
from .pictures import selector_picture, strip
from .table import cover_sign, cover_summary, place_text, value_text

__all__ = ["page_of"]

Places = frozenset[tuple[int, ...]]
_DEEPEST_OPEN, _DEEPEST = 4, 60


def page_of(document: Trace | Explanation) -> str:
    """The page; equal documents give equal text."""
    trace = document.trace if isinstance(document, Explanation) else document
    inside = _places(document) if isinstance(document, Explanation) else None
    sections = [_headline(document, trace)]
    if isinstance(document, Explanation):
        sections.append(_reasons(document))
    sections += [_program(trace), _steps(trace, inside)]
    title = f"stdcell {'explanation' if isinstance(document, Explanation) else 'trace'}: {trace.output}"
    style = files(__package__).joinpath("trace.css").read_text(encoding="utf-8")
    return html_document(title, style, *sections)


def _places(explanation: Explanation) -> dict[int, Places]:
    """The places of each step that are in the slice."""
    places: dict[int, set[tuple[int, ...]]] = {}
    for value in explanation.values:
        places.setdefault(value.step, set()).add(value.place if value.after is None else ())
    return {step: frozenset(found) for step, found in places.items()}


def _headline(document: Trace | Explanation, trace: Trace) -> Markup:
    is_explanation = isinstance(document, Explanation)
    last = trace.steps[-1] if trace.steps else None
    kind = "Why this answer" if is_explanation else "How this answer came about"
    inside = _places(document).get(last.number) if isinstance(document, Explanation) and last else None
    is_spread = last is not None and isinstance(trace.exact_answer, list) and not isinstance(last.value, list)
    answer = strip(trace.exact_answer, None if is_spread else inside)
    facts = {
        "input": element("code", json.dumps(trace.to_json()["input"], ensure_ascii=False)),
        "program": joined([element("code", place_text(trace.program.source)), " ", trace.program.digest[:12]]),
        "backend": trace.backend,
        "written by": f"stdcell {trace.stdcell}",
    }
    listed = [part for name, fact in facts.items() for part in (element("dt", name), element("dd", fact))]
    broken = [element("p", f"broken promise: {promise}", class_="broken") for promise in trace.broken]
    return element(
        "header",
        element("p", kind, class_="eyebrow"),
        element("h1", element("span", f"{trace.output} ="), answer),
        *broken,
        element("dl", *listed, class_="facts"),
    )


def _section(title: str, introduction: str, *children: str) -> Markup:
    return element("section", element("h2", title), element("p", introduction, class_="introduction"), *children)


def _program(trace: Trace) -> Markup:
    """The text, with the numbers of the steps that each line is the origin of."""
    by_line: dict[int, list[int]] = {}
    for step in trace.told:
        if step.span and step.span.source == trace.program.source:
            by_line.setdefault(trace.program.text.count("\n", 0, step.span.start) + 1, []).append(step.number)
    rows = [_line(number, text, by_line.get(number, ())) for number, text in enumerate(_lines(trace), 1)]
    listing = element("div", element("table", *rows), class_="listing")
    return _section("Program", "Behind each line the steps that stand there.", listing)


def _lines(trace: Trace) -> list[str]:
    return trace.program.text.rstrip("\n").split("\n")


def _line(number: int, text: str, steps: Sequence[int]) -> Markup:
    links = joined([_link(step) for step in steps], " ")
    cells = (
        element("td", str(number), class_="line"),
        element("td", text, class_="source"),
        element("td", links, class_="steps"),
    )
    return element("tr", *cells)


def _link(step: int) -> Markup:
    return element("a", str(step), href=f"#step-{step}")


def _steps(trace: Trace, inside: Mapping[int, Places] | None) -> Markup:
    introduction = (
        "One for each s-op, in the order of evaluation. A selector is a grid: a row for each query, a column for each "
        "key, filled where the query selects the key."
    )
    if any(step.cover is not None for step in trace.told):
        introduction += f" {cover_summary(trace)}."
    if inside is not None:
        introduction += " What the answer does not depend on is pale."
    return _section("Steps", introduction, *(_step(step, trace, inside) for step in trace.told))


def _step(step: Step, trace: Trace, inside: Mapping[int, Places] | None) -> Markup:
    places = None if inside is None else inside.get(step.number, frozenset())
    expression = step.text if step.text != step.name else ""
    reads = trace.told_reads(step)
    origin = [element("code", place_text(step.place)), f" {step.type}"]
    read = [element("p", "reads ", joined([_link(number) for number in reads], ", "), class_="note")] if reads else []
    about = element(
        "div",
        element("span", step.name, class_="name"),
        element("code", expression, class_="text"),
        element("p", *origin, class_="note"),
        *read,
        *_cells(step),
        *_cover(step),
    )
    value = element("div", _value(step, places), *_calls(step.calls), class_="value")
    number = element("div", str(step.number), class_="number")
    kind = "step" if places is None or places else "step outside"
    return element("div", number, about, value, class_=kind, id=f"step-{step.number}")


def _cells(step: Step) -> Iterator[Markup]:
    for cell in step.cells:
        yield element("p", f"{cell.name} ", element("code", cell.digest[:12]), f": {cell.evidence}", class_="note")


def _cover(step: Step) -> Iterator[Markup]:
    """The verdicts on a step; one that owes nothing is computed by definition."""
    for cover in step.cover or ():
        kind = "cover" if cover.holds_here else "cover gap"
        by = f" ({cover.method})" if cover.method else ""
        yield element("p", f"{cover_sign(cover)} {cover}{by}", class_=kind)
    if step.cover == ():
        yield element("p", "by definition", class_="note")


def _value(step: Step, places: Places | None) -> Markup:
    if step.value is None:
        return element("span", value_text(step), class_="note")
    picture = selector_picture(step.value, places or ()) if step.type == "selector" else strip(step.value, places)
    bound = "" if step.error_bound is None else f" ± {step.error_bound:.2g}"
    return joined([picture, element("span", bound, class_="note")])


def _calls(calls: Sequence[CellAnswer]) -> Iterator[Markup]:
    if calls:
        yield element("ul", *map(_call, calls), class_="calls")


def _call(call: CellAnswer) -> Markup:
    margin = [] if call.margin is None else [element("span", f"margin {call.margin:.3g}", class_="note")]
    asked = ", ".join(map(written, call.inputs))
    return element("li", f"({asked}) → {written(call.answer)}", *margin)


def _reasons(explanation: Explanation) -> Markup:
    """The values of the slice, each with its reasons under it, to be opened and closed."""
    groups = told_groups(explanation)
    seen: set[tuple[int, ...]] = set()
    trees = [tree for key in root_keys(explanation) for tree in _trees(key, groups, seen, 0)]
    introduction = (
        "Each value with the values that it depends on. As long as these are what they are, the answer is what it is, "
        "whatever all others had been. In the row of a selector a dot stands for a key that does not matter."
    )
    return _section("Because", introduction, element("div", *trees, class_="because"))


def _trees(
    key: tuple[int, ...], groups: Mapping[tuple[int, ...], Told], seen: set[tuple[int, ...]], depth: int
) -> Iterator[Markup]:
    """A value with its reasons under it, and after it what it goes on from."""
    waiting = [key]
    while waiting:
        key = waiting.pop()
        told = groups[key]
        head: list[str] = [told.label, " = ", element("b", told.value)]
        if depth > _DEEPEST or (key in seen and (told.reasons or told.goes_on)):
            above = "above" if key in seen else "see the step"
            yield element("div", *head, element("a", above, href=f"#step-{told.step}", class_="note"), class_="leaf")
            continue
        seen.add(key)
        head.append(f" because {told.reason}" if told.reason else "")
        head.append(element("a", told.place, href=f"#step-{told.step}", class_="note") if told.place else "")
        reasons = [tree for reason in told.reasons for tree in _trees(reason, groups, seen, depth + 1)]
        opened = {"open": "open"} if depth < _DEEPEST_OPEN else {}
        if reasons:
            listed = element("ul", *(element("li", reason) for reason in reasons))
            yield element("details", element("summary", *head), listed, **opened)
        else:
            yield element("div", *head, class_="leaf")
        waiting.extend(reversed(told.goes_on))
