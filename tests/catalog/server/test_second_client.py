"""What we wrote, read by a client that knows nothing of stdcell: the plain driver, with queries as people type them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j
import pytest

from stdcell.catalog import Catalog, Circuit, Component, Dataset, Port, Relationship, Task
from stdcell.errors import CatalogError

pytestmark = pytest.mark.neo4j
BLOB = b"weights"


@pytest.fixture(scope="module")
def driver(neo4j_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[neo4j.Driver]:
    """A plain driver of a server that holds a small catalog."""
    with neo4j.GraphDatabase.driver(neo4j_uri) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
        with Catalog(f"{neo4j_uri}?blobs={tmp_path_factory.mktemp('blobs')}") as catalog:
            write(catalog)
        yield driver


def write(catalog: Catalog) -> None:
    circuit = Circuit(
        name="adder", blob=catalog.blobs.put(BLOB), config={"heads": 4}, n_edges=1, n_components=2, n_parameters=64
    )
    embed, head = (
        Component(of=circuit.id, name=name, kind=kind) for name, kind in (("embed", "embedding"), ("L0.H0", "head"))
    )
    small = Port(name="result", direction="out", position=0, type="int 0..6")
    wide = Port(name="a", direction="in", position=0, type="int 0..36")
    task = Task(name="add", description="sum of two digits", parameters={"modulus": 7})
    data = Dataset(name="pairs", n_samples=49, n_train=30, seed=1, digest="0" * 64)
    joins = [
        Relationship(circuit.id, "HAS_COMPONENT", embed.id),
        Relationship(circuit.id, "HAS_COMPONENT", head.id),
        Relationship(embed.id, "FEEDS", head.id, {"reader": "q", "weight": 0.5}),
        Relationship(circuit.id, "HAS_PORT", small.id),
        Relationship(circuit.id, "HAS_PORT", wide.id),
        Relationship(circuit.id, "IMPLEMENTS", task.id),
        Relationship(data.id, "INSTANCE_OF", task.id),
    ]
    catalog.add([circuit, embed, head, small, wide, task, data], joins, {"adder": circuit.id})


@pytest.mark.parametrize(
    ("cypher", "rows"),
    [
        ("MATCH (c:Circuit) RETURN c.name, c.n_edges, c.config", [["adder", 1, '{"heads":4}']]),
        ("MATCH (:Component)-[f:FEEDS]->(h) RETURN h.name, f.reader, f.weight", [["L0.H0", "q", 0.5]]),
        ("MATCH (a:Alias {name: 'adder'})-[:POINTS_TO]->(c) RETURN labels(c), a.version", [[["Circuit"], 1]]),
        ("MATCH (e:Event) RETURN e.sequence, e.what ORDER BY e.sequence", [[0, "created"], [1, "added"]]),
        ("MATCH (t:Task)<--(n) RETURN DISTINCT labels(n)[0] AS label ORDER BY label", [["Circuit"], ["Dataset"]]),
        ("MATCH (n) WHERE n.id IS NULL OR n.event IS NULL RETURN count(n)", [[0]]),
        ("MATCH ()-[r]->() WHERE r.event IS NULL RETURN count(r)", [[0]]),
        (
            "MATCH (i:Port {name: 'a'})-[:HAS_TYPE]->(w)<-[:COMPATIBLE]-(t)<-[:HAS_TYPE]-(o:Port {direction: 'out'}) "
            "RETURN o.name, t.key, w.key",
            [["result", "int 0..6", "int 0..36"]],
        ),
    ],
)
def test_a_plain_driver_reads_what_was_written(driver: neo4j.Driver, cypher: str, rows: list[list[Any]]) -> None:
    records, _, _ = driver.execute_query(cypher)
    assert [record.values() for record in records] == rows


def test_no_second_node_of_an_id_can_be_written_by_another_client(driver: neo4j.Driver) -> None:
    with pytest.raises(neo4j.exceptions.ConstraintError):
        driver.execute_query("MATCH (c:Circuit) CREATE (:Circuit {id: c.id})")


def test_what_another_client_changed_is_told_and_not_believed(
    driver: neo4j.Driver, neo4j_uri: str, tmp_path: Path
) -> None:
    driver.execute_query("MATCH (d:Dataset) SET d.manifest = replace(d.manifest, '49', '48')")
    with (
        Catalog(f"{neo4j_uri}?blobs={tmp_path}") as catalog,
        pytest.raises(CatalogError, match="is damaged: its digest differs"),
    ):
        (row,) = catalog.query("MATCH (d:Dataset) RETURN d.id AS id")
        catalog.get(row["id"])
