"""What is to be moved, read and checked as a whole before anything is written.

1. Every node is read once: its manifest must be what its id names and must fit the schema.
2. Every relationship is read once: its type, its ends and its properties must fit the schema.
3. Where only some lineages are asked for, they are followed through these relationships (see `lineage`).
4. What of them is damaged is told all together. Then nodes and relationships are read a second time, now to be
   written: only ids stay in memory in between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...errors import CatalogError
from ..node import Node
from ..relationships import Relationship
from ..schema import Event, checked_content
from ..store import StoredNode, StoredRelationship
from .lineage import OWN_TYPES, lineage
from .source import Source
from .survey import Survey, checked_node, checked_relationship

__all__ = ["Selection", "list_faults", "select"]

_FAULTS_SHOWN = 10
_TOLD_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Nodes of a source with all that joins them: labels by id, an owner for each blob, and the names' histories."""

    source: Source
    labels: Mapping[str, str]
    blobs: Mapping[str, str]
    histories: Mapping[str, Sequence[str]]
    n_relationships: int
    is_whole: bool

    def stored_nodes(self) -> Iterator[StoredNode]:
        """The nodes' rows.

        Raises:
            CatalogError: if one has been damaged since they were selected.
        """
        for one in self.source.rows.stored_nodes():
            if one.id in self.labels:
                checked_content(one.id, one.manifest)
                yield one

    def stored_relationships(self) -> Iterator[StoredRelationship]:
        """The rows of the relationships between the nodes, but of those that a catalog makes itself."""
        for one in self.source.rows.stored_relationships():
            is_inside = one.source in self.labels and one.target in self.labels
            if is_inside and one.type not in OWN_TYPES and one.event <= self.source.last_event:
                yield one

    def nodes(self) -> Iterator[Node]:
        """The nodes themselves, to be written into a catalog; errors as for `stored_nodes`."""
        return (checked_node(one) for one in self.source.rows.stored_nodes() if one.id in self.labels)

    def relationships(self) -> Iterator[Relationship]:
        """The relationships themselves, to be written into a catalog."""
        return (checked_relationship(one, self.labels) for one in self.stored_relationships())

    def events(self) -> Iterator[Event]:
        """The changes that brought the nodes, oldest first; of a whole source all changes."""
        brought = {one.event for one in self.source.rows.stored_nodes() if self.is_whole or one.id in self.labels}
        for one in self.source.rows.stored_nodes():
            if one.label == "Event" and one.event in brought and one.event <= self.source.last_event:
                event = checked_node(one)
                assert isinstance(event, Event), "a label that is not its manifest's"
                yield event


def select(source: Source, roots: Collection[str] | None = None, *, told: Callable[[str], None]) -> Selection:
    """Find what belongs to the lineages of these nodes, or everything.

    Args:
        source: what to move from.
        roots: ids of nodes; none for everything.
        told: hears how far it is.

    Raises:
        CatalogError: naming what is damaged of it.
    """
    survey = _survey(source, told, keeps_joined=roots is not None)
    absent = set(roots or ()) - survey.labels.keys() - survey.damaged
    if absent:
        raise CatalogError(
            f"node {min(absent)} cannot be moved by itself: the catalog makes it for what rests on it; name a cell"
        )
    histories = survey.histories()
    reached = None if roots is None else lineage(roots, survey.joined, histories)
    faults = [fault for ids, fault in survey.faults if reached is None or reached & ids]
    if faults:
        raise CatalogError(f"{source.origin} is damaged, so nothing was written: {list_faults(faults)}")
    chosen = survey.labels.keys() if reached is None else reached & survey.labels.keys()
    movable = chosen | (survey.own if reached is None else set())
    return Selection(
        source=source,
        labels={id: label for id, label in survey.labels.items() if id in chosen},
        blobs={blob: id for id, blob in survey.blobs.items() if id in chosen},
        histories={name: ids for name, ids in sorted(histories.items()) if movable >= set(ids)},
        n_relationships=survey.n_relationships if reached is None else survey.n_between(chosen),
        is_whole=reached is None,
    )


def list_faults(faults: Sequence[str]) -> str:
    """The first of many faults, and how many more there are."""
    more = f"; and {len(faults) - _FAULTS_SHOWN:,} more" if len(faults) > _FAULTS_SHOWN else ""
    return "; ".join(faults[:_FAULTS_SHOWN]) + more


def _survey(source: Source, told: Callable[[str], None], *, keeps_joined: bool) -> Survey:
    survey = Survey(source.last_event, keeps_joined=keeps_joined)
    for n_read, node in enumerate(source.rows.stored_nodes()):
        survey.see_node(node)
        if n_read % _TOLD_EVERY == 0:
            told(f"{n_read:,} nodes read")
    for n_read, one in enumerate(source.rows.stored_relationships()):
        survey.see_relationship(one)
        if n_read % _TOLD_EVERY == 0:
            told(f"{len(survey.labels):,} nodes, {n_read:,} relationships read")
    return survey
