"""Artefacts in a folder, each under the SHA-256 of its bytes and checked at every read.

1. Bytes are written to a temporary file in the folder that they belong to, and flushed to the disk.
2. The file is renamed to its digest, which is atomic, and the folder is flushed: a blob is there whole or not at all.
3. Reading hashes what is found: a flipped bit is reported and never returned.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from ..errors import CatalogError, DamagedBlob

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
                _make_folder(path.parent)
                _write_durably(path, content)
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


def _write_durably(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".writing-{uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _make_folder(folder: Path) -> None:
    """Create a folder and its missing parents so that they survive a power cut."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    if os.name != "nt":  # Windows cannot open a folder and keeps its entries by itself
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogError(f"{what}: {error.strerror or error}") from error
