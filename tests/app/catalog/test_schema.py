"""The page and the drawing of the schema are those that the command writes, and show all of it."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

from typer.testing import CliRunner

from stdcell.app.catalog.schema import ARROWS, PLACES, schema_picture
from stdcell.app.cli import app
from stdcell.catalog import LABELS, RELATIONSHIP_TYPES
from stdcell.catalog.documentation import schema_page

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_in_the_docs_is_up_to_date() -> None:
    printed = CliRunner().invoke(app, ["catalog", "schema"]).output
    assert (DOCS / "schema.md").read_text(encoding="utf-8") == printed


def test_the_drawing_in_the_docs_is_up_to_date(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["catalog", "schema", "--svg", str(tmp_path / "schema.svg")])
    assert (DOCS / "schema.svg").read_bytes() == (tmp_path / "schema.svg").read_bytes()


def test_the_page_names_every_label_relationship_and_property() -> None:
    page = schema_page()
    properties = {name for label in LABELS.values() for name in label.model_fields}
    properties |= {name for type in RELATIONSHIP_TYPES.values() for name in type.properties}
    wanted = [
        *(f"### {label}\n" for label in LABELS),
        *(f"| `{name}` |" for name in (*RELATIONSHIP_TYPES, *properties)),
    ]
    assert [one for one in wanted if one not in page] == []


def test_every_property_says_what_it_means() -> None:
    fields = [field for label in LABELS.values() for field in label.model_fields.values()]
    assert [field for field in fields if not (field.description or "").endswith(".")] == []


def test_every_label_and_relationship_is_drawn() -> None:
    named = {arrow.type for arrow in ARROWS if arrow.name_at}
    assert (set(PLACES), named) == (set(LABELS), set(RELATIONSHIP_TYPES))


def test_no_two_names_of_the_drawing_overlap() -> None:
    found = re.findall(r'<g><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', schema_picture())
    boxes = [tuple(map(float, one)) for one in found]
    assert len(boxes) == len(PLACES) + sum(arrow.name_at is not None for arrow in ARROWS) + 6
    small = [box for box in boxes if box[3] < 50]
    overlapping = [
        (one, other)
        for one, other in combinations(small, 2)
        if one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
        if one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
    ]
    assert overlapping == []
