"""The page of a data sheet: its parts in the order in which an engineer reads them."""

from __future__ import annotations

from importlib.resources import files

from ...catalog import Circuit, Formula, Program
from ..pages.document import html_document
from ..pages.markup import Markup, element
from .contents import SheetContents
from .figures import figures_of, limits_of, standing_of
from .pins import pin_diagram
from .tables import (
    badge,
    compatible_table,
    contract_list,
    evidence_table,
    figures_table,
    history_table,
    lineage_list,
    verdicts_table,
    when_added,
)
from .usage import usage_of
from .wiring import LARGEST_DRAWN, circuit_graph

__all__ = ["sheet_page"]


def sheet_page(contents: SheetContents) -> str:
    """The sheet as HTML that needs no other file, no network and no script; equal contents give equal text."""
    parts = [
        _title(contents),
        _front(contents),
        _part("Typical figures", figures_table(figures_of(contents))),
        _part("Evidence", evidence_table(contents.evidence)) if contents.evidence else "",
        _part("Verdicts", verdicts_table(contents.verdicts)) if contents.verdicts else "",
        _inside(contents),
        _call(contents),
        _compatible(contents),
        _part("Limits", element("ul", *(element("li", one) for one in limits_of(contents)), class_="limits")),
        _provenance(contents),
        _part("History of its names", history_table(contents)) if contents.versions else "",
        element("footer", element("p", "id ", element("code", contents.node.id), class_="id")),
    ]
    package = files(__package__.rpartition(".")[0])
    style = "".join(
        package.joinpath(*path).read_text(encoding="utf-8")
        for path in (("report", "report.css"), ("sheet", "sheet.css"))
    )
    return html_document(f"{_full_name(contents)}: data sheet", style, *filter(None, parts), class_="sheet")


def _full_name(contents: SheetContents) -> str:
    return contents.name if contents.version is None else f"{contents.name}@{contents.version}"


def _title(contents: SheetContents) -> Markup:
    status, word = standing_of(contents)
    kind = contents.node.label.lower()
    version = [] if contents.version is None else [element("span", f"@{contents.version}", class_="version")]
    tasks = [task.description for task in contents.tasks]
    sentence = "; ".join(tasks) or (contents.contracts[0].ensures if contents.contracts else "no task in the catalog")
    return element(
        "header",
        element("p", f"stdcell data sheet · {kind} · ", element("code", contents.node.id[:12]), class_="eyebrow"),
        element("h1", contents.name, *version, " ", badge(status, word), element("small", sentence)),
    )


def _front(contents: SheetContents) -> Markup:
    """Pins on one side, the promise on the other."""
    kind = contents.node.label.lower()
    drawing = pin_diagram(contents.name, kind, contents.inputs, contents.outputs)
    pins = element("figure", element("div", drawing, class_="drawing"), class_="plain")
    promise = element("div", element("h2", "Contract"), contract_list(contents.contracts))
    return element("div", pins, promise, class_="pair front")


def _part(title: str, *children: str) -> Markup:
    return element("section", element("h2", title), *children)


def _inside(contents: SheetContents) -> Markup | str:
    """What the cell consists of: a graph, an expression or a text."""
    match contents.node:
        case Circuit() if contents.components:
            n = len(contents.components)
            if n > LARGEST_DRAWN:
                told = f"{n:,} components and {len(contents.edges):,} edges are too many to draw."
                return _part("Inside", element("p", told, class_="none"))
            drawing = circuit_graph(contents.components, contents.edges)
            told = "From left to right in the order of computation; what an edge carries shows under the pointer."
            framed = element("div", drawing, class_="drawing")
            return _part("Inside", element("figure", framed, element("figcaption", told), class_="plain"))
        case Formula() as node:
            return _part("Inside", element("pre", node.expression, class_="text"))
        case Program() as node:
            return _part("Inside", element("pre", node.text, class_="text"))
        case _:
            return ""


def _call(contents: SheetContents) -> Markup | str:
    usage = usage_of(contents)
    if not usage:
        return ""
    parts = [element("div", element("h3", title), element("pre", text, class_="text")) for title, text in usage.items()]
    return _part("How to call it", element("div", *parts, class_="usage"))


def _compatible(contents: SheetContents) -> Markup | str:
    if not contents.ports:
        return ""
    called = contents.node.id[:12] if contents.version is None else contents.name
    return _part("Cells that fit", compatible_table(contents.compatible, called))


def _provenance(contents: SheetContents) -> Markup:
    when = element("p", f"Added {when_added(contents.added)}.", class_="introduction")
    return _part("Provenance", when, *([lineage_list(contents.lineage)] if contents.lineage else []))
