"""One picture of an output: its s-ops in rows with their values, and what its selectors select.

1. What there is to see is read off a run on the example (`flow`).
2. Boxes are measured and laid out in rows (`layers`); patterns stand beside or below them, whatever takes less room.
3. Everything is drawn on one figure (`canvas`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

from ...dsl.graph import topological
from ...dsl.program import Function, Program
from ...errors import StdcellError
from ...runtime.inputs import Given
from .canvas import Canvas, line_height, text_width
from .examples import example_of
from .flow import Box, Flow, Pattern, n_boxes, read_flow
from .layers import Layout, lay_out_layers

__all__ = ["draw_flow", "draw_program"]

_SUFFIXES = (".svg", ".png")
_MOST_BOXES, _MOST_POSITIONS, _MOST_NAMES = 60, 24, 5
_TITLE, _NAME, _TEXT, _VALUE = 11.0, 9.5, 7.5, 8.0
_MARGIN, _PAD, _APART = 0.25, 0.1, 0.45
_CELL_HEIGHT, _NARROWEST_CELL, _WIDEST_STRIP = 0.21, 0.22, 3.0
_SIDE, _SMALL_SIDE, _MOST_LARGE = 0.24, 0.18, 12
_CAPTION = "filled where the query (row) selects the key (column)"


def draw_program(program: Program, output: str | None, example: Given | None, out: Path) -> Path:
    """Draw an output of a program, on an example or else on the one that the program itself sets.

    Raises:
        StdcellError: if the file's name is none of a picture, the picture would be too large to be read, or there is
            no example.
        RuntimeFault: if the program has no such output, or no answer to the example.
    """
    function = program.output(output)
    _check_name(out)
    given = example_of(program, function) if example is None else example
    return draw_flow(program, function, given, out)


def draw_flow(program: Program, function: Function, example: Given, out: Path) -> Path:
    """Draw a function of a program, or an s-op as a function without parameters, and return where the picture is.

    Raises:
        StdcellError: if the file's name is none of a picture, or the picture would be too large to be read.
        RuntimeFault: if the program has no answer to the example.
    """
    _check_name(out)
    n_needed = n_boxes(program, function)
    if n_needed > _MOST_BOXES:
        raise StdcellError(
            f"the picture of {function.name!r} would have {n_needed} boxes, at most {_MOST_BOXES} can be read"
            f"{_smaller(program, function)}"
        )
    flow = read_flow(program, function, example)
    if len(flow.positions) > _MOST_POSITIONS:
        raise StdcellError(
            f"the example has {len(flow.positions)} positions, at most {_MOST_POSITIONS} can be read: "
            "give a shorter one with --input"
        )
    _Picture(flow).draw().save(out)
    return out


def _smaller(program: Program, function: Function) -> str:
    """The largest outputs among those that a function reads and that can be drawn, as a way out."""
    read = set(topological([function.result]))
    parts = [part for name, part in program.functions.items() if name in program.outputs and part.result in read]
    counts = {part.name: n_boxes(program, part) for part in parts}
    names = sorted((name for name, n in counts.items() if n <= _MOST_BOXES), key=lambda name: -counts[name])
    return f"; draw a part of it with --output: {', '.join(names[:_MOST_NAMES])}" if names else ""


def _check_name(out: Path) -> None:
    if out.suffix.lower() not in _SUFFIXES:
        raise StdcellError(f"a picture's name ends in {' or '.join(_SUFFIXES)}, found {out.name!r}")


@dataclass(frozen=True, slots=True)
class _Strip:
    """How the values of a box are set: the width of a cell, and how many stand in a line."""

    cell: float
    n_columns: int
    n_lines: int


def _strip(box: Box) -> _Strip:
    if not box.values:
        return _Strip(0.0, 0, 0)
    cell = max(_NARROWEST_CELL, max(text_width(value, _VALUE) for value in box.values) + 0.09)
    n_fitting = max(1, int(_WIDEST_STRIP / cell))
    n_lines = -(-len(box.values) // n_fitting)
    return _Strip(cell, -(-len(box.values) // n_lines), n_lines)


def _box_size(box: Box) -> tuple[float, float]:
    strip = _strip(box)
    widths = [
        text_width(box.name, _NAME),
        *(text_width(line, _TEXT) for line in box.lines),
        strip.cell * strip.n_columns,
    ]
    height = line_height(_NAME) * bool(box.name) + line_height(_TEXT) * len(box.lines)
    if strip.n_lines:
        height += 0.05 + _CELL_HEIGHT * strip.n_lines
    return max(widths) + 2 * _PAD, height + 2 * _PAD


class _Map:
    """A pattern's measures: its title above, the keys' labels, and its squares."""

    def __init__(self, pattern: Pattern, labels: Sequence[str]) -> None:
        self.pattern, self.labels = pattern, labels
        n = len(labels)
        self.side = _SIDE if n <= _MOST_LARGE else _SMALL_SIDE
        self.size = 7.5 if n <= _MOST_LARGE else 6.5
        longest = max((text_width(label, self.size) for label in labels), default=0.0)
        self.is_turned = longest > self.side
        self.left = longest + 0.08
        self.head = line_height(_NAME) * bool(pattern.name) + line_height(_TEXT) * len(pattern.lines) + 0.06
        self.above = (longest if self.is_turned else line_height(self.size)) + 0.04
        title = [text_width(pattern.name, _NAME), *(text_width(line, _TEXT) for line in pattern.lines)]
        self.width = max(self.left + n * self.side, *title)
        self.height = self.head + self.above + n * self.side


class _Picture:
    """Puts a flow's boxes and patterns on a canvas."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._sizes = {place: _box_size(box) for place, box in enumerate(flow.boxes)}
        self._layout = _layout(flow, self._sizes)
        self._maps = [_Map(pattern, flow.positions) for pattern in flow.patterns]

    def draw(self) -> Canvas:
        """The canvas with everything on it."""
        layout, top = self._layout, _MARGIN + line_height(_TITLE) + 0.2
        least = max(layout.width, text_width(self._flow.title, _TITLE))
        beside = _arranged(self._maps, max(layout.height, 3.0), is_column=True)
        below = _arranged(self._maps, max(least, 6.0), is_column=False)
        room_beside = (layout.width + _APART + beside.width) * max(layout.height, beside.height)
        room_below = max(least, below.width) * (layout.height + _APART + below.height)
        chosen = beside if room_beside < room_below else below
        if not self._maps:
            width, height = least, layout.height
        elif chosen is beside:
            width, height = layout.width + _APART + beside.width, max(layout.height, beside.height)
        else:
            width, height = max(least, below.width), layout.height + _APART + below.height
        width = max(width, least)
        canvas = Canvas(width + 2 * _MARGIN, top + height + _MARGIN)
        canvas.text(_MARGIN, _MARGIN + line_height(_TITLE) / 2, self._flow.title, _TITLE, is_bold=True)
        is_below = chosen is below
        graph_left = _MARGIN + (max(0.0, width - layout.width) / 2 if is_below or not self._maps else 0.0)
        self._draw_graph(canvas, graph_left, top)
        left = _MARGIN if is_below else _MARGIN + layout.width + _APART
        self._draw_maps(canvas, chosen, left, top + layout.height + _APART if is_below else top)
        return canvas

    def _draw_graph(self, canvas: Canvas, left: float, top: float) -> None:
        kinds = [box.kind for box in self._flow.boxes]
        for (source, _), points in self._layout.routes.items():
            colour = "orange" if kinds[source] == "selector" else "muted"
            canvas.edge([(left + x, top + y) for x, y in points], colour)
        for place, box in enumerate(self._flow.boxes):
            x, y = self._layout.tops[place]
            self._draw_box(canvas, box, left + x, top + y, self._sizes[place])

    def _draw_box(self, canvas: Canvas, box: Box, x: float, y: float, size: tuple[float, float]) -> None:
        """A box with the middle of its upper side at a point: its name, its text, its values."""
        width, height = size
        colour = {"input": "muted", "selector": "orange", "output": "blue"}.get(box.kind, "faint")
        canvas.box(x - width / 2, y, width, height, colour, is_filled=box.kind == "input")
        y += _PAD
        if box.name:
            canvas.text(x - text_width(box.name, _NAME) / 2, y + line_height(_NAME) / 2, box.name, _NAME, is_bold=True)
            y += line_height(_NAME)
        widest = max((text_width(line, _TEXT) for line in box.lines), default=0.0)
        _draw_lines(canvas, box.lines, x - widest / 2, y, "muted" if box.name else "ink")
        y += line_height(_TEXT) * len(box.lines) + 0.05
        strip = _strip(box)
        for number, (value, holds) in enumerate(zip(box.values, box.holds, strict=True)):
            line, column = divmod(number, strip.n_columns)
            left = x + (column - strip.n_columns / 2) * strip.cell
            canvas.cell(left, y + line * _CELL_HEIGHT, strip.cell, _CELL_HEIGHT, is_marked=holds)
            middle = left + (strip.cell - text_width(value, _VALUE)) / 2
            canvas.text(middle, y + (line + 0.5) * _CELL_HEIGHT, value, _VALUE)

    def _draw_maps(self, canvas: Canvas, places: _Arrangement, left: float, top: float) -> None:
        if not self._maps:
            return
        canvas.text(left, top + line_height(_TEXT) / 2, _CAPTION, _TEXT, "muted")
        for map_, (x, y) in zip(self._maps, places.corners, strict=True):
            _draw_map(canvas, map_, left + x, top + y)


def _layout(flow: Flow, sizes: dict[int, tuple[float, float]]) -> Layout:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(flow.boxes)))
    graph.add_edges_from((read, place) for place, box in enumerate(flow.boxes) for read in box.reads)
    return lay_out_layers(graph, sizes, {place for place, box in enumerate(flow.boxes) if box.kind == "input"})


@dataclass(frozen=True, slots=True)
class _Arrangement:
    """Where each map's upper left corner stands, and how much room all of them take."""

    corners: Sequence[tuple[float, float]]
    width: float
    height: float


def _arranged(maps: Sequence[_Map], limit: float, *, is_column: bool) -> _Arrangement:
    """Maps in columns up to a height, or in rows up to a width that end at the same height; a caption is above them."""
    above = line_height(_TEXT) + 0.12
    lines: list[list[_Map]] = []
    along = 0.0
    for map_ in maps:
        length = map_.height if is_column else map_.width
        if not lines or along + length > limit:
            lines.append([])
            along = above if is_column else 0.0
        lines[-1].append(map_)
        along += length + _APART
    corners: list[tuple[float, float]] = []
    across = 0.0 if is_column else above
    for line in lines:
        along, thickness = (above if is_column else 0.0), max(map_.width if is_column else map_.height for map_ in line)
        for map_ in line:
            corners.append((across, along) if is_column else (along, across + thickness - map_.height))
            along += (map_.height if is_column else map_.width) + _APART
        across += thickness + _APART
    placed = list(zip(maps, corners, strict=True))
    width = max(text_width(_CAPTION, _TEXT), *(x + map_.width for map_, (x, _) in placed), 0.0)
    return _Arrangement(corners, width, max((y + map_.height for map_, (_, y) in placed), default=0.0))


def _draw_lines(canvas: Canvas, lines: Sequence[str], x: float, y: float, colour: str) -> None:
    """Lines of text that begin below a point."""
    for number, line in enumerate(lines):
        indent = text_width(line, _TEXT) - text_width(line.lstrip(), _TEXT)
        canvas.text(x + indent, y + (number + 0.5) * line_height(_TEXT), line.strip(), _TEXT, colour)


def _draw_map(canvas: Canvas, map_: _Map, x: float, y: float) -> None:
    """A pattern with its upper left corner at a point."""
    n, side, pattern = len(map_.labels), map_.side, map_.pattern
    left, top = x + map_.left, y + map_.head + map_.above
    canvas.grid(left, top, n, side)
    if pattern.name:
        canvas.text(x, y + line_height(_NAME) / 2, pattern.name, _NAME, is_bold=True)
    name_height = line_height(_NAME) * bool(pattern.name)
    _draw_lines(canvas, pattern.lines, x, y + name_height, "muted" if pattern.name else "ink")
    for number, label in enumerate(map_.labels):
        middle, width = (number + 0.5) * side, text_width(label, map_.size)
        if map_.is_turned:
            canvas.upward_text(left + middle, top - 0.05, label, map_.size, "muted")
        else:
            above = top - line_height(map_.size) / 2 - 0.02
            canvas.text(left + middle - width / 2, above, label, map_.size, "muted")
        canvas.text(left - 0.06 - width, top + middle, label, map_.size, "muted")
    filled = [
        (left + column * side + 0.015, top + row * side + 0.015)
        for row, keys in enumerate(pattern.rows)
        for column, is_selected in enumerate(keys)
        if is_selected
    ]
    canvas.squares(filled, side - 0.03, "orange")
