"""Move lineages from one catalog to another, or from an archive into a catalog.

1. What is to be moved is read and checked as a whole (see `selection`), and so are the names that would move: damage
   and conflicts are told before anything is written.
2. Blobs go first. Each is checked when it is read and again after it was written; those that are there already stay.
3. Nodes follow in batches, then relationships, then names: nobody finds half a lineage by its name. Each batch is
   written whole or not at all, and is one event of the target, which says where it came from.
4. Whoever was interrupted runs it again: what is there already is not written again, and of a batch that is there
   already nothing is written, not even an event.

Types of ports, what they are compatible with, versions of names and events are made by the target itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from ...errors import CatalogError
from ..blobs import Blobs
from ..catalog import Catalog
from ..node import Node
from ..relationships import Relationship
from ..schema import OWN_LABELS
from ..store import Change
from .lineage import OWN_TYPES
from .names import moves_of
from .selection import Selection, list_faults, select
from .source import Source

__all__ = ["Transferred", "copy_blobs", "transfer"]

_NODES_AT_ONCE = 5_000
_RELATIONSHIPS_AT_ONCE = 10_000
_MOVES_AT_ONCE = 1_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Transferred:
    """How much was asked for, and how much of it was new to the target and so written."""

    n_nodes: int
    n_relationships: int
    n_blobs: int
    n_names: int
    new_nodes: int = 0
    new_relationships: int = 0
    new_blobs: int = 0
    new_bytes: int = 0
    new_versions: int = 0

    @property
    def is_new(self) -> bool:
        """Whether anything was written."""
        return any((self.new_nodes, self.new_relationships, self.new_blobs, self.new_versions))

    def plus(self, change: Change | None) -> Transferred:
        """With what one more batch brought."""
        if change is None:
            return self
        return replace(
            self,
            new_nodes=self.new_nodes + sum(node.label not in OWN_LABELS for node in change.nodes),
            new_relationships=self.new_relationships + sum(one.type not in OWN_TYPES for one in change.relationships),
            new_versions=self.new_versions + len(change.aliases),
        )


def _silent(_: str) -> None:
    """Tell nobody."""


def transfer(
    source: Source,
    target: Catalog,
    roots: Collection[str] | None = None,
    *,
    move_names: bool = False,
    told: Callable[[str], None] = _silent,
) -> Transferred:
    """Move the lineages of these nodes, or everything, into a catalog.

    Args:
        source: a catalog (`source_of`) or an archive (`open_archive`).
        target: where to.
        roots: ids of nodes of the source; none for everything.
        move_names: whether a name whose history differs in the target moves there (see `names`).
        told: hears how far it is, for people.

    Raises:
        CatalogError: if something is damaged or missing in the source, names have gone different ways, or the target
            cannot be written. What was written until then stays, whole; running it again goes on.
    """
    selection = select(source, roots, told=told)
    known = {name: [one.of for one in target.record.versions(name)] for name in selection.histories}
    moves = moves_of(selection.histories, known, move_names=move_names)
    done = Transferred(len(selection.labels), selection.n_relationships, len(selection.blobs), len(selection.histories))
    new_blobs, new_bytes = copy_blobs(selection, target.blobs, told)
    done = replace(done, new_blobs=new_blobs, new_bytes=new_bytes)
    for nodes, relationships, names in _batches(selection, moves):
        done = done.plus(target.take(nodes, relationships, names, origin=source.origin))
        told(f"{done.new_nodes:,} nodes, {done.new_relationships:,} relationships, {done.new_versions:,} names written")
    return done


def copy_blobs(selection: Selection, target: Blobs, told: Callable[[str], None]) -> tuple[int, int]:
    """Copy the blobs that the target lacks.

    Returns:
        How many they were, and how many bytes.

    Raises:
        CatalogError: naming what is missing or damaged in the source, once all others are copied; or if one cannot
            be written.
    """
    source, n_bytes, n_copied = selection.source.blobs, 0, 0
    faults: list[str] = []
    for n_seen, (digest, owner) in enumerate(sorted(selection.blobs.items())):
        told(f"{n_seen:,} of {len(selection.blobs):,} blobs, {n_bytes / 1e6:,.1f} MB copied")
        try:
            if digest in target and (digest not in source or source.size(digest) == target.size(digest)):
                continue
            content = source.get(digest)
        except CatalogError as error:
            faults.append(f"{error} (of {selection.labels[owner]} {owner[:12]}…)")
            continue
        target.put(content)
        n_copied, n_bytes = n_copied + 1, n_bytes + len(content)
    if faults:
        raise CatalogError(
            f"{len(faults):,} of {len(selection.blobs):,} blobs cannot be read, so no node was written: "
            f"{list_faults(faults)}"
        )
    return n_copied, n_bytes


Step = tuple[Sequence[Node], Sequence[Relationship], Sequence[tuple[str, str]]]


def _batches(selection: Selection, moves: Sequence[tuple[str, str]]) -> Iterator[Step]:
    for nodes in _portions(selection.nodes(), _NODES_AT_ONCE):
        yield nodes, (), ()
    for relationships in _portions(selection.relationships(), _RELATIONSHIPS_AT_ONCE):
        yield (), relationships, ()
    for first in range(0, len(moves), _MOVES_AT_ONCE):
        yield (), (), moves[first : first + _MOVES_AT_ONCE]


def _portions(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while portion := list(islice(items, size)):
        yield portion
