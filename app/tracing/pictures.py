"""Values of a trace as drawings: a sequence as a strip of squares, a selector as a grid."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ...runtime.tracing.values import written
from ..pages.markup import Markup, element

__all__ = ["selector_picture", "strip"]

_SIDE_OF_GRID, _LARGEST_SQUARE = 150.0, 15.0


def strip(value: Any, inside: Iterable[tuple[int, ...]] | None = None) -> Markup:
    """A sequence as a strip of squares, anything else as one.

    Args:
        value: an exact value, no selector.
        inside: the places that matter; None where no difference is made.
    """
    is_sequence = isinstance(value, list)
    places = None if inside is None else set(inside)
    entries = [(place,) for place in range(len(value))] if is_sequence else [()]
    squares = []
    for place in entries:
        shown = _shown(value[place[0]] if place else value)
        kind = {} if places is None else {"class_": "in" if place in places else "out"}
        squares.append(element("span", shown, **kind))
    return element("span", *squares, class_="strip")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else written(value)


def selector_picture(selector: Sequence[Sequence[bool]], inside: Collection[tuple[int, ...]] = ()) -> Markup:
    """A selector, one row for each query; the cells that matter are framed."""
    side = min(_LARGEST_SQUARE, _SIDE_OF_GRID / max(1, len(selector)))
    length = side * len(selector)
    cells = [(query, key) for query, row in enumerate(selector) for key, is_on in enumerate(row) if is_on]
    lines = [f"M0 {n * side:g}h{length:g}M{n * side:g} 0v{length:g}" for n in range(len(selector) + 1)]
    rows = " ".join("".join("1" if is_on else "0" for is_on in row) for row in selector)
    framed = [element("path", d=_squares(sorted(inside), side), class_="relevant")] if inside else []
    return element(
        "svg",
        element("path", d=_squares(cells, side), class_="selected"),
        element("path", d="".join(lines), class_="grid"),
        *framed,
        viewBox=f"-1 -1 {length + 2:g} {length + 2:g}",
        width=length + 2,
        height=length + 2,
        role="img",
        aria_label=f"selector, one row for each query: {rows}",
    )


def _squares(cells: Iterable[tuple[int, ...]], side: float) -> str:
    return "".join(f"M{key * side:g} {query * side:g}h{side:g}v{side:g}h-{side:g}z" for query, key in cells)
