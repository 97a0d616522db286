"""A selector as a heat map: how much each key counts in the mean that an aggregate takes at each query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from .settings import Example
from .values import one_in_short

__all__ = ["heat_map"]

_LEVELS = ((1.0, "█", "bold cyan"), (0.5, "▓", "cyan"), (0.25, "▒", "blue"), (0.0, "░", "blue"))
_NOT_SELECTED = "·"
_LEGEND = "keys across, queries down; a key counts █ alone, ▓ a half or more, ▒ a quarter or more, ░ less"


def heat_map(rows: Sequence[Sequence[Any]], example: Example) -> list[Text]:
    """The lines of the map, the example's tokens along both sides, and what the shades mean."""
    tokens = [one_in_short(token) for token in example]
    width = max(2, *map(len, tokens))
    lines = [Text(f"{' ' * width}  {' '.join(token.ljust(width) for token in tokens)}".rstrip())]
    for token, row in zip(tokens, rows, strict=True):
        line = Text(f"{token.rjust(width)}  ")
        line.append(Text(" ").join(_cell(bool(is_selected), sum(map(bool, row)), width) for is_selected in row))
        line.rstrip()
        lines.append(line)
    return [*lines, Text(_LEGEND, style="dim")]


def _cell(is_selected: bool, n_selected: int, width: int) -> Text:
    if not is_selected:
        return Text(_NOT_SELECTED.ljust(width), style="dim")
    shade, style = next((shade, style) for least, shade, style in _LEVELS if 1 / n_selected >= least)
    return Text(shade * width, style=style)
