"""Artefacts behind a URL of any file system that fsspec knows, each under the SHA-256 of its bytes.

1. Bytes are uploaded under a temporary name, read back and hashed, and then moved to their digest. Where moving is a
   rename, as on disks and over SFTP, a blob is there whole or not at all; an object store copies whole objects.
2. Reading hashes what is found: what came damaged is reported and never returned.
3. Putting what is there already uploads it again: no other way sets the time of modification on every file system.
4. User names, passwords and signatures within the URL are never printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from fsspec.core import url_to_fs  # type: ignore[import-untyped]

from ...errors import CatalogError, DamagedBlob
from ..durable import write_atomically
from .blobs import blob_name, checked, digest_in

__all__ = ["RemoteBlobs"]


class RemoteBlobs:
    """Artefacts behind a URL such as `s3://bucket/blobs`.

    Raises:
        CatalogError: if there is no such kind of file system, or the package that speaks to it is not installed.
    """

    def __init__(self, url: str) -> None:
        self._secrets, self.place = _without_secrets(url)
        with self._translated(f"{self.place} cannot hold blobs"):
            # Without its cache of listings, so that what others put and remove is seen.
            self._files, root = url_to_fs(url, use_listings_cache=False)
        self._root = root.rstrip("/")

    def put(self, content: bytes) -> str:
        """Store bytes, checked after they arrived.

        Returns:
            Their SHA-256, 64 hexadecimal digits.

        Raises:
            DamagedBlob: if other bytes arrived than were sent.
            CatalogError: if nothing can be written there.
        """
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        beside = f"{path.rpartition('/')[0]}/.writing-{uuid4().hex}"
        with self._translated(f"blob {digest} cannot be written to {self.place}"):
            try:
                self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
                self._files.pipe_file(beside, content)
                checked(digest, self._files.cat_file(beside), self.place)
                self._files.mv(beside, path)
            except BaseException:
                with suppress(Exception):  # what stopped the writing is told, not that the rest of it stays there
                    self._files.rm_file(beside)
                raise
            if self._files.size(path) != len(content):
                raise DamagedBlob(f"blob {digest} did not arrive whole at {self.place}; put it again")
        return digest

    def get(self, digest: str) -> bytes:
        """Read a blob's bytes.

        Raises:
            DamagedBlob: if the bytes do not hash to the digest.
            CatalogError: if there is no such blob or it cannot be read.
        """
        path = self._path(digest)
        with self._translated(f"blob {digest} cannot be read from {self.place}"):
            try:
                content: bytes = self._files.cat_file(path)
            except FileNotFoundError:
                raise CatalogError(
                    f"no blob {digest} at {self.place}; copy it from the catalog that it was made in"
                ) from None
            return checked(digest, content, self.place)

    def put_file(self, source: Path) -> str:
        """Store a file's bytes as `put` does."""
        try:
            content = source.read_bytes()
        except OSError as error:
            raise CatalogError(f"{source} cannot be read: {error.strerror or error}") from error
        return self.put(content)

    def copy_to(self, digest: str, target: Path) -> None:
        """Write a blob's bytes into a file, whole or not at all; raises as `get` does."""
        content = self.get(digest)
        try:
            write_atomically(target, content)
        except OSError as error:
            raise CatalogError(f"blob {digest} cannot be written to {target}: {error.strerror or error}") from error

    def __contains__(self, digest: str) -> bool:
        """Whether there is a blob of that digest; its bytes are not looked at."""
        path = self._path(digest)
        with self._translated(f"blob {digest} cannot be looked for at {self.place}"):
            return bool(self._files.exists(path))

    def digests(self) -> Iterator[str]:
        """The digests of all blobs, in no particular order."""
        with self._translated(f"the blobs at {self.place} cannot be listed"):
            try:
                paths = self._files.find(f"{self._root}/sha256")
            except FileNotFoundError:
                paths = []
        yield from filter(None, map(digest_in, paths))

    def size(self, digest: str) -> int:
        """How many bytes a blob has."""
        path = self._path(digest)
        with self._translated(f"blob {digest} cannot be read from {self.place}"):
            return int(self._files.size(path))

    def modified(self, digest: str) -> datetime:
        """When a blob was last put, in UTC."""
        path = self._path(digest)
        with self._translated(f"the time of blob {digest} cannot be read from {self.place}"):
            found: datetime = self._files.modified(path)
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def set_aside(self, digest: str) -> None:
        """Move a damaged blob to `damaged/`."""
        path = self._path(digest)
        with self._translated(f"the damaged blob {digest} cannot be moved to {self.place}/damaged"):
            self._files.makedirs(f"{self._root}/damaged", exist_ok=True)
            self._files.mv(path, f"{self._root}/damaged/{uuid4().hex[:8]}-{digest}")

    def remove(self, digest: str) -> None:
        """Delete a blob; one that is not there is no fault."""
        path = self._path(digest)
        with self._translated(f"blob {digest} cannot be removed from {self.place}"), suppress(FileNotFoundError):
            self._files.rm_file(path)

    def _path(self, digest: str) -> str:
        return f"{self._root}/{blob_name(digest)}"

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        """Tell every fault in our words: each file system has a family of exceptions of its own."""
        try:
            yield
        except CatalogError:
            raise
        except NotImplementedError as error:
            kind = self.place.partition("://")[0]
            raise CatalogError(
                f"{what}: {kind}:// cannot do that; give a place that can be written and listed"
            ) from error
        except ImportError as error:
            raise CatalogError(f"{what}: a package is missing here: {self._shown(error)}") from error
        except Exception as error:
            raise CatalogError(f"{what}: {self._shown(error)}") from None

    def _shown(self, error: Exception) -> str:
        said = " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())
        for secret in self._secrets:
            said = said.replace(secret, "…")
        return said


def _without_secrets(url: str) -> tuple[list[str], str]:
    """What of a URL is not to be printed, and the rest of it."""
    parts = urlsplit(url)
    login, _, host = parts.netloc.rpartition("@")
    secrets = {part for part in (login, *login.split(":"), parts.query) if part}
    shown = f"{parts.scheme}://{host}{parts.path}"
    return sorted(secrets | {unquote(secret) for secret in secrets}, key=len, reverse=True), shown
