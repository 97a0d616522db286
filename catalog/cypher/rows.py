"""Rows of Cypher out of what a store holds: a manifest's properties, those at their default filled in.

An object or a list is JSON text. Manifests are checked against their ids, but not put through pydantic again: what
has its digest was checked before it was written.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ...errors import CatalogError
from ..node import canonical_json
from ..relationships import RELATIONSHIP_TYPES
from ..schema import LABELS, checked_content
from ..store import StoredNode, StoredRelationship

__all__ = ["column_defaults", "node_row", "relationship_row", "said_of"]


def node_row(node: StoredNode) -> dict[str, Any]:
    """The id, the properties and the event of a node.

    Raises:
        CatalogError: if the manifest is not what the id names or of another label, or a newer version of stdcell
            wrote it.
    """
    row = {"id": node.id, **column_defaults(node.label), "event": node.event}
    for name, value in said_of(node).items():
        row[name] = canonical_json(value) if isinstance(value, dict | list) else value
    return row


def said_of(node: StoredNode) -> dict[str, Any]:
    """The properties that a manifest says.

    Raises:
        CatalogError: if the manifest is not what the id names or of another label, or a newer version of stdcell
            wrote it.
    """
    content = checked_content(node.id, node.manifest)
    if content["label"] != node.label:
        raise CatalogError(
            f"node {node.id} is filed under {node.label!r}, its manifest says {content['label']!r}; "
            "`stdcell catalog fsck --repair` sets it right"
        )
    said: dict[str, Any] = content["properties"]
    return said


def relationship_row(relationship: StoredRelationship) -> dict[str, Any]:
    """The properties and the event of a relationship."""
    empty = dict.fromkeys(RELATIONSHIP_TYPES[relationship.type].properties)
    said = json.loads(relationship.properties) if len(relationship.properties) > 2 else {}
    return {**empty, **said, "event": relationship.event}


@cache
def column_defaults(label: str) -> dict[str, Any]:
    """What each property of a label is where a manifest does not say it, as Cypher keeps it; None where it must."""
    fields = LABELS[label].model_fields.items() if label in LABELS else ()
    defaults = {name: None if field.is_required() else field.default for name, field in fields}
    return {
        name: canonical_json(value) if isinstance(value, dict | list) else value for name, value in defaults.items()
    }
