"""Mend a catalog on a server: in one transaction, from its own properties and manifests or another catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neo4j import ManagedTransaction

from ..catalog import Catalog
from ..cypher.rows import node_row
from ..cypher.statements import insertions, properties_of
from ..schema import LABELS
from ..server import ServerAddress
from ..server.store import Neo4jStore
from ..store import StoredNode, StoredRelationship
from .choice import Copies, choose
from .index_rows import manifest_from
from .rebuild import nodes_of, record_of_repair
from .rows import content_of
from .server import ServerRows

__all__ = ["repair_server"]

_LOCK = "MATCH (e:Event {sequence: 0}) SET e.sequence = 0"
_SET = "MATCH (n:{label} {{id: $id}}) SET n = $row"
_RELABEL = "MATCH (n) WHERE n.id = $id AND labels(n) <> [$label] REMOVE n:{found} SET n:{label}"
_UNJOIN = "MATCH (a)-[r:{type}]->(b) WHERE a.id = $source AND b.id = $target AND r.event = $event DELETE r"


def repair_server(address: ServerAddress, other: Catalog | None) -> None:
    """Mend what the server's own properties and manifests, and the other catalog, allow.

    Raises:
        CatalogError: if the server cannot be reached or refuses a statement; nothing is then changed.
    """
    store = Neo4jStore(address, create=False, as_it_is=True)
    try:
        store.rebuild()
        store.change(_mend, store, other)
    finally:
        store.close()


def _mend(transaction: ManagedTransaction, store: Neo4jStore, other: Catalog | None) -> None:
    transaction.run(_LOCK).consume()
    there = list(
        store.stream("MATCH (n) WHERE n.event IS NOT NULL RETURN n.id, labels(n), n.manifest, n.event, properties(n)")
    )
    joined_there = [ends.relationship for ends in ServerRows(store).relationships()]
    nodes_there = [StoredNode(str(id), labels[0], str(manifest), event) for id, labels, manifest, event, _ in there]
    copies = Copies()
    copies.add(nodes_there, joined_there)
    for id, labels, _, event, properties in there:
        node = _from_properties(str(id), labels[0], event, properties)
        if content_of(node):
            copies.manifests.setdefault(node.id, node.manifest)
    if other:
        copies.add(other.record.stored_nodes(), other.record.stored_relationships())
    ids, joined = choose(copies)
    unsound = {node.id: (node.label, node.manifest) for node in nodes_there}
    nodes = [node for node in nodes_of(copies, unsound, ids) if node.label in LABELS]
    changed = _set_nodes(transaction, nodes, {str(row[0]): (row[1], row[4]) for row in there}, copies.manifests)
    missing = [node for node in nodes if node.id not in unsound and node.id in copies.manifests]
    have = {(*one[:4], one.event) for one in joined_there}
    want = {(*one, event) for one, event in joined.items()}
    labels = {node.id: node.label for node in nodes}
    lacking = [StoredRelationship(*one) for one in sorted(want - have) if {one[0], one[2]} <= labels.keys()]
    for source, type, target, _, event in sorted(have - want):
        transaction.run(_UNJOIN.format(type=_quoted(type)), source=source, target=target, event=event).consume()
    _insert(transaction, missing, lacking, labels)
    change = record_of_repair(nodes, joined, {"n_nodes": changed, "n_restored": len(missing) + len(lacking)})
    if change and (changed or missing or lacking or have - want or change.relationships):
        _insert(transaction, change.nodes, change.relationships, {**labels, **change.labels})


def _from_properties(id: str, label: str, event: int, properties: Mapping[str, Any]) -> StoredNode:
    names = [name for name in properties_of(label) if name != "id"] if label in LABELS else []
    manifest = manifest_from(label, {name: properties.get(name) for name in names}) if names else ""
    return StoredNode(id, label, manifest, event)


def _set_nodes(
    transaction: ManagedTransaction,
    nodes: list[StoredNode],
    there: Mapping[str, tuple[list[str], dict[str, Any]]],
    sound: Mapping[str, str],
) -> int:
    """Give each node that is there the label and the properties that its manifest says; how many had others."""
    n_changed = 0
    for node in nodes:
        if node.id not in there or node.id not in sound:
            continue
        labels, properties = there[node.id]
        row = {name: value for name, value in node_row(node).items() if value is not None}
        row["manifest"] = node.manifest
        if labels != [node.label]:
            found = ":".join(map(_quoted, labels))
            transaction.run(_RELABEL.format(found=found, label=node.label), id=node.id, label=node.label).consume()
        if labels != [node.label] or row != properties:
            transaction.run(_SET.format(label=node.label), id=node.id, row=row).consume()
            n_changed += 1
    return n_changed


def _insert(
    transaction: ManagedTransaction,
    nodes: Any,
    relationships: Any,
    labels: Mapping[str, str],
) -> None:
    for statement, rows in insertions(nodes, relationships, labels, with_manifest=True):
        transaction.run(statement, rows=rows).consume()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
