"""Cypher generated from the schema: ladybug's tables, Neo4j's constraints, and the insertions that both stores run.

Beside the properties of the schema every node has its `id`, and every node and relationship the number of the `event`
that added it, so that a query can ask for an earlier time.
"""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ...errors import CatalogError
from ..relationships import RELATIONSHIP_TYPES
from ..schema import LABELS
from ..store import StoredNode, StoredRelationship
from .rows import node_row, relationship_row

__all__ = ["Statement", "check_ends", "column_types", "constraints", "insertions", "properties_of", "tables"]

Statement = tuple[str, list[dict[str, Any]]]
_COLUMN_TYPES = {str: "STRING", int: "INT64", float: "DOUBLE", bool: "BOOL", dict: "STRING", list: "STRING"}


def properties_of(label: str) -> list[str]:
    """The properties that a node of that label has in Cypher, its id first."""
    return ["id", *LABELS[label].model_fields]


def column_types(fields: Mapping[str, FieldInfo]) -> dict[str, str]:
    """The type in Cypher of each property."""
    return {name: _column_type(field.annotation) for name, field in fields.items()}


def tables() -> list[str]:
    """The statements that declare the schema to ladybug."""
    return [*(_node_table(label) for label in LABELS), *(_relationship_table(name) for name in RELATIONSHIP_TYPES)]


def constraints() -> dict[str, str]:
    """The statements that declare the schema to Neo4j, by the name of the constraint or index that each makes."""
    unique = {
        f"stdcell_{label.lower()}_id": f"CREATE CONSTRAINT stdcell_{label.lower()}_id IF NOT EXISTS "
        f"FOR (n:{label}) REQUIRE n.id IS UNIQUE"
        for label in LABELS
    }
    named = {
        f"stdcell_{label.lower()}_name": f"CREATE INDEX stdcell_{label.lower()}_name IF NOT EXISTS "
        f"FOR (n:{label}) ON (n.name)"
        for label in LABELS
        if "name" in LABELS[label].model_fields
    }
    sequence = "CREATE CONSTRAINT stdcell_event_sequence IF NOT EXISTS FOR (n:Event) REQUIRE n.sequence IS UNIQUE"
    return {**unique, **named, "stdcell_event_sequence": sequence}


def insertions(
    nodes: Iterable[StoredNode],
    relationships: Iterable[StoredRelationship],
    labels: Mapping[str, str],
    *,
    with_manifest: bool,
) -> Iterator[Statement]:
    """The statements that add nodes, then relationships, each with its parameter `$rows`.

    Args:
        nodes: nodes that the store does not hold yet.
        relationships: relationships that it does not hold yet, between nodes that it then holds.
        labels: the label of each end of a relationship.
        with_manifest: whether nodes keep their manifest as a property, which a store needs that is its own record.

    Raises:
        CatalogError: if a manifest is damaged, or a label or a type is none of the schema, which no statement may hold.
    """
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for node in nodes:
        row = _present({**node_row(node), **({"manifest": node.manifest} if with_manifest else {})})
        rows[_node_insertion(node.label, tuple(row))].append(row)
    for one in relationships:
        check_ends(one, labels[one.source], labels[one.target])
        row = _present(relationship_row(one))
        insertion = _relationship_insertion(labels[one.source], one.type, labels[one.target], tuple(row))
        rows[insertion].append({"source": one.source, "target": one.target, **row})
    yield from rows.items()


def check_ends(one: StoredRelationship, source: str, target: str) -> None:
    """Refuse a stored relationship between labels that its type does not join.

    Raises:
        CatalogError: naming it, and how it is mended.
    """
    ends = (source, target)
    if one.type not in RELATIONSHIP_TYPES or ends not in RELATIONSHIP_TYPES[one.type].pairs:
        raise CatalogError(
            f"the relationship {one.type!r} from {one.source} to {one.target} joins {ends[0]!r} and {ends[1]!r}, which "
            "the schema does not know; `stdcell catalog fsck --repair` mends what another copy still holds"
        )


def _present(row: dict[str, Any]) -> dict[str, Any]:
    """What has a value: of a column without any ladybug cannot tell the type."""
    return {name: value for name, value in row.items() if value is not None}


def _node_table(label: str) -> str:
    columns = _columns(column_types(LABELS[label].model_fields))
    return f"CREATE NODE TABLE {label} (id STRING PRIMARY KEY{columns}, event INT64)"


def _relationship_table(name: str) -> str:
    pairs = ", ".join(f"FROM {source} TO {target}" for source, target in RELATIONSHIP_TYPES[name].pairs)
    columns = _columns(column_types(RELATIONSHIP_TYPES[name].model.model_fields))
    return f"CREATE REL TABLE {name} ({pairs}{columns}, event INT64)"


def _columns(types_: Mapping[str, str]) -> str:
    return "".join(f", `{name}` {type_}" for name, type_ in types_.items())


def _column_type(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "STRING"
    if origin in (Annotated, Union, types.UnionType):  # the type itself stands first, before bounds and None
        return _column_type(parts[0])
    return _COLUMN_TYPES[origin or annotation]


@cache
def _node_insertion(label: str, columns: tuple[str, ...]) -> str:
    return f"UNWIND $rows AS row CREATE (n:{label} {_assignments(columns)})"


@cache
def _relationship_insertion(source: str, type: str, target: str, columns: tuple[str, ...]) -> str:
    # One MATCH for both ends makes ladybug compare all pairs of nodes (482 s for 100 000 relationships).
    return (
        f"UNWIND $rows AS row MATCH (a:{source} {{id: row.source}}) WITH a, row MATCH (b:{target} {{id: row.target}}) "
        f"CREATE (a)-[:{type} {_assignments(columns)}]->(b)"
    )


def _assignments(columns: Iterable[str]) -> str:
    return "{" + ", ".join(f"`{column}`: row.`{column}`" for column in columns) + "}"
