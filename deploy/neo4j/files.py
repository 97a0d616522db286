"""Files that one user alone reads, or that one process at a time holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import StdcellError

__all__ = ["locked", "write_secret"]


def write_secret(path: Path, secret: str) -> None:
    """Write a new file that only its owner can read, at no moment others."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{secret}\n")
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """While open, no other process holds the lock of this file.

    Raises:
        StdcellError: on Windows.
    """
    try:
        import fcntl
    except ImportError:
        raise StdcellError(
            "a local server runs on Linux and macOS; on Windows use WSL, or Docker with deploy/compose.yaml"
        ) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
