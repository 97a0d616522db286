"""Boxes, edges and patterns on a figure, in inches from its upper left corner.

All text is of one width per character, so that what fits is known before it is drawn; it stays text in an SVG, and
equal pictures have equal bytes.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import Any
from unicodedata import east_asian_width

import matplotlib
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path

from ..pages.palette import LIGHT

__all__ = ["Canvas", "line_height", "text_width"]

_FONTS = ["DejaVu Sans Mono", "monospace"]
_SETTINGS: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "stdcell", "text.hinting": "none"}
_UNDATED: dict[str, dict[str, str | None]] = {
    "svg": {"Creator": None, "Date": None, "Format": None, "Type": None},
    "png": {"Software": None},
}
_DOTS_PER_INCH = 150
_TIP, _MIDDLE = 0.075, 0.36


def text_width(text: str, size: float) -> float:
    """The width of a text of `size` points; East Asian characters are as wide as two."""
    n_columns = len(text) + sum(east_asian_width(character) in "WF" for character in text)
    return n_columns * 0.6021 * size / 72


def line_height(size: float) -> float:
    """The distance of lines of `size` points."""
    return 1.35 * size / 72


class Canvas:
    """A figure of a known size that is drawn on."""

    def __init__(self, width: float, height: float) -> None:
        self._figure = Figure(figsize=(width, height), facecolor=LIGHT["paper"])
        self._axes = self._figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)

    def text(self, x: float, y: float, text: str, size: float, colour: str = "ink", *, is_bold: bool = False) -> None:
        """A line of text that begins at a point, which its middle height is at."""
        self._write(x, y + _MIDDLE * size / 72, text, size, colour, "bold" if is_bold else "normal", 0)

    def upward_text(self, x: float, y: float, text: str, size: float, colour: str = "ink") -> None:
        """A line of text that reads upwards and begins at a point, which its middle height is at."""
        self._write(x + _MIDDLE * size / 72, y, text, size, colour, "normal", 90)

    def _write(self, x: float, y: float, text: str, size: float, colour: str, weight: str, angle: int) -> None:
        font: dict[str, Any] = {"fontsize": size, "family": _FONTS, "color": LIGHT[colour], "weight": weight}
        self._axes.text(
            x, y, text, **font, rotation=angle, ha="left", va="baseline", rotation_mode="anchor", parse_math=False
        )

    def box(self, x: float, y: float, width: float, height: float, colour: str, *, is_filled: bool = False) -> None:
        """A rectangle with round corners and a border of a colour."""
        shape = FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            edgecolor=LIGHT[colour],
            facecolor=LIGHT["panel"] if is_filled else "white",
            linewidth=1.2,
        )
        self._axes.add_patch(shape)

    def cell(self, x: float, y: float, width: float, height: float, *, is_marked: bool = False) -> None:
        """A cell for a value."""
        face = (*to_rgb(LIGHT["blue"]), 0.16) if is_marked else "white"
        shape = Rectangle((x, y), width, height, facecolor=face, edgecolor=LIGHT["rule"], linewidth=0.7)
        self._axes.add_patch(shape)

    def edge(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """An arrow through points: straight from the first to the second, bent to the third, and so on in turn."""
        *before, (x, y) = points
        path = _bent((*before, (x, y - _TIP)))
        self._axes.add_patch(PathPatch(path, facecolor="none", edgecolor=LIGHT[colour], linewidth=1.1, zorder=0.5))
        tip = Path([(x, y), (x - _TIP / 2, y - _TIP), (x + _TIP / 2, y - _TIP), (x, y)], closed=True)
        self._axes.add_patch(PathPatch(tip, facecolor=LIGHT[colour], edgecolor="none"))

    def grid(self, x: float, y: float, n: int, side: float) -> None:
        """A square of n by n cells."""
        whole = n * side
        frame = Rectangle((x, y), whole, whole, facecolor="white", edgecolor=LIGHT["rule"], linewidth=0.7)
        self._axes.add_patch(frame)
        across = [(x + end, y + number * side) for number in range(1, n) for end in (0.0, whole)]
        down = [(x + number * side, y + end) for number in range(1, n) for end in (0.0, whole)]
        if across:
            path = Path([*across, *down], [Path.MOVETO, Path.LINETO] * (len(across + down) // 2))
            self._axes.add_patch(PathPatch(path, facecolor="none", edgecolor=LIGHT["rule"], linewidth=0.7))

    def squares(self, corners: Sequence[tuple[float, float]], side: float, colour: str) -> None:
        """Filled squares, as one shape."""
        if not corners:
            return
        ends = [((0.0, 0.0), Path.MOVETO), ((side, 0.0), Path.LINETO), ((side, side), Path.LINETO)]
        ends += [((0.0, side), Path.LINETO), ((0.0, 0.0), Path.CLOSEPOLY)]
        points = [(x + dx, y + dy) for x, y in corners for (dx, dy), _ in ends]
        shape = PathPatch(
            Path(points, [code for _ in corners for _, code in ends]), facecolor=LIGHT[colour], edgecolor="none"
        )
        self._axes.add_patch(shape)

    def save(self, out: FilePath) -> None:
        """Write the picture in the format that its name ends with."""
        suffix = out.suffix.removeprefix(".").lower()
        with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing")
            self._figure.savefig(out, format=suffix, dpi=_DOTS_PER_INCH, metadata=_UNDATED[suffix])


def _bent(points: Sequence[tuple[float, float]]) -> Path:
    corners, codes = [points[0]], [Path.MOVETO]
    for number, (x, y) in enumerate(points[1:], start=1):
        if number % 2:
            corners.append((x, y))
            codes.append(Path.LINETO)
            continue
        before_x, before_y = points[number - 1]
        middle = (before_y + y) / 2
        corners += [(before_x, middle), (x, middle), (x, y)]
        codes += [Path.CURVE4] * 3
    return Path(corners, codes)
