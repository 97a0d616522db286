"""What the face asks of a store, and what every store does with a batch before it writes.

A store is two things: a `Record` that keeps nodes and relationships, and a `QueryEngine` that answers Cypher over
them. The embedded catalog has one object for each, a Neo4j server is both. A write runs in these steps, in one
transaction:

1. the store looks up what of the batch it knows already (`Known`);
2. `change_of` keeps what is new, numbers the aliases' versions and adds the event; nothing new means nothing to write;
3. the store writes the change.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from ..errors import CatalogError
from .node import JsonObject, Node
from .relationships import Relationship
from .schema import Alias, Event

__all__ = [
    "FORMAT",
    "Batch",
    "Change",
    "Direction",
    "Known",
    "Lineage",
    "QueryEngine",
    "Record",
    "change_of",
    "check_format",
    "creation",
    "key_of",
]

FORMAT = 1
Direction = Literal["out", "in"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Nodes, relationships and aliases to be written together, with the label of every node that they mention."""

    nodes: Sequence[Node]
    relationships: Sequence[Relationship]
    aliases: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a store holds of a batch already: the newest version of each alias, and the number of the last event."""

    ids: Collection[str]
    relationships: Collection[tuple[str, str, str, str]]
    newest: Mapping[str, Alias]
    last_event: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one write adds: nodes (the aliases and the event among them), relationships, and the labels they join."""

    event: int
    nodes: Sequence[Node]
    relationships: Sequence[Relationship]
    labels: Mapping[str, str]


class Record(Protocol):
    """Keeps nodes and relationships for good; every method may raise CatalogError."""

    def write(self, batch: Batch) -> None:
        """Write a batch whole, or nothing of it; what is known already is not written again."""

    def labels(self, ids: Iterable[str]) -> dict[str, str]:
        """The label of each of the ids that is known."""

    def nodes(self, ids: Sequence[str]) -> list[Node]:
        """The nodes of these known ids, in their order."""

    def ids_starting_with(self, prefix: str) -> list[str]:
        """At most two ids that start so."""

    def names(self) -> list[str]:
        """All alias names, sorted."""

    def versions(self, name: str) -> list[Alias]:
        """The versions of an alias, oldest first; empty for an unknown name."""

    def relationships(self, id: str, type: str, direction: Direction) -> list[Relationship]:
        """The relationships of one type that leave or enter a node."""

    def events(self) -> list[Event]:
        """All events, oldest first."""

    def close(self) -> None:
        """Release files and connections."""


class Lineage(Protocol):
    """What can be asked of the nodes around a node; a `Catalog` is one."""

    def neighbours(self, id: str, type: str, direction: Direction = "out") -> list[tuple[Relationship, Node]]:
        """The relationships of one type that leave or enter a node, each with the node at its other end."""


class QueryEngine(Protocol):
    """Answers Cypher."""

    def query(self, cypher: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a checked query, keyed by the columns as the user wrote them."""

    def close(self) -> None:
        """Release files and connections."""


def change_of(batch: Batch, known: Known) -> Change | None:
    """What of a batch is new, or None where nothing is."""
    nodes_by_id = {node.id: node for node in batch.nodes}
    nodes = [node for id, node in nodes_by_id.items() if id not in known.ids]
    relationships_by_key = {key_of(relationship): relationship for relationship in batch.relationships}
    relationships = [one for key, one in relationships_by_key.items() if key not in known.relationships]
    aliases = [
        Alias(name=name, version=_version(known.newest.get(name)) + 1, of=id)
        for name, id in batch.aliases.items()
        if name not in known.newest or known.newest[name].of != id
    ]
    if not (nodes or relationships or aliases):
        return None
    sequence = known.last_event + 1
    payload: JsonObject = {
        "n_nodes": len(nodes),
        "n_relationships": len(relationships),
        "aliases": {f"{alias.name}@{alias.version}": alias.of for alias in aliases},
    }
    pointers = [Relationship(alias.id, "POINTS_TO", alias.of) for alias in aliases]
    return Change(
        event=sequence,
        nodes=[*nodes, *aliases, _event(sequence, "added", payload)],
        relationships=[*relationships, *pointers],
        labels={**batch.labels, **{alias.id: alias.label for alias in aliases}},
    )


def creation() -> Event:
    """The event 0 of a new catalog, which holds the format it is written in."""
    return _event(0, "created", {"format": FORMAT})


def check_format(found: object, place: str) -> None:
    """Refuse a catalog that this version cannot read.

    Raises:
        CatalogError: if a newer version of stdcell wrote it.
    """
    if found != FORMAT:
        raise CatalogError(f"the catalog at {place} has format {found}, this stdcell reads {FORMAT}; upgrade stdcell")


def key_of(relationship: Relationship) -> tuple[str, str, str, str]:
    """What makes two relationships the same: ends, type and properties."""
    return relationship.source, relationship.type, relationship.target, relationship.properties_json()


def _version(alias: Alias | None) -> int:
    return alias.version if alias else 0


def _event(sequence: int, what: Literal["created", "added"], payload: JsonObject) -> Event:
    return Event(sequence=sequence, at=datetime.now(UTC).isoformat(), what=what, who=_user(), payload=payload)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such user in this container
        return f"uid {os.getuid()}"
