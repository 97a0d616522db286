"""How nodes and relationships come back from a query: plain dictionaries, the same from both stores.

A node is its label, its id and its properties, those without a value as None; objects and lists of the schema are
JSON text, as Cypher sees them. A relationship is its type and its properties; a path is its nodes and its
relationships in order, and None where an OPTIONAL MATCH found none. A collected list has no order in Cypher; it comes
back sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

from ..node import canonical_json
from ..relationships import RELATIONSHIP_TYPES
from .columns import collected_columns, column_names
from .statements import properties_of

__all__ = ["plain_node", "plain_parts", "plain_path", "plain_relationship", "settled", "within_limit"]

T = TypeVar("T")


def plain_node(label: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A node by the properties of its label, in the schema's order."""
    return {"label": label, **{name: properties.get(name) for name in properties_of(label)}}


def plain_relationship(type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A relationship by its type and the properties that the type declares."""
    return {"type": type, **{name: properties.get(name) for name in RELATIONSHIP_TYPES[type].properties}}


def plain_path(nodes: list[Any], relationships: list[Any]) -> dict[str, list[Any]] | None:
    """A path by what it passes, in order; None for ladybug's path over nodes that are none."""
    if not all(node.get("label") for node in nodes):
        return None
    return {"nodes": nodes, "relationships": relationships}


def plain_parts(value: Any, plain: Callable[[Any], Any]) -> Any:
    """A value that is no node, relationship or path, with what is within it made plain."""
    match value:
        case dict():
            return {key: plain(part) for key, part in value.items()}
        case list():
            return [plain(part) for part in value]
        case _:
            return value


def within_limit(rows: Iterable[T], row_limit: int) -> list[T]:
    """All rows.

    Raises:
        ValueError: if there are more; no more than one of these is read.
    """
    taken = list(islice(rows, row_limit + 1))
    if len(taken) > row_limit:
        raise ValueError(f"it has more than {row_limit:,} rows; add LIMIT, or ask with a higher row_limit")
    return taken


def settled(cypher: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with every collected list in one order, whichever store collected it."""
    if not rows:
        return rows
    names = list(rows[0])
    collected = [names[number] for number in collected_columns(cypher)] if column_names(cypher) else []
    if not collected:
        return rows
    return [{**row, **{name: _sorted(row[name]) for name in collected}} for row in rows]


def _sorted(value: Any) -> Any:
    return sorted(value, key=_rank) if isinstance(value, list) else value


def _rank(value: Any) -> tuple[int, Any]:
    """Numbers before texts before all else, each among themselves in order."""
    if isinstance(value, int | float):
        return 0, value
    return (1, value) if isinstance(value, str) else (2, canonical_json(value))
