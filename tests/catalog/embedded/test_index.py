"""The Cypher index: it may be deleted, damaged, stale or in use, and the answers stay right."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Task
from stdcell.errors import CatalogError

COUNT = "MATCH (t:Task) RETURN count(*) AS n"
INDEX_FILE = Path("index", "graph.lbug")


def task(name: str) -> Task:
    return Task(name=name, description="a task")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed catalog of two tasks whose index was used."""
    folder = tmp_path / "catalog"
    with Catalog(folder) as catalog:
        catalog.add([task("a"), task("b")])
        catalog.query(COUNT)
    return folder


@pytest.fixture
def index_of_another(tmp_path: Path) -> Path:
    """A sound index file of a catalog of three tasks and as many events."""
    with Catalog(tmp_path / "another") as catalog:
        catalog.add([task("x"), task("y"), task("z")])
        catalog.query(COUNT)
    return tmp_path / "another" / INDEX_FILE


def test_a_sealed_index_is_trusted_and_not_built_again(folder: Path, index_of_another: Path) -> None:
    shutil.copytree(index_of_another.parent, folder / "index", dirs_exist_ok=True)
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 3}]


def test_a_deleted_index_is_built_again(folder: Path) -> None:
    shutil.rmtree(folder / "index")
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]


def test_a_damaged_index_is_built_again(folder: Path) -> None:
    content = bytearray((folder / INDEX_FILE).read_bytes())
    content[4096:-4096:7] = b"x" * len(content[4096:-4096:7])
    (folder / INDEX_FILE).write_bytes(content)
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]


def test_an_index_that_is_not_the_sealed_one_is_not_trusted(folder: Path, index_of_another: Path) -> None:
    shutil.copy(index_of_another, folder / INDEX_FILE)
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]


@pytest.mark.parametrize(
    "seal", ["", "{}", "null", '{"event": 1, "layout": "another version", "sha256": "SHA256"}'], ids=range(4)
)
def test_an_index_without_a_fitting_seal_is_not_trusted(folder: Path, index_of_another: Path, seal: str) -> None:
    digest = json.loads((index_of_another.parent / "seal.json").read_text())["sha256"]
    shutil.copy(index_of_another, folder / INDEX_FILE)
    (folder / "index" / "seal.json").write_text(seal.replace("SHA256", digest))
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]


def test_an_index_behind_the_record_catches_up(folder: Path) -> None:
    with Catalog(folder) as catalog:
        catalog.add(task("c"))
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 3}]
        catalog.add(task("d"))
        assert catalog.query(COUNT) == [{"n": 4}]


def test_two_openings_see_each_others_writes(folder: Path) -> None:
    with Catalog(folder) as first, Catalog(folder) as second:
        assert (first.query(COUNT), second.query(COUNT)) == ([{"n": 2}], [{"n": 2}])
        first.add(task("c"))
        second.add(task("d"))
        assert (first.query(COUNT), second.query(COUNT)) == ([{"n": 4}], [{"n": 4}])


def test_an_opening_beside_another_leaves_the_file_to_it(folder: Path) -> None:
    with Catalog(folder) as first:
        first.query(COUNT)
        with Catalog(folder) as second:
            second.add(task("c"))
            second.query(COUNT)
        first.query(COUNT)
    with Catalog(folder) as third:
        assert third.query(COUNT) == [{"n": 3}]


def test_an_index_folder_that_cannot_be_made_does_not_stop_queries(folder: Path) -> None:
    shutil.rmtree(folder / "index")
    (folder / "index").write_text("in the way")
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]


def test_an_unknown_property_is_told_with_the_nearest(folder: Path) -> None:
    with Catalog(folder) as catalog, pytest.raises(CatalogError) as fault:
        catalog.query("MATCH (t:Task) RETURN t.nmae")
    assert str(fault.value) == (
        "the query cannot be run: Binder exception: Cannot find property nmae for t; did you mean 'name'?"
    )
