"""Read an archive as a source of a transfer.

1. Its manifest must name every file that it holds, with its size, and no other.
2. The files of lines must have their digests before a line is read; lines are read as a stream.
3. A blob is hashed when it is read, a node when it is made, as from any other source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from ....errors import CatalogError
from ...blobs.blobs import blob_name, checked
from ...store import StoredNode, StoredRelationship
from ..source import Source
from .layout import (
    ALIASES,
    FORMAT,
    MANIFEST,
    NODES,
    RELATIONSHIPS,
    ROWS,
    ArchiveManifest,
    read_alias,
    read_manifest,
    read_node,
    read_relationship,
)
from .members import Members, open_members

__all__ = ["is_archive", "open_archive"]

_LARGEST_MANIFEST = 2**28
_LONGEST_LINE = 2**26
_PORTION = 2**20
Row = TypeVar("Row")


def is_archive(path: Path) -> bool:
    """Whether there is an archive of stdcell, by its content."""
    with suppress(CatalogError):
        members = open_members(path)
        try:
            if MANIFEST in members.sizes:
                with members.open(MANIFEST) as file:
                    return FORMAT.encode() in file.read(_LARGEST_MANIFEST)
        finally:
            members.close()
    return False


@contextmanager
def open_archive(path: Path) -> Iterator[Source]:
    """While open, an archive is a source.

    Raises:
        CatalogError: if there is none, a file of it is missing or damaged, or it holds what does not belong there.
    """
    members = open_members(path)
    try:
        manifest = _manifest_of(members)
        for name in ROWS:
            _check_rows(members, manifest, name)
        yield Source(path.name, _ArchiveRows(members), _ArchiveBlobs(members), last_event=0)
    finally:
        members.close()


class _ArchiveRows:
    """The lines of an archive as rows of a store, whose events are not told."""

    def __init__(self, members: Members) -> None:
        self._members = members

    def stored_nodes(self, after: int = -1) -> Iterator[StoredNode]:
        yield from _rows(self._members, NODES, read_node)
        yield from _rows(self._members, ALIASES, read_alias)

    def stored_relationships(self, after: int = -1) -> Iterator[StoredRelationship]:
        yield from _rows(self._members, RELATIONSHIPS, read_relationship)


class _ArchiveBlobs:
    """The blobs of an archive."""

    def __init__(self, members: Members) -> None:
        self._members = members

    def get(self, digest: str) -> bytes:
        name = f"blobs/{blob_name(digest)}"
        if name not in self._members.sizes:
            raise CatalogError(f"no blob {digest} in {self._members.place}; export it again")
        with self._members.open(name) as file:
            return checked(digest, file.read(), self._members.place)

    def __contains__(self, digest: str) -> bool:
        return f"blobs/{blob_name(digest)}" in self._members.sizes

    def size(self, digest: str) -> int:
        return self._members.sizes[f"blobs/{blob_name(digest)}"]


def _manifest_of(members: Members) -> ArchiveManifest:
    if MANIFEST not in members.sizes:
        raise CatalogError(f"{members.place} is no whole archive of stdcell: there is no {MANIFEST}; export it again")
    if members.sizes[MANIFEST] > _LARGEST_MANIFEST:
        raise CatalogError(f"the {MANIFEST} of {members.place} has over {_LARGEST_MANIFEST:,} bytes; nothing was read")
    with members.open(MANIFEST) as file:
        manifest = read_manifest(file.read(), members.place)
    expected: dict[str, int] = {name: file.size for name, file in manifest.files.items()}
    expected |= {f"blobs/{blob_name(digest)}": size for digest, size in manifest.blobs.items()}
    for name in sorted(expected.keys() | members.sizes.keys() - {MANIFEST}):
        found, said = members.sizes.get(name), expected.get(name)
        if found != said:
            there = "is missing" if found is None else f"has {found:,} bytes"
            told = "does not name it" if said is None else f"says {said:,} bytes"
            raise CatalogError(f"{name} of {members.place} {there}, the manifest {told}; export it again")
    return manifest


def _check_rows(members: Members, manifest: ArchiveManifest, name: str) -> None:
    digest, said = sha256(), next(file for key, file in manifest.files.items() if key == name)
    with members.open(name) as file:
        while portion := file.read(_PORTION):
            digest.update(portion)
    if digest.hexdigest() != said.sha256:
        raise CatalogError(
            f"{name} of {members.place} is damaged: its digest is {digest.hexdigest()}, expected {said.sha256}; "
            "export it again"
        )


def _rows(members: Members, name: str, read: Callable[[str], Row]) -> Iterator[Row]:
    with members.open(name) as file:
        while line := file.readline(_LONGEST_LINE):
            if not line.endswith(b"\n"):
                raise CatalogError(
                    f"{name} of {members.place} has a line without an end, or over {_LONGEST_LINE:,} bytes"
                )
            try:
                text = line[:-1].decode()
            except UnicodeDecodeError as error:
                raise CatalogError(f"{name} of {members.place} is no UTF-8 text") from error
            yield read(text)
