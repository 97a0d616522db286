"""Whether the rows of a catalog are those that its events brought; for every store, in bounded memory.

1. Rows come event by event, in the order that an event's digest is taken in, so that it is taken while they pass.
2. Every manifest must hash to its node's id and agree with the node's label; the blob that it names must be there.
3. Every relationship must join two nodes, of labels that its type may join.
4. Events must be numbered without a gap, each naming the one before; each one's digest must fit what it brought.
   Events of format 1 have no digest: the event of the migration has one for all of them.
5. Types of ports must be joined to all that they are compatible with. Only these and the ports' are kept in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import groupby, product
from typing import Any, NamedTuple, Protocol

from ..port_types import is_assignable
from ..relationships import RELATIONSHIP_TYPES
from ..schema import LABELS
from ..store import StoredNode, StoredRelationship
from .blobs import blobs_named_by
from .damage import Damage

__all__ = ["Ends", "Rows", "check_rows", "content_of"]


class Ends(NamedTuple):
    """A relationship with the labels of the nodes that it joins, None for one that is missing."""

    relationship: StoredRelationship
    source: str | None
    target: str | None


class Rows(Protocol):
    """All rows of a catalog as they are, nothing checked but that they are numbers and texts."""

    def nodes(self) -> Iterator[StoredNode]:
        """By event, then id."""

    def relationships(self) -> Iterator[Ends]:
        """By event, then source, type, target and properties."""

    def ids_before(self, event: int) -> Iterator[str]:
        """The ids that earlier events brought, sorted."""

    def relationships_before(self, event: int) -> Iterator[StoredRelationship]:
        """The relationships that earlier events brought, by source, type, target and properties."""


def content_of(node: StoredNode) -> dict[str, Any] | None:
    """The label and the properties of a sound manifest, None of a damaged one."""
    try:
        if sha256(node.manifest.encode()).hexdigest() != node.id:
            return None
        content = json.loads(node.manifest)
        return content if isinstance(content["properties"], dict) and isinstance(content["label"], str) else None
    except (ValueError, KeyError, TypeError):
        return None


def check_rows(rows: Rows, has_blob: Callable[[str], bool]) -> Iterator[Damage]:
    """Everything that is wrong with them."""
    chain, types = _Chain(), _Types()
    groups = _by_event(rows.nodes(), rows.relationships())
    for number, nodes, relationships in groups:
        digest = sha256()
        event: dict[str, Any] | None = None
        event_id, n_nodes, n_relationships = "", 0, 0
        for node in nodes:
            content = content_of(node)
            yield from _check_node(node, content, has_blob)
            types.note_node(node.id, content)
            if node.label == "Event" and not event_id:
                event_id, event = node.id, content["properties"] if content else None
            else:
                digest.update(f"{node.id}\n".encode("utf-8", "surrogateescape"))
                n_nodes += 1
        for ends in relationships:
            yield from _check_ends(ends)
            types.note_relationship(ends.relationship)
            digest.update(_line(ends.relationship))
            n_relationships += 1
        brought = f"{n_nodes} nodes and {n_relationships} relationships"
        yield from chain.check(number, event_id, event, digest.hexdigest(), brought)
    yield from chain.check_end(rows)
    yield from types.check()


def _by_event(
    nodes: Iterable[StoredNode], relationships: Iterable[Ends]
) -> Iterator[tuple[int, Iterable[StoredNode], Iterable[Ends]]]:
    left = groupby(nodes, key=lambda node: node.event)
    right = groupby(relationships, key=lambda ends: ends.relationship.event)
    first, second = next(left, None), next(right, None)
    while first or second:
        number = min(group[0] for group in (first, second) if group)
        is_left, is_right = first is not None and first[0] == number, second is not None and second[0] == number
        yield number, first[1] if first and is_left else (), second[1] if second and is_right else ()
        first = next(left, None) if is_left else first
        second = next(right, None) if is_right else second


def _check_node(node: StoredNode, content: dict[str, Any] | None, has_blob: Callable[[str], bool]) -> Iterator[Damage]:
    if content is None:
        yield Damage("manifest", node.id, f"the manifest of this {node.label} does not hash to its id")
        return
    if content["label"] not in LABELS:
        yield Damage("label", node.id, f"the schema has no label {content['label']!r}")
    elif content["label"] != node.label:
        yield Damage("label", node.id, f"it is filed as {node.label!r}, its manifest says {content['label']}")
    for blob in blobs_named_by(content):
        if not has_blob(blob):
            yield Damage("blob", blob, f"it is missing; the {content['label']} {node.id} names it")


def _check_ends(ends: Ends) -> Iterator[Damage]:
    source, type, target, *_ = ends.relationship
    place = f"{source} -{type}-> {target}"
    declared = RELATIONSHIP_TYPES.get(type)
    if ends.source is None or ends.target is None:
        yield Damage("relationship", place, f"its {'source' if ends.source is None else 'target'} is missing")
    elif declared is None:
        yield Damage("relationship", place, f"the schema has no type {type!r}")
    elif (ends.source, ends.target) not in declared.pairs:
        yield Damage("relationship", place, f"the type does not join {ends.source} to {ends.target}")


def _line(one: StoredRelationship) -> bytes:
    return ("\n" + " ".join(one[:4])).encode("utf-8", "surrogateescape")


class _Chain:
    """The events that have passed."""

    def __init__(self) -> None:
        self._expected = 0
        self._before: str | None = None
        self._without_digest: list[int] = []
        self._migrated: tuple[int, object] | None = None

    def check(self, number: int, id: str, event: dict[str, Any] | None, digest: str, brought: str) -> Iterator[Damage]:
        place = f"event {number}"
        for missing in range(self._expected, min(number, self._expected + 100)):
            yield Damage("event", f"event {missing}", f"it is missing; event {number} follows")
        is_after_gap = number != self._expected
        self._expected = number + 1
        if event is None:
            yield Damage("event", place, f"it {'is damaged' if id else 'is missing'}; it brought {brought}")
        else:
            yield from self._check_event(place, number, event, digest, brought, is_after_gap=is_after_gap)
        self._before = id or None

    def _check_event(
        self, place: str, number: int, event: dict[str, Any], digest: str, brought: str, *, is_after_gap: bool
    ) -> Iterator[Damage]:
        if event.get("sequence") != number:
            yield Damage("event", place, f"its manifest says event {event.get('sequence')}")
        if "digest" not in event:
            self._without_digest.append(number)
            return
        if event["digest"] != digest:
            yield Damage("event", place, f"a row was lost, altered or added: {brought} are there, not what it brought")
        if event.get("previous") != self._before and self._before and not is_after_gap:
            yield Damage("event", place, f"it follows {event.get('previous')}, found before it {self._before}")
        if event.get("what") == "migrated":
            self._migrated = number, event["payload"].get("earlier")

    def check_end(self, rows: Rows) -> Iterator[Damage]:
        """What the event of a migration says of all before it."""
        if self._expected == 0:
            yield Damage("event", "event 0", "it is missing, and there is no other event")
        last, earlier = self._migrated or (0, None)
        for number in self._without_digest:
            if number >= last:
                yield Damage("event", f"event {number}", "it has no digest of what it brought")
        if self._migrated:
            digest = sha256()
            for id in rows.ids_before(last):
                digest.update(f"{id}\n".encode("utf-8", "surrogateescape"))
            for one in rows.relationships_before(last):
                digest.update(_line(one))
            if digest.hexdigest() != earlier:
                yield Damage("event", f"events 0 to {last - 1}", "a row was lost, altered or added since the migration")


class _Types:
    """The ports and the types of ports that have passed."""

    def __init__(self) -> None:
        self._ports: dict[str, str] = {}
        self._types: dict[str, tuple[str, str, str]] = {}  # by id: key, type, unit
        self._typed: dict[str, str] = {}
        self._compatible: set[tuple[str, str]] = set()

    def note_node(self, id: str, content: dict[str, Any] | None) -> None:
        said = content["properties"] if content else {}
        if content and content["label"] == "Port":
            self._ports[id] = said.get("type_key", "")
        elif content and content["label"] == "PortType":
            self._types[id] = said.get("key", ""), said.get("type", ""), said.get("unit", "")

    def note_relationship(self, one: StoredRelationship) -> None:
        if one.type == "HAS_TYPE":
            self._typed[one.source] = one.target
        elif one.type == "COMPATIBLE":
            self._compatible.add((one.source, one.target))

    def check(self) -> Iterator[Damage]:
        """Ports without their type, and types that are not joined as they fit."""
        for port, key in self._ports.items():
            if self._types.get(self._typed.get(port, ""), ("",))[0] != key:
                yield Damage("port type", port, f"the port is not joined to the type {key!r}")
        for (source, said), (target, wanted) in product(self._types.items(), repeat=2):
            if _fits(said[1:], wanted[1:]) != ((source, target) in self._compatible):
                found = "joined" if (source, target) in self._compatible else "not joined"
                yield Damage("port type", source, f"{said[0]!r} is {found} by COMPATIBLE to {wanted[0]!r}")


def _fits(source: tuple[str, str], target: tuple[str, str]) -> bool:
    try:
        return is_assignable(source, target)
    except ValueError:  # a type that this version of the language does not know fits nothing
        return False
