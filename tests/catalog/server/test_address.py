"""The address of a server: its parts, and what is never printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from stdcell.catalog import Catalog
from stdcell.catalog.server.address import ServerAddress, is_server_uri
from stdcell.errors import CatalogError


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEO4J_USERNAME", raising=False)
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    monkeypatch.delenv("STDCELL_BLOBS", raising=False)


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("bolt://host:7687", ServerAddress("bolt://host:7687", None, None, Path("catalog-blobs"))),
        ("neo4j+s://me:p%40ss@host", ServerAddress("neo4j+s://host", "me", "p@ss", Path("catalog-blobs"))),
        ("bolt+ssc://host?blobs=/srv/b%20c", ServerAddress("bolt+ssc://host", None, None, Path("/srv/b c"))),
        ("neo4j://host?blobs=b&policy=eu", ServerAddress("neo4j://host?policy=eu", None, None, Path("b"))),
    ],
)
def test_a_uri_is_taken_apart(uri: str, address: ServerAddress) -> None:
    assert ServerAddress.of(uri) == address


def test_the_environment_fills_what_the_uri_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_USERNAME", "me")
    monkeypatch.setenv("NEO4J_PASSWORD", "secret")
    monkeypatch.setenv("STDCELL_BLOBS", "/srv/blobs")
    assert ServerAddress.of("bolt://host") == ServerAddress("bolt://host", "me", "secret", Path("/srv/blobs"))


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
    ],
)
def test_a_uri_of_another_kind_is_refused(place: str, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        Catalog(place)
    assert str(fault.value) == message
