"""Which node and which time a user means: names now and then, own names of nodes, and the events of a catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from ...errors import CatalogError, UnknownCell
from ..catalog import Catalog
from ..node import Node
from ..schema import LABELS
from .question import ANY_LABEL, Question

__all__ = ["event_at", "events_of", "node_at", "node_named"]

_VERSION = re.compile(r"(.+)@(\d+)")
_NAMED = [label for label in ANY_LABEL if "name" in LABELS[label].model_fields and label not in ("Component", "Port")]
_SHOWN = 3


def event_at(catalog: Catalog, moment: str) -> int:
    """The number of the last event at a moment.

    Args:
        catalog: whose events are meant.
        moment: the number of an event, a time in ISO 8601 (UTC unless it says otherwise), or `name@version`: when
            that version was given.

    Raises:
        CatalogError: if the text is none of these, or lies before the catalog began.
    """
    if moment.isdecimal():
        return _existing(catalog, int(moment))
    if version := _VERSION.fullmatch(moment):
        cypher = "MATCH (a:Alias) WHERE a.name = $name AND a.version = $version RETURN a.event AS event"
        rows = catalog.query(cypher, name=version[1], version=int(version[2]))
        if not rows:
            catalog.get(moment)  # its error says what there is
        return int(rows[0]["event"])
    rows = catalog.query("MATCH (e:Event) WHERE e.at <= $at RETURN max(e.sequence) AS event", at=_utc(moment))
    if rows[0]["event"] is None:
        first = catalog.query("MATCH (e:Event) WHERE e.sequence = 0 RETURN e.at AS at")[0]["at"]
        raise CatalogError(f"there was no catalog at {moment}; it began at {first}")
    return int(rows[0]["event"])


def events_of(nodes: Iterable[Node]) -> Question:
    """The event that brought each of the nodes: the node's `id`, and `event`, `at`, `who` and `what` of the event."""
    ids: dict[str, list[str]] = {}
    for node in nodes:
        ids.setdefault(node.label, []).append(node.id)
    asked = (
        f"""MATCH (n:{label}) WHERE n.id IN ${label} MATCH (e:Event) WHERE e.sequence = n.event
RETURN n.id AS id, e.sequence AS event, e.at AS at, e.who AS who, e.what AS what"""
        for label in ids
    )
    return Question("\nUNION ALL\n".join(asked), ids)


def node_named(catalog: Catalog, name: str) -> Node:
    """The node of a name, `name@version` or digest; else the only node that is itself called so, as runs are.

    Raises:
        UnknownCell: naming the nearest name, or the digests of several nodes that are called so.
    """
    try:
        return catalog.get(name)
    except UnknownCell:
        called = " UNION ALL ".join(f"MATCH (n:{label}) WHERE n.name = $name RETURN n.id AS id" for label in _NAMED)
        ids = sorted(row["id"] for row in catalog.query(called, name=name))
        if not ids:
            raise
    if len(ids) > 1:
        some = ", ".join(id[:12] for id in ids[:_SHOWN]) + (", …" if len(ids) > _SHOWN else "")
        raise UnknownCell(f"{len(ids)} nodes are called {name!r}; give the digest of one: {some}")
    return catalog.get(ids[0])


def node_at(catalog: Catalog, name: str, event: int | None) -> Node:
    """The node that a name, `name@version` or digest meant after an event; None is now.

    Raises:
        UnknownCell: if it meant none, or the node was not there yet.
    """
    if event is None:
        return node_named(catalog, name)
    alias, _, version = name.partition("@")
    cypher = """MATCH (a:Alias) WHERE a.name = $name
RETURN a.version AS version, a.of AS of, a.event AS event ORDER BY version DESC"""
    versions = catalog.query(cypher, name=alias)
    then = [one for one in versions if one["event"] <= event and version in ("", str(one["version"]))]
    if then:
        return catalog.get(then[0]["of"])
    node = node_named(catalog, name)
    if versions:
        when = (
            versions[-1]["event"]
            if not version
            else next(one["event"] for one in versions if str(one["version"]) == version)
        )
        raise UnknownCell(f"{name!r} meant nothing yet at event {event}; it was named by event {when}")
    row = catalog.query(f"MATCH (n:{node.label} {{id: $id}}) RETURN n.event AS event", id=node.id)[0]
    if row["event"] > event:
        raise UnknownCell(f"{name!r} was not there yet at event {event}; it came with event {row['event']}")
    return node


def _existing(catalog: Catalog, event: int) -> int:
    last = int(catalog.query("MATCH (e:Event) RETURN max(e.sequence) AS last")[0]["last"])
    if event > last:
        raise CatalogError(f"there is no event {event} yet; the last is {last}")
    return event


def _utc(moment: str) -> str:
    try:
        time = datetime.fromisoformat(moment)
    except ValueError:
        raise CatalogError(
            f"{moment!r} is no time: expected one such as 2026-11-20T12:00, the number of an event, or name@version"
        ) from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
