"""HTML and SVG as text in which everything foreign is escaped.

A plain `str` is foreign and is escaped where it is put into an element; a `Markup` is HTML already and is kept.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

__all__ = ["Markup", "element", "figure", "joined", "section"]

VOID_ELEMENTS = {"meta"}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | float) -> Markup:
    """An element, as in `element("td", "a < b", class_="claim")`.

    In attribute names an underscore stands for a hyphen, and one at the end is dropped; numbers are rounded to a
    hundredth.
    """
    opening = " ".join([name, *(_attribute(key, value) for key, value in attributes.items())])
    return Markup(f"<{opening}>" if name in VOID_ELEMENTS else f"<{opening}>{joined(children)}</{name}>")


def joined(children: Sequence[str], between: str = "") -> Markup:
    """Pieces one after the other, each escaped unless it is HTML already."""
    return Markup(Markup(between).join(map(_escaped, children)))


def section(title: str, introduction: str, *children: str) -> Markup:
    """A numbered part of the page under its heading."""
    return element("section", element("h2", title), element("p", introduction, class_="introduction"), *children)


def figure(drawing: str, *caption: str, class_: str = "") -> Markup:
    """A drawing with the sentence that says what to see in it."""
    framed = element("div", drawing, class_="drawing")
    return element("figure", framed, element("figcaption", *caption), class_=class_ or "plain")


def _escaped(text: str) -> str:
    return text if isinstance(text, Markup) else html.escape(text)


def _attribute(name: str, value: str | float) -> str:
    shown = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f'{name.rstrip("_").replace("_", "-")}="{html.escape(shown)}"'
