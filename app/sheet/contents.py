"""What a data sheet shows, gathered from a catalog in a few questions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...catalog import Catalog, Circuit, Component, Contract, Evidence, Node, Port, Task, Verdict
from ...catalog.questions import Row, events_of, feeding, history, lineage, reading
from ...catalog.schema import CELLS
from ...errors import StdcellError

__all__ = ["Added", "Ancestor", "Neighbour", "SheetContents", "Version", "sheet_contents"]

N_NEIGHBOURS = 100  # many times what a page shows: versions of a cell, which it shows once, count each


class Added(NamedTuple):
    """The event that brought something."""

    event: int
    at: str
    who: str


class Version(NamedTuple):
    """A version of a name, and the event that gave it."""

    name: str
    version: int
    of: str
    added: Added


class Ancestor(NamedTuple):
    """A node that the cell was made of, how far away, by what relationship, and the event that brought it."""

    depth: int
    relationship: str
    node: Node
    added: Added


class Neighbour(NamedTuple):
    """A port of another cell."""

    cell: str
    port: str
    type: str


@dataclass(frozen=True, slots=True)
class SheetContents:
    """A cell with all that the catalog knows of it.

    `edges` are (source id, target id, reader, weight); `compatible` holds, for each port, ports of other cells that
    could be wired to it, those of cells that are best known first.
    """

    node: Node
    name: str
    version: int | None
    ports: tuple[Port, ...]
    contracts: tuple[Contract, ...]
    tasks: tuple[Task, ...]
    evidence: tuple[Evidence, ...]
    verdicts: tuple[Verdict, ...]
    components: tuple[Component, ...]
    edges: tuple[tuple[str, str, str, float | None], ...]
    lineage: tuple[Ancestor, ...]
    versions: tuple[Version, ...]
    added: Added
    compatible: tuple[tuple[Port, tuple[Neighbour, ...]], ...]
    blob_bytes: int | None

    @property
    def inputs(self) -> list[Port]:
        """Its input ports, in order."""
        return [port for port in self.ports if port.direction == "in"]

    @property
    def outputs(self) -> list[Port]:
        """Its output ports, in order."""
        return [port for port in self.ports if port.direction == "out"]


def sheet_contents(catalog: Catalog, name: str) -> SheetContents:
    """Everything about a cell.

    Raises:
        UnknownCell: if there is none of that name.
        StdcellError: if it is no cell.
    """
    node = catalog.get(name)
    if node.label not in CELLS:
        expected = ", ".join(label.lower() for label in CELLS)
        raise StdcellError(f"{name!r} is a {node.label.lower()}; a data sheet is of a cell: {expected}")
    ends = {type: _ends(catalog, node, type) for type in ("HAS_PORT", "SATISFIES", "IMPLEMENTS", "HAS_COMPONENT")}
    about = [found for _, found in catalog.neighbours(node.id, "ABOUT", "in")]
    ports = sorted(
        (one for one in ends["HAS_PORT"] if isinstance(one, Port)), key=lambda one: (one.direction, one.position)
    )
    added, ancestors = _lineage(catalog, node)
    versions = _versions(catalog, node)
    called, given = _called(name, node, versions)
    return SheetContents(
        node=node,
        name=called,
        version=given,
        ports=tuple(ports),
        contracts=tuple(one for one in ends["SATISFIES"] if isinstance(one, Contract)),
        tasks=tuple(one for one in ends["IMPLEMENTS"] if isinstance(one, Task)),
        evidence=tuple(one for one in about if isinstance(one, Evidence)),
        verdicts=tuple(one for one in about if isinstance(one, Verdict)),
        components=tuple(one for one in ends["HAS_COMPONENT"] if isinstance(one, Component)),
        edges=tuple(_edges(catalog, ends["HAS_COMPONENT"])),
        lineage=ancestors,
        versions=versions,
        added=added,
        compatible=tuple((port, _compatible(catalog, node, port)) for port in ports),
        blob_bytes=catalog.blobs.size(node.blob) if isinstance(node, Circuit) else None,
    )


def _ends(catalog: Catalog, node: Node, type: str) -> list[Node]:
    return [end for _, end in catalog.neighbours(node.id, type)]


def _edges(catalog: Catalog, components: Sequence[Node]) -> Iterator[tuple[str, str, str, float | None]]:
    found = catalog.record.relationships([node.id for node in components], "FEEDS", "out")
    for one in sorted(found, key=lambda one: (one.source, one.target, one.properties["reader"])):
        yield one.source, one.target, one.properties["reader"], one.properties.get("weight")


def _compatible(catalog: Catalog, node: Node, port: Port) -> tuple[Neighbour, ...]:
    rows = (feeding if port.direction == "in" else reading)(catalog, port, N_NEIGHBOURS).ask(catalog)
    found = (Neighbour(row["name"], row["port"], row["type"]) for row in rows if row["id"] != node.id)
    return tuple(dict.fromkeys(found))


def _lineage(catalog: Catalog, start: Node) -> tuple[Added, tuple[Ancestor, ...]]:
    """The event that brought the node, and what it was made of: each node once, the nearest first."""
    rows: dict[str, Row] = {}
    for row in lineage(start).ask(catalog):
        rows.setdefault(row["id"], row)
    nodes = catalog.record.nodes(list(rows))
    added = {row["id"]: _added(row) for row in events_of([start, *nodes]).ask(catalog)}
    found = (Ancestor(rows[one.id]["depth"], rows[one.id]["type"], one, added[one.id]) for one in nodes)
    return added[start.id], tuple(found)


def _versions(catalog: Catalog, node: Node) -> tuple[Version, ...]:
    """All versions of every name that ever meant the node, oldest first."""
    names = {str(getattr(alias, "name", "")) for _, alias in catalog.neighbours(node.id, "POINTS_TO", "in")}
    rows = ((name, row) for name in names for row in history(name).ask(catalog))
    found = (Version(name, row["version"], row["to"], _added(row)) for name, row in rows)
    return tuple(sorted(found, key=lambda one: (one.added.event, one.name)))


def _added(row: Row) -> Added:
    return Added(row["event"], row["at"], row["who"])


def _called(asked: str, node: Node, versions: Sequence[Version]) -> tuple[str, int | None]:
    """The name and version that the sheet gives the cell: what was asked for, else its newest name."""
    mine = [one for one in versions if one.of == node.id]
    name = asked.partition("@")[0]
    chosen = [one for one in mine if one.name == name] or mine
    if not chosen:
        return str(json.loads(node.manifest)["properties"]["name"]), None
    return chosen[-1].name, chosen[-1].version
