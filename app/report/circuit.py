"""Section 4: the circuit as a graph inside its parent, and what each kept edge is worth."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ...extraction.files import ExtractedCircuit
from ...runtime.edges import Edge, TransformerConfig, component_of
from ..pages.markup import Markup, element, figure, section
from ..pages.palette import LIGHT
from .plots import plot
from .wiring import BOX_HEIGHT, BOX_WIDTH, Box, Wiring, wire

__all__ = ["circuit_section"]

CLAIMS = {
    "minimum": "The set is a minimum: no smaller one does",
    "minimal": "The set is minimal: none of its edges can be left out",
}
SMALLEST_SHOWN = 0.05
"""Removed edges are listed from this share of the largest margin drop on."""


def circuit_section(parent: TransformerConfig, circuit: ExtractedCircuit) -> Markup:
    """The graph of the parent with the circuit in it, and the kept edges by effect."""
    kept = frozenset(Edge(*edge) for edge in circuit.edges)
    drops = {Edge(*effect["edge"]): float(effect["margin_drop"]) for effect in circuit.effects}
    search = circuit.search
    n_edges = len(circuit.effects)
    introduction = (
        f"{len(kept)} of {n_edges} edges answer every input right; all others are replaced by their means. "
        f"{CLAIMS[search['claim']]} ({search['n_sets_tried']:,} sets tried)."
    )
    caption = (
        "Computation runs from left to right. Blue: kept edges, as wide as the margin that the whole model loses "
        "without them. Grey: removed edges. A head reads through its query (q), key (k) and value (v)."
    )
    return section(
        "Circuit",
        introduction,
        figure(_drawn(wire(parent), kept, drops), caption, class_="wide"),
        element("div", _worth(kept, circuit), _elimination(circuit), class_="pair"),
    )


def _drawn(wiring: Wiring, kept: frozenset[Edge], drops: Mapping[Edge, float]) -> Markup:
    removed = [_line(edge, wiring, 1.0, "removed", drops) for edge in wiring.paths if edge not in kept]
    largest = max([drops.get(edge, 0.0) for edge in kept], default=0.0) or 1.0
    strong = [
        _line(edge, wiring, 1.8 + 5.2 * max(0.0, drops.get(edge, 0.0)) / largest, "kept", drops)
        for edge in wiring.paths
        if edge in kept
    ]
    live = {end for edge in kept for end in (edge.writer, component_of(edge.reader))}
    entered = {edge.reader for edge in kept}
    boxes = [_box(box, box.name in live, entered) for box in wiring.boxes]
    description = "Graph of the circuit; kept edges: " + ", ".join(map(str, sorted(kept)))
    view = f"0 {wiring.top:g} {wiring.width:g} {wiring.height:g}"
    return element("svg", *removed, *strong, *boxes, viewBox=view, role="img", aria_label=description, class_="circuit")


def _line(edge: Edge, wiring: Wiring, width: float, class_: str, drops: Mapping[Edge, float]) -> Markup:
    """A smooth curve through the points of an edge, level at each of them; its name shows under the pointer."""
    points = wiring.paths[edge]
    curve = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        curve += f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    told = f"{edge}: margin drop {drops[edge]:.2f}" if edge in drops else str(edge)
    return element("path", element("title", told), d=curve, class_=class_, stroke_width=width)


def _box(box: Box, is_live: bool, entered: set[str]) -> Markup:
    state = "live" if is_live else "dead"
    top = box.y - BOX_HEIGHT / 2
    frame = element("rect", x=box.x, y=top, width=BOX_WIDTH, height=BOX_HEIGHT, rx=7)
    pins = _pins(box, entered) if ".H" in box.name else []
    shift = 10 if pins else 0
    label = element("text", box.name, x=box.x + BOX_WIDTH / 2 + shift, y=box.y, class_="name")
    return element("g", frame, label, *pins, class_=f"box {state}")


def _pins(box: Box, entered: set[str]) -> list[Markup]:
    return [
        element(
            "text",
            part,
            x=box.x + 14,
            y=box.y + (place - 1) * BOX_HEIGHT / 3,
            class_="pin entered" if f"{box.name}.{part}" in entered else "pin",
        )
        for place, part in enumerate("qkv")
    ]


def _worth(kept: frozenset[Edge], circuit: ExtractedCircuit) -> Markup:
    """The edges that matter as bars, strongest first."""
    largest = max((effect["margin_drop"] for effect in circuit.effects), default=0.0) or 1.0
    chosen = [
        effect
        for effect in circuit.effects
        if Edge(*effect["edge"]) in kept or effect["margin_drop"] >= SMALLEST_SHOWN * largest
    ]
    ordered = sorted(chosen, key=lambda effect: -effect["margin_drop"])
    head = element("tr", *(element("th", name, scope="col") for name in ("edge", "margin drop", "", "wrong inputs")))
    rows = [
        element(
            "tr",
            element("th", str(Edge(*effect["edge"])), scope="row"),
            element("td", f"{effect['margin_drop']:.2f}", class_="number"),
            element("td", _bar(effect["margin_drop"] / largest)),
            element("td", f"{effect['n_wrong']:,}", class_="number"),
            class_="kept" if Edge(*effect["edge"]) in kept else "removed",
        )
        for effect in ordered
    ]
    caption = element(
        "caption",
        "What the whole model loses without one edge, and how many inputs go wrong. Grey: edges that are not in the "
        "circuit, as what they do no longer matters once others are replaced.",
    )
    table = element("table", caption, element("thead", head), element("tbody", *rows), class_="worth")
    return element("div", table, class_="drawing")


def _elimination(circuit: ExtractedCircuit) -> Markup:
    """How the smallest margin fell while edges were taken away."""
    description = "Smallest logit margin over all inputs, by the number of edges left in the elimination"
    caption = "Edges were taken away one by one, always the cheapest. Blue: the circuit, after smaller sets were tried."
    return figure(plot(description, lambda axes: _draw_elimination(axes, circuit)), caption)


def _draw_elimination(axes: Axes, circuit: ExtractedCircuit) -> None:
    sizes, margins = zip(*circuit.search["curve"], strict=True)
    axes.plot(sizes, margins, color=LIGHT["muted"], linewidth=1.2, marker="o", markersize=3.5)
    axes.plot([len(circuit.edges)], [circuit.search["smallest_margin"]], "o", color=LIGHT["blue"], markersize=9)
    axes.set(title="Cutting down to the circuit", xlabel="edges left", ylabel="smallest logit margin")
    axes.set_ylim(bottom=min(0, *margins))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.invert_xaxis()


def _bar(share: float) -> Markup:
    bar = element("rect", x=0, y=2, width=160 * max(0.0, share), height=10, rx=2)
    return element("svg", bar, viewBox="0 0 160 14", preserveAspectRatio="none", class_="bar", aria_hidden="true")
