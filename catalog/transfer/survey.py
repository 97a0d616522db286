"""What one reading of all rows of a source shows: labels, blobs, names, and what is damaged."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping

from ...errors import CatalogError
from ..node import Node
from ..relationships import Relationship, relationship_type
from ..schema import OWN_LABELS, Alias, Port, PortType, node_from_manifest
from ..store import StoredNode, StoredRelationship
from .lineage import OWN_TYPES, Joined

__all__ = ["Survey", "checked_node", "checked_relationship"]


class Survey:
    """The ids of all sound nodes with their labels, the blob of each, and each fault with the ids that it touches."""

    def __init__(self, last_event: int, *, keeps_joined: bool) -> None:
        self.labels: dict[str, str] = {}
        self.own: set[str] = set()
        self.damaged: set[str] = set()
        self.blobs: dict[str, str] = {}
        self.joined: list[Joined] = []
        self.n_relationships = 0
        self.faults: list[tuple[set[str], str]] = []
        self._last_event = last_event
        self._keeps_joined = keeps_joined
        self._versions: defaultdict[str, dict[int, str]] = defaultdict(dict)
        self._ids: dict[str, str] = {}  # one object for each id, however often it is read

    def see_node(self, stored: StoredNode) -> None:
        """Take note of a node."""
        if stored.event > self._last_event:
            return
        try:
            node = checked_node(stored)
        except CatalogError as error:
            self.damaged.add(stored.id)
            self.faults.append(({stored.id}, str(error)))
            return
        if isinstance(node, Alias):
            self._versions[node.name][node.version] = node.of
        if isinstance(node, Port):  # which brings its type to wherever it goes
            self.own.add(PortType(key=node.type_key, type=node.type, unit=node.unit).id)
        if node.label in OWN_LABELS:
            self.own.add(stored.id)
            return
        self._ids[stored.id] = stored.id
        self.labels[stored.id] = node.label
        if blob := getattr(node, "blob", None):
            self.blobs[stored.id] = blob

    def see_relationship(self, stored: StoredRelationship) -> None:
        """Take note of a relationship; all nodes must have been seen."""
        if stored.type in OWN_TYPES or stored.event > self._last_event:
            return
        source, target = (self._ids.get(end, end) for end in (stored.source, stored.target))
        if self._keeps_joined:
            self.joined.append((source, stored.type, target))
        if source in self.damaged or target in self.damaged:
            return  # told already
        try:
            checked_relationship(stored, self.labels)
        except CatalogError as error:
            self.faults.append(({source, target}, str(error)))
        else:
            self.n_relationships += 1

    def histories(self) -> dict[str, list[str]]:
        """For each name the ids that it meant, oldest first; what is lost of them is a fault."""
        found: dict[str, list[str]] = {}
        for name, versions in self._versions.items():
            ids = [versions[number] for number in sorted(versions)]
            if [*sorted(versions)] != [*range(1, len(versions) + 1)]:
                self.faults.append((set(ids), f"the name {name!r} has lost a version, it has {sorted(versions)}"))
            absent = [id for id in ids if id not in self.labels and id not in self.own and id not in self.damaged]
            if absent:
                self.faults.append((set(ids), f"the name {name!r} means the node {absent[0]}, which is not there"))
            found[name] = ids
        return found

    def n_between(self, chosen: Collection[str]) -> int:
        """How many relationships join two of these nodes."""
        return sum(source in chosen and target in chosen for source, _, target in self.joined)


def checked_node(stored: StoredNode) -> Node:
    """The node that is stored, if it is what its id names and fits the schema.

    Raises:
        CatalogError: if it does not.
    """
    try:
        node = node_from_manifest(stored.id, stored.manifest)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CatalogError(f"node {stored.id} has no manifest of stdcell: {error}") from error
    if (node.id, node.label) != (stored.id, stored.label):
        raise CatalogError(
            f"node {stored.id} is stored as a {stored.label}, by its manifest it is {node.label} {node.id}"
        )
    return node


def checked_relationship(stored: StoredRelationship, labels: Mapping[str, str]) -> Relationship:
    """The relationship that is stored, if it fits the schema and joins known nodes.

    Raises:
        CatalogError: if it does not.
    """
    for end in (stored.source, stored.target):
        if end not in labels:
            raise CatalogError(f"a {stored.type} joins the node {end}, which is not there")
    try:
        said = {} if stored.properties == "{}" else json.loads(stored.properties)
        one = Relationship(stored.source, stored.type, stored.target, said)
    except (TypeError, ValueError, RecursionError) as error:
        raise CatalogError(f"a {stored.type} of node {stored.source} has no readable properties: {error}") from error
    relationship_type(one.type).check(labels[one.source], labels[one.target])
    return one
