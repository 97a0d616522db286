"""Which rows each event brought, chosen among copies that may be damaged.

Copies are read into sets of ids and of relationships for each event. An event's digest tells which ids together with
which relationships are right; so what one copy lost is taken from another. Of an event that no pair of copies holds
whole, all that any of them says is kept. Events of format 1 are one group, whose digest the migration's event holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from ..store import StoredNode, StoredRelationship, digest_of
from .rows import content_of

__all__ = ["Copies", "Joined", "choose"]

Joined = tuple[str, str, str, str]  # source, type, target, properties


@dataclass(frozen=True, slots=True)
class Copies:
    """Manifests by id, each checked against it, and what every copy says that each event brought."""

    manifests: dict[str, str] = field(default_factory=dict)
    ids: list[dict[int, set[str]]] = field(default_factory=list)
    relationships: list[dict[int, set[Joined]]] = field(default_factory=list)

    def add(self, nodes: Iterable[StoredNode], relationships: Iterable[StoredRelationship]) -> None:
        """Add one copy; a manifest that does not hash to its id is not taken, its id is."""
        ids: dict[int, set[str]] = {}
        joined: dict[int, set[Joined]] = {}
        for node in nodes:
            ids.setdefault(node.event, set()).add(node.id)
            if content_of(node):
                self.manifests[node.id] = node.manifest
        for one in relationships:
            joined.setdefault(one.event, set()).add((one.source, one.type, one.target, one.properties))
        self.ids.append(ids)
        self.relationships.append(joined)


def choose(copies: Copies) -> tuple[dict[str, int], dict[Joined, int]]:
    """The number of the event that brought each id and each relationship."""
    ids: dict[str, int] = {}
    joined: dict[Joined, int] = {}
    groups = [(numbers, *_fitting(copies, numbers, digest)) for numbers, digest in _groups(copies)]
    for numbers, left, right, _ in sorted(groups, key=lambda group: group[3], reverse=True):
        for number in numbers:  # what fits stays where it is, whatever a damaged copy says of it elsewhere
            for id in left.get(number, ()):
                ids.setdefault(id, number)
            for one in right.get(number, ()):
                joined.setdefault(one, number)
    ids |= {event.id: number for number, event in _events(copies).items()}  # which are not in their own digest
    return ids, joined


def _groups(copies: Copies) -> list[tuple[Sequence[int], Any]]:
    """The events that have a digest together, with that digest."""
    events = {number: event.says for number, event in _events(copies).items()}
    migrated = max((number for number, event in events.items() if event.get("what") == "migrated"), default=0)
    said = {number for copy in copies.ids for number in copy} | {
        number for copy in copies.relationships for number in copy
    }
    single: list[tuple[Sequence[int], Any]] = [
        ([number], events.get(number, {}).get("digest")) for number in sorted(said | set(events))
    ]
    if not migrated:
        return single
    together = list(range(migrated))
    return [(together, events[migrated]["payload"].get("earlier")), *(one for one in single if one[0][0] >= migrated)]


class _Event(NamedTuple):
    id: str
    says: Mapping[str, Any]


def _events(copies: Copies) -> dict[int, _Event]:
    """Each event, as the first copy that has it says them."""
    found: dict[int, _Event] = {}
    for copy in copies.ids:
        for id in (id for ids in copy.values() for id in sorted(ids)):
            manifest = copies.manifests.get(id, "")
            if manifest.startswith('{"label":"Event"'):
                said = json.loads(manifest)["properties"]
                found.setdefault(said["sequence"], _Event(id, said))
    return found


def _fitting(
    copies: Copies, numbers: Sequence[int], digest: object
) -> tuple[dict[int, set[str]], dict[int, set[Joined]], bool]:
    """The first pair of copies that has the digest and a manifest for every id; else all that any copy says.

    Returns:
        The ids and the relationships by event, and whether they have the digest.
    """
    lefts = [{number: copy[number] for number in numbers if number in copy} for copy in copies.ids]
    rights = [{number: copy[number] for number in numbers if number in copy} for copy in copies.relationships]
    for left, right in product(_distinct(lefts), _distinct(rights)):
        ids = {id for some in left.values() for id in some}
        brought = [id for id in ids if len(numbers) > 1 or not _is_event(copies, id, numbers[0])]
        joined = [StoredRelationship(a, type, b, said, 0) for some in right.values() for a, type, b, said in some]
        if ids <= copies.manifests.keys() and digest_of(brought, joined) == digest:
            return left, right, True
    return _union(lefts), _union(rights), False


def _is_event(copies: Copies, id: str, number: int) -> bool:
    manifest = copies.manifests.get(id, "")
    return manifest.startswith('{"label":"Event"') and json.loads(manifest)["properties"]["sequence"] == number


def _distinct(copies: list[dict[int, Any]]) -> list[dict[int, Any]]:
    return [copy for place, copy in enumerate(copies) if copy not in copies[:place]]


def _union(copies: list[dict[int, set[Any]]]) -> dict[int, set[Any]]:
    """All that any copy holds: where nothing fits, nothing is thrown away."""
    return {
        number: set().union(*(copy.get(number, ()) for copy in copies))
        for number in sorted({number for copy in copies for number in copy})
    }
