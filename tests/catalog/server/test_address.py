"""The address of a server: its parts, and what is never printed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stdcell.catalog import Catalog
from stdcell.catalog.server.address import ServerAddress, is_server_uri
from stdcell.deploy.neo4j import ServerHome, default_home
from stdcell.deploy.neo4j.process import ServerProcess
from stdcell.errors import CatalogError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServerHome:
    """The folder of the user's own server, which never ran."""
    monkeypatch.setenv("STDCELL_SERVER_HOME", str(tmp_path / "server"))
    return default_home()


@pytest.fixture
def own_server(home: ServerHome) -> Iterator[ServerProcess]:
    """The user's own server as a catalog sees it: a process that lives, its port, and a password."""
    home.folder.mkdir()
    home.password_file.write_text("local secret\n")
    with subprocess.Popen(["sleep", "60"]) as child:
        process = ServerProcess.of(child.pid, 7687)
        process.write(home.record)
        yield process
        child.kill()


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEO4J_USERNAME", raising=False)
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    monkeypatch.delenv("STDCELL_BLOBS", raising=False)


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("bolt://host:7687", ServerAddress("bolt://host:7687", None, None, "catalog-blobs")),
        ("neo4j+s://me:p%40ss@host", ServerAddress("neo4j+s://host", "me", "p@ss", "catalog-blobs")),
        ("bolt+ssc://host?blobs=/srv/b%20c", ServerAddress("bolt+ssc://host", None, None, "/srv/b c")),
        ("neo4j://host?blobs=b&policy=eu", ServerAddress("neo4j://host?policy=eu", None, None, "b")),
    ],
)
def test_a_uri_is_taken_apart(uri: str, address: ServerAddress) -> None:
    assert ServerAddress.of(uri) == address


def test_the_environment_fills_what_the_uri_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_USERNAME", "me")
    monkeypatch.setenv("NEO4J_PASSWORD", "secret")
    monkeypatch.setenv("STDCELL_BLOBS", "/srv/blobs")
    assert ServerAddress.of("bolt://host") == ServerAddress("bolt://host", "me", "secret", "/srv/blobs")


@pytest.mark.parametrize(
    ("uri", "reached"),
    [
        ("bolt://localhost:7687", "bolt://127.0.0.1:7687"),
        ("neo4j://localhost", "neo4j://127.0.0.1:7687"),
        ("bolt://neo4j@127.0.0.1:7687", "bolt://127.0.0.1:7687"),
    ],
)
def test_the_own_server_is_reached_without_typing_a_password(
    own_server: ServerProcess, home: ServerHome, uri: str, reached: str
) -> None:
    assert ServerAddress.of(uri) == ServerAddress(reached, "neo4j", "local secret", str(home.blobs))


@pytest.mark.parametrize(
    "uri", ["bolt://localhost:7688", "bolt://host:7687", "bolt+s://localhost:7687", "bolt://[::1]:7687"]
)
def test_another_server_never_gets_the_password_of_the_own_one(own_server: ServerProcess, uri: str) -> None:
    assert ServerAddress.of(uri) == ServerAddress(uri, None, None, "catalog-blobs")


def test_who_listens_where_the_own_server_was_killed_does_not_get_its_password(own_server: ServerProcess) -> None:
    own_server.kill()
    assert ServerAddress.of("bolt://localhost:7687").password is None


def test_the_uri_comes_before_the_own_server_and_that_before_the_environment(
    own_server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_USERNAME", "team")
    monkeypatch.setenv("NEO4J_PASSWORD", "of the team")
    monkeypatch.setenv("STDCELL_BLOBS", "/srv/blobs")
    found = [ServerAddress.of(uri) for uri in ("bolt://localhost", "bolt://me:mine@localhost?blobs=here")]
    assert [(one.user, one.password, one.blobs) for one in found] == [
        ("neo4j", "local secret", "/srv/blobs"),
        ("me", "mine", "here"),
    ]


def test_a_password_is_never_printed() -> None:
    assert "secret" not in repr(ServerAddress.of("bolt://me:secret@host"))


def test_a_server_that_does_not_answer_is_reported_without_the_password() -> None:
    with pytest.raises(CatalogError) as fault:
        Catalog("bolt://me:secret@127.0.0.1:1")
    assert str(fault.value).startswith("the server at bolt://127.0.0.1:1: ")
    assert "secret" not in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("place", "expected"), [("catalog", False), ("/a/b", False), ("C:\\a", False), ("bolt://h", True)]
)
def test_a_folder_and_a_server_are_told_apart(place: str, expected: bool) -> None:
    assert is_server_uri(place) is expected


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("http://host", "no catalog behind http://; expected a folder, bolt:// or neo4j:// (also +s and +ssc)"),
        ("bolt://", "bolt:// names no host; expected such as bolt://localhost:7687"),
        ("bolt://host:seven", "host:… names no port from 0 to 65535; the usual one is 7687"),
    ],
)
def test_a_uri_of_another_kind_is_refused(place: str, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        Catalog(place)
    assert str(fault.value) == message
