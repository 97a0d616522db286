"""What every place of blobs offers, and how a blob is found in it: `sha256/ab/abcd…`, the digest of its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from ...errors import CatalogError, DamagedBlob

__all__ = ["Blobs", "blob_name", "checked", "digest_in"]

_NAME = re.compile("(?:.*/)?sha256/(?P<start>[0-9a-f]{2})/(?P<digest>(?P=start)[0-9a-f]{62})")


class Blobs(Protocol):
    """Immutable artefacts named by their digests; every method may raise CatalogError."""

    @property
    def place(self) -> str:
        """Where they lie, without passwords."""

    def put(self, content: bytes) -> str:
        """Store bytes durably and give their SHA-256.

        A blob that is there already counts as modified now, and one found damaged is replaced.
        """

    def put_file(self, source: Path) -> str:
        """Store a file's bytes as `put` does."""

    def get(self, digest: str) -> bytes:
        """A blob's bytes.

        Raises:
            DamagedBlob: if the bytes no longer hash to the digest.
            CatalogError: if there is no such blob or it cannot be read.
        """

    def copy_to(self, digest: str, target: Path) -> None:
        """Write a blob's bytes into a file, whole or not at all; raises as `get` does."""

    def __contains__(self, digest: str) -> bool:
        """Whether there is a blob of that digest; its bytes are not looked at."""

    def digests(self) -> Iterator[str]:
        """The digests of all blobs, in no particular order."""

    def size(self, digest: str) -> int:
        """How many bytes a blob has."""

    def modified(self, digest: str) -> datetime:
        """When a blob was last put, in UTC."""

    def set_aside(self, digest: str) -> None:
        """Move a damaged blob to `damaged/`, for whoever wants to look at it."""

    def remove(self, digest: str) -> None:
        """Delete a blob; one that is not there is no fault."""


def blob_name(digest: str) -> str:
    """Where the blob of that digest lies in its place.

    Raises:
        CatalogError: if the text is no SHA-256 digest.
    """
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise CatalogError(f"{digest!r} is no digest; expected 64 hexadecimal digits in lower case")
    return f"sha256/{digest[:2]}/{digest}"


def digest_in(path: str) -> str | None:
    """The digest of the blob that lies at a path, or None where a path is no blob's."""
    found = _NAME.fullmatch(path)
    return found["digest"] if found else None


def checked(digest: str, content: bytes, path: str) -> bytes:
    """The bytes themselves, if they are what the digest names.

    Raises:
        DamagedBlob: if they are not.
    """
    found = sha256(content).hexdigest()
    if found != digest:
        raise DamagedBlob(
            f"blob {digest} at {path} is damaged: its bytes hash to {found}; put the original bytes again or "
            "restore the file from a backup"
        )
    return content
