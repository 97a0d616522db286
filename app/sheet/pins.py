"""The pin diagram: the cell as a box, its inputs on the left and its outputs on the right, each with its type."""

from __future__ import annotations

from collections.abc import Sequence

from ...catalog import Port
from ..pages.markup import Markup, element

__all__ = ["pin_diagram", "shortened"]

WIDTH, BOX, PITCH, PIN = 560.0, 190.0, 44.0, 26.0
LEFT = (WIDTH - BOX) / 2


def pin_diagram(name: str, kind: str, inputs: Sequence[Port], outputs: Sequence[Port]) -> Markup:
    """The drawing; texts that are too long for it are cut, and whole under the pointer."""
    n = max(len(inputs), len(outputs), 1)
    height = 70.0 + PITCH * n
    frame = element("rect", x=LEFT, y=8, width=BOX, height=height - 16, rx=6, class_="chip")
    notch = element("path", d=f"M{WIDTH / 2 - 9:g} 8a9 9 0 0 0 18 0", class_="notch")
    title = element("text", shortened(name, 22), element("title", name), x=WIDTH / 2, y=38, class_="name")
    told = element("text", kind, x=WIDTH / 2, y=56, class_="kind")
    pins = [*_side(inputs, n, is_left=True), *_side(outputs, n, is_left=False)]
    listed = [f"{port.direction} {port.name}: {port.type}" for port in (*inputs, *outputs)]
    description = f"Pin diagram of {name}: " + (", ".join(listed) or "no ports")
    drawn = (frame, notch, title, told, *pins)
    return element(
        "svg", *drawn, viewBox=f"0 0 {WIDTH:g} {height:g}", role="img", aria_label=description, class_="pins"
    )


def shortened(text: str, n: int) -> str:
    """At most n characters, cut ones marked."""
    return text if len(text) <= n else f"{text[: n - 1]}…"


def _side(ports: Sequence[Port], n: int, *, is_left: bool) -> list[Markup]:
    """The pins of one side, centred in the box."""
    first = 70.0 + (n - len(ports)) * PITCH / 2
    return [_pin(port, first + place * PITCH + PITCH / 2 - 10, is_left=is_left) for place, port in enumerate(ports)]


def _pin(port: Port, y: float, *, is_left: bool) -> Markup:
    edge = LEFT if is_left else LEFT + BOX
    outer = edge - PIN if is_left else edge + PIN
    sign = -1 if is_left else 1
    head = edge if is_left else outer
    type_ = f"{port.type} [{port.unit}]" if port.unit else port.type
    return element(
        "g",
        element("title", f"{port.name}: {type_}"),
        element("path", d=f"M{edge:g} {y:g}H{outer:g}", class_="wire"),
        element("path", d=f"M{head:g} {y:g}l-8 -4.5v9z", class_="head"),
        element("text", shortened(port.name, 12), x=edge - sign * 9, y=y + 4.5, class_="pin inner " + _anchor(is_left)),
        element("text", shortened(type_, 22), x=outer + sign * 7, y=y + 4.5, class_="pin type " + _anchor(not is_left)),
    )


def _anchor(is_start: bool) -> str:
    return "from-left" if is_start else "from-right"
