"""A catalog on a Neo4j server: record and Cypher in one, over Bolt.

1. Every node keeps its manifest as a property and is checked against its id when it is read as a node of the schema.
2. One batch is one managed transaction, which the driver repeats when the server asks for it. It begins by locking
   the event 0, so that writers follow each other as they do in the embedded record.
3. Queries of users run in read mode.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from neo4j import READ_ACCESS, GraphDatabase, ManagedTransaction, Record
from neo4j.exceptions import DriverError, Neo4jError
from neo4j.graph import Node as StoredNode
from neo4j.graph import Path as StoredPath
from neo4j.graph import Relationship as StoredRelationship

from ...errors import CatalogError
from ..cypher.statements import constraints, insertions
from ..node import Node, canonical_json
from ..cypher.linter import fault_of
from ..relationships import Relationship, relationship_type
from ..cypher.results import plain_node, plain_path, plain_relationship
from ..schema import LABELS, Alias, Event, node_from_manifest
from .address import ServerAddress
from ..store import Batch, Direction, Known, change_of, check_format, creation

__all__ = ["Neo4jStore"]


def _for_each(template: str, labels: Iterable[str]) -> str:
    """One query that runs the template for every label, so that each finds its index."""
    return " UNION ALL ".join(template.format(label=label) for label in labels)


_LABELS_OF = _for_each("MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id AS id, '{label}' AS label", LABELS)


class Neo4jStore:
    """The catalog of the server at an address; made there where `create` is true and the server is empty."""

    def __init__(self, address: ServerAddress, *, create: bool) -> None:
        self.address = address
        auth = (address.user, address.password or "") if address.user else None
        with self._translated():
            self._driver = GraphDatabase.driver(address.uri, auth=auth, notifications_min_severity="OFF")
        try:
            with self._translated():
                self._driver.verify_connectivity()
            self._prepare(create=create)
        except BaseException:
            self._driver.close()
            raise

    def close(self) -> None:
        """Close the connections."""
        with self._translated():
            self._driver.close()

    def write(self, batch: Batch) -> None:
        """Write a batch whole, or nothing of it."""
        with self._translated(), self._driver.session() as session:
            session.execute_write(_write, batch)

    def labels(self, ids: Iterable[str]) -> dict[str, str]:
        """The label of each of the ids that is known."""
        return dict(self._rows(_LABELS_OF, ids=list(ids)))

    def nodes(self, ids: Sequence[str]) -> list[Node]:
        """The nodes of these known ids, in their order."""
        read = _for_each("MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id AS id, n.manifest AS manifest", LABELS)
        manifests = dict(self._rows(read, ids=list(ids)))
        return [node_from_manifest(id, manifests[id]) for id in ids]

    def ids_starting_with(self, prefix: str) -> list[str]:
        """At most two ids that start so."""
        read = _for_each("MATCH (n:{label}) WHERE n.id STARTS WITH $prefix RETURN n.id AS id LIMIT 2", LABELS)
        return [id for (id,) in self._rows(read, prefix=prefix)][:2]

    def names(self) -> list[str]:
        """All alias names, sorted."""
        return [name for (name,) in self._rows("MATCH (a:Alias) RETURN DISTINCT a.name AS name ORDER BY name")]

    def versions(self, name: str) -> list[Alias]:
        """The versions of an alias, oldest first."""
        read = "MATCH (a:Alias {name: $name}) RETURN a.id, a.manifest ORDER BY a.version"
        return [cast(Alias, node_from_manifest(*row)) for row in self._rows(read, name=name)]

    def relationships(self, id: str, type: str, direction: Direction) -> list[Relationship]:
        """The relationships of one type that leave or enter a node."""
        arrow = ("-", "->") if direction == "out" else ("<-", "-")
        ends = {pair[direction == "in"]: None for pair in relationship_type(type).pairs}
        read = _for_each(
            f"MATCH (n:{{label}} {{{{id: $id}}}}){arrow[0]}[r:{type}]{arrow[1]}() "
            "RETURN startNode(r).id AS source, type(r) AS type, endNode(r).id AS target, properties(r) AS properties",
            ends,
        )
        return [Relationship(*row) for row in self._rows(read, id=id)]

    def events(self) -> list[Event]:
        """All events, oldest first."""
        read = "MATCH (e:Event) RETURN e.id, e.manifest ORDER BY e.sequence"
        return [cast(Event, node_from_manifest(*row)) for row in self._rows(read)]

    def query(self, cypher: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a checked query."""
        with (
            self._translated("the query cannot be run: "),
            self._driver.session(default_access_mode=READ_ACCESS) as session,
        ):
            records = session.execute_read(_records, cypher, parameters)
        return [
            {name: _plain(value) for name, value in zip(record.keys(), record.values(), strict=True)}
            for record in records
        ]

    def _prepare(self, *, create: bool) -> None:
        found = self._rows("MATCH (e:Event {sequence: 0}) RETURN e.manifest")
        if not found:
            self._create(create=create)
            found = self._rows("MATCH (e:Event {sequence: 0}) RETURN e.manifest")
        event = json.loads(found[0][0])
        check_format(event["properties"]["payload"]["format"], self.address.uri)
        self._declare()

    def _create(self, *, create: bool) -> None:
        if self._rows("MATCH (n) RETURN 1 LIMIT 1"):
            raise CatalogError(
                f"the database at {self.address.uri} holds other nodes and no catalog; give an empty one"
            )
        if not create:
            raise CatalogError(f"no catalog at {self.address.uri}; add a first node to make one")
        self._declare()
        event = creation()
        row = {**event.row(), "manifest": event.manifest}
        self._rows("MERGE (e:Event {sequence: 0}) ON CREATE SET e = $row", row=row)

    def _declare(self) -> None:
        """Make the constraints and indexes that are not there yet."""
        there = {name for (name,) in self._rows("SHOW INDEXES YIELD name RETURN name")}
        for name, declaration in constraints().items():
            if name not in there:
                self._rows(declaration)

    def _rows(self, cypher: str, **parameters: Any) -> list[list[Any]]:
        with self._translated(), self._driver.session() as session:
            return [record.values() for record in session.execute_write(_records, cypher, parameters)]

    @contextmanager
    def _translated(self, what: str | None = None) -> Iterator[None]:
        try:
            yield
        except (DriverError, Neo4jError, ValueError, TypeError) as error:  # the last two: parameters
            message = getattr(error, "message", None) or str(error)
            raise CatalogError((what or f"the server at {self.address.uri}: ") + fault_of(message)) from error


def _records(transaction: ManagedTransaction, cypher: str, parameters: Mapping[str, Any]) -> list[Record]:
    return list(transaction.run(cypher, dict(parameters)))


def _write(transaction: ManagedTransaction, batch: Batch) -> None:
    _records(transaction, "MATCH (e:Event {sequence: 0}) SET e.sequence = 0", {})
    change = change_of(batch, _known(transaction, batch))
    if change:
        for insertion, rows in insertions(change.nodes, change.relationships, change.labels, with_manifest=True):
            _records(transaction, insertion, {"rows": rows})


def _known(transaction: ManagedTransaction, batch: Batch) -> Known:
    ids = [node.id for node in batch.nodes]
    newest = "MATCH (a:Alias) WHERE a.name IN $names RETURN a.id, a.manifest ORDER BY a.version"
    aliases = [
        node_from_manifest(*row.values()) for row in _records(transaction, newest, {"names": list(batch.aliases)})
    ]
    last = _records(transaction, "MATCH (e:Event) RETURN max(e.sequence)", {})
    return Known(
        ids={row["id"] for row in _records(transaction, _LABELS_OF, {"ids": ids})},
        relationships=_known_relationships(transaction, batch),
        newest={alias.name: alias for alias in aliases if isinstance(alias, Alias)},
        last_event=last[0][0],
    )


def _known_relationships(transaction: ManagedTransaction, batch: Batch) -> set[tuple[str, str, str, str]]:
    sources = list({one.source for one in batch.relationships})
    read = _for_each(
        "MATCH (a:{label})-[r]->(b) WHERE a.id IN $sources "
        "RETURN a.id AS source, type(r) AS type, b.id AS target, properties(r) AS properties",
        sorted({batch.labels[source] for source in sources}) or ["Alias"],
    )
    rows = [record.values() for record in _records(transaction, read, {"sources": sources})]
    return {(source, type, target, canonical_json(properties)) for source, type, target, properties in rows}


def _plain(value: Any) -> Any:
    match value:
        case StoredNode():
            return plain_node(next(label for label in value.labels if label in LABELS), value)
        case StoredRelationship():
            return plain_relationship(value.type, value)
        case StoredPath():
            return plain_path([*map(_plain, value.nodes)], [*map(_plain, value.relationships)])
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case list():
            return [_plain(part) for part in value]
        case _:
            return value
