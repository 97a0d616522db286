"""How nodes and relationships come back from a query: plain dictionaries, the same from both stores.

A node is its label, its id and its properties, those without a value as None; objects and lists of the schema are
JSON text, as Cypher sees them. A relationship is its type and its properties; a path is its nodes and its
relationships in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..relationships import RELATIONSHIP_TYPES
from .statements import properties_of

__all__ = ["plain_node", "plain_path", "plain_relationship"]


def plain_node(label: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A node by the properties of its label, in the schema's order."""
    return {"label": label, **{name: properties.get(name) for name in properties_of(label)}}


def plain_relationship(type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A relationship by its type and the properties that the type declares."""
    return {"type": type, **{name: properties.get(name) for name in RELATIONSHIP_TYPES[type].properties}}


def plain_path(nodes: list[Any], relationships: list[Any]) -> dict[str, list[Any]]:
    """A path by what it passes, in order."""
    return {"nodes": nodes, "relationships": relationships}
