"""Files that are whole or absent, also after a crash."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

__all__ = ["flush_folder", "write_atomically"]


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Replace a file as a whole: readers see the old bytes or the new ones, and a power cut keeps one of them.

    Content may come in pieces; where they end in an error the file stays as it was.

    Raises:
        OSError: if the folder cannot be made, or the file cannot be written; it names which.
    """
    _make_folder(path.parent)
    beside = path.with_name(f".writing-{uuid4().hex}")
    try:
        with beside.open("xb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    if os.name != "nt":  # Windows cannot open a folder and keeps its entries by itself
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)
