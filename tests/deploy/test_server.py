"""A real server of the user's own, from the first command on: what it keeps, and what it refuses."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import AuthError

from stdcell.catalog import Catalog
from stdcell.deploy.neo4j import ServerHome, server_status, start_server, stop_server
from stdcell.errors import StdcellError

from .conftest import TASK, OwnServer

pytestmark = pytest.mark.neo4j


def test_the_command_says_how_to_use_the_server_and_not_its_password(own_server: OwnServer) -> None:
    lines = own_server.printed.splitlines()
    assert lines[0] == f"Neo4j 5.26.0 runs at bolt://localhost:{own_server.port}"
    assert f"  export STDCELL_CATALOG=bolt://localhost:{own_server.port}" in lines
    assert own_server.home.password() not in own_server.printed


def test_a_killed_server_is_seen_as_not_running(own_server: OwnServer) -> None:
    assert own_server.after_kill is None


def test_what_was_acknowledged_before_the_kill_is_there_after_it(own_server: OwnServer) -> None:
    with Catalog(f"bolt://localhost:{own_server.port}", create=False) as catalog:
        assert catalog.get("task") == TASK


def test_blobs_lie_in_the_folder_of_the_server(own_server: OwnServer) -> None:
    with Catalog(f"neo4j://localhost:{own_server.port}", create=False) as catalog:
        digest = catalog.blobs.put(b"weights")
    assert list(own_server.home.blobs.rglob(digest))


@pytest.mark.parametrize(("name", "mode"), [("", 0o700), ("password", 0o600)])
def test_the_folder_and_the_password_are_for_the_owner_alone(own_server: OwnServer, name: str, mode: int) -> None:
    assert stat.S_IMODE((own_server.home.folder / name).stat().st_mode) == mode


def test_no_command_line_and_no_file_beside_its_own_holds_the_password(own_server: OwnServer) -> None:
    status = server_status(own_server.home)
    assert status
    command = subprocess.run(["ps", "-ww", "-p", str(status.pid), "-o", "args="], capture_output=True, text=True)
    assert "CommunityEntryPoint" in command.stdout
    assert own_server.home.password() not in command.stdout
    texts = {path.name: path.read_bytes() for path in own_server.home.folder.rglob("*") if path.is_file()}
    assert [name for name, text in texts.items() if own_server.home.password().encode() in text] == ["password"]


@pytest.mark.parametrize("auth", [None, ("nobody", "a wrong password")])
def test_who_has_not_the_password_is_refused(own_server: OwnServer, auth: tuple[str, str] | None) -> None:
    uri = f"bolt://127.0.0.1:{own_server.port}"
    with neo4j.GraphDatabase.driver(uri, auth=auth) as driver, pytest.raises(AuthError):
        driver.verify_connectivity()


@pytest.mark.skipif(not Path("/proc/net/tcp6").exists(), reason="no /proc")
def test_it_listens_on_the_loopback_alone(own_server: OwnServer) -> None:
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    port = f":{own_server.port:04X}"
    listening = {row[1].removesuffix(port) for row in rows if row[1].endswith(port) and row[3] == "0A"}
    assert listening <= {"0100007F", "0000000000000000FFFF00000100007F"}
    assert listening


def test_a_server_that_runs_is_left_running(own_server: OwnServer) -> None:
    told: list[str] = []
    before = server_status(own_server.home)
    assert start_server(own_server.home, None, own_server.jars, told.append) == before
    assert told == ["the server runs already"]


def test_a_running_server_is_not_moved_to_another_port(own_server: OwnServer) -> None:
    with pytest.raises(StdcellError, match=f"runs already, on port {own_server.port}; `stdcell server down` stops it"):
        start_server(own_server.home, 7700, own_server.jars, print)


def test_a_port_of_another_program_is_told(own_server: OwnServer, tmp_path: Path) -> None:
    with pytest.raises(StdcellError) as fault:
        start_server(ServerHome(tmp_path), own_server.port, own_server.jars, print)
    expected = f"port {own_server.port} is taken by another program; stop that one, or give another --port"
    assert str(fault.value) == expected


def test_a_password_that_was_changed_elsewhere_is_told(own_server: OwnServer) -> None:
    password = own_server.home.password()
    own_server.home.password_file.write_text("an older one")
    try:
        with pytest.raises(
            StdcellError, match=r"does not take the password in .*; if you changed it, write the new one"
        ):
            server_status(own_server.home)
    finally:
        own_server.home.password_file.write_text(f"{password}\n")


def test_a_server_that_ends_while_it_starts_is_told_with_its_log(own_server: OwnServer, tmp_path: Path) -> None:
    (tmp_path / "jars" / "lib").mkdir(parents=True)
    (tmp_path / "jars" / "complete").write_text((own_server.jars / "complete").read_text())
    home = ServerHome(tmp_path / "home")
    (home.folder / "data" / "databases" / "system").mkdir(parents=True)
    home.password_file.write_text("one")
    with pytest.raises(StdcellError, match=r"ended while it started; its log says:\n(.|\n)*ClassNotFoundException"):
        start_server(home, 17687, tmp_path / "jars", print)
    assert server_status(home) is None


def test_an_orderly_end_leaves_the_data_and_says_so_in_the_log(own_server: OwnServer) -> None:
    told: list[str] = []
    assert stop_server(own_server.home, told.append) is True
    assert told == []
    assert server_status(own_server.home) is None
    assert own_server.home.log_tail().splitlines()[-1].endswith("Stopped.")
    start_server(own_server.home, own_server.port, own_server.jars, print)
    with Catalog(f"bolt://localhost:{own_server.port}", create=False) as catalog:
        assert catalog.get("task") == TASK
