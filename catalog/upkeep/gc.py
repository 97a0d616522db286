"""Blobs that no node names: told first, removed on demand.

A blob is put before the node that names it is written. So one that was put lately stays, named or not, and each one's
time is looked at once more when it is about to be removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ...errors import CatalogError
from ..catalog import Catalog
from .blobs import blobs_named_by
from .rows import content_of

__all__ = ["GRACE", "Garbage", "collect_garbage"]

GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Garbage:
    """A blob that nobody names: its digest, its size in bytes and when it was last put."""

    digest: str
    n_bytes: int
    put_at: datetime


def collect_garbage(catalog: Catalog, *, older_than: timedelta = GRACE, remove: bool = False) -> list[Garbage]:
    """The blobs that no node names and that were put longer ago than that; they are removed only where asked.

    Raises:
        CatalogError: if a manifest is damaged, because it may name one of them, or a blob cannot be removed.
    """
    now = datetime.now(UTC)
    old = {digest for digest in catalog.blobs.digests() if now - catalog.blobs.modified(digest) >= older_than}
    unnamed = old - set(_named(catalog)) if old else set()
    garbage = [Garbage(one, catalog.blobs.size(one), catalog.blobs.modified(one)) for one in sorted(unnamed)]
    if remove:
        for one in garbage:
            if datetime.now(UTC) - catalog.blobs.modified(one.digest) >= older_than:  # nobody has put it meanwhile
                catalog.blobs.remove(one.digest)
    return garbage


def _named(catalog: Catalog) -> Iterator[str]:
    for node in catalog.record.stored_nodes():
        content = content_of(node)
        if content is None:
            raise CatalogError(
                f"the manifest of node {node.id} is damaged and may name a blob: nothing is removed; run "
                "`stdcell catalog fsck --repair` before"
            )
        yield from blobs_named_by(content)
