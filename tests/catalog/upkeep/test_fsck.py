"""What fsck finds in an embedded catalog, what it calls it, and what repair makes of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Task
from stdcell.catalog.upkeep import Damage, fsck, repair
from stdcell.errors import CatalogError

COUNT = "MATCH (n) RETURN count(n) AS n"
Change = Callable[..., None]


def kinds(damages: list[Damage]) -> set[str]:
    return {damage.kind for damage in damages}


def stored(folder: Path) -> list[tuple[str, str]]:
    """Ids and manifests without the events of repairs."""
    with Catalog(folder, create=False) as catalog:
        nodes = list(catalog.record.stored_nodes())
    return sorted((node.id, node.manifest) for node in nodes if '"what":"repaired"' not in node.manifest)


def test_a_sound_catalog_has_no_damage(folder: Path) -> None:
    assert fsck(folder) == []


def test_a_catalog_in_use_is_sound(folder: Path) -> None:
    with Catalog(folder) as catalog:
        catalog.add(Task(name="new", description="written now"))
        catalog.query(COUNT)
        assert fsck(folder) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE nodes SET manifest = replace(manifest, 'cut-3', 'cut-9') WHERE label = 'Circuit'", "manifest"),
        ("UPDATE nodes SET label = 'Task' WHERE label = 'Circuit' AND event = 2", "label"),
        ("UPDATE nodes SET id = replace(id, 'a', 'b') WHERE label = 'Circuit' AND event = 2", "manifest"),
        ("DELETE FROM nodes WHERE label = 'Component' AND event = 2", "relationship"),
        ("DELETE FROM nodes WHERE label = 'Event' AND event = 3", "event"),
        ("DELETE FROM nodes WHERE event = 3", "event"),
        ("UPDATE nodes SET event = 4 WHERE label = 'Circuit' AND event = 5", "event"),
        ("DELETE FROM relationships WHERE type = 'FEEDS' AND event = 2", "event"),
        ("UPDATE relationships SET properties = replace(properties, '0.5', '0.6') WHERE event = 4", "event"),
        ("UPDATE relationships SET type = 'OWNS' WHERE type = 'FEEDS' AND event = 2", "relationship"),
        ("UPDATE relationships SET type = 'READS' WHERE type = 'FEEDS' AND event = 2", "relationship"),
        ("UPDATE relationships SET source = 900 WHERE type = 'FEEDS' AND event = 2", "relationship"),
        ("DELETE FROM relationships WHERE type = 'HAS_TYPE'", "port type"),
        ("DELETE FROM relationships WHERE type = 'COMPATIBLE'", "port type"),
        ("DELETE FROM aliases WHERE version = 2", "alias"),
        ("UPDATE aliases SET number = number - 1 WHERE version = 3", "alias"),
        ("INSERT INTO aliases VALUES ('adder', 99, 1)", "alias"),
        ("INSERT INTO nodes VALUES (900, 'abc', 'Task', '{}', 2)", "manifest"),
        ("UPDATE nodes SET event = NULL WHERE 0", ""),
        ("DROP INDEX nodes_by_event", "record"),
        ("PRAGMA user_version = 1", "record"),
        ("PRAGMA application_id = 7", "record"),
    ],
)
def test_what_was_altered_is_named_and_mended_from_the_index(
    folder: Path, change_record: Change, statement: str, expected: str
) -> None:
    before = stored(folder)
    change_record(folder, statement)
    assert kinds(fsck(folder)) >= ({expected} if expected else set())
    assert repair(folder) == []
    assert fsck(folder) == []
    assert stored(folder) == before
    with Catalog(folder) as catalog:
        assert catalog.get("adder@3").model_dump()["name"] == "cut-2"
        assert catalog.query("MATCH (:Circuit)-[r:FEEDS|HAS_PORT]->() RETURN count(r) AS n") == [{"n": 6}]


def test_a_repair_is_an_event_and_keeps_the_record_as_it_was(folder: Path, change_record: Change) -> None:
    change_record(folder, "DELETE FROM nodes WHERE label = 'Circuit' AND event = 2")
    repair(folder)
    with Catalog(folder) as catalog:
        last = catalog.events()[-1]
    assert (last.what, last.payload["n_restored"]) == ("repaired", 1)
    (backup,) = folder.glob("record.before-repair-*.sqlite")
    kept = sqlite3.connect(backup)
    assert kept.execute("SELECT count(*) FROM nodes WHERE label = 'Circuit'").fetchone() == (5,)
    kept.close()


def test_without_an_index_another_copy_mends(folder: Path, change_record: Change, tmp_path: Path) -> None:
    before = stored(folder)
    shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(folder / "index")
    change_record(folder, "DELETE FROM nodes WHERE event = 3")
    assert "event" in kinds(repair(folder))
    with Catalog(tmp_path / "copy") as copy:
        assert repair(folder, other=copy) == []
    assert stored(folder) == before


def test_what_no_copy_holds_is_left_and_told_again(folder: Path, change_record: Change) -> None:
    shutil.rmtree(folder / "index")
    change_record(folder, "UPDATE nodes SET manifest = replace(manifest, 'sums', 'ways') WHERE label = 'Task'")
    (left,) = repair(folder)
    assert (left.kind, left.found) == ("manifest", "the manifest of this Task does not hash to its id")
    with Catalog(folder) as catalog:
        assert catalog.get("adder").label == "Circuit"


def test_a_damaged_manifest_in_another_catalog_is_not_taken(
    folder: Path, change_record: Change, tmp_path: Path
) -> None:
    shutil.rmtree(folder / "index")
    change_record(folder, "UPDATE nodes SET manifest = replace(manifest, 'sums', 'ways') WHERE label = 'Task'")
    shutil.copytree(folder, tmp_path / "copy")
    with Catalog(tmp_path / "copy") as copy:
        assert kinds(repair(folder, other=copy)) == {"manifest"}


def test_an_older_record_that_was_put_back_is_told(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "record.sqlite", tmp_path / "older")
    with Catalog(folder) as catalog:
        catalog.add(Task(name="newer", description="lost"))
        catalog.query(COUNT)
    shutil.copy(tmp_path / "older", folder / "record.sqlite")
    (damage,) = fsck(folder)
    assert damage.found == "the record ends here, the index knows events up to 8; an older record was put back"
    assert repair(folder) == []
    with Catalog(folder) as catalog:
        assert catalog.query("MATCH (t:Task {name: 'newer'}) RETURN count(*) AS n") == [{"n": 1}]


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_record_that_sqlite_cannot_open_is_made_anew_from_the_index(folder: Path, content: bytes) -> None:
    before = stored(folder)
    (folder / "record.sqlite").write_bytes(content)
    assert "record" in kinds(fsck(folder))
    assert repair(folder) == []
    assert stored(folder) == before


def test_a_record_with_torn_pages_says_how_much_can_be_read(folder: Path) -> None:
    before = stored(folder)
    content = bytearray((folder / "record.sqlite").read_bytes())
    for page in (2, 5, 8, 11):
        content[4096 * page : 4096 * page + 4096] = os.urandom(4096)
    (folder / "record.sqlite").write_bytes(content)
    damages = fsck(folder)
    assert kinds(damages) >= {"record"}
    assert any("relationships can be read" in damage.found for damage in damages)
    assert repair(folder) == []
    assert stored(folder) == before


def test_a_torn_record_without_any_copy_keeps_what_can_be_read(folder: Path) -> None:
    before = dict(stored(folder))
    shutil.rmtree(folder / "index")
    content = bytearray((folder / "record.sqlite").read_bytes())
    content[4096 * 5 : 4096 * 6] = bytes(4096)
    (folder / "record.sqlite").write_bytes(content)
    left = repair(folder)
    assert kinds(left) <= {"event", "relationship", "alias", "port type", "manifest"}
    after = dict(stored(folder))
    assert after.items() <= before.items()
    assert len(after) > len(before) // 2


def test_a_missing_blob_is_named_and_taken_from_another_catalog(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    blobs = sorted((folder / "blobs").glob("sha256/*/*"))
    blobs[0].unlink()
    blobs[1].write_bytes(b"other bytes")
    assert {(damage.kind, damage.place) for damage in fsck(folder)} == {("blob", path.name) for path in blobs[:2]}
    assert len(repair(folder)) == 2
    with Catalog(tmp_path / "copy") as copy:
        assert repair(folder, other=copy) == []
    assert (folder / "blobs" / "damaged" / blobs[1].name).read_bytes() == b"other bytes"


def test_a_damaged_index_is_told_and_thrown_away(folder: Path) -> None:
    (file,) = (folder / "index").iterdir()
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 8
    file.write_bytes(content)
    assert kinds(fsck(folder)) == {"index"}
    assert repair(folder) == []


def test_what_killed_processes_left_is_harmless_and_swept_when_it_is_old(folder: Path) -> None:
    place = next((folder / "blobs" / "sha256").iterdir())
    (place / ".writing-young").write_text("half")
    (place / ".writing-old").write_text("half")
    private = folder / "index" / "private-0"
    private.mkdir()
    for old in (place / ".writing-old", private):
        os.utime(old, (0, 0))
    damages = fsck(folder)
    assert [damage.is_harmless for damage in damages] == [True] * 3
    assert [damage.place for damage in repair(folder)] == [str(place / ".writing-young")]


def test_a_repair_waits_for_nobody_who_has_the_catalog_open(folder: Path, change_record: Change) -> None:
    change_record(folder, "DELETE FROM aliases WHERE version = 2")
    with Catalog(folder) as catalog:
        catalog.names()
        with pytest.raises(CatalogError, match="is open in another process; a repair needs it alone"):
            repair(folder)
    assert repair(folder) == []


def test_a_newer_format_is_refused(folder: Path, change_record: Change) -> None:
    change_record(
        folder,
        "PRAGMA user_version = 3",
        "UPDATE nodes SET manifest = replace(manifest, '\"format\":2', '\"format\":3') WHERE event = 0",
    )
    with pytest.raises(CatalogError, match="has format 3, this stdcell reads 2; upgrade stdcell"):
        fsck(folder)


def test_a_folder_without_a_record_is_no_catalog(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"there is no record\.sqlite in it, a backup brings it back"):
        fsck(tmp_path)
