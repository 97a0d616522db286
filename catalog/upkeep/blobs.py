"""Whether every blob is what its name says, and which digests the nodes of a catalog name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import CatalogError
from ..blobs import Blobs
from .damage import Damage

__all__ = ["blobs_named_by", "check_blobs"]


def check_blobs(blobs: Blobs) -> Iterator[Damage]:
    """The blobs whose bytes do not hash to their names, or cannot be read."""
    for digest in blobs.digests():
        try:
            blobs.get(digest)
        except CatalogError as error:
            if digest in blobs:  # else somebody has just removed it
                yield Damage("blob", digest, str(error))


def blobs_named_by(content: dict[str, Any]) -> Iterator[str]:
    """The digests of the blobs that a node's manifest names: its weights, or the backup of a migration."""
    properties = content["properties"]
    payload = properties.get("payload")
    for digest in (properties.get("blob"), payload.get("backup") if isinstance(payload, dict) else None):
        if isinstance(digest, str):
            yield digest
