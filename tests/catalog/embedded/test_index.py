"""The Cypher index: it may be deleted, damaged, stale or in use, and the answers stay right."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Task
from stdcell.catalog.embedded.generations import digest_of_file
from stdcell.errors import CatalogError

COUNT = "MATCH (t:Task) RETURN count(*) AS n"


def task(name: str) -> Task:
    return Task(name=name, description="a task")


def files(folder: Path) -> list[Path]:
    return sorted((folder / "index").iterdir())


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
    (file,) = files(tmp_path / "another")
    return file


def test_a_published_index_is_trusted_and_not_built_again(folder: Path, index_of_another: Path) -> None:
    (own,) = files(folder)
    own.unlink()
    shutil.copy(index_of_another, folder / "index")
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 3}]


def test_a_deleted_index_is_built_again(folder: Path) -> None:
    shutil.rmtree(folder / "index")
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]


def test_an_index_with_one_flipped_bit_is_deleted_and_built_again(folder: Path) -> None:
    (own,) = files(folder)
    content = bytearray(own.read_bytes())
    content[len(content) // 2] ^= 1
    own.write_bytes(content)
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]
    (built,) = files(folder)
    assert digest_of_file(built) in built.name


def test_an_index_under_the_name_of_another_is_not_trusted(folder: Path, index_of_another: Path) -> None:
    (own,) = files(folder)
    shutil.copy(index_of_another, own)
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]


def test_an_index_of_another_layout_is_replaced(folder: Path) -> None:
    (own,) = files(folder)
    layout = own.name.split(".")[1]
    own.rename(own.with_name(own.name.replace(layout, "0" * 16)))
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]
    (built,) = files(folder)
    assert built.name.split(".")[1] == layout


def test_an_index_is_thrown_away_and_made_anew_on_demand(folder: Path) -> None:
    (own,) = files(folder)
    own.write_bytes(b"not a database")
    with Catalog(folder) as catalog:
        catalog.reindex()
    (built,) = files(folder)
    assert len(built.read_bytes()) > 1000


def test_what_a_killed_opening_left_behind_is_swept(folder: Path) -> None:
    dead = folder / "index" / "private-of-the-dead"
    dead.mkdir()
    (dead / "owner.lock").touch()
    os.utime(dead, (0, 0))
    with Catalog(folder) as catalog:
        catalog.add(task("c"))
        catalog.query(COUNT)
    assert [path.suffix for path in files(folder)] == [".lbug"]


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


def test_the_index_of_whoever_closes_last_is_kept(folder: Path) -> None:
    with Catalog(folder) as first:
        first.query(COUNT)
        with Catalog(folder) as second:
            second.add(task("c"))
            second.query(COUNT)
        first.query(COUNT)
    (kept,) = files(folder)
    assert kept.name.split(".")[2] == "2"


def test_an_index_folder_that_cannot_be_made_does_not_stop_queries(folder: Path) -> None:
    shutil.rmtree(folder / "index")
    (folder / "index").write_text("in the way")
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 2}]


def test_an_unknown_property_is_told_with_the_nearest(folder: Path) -> None:
    with Catalog(folder) as catalog, pytest.raises(CatalogError) as fault:
        catalog.query("MATCH (t:Task) RETURN t.nmae", dialect="native")
    assert str(fault.value) == (
        "the query cannot be run: Binder exception: Cannot find property nmae for t; did you mean 'name'?"
    )


def test_a_query_that_would_take_longer_than_allowed_is_stopped(folder: Path) -> None:
    with Catalog(folder) as catalog, pytest.raises(CatalogError, match=r"it took longer than 0\.05 s; ask for less"):
        catalog.query("UNWIND range(1, 30000) AS a UNWIND range(1, 30000) AS b RETURN max(a * b) AS m", timeout_s=0.05)


def test_values_that_a_file_of_rows_could_mangle_are_loaded_as_they_are(tmp_path: Path) -> None:
    texts = ["", '"', "a,b", "line\nbreak", "\r\n", "\\N", "NULL", "\x00\x01", "\u2028é", " 'q' ", "{", "\\'"]
    tasks = [Task(name=f"{text}{number}", description=text) for number in range(200) for text in texts]
    with Catalog(tmp_path / "catalog") as catalog:
        catalog.add(tasks)
        found = catalog.query("MATCH (t:Task) RETURN t.name AS name, t.description AS description")
    assert sorted((row["name"], row["description"]) for row in found) == sorted((t.name, t.description) for t in tasks)


def test_readers_and_writers_of_many_threads_and_openings_never_miss_a_file(folder: Path) -> None:
    def work(number: int) -> int:
        for step in range(6):
            with Catalog(folder) as catalog:
                catalog.add(task(f"{number}-{step}"))
                found = catalog.query("MATCH (t:Task) WHERE t.name = $name RETURN t.name", name=f"{number}-{step}")
                assert found == [{"t.name": f"{number}-{step}"}]
        return number

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(work, range(6))) == list(range(6))
    with Catalog(folder) as catalog:
        assert catalog.query(COUNT) == [{"n": 38}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "UPDATE nodes SET label = 'Task {id: 1}) DETACH DELETE (n' WHERE label = 'Task'",
            "its manifest says 'Task'; `stdcell catalog fsck --repair` sets it right",
        ),
        (
            "INSERT INTO relationships SELECT number, 'X]->() DELETE (a', number, '{}', 1 "
            "FROM nodes WHERE label = 'Task'",
            "joins 'Task' and 'Task', which the schema does not know",
        ),
    ],
)
def test_what_a_damaged_record_calls_a_label_or_a_type_is_in_no_statement(
    folder: Path, change: str, message: str
) -> None:
    shutil.rmtree(folder / "index")
    with sqlite3.connect(folder / "record.sqlite") as record:
        record.execute(change)
    with Catalog(folder) as catalog, pytest.raises(CatalogError, match=message):
        catalog.query(COUNT)


def test_a_catalog_that_nobody_closed_publishes_its_index_at_the_end_of_the_process(tmp_path: Path) -> None:
    script = f"""from stdcell.catalog import Catalog, Task
catalog = Catalog({str(tmp_path / "catalog")!r})
catalog.add(Task(name="a", description="b"))
print(catalog.query({COUNT!r}))"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[{'n': 1}]\n", "")
    assert [path.suffix for path in files(tmp_path / "catalog")] == [".lbug"]
