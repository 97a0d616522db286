"""Plots as SVG inside the page: text stays text, colours follow the page's, equal data gives equal bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..pages.markup import Markup, element
from ..pages.palette import LIGHT, with_variables

__all__ = ["plot"]

SETTINGS: dict[Any, Any] = {
    "axes.edgecolor": LIGHT["faint"],
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": LIGHT["muted"],
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": LIGHT["ink"],
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "font.size": 10,
    "grid.color": LIGHT["rule"],
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.9,
    "svg.fonttype": "none",
    "text.color": LIGHT["ink"],
    "xtick.color": LIGHT["faint"],
    "xtick.labelcolor": LIGHT["muted"],
    "ytick.color": LIGHT["faint"],
    "ytick.labelcolor": LIGHT["muted"],
}
UNDATED = {"Creator": None, "Date": None, "Format": None, "Type": None}


def plot(description: str, draw: Callable[[Axes], None], height: float = 2.9) -> Markup:
    """Let `draw` draw into axes, 5.2 inches wide, and give them as SVG.

    Args:
        description: what is to be seen, for those who do not see it; no two plots of a page have the same, as it salts
            their ids.
        draw: sets data, title and labels.
        height: in inches.
    """
    with matplotlib.rc_context({**SETTINGS, "svg.hashsalt": description}):
        figure = Figure(figsize=(5.2, height), layout="constrained")
        axes = figure.add_subplot()
        axes.set_axisbelow(True)
        draw(axes)
        text = StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata=UNDATED)
    return _inlined(text.getvalue(), description)


def _inlined(svg: str, description: str) -> Markup:
    """Without the head of a file, a fixed size, and ids that would meet those of other plots."""
    box, body = re.findall(r'<svg[^>]*viewBox="([^"]*)"[^>]*>(.*)</svg>', svg, re.DOTALL)[0]
    anonymous = re.sub(r'<g id="[^"]*"', "<g", body).replace("xlink:href", "href")
    return element("svg", Markup(with_variables(anonymous)), viewBox=box, role="img", aria_label=description)
