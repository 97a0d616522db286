"""What circuits consist of: their components and the edges between them."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx

from ..node import Node
from .question import Question, Row

__all__ = ["structure", "structure_graph"]


def structure(nodes: Iterable[Node]) -> Question:
    """The components and edges of circuits: a row for each component, and for each edge that leaves it.

    `id` is the circuit; `writer`, `reader` (the entrance) and `into` are none on the row of a component without edges.
    """
    cypher = """MATCH (c:Circuit) WHERE c.id IN $ids
MATCH (c)-[:HAS_COMPONENT]->(a:Component)
OPTIONAL MATCH (a)-[r:FEEDS]->(b:Component)
RETURN c.id AS id, a.name AS component, a.kind AS kind, r.reader AS reader, b.name AS into, r.weight AS weight
ORDER BY id, component, into, reader"""
    return Question(cypher, {"ids": [node.id for node in nodes]})


def structure_graph(rows: Iterable[Row]) -> nx.MultiDiGraph[str]:
    """One circuit's structure as a graph: components by name with their `kind`, edges with `reader` and `weight`."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for row in rows:
        graph.add_node(row["component"], name=row["component"], kind=row["kind"])
        if row["into"] is not None:
            weight = {} if row["weight"] is None else {"weight": row["weight"]}
            graph.add_edge(row["component"], row["into"], key=row["reader"], reader=row["reader"], **weight)
    return graph
