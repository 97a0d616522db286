"""What a data sheet shows, gathered from a catalog in a few questions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...catalog import Catalog, Circuit, Component, Contract, Evidence, Node, Port, Task, Verdict
from ...catalog.schema import CELLS
from ...errors import StdcellError

__all__ = ["Added", "Ancestor", "Neighbour", "SheetContents", "Version", "sheet_contents"]

DEPTH = 6
N_NEIGHBOURS = 8
_UP = {"DERIVED_FROM": "out", "COMPOSED_OF": "out", "EXTRACTED_FROM": "out", "READS": "out", "PRODUCED": "in"}
_UP |= {"TRAINED_ON": "out", "INSTANCE_OF": "out"}
# Of each type the cells that one of their ports joins to the other; `WITH` keeps a port's cells apart from the join.
_FEEDERS = """MATCH (p:Port)-[:HAS_TYPE]->(:PortType)<-[:COMPATIBLE]-(:PortType)<-[:HAS_TYPE]-(q:Port)<-[:HAS_PORT]-(c)
WHERE p.id = $port AND q.direction = 'out' AND c.id <> $cell
RETURN DISTINCT c.name AS cell, q.name AS port, q.type AS type ORDER BY cell, port"""
_READERS = """MATCH (p:Port)-[:HAS_TYPE]->(:PortType)-[:COMPATIBLE]->(:PortType)<-[:HAS_TYPE]-(q:Port)<-[:HAS_PORT]-(c)
WHERE p.id = $port AND q.direction = 'in' AND c.id <> $cell
RETURN DISTINCT c.name AS cell, q.name AS port, q.type AS type ORDER BY cell, port"""
_FEEDS = """MATCH (c:Circuit)-[:HAS_COMPONENT]->(a:Component)-[r:FEEDS]->(b:Component)
WHERE c.id = $id RETURN a.id AS source, b.id AS target, r.reader AS reader, r.weight AS weight"""
_VERSIONS = """MATCH (a:Alias) WHERE a.name IN $names
RETURN a.name AS name, a.version AS version, a.of AS of, a.event AS event ORDER BY event, name"""
_NAMES = "MATCH (a:Alias) WHERE a.of = $id RETURN DISTINCT a.name AS name"
_EVENTS = (
    "MATCH (e:Event) WHERE e.sequence IN $events RETURN e.sequence AS event, e.at AS at, e.who AS who, e.what AS what"
)


class Added(NamedTuple):
    """The event that brought something."""

    event: int
    at: str
    who: str
    what: str


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
    added: Added | None


class Neighbour(NamedTuple):
    """A port of another cell."""

    cell: str
    port: str
    type: str


@dataclass(frozen=True, slots=True)
class SheetContents:
    """A cell with all that the catalog knows of it.

    `edges` are (source id, target id, reader, weight); `compatible` holds, for each port, all ports of other cells that
    could be wired to it.
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
    added: Added | None
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
    ancestors = list(_ancestors(catalog, node))
    added = _added(catalog, [node, *(one for _, _, one in ancestors)])
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
        edges=tuple(_edges(catalog, node)),
        lineage=tuple(Ancestor(depth, type, one, added.get(one.id)) for depth, type, one in ancestors),
        versions=versions,
        added=added.get(node.id),
        compatible=tuple((port, _compatible(catalog, node, port)) for port in ports),
        blob_bytes=len(catalog.blobs.get(node.blob)) if isinstance(node, Circuit) else None,
    )


def _ends(catalog: Catalog, node: Node, type: str) -> list[Node]:
    return [end for _, end in catalog.neighbours(node.id, type)]


def _edges(catalog: Catalog, node: Node) -> Iterator[tuple[str, str, str, float | None]]:
    if isinstance(node, Circuit):
        for row in catalog.query(_FEEDS, id=node.id):
            yield row["source"], row["target"], row["reader"], row["weight"]


def _compatible(catalog: Catalog, node: Node, port: Port) -> tuple[Neighbour, ...]:
    cypher = _FEEDERS if port.direction == "in" else _READERS
    return tuple(Neighbour(**row) for row in catalog.query(cypher, port=port.id, cell=node.id))


def _ancestors(catalog: Catalog, start: Node) -> Iterator[tuple[int, str, Node]]:
    """Breadth first, each node once."""
    seen, edge = {start.id}, [start]
    for depth in range(1, DEPTH + 1):
        found: list[Node] = []
        for node in edge:
            for type, direction in _UP.items():
                for _, end in catalog.neighbours(node.id, type, "in" if direction == "in" else "out"):
                    if end.id not in seen:
                        seen.add(end.id)
                        found.append(end)
                        yield depth, type, end
        edge = found


def _added(catalog: Catalog, nodes: Sequence[Node]) -> dict[str, Added]:
    """The event that brought each node."""
    numbers: dict[str, int] = {}
    for label in dict.fromkeys(node.label for node in nodes):
        ids = [node.id for node in nodes if node.label == label]
        cypher = f"MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id AS id, n.event AS event"
        numbers |= {row["id"]: row["event"] for row in catalog.query(cypher, ids=ids)}
    events = _events(catalog, numbers.values())
    return {id: events[number] for id, number in numbers.items() if number in events}


def _versions(catalog: Catalog, node: Node) -> tuple[Version, ...]:
    """All versions of every name that ever meant the node, oldest first."""
    names = [row["name"] for row in catalog.query(_NAMES, id=node.id)]
    rows = catalog.query(_VERSIONS, names=names)
    events = _events(catalog, [row["event"] for row in rows])
    return tuple(Version(row["name"], row["version"], row["of"], events[row["event"]]) for row in rows)


def _events(catalog: Catalog, numbers: Any) -> dict[int, Added]:
    rows = catalog.query(_EVENTS, events=sorted(set(numbers)))
    return {row["event"]: Added(**row) for row in rows}


def _called(asked: str, node: Node, versions: Sequence[Version]) -> tuple[str, int | None]:
    """The name and version that the sheet gives the cell: what was asked for, else its newest name."""
    mine = [one for one in versions if one.of == node.id]
    name = asked.partition("@")[0]
    chosen = [one for one in mine if one.name == name] or mine
    if not chosen:
        return str(json.loads(node.manifest)["properties"]["name"]), None
    return chosen[-1].name, chosen[-1].version
