"""Rows of a record out of its index; a manifest made anew from properties counts only where its digest fits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, get_origin

from ...errors import CatalogError
from ..node import canonical_json
from ..relationships import RELATIONSHIP_TYPES
from ..schema import LABELS
from ..store import StoredNode, StoredRelationship

__all__ = ["indexed_nodes", "indexed_relationships", "manifest_from"]

Ask = Callable[[str], Iterator[list[Any]]]


def indexed_nodes(ask: Ask) -> Iterator[StoredNode]:
    """All nodes of the index."""
    for label in LABELS:
        names = list(LABELS[label].model_fields)
        columns = ", ".join(f"n.`{name}`" for name in ("id", "event", *names))
        for id, event, *values in ask(f"MATCH (n:{label}) RETURN {columns}"):
            yield StoredNode(id, label, manifest_from(label, dict(zip(names, values, strict=True))), event)


def indexed_relationships(ask: Ask) -> Iterator[StoredRelationship]:
    """All relationships of the index."""
    for type in RELATIONSHIP_TYPES.values():
        columns = "".join(f", r.`{name}`" for name in type.properties)
        for source, target, event, *values in ask(
            f"MATCH (a)-[r:{type.name}]->(b) RETURN a.id, b.id, r.event{columns}"
        ):
            said = {name: value for name, value in zip(type.properties, values, strict=True) if value is not None}
            yield StoredRelationship(source, type.name, target, canonical_json(said), event)


def manifest_from(label: str, row: dict[str, Any]) -> str:
    """The manifest that a node of these properties has; empty where they are no node's."""
    fields = LABELS[label].model_fields.items()
    texts = {name for name, field in fields if get_origin(field.annotation) in (dict, list)}
    try:
        said = {name: json.loads(value) if name in texts else value for name, value in row.items() if value is not None}
        return LABELS[label](**said).manifest
    except (CatalogError, ValueError, TypeError):
        return ""
