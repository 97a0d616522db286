"""Where the components and edges of a transformer are drawn.

1. Components stand in columns from left to right, in the order of computation; those of a column are below each other.
2. A reader is a point on the left side of its component: `q`, `k` and `v` of a head have one each, and any other
   component spreads its arriving edges, sorted by where they come from.
3. An edge to the next column is one curve. One that jumps over columns runs in a lane of its own above or below them,
   on the side that it comes from; short jumps run inside long ones.

All lengths are in the units of the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...runtime.edges import Edge, TransformerConfig, component_of, edges

__all__ = ["Box", "Wiring", "wire"]

BOX_WIDTH, BOX_HEIGHT, PITCH_X, PITCH_Y = 96.0, 66.0, 236.0, 96.0
LANE_GAP, MARGIN = 11.0, 10.0
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A component's place: its left side, its middle height, and its column."""

    name: str
    x: float
    y: float
    column: int


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where a drawing begins, its size, its boxes, and the points that each edge runs through, writer to reader.

    It begins at 0 on the left and is centred on height 0.
    """

    top: float
    width: float
    height: float
    boxes: tuple[Box, ...]
    paths: dict[Edge, Points]


def wire(config: TransformerConfig) -> Wiring:
    """Lay out all components and edges of a model."""
    columns = _columns(config)
    boxes = {
        name: Box(name, MARGIN + number * PITCH_X, (place - (len(column) - 1) / 2) * PITCH_Y, number)
        for number, column in enumerate(columns)
        for place, name in enumerate(column)
    }
    paths = _paths(edges(config), boxes)
    heights = [y for path in paths.values() for _, y in path]
    heights += [box.y + side * BOX_HEIGHT / 2 for box in boxes.values() for side in (-1, 1)]
    top, bottom = min(heights) - MARGIN, max(heights) + MARGIN
    width = 2 * MARGIN + (len(columns) - 1) * PITCH_X + BOX_WIDTH
    return Wiring(top, width, bottom - top, tuple(boxes.values()), paths)


def _columns(config: TransformerConfig) -> list[tuple[str, ...]]:
    columns: list[tuple[str, ...]] = [("embed", "position")]
    for number, layer in enumerate(config.layers):
        heads = tuple(f"L{number}.H{head}" for head in layer.head_numbers)
        columns += [heads] if heads else []
        columns += [(f"L{number}.mlp",)] if layer.d_mlp else []
    return [*columns, ("logits",)]


def _paths(drawn: Iterable[Edge], boxes: dict[str, Box]) -> dict[Edge, Points]:
    lanes: dict[tuple[int, bool], int] = {}
    paths: dict[Edge, Points] = {}
    for edge in sorted(drawn, key=lambda edge: _span(edge, boxes)):
        writer, reader = boxes[edge.writer], boxes[component_of(edge.reader)]
        crossed = [box for box in boxes.values() if writer.column < box.column < reader.column]
        start = (writer.x + BOX_WIDTH, writer.y)
        if not crossed:
            paths[edge] = (start,)
            continue
        is_above = writer.y < 0
        key = (writer.column, is_above)
        lanes[key] = lanes.get(key, 0) + 1
        y = _lane(crossed, is_above, lanes[key], writer.y)
        left, right = min(box.x for box in crossed), max(box.x for box in crossed) + BOX_WIDTH
        paths[edge] = (start, (left, y), (right, y))
    ends = _ends(paths, boxes)
    return {edge: (*path, ends[edge]) for edge, path in paths.items()}


def _span(edge: Edge, boxes: dict[str, Box]) -> int:
    return boxes[component_of(edge.reader)].column - boxes[edge.writer].column


def _lane(crossed: list[Box], is_above: bool, number: int, own_y: float) -> float:
    """The height of a lane that clears the crossed boxes; an edge that clears them anyway stays where it is."""
    clear = BOX_HEIGHT / 2 + LANE_GAP * (0.6 + number)
    if is_above:
        return min(own_y, min(box.y for box in crossed) - clear)
    return max(own_y, max(box.y for box in crossed) + clear)


def _ends(paths: dict[Edge, Points], boxes: dict[str, Box]) -> dict[Edge, tuple[float, float]]:
    """Where each edge enters its reader."""
    ends = {}
    for reader in dict.fromkeys(edge.reader for edge in paths):
        box = boxes[component_of(reader)]
        entering = sorted((edge for edge in paths if edge.reader == reader), key=lambda edge: paths[edge][-1][1])
        height = 8.0 if reader != box.name else BOX_HEIGHT * 0.7
        middle = box.y + {"q": -1, "k": 0, "v": 1}.get(reader[-1], 0) * BOX_HEIGHT / 3 * (reader != box.name)
        step = height / max(1, len(entering) - 1) if len(entering) > 1 else 0.0
        for place, edge in enumerate(entering):
            ends[edge] = (box.x, middle + (place - (len(entering) - 1) / 2) * step)
    return ends
