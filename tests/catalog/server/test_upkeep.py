"""What fsck finds on a server that another client has changed, what repair mends, and catalogs of format 1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from stdcell.catalog import LABELS, Catalog, Circuit, Component, Event, Port, Relationship, Task
from stdcell.catalog.upkeep import collect_garbage, fsck, repair
from stdcell.errors import CatalogError

pytestmark = pytest.mark.neo4j

CIRCUITS = [
    Circuit(name=f"c{n}", blob="0" * 64, config={}, n_edges=1, n_components=1, n_parameters=n) for n in range(3)
]
PARTS = [Component(of=circuit.id, name="L0.H0", kind="head", details={"layer": 0}) for circuit in CIRCUITS]
PORTS = [Port(name="a", direction="in", position=0, type=f"int 0..{n}") for n in range(3)]
JOINS = [
    *(Relationship(one.id, "HAS_COMPONENT", part.id) for one, part in zip(CIRCUITS, PARTS, strict=True)),
    *(Relationship(one.id, "HAS_PORT", port.id) for one, port in zip(CIRCUITS, PORTS, strict=True)),
    Relationship(PARTS[0].id, "FEEDS", PARTS[1].id, {"reader": "q", "weight": 0.5}),
]


@pytest.fixture
def driver(neo4j_uri: str) -> Iterator[neo4j.Driver]:
    """A driver of the test server, with nothing in it."""
    with neo4j.GraphDatabase.driver(neo4j_uri) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
        yield driver


@pytest.fixture
def place(neo4j_uri: str, driver: neo4j.Driver, tmp_path: Path) -> str:
    """A catalog of three circuits on the server."""
    place = f"{neo4j_uri}?blobs={tmp_path / 'blobs'}"
    circuits = []
    with Catalog(place) as catalog:
        blob = catalog.blobs.put(b"weights")
        renamed = {one.id: Circuit(**{**one.model_dump(), "blob": blob}) for one in CIRCUITS}
        circuits = list(renamed.values())
        parts = [Component(of=one.id, name="L0.H0", kind="head", details={"layer": 0}) for one in circuits]
        joins = [Relationship(one.id, "HAS_COMPONENT", part.id) for one, part in zip(circuits, parts, strict=True)]
        joins += [Relationship(one.id, "HAS_PORT", port.id) for one, port in zip(circuits, PORTS, strict=True)]
        joins += [Relationship(parts[0].id, "FEEDS", parts[1].id, {"reader": "q", "weight": 0.5})]
        catalog.add([*circuits, *parts, *PORTS], joins, {"first": circuits[0].id})
        catalog.add(Task(name="t", description="a task"))
    return place


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("MATCH (c:Circuit {name: 'c1'}) SET c.n_edges = 99", "property"),
        ("MATCH (c:Circuit {name: 'c1'}) REMOVE c.name", "property"),
        ("MATCH (c:Circuit {name: 'c1'}) SET c.note = 'mine'", "property"),
        ("MATCH (c:Circuit {name: 'c1'}) SET c.manifest = replace(c.manifest, 'c1', 'c9')", "manifest"),
        ("MATCH (c:Circuit {name: 'c1'}) SET c:Formula REMOVE c:Circuit", "label"),
        ("MATCH (c:Circuit {name: 'c1'}) SET c:Marked", "label"),
        ("MATCH (p:Component) WITH p LIMIT 1 DETACH DELETE p", "event"),
        ("MATCH ()-[r:FEEDS]->() DELETE r", "event"),
        ("MATCH ()-[r:FEEDS]->() SET r.weight = 0.75", "event"),
        ("MATCH ()-[r:COMPATIBLE]->() DELETE r", "port type"),
        ("MATCH (e:Event {sequence: 1}) DETACH DELETE e", "event"),
        ("MATCH (a:Task), (b:Circuit {name: 'c0'}) CREATE (b)-[:IMPLEMENTS {event: 1}]->(a)", "event"),
        ("DROP CONSTRAINT stdcell_circuit_id", "constraint"),
        ("DROP INDEX stdcell_circuit_name", "constraint"),
    ],
)
def test_what_another_client_changed_is_named_and_mended(
    place: str, driver: neo4j.Driver, tmp_path: Path, statement: str, kind: str
) -> None:
    assert fsck(place) == []
    with Catalog(place) as catalog, Catalog(tmp_path / "copy") as copy:
        copy.blobs.put(b"weights")
        _copy(catalog, copy)
    driver.execute_query(statement)
    assert kind in {damage.kind for damage in fsck(place)}
    with Catalog(tmp_path / "copy") as copy:
        assert repair(place, other=copy) == []
    with Catalog(place) as catalog:
        assert catalog.query("MATCH (c:Circuit {name: 'c1', n_edges: 1})-[r]->() RETURN count(r) AS n") == [{"n": 2}]
        assert catalog.get("first").label == "Circuit"


def _copy(source: Catalog, target: Catalog) -> None:
    """All rows of one record in another, with their events, as a backup of the folder would be."""
    connection = target.record._connection  # type: ignore[attr-defined]
    connection.execute("BEGIN")
    connection.execute("DELETE FROM nodes")
    nodes = "INSERT INTO nodes (id, label, manifest, event) VALUES (?, ?, ?, ?)"
    connection.executemany(nodes, source.record.stored_nodes())
    number = "(SELECT number FROM nodes WHERE id = ?)"
    joined = f"INSERT INTO relationships VALUES ({number}, ?, {number}, ?, ?)"
    connection.executemany(joined, source.record.stored_relationships())
    connection.execute("COMMIT")


def test_foreign_nodes_are_told_and_left(place: str, driver: neo4j.Driver) -> None:
    driver.execute_query("CREATE (:Film {title: 'M'})-[:BY]->(:Person)")
    assert [damage.kind for damage in fsck(place)] == ["foreign"] * 3
    assert len(repair(place)) == 3


def test_properties_alone_mend_a_manifest(place: str, driver: neo4j.Driver) -> None:
    driver.execute_query("MATCH (c:Circuit {name: 'c1'}) SET c.manifest = 'gone'")
    assert repair(place) == []
    with Catalog(place) as catalog:
        assert catalog.events()[-1].what == "repaired"


def test_garbage_of_a_server_is_told(place: str) -> None:
    with Catalog(place) as catalog:
        assert collect_garbage(catalog) == []


@pytest.fixture
def older(neo4j_uri: str, driver: neo4j.Driver, tmp_path: Path) -> str:
    """A catalog as stdcell wrote it on a server when its format was 1."""
    at = "2024-01-01T00:00:00+00:00"
    events = [
        Event(sequence=0, at=at, what="created", who="ada", payload={"format": 1}),
        Event(sequence=1, at=at, what="added", who="ada", payload={"n_nodes": 9}),
    ]
    for node in [*events, *CIRCUITS, *PARTS, *PORTS]:
        row = {name: value for name, value in node.model_dump().items() if value is not None}
        texts = {
            name: json.dumps(value, separators=(",", ":")) for name, value in row.items() if isinstance(value, dict)
        }
        row = {**row, **texts, "id": node.id, "manifest": node.manifest}
        driver.execute_query(f"CREATE (n:{node.label}) SET n = $row", row=row)
    for one in JOINS:
        driver.execute_query(
            f"MATCH (a {{id: $a}}), (b {{id: $b}}) CREATE (a)-[r:{one.type}]->(b) SET r = $said",
            {"a": one.source, "b": one.target, "said": dict(one.properties)},
        )
    return f"{neo4j_uri}?blobs={tmp_path / 'blobs'}"


def test_an_older_catalog_is_brought_over_with_a_backup(older: str) -> None:
    with Catalog(older, create=False) as catalog:
        *_, last = catalog.events()
        backup = catalog.blobs.get(last.payload["backup"]).decode().splitlines()
        assert (last.what, last.payload["format"], len(backup)) == ("migrated", 1, 2 + 9 + len(JOINS))
        assert catalog.query("MATCH (:Port)-[:HAS_TYPE]->(t:PortType) RETURN count(t) AS n") == [{"n": 3}]
        assert len(catalog.neighbours(CIRCUITS[0].id, "HAS_PORT")) == 1
        catalog.add(Task(name="after", description="the migration"))
        assert collect_garbage(catalog) == []
    with Catalog(older, create=False) as catalog:
        assert [event.what for event in catalog.events()] == ["created", "added", "migrated", "added"]
    assert {damage.kind for damage in fsck(older)} == {"blob"}


def test_a_row_lost_from_before_the_migration_is_found(older: str, driver: neo4j.Driver) -> None:
    Catalog(older, create=False).close()
    driver.execute_query("MATCH ()-[r:FEEDS]->() DELETE r")
    assert {damage.place for damage in fsck(older) if damage.kind == "event"} == {"events 0 to 1"}


def test_a_backup_that_cannot_be_written_stops_the_migration(older: str, driver: neo4j.Driver, tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("in the way")
    with pytest.raises(CatalogError, match="cannot be written"):
        Catalog(older, create=False)
    records, _, _ = driver.execute_query("MATCH (n:PortType) RETURN n UNION MATCH (n {what: 'migrated'}) RETURN n")
    assert records == []


def test_every_label_is_declared_again_by_a_repair(place: str, driver: neo4j.Driver) -> None:
    for label in ("circuit", "port"):
        driver.execute_query(f"DROP CONSTRAINT stdcell_{label}_id")
    assert len(fsck(place)) == 2
    assert repair(place) == []
    assert len(LABELS) > 2
