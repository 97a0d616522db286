"""The record of an embedded catalog: what it refuses to open, and what it refuses to read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Task
from stdcell.errors import CatalogError

TASK = Task(name="a", description="b")


def change_record(folder: Path, sql: str) -> None:
    connection = sqlite3.connect(folder / "record.sqlite")
    with connection:
        connection.execute(sql)
    connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed catalog of one task."""
    with Catalog(tmp_path / "catalog") as catalog:
        catalog.add(TASK, aliases={"task": TASK.id})
    return tmp_path / "catalog"


def test_a_damaged_manifest_is_reported_with_its_id(folder: Path) -> None:
    change_record(folder, f"UPDATE nodes SET manifest = replace(manifest, 'b', 'c') WHERE id = '{TASK.id}'")
    with Catalog(folder) as catalog, pytest.raises(CatalogError) as fault:
        catalog.get("task")
    assert str(fault.value) == (
        f"the stored manifest of node {TASK.id} is damaged: its digest differs; `stdcell catalog fsck --repair` "
        "mends what another copy still holds"
    )


def test_an_index_is_not_built_from_a_damaged_manifest(folder: Path) -> None:
    change_record(folder, f"UPDATE nodes SET manifest = replace(manifest, 'b', 'c') WHERE id = '{TASK.id}'")
    with Catalog(folder) as catalog, pytest.raises(CatalogError, match=f"manifest of node {TASK.id} is damaged"):
        catalog.query("MATCH (t:Task) RETURN t")


def test_an_event_that_is_no_number_is_told(folder: Path) -> None:
    change_record(folder, f"UPDATE nodes SET event = 'x' WHERE id = '{TASK.id}'")
    with (
        Catalog(folder) as catalog,
        pytest.raises(CatalogError, match="is damaged: the event of a node is 'x'; `stdcell"),
    ):
        catalog.query("MATCH (t:Task) RETURN t.name")


def test_a_newer_format_asks_for_an_upgrade(folder: Path) -> None:
    change_record(folder, "PRAGMA user_version = 3")
    with pytest.raises(CatalogError) as fault:
        Catalog(folder)
    assert str(fault.value) == f"the catalog at {folder} has format 3, this stdcell reads 2; upgrade stdcell"


def test_a_record_of_another_program_is_refused(folder: Path) -> None:
    change_record(folder, "PRAGMA application_id = 7")
    with pytest.raises(CatalogError, match=r"record\.sqlite is not a record of stdcell; choose another folder"):
        Catalog(folder)


def test_a_record_that_is_no_database_is_refused(folder: Path) -> None:
    (folder / "record.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(
        CatalogError, match="is damaged: file is not a database; `stdcell catalog fsck` names what is lost"
    ):
        Catalog(folder)


def test_a_record_whose_making_was_interrupted_is_made(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").touch()
    with Catalog(tmp_path) as catalog:
        assert len(catalog.events()) == 1
