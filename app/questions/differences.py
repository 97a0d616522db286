"""What two nodes differ in, on a terminal."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from ..options import console
from .tables import print_table, shown

__all__ = ["print_difference"]

_SETS = ("components", "edges", "cells", "contracts")
_SIGNS = (("removed", "-", "red"), ("added", "+", "green"))
_LINES = {"+": "green", "-": "red", "@": "cyan"}


def print_difference(found: dict[str, Any]) -> None:
    """Numbers first, then what only one of the two has."""
    metrics = [row for row in found["metrics"] if (row["left"], row["right"]) != (None, None)]
    if metrics:
        print_table(metrics, ("metric", "left", "right", "difference"))
    for name in (name for name in _SETS if name in found):
        _print_sets(name, found[name])
    for name in ("graph", "expression"):
        if name in found:
            _print_pair(name, found[name])
    if "text" in found:
        console.print("\n[bold]text[/]" + ("" if found["text"] else " is the same"))
        for line in found["text"]:
            console.print(Text("  ") + shown("text", line).copy(), style=_LINES.get(line[:1], ""), soft_wrap=True)
    if "weights" in found:
        _print_weights(found["weights"])


def _print_sets(name: str, sets: dict[str, Any]) -> None:
    common, alike = len(sets["common"]), sets["jaccard"]
    counts = f"{len(sets['removed'])} removed, {len(sets['added'])} added, {common} common"
    console.print(f"\n[bold]{name}[/] {counts}" + ("" if alike is None else f", Jaccard {alike:.3f}"))
    for key, sign, style in _SIGNS:
        for one in sets[key]:
            console.print(Text(f"  {sign} ", style=style) + shown("text", one), soft_wrap=True)


def _print_pair(name: str, pair: dict[str, Any]) -> None:
    if pair["equal"]:
        console.print(f"\n[bold]{name}[/] is the same")
        return
    console.print(f"\n[bold]{name}[/]")
    for side, sign, style in (("left", "-", "red"), ("right", "+", "green")):
        console.print(Text(f"  {sign} ", style=style) + shown("text", pair[side]), soft_wrap=True)


def _print_weights(weights: dict[str, Any]) -> None:
    if weights["equal"]:
        console.print("\n[bold]weights[/] are the same")
        return
    console.print(f"\n[bold]weights[/] {len(weights['differing'])} of {weights['n_tensors']} tensors differ")
    print_table(weights["differing"], ("tensor", "left", "right", "relative_l2"))
