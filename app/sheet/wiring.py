"""The circuit's components as a graph, from left to right in the order of computation.

1. A component's column is the length of the longest path to it; a graph with a circle gets one column for all.
2. In a column, components stand by the mean height of what feeds them, so that edges cross little.
3. An edge is a curve, as dark as its weight beside the largest where the catalog has weights; one that jumps over
   columns bends away from the middle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import networkx as nx

from ...catalog import Component
from ..pages.markup import Markup, element, joined
from .pins import shortened

__all__ = ["LARGEST_DRAWN", "circuit_graph"]

LARGEST_DRAWN = 120
WIDTH, HEIGHT, STEP_X, STEP_Y = 104.0, 34.0, 190.0, 56.0
Edge = tuple[str, str, str, float | None]
Edges = Sequence[Edge]
Places = Mapping[str, tuple[float, float]]


def circuit_graph(components: Sequence[Component], edges: Edges) -> Markup:
    """The drawing; an edge's reader and weight show under the pointer, its reader also where it ends."""
    places = _places(components, edges)
    largest = max((abs(weight) for *_, weight in edges if weight is not None), default=0.0) or 1.0
    reach = _reach(places, edges)
    width = max((x for x, _ in places.values()), default=0.0) + WIDTH + 20
    highest = max((y for _, y in places.values()), default=0.0)
    top, bottom = -HEIGHT / 2 - 12 - reach, highest + HEIGHT / 2 + 12 + reach
    names = {one.id: one for one in components}
    lines = [_edge(edge, places, names, largest, highest) for edge in _bundled(edges)]
    boxes = [_box(one, places[one.id]) for one in components]
    told = ", ".join(sorted(f"{names[source].name} → {names[target].name}" for source, target, *_ in edges))
    return element(
        "svg",
        *lines,
        *boxes,
        viewBox=f"0 {top:.1f} {width:.1f} {bottom - top:.1f}",
        role="img",
        aria_label=f"Graph of the circuit: {told}",
        class_="graph",
        style=f"min-width:{width * 0.75:.0f}px;max-width:{width * 1.15:.0f}px",
    )


def _places(components: Sequence[Component], edges: Edges) -> Places:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(one.id for one in sorted(components, key=lambda one: one.name))
    graph.add_edges_from((source, target) for source, target, *_ in edges)
    is_acyclic = nx.is_directed_acyclic_graph(graph)
    columns = [sorted(one) for one in nx.topological_generations(graph)] if is_acyclic else [list(graph)]
    names = {one.id: one.name for one in components}
    tallest = max(map(len, columns), default=1)
    places: dict[str, tuple[float, float]] = {}
    for number, column in enumerate(columns):
        feeding = {id: [places[one][1] for one in graph.predecessors(id) if one in places] for id in column}
        by_height = {id: sum(heights) / len(heights) if heights else 0.0 for id, heights in feeding.items()}
        shift = (tallest - len(column)) / 2
        for place, id in enumerate(sorted(column, key=lambda id: (round(by_height[id], 3), names.get(id, "")))):
            places[id] = (10 + number * STEP_X, (place + shift) * STEP_Y)
    return places


def _reach(places: Places, edges: Edges) -> float:
    """How far edges that jump over columns bend beyond the boxes."""
    return 34.0 if any(places[target][0] - places[source][0] > STEP_X for source, target, *_ in edges) else 0.0


def _bundled(edges: Edges) -> list[Edge]:
    """One edge for all between the same two components: its readers in a row, the largest of their weights."""
    bundles: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        bundles[edge[:2]].append(edge)
    return [
        (
            *ends,
            " ".join(sorted({one[2] for one in bundle})),
            max((one[3] for one in bundle), key=lambda it: abs(it or 0)),
        )
        for ends, bundle in bundles.items()
    ]


def _edge(
    edge: Edge,
    places: Places,
    components: Mapping[str, Component],
    largest: float,
    highest: float,
) -> Markup:
    source, target, reader, weight = edge
    (x0, y0), (x1, y1) = places[source], places[target]
    x0 += WIDTH
    bend = (x1 - x0) * 0.45
    is_long = x1 - x0 > STEP_X
    away = (-1 if (y0 + y1) / 2 <= highest / 2 else 1) * (46.0 if is_long else 0.0)
    curve = f"M{x0:.1f} {y0:.1f}C{x0 + bend:.1f} {y0 + away:.1f} {x1 - bend:.1f} {y1 + away:.1f} {x1:.1f} {y1:.1f}"
    told = f"{components[source].name} → {components[target].name}, read as {reader}"
    told += "" if weight is None else f", weight {weight:.3g}"
    dark = 0.75 if weight is None else 0.2 + 0.8 * abs(weight) / largest
    class_ = "edge against" if weight is not None and weight < 0 else "edge"
    line = element("path", element("title", told), d=curve, class_=class_, stroke_opacity=dark)
    entered = "" if reader == "in" else element("text", reader, x=x1 - 6, y=y1 - 5, class_="reader")
    return joined([line, entered])


def _box(component: Component, place: tuple[float, float]) -> Markup:
    x, y = place
    frame = element("rect", x=x, y=y - HEIGHT / 2, width=WIDTH, height=HEIGHT, rx=5)
    label = element("text", shortened(component.name, 14), x=x + WIDTH / 2, y=y + 4.5)
    return element("g", element("title", f"{component.name}: {component.kind}"), frame, label, class_="component")
