"""What can be moved from: a catalog, or an archive that was exported from one; both are rows and blobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ..catalog import Catalog
from ..store import StoredNode, StoredRelationship

__all__ = ["ReadableBlobs", "Rows", "Source", "source_of"]


class Rows(Protocol):
    """Nodes and relationships as they are stored, nothing checked; a `Record` offers them too."""

    def stored_nodes(self, after: int = -1) -> Iterator[StoredNode]:
        """All nodes that later events than this one brought."""

    def stored_relationships(self, after: int = -1) -> Iterator[StoredRelationship]:
        """All relationships that later events than this one brought."""


class ReadableBlobs(Protocol):
    """What of `Blobs` only reads."""

    def get(self, digest: str) -> bytes:
        """A blob's bytes, checked."""

    def __contains__(self, digest: str) -> bool:
        """Whether there is a blob of that digest."""

    def size(self, digest: str) -> int:
        """How many bytes a blob has."""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows and blobs, what the target is told about where they came from, and the last event that counts."""

    origin: str
    rows: Rows
    blobs: ReadableBlobs
    last_event: int


def source_of(catalog: Catalog) -> Source:
    """All that a catalog holds now; what is added later is left for the next time."""
    return Source(catalog.origin, catalog.record, catalog.blobs, catalog.events()[-1].sequence)
