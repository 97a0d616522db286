"""Many nodes and relationships at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..catalog import Catalog
from ..node import Node
from ..relationships import RELATIONSHIP_TYPES, Relationship
from ..schema import LABELS, Circuit

__all__ = ["all_nodes", "all_relationships", "relationships_from"]


def relationships_from(catalog: Catalog, circuit: Circuit, type: str) -> Iterator[Relationship]:
    """The relationships of one type that leave a circuit's components."""
    match = f"MATCH (c:Circuit)-[:HAS_COMPONENT]->(a)-[r:{type}]->(b) WHERE c.id = $id"
    yield from _relationships(catalog, match, type, id=circuit.id)


def all_relationships(catalog: Catalog) -> Iterator[Relationship]:
    """Every relationship of a catalog."""
    for type in RELATIONSHIP_TYPES:
        yield from _relationships(catalog, f"MATCH (a)-[r:{type}]->(b)", type)


def all_nodes(catalog: Catalog) -> Iterator[Node]:
    """Every node of a catalog."""
    for label in LABELS:
        rows = catalog.query(f"MATCH (n:{label}) RETURN n.id AS id")
        yield from catalog._record.nodes([row["id"] for row in rows])


def _relationships(catalog: Catalog, match: str, type: str, **parameters: Any) -> Iterator[Relationship]:
    names = RELATIONSHIP_TYPES[type].properties
    columns = "".join(f", r.{name} AS {name}" for name in names)
    for row in catalog.query(f"{match} RETURN a.id AS source, b.id AS target{columns}", **parameters):
        properties = {name: row[name] for name in names if row[name] is not None}
        yield Relationship(row["source"], type, row["target"], properties)
