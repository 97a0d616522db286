"""Write a source, or some lineages of it, as an archive: the same content gives the same bytes.

1. A folder is made beside the place: the files of lines, sorted, then the blobs, then the manifest.
2. A .tar or .zip is packed from it: entries by name, times, owners and rights fixed, nothing compressed (no two
   versions of a compressor need agree on their bytes).
3. The result is renamed to its place, so that it is there whole or not at all; nothing is ever overwritten.
"""

from __future__ import annotations

import heapq
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from uuid import uuid4

from ....errors import CatalogError
from ...blobs.folder import BlobFolder
from ...durable import flush_folder
from ..selection import Selection, select
from ..source import Source
from ..transfer import Transferred, copy_blobs
from .layout import (
    ALIASES,
    EVENTS,
    MANIFEST,
    NODES,
    RELATIONSHIPS,
    ArchiveManifest,
    RowFile,
    alias_line,
    node_line,
    relationship_line,
)

__all__ = ["export"]

_UNKNOWN_ARCHIVES = {".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".jar", ".whl"}
_SORTED_AT_ONCE = 100_000


def export(
    source: Source, path: Path, roots: Collection[str] | None = None, *, told: Callable[[str], None]
) -> Transferred:
    """Write the lineages of these nodes, or everything, as an archive.

    Args:
        source: a catalog (`source_of`).
        path: what is made: a file if it ends in .tar or .zip, else a folder.
        roots: ids of nodes of the source; none for everything.
        told: hears how far it is, for people.

    Raises:
        CatalogError: if there is something at the path, the source is damaged, or the archive cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix in _UNKNOWN_ARCHIVES:
        raise CatalogError(f"{str(path)!r} cannot be written as {suffix}; expected .tar, .zip, or a folder's name")
    pack = {".tar": _pack_tar, ".zip": _pack_zip}.get(suffix)
    if path.is_symlink() or path.exists():
        raise CatalogError(f"there is already something at {str(path)!r}; give another name, or remove it first")
    selection = select(source, roots, told=told)
    beside = path.with_name(f".{path.name}.writing-{uuid4().hex}")
    packed = beside.with_suffix(".packed")
    try:
        beside.mkdir(parents=True)
        written = _write_folder(selection, beside, told)
        if pack:
            told(f"packing {path.name}")
            pack(beside, packed)
            _flush(packed)
        (packed if pack else beside).rename(path)
        flush_folder(path.parent)
    except OSError as error:
        raise CatalogError(f"{str(path)!r} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        packed.unlink(missing_ok=True)
    return written


def _write_folder(selection: Selection, folder: Path, told: Callable[[str], None]) -> Transferred:
    n_blobs, n_bytes = copy_blobs(selection, BlobFolder(folder / "blobs"), told)
    told(f"{n_blobs:,} blobs, writing {len(selection.labels):,} nodes")
    names = ((name, *one) for name, ids in selection.histories.items() for one in enumerate(ids, 1))
    lines: dict[str, Iterable[str]] = {
        NODES: _sorted(map(node_line, selection.stored_nodes())),
        RELATIONSHIPS: _sorted(map(relationship_line, selection.stored_relationships())),
        ALIASES: (alias_line(*one) for one in names),
        EVENTS: map(node_line, selection.events()),
    }
    files = {name: _write_lines(folder / name, found) for name, found in lines.items()}
    sizes = {digest: selection.source.blobs.size(digest) for digest in selection.blobs}
    manifest = ArchiveManifest.model_validate({"files": files, "blobs": sizes})
    with (folder / MANIFEST).open("xb") as file:
        file.write(manifest.text().encode())
        _flush_file(file)
    n_nodes, n_relationships, n_versions = (files[name].lines for name in (NODES, RELATIONSHIPS, ALIASES))
    return Transferred(
        *(n_nodes, n_relationships, n_blobs, len(selection.histories)),
        *(n_nodes, n_relationships, n_blobs, n_bytes, n_versions),
    )


def _write_lines(path: Path, lines: Iterable[str]) -> RowFile:
    digest, size, n_lines = sha256(), 0, 0
    with path.open("xb") as file:
        for line in lines:
            content = f"{line}\n".encode()
            digest.update(content)
            size, n_lines = size + len(content), n_lines + 1
            file.write(content)
        _flush_file(file)
    return RowFile(sha256=digest.hexdigest(), size=size, lines=n_lines)


def _sorted(lines: Iterator[str]) -> Iterator[str]:
    """The lines in order, with only a part of them in memory at a time."""
    with ExitStack() as stack:
        runs: list[IO[str]] = []
        while portion := sorted(islice(lines, _SORTED_AT_ONCE)):
            run = stack.enter_context(TemporaryFile("w+", encoding="utf-8", newline="\n"))
            run.writelines(f"{line}\n" for line in portion)
            run.seek(0)
            runs.append(run)
        for line in heapq.merge(*runs):
            yield line.removesuffix("\n")


def _pack_tar(folder: Path, path: Path) -> None:
    with tarfile.open(path, "x:", format=tarfile.PAX_FORMAT) as archive:
        for name, file in _files(folder):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = file.stat().st_size, 0o644
            with file.open("rb") as content:
                archive.addfile(entry, content)


def _pack_zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as archive:
        for name, file in _files(folder):
            entry = zipfile.ZipInfo(name)  # dated 1980, the first time that a .zip can tell
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            with file.open("rb") as content, archive.open(entry, "w", force_zip64=True) as packed:
                shutil.copyfileobj(content, packed)


def _files(folder: Path) -> list[tuple[str, Path]]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted((path.relative_to(folder).as_posix(), path) for path in found)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _flush_file(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
