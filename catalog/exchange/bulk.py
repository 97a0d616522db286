"""Many nodes and relationships at once."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..catalog import Catalog
from ..node import Node
from ..relationships import RELATIONSHIP_TYPES, Relationship
from ..schema import OWN_LABELS, Circuit, node_from_manifest
from .edges import LARGEST

__all__ = ["all_nodes", "all_relationships", "relationships_from"]

_PATIENCE_S = 300.0
_OWN_TYPES = {
    type.name for type in RELATIONSHIP_TYPES.values() for pair in type.pairs if not set(OWN_LABELS).isdisjoint(pair)
}


def relationships_from(catalog: Catalog, circuit: Circuit, type: str) -> Iterator[Relationship]:
    """The relationships of one type that leave a circuit's components."""
    names = RELATIONSHIP_TYPES[type].properties
    columns = "".join(f", r.{name} AS {name}" for name in names)
    cypher = f"""MATCH (c:Circuit)-[:HAS_COMPONENT]->(a)-[r:{type}]->(b) WHERE c.id = $id
        RETURN a.id AS source, b.id AS target{columns}"""
    for row in catalog.query(cypher, id=circuit.id, row_limit=LARGEST, timeout_s=_PATIENCE_S):
        properties = {name: row[name] for name in names if row[name] is not None}
        yield Relationship(row["source"], type, row["target"], properties)


def all_relationships(catalog: Catalog) -> Iterator[Relationship]:
    """Every relationship of a catalog but those that it writes itself."""
    for one in catalog.record.stored_relationships():
        if one.type not in _OWN_TYPES:
            yield Relationship(one.source, one.type, one.target, json.loads(one.properties))


def all_nodes(catalog: Catalog) -> Iterator[Node]:
    """Every node of a catalog but those that it writes itself."""
    for one in catalog.record.stored_nodes():
        if one.label not in OWN_LABELS:
            yield node_from_manifest(one.id, one.manifest)
