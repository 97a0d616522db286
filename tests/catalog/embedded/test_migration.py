"""Records of format 1, brought to the present format with a backup, or left as they are."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Literal

import pytest

from stdcell.catalog import Alias, Catalog, Circuit, Component, Event, Node, Port, Relationship, Task
from stdcell.catalog.upkeep import fsck, repair
from stdcell.errors import CatalogError

# As format 1 declared them.
TABLES = (
    """CREATE TABLE nodes (
        id TEXT PRIMARY KEY, label TEXT NOT NULL, manifest TEXT NOT NULL, event INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX nodes_by_event ON nodes (event)",
    """CREATE TABLE relationships (
        source TEXT NOT NULL REFERENCES nodes (id), type TEXT NOT NULL, target TEXT NOT NULL REFERENCES nodes (id),
        properties TEXT NOT NULL, event INTEGER NOT NULL,
        PRIMARY KEY (source, type, target, properties)) WITHOUT ROWID""",
    "CREATE INDEX relationships_by_target ON relationships (target, type)",
    "CREATE INDEX relationships_by_event ON relationships (event)",
    """CREATE TABLE aliases (
        name TEXT NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL REFERENCES nodes (id),
        PRIMARY KEY (name, version)) WITHOUT ROWID""",
)


def event(number: int, what: Literal["created", "added"] = "added") -> Event:
    payload = {"format": 1} if number == 0 else {"n_nodes": 1}
    return Event(sequence=number, at="2024-01-01T00:00:00+00:00", what=what, who="ada", payload=payload)


def batches(n_circuits: int) -> Iterator[tuple[list[Node], list[Relationship]]]:
    yield [event(0, "created")], []
    for number in range(1, n_circuits + 1):
        circuit = Circuit(name=f"c{number}", blob="0" * 64, config={}, n_edges=1, n_components=1, n_parameters=1)
        part = Component(of=circuit.id, name="L0.H0", kind="head")
        port = Port(name="a", direction="in", position=0, type=f"int 0..{number % 4}")
        alias = Alias(name="newest", version=number, of=circuit.id)
        joins = [
            Relationship(circuit.id, "HAS_PORT", port.id),
            Relationship(circuit.id, "HAS_COMPONENT", part.id),
            Relationship(part.id, "FEEDS", part.id, {"reader": "q"}),
            Relationship(alias.id, "POINTS_TO", circuit.id),
        ]
        yield [circuit, part, port, alias, event(number)], joins


def write_format_1(folder: Path, n_circuits: int = 7) -> None:
    """A catalog as stdcell wrote it when its format was 1; every event but the first brings a circuit."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection, connection:
        for table in TABLES:
            connection.execute(table)
        for number, (nodes, relationships) in enumerate(batches(n_circuits)):
            rows = [(node.id, node.label, node.manifest, number) for node in nodes]
            connection.executemany("INSERT OR IGNORE INTO nodes VALUES (?, ?, ?, ?)", rows)
            joined = [(one.source, one.type, one.target, one.properties_json(), number) for one in relationships]
            connection.executemany("INSERT INTO relationships VALUES (?, ?, ?, ?, ?)", joined)
            aliases = [(node.name, node.version, node.id) for node in nodes if isinstance(node, Alias)]
            connection.executemany("INSERT INTO aliases VALUES (?, ?, ?)", aliases)
        connection.execute("PRAGMA user_version = 1")
        connection.execute(f"PRAGMA application_id = {0x57DCE110}")
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def forked(work: Callable[[], object]) -> int:
    """A process that does it, and then ends with 0."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def format_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def n_nodes(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM nodes").fetchone()[0])


@pytest.fixture
def older(tmp_path: Path) -> Path:
    write_format_1(tmp_path / "older")
    blobs = tmp_path / "older" / "blobs"
    blobs.mkdir()
    return tmp_path / "older"


def without_blobs(folder: Path) -> list[str]:
    return [damage.kind for damage in fsck(folder) if damage.kind != "blob"]


def test_an_older_record_is_brought_over_whole(older: Path) -> None:
    n_before = n_nodes(older / "record.sqlite")
    with Catalog(older, create=False) as catalog:
        assert [alias.version for alias in catalog.record.versions("newest")] == list(range(1, 8))
        assert catalog.get("newest@3").model_dump()["name"] == "c3"
        assert [one.what for one in catalog.events()] == ["created", *["added"] * 7, "migrated"]
        assert catalog.events()[-1].previous == event(7).id
        assert catalog.query("MATCH (:Circuit)-[r:HAS_COMPONENT]->(:Component) RETURN count(r) AS n") == [{"n": 7}]
        assert catalog.query("MATCH (:Port)-[:HAS_TYPE]->(t:PortType) RETURN count(t) AS n") == [{"n": 4}]
        (row,) = catalog.query("MATCH (c:Circuit {name: 'c5'}) RETURN c.event AS n")
        assert row == {"n": 5}
        catalog.add(Task(name="after", description="the migration"))
    assert without_blobs(older) == []
    backup = older / "record.format-1.sqlite"
    assert (format_of(backup), n_nodes(backup)) == (1, n_before)
    assert format_of(older / "record.sqlite") == 2


def test_fsck_says_that_an_older_record_is_to_be_opened_first(older: Path) -> None:
    with pytest.raises(CatalogError, match="which brings it to format 2 and keeps a backup"):
        fsck(older)


def test_a_row_lost_from_before_the_migration_is_found_and_mended(older: Path) -> None:
    with Catalog(older, create=False) as catalog:
        catalog.query("MATCH (n) RETURN count(n)")
    with closing(sqlite3.connect(older / "record.sqlite")) as connection, connection:
        connection.execute("DELETE FROM relationships WHERE type = 'FEEDS' AND event = 3")
    assert without_blobs(older) == ["event"]
    repair(older)
    assert without_blobs(older) == []


def test_another_process_that_has_it_open_goes_on(older: Path) -> None:
    with closing(sqlite3.connect(older / "record.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        n_before = reader.execute("SELECT count(*) FROM relationships").fetchone()
        with Catalog(older, create=False) as catalog:
            catalog.add(Task(name="meanwhile", description="written while another one reads"))
        assert reader.execute("SELECT count(*) FROM relationships").fetchone() == n_before
        reader.execute("COMMIT")
    assert without_blobs(older) == []


def test_eight_processes_that_open_it_at_once_migrate_it_once(older: Path) -> None:
    children = [forked(lambda: Catalog(older, create=False).close()) for _ in range(8)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    with Catalog(older, create=False) as catalog:
        assert [one.what for one in catalog.events()].count("migrated") == 1
    assert without_blobs(older) == []


def test_a_migration_killed_half_way_leaves_the_older_record_or_the_present_one(tmp_path: Path) -> None:
    n_older = 0
    write_format_1(tmp_path / "large", 1500)
    content = (tmp_path / "large" / "record.sqlite").read_bytes()
    for number in range(8):
        folder = tmp_path / f"copy-{number}"
        folder.mkdir()
        (folder / "record.sqlite").write_bytes(content)
        child = forked(partial(Catalog, folder, create=False))
        time.sleep(0.03 * number)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        n_older += format_of(folder / "record.sqlite") == 1
        with Catalog(folder, create=False) as catalog:
            assert len(catalog.events()) == 1502
        assert without_blobs(folder) in ([], ["leftover"])
    assert n_older > 0


def test_a_backup_that_cannot_be_written_stops_the_migration(older: Path) -> None:
    (older / "record.format-1.sqlite").mkdir()
    (older / "record.format-1.sqlite" / "in the way").touch()
    with pytest.raises(CatalogError, match=r"no backup of .* can be written beside it: .*; it stays of format 1"):
        Catalog(older, create=False)
    assert format_of(older / "record.sqlite") == 1


def test_an_older_record_that_cannot_be_written_asks_for_a_copy(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(older / "record.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)  # root may write whatever a folder says
    with pytest.raises(CatalogError, match="has the older format 1; open it once with another command where it can be"):
        Catalog(older, create=False)


def test_a_damaged_manifest_is_kept_as_it_is_and_told(older: Path) -> None:
    with closing(sqlite3.connect(older / "record.sqlite")) as connection, connection:
        connection.execute("UPDATE nodes SET manifest = replace(manifest, 'c4', 'c9') WHERE label = 'Circuit'")
    with Catalog(older, create=False) as catalog:
        assert catalog.get("newest@3").model_dump()["name"] == "c3"
    assert without_blobs(older) == ["manifest"]


def test_a_damaged_port_is_joined_to_its_type_once_it_is_mended(older: Path, tmp_path: Path) -> None:
    write_format_1(tmp_path / "copy")
    with closing(sqlite3.connect(older / "record.sqlite")) as connection, connection:
        connection.execute("UPDATE nodes SET manifest = replace(manifest, '0..2', '0..5') WHERE label = 'Port'")
    Catalog(older, create=False).close()
    assert without_blobs(older) == ["manifest"]
    with Catalog(tmp_path / "copy") as copy:
        repair(older, other=copy)
    assert without_blobs(older) == []


def test_a_damaged_last_event_stops_the_migration(older: Path) -> None:
    with closing(sqlite3.connect(older / "record.sqlite")) as connection, connection:
        connection.execute("UPDATE nodes SET manifest = replace(manifest, 'ada', 'bob') WHERE label = 'Event'")
    with pytest.raises(CatalogError, match="is damaged: its digest differs"):
        Catalog(older, create=False)
    assert format_of(older / "record.sqlite") == 1


def test_a_header_that_only_says_an_older_format_is_not_believed(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog") as catalog:
        catalog.add(Task(name="a", description="b"), aliases={"a": Task(name="a", description="b").id})
    with closing(sqlite3.connect(tmp_path / "catalog" / "record.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(CatalogError, match="says format 1, its tables are of another; `stdcell catalog fsck --repair`"):
        Catalog(tmp_path / "catalog")
    assert repair(tmp_path / "catalog") == []
    with Catalog(tmp_path / "catalog") as catalog:
        assert json.loads(catalog.get("a").manifest)["properties"]["name"] == "a"
