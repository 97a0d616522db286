"""What the catalog is compared with: networkx with a JSON file, and Neo4j the way tutorials use it.

Both hold the nodes and relationships of the drawn families and the types of their ports. Neither checks anything,
keeps versions or events, nor flushes to the disk before it answers, so each does less than the catalog.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import neo4j
import networkx as nx
from catalog_shape import Family

from stdcell.catalog.port_types import is_assignable

__all__ = ["NetworkxPeer", "PlainNeo4j"]

PORTION = 10_000  # rows of a statement; with all at once a server of 512 MB heap does not answer any more
UP = {"COMPOSED_OF": 1, "DERIVED_FROM": 1, "EXTRACTED_FROM": 1, "PRODUCED": -1, "TRAINED_ON": 1, "INSTANCE_OF": 1}
LINEAGE = """MATCH (p:Program {id: $id})-[:COMPOSED_OF|DERIVED_FROM|EXTRACTED_FROM*1..3]->(k:Checkpoint)
<-[:PRODUCED]-(r:TrainingRun)-[:TRAINED_ON]->(d:Dataset)-[:INSTANCE_OF]->(t:Task)
RETURN DISTINCT k.name, r.name, d.name, t.name"""
FEED = """MATCH (c)-[:HAS_PORT]->(o:Port) WHERE o.direction = 'out' AND o.type IN $types
RETURN c.name AS cell, o.name AS port ORDER BY cell, port LIMIT 20"""


class NetworkxPeer:
    """A multigraph in memory, loaded from a node-link JSON file that is written once."""

    def __init__(self, drawn: Sequence[Family], file: Path) -> None:
        self.file = file
        nodes, joined = _unique(drawn)
        links = [{"source": s, "target": t, "type": type, **said} for s, type, t, said in joined]
        text = json.dumps({"directed": True, "multigraph": True, "graph": {}, "nodes": nodes, "edges": links})
        file.write_text(text, encoding="utf-8")

    def load(self) -> None:
        """Read the file, and index the names."""
        self.graph = nx.node_link_graph(json.loads(self.file.read_text(encoding="utf-8")), edges="edges")
        self.names = {said.get("name"): id for id, said in self.graph.nodes(data=True)}

    def by_id(self, id: str) -> object:
        """Its properties."""
        return self.graph.nodes[id]

    def by_name(self, name: str) -> object:
        """The properties of the last node of that name."""
        return self.graph.nodes[self.names[name]]

    def lineage(self, id: str) -> set[str]:
        """All that is reached upwards in 6 steps, breadth first."""
        seen, edge = {id}, {id}
        for _ in range(6):
            found = set()
            for node in edge:
                found |= {end for _, end, said in self.graph.out_edges(node, data=True) if UP.get(said["type"]) == 1}
                found |= {end for end, _, said in self.graph.in_edges(node, data=True) if UP.get(said["type"]) == -1}
            edge = found - seen
            seen |= found
        return seen

    def feed(self, id: str) -> list[tuple[str, str]]:
        """The first 20 outputs that fit, found by looking at every port."""
        wanted = self.graph.nodes[id]["type"]
        found = []
        for port, said in self.graph.nodes(data=True):
            if (
                said["label"] == "Port"
                and said["direction"] == "out"
                and is_assignable((said["type"], ""), (wanted, ""))
            ):
                found += [(self.graph.nodes[cell]["name"], said["name"]) for cell in self.graph.predecessors(port)]
        return sorted(found)[:20]


class PlainNeo4j:
    """A server filled by UNWIND and MERGE, label by label, with an index on each id and name."""

    def __init__(self, uri: str, drawn: Sequence[Family]) -> None:
        self.driver = neo4j.GraphDatabase.driver(uri)
        nodes, joined = _unique(drawn)
        self.labels = {node["id"]: node["label"] for node in nodes}
        self.types = sorted({node["type"] for node in nodes if node["label"] == "Port"})
        self.ports = {node["id"]: node["type"] for node in nodes if node["label"] == "Port"}
        self.nodes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.joined: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        for node in nodes:
            self.nodes[node["label"]].append({key: _flat(value) for key, value in node.items() if key != "label"})
        for source, type, target, said in joined:
            rows = self.joined[self.labels[source], type, self.labels[target]]
            rows.append({"source": source, "target": target, "properties": said})

    def load(self) -> None:
        """Write everything."""
        for label in self.nodes:
            self._run(f"CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id IS UNIQUE")
            self._run(f"CREATE INDEX FOR (n:{label}) ON (n.name)")
        for label, rows in self.nodes.items():
            self._write(f"UNWIND $rows AS row MERGE (n:{label} {{id: row.id}}) SET n += row", rows)
        for (source, type, target), rows in self.joined.items():
            ends = f"MATCH (a:{source} {{id: row.source}}) MATCH (b:{target} {{id: row.target}})"
            self._write(f"UNWIND $rows AS row {ends} MERGE (a)-[r:{type}]->(b) SET r += row.properties", rows)

    def by_id(self, id: str) -> object:
        """Its properties, its label being known."""
        return self._run(f"MATCH (n:{self.labels[id]} {{id: $id}}) RETURN n", id=id)

    def by_name(self, name: str) -> object:
        """The properties of the circuits of that name."""
        return self._run("MATCH (n:Circuit {name: $name}) RETURN n", name=name)

    def lineage(self, id: str) -> object:
        """Checkpoints, runs, data sets and tasks behind a program."""
        return self._run(LINEAGE, id=id)

    def feed(self, id: str) -> object:
        """The first 20 outputs of a type that fits, the types compared here."""
        wanted = self.ports[id]
        return self._run(FEED, types=[one for one in self.types if is_assignable((one, ""), (wanted, ""))])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.driver.close()

    def _write(self, cypher: str, rows: Sequence[dict[str, Any]]) -> None:
        for first in range(0, len(rows), PORTION):
            self._run(cypher, rows=rows[first : first + PORTION])

    def _run(self, cypher: str, **parameters: Any) -> list[Any]:
        with self.driver.session() as session:
            return list(session.run(cypher, parameters))


def _unique(drawn: Sequence[Family]) -> tuple[list[dict[str, Any]], list[tuple[str, str, str, dict[str, Any]]]]:
    """Nodes by their properties, and relationships, each once."""
    nodes = {node.id: node for family in drawn for node in family.nodes}
    joined = {
        (one.source, one.type, one.target, one.properties_json()): dict(one.properties)
        for family in drawn
        for one in family.relationships
    }
    return (
        [{"id": id, "label": node.label, **node.model_dump()} for id, node in nodes.items()],
        [(source, type, target, said) for (source, type, target, _), said in joined.items()],
    )


def _flat(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
