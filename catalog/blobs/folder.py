"""Artefacts in a folder, each under the SHA-256 of its bytes and checked at every read.

1. Bytes are written to a temporary file in the folder that they belong to, and flushed to the disk.
2. The file is renamed to its digest, which is atomic, and the folder is flushed: a blob is there whole or not at all.
3. Reading hashes what is found: a flipped bit is reported and never returned.
4. Putting what is there already touches the file, so that nobody takes it for left over while its node is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

from ...errors import CatalogError, DamagedBlob
from ..durable import write_atomically
from .blobs import blob_name, checked, digest_in

__all__ = ["BlobFolder"]

_PIECE = 2**20


class BlobFolder:
    """A folder of immutable artefacts named by their digests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def place(self) -> str:
        """The path of the folder."""
        return str(self.folder)

    def put(self, content: bytes) -> str:
        """Store bytes durably; a blob found damaged is replaced, a sound one counts as modified now.

        Returns:
            Their SHA-256, 64 hexadecimal digits.

        Raises:
            CatalogError: if the folder cannot be written.
        """
        digest = sha256(content).hexdigest()
        path = self.path(digest)
        with _translated(f"blob {digest} cannot be written to {path}"):
            if path.exists() and path.read_bytes() == content:
                os.utime(path)
            else:
                write_atomically(path, content)
                checked(digest, path.read_bytes(), str(path))
        return digest

    def put_file(self, source: Path) -> str:
        """Store a file's bytes as `put` does, piece by piece; returns their SHA-256.

        Raises:
            CatalogError: if the file cannot be read or changes meanwhile, or the folder cannot be written.
        """
        with _translated(f"{source} cannot be read"):
            digest = _digest_of(source)
        path = self.path(digest)
        with _translated(f"{source} cannot be written to {path}"):
            if path.exists() and _digest_of(path) == digest:
                os.utime(path)
            else:
                changed = CatalogError(f"{source} changed while it was read; try again when it is written")
                write_atomically(path, _checked_pieces(source, digest, changed))
        return digest

    def copy_to(self, digest: str, target: Path) -> None:
        """Write a blob's bytes into a file, whole or not at all, piece by piece.

        Raises:
            DamagedBlob: if the bytes no longer hash to the digest.
            CatalogError: if there is no such blob, or it cannot be read or written there.
        """
        path = self.path(digest)
        if not path.exists():
            raise CatalogError(f"no blob {digest} at {path}; copy it from the catalog that it was made in")
        damaged = DamagedBlob(f"blob {digest} at {path} is damaged; restore the file from a backup")
        with _translated(f"blob {digest} cannot be written to {target}"):
            write_atomically(target, _checked_pieces(path, digest, damaged))

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
            return checked(digest, path.read_bytes(), str(path))

    def path(self, digest: str) -> Path:
        """Where the blob of that digest is, or would be.

        Raises:
            CatalogError: if the text is no SHA-256 digest.
        """
        return self.folder / blob_name(digest)

    def __contains__(self, digest: str) -> bool:
        """Whether there is a blob of that digest; its bytes are not looked at."""
        return self.path(digest).exists()

    def digests(self) -> Iterator[str]:
        """The digests of all blobs, in no particular order."""
        for path in self.folder.glob("sha256/??/*"):
            if digest := digest_in(path.as_posix()):
                yield digest

    def size(self, digest: str) -> int:
        """How many bytes a blob has."""
        return self._status(digest).st_size

    def modified(self, digest: str) -> datetime:
        """When a blob was last put, in UTC."""
        return datetime.fromtimestamp(self._status(digest).st_mtime, UTC)

    def set_aside(self, digest: str) -> None:
        """Move a damaged blob to `damaged/`; nothing that lies there is replaced."""
        aside = self.folder / "damaged" / digest
        with _translated(f"the damaged blob {digest} cannot be moved to {aside}"):
            aside.parent.mkdir(exist_ok=True)
            while aside.exists():
                aside = aside.with_name(f"{aside.name}.again")
            self.path(digest).rename(aside)

    def remove(self, digest: str) -> None:
        """Delete a blob; one that is not there is no fault."""
        path = self.path(digest)
        with _translated(f"blob {digest} cannot be removed from {path}"):
            path.unlink(missing_ok=True)

    def _status(self, digest: str) -> os.stat_result:
        path = self.path(digest)
        with _translated(f"blob {digest} cannot be read from {path}"):
            return path.stat()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _checked_pieces(path: Path, digest: str, fault: CatalogError) -> Iterator[bytes]:
    """The pieces of a file; the fault instead of an end where they do not hash to the digest."""
    found = sha256()
    for piece in _pieces(path):
        found.update(piece)
        yield piece
    if found.hexdigest() != digest:
        raise fault


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogError(f"{what}: {error.strerror or error}") from error
