"""A catalog on a Neo4j server: record and Cypher in one, over Bolt.

1. Every node keeps its manifest as a property and is checked against its id when it is read as a node of the schema.
2. One batch is one managed transaction, which the driver repeats when the server asks for it. It begins by locking
   the event 0, so that writers follow each other as they do in the embedded record.
3. All that only reads runs in read mode, where the server refuses to write, and takes one round trip.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    GraphDatabase,
    ManagedTransaction,
    Query,
    Record,
    Result,
    Session,
    unit_of_work,
)
from neo4j.exceptions import DriverError, Neo4jError
from neo4j.graph import Node as GraphNode
from neo4j.graph import Path as GraphPath
from neo4j.graph import Relationship as GraphRelationship

from ...errors import CatalogError
from ..cypher.columns import column_names
from ..cypher.linter import Dialect, fault_of
from ..cypher.results import plain_node, plain_parts, plain_path, plain_relationship, within_limit
from ..cypher.rows import node_row
from ..cypher.statements import constraints, insertions
from ..cypher.translation import in_neo4j
from ..node import Node, canonical_json
from ..relationships import Relationship, relationship_type
from ..schema import LABELS, Alias, Event, PortType, node_from_manifest
from ..store import (
    Batch,
    Change,
    Direction,
    Known,
    StoredNode,
    StoredRelationship,
    change_of,
    check_format,
    creation,
)
from .address import ServerAddress
from .migration import migrate

__all__ = ["Neo4jStore"]

P = ParamSpec("P")
T = TypeVar("T")

_PORTION = 10_000  # rows of one statement: some MB on the wire, and a transaction that the server keeps in memory


def _for_each(template: str, labels: Iterable[str]) -> str:
    """One query that runs the template for every label, so that each finds its index."""
    return " UNION ALL ".join(template.format(label=label) for label in labels)


_LABELS_OF = _for_each("MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id AS id, '{label}' AS label", LABELS)


class Neo4jStore:
    """The catalog of the server at an address; made there where `create` is true and the server is empty."""

    def __init__(self, address: ServerAddress, *, create: bool, as_it_is: bool = False) -> None:
        self.address = address
        auth = (address.user, address.password or "") if address.user else None
        with self._translated():
            self._driver = GraphDatabase.driver(address.uri, auth=auth, notifications_min_severity="OFF")
        # Each session sees what earlier ones wrote, in a cluster too.
        self._bookmarks = GraphDatabase.bookmark_manager()
        try:
            with self._translated():
                self._driver.verify_connectivity()
            if as_it_is:  # whoever looks for damage changes nothing and trusts nothing
                self.check_format()
            else:
                self._prepare(create=create)
        except BaseException:
            self._driver.close()
            raise

    def close(self) -> None:
        """Close the connections."""
        with self._translated():
            self._driver.close()

    def write(self, batch: Batch) -> Change | None:
        """Write what of a batch is new, whole or nothing of it, and give it; None where nothing is new."""
        return self.change(_write, batch)

    def labels(self, ids: Iterable[str]) -> dict[str, str]:
        """The label of each of the ids that is known."""
        asked = list(ids)
        return dict(self.rows(_LABELS_OF, ids=asked)) if asked else {}

    def nodes(self, ids: Sequence[str]) -> list[Node]:
        """The nodes of these known ids, in their order."""
        read = _for_each("MATCH (n:{label}) WHERE n.id IN $ids RETURN n.id AS id, n.manifest AS manifest", LABELS)
        manifests = dict(self.rows(read, ids=list(ids)))
        return [node_from_manifest(id, manifests[id]) for id in ids]

    def ids_starting_with(self, prefix: str) -> list[str]:
        """At most two ids that start so."""
        read = _for_each("MATCH (n:{label}) WHERE n.id STARTS WITH $prefix RETURN n.id AS id LIMIT 2", LABELS)
        return [id for (id,) in self.rows(read, prefix=prefix)][:2]

    def names(self) -> list[str]:
        """All alias names, sorted."""
        return [name for (name,) in self.rows("MATCH (a:Alias) RETURN DISTINCT a.name AS name ORDER BY name")]

    def versions(self, name: str) -> list[Alias]:
        """The versions of an alias, oldest first."""
        read = "MATCH (a:Alias {name: $name}) RETURN a.id, a.manifest ORDER BY a.version"
        return [cast(Alias, node_from_manifest(*row)) for row in self.rows(read, name=name)]

    def relationships(self, ids: Sequence[str], type: str, direction: Direction) -> list[Relationship]:
        """The relationships of one type that leave or enter any of these nodes."""
        arrow = ("-", "->") if direction == "out" else ("<-", "-")
        ends = {pair[direction == "in"]: None for pair in relationship_type(type).pairs}
        read = _for_each(
            f"MATCH (n:{{label}}){arrow[0]}[r:{type}]{arrow[1]}() WHERE n.id IN $ids "
            "RETURN startNode(r).id AS source, type(r) AS type, endNode(r).id AS target, properties(r) AS properties",
            ends,
        )
        rows = self.rows(read, ids=list(ids))
        return [Relationship(source, kind, target, json.loads(_said(said))) for source, kind, target, said in rows]

    def events(self) -> list[Event]:
        """All events, oldest first."""
        read = "MATCH (e:Event) RETURN e.id, e.manifest ORDER BY e.sequence"
        return [cast(Event, node_from_manifest(*row)) for row in self.rows(read)]

    def stored_nodes(self, after: int = -1) -> Iterator[StoredNode]:
        """All that later events than this one brought, in the events' order, nothing checked."""
        read = """MATCH (n) WHERE n.event > $after
            RETURN n.id, head(labels(n)), n.manifest, n.event ORDER BY n.event"""
        return (StoredNode(*row) for row in self.stream(read, after=after))

    def stored_relationships(self, after: int = -1) -> Iterator[StoredRelationship]:
        """All that later events than this one brought, in the events' order, nothing checked."""
        read = """MATCH (a)-[r]->(b) WHERE r.event > $after
            RETURN a.id, type(r), b.id, properties(r), r.event ORDER BY r.event"""
        return (
            StoredRelationship(source, type, target, _said(properties), event)
            for source, type, target, properties, event in self.stream(read, after=after)
        )

    def query(
        self, cypher: str, parameters: Mapping[str, Any], *, dialect: Dialect, timeout_s: float, row_limit: int
    ) -> list[dict[str, Any]]:
        """The rows of a checked query."""
        asked = in_neo4j(cypher) if dialect == "portable" else cypher
        with self._translated("the query cannot be run: "):
            records = self._read(lambda result: within_limit(result, row_limit), asked, parameters, timeout_s)
        names = column_names(cypher)
        return [
            {name: _plain(value) for name, value in zip(names or record.keys(), record.values(), strict=True)}
            for record in records
        ]

    def rebuild(self) -> None:
        """Make the constraints and indexes that are missing, and wait until they are filled."""
        self._declare()
        self.change(_records, "CALL db.awaitIndexes(300)", {})

    def _prepare(self, *, create: bool) -> None:
        if not self.rows("MATCH (e:Event {sequence: 0}) RETURN 1"):
            self._create(create=create)
        if self._format() == 1:
            self._declare()
            self.change(migrate, self.address)
        self.check_format()
        self._declare()

    def check_format(self) -> None:
        """Refuse a catalog of another format.

        Raises:
            CatalogError: if another version of stdcell wrote it.
        """
        check_format(self._format(), self.address.uri)

    def _format(self) -> object:
        """The format that the event of the creation tells, or the last migration after it."""
        read = "MATCH (e:Event) WHERE e.sequence = 0 OR e.what = 'migrated' RETURN e.manifest ORDER BY e.sequence"
        found = [_format_in(manifest) for (manifest,) in self.rows(read)]
        return found[-1] if found else None

    def _create(self, *, create: bool) -> None:
        if self.rows("MATCH (n) RETURN 1 LIMIT 1"):
            raise CatalogError(
                f"the database at {self.address.uri} holds other nodes and no catalog; give an empty one"
            )
        if not create:
            raise CatalogError(f"no catalog at {self.address.uri}; add a first node to make one")
        self._declare()
        event = creation()
        row = {**node_row(StoredNode(event.id, event.label, event.manifest, 0)), "manifest": event.manifest}
        self.change(_records, "MERGE (e:Event {sequence: 0}) ON CREATE SET e = $row", {"row": row})

    def _declare(self) -> None:
        """Make the constraints and indexes that are not there yet."""
        there = {name for (name,) in self.rows("SHOW INDEXES YIELD name RETURN name")}
        for name, declaration in constraints().items():
            if name not in there:
                with _tolerating_the_same_of_others():
                    self.change(_records, declaration, {})

    def change(self, work: Callable[Concatenate[ManagedTransaction, P], T], *args: P.args, **named: P.kwargs) -> T:
        """Do a unit of work in one transaction, which may be run again where the server asks for it."""
        with self._translated(), self._session(WRITE_ACCESS) as session:
            return session.execute_write(work, *args, **named)

    def rows(self, cypher: str, **parameters: Any) -> list[list[Any]]:
        """The rows of a statement that only reads, all at once."""
        with self._translated():
            return [record.values() for record in self._read(list, cypher, parameters)]

    def stream(self, cypher: str, **parameters: Any) -> Iterator[list[Any]]:
        """The rows of a large answer as they come; unlike others it is not asked again where the connection breaks."""
        with self._translated(), self._session(READ_ACCESS) as session:
            for record in session.run(cypher, parameters):
                yield record.values()

    def _read(
        self,
        take: Callable[[Result], list[Record]],
        cypher: str,
        parameters: Mapping[str, Any],
        timeout_s: float | None = None,
    ) -> list[Record]:
        """What `take` makes of the answer; asked again for as long as what the server or the connection lacks passes.

        A managed transaction is begun, asked and ended in three round trips, so it is kept for the second try.
        """
        with self._session(READ_ACCESS) as session:
            try:
                return take(session.run(Query(cypher, timeout=timeout_s), dict(parameters)))
            except (DriverError, Neo4jError) as error:
                if not error.is_retryable():
                    raise

        @unit_of_work(timeout=timeout_s)
        def again(transaction: ManagedTransaction) -> list[Record]:
            return take(transaction.run(cypher, dict(parameters)))

        with self._session(READ_ACCESS) as session:
            return session.execute_read(again)

    def _session(self, access: str) -> Session:
        return self._driver.session(default_access_mode=access, bookmark_manager=self._bookmarks, fetch_size=_PORTION)

    @contextmanager
    def _translated(self, what: str | None = None) -> Iterator[None]:
        try:
            yield
        except (DriverError, Neo4jError, ValueError, TypeError) as error:  # the last two: parameters
            message = getattr(error, "message", None) or str(error)
            raise CatalogError((what or f"the server at {self.address.uri}: ") + fault_of(message)) from error


@contextmanager
def _tolerating_the_same_of_others() -> Iterator[None]:
    """IF NOT EXISTS does not help where two processes declare an index in the same moment."""
    try:
        yield
    except CatalogError as error:
        if not str(getattr(error.__cause__, "code", "")).endswith("AlreadyExists"):
            raise


def _format_in(manifest: str) -> object:
    """The format that an event tells, None where it is damaged."""
    try:
        payload = json.loads(manifest)["properties"]["payload"]
        return payload.get("to", payload.get("format"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _records(transaction: ManagedTransaction, cypher: str, parameters: Mapping[str, Any]) -> list[Record]:
    return list(transaction.run(cypher, dict(parameters)))


def _write(transaction: ManagedTransaction, batch: Batch) -> Change | None:
    _records(transaction, "MATCH (e:Event {sequence: 0}) SET e.sequence = 0", {})
    change = change_of(batch, _known(transaction, batch))
    if change:
        statements = insertions(change.nodes, change.relationships, change.labels, with_manifest=True)
        for insertion, rows in statements:
            for first in range(0, len(rows), _PORTION):
                _records(transaction, insertion, {"rows": rows[first : first + _PORTION]})
    return change


def _known(transaction: ManagedTransaction, batch: Batch) -> Known:
    def nodes(cypher: str, **parameters: Any) -> list[Any]:
        return [node_from_manifest(*row.values()) for row in _records(transaction, cypher, parameters)]

    versions = "MATCH (a:Alias) WHERE a.name IN $names RETURN a.id, a.manifest ORDER BY a.version"
    aliases: list[Alias] = nodes(versions, names=list(dict(batch.aliases)))
    port_types: list[PortType] = nodes("MATCH (t:PortType) RETURN t.id, t.manifest")
    last: list[Event] = nodes("MATCH (e:Event) RETURN e.id, e.manifest ORDER BY e.sequence DESC LIMIT 1")
    ids = {id for (id,) in _by_label(transaction, _THERE, {node.id for node in batch.nodes}, batch)}
    return Known(
        ids=ids,
        relationships=_known_relationships(transaction, batch, ids),
        newest={alias.name: alias for alias in aliases},
        port_types=port_types,
        last=last[0],
    )


def _known_relationships(
    transaction: ManagedTransaction, batch: Batch, known: Collection[str]
) -> set[tuple[str, str, str, str]]:
    """The relationships that leave the batch's sources; a node that is new has none yet."""
    new = {node.id for node in batch.nodes} - set(known)
    sources = {one.source for one in batch.relationships} - new
    rows = _by_label(transaction, _LEAVING, sources, batch)
    return {(source, type, target, _said(properties)) for source, type, target, properties in rows}


_THERE = "MATCH (n:{label}) WHERE n.id IN $ids.{label} RETURN n.id AS id"
_LEAVING = (
    "MATCH (a:{label})-[r]->(b) WHERE a.id IN $ids.{label} "
    "RETURN a.id AS source, type(r) AS type, b.id AS target, properties(r) AS properties"
)


def _by_label(transaction: ManagedTransaction, template: str, ids: Iterable[str], batch: Batch) -> list[list[Any]]:
    """The rows of the query that looks for each id under its own label only, which the batch knows."""
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for id in ids:
        grouped[batch.labels[id]].append(id)
    if not grouped:
        return []
    records = _records(transaction, _for_each(template, sorted(grouped)), {"ids": grouped})
    return [record.values() for record in records]


def _said(properties: dict[str, Any]) -> str:
    """The properties of a relationship as canonical JSON, without the number of its event."""
    return canonical_json({name: value for name, value in properties.items() if name != "event"})


def _plain(value: Any) -> Any:
    match value:
        case GraphNode():
            return plain_node(next(label for label in value.labels if label in LABELS), value)
        case GraphRelationship():
            return plain_relationship(value.type, value)
        case GraphPath():
            return plain_path([*map(_plain, value.nodes)], [*map(_plain, value.relationships)])
        case _:
            return plain_parts(value, _plain)
