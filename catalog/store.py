"""What the face asks of a store, and what every store does with a batch before it writes.

A store is two things: a `Record` that keeps nodes and relationships, and a `QueryEngine` that answers Cypher over
them. The embedded catalog has one object for each, a Neo4j server is both. A write runs in these steps, in one
transaction:

1. the store looks up what of the batch it knows already (`Known`);
2. `change_of` keeps what is new, numbers the aliases' versions, joins new types of ports to those that they fit, and
   adds the event; nothing new means nothing to write;
3. the store writes the change.

Every row carries the number of the event that brought it, and every event the digest of its rows and the id of the
event before: a row or an event that was lost or altered shows (see `upkeep`).
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import product
from typing import Any, Literal, NamedTuple, Protocol

from ..errors import CatalogError
from .node import JsonObject, Node
from .port_types import is_assignable
from .relationships import Relationship
from .schema import Alias, Event, Port, PortType

__all__ = [
    "FORMAT",
    "Batch",
    "Change",
    "Direction",
    "Known",
    "Lineage",
    "QueryEngine",
    "Record",
    "StoredNode",
    "StoredRelationship",
    "change_of",
    "check_format",
    "creation",
    "digest_of",
    "next_event",
    "port_type_relations",
]

FORMAT = 2
Direction = Literal["out", "in"]
What = Literal["added", "tagged", "imported", "migrated", "repaired"]


class StoredNode(NamedTuple):
    """A node as a store holds it, not yet checked against its id."""

    id: str
    label: str
    manifest: str
    event: int


class StoredRelationship(NamedTuple):
    """A relationship as a store holds it, its properties as canonical JSON."""

    source: str
    type: str
    target: str
    properties: str
    event: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Nodes, relationships and moves of aliases to be written together, with the label of every node they mention."""

    nodes: Sequence[Node]
    relationships: Sequence[Relationship]
    aliases: Sequence[tuple[str, str]]
    labels: Mapping[str, str]
    origin: str | None = None  # the catalog or file that they were taken from


@dataclass(frozen=True, slots=True)
class Known:
    """What a store holds of a batch already, the newest version of each alias, all port types, and the last event."""

    ids: Collection[str]
    relationships: Collection[tuple[str, str, str, str]]
    newest: Mapping[str, Alias]
    port_types: Sequence[PortType]
    last: Event


@dataclass(frozen=True, slots=True)
class Change:
    """What one write adds: rows (the aliases and the event among them), and the labels that relationships join."""

    nodes: Sequence[StoredNode]
    relationships: Sequence[StoredRelationship]
    aliases: Sequence[Alias]
    labels: Mapping[str, str]


class Record(Protocol):
    """Keeps nodes and relationships for good; every method may raise CatalogError."""

    def write(self, batch: Batch) -> Change | None:
        """Write what of a batch is new, whole or nothing of it, and give it; None where nothing is new."""

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

    def relationships(self, ids: Sequence[str], type: str, direction: Direction) -> list[Relationship]:
        """The relationships of one type that leave or enter any of these nodes."""

    def events(self) -> list[Event]:
        """All events, oldest first."""

    def stored_nodes(self, after: int = -1) -> Iterator[StoredNode]:
        """All that later events than this one brought, in the events' order, nothing checked."""

    def stored_relationships(self, after: int = -1) -> Iterator[StoredRelationship]:
        """All that later events than this one brought, in the events' order, nothing checked."""

    def close(self) -> None:
        """Release files and connections."""


class Lineage(Protocol):
    """What can be asked of the nodes around a node; a `Catalog` is one."""

    def neighbours(self, id: str, type: str, direction: Direction = "out") -> list[tuple[Relationship, Node]]:
        """The relationships of one type that leave or enter a node, each with the node at its other end."""


class QueryEngine(Protocol):
    """Answers Cypher."""

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        *,
        dialect: Literal["portable", "native"],
        timeout_s: float,
        row_limit: int,
    ) -> list[dict[str, Any]]:
        """The rows of a checked query, keyed by the columns as the user wrote them.

        Raises:
            CatalogError: if it cannot be run, takes longer than `timeout_s` or has more rows than `row_limit`.
        """

    def rebuild(self) -> None:
        """Make anew what queries are answered from."""

    def close(self) -> None:
        """Release files and connections."""


def change_of(batch: Batch, known: Known) -> Change | None:
    """What of a batch is new, or None where nothing is."""
    nodes = [node for id, node in {node.id: node for node in batch.nodes}.items() if id not in known.ids]
    relationships_by_key = {_key_of(relationship): relationship for relationship in batch.relationships}
    relationships = [one for key, one in relationships_by_key.items() if key not in known.relationships]
    aliases = list(_moved(batch.aliases, known.newest))
    if not (nodes or relationships or aliases):
        return None
    types, joins = port_type_relations([node for node in nodes if isinstance(node, Port)], known.port_types)
    what: What = "imported" if batch.origin else "added" if nodes or relationships else "tagged"
    payload: JsonObject = {
        "n_nodes": len(nodes),
        "n_relationships": len(relationships),
        "aliases": {f"{alias.name}@{alias.version}": {"from": earlier, "to": alias.of} for alias, earlier in aliases},
    }
    written: list[Node] = [*nodes, *types, *(alias for alias, _ in aliases)]
    pointers = [Relationship(alias.id, "POINTS_TO", alias.of) for alias, _ in aliases]
    return next_event(
        known.last,
        what,
        payload if batch.origin is None else {**payload, "origin": batch.origin},
        written,
        [*relationships, *joins, *pointers],
        {**batch.labels, **{one.id: one.label for one in known.port_types}},
    )


def next_event(
    last: Event,
    what: What,
    payload: JsonObject,
    nodes: Sequence[Node],
    relationships: Sequence[Relationship],
    labels: Mapping[str, str],
) -> Change:
    """These nodes and relationships and the event that brings them, as rows."""
    number = last.sequence + 1
    joined = [StoredRelationship(*_key_of(one), number) for one in relationships]
    event = Event(
        sequence=number,
        at=_now(),
        what=what,
        who=_user(),
        payload=payload,
        digest=digest_of((node.id for node in nodes), joined),
        previous=last.id,
    )
    stored = [StoredNode(node.id, node.label, node.manifest, number) for node in (*nodes, event)]
    aliases = [node for node in nodes if isinstance(node, Alias)]
    return Change(stored, joined, aliases, {**labels, **{node.id: node.label for node in nodes}})


def port_type_relations(ports: Sequence[Port], known: Sequence[PortType]) -> tuple[list[PortType], list[Relationship]]:
    """The types of new ports, each port joined to its own, and each new type to all that it is compatible with."""
    types = {port.type_key: PortType(key=port.type_key, type=port.type, unit=port.unit) for port in ports}
    there = {one.key: one for one in known}
    new = [one for key, one in types.items() if key not in there]
    pairs = [*product(new, [*there.values(), *new]), *product(there.values(), new)]
    return new, [
        *(Relationship(port.id, "HAS_TYPE", there.get(port.type_key, types[port.type_key]).id) for port in ports),
        *(
            Relationship(source.id, "COMPATIBLE", target.id)
            for source, target in pairs
            if is_assignable((source.type, source.unit), (target.type, target.unit))
        ),
    ]


def creation() -> Event:
    """The event 0 of a new catalog, which holds the format it is written in."""
    payload: JsonObject = {"format": FORMAT}
    return Event(sequence=0, at=_now(), what="created", who=_user(), payload=payload, digest=digest_of([], []))


def digest_of(ids: Iterable[str], relationships: Iterable[StoredRelationship]) -> str:
    """SHA-256 of what one event brought besides itself, in no particular order."""
    joined = sorted(" ".join(one[:4]) for one in relationships)
    return sha256("\n".join([*sorted(ids), "", *joined]).encode()).hexdigest()


def check_format(found: object, place: str) -> None:
    """Refuse a catalog that this version cannot read.

    Raises:
        CatalogError: if a newer version of stdcell wrote it, or an older one and it could not be brought over.
    """
    if isinstance(found, int) and found < FORMAT:
        raise CatalogError(
            f"the catalog at {place} has the older format {found}; open it once with another command where it can be "
            f"written, which brings it to format {FORMAT} and keeps a backup"
        )
    if found != FORMAT:
        raise CatalogError(f"the catalog at {place} has format {found}, this stdcell reads {FORMAT}; upgrade stdcell")


def _moved(aliases: Sequence[tuple[str, str]], newest: Mapping[str, Alias]) -> Iterator[tuple[Alias, str | None]]:
    """The new version of each alias that moves, with the id that the name meant before."""
    last = dict(newest)
    for name, id in aliases:
        before = last.get(name)
        if before is None or before.of != id:
            last[name] = Alias(name=name, version=before.version + 1 if before else 1, of=id)
            yield last[name], before.of if before else None


def _key_of(relationship: Relationship) -> tuple[str, str, str, str]:
    """What makes two relationships the same: ends, type and properties."""
    return relationship.source, relationship.type, relationship.target, relationship.properties_json()


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such user in this container
        return f"uid {os.getuid()}"
