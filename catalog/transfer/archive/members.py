"""The files within an archive, whichever kind it is: a folder, a .tar or a .zip.

Only plain files under the names of the layout are taken. A link, a device, a sparse or encrypted file, a name that
leads out of the archive or stands twice, and anything that is no part of an archive are refused before a byte is
read; nothing is ever unpacked. A .zip may not hold much more than it has bytes: such a file is made to fill a disk.
"""

from __future__ import annotations

import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ....errors import CatalogError
from .layout import MANIFEST, ROWS

__all__ = ["Members", "open_members"]

_NAME = re.compile(r"blobs/sha256/([0-9a-f]{2})/\1[0-9a-f]{62}")
_ALWAYS_ALLOWED = 2**30
_MOST_TIMES = 100


@dataclass(frozen=True, slots=True)
class Members:
    """The names of an archive's files with their sizes, how one is opened, and how the archive is closed."""

    place: str
    sizes: dict[str, int]
    open: Callable[[str], AbstractContextManager[IO[bytes]]]
    close: Callable[[], None]


def open_members(path: Path) -> Members:
    """Look into an archive.

    Raises:
        CatalogError: if there is none, or it holds what no archive holds.
    """
    with _translated(path):
        if path.is_dir():
            return _in_folder(path)
        if not path.exists():
            raise CatalogError(f"there is no file or folder {str(path)!r}")
        if tarfile.is_tarfile(path):
            return _in_tar(path)
        if zipfile.is_zipfile(path):
            return _in_zip(path)
    raise CatalogError(f"{str(path)!r} is no archive of stdcell: expected a folder, a .tar or a .zip that was exported")


def _in_folder(path: Path) -> Members:
    def opened(name: str) -> AbstractContextManager[IO[bytes]]:
        return _reading(path, lambda: (path / name).open("rb"))

    sizes: dict[str, int] = {}
    for folder, folders, files in os.walk(path):
        for entry in (Path(folder) / name for name in (*folders, *files)):
            status = entry.lstat()
            if not stat.S_ISDIR(status.st_mode):
                _note(sizes, path, entry.relative_to(path).as_posix(), status.st_size, stat.S_ISREG(status.st_mode))
    return Members(str(path), sizes, opened, lambda: None)


def _in_tar(path: Path) -> Members:
    archive = tarfile.open(path, "r:")  # noqa: SIM115  (closed by whoever closes the members)
    sizes: dict[str, int] = {}
    entries: dict[str, tarfile.TarInfo] = {}

    def opened(name: str) -> AbstractContextManager[IO[bytes]]:
        return _reading(path, lambda: archive.extractfile(entries[name]))

    try:
        for entry in archive:
            if not entry.isdir():
                name = _note(sizes, path, entry.name, entry.size, entry.isreg() and not entry.issparse())
                entries[name] = entry
    except BaseException:
        archive.close()
        raise
    return Members(str(path), sizes, opened, archive.close)


def _in_zip(path: Path) -> Members:
    archive = zipfile.ZipFile(path)
    sizes: dict[str, int] = {}
    entries: dict[str, zipfile.ZipInfo] = {}

    def opened(name: str) -> AbstractContextManager[IO[bytes]]:
        return _reading(path, lambda: archive.open(entries[name]))

    try:
        for entry in archive.infolist():
            if not entry.is_dir():
                kind = stat.S_IFMT(entry.external_attr >> 16)
                is_plain = kind in (0, stat.S_IFREG) and not entry.flag_bits & 1
                entries[_note(sizes, path, entry.filename, entry.file_size, is_plain)] = entry
        limit = max(_ALWAYS_ALLOWED, _MOST_TIMES * path.stat().st_size)
        if sum(sizes.values()) > limit:
            raise CatalogError(
                f"{str(path)!r} would unpack to {sum(sizes.values()):,} bytes, over {_MOST_TIMES} times its own size; "
                "if you trust it, unpack it yourself and import the folder"
            )
    except BaseException:
        archive.close()
        raise
    return Members(str(path), sizes, opened, archive.close)


def _note(sizes: dict[str, int], path: Path, name: str, size: int, is_plain: bool) -> str:
    """Take a name down, once it is sure that it is a plain file of the layout."""
    name = name.removeprefix("./")
    if name != MANIFEST and name not in ROWS and not _NAME.fullmatch(name):
        raise CatalogError(f"{str(path)!r} holds {name!r}, which is no part of an archive; nothing was read")
    if not is_plain:
        raise CatalogError(f"{str(path)!r} holds {name!r} as something else than a plain file; nothing was read")
    if name in sizes:
        raise CatalogError(f"{str(path)!r} holds {name!r} twice; nothing was read")
    sizes[name] = size
    return name


@contextmanager
def _reading(path: Path, open_: Callable[[], IO[bytes] | None]) -> Iterator[IO[bytes]]:
    with _translated(path):
        file = open_()
        assert file, "a plain file that cannot be opened"
        with file:
            yield file


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogError(f"{str(path)!r} cannot be read: {error.strerror or error}") from error
    except (tarfile.TarError, zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise CatalogError(f"{str(path)!r} is damaged or no archive of stdcell: {error}; export it again") from error
    except zlib.error as error:
        raise CatalogError(f"{str(path)!r} is damaged: {error}; export it again") from error
