"""The process of a server, known again after the command that started it is gone.

A process number alone is not enough: after a restart of the machine it may be another program's. A process is known by
its number and its birth (boot and start time), and is never signalled where the two differ.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["ServerProcess", "birth_from_proc", "birth_from_ps", "birth_of"]

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A started server: its process, its port on the loopback, and when it was started, in seconds since 1970."""

    pid: int
    birth: str
    port: int
    started: float

    @classmethod
    def of(cls, pid: int, port: int) -> ServerProcess:
        """Describe a process that was just started."""
        return cls(pid, birth_of(pid) or "", port, time.time())

    @classmethod
    def read(cls, record: Path) -> ServerProcess | None:
        """The running process that a record names; None where it has ended, or the record is missing or torn."""
        try:
            process = cls(**json.loads(record.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return process if process.is_alive() else None

    def write(self, record: Path) -> None:
        """Note it down."""
        beside = record.with_suffix(".new")
        beside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        beside.replace(record)

    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return self.birth != "" and birth_of(self.pid) == self.birth

    def stop(self, patience_s: float) -> bool:
        """Ask it to end, and end it by force after a patience.

        Returns:
            Whether it ended by itself.
        """
        if not self._signal_and_wait(signal.SIGTERM, patience_s):
            self._signal_and_wait(signal.SIGKILL, 10.0)
            return False
        return True

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._signal_and_wait(signal.SIGKILL, 10.0)

    def _signal_and_wait(self, number: signal.Signals, patience_s: float) -> bool:
        deadline = time.monotonic() + patience_s
        if self.is_alive():
            os.kill(self.pid, number)
        while self.is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def birth_of(pid: int) -> str | None:
    """When a process was born, in the system's own words; None where there is none, or only its remains."""
    return birth_from_proc(pid) if _PROC.joinpath("self", "stat").exists() else birth_from_ps(pid)


def birth_from_proc(pid: int) -> str | None:
    """As Linux tells it in /proc."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return None if state in "ZX" else f"boot {boot}, tick {fields[18]}"


def birth_from_ps(pid: int) -> str | None:
    """As `ps` tells it, on macOS."""
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}  # else the birth would change with the reader
    asked = subprocess.run(
        ["ps", "-p", str(pid), "-o", "state=", "-o", "lstart="],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    state, _, birth = asked.stdout.strip().partition(" ")
    return None if not birth or state.startswith("Z") else birth.strip()
