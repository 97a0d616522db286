"""Artefacts in a folder, each under the SHA-256 of its bytes and checked at every read.

1. Bytes are written to a temporary file in the folder that they belong to, and flushed to the disk.
2. The file is renamed to its digest, which is atomic, and the folder is flushed: a blob is there whole or not at all.
3. Reading hashes what is found: a flipped bit is reported and never returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from ...errors import CatalogError, DamagedBlob
from ..durable import write_atomically

__all__ = ["BlobFolder"]


class BlobFolder:
    """A folder of immutable artefacts named by their digests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Store bytes durably; a blob found damaged is replaced.

        Returns:
            Their SHA-256, 64 hexadecimal digits.

        Raises:
            CatalogError: if the folder cannot be written.
        """
        digest = sha256(content).hexdigest()
        path = self.path(digest)
        with _translated(f"blob {digest} cannot be written to {path}"):
            if not path.exists() or path.read_bytes() != content:
                write_atomically(path, content)
        return digest

    def get(self, digest: str) -> bytes:
        """Read a blob's bytes.

        Raises:
            DamagedBlob: if the bytes no longer hash to the digest.
            CatalogError: if there is no such blob or it cannot be read.
        """
        path = self.path(digest)
        with _translated(f"blob {digest} cannot be read from {path}"):
            if not path.exists():
                raise CatalogError(f"no blob {digest} at {path}; copy it from the catalog that it was made in")
            content = path.read_bytes()
        found = sha256(content).hexdigest()
        if found != digest:
            raise DamagedBlob(
                f"blob {digest} at {path} is damaged: its bytes hash to {found}; put the original bytes again or "
                "restore the file from a backup"
            )
        return content

    def path(self, digest: str) -> Path:
        """Where the blob of that digest is, or would be.

        Raises:
            CatalogError: if the text is no SHA-256 digest.
        """
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise CatalogError(f"{digest!r} is no digest; expected 64 hexadecimal digits in lower case")
        return self.folder / "sha256" / digest[:2] / digest

    def __contains__(self, digest: str) -> bool:
        return self.path(digest).exists()


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogError(f"{what}: {error.strerror or error}") from error
