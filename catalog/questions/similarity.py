"""Circuits that are like a circuit: by the types of their ports, by their tasks, and by the edges that they share.

1. Candidates share a port type with the circuit, or a task where it has no ports; those that share the most are looked
   at closely.
2. Each part is a share between 0 and 1 (Jaccard): of port types with their direction, of tasks, and of edges by the
   names of their ends.
3. The score is the mean of the parts in which either has something.
"""

from __future__ import annotations

from collections.abc import Collection
from statistics import fmean

from ..catalog import Catalog
from ..schema import Circuit, Port, Task
from .question import Question, Row
from .structure import structure

__all__ = ["CANDIDATES", "jaccard", "similar_circuits"]

CANDIDATES = 200
_PARTS = ("ports", "tasks", "edges")
_BY_PORTS = """MATCH (:Circuit {id: $id})-[:HAS_PORT]->(:Port)-[:HAS_TYPE]->(t:PortType)
WITH DISTINCT t
MATCH (t)<-[:HAS_TYPE]-(:Port)<-[:HAS_PORT]-(c:Circuit) WHERE c.id <> $id
WITH c, count(DISTINCT t) AS shared"""
_BY_TASK = """MATCH (:Circuit {id: $id})-[:IMPLEMENTS]->(t:Task)
WITH DISTINCT t
MATCH (t)<-[:IMPLEMENTS]-(c:Circuit) WHERE c.id <> $id
WITH c, count(DISTINCT t) AS shared"""
_ANY = """MATCH (c:Circuit) WHERE c.id <> $id
WITH c, 0 AS shared"""


def similar_circuits(catalog: Catalog, circuit: Circuit, limit: int | None = 20) -> Question:
    """The circuits most like one: `score`, and its parts `ports`, `tasks` and `edges`, none where neither has any."""
    own = _own_parts(catalog, circuit)
    candidates = _BY_PORTS if own["ports"] else _BY_TASK if own["tasks"] else _ANY
    cypher = f"""{candidates}
ORDER BY shared DESC, c.id LIMIT {CANDIDATES}
OPTIONAL MATCH (c)-[:HAS_COMPONENT]->(a:Component)-[r:FEEDS]->(b:Component)
WITH c, count(r) AS edges, sum(CASE WHEN (a.name + ' → ' + b.name + '.' + r.reader) IN $edges THEN 1 ELSE 0 END) AS same
OPTIONAL MATCH (c)-[:HAS_PORT]->(p:Port)
WITH c, edges, same AS edges_shared, count(p) AS ports,
  sum(CASE WHEN (p.direction + ' ' + p.type_key) IN $ports THEN 1 ELSE 0 END) AS same
OPTIONAL MATCH (c)-[:IMPLEMENTS]->(k:Task)
RETURN c.id AS id, c.name AS name, edges, edges_shared, ports, same AS ports_shared, count(k) AS tasks,
  sum(CASE WHEN k.name IN $tasks THEN 1 ELSE 0 END) AS tasks_shared"""
    return Question(cypher, {"id": circuit.id, **own}, lambda rows: _scored(rows, own)[:limit])


def jaccard(left: Collection[object], right: Collection[object]) -> float | None:
    """The share of what both have in what either has; none of two empty sets."""
    one, other = set(left), set(right)
    return len(one & other) / len(one | other) if one | other else None


def _own_parts(catalog: Catalog, circuit: Circuit) -> dict[str, list[str]]:
    """What of the circuit others are compared with."""
    ports, tasks = ([end for _, end in catalog.neighbours(circuit.id, type)] for type in ("HAS_PORT", "IMPLEMENTS"))
    edges = (row for row in structure([circuit]).ask(catalog) if row["into"] is not None)
    return {
        "edges": [f"{row['component']} → {row['into']}.{row['reader']}" for row in edges],
        "ports": sorted(f"{port.direction} {port.type_key}" for port in ports if isinstance(port, Port)),
        "tasks": sorted(task.name for task in tasks if isinstance(task, Task)),
    }


def _scored(rows: list[Row], own: dict[str, list[str]]) -> list[Row]:
    scored = []
    for row in rows:  # ladybug's sums are decimals
        parts = {part: _share(len(own[part]), row[part], int(row[f"{part}_shared"])) for part in _PARTS}
        compared = [share for share in parts.values() if share is not None]
        score = fmean(compared) if compared else 0.0
        scored.append({"id": row["id"], "kind": "Circuit", "name": row["name"], "score": score, **parts})
    return sorted(scored, key=lambda row: (-row["score"], row["name"], row["id"]))


def _share(own: int, other: int, shared: int) -> float | None:
    """Jaccard's index of two bags, out of their sizes and of how much is shared."""
    both = min(shared, own)
    return both / (own + other - both) if own or other else None
