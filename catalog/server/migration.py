"""Catalogs of format 1 on a server, brought to the present format in one transaction.

1. All nodes and relationships go as JSON lines into the catalog's blobs, before anything is changed; the event of the
   migration names that blob.
2. Format 1 did not say which event brought a row: all get the number of the last event, each event its own.
3. Types of ports are added. The event of the migration holds the digest of all that earlier events brought.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from neo4j import ManagedTransaction

from ..blobs import open_blobs
from ..cypher.statements import insertions
from ..node import canonical_json
from ..schema import Event, Port, node_from_manifest
from ..store import FORMAT, StoredRelationship, digest_of, next_event, port_type_relations
from .address import ServerAddress

__all__ = ["migrate"]

_NODES = "MATCH (n) WHERE n.id IS NOT NULL AND n.manifest IS NOT NULL RETURN n.id, head(labels(n)), n.manifest"
_JOINED = "MATCH (a)-[r]->(b) RETURN a.id, type(r), b.id, properties(r)"


def migrate(transaction: ManagedTransaction, address: ServerAddress) -> None:
    """Rewrite the catalog of format 1 that is on the server.

    Raises:
        CatalogError: if the backup cannot be written, or a port or the last event is damaged.
    """
    transaction.run("MATCH (e:Event {sequence: 0}) SET e.sequence = 0").consume()  # others wait here
    if transaction.run("MATCH (e:Event {what: 'migrated'}) RETURN 1 LIMIT 1").single():
        return  # another process has done it meanwhile
    nodes = [tuple(record.values()) for record in transaction.run(_NODES)]
    joined = [_relationship(*record.values()) for record in transaction.run(_JOINED)]
    backup = open_blobs(address.blobs).put("".join(_lines(nodes, joined)).encode())
    events = [cast(Event, node_from_manifest(id, manifest)) for id, label, manifest in nodes if label == "Event"]
    last = max(events, key=lambda event: event.sequence)
    for statement in (
        "MATCH (n) WHERE n.id IS NOT NULL SET n.event = CASE WHEN n:Event THEN n.sequence ELSE $last END",
        "MATCH ()-[r]->() SET r.event = $last",
    ):
        transaction.run(statement, last=last.sequence).consume()
    ports = [cast(Port, node_from_manifest(id, manifest)) for id, label, manifest in nodes if label == "Port"]
    types, joins = port_type_relations(ports, [])
    earlier = digest_of((id for id, *_ in nodes), joined)
    payload = {"format": 1, "to": FORMAT, "earlier": earlier, "backup": backup}
    labels = {port.id: "Port" for port in ports}
    change = next_event(last, "migrated", payload, types, joins, labels)
    for insertion, rows in insertions(change.nodes, change.relationships, change.labels, with_manifest=True):
        transaction.run(insertion, rows=rows).consume()


def _relationship(source: str, type: str, target: str, properties: dict[str, Any]) -> StoredRelationship:
    said = {name: value for name, value in properties.items() if name != "event"}
    return StoredRelationship(source, type, target, canonical_json(said), 0)


def _lines(nodes: list[tuple[Any, ...]], joined: list[StoredRelationship]) -> Iterator[str]:
    for id, label, manifest in nodes:
        yield json.dumps({"id": id, "label": label, "manifest": manifest}) + "\n"
    for one in joined:
        yield json.dumps({"source": one.source, "type": one.type, "target": one.target, "says": one.properties}) + "\n"
