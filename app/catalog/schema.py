"""The schema as a drawing, and the command that writes both: `stdcell catalog schema`.

1. Labels are boxes at fixed places, in a frame for each group; what the cells have in common joins the frame around
   them.
2. An arrow runs through given points from label to label; several ends of one kind of relationship share a name.
3. Places and points are a table, as a drawing that is read is composed, not computed; a test holds it to the schema.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from ...catalog.documentation import schema_page
from ...catalog.durable import write_atomically
from ..pages.markup import Markup, element
from ..pages.palette import LIGHT

__all__ = ["ARROWS", "PLACES", "print_schema", "schema_picture"]

TOP, WIDTH, HEIGHT = 30, 1280, 694
BOX_WIDTH, BOX_HEIGHT = 124, 38

PLACES: dict[str, tuple[int, int]] = {
    "Task": (110, 110),
    "Dataset": (110, 230),
    "TrainingRun": (110, 370),
    "Checkpoint": (330, 300),
    "Phase": (330, 410),
    "Model": (330, 530),
    "Circuit": (585, 300),
    "Formula": (585, 200),
    "Program": (760, 250),
    "Adapter": (760, 430),
    "Component": (585, 530),
    "Port": (880, 530),
    "PortType": (1080, 530),
    "Contract": (1080, 120),
    "Evidence": (1080, 260),
    "Verdict": (1080, 380),
    "Alias": (330, 662),
    "Event": (110, 662),
}
"""The middle of each label's box."""

FRAMES: dict[str, tuple[int, int, int, int]] = {
    "Training": (24, 54, 398, 530),
    "Cells": (478, 54, 490, 530),
    "Knowledge": (996, 54, 260, 390),
    "Bookkeeping": (24, 606, 398, 94),
}
"""Left, top, width and height around each group; the types of ports have a frame of their own."""
CELL_FRAME = (500, 150, 345, 196)
TYPE_FRAME = (996, 466, 260, 134)


class Arrow(NamedTuple):
    """A kind of relationship, the points that one arrow of it runs through, and the middle of its name."""

    type: str
    points: tuple[tuple[int, int], ...]
    name_at: tuple[int, int] | None = None


ARROWS: tuple[Arrow, ...] = (
    Arrow("INSTANCE_OF", ((110, 211), (110, 131)), (110, 172)),
    Arrow("TRAINED_ON", ((110, 351), (110, 251)), (110, 316)),
    Arrow("PRODUCED", ((172, 360), (268, 310)), (220, 336)),
    Arrow("PRODUCED", ((140, 389), (140, 530), (266, 530)), (190, 530)),
    Arrow("HAS_PHASE", ((172, 385), (268, 405)), (218, 416)),
    Arrow("EXTRACTED_FROM", ((523, 310), (394, 305)), (455, 286)),
    Arrow("EXTRACTED_FROM", ((523, 212), (340, 212), (340, 279)), (430, 212)),
    Arrow("EXTRACTED_FROM", ((523, 317), (414, 340), (414, 516), (394, 520)), (414, 452)),
    Arrow("IMPLEMENTS", ((500, 170), (440, 110), (174, 110)), (330, 110)),
    Arrow("EMERGES_IN", ((545, 319), (520, 405), (394, 410)), (470, 408)),
    Arrow("HAS_COMPONENT", ((585, 319), (585, 509)), (585, 470)),
    Arrow("HAS_COMPONENT", ((392, 530), (521, 530)), (457, 546)),
    Arrow("FEEDS", ((560, 549), (560, 572), (610, 572), (610, 551)), (646, 566)),
    Arrow("DERIVED_FROM", ((600, 150), (600, 120), (700, 120), (700, 148)), (650, 120)),
    Arrow("COMPOSED_OF", ((735, 269), (735, 344)), (722, 308)),
    Arrow("COMPOSED_OF", ((790, 269), (790, 409)), (768, 376)),
    Arrow("READS", ((698, 420), (630, 321)), (680, 372)),
    Arrow("WRITES", ((698, 436), (612, 436), (612, 321)), (650, 436)),
    Arrow("HAS_PORT", ((841, 346), (841, 509)), (855, 478)),
    Arrow("HAS_TYPE", ((942, 530), (1016, 530)), (979, 506)),
    Arrow("COMPATIBLE", ((1055, 549), (1055, 572), (1105, 572), (1105, 551)), (1156, 574)),
    Arrow("SATISFIES", ((845, 165), (880, 120), (1016, 120)), (936, 120)),
    Arrow("SUPPORTS", ((1060, 241), (1060, 141)), (1052, 176)),
    Arrow("REFUTES", ((1120, 241), (1120, 141)), (1126, 208)),
    Arrow("SUPPORTS", ((1142, 374), (1176, 374), (1176, 126), (1144, 126)), (1172, 312)),
    Arrow("REFUTES", ((1142, 386), (1222, 386), (1222, 112), (1144, 112)), (1218, 230)),
    Arrow("ABOUT", ((1018, 270), (847, 260)), (930, 265)),
    Arrow("ABOUT", ((1018, 388), (930, 388), (847, 320)), (888, 354)),
    Arrow("ABOUT", ((1018, 394), (930, 430), (824, 430)), (905, 430)),
    Arrow("ABOUT", ((1018, 276), (968, 300), (968, 404), (824, 424)), (968, 332)),
    Arrow("COMPARES", ((1040, 399), (1040, 456), (830, 456), (830, 300), (800, 269)), (960, 456)),
    Arrow("RESTS_ON", ((1080, 361), (1080, 281)), (1080, 330)),
    Arrow("RESTS_ON", ((1055, 399), (1055, 424), (1105, 424), (1105, 401))),
    Arrow("RESTS_ON", ((1018, 368), (1006, 368), (1006, 130), (1016, 130))),
    Arrow("MEASURED_ON", ((1018, 252), (980, 220), (847, 200)), (921, 212)),
    Arrow("MEASURED_ON", ((1018, 244), (970, 84), (250, 84), (250, 222), (174, 230)), (720, 84)),
    Arrow("MEASURED_ON", ((250, 222), (300, 279))),
    Arrow("POINTS_TO", ((392, 662), (560, 662)), (487, 662)),
)


def schema_picture() -> str:
    """The drawing as SVG."""
    frames = [_frame(name, *place) for name, place in FRAMES.items()]
    frames += [_frame("Types of ports", *TYPE_FRAME), _frame("a cell", *CELL_FRAME, class_="cell")]
    arrows = [_line(arrow) for arrow in ARROWS]
    names = [_name(arrow.type, *arrow.name_at) for arrow in ARROWS if arrow.name_at]
    boxes = [_box(label, *middle) for label, middle in PLACES.items()]
    any_node = element("text", "any node but an Alias or an Event", x=570, y=662, class_="any")
    ground = element("rect", y=TOP, width=WIDTH, height=HEIGHT, fill=LIGHT["paper"])
    drawn = (element("style", Markup(_style())), _marker(), ground, *frames, *arrows, *boxes, *names, any_node)
    told = "Labels of the catalog and the relationships between them"
    sized = {"viewBox": f"0 {TOP} {WIDTH} {HEIGHT}", "width": str(WIDTH), "height": str(HEIGHT), "aria_label": told}
    return element("svg", *drawn, xmlns="http://www.w3.org/2000/svg", role="img", **sized) + "\n"


def print_schema(
    svg: Annotated[Path | None, typer.Option(help="Write the drawing of the schema there instead.")] = None,
) -> None:
    """Print the schema of every catalog as Markdown, or draw it."""
    if svg is None:
        typer.echo(schema_page(), nl=False)
        return
    write_atomically(svg, schema_picture().encode())
    typer.echo(f"written: {svg}")


def _style() -> str:
    font = '"Helvetica Neue",Helvetica,"Segoe UI",Arial,"Liberation Sans",sans-serif'
    return (
        f"text{{font:14px {font};fill:{LIGHT['ink']};text-anchor:middle;dominant-baseline:central}}"
        f".label{{font-size:16px;font-weight:600}}.box{{fill:{LIGHT['paper']};stroke:{LIGHT['ink']};stroke-width:1.5}}"
        f".frame{{fill:{LIGHT['panel']};stroke:none}}.cell{{fill:none;stroke:{LIGHT['blue']};stroke-width:1.6;"
        f"stroke-dasharray:6 4}}.title,.any{{fill:{LIGHT['muted']};text-anchor:start}}.title{{font-weight:600}}"
        f".arrow{{fill:none;stroke:{LIGHT['blue']};stroke-width:1.5}}.name{{font-size:12.5px;fill:{LIGHT['blue']}}}"
        f".ground{{fill:{LIGHT['panel']}}}"
    )


def _marker() -> Markup:
    head = element("path", d="M0 0L10 5L0 10z", fill=LIGHT["blue"])
    sized = {"viewBox": "0 0 10 10", "refX": "9", "refY": "5", "markerWidth": "8", "markerHeight": "8"}
    return element("defs", element("marker", head, id="head", orient="auto", **sized))


def _frame(name: str, x: int, y: int, width: int, height: int, class_: str = "frame") -> Markup:
    title = element("text", name, x=x + 12, y=y + 16, class_="title")
    return element("g", element("rect", x=x, y=y, width=width, height=height, rx=8, class_=class_), title)


def _box(label: str, x: int, y: int) -> Markup:
    place = {"x": x - BOX_WIDTH / 2, "y": y - BOX_HEIGHT / 2}
    frame = element("rect", **place, width=BOX_WIDTH, height=BOX_HEIGHT, rx=6, class_="box")
    return element("g", frame, element("text", label, x=x, y=y, class_="label"))


def _line(arrow: Arrow) -> Markup:
    points = "L".join(f"{x} {y}" for x, y in arrow.points)
    return element("path", element("title", arrow.type), d=f"M{points}", class_="arrow", marker_end="url(#head)")


def _name(text: str, x: int, y: int) -> Markup:
    """The name on a ground that covers the line under it."""
    width = 8.3 * len(text) + 6
    ground = element("rect", x=x - width / 2, y=y - 9, width=width, height=18, rx=3, class_="ground")
    return element("g", ground, element("text", text, x=x, y=y, class_="name"))
