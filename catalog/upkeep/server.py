"""What is wrong with a catalog on a Neo4j server, where other clients can change anything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ...errors import CatalogError
from ..blobs import open_blobs
from ..cypher.rows import node_row
from ..cypher.statements import constraints
from ..node import canonical_json
from ..schema import LABELS
from ..server import ServerAddress
from ..server.store import Neo4jStore
from ..store import StoredNode, StoredRelationship
from .blobs import check_blobs
from .damage import Damage
from .rows import Ends, check_rows

__all__ = ["ServerRows", "check_server", "undeclared"]

_FOREIGN = "MATCH (n) WHERE n.event IS NULL OR n.id IS NULL OR n.manifest IS NULL RETURN elementId(n), labels(n)"
_FOREIGN_ENDS = """MATCH (a)-[r]->(b) WHERE r.event IS NULL OR a.id IS NULL OR b.id IS NULL
    RETURN elementId(r), type(r)"""


def check_server(address: ServerAddress) -> Iterator[Damage]:
    """Everything that is wrong with the catalog on a server.

    Raises:
        CatalogError: if there is none, a newer stdcell wrote it, or the server cannot be reached.
    """
    blobs = open_blobs(address.blobs)
    store = Neo4jStore(address, create=False, as_it_is=True)
    try:
        yield from _check_foreign(store)
        rows = ServerRows(store)
        yield from check_rows(rows, lambda digest: len(digest) == 64 and digest in blobs)
        yield from rows.altered
        for name in undeclared(store):
            yield Damage("constraint", name, "the server does not know it")
    finally:
        store.close()
    yield from check_blobs(blobs)


def undeclared(store: Neo4jStore) -> list[str]:
    """The names of the constraints and indexes of the schema that the server lacks."""
    there = {name for (name,) in store.rows("SHOW INDEXES YIELD name RETURN name")}
    return [name for name in constraints() if name not in there]


def _check_foreign(store: Neo4jStore) -> Iterator[Damage]:
    for id, labels in store.stream(_FOREIGN):
        yield Damage("foreign", str(id), f"a node {':'.join(labels)} that no event brought")
    for id, type in store.stream(_FOREIGN_ENDS):
        yield Damage("foreign", str(id), f"a relationship {type} that no event brought")


class ServerRows:
    """All rows up to the event that is the last now; `altered` tells properties that manifests do not say."""

    def __init__(self, store: Neo4jStore) -> None:
        self._store = store
        (self._last,) = store.rows("MATCH (e:Event) RETURN coalesce(max(e.sequence), -1)")[0]
        self.altered: list[Damage] = []

    def nodes(self) -> Iterator[StoredNode]:
        """By event, then id."""
        read = """MATCH (n) WHERE n.event <= $last AND n.id IS NOT NULL AND n.manifest IS NOT NULL
            RETURN n.id, labels(n), n.manifest, n.event, properties(n) ORDER BY n.event, n.id"""
        for id, labels, manifest, event, properties in self._store.stream(read, last=self._last):
            node = StoredNode(str(id), labels[0] if len(labels) == 1 else ":".join(labels), str(manifest), event)
            self.altered.extend(_altered(node, properties))
            yield node

    def relationships(self) -> Iterator[Ends]:
        """By event, then source, type, target and properties."""
        read = """MATCH (a)-[r]->(b) WHERE r.event <= $last AND a.id IS NOT NULL AND b.id IS NOT NULL
            RETURN a.id, type(r), b.id, properties(r), r.event, head(labels(a)), head(labels(b))
            ORDER BY r.event, a.id, type(r), b.id"""
        yield from (Ends(one, *labels) for one, labels in self._sorted(read, last=self._last))

    def ids_before(self, event: int) -> Iterator[str]:
        """The ids that earlier events brought, sorted."""
        read = "MATCH (n) WHERE n.event < $event AND n.id IS NOT NULL RETURN n.id ORDER BY n.id"
        for (id,) in self._store.stream(read, event=event):
            yield str(id)

    def relationships_before(self, event: int) -> Iterator[StoredRelationship]:
        """The relationships that earlier events brought, by source, type, target and properties."""
        read = """MATCH (a)-[r]->(b) WHERE r.event < $event AND a.id IS NOT NULL AND b.id IS NOT NULL
            RETURN a.id, type(r), b.id, properties(r), r.event, '' AS left, '' AS right ORDER BY a.id, type(r), b.id"""
        yield from (one for one, _ in self._sorted(read, event=event))

    def _sorted(self, read: str, **parameters: Any) -> Iterator[tuple[StoredRelationship, tuple[str, str]]]:
        """Rows of a query that is sorted up to the properties, which are a map on the server."""
        rows = self._store.stream(read, **parameters)
        for _, alike in groupby(rows, key=lambda row: (row[4], row[0], row[1], row[2])):
            yield from sorted(
                (StoredRelationship(str(a), type, str(b), _said(properties), event), (left, right))
                for a, type, b, properties, event, left, right in alike
            )


def _altered(node: StoredNode, properties: dict[str, Any]) -> Iterator[Damage]:
    """Where the properties of a node are not those that its sound manifest gives it."""
    if node.label not in LABELS:
        return
    try:
        row = {**node_row(node), "manifest": node.manifest}
    except (CatalogError, ValueError, KeyError, TypeError):  # told already
        return
    expected = {name: value for name, value in row.items() if value is not None}
    for name in sorted(expected.keys() | properties.keys()):
        found, wanted = properties.get(name), expected.get(name)
        if found != wanted:
            yield Damage("property", node.id, f"{name} is {found!r:.100}, its manifest says {wanted!r:.100}")


def _said(properties: dict[str, Any]) -> str:
    try:
        return canonical_json({name: value for name, value in properties.items() if name != "event"})
    except (TypeError, ValueError):  # a value of a type that only the server has
        return repr(properties)
