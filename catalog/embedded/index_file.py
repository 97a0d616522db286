"""The file of the Cypher index: owned by one opening at a time, trusted only under a fitting seal.

1. Ownership is an exclusive SQLite lock on an empty file: every platform has it, it also holds between two openings
   in one process, and the operating system drops it with its holder.
2. When the file is closed in order, a seal is written beside it: the last event in it, the schema, the engine's
   version and the digest of the file.
3. Whoever claims the file next removes the seal first. Without a fitting seal (a killed process, a damaged file,
   another version) the file is deleted, because ladybug answers from a damaged file without a complaint.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path

__all__ = ["IndexFile"]


class IndexFile:
    """The claimed file of an index that is written in the layout named `layout`; made by `claim`."""

    def __init__(self, path: Path, layout: str, ownership: sqlite3.Connection) -> None:
        self.path = path
        self._layout = layout
        self._ownership = ownership
        self._seal = path.with_name("seal.json")

    @classmethod
    def claim(cls, folder: Path, layout: str) -> IndexFile | None:
        """Own the file in the folder until `release`; None where another has it or the folder cannot be written."""
        try:
            folder.mkdir(exist_ok=True)
            ownership = sqlite3.connect(folder / "owner.lock", timeout=0, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error):
            return None
        try:
            ownership.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            ownership.close()
            return None
        return cls(folder / "graph.lbug", layout, ownership)

    def unseal(self) -> int:
        """The last event in the file; -1 where it holds none that can be trusted, and then it is deleted."""
        event = self._sealed_event()
        self._seal.unlink(missing_ok=True)
        if event < 0:
            for leftover in self.path.parent.glob(f"{self.path.name}*"):
                leftover.unlink()
        return event

    def seal(self, event: int) -> None:
        """Vouch for the closed file, which holds everything up to that event."""
        content = {"event": event, "layout": self._layout, "sha256": _digest(self.path)}
        self._seal.write_text(json.dumps(content))

    def release(self) -> None:
        """Let the next opening have the file."""
        self._ownership.close()

    def _sealed_event(self) -> int:
        with suppress(OSError, ValueError, KeyError, TypeError):  # no seal, or one that was cut short
            seal = json.loads(self._seal.read_text())
            if seal["layout"] == self._layout and seal["sha256"] == _digest(self.path):
                return int(seal["event"])
        return -1


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
