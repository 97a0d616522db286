"""A server of the user's own: started by a command that has ended, written to, killed, and started again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from stdcell.catalog import Catalog, Task
from stdcell.deploy.neo4j import ServerHome, Status, jars_folder, server_status, start_server, stop_server
from stdcell.deploy.neo4j.process import ServerProcess

TASK = Task(name="sums", description="add two digits")


class OwnServer(NamedTuple):
    """The server, what the first command printed, and what its status was after it was killed."""

    home: ServerHome
    jars: Path
    port: int
    printed: str
    after_kill: Status | None


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory, neo4j_jars: Path) -> Iterator[None]:
    """The environment of a user who has the jars and nothing else."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("user") / "da ta"))
        for name in ("STDCELL_SERVER_HOME", "STDCELL_BLOBS", "NEO4J_USERNAME", "NEO4J_PASSWORD"):
            environment.delenv(name, raising=False)
        jars_folder().parent.mkdir(parents=True)
        jars_folder().symlink_to(neo4j_jars)
        yield


@pytest.fixture(scope="module")
def own_server(user: None, free_port: int) -> Iterator[OwnServer]:
    """A server that was killed with -9 after a write, and started again."""
    command = [
        sys.executable,
        "-c",
        "from stdcell.app.servers import servers; servers()",
        "up",
        "--port",
        str(free_port),
    ]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout
    home = ServerHome(jars_folder().parent / "server")
    try:
        with Catalog(f"bolt://localhost:{free_port}") as catalog:
            catalog.blobs.put(b"weights")
            catalog.add(TASK, aliases={"task": TASK.id})
        running = ServerProcess.read(home.record)
        assert running
        running.kill()
        after_kill = server_status(home)
        start_server(home, free_port, jars_folder(), print)
        yield OwnServer(home, jars_folder(), free_port, printed, after_kill)
    finally:
        stop_server(home, print)
