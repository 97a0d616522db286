"""The files of the Cypher index: published ones that nobody changes, and private ones that one opening works on.

1. A published file is named by the layout it is written in, the last event in it and a digest of its bytes. Any
   number of processes read it. One whose bytes do not hash to its name is deleted, because ladybug answers from a
   damaged file without a complaint.
2. Who needs later events copies the newest published file and writes to the copy. The copy lies in a folder with an
   exclusive SQLite lock on an empty file: every platform has it, and the operating system drops it with its holder,
   so that what a killed process left behind is told from what is in use.
3. A copy is published by renaming it, which is atomic. So no process waits for another, and one that is killed
   leaves the last published file as it was.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple
from uuid import uuid4

__all__ = [
    "Generation",
    "PrivateFolder",
    "abandoned_folders",
    "damaged_generations",
    "digest_of_file",
    "discard_generations",
    "last_published_event",
    "newest_generation",
    "publish",
]

_PIECE = 2**23
_STARTING_S = 60.0  # a younger private folder may not be locked yet by the process that has just made it

_NAME = re.compile(r"graph\.(?P<layout>[0-9a-f]{16})\.(?P<event>\d+)\.(?P<digest>[0-9a-f]{64})\.lbug")


class Generation(NamedTuple):
    """A file of the index and the last event in it."""

    path: Path
    event: int


def newest_generation(folder: Path, layout: str, at_most: int) -> Generation | None:
    """The newest sound published file of this layout that holds no event later than the given one."""
    events = {path: _event_of(path, layout) for path in _files(folder)}
    fitting = [path for path, event in events.items() if 0 <= event <= at_most]
    for path in sorted(fitting, key=lambda path: events[path], reverse=True):
        with suppress(OSError):  # another process has put a newer one in its place
            if _is_sound(path):
                return Generation(path, events[path])
            path.unlink()
    return None


def publish(file: Path, folder: Path, layout: str, event: int) -> None:
    """Move a closed file among the published ones; what it replaces is deleted."""
    name = f"graph.{_short(layout)}.{event}.{digest_of_file(file)}.lbug"
    file.replace(folder / name)
    for other in _files(folder):
        if other.name != name and _event_of(other, layout) < event:
            with suppress(OSError):  # Windows keeps what another process has open; it goes the next time
                other.unlink()


def discard_generations(folder: Path) -> None:
    """Delete all published files."""
    for path in _files(folder):
        with suppress(OSError):
            path.unlink()


class PrivateFolder:
    """A folder of this opening alone, in the index's folder, or a temporary one where that cannot be written."""

    def __init__(self, folder: Path) -> None:
        try:
            _sweep(folder)
            self.path = folder / f"private-{uuid4().hex}"
            self.path.mkdir(parents=True)
            self.is_publishable = True
        except OSError:
            self.path = Path(mkdtemp(prefix="stdcell-index-"))
            self.is_publishable = False
        self._owner = sqlite3.connect(self.path / "owner.lock", isolation_level=None, check_same_thread=False)
        self._owner.execute("BEGIN EXCLUSIVE")
        self.file = self.path / "graph.lbug"

    def remove(self) -> None:
        """Delete the folder with what is still in it."""
        self._owner.close()
        shutil.rmtree(self.path, ignore_errors=True)


def damaged_generations(folder: Path) -> list[Path]:
    """The published files whose bytes do not hash to their names."""
    return [path for path in sorted(_files(folder)) if not _is_sound(path)]


def last_published_event(folder: Path) -> int:
    """The last event in any sound published file; -1 without one."""
    return max((int(path.name.split(".")[2]) for path in _files(folder) if _is_sound(path)), default=-1)


def abandoned_folders(folder: Path) -> list[Path]:
    """The private folders whose owner is gone."""
    return [private for private in sorted(folder.glob("private-*")) if _is_abandoned(private)]


def _sweep(folder: Path) -> None:
    for private in abandoned_folders(folder):
        shutil.rmtree(private, ignore_errors=True)


def _is_abandoned(private: Path) -> bool:
    lock = private / "owner.lock"
    try:
        if time.time() - private.stat().st_mtime < _STARTING_S:
            return False
        if not lock.exists():
            return True
        with closing(sqlite3.connect(lock, timeout=0, isolation_level=None)) as owner:
            owner.execute("BEGIN EXCLUSIVE")
            return True
    except (sqlite3.Error, OSError):  # it is in use, or gone
        return False


def _files(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]


def _event_of(path: Path, layout: str) -> int:
    """The last event in a published file; -1 for one of another layout."""
    parts = _NAME.fullmatch(path.name)
    return int(parts["event"]) if parts and parts["layout"] == _short(layout) else -1


def _is_sound(path: Path) -> bool:
    with ThreadPoolExecutor() as threads:
        return digest_of_file(path, threads.map) == path.name.split(".")[3]


def _short(layout: str) -> str:
    return sha256(layout.encode()).hexdigest()[:16]


def digest_of_file(path: Path, mapped: Callable[..., Iterable[bytes]] = map) -> str:
    """SHA-256 over the SHA-256s of the file's pieces, so that threads can compute it together.

    Args:
        path: the file.
        mapped: as `map`, or as that of threads, which there are none of any more when the interpreter ends.
    """
    pieces = mapped(lambda start: _digest_of_piece(path, start), range(0, path.stat().st_size, _PIECE))
    return sha256(b"".join(pieces)).hexdigest()


def _digest_of_piece(path: Path, start: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return sha256(file.read(_PIECE)).digest()
