"""A process is known by its birth: what has another one is never signalled."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stdcell.deploy.neo4j import ServerHome, server_status, stop_server
from stdcell.deploy.neo4j.process import ServerProcess, birth_from_proc, birth_from_ps

READERS = [
    pytest.param(birth_from_proc, marks=pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc")),
    pytest.param(birth_from_ps, marks=pytest.mark.skipif(shutil.which("ps") is None, reason="no ps")),
]


@pytest.fixture
def foreign() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is no server."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


@pytest.fixture
def home(tmp_path: Path) -> ServerHome:
    return ServerHome(tmp_path)


@pytest.mark.parametrize("birth_of", READERS)
def test_a_birth_stays_the_same(
    birth_of: Callable[[int], str | None], foreign: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = birth_of(foreign.pid)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert before is not None
    assert birth_of(foreign.pid) == before


@pytest.mark.parametrize("birth_of", READERS)
def test_the_remains_of_a_process_have_no_birth(birth_of: Callable[[int], str | None]) -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not collected
        remains = birth_of(process.pid)
    assert remains is None
    assert birth_of(process.pid) is None


def test_a_foreign_process_with_the_number_of_a_past_server_is_left_alone(
    home: ServerHome, foreign: subprocess.Popen[bytes]
) -> None:
    replace(ServerProcess.of(foreign.pid, 7687), birth="before the restart").write(home.record)
    assert server_status(home) is None
    assert stop_server(home, print) is False
    assert foreign.poll() is None
    assert not home.record.exists()


def test_a_process_that_does_not_end_is_killed_and_that_is_told(home: ServerHome) -> None:
    deaf = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"], stdout=subprocess.PIPE
    )
    assert deaf.stdout and deaf.stdout.readline() == b"deaf\n"
    ServerProcess.of(deaf.pid, 7687).write(home.record)
    told: list[str] = []
    assert stop_server(home, told.append, patience_s=0.5) is True
    assert deaf.wait() == -9
    assert told == ["the server did not end within 0 s and was killed; it recovers at its next start"]


@pytest.mark.parametrize("record", ["", "{", "[]", '{"pid": 1}', "null"])
def test_a_torn_record_names_no_process(home: ServerHome, record: str) -> None:
    home.record.write_text(record)
    assert ServerProcess.read(home.record) is None


def test_a_folder_without_a_server_has_nothing_to_stop(tmp_path: Path) -> None:
    assert stop_server(ServerHome(tmp_path / "none"), print) is False
    assert not (tmp_path / "none").exists()
