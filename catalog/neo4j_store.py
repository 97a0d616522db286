"""A catalog on a Neo4j server: record and Cypher in one, over Bolt.

1. Every node keeps its manifest as a property and is checked against its id when it is read as a node of the schema.
2. One batch is one managed transaction, which the driver repeats when the server asks for it. It begins by locking the event
   0, so that writers follow each other as they do in the embedded record.
3. Queries of users run in read mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, cast

from neo4j import READ_ACCESS, GraphDatabase, ManagedTransaction
from neo4j.exceptions import DriverError, Neo4jError
from neo4j.graph import Node as StoredNode
from neo4j.graph import Path as StoredPath
from neo4j.graph import Relationship as StoredRelationship

from ..errors import CatalogError
from .cypher import constraints, insertions
from .node import Node, canonical_json
from .queries import fault_of
from .relationships import Relationship
from .results import plain_node, plain_path, plain_relationship
from .schema import LABELS, Alias, Event, node_from_manifest
from .server import ServerAddress
from .store import Batch, Direction, Known, change_of, check_format, creation

__all__ = ["Neo4jStore"]

Row = list[Any]


class Neo4jStore:
    """The catalog of the server at an address; made there where `create` is true and the server is empty."""

    def __init__(self, address: ServerAddress, *, create: bool) -> None:
        self.address = address
        auth = (address.user, address.password or "") if address.user else None
        with self._translated():
            self._driver = GraphDatabase.driver(address.uri, auth=auth, notifications_min_severity="OFF")
        try:
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
        return dict(self._rows(_each_label("MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id, '{label}'"), ids=list(ids)))

    def nodes(self, ids: Sequence[str]) -> list[Node]:
        """The nodes of these known ids, in their order."""
        read = _each_label("MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id, n.manifest")
        manifests = dict(self._rows(read, ids=list(ids)))
        return [node_from_manifest(id, manifests[id]) for id in ids]

    def ids_starting_with(self, prefix: str) -> list[str]:
        """At most two ids that start so."""
        read = _each_label("MATCH (n:{label}) WHERE n.id STARTS WITH $prefix RETURN n.id LIMIT 2")
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
        end = "a" if direction == "out" else "b"
        read = f"MATCH (a)-[r:{type}]->(b) WHERE {end}.id = $id RETURN a.id, type(r), b.id, properties(r)"
        return [Relationship(*row) for row in self._rows(read, id=id)]

    def events(self) -> list[Event]:
        """All events, oldest first."""
        read = "MATCH (e:Event) RETURN e.id, e.manifest ORDER BY e.sequence"
        return [cast(Event, node_from_manifest(*row)) for row in self._rows(read)]
