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
from ..schema import Circuit
from .question import Question, Row

__all__ = ["CANDIDATES", "jaccard", "similar_circuits"]

CANDIDATES = 200
_PARTS = ("ports", "tasks", "edges")
_BY_PORTS = """MATCH (:Circuit {id: $id})-[:HAS_PORT]->(:Port)-[:HAS_TYPE]->(t:PortType)
WITH DISTINCT t
MATCH (t)<-[:HAS_TYPE]-(:Port)<-[:HAS_PORT]-(c:Circuit)
WITH c, count(DISTINCT t) AS shared"""
_BY_TASK = """MATCH (:Circuit {id: $id})-[:IMPLEMENTS]->(t:Task)
WITH DISTINCT t
MATCH (t)<-[:IMPLEMENTS]-(c:Circuit)
WITH c, count(DISTINCT t) AS shared"""
_ANY = """MATCH (c:Circuit)
WITH c, 0 AS shared"""


def similar_circuits(catalog: Catalog, circuit: Circuit, limit: int | None = 20) -> Question:
    """The circuits most like one: `score`, and its parts `ports`, `tasks` and `edges`, none where neither has any."""
    has_ports, has_tasks = (bool(catalog.neighbours(circuit.id, type)) for type in ("HAS_PORT", "IMPLEMENTS"))
    candidates = _BY_PORTS if has_ports else _BY_TASK if has_tasks else _ANY
    cypher = f"""{candidates}
ORDER BY CASE WHEN c.id = $id THEN 0 ELSE 1 END, shared DESC, c.id LIMIT {CANDIDATES}
OPTIONAL MATCH (c)-[:HAS_COMPONENT]->(a:Component)-[r:FEEDS]->(b:Component)
WITH c, collect(DISTINCT a.name + ' → ' + b.name + '.' + r.reader) AS edges
OPTIONAL MATCH (c)-[:HAS_PORT]->(p:Port)
WITH c, edges, collect(DISTINCT p.direction + ' ' + p.type_key) AS ports
OPTIONAL MATCH (c)-[:IMPLEMENTS]->(k:Task)
RETURN c.id AS id, c.name AS name, edges, ports, collect(DISTINCT k.name) AS tasks"""
    return Question(cypher, {"id": circuit.id}, lambda rows: _scored(rows, circuit.id)[:limit])


def jaccard(left: Collection[object], right: Collection[object]) -> float | None:
    """The share of what both have in what either has; none of two empty sets."""
    one, other = set(left), set(right)
    return len(one & other) / len(one | other) if one | other else None


def _scored(rows: list[Row], id: str) -> list[Row]:
    own = next(row for row in rows if row["id"] == id)
    scored = []
    for row in rows:
        parts = {part: jaccard(own[part], row[part]) for part in _PARTS}
        compared = [share for share in parts.values() if share is not None]
        if row is not own:
            score = fmean(compared) if compared else 0.0
            scored.append({"id": row["id"], "kind": "Circuit", "name": row["name"], "score": score, **parts})
    return sorted(scored, key=lambda row: (-row["score"], row["name"], row["id"]))
