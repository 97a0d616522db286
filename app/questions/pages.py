"""One node on a terminal: what it is, its ports and promises, what is known of it, and where it comes from."""

from __future__ import annotations

import json
from typing import Any

from rich.text import Text

from ...catalog import Catalog, Node
from ...catalog.evidence import STANDINGS
from ...catalog.questions import (
    Question,
    Row,
    history,
    lineage,
    lineage_graph,
    stale,
    strength,
    strongest,
    structure,
    structure_graph,
)
from ...catalog.schema import CELLS
from ..options import console
from .tables import print_table, shown

__all__ = ["page_of", "page_questions", "parts_graph", "print_page"]

_WITH_FINDINGS = (*CELLS, "Adapter")
_TEXTS = ("text", "expression")
_BRIEF = 160
_FINDINGS = ("standing", "claim", "scope", "method", "n_inputs", "n_wrong", "value", "interval", "counterexample")


def page_questions(node: Node, name: str) -> dict[str, Question]:
    """What a page asks of the catalog, by its part."""
    asked = {"versions": history(name.partition("@")[0]), "lineage": lineage(node, depth=3)}
    if node.label in CELLS:
        asked["stale"] = stale(node)
    if node.label == "Program":
        asked["strength"] = strength(node)
    return {**asked, "findings": strongest(node)} if node.label in _WITH_FINDINGS else asked


def page_of(catalog: Catalog, node: Node, name: str) -> dict[str, Any]:
    """All that a page says of a node, which was asked for by this name."""
    answers = {part: question.ask(catalog) for part, question in page_questions(node, name).items()}
    ports = [end.model_dump(exclude={"type_key"}) for _, end in catalog.neighbours(node.id, "HAS_PORT")]
    return {
        "label": node.label,
        "id": node.id,
        "properties": node.model_dump(),
        "ports": sorted(ports, key=lambda port: (port["direction"], port["position"])),
        "contracts": [end.model_dump() for _, end in catalog.neighbours(node.id, "SATISFIES")],
        "tasks": [getattr(end, "name", "") for _, end in catalog.neighbours(node.id, "IMPLEMENTS")],
        "findings": [_finding(row) for row in answers.get("findings", [])],
        "strength": answers.get("strength", []),
        "stale": answers.get("stale", []),
        "from": [{key: row[key] for key in ("depth", "type", "label", "name", "id")} for row in answers["lineage"]],
        "versions": answers["versions"],
    }


def print_page(page: dict[str, Any]) -> None:
    """A page as a heading and tables."""
    properties = dict(page["properties"])
    console.print(Text.assemble((f"{page['label']} ", "dim"), shown("name", properties.pop("name", "")), style="bold"))
    texts = {name: properties.pop(name) for name in _TEXTS if name in properties}
    print_table([{"property": "id", "value": page["id"]}, *_told(properties, page["tasks"])])
    for name, text in texts.items():
        _section(name)
        for line in str(text).splitlines():
            console.print(Text("  ") + shown(name, line), soft_wrap=True)
    for part, columns in (
        ("ports", ("direction", "name", "type", "unit")),
        ("contracts", ("requires", "ensures", "tolerance")),
        ("findings", _FINDINGS),
        ("strength", ("standing", "claim", "scope", "weakest")),
        ("stale", ("because", "name", "program", "claim", "status")),
        ("from", ("depth", "type", "label", "name", "id")),
        ("versions", ("version", "at", "who", "from", "to")),
    ):
        if page[part]:
            _section(part)
            print_table(page[part], columns)


def parts_graph(catalog: Catalog, node: Node) -> Any:
    """A circuit's components and edges; of any other node where it comes from."""
    if node.label == "Circuit":
        return structure_graph(structure([node]).ask(catalog))
    return lineage_graph(node, lineage(node).ask(catalog))


def _section(name: str) -> None:
    console.print(f"\n[bold]{name}[/]")


def _told(properties: dict[str, Any], tasks: list[str]) -> list[Row]:
    rows = [
        {"property": name, "value": _brief(value)}
        for name, value in properties.items()
        if value not in (None, "", {}, [])
    ]
    return [*({"property": "implements", "value": task} for task in tasks), *rows]


def _brief(value: Any) -> Any:
    """Objects and lists by their beginning: all of them is in the JSON."""
    text = value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
    return f"{text[:_BRIEF]}…" if isinstance(text, str) and len(text) > _BRIEF else text


def _finding(row: Row) -> Row:
    low, high = row["interval_low"], row["interval_high"]
    interval = None if low is None or high is None else f"{low:.6g} to {high:.6g}"
    return {**row, "standing": STANDINGS[row["rank"]], "interval": interval}
