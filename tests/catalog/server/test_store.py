"""What only a server has: a database with other content, and read mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import neo4j
import pytest

from stdcell.catalog import LABELS, Catalog, Task
from stdcell.catalog.server import ServerAddress
from stdcell.catalog.server.store import Neo4jStore
from stdcell.errors import CatalogError

pytestmark = pytest.mark.neo4j


@pytest.fixture
def driver(neo4j_uri: str) -> Iterator[neo4j.Driver]:
    """A driver of the test server, with nothing in it."""
    with neo4j.GraphDatabase.driver(neo4j_uri) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
        yield driver


def test_a_database_with_other_nodes_is_left_alone(neo4j_uri: str, driver: neo4j.Driver) -> None:
    driver.execute_query("CREATE (:Film)")
    with pytest.raises(CatalogError) as fault:
        Catalog(neo4j_uri)
    assert str(fault.value) == f"the database at {neo4j_uri} holds other nodes and no catalog; give an empty one"


def test_a_newer_format_asks_for_an_upgrade(neo4j_uri: str, driver: neo4j.Driver) -> None:
    manifest = '{"label":"Event","properties":{"payload":{"format":3}}}'
    driver.execute_query("CREATE (:Event {sequence: 0, manifest: $manifest})", manifest=manifest)
    with pytest.raises(CatalogError, match="has format 3, this stdcell reads 2; upgrade stdcell"):
        Catalog(neo4j_uri)


def test_a_damaged_manifest_is_reported_with_its_id(neo4j_uri: str, driver: neo4j.Driver, tmp_path: Path) -> None:
    task = Task(name="a", description="b")
    with Catalog(f"{neo4j_uri}?blobs={tmp_path}") as catalog:
        catalog.add(task)
        driver.execute_query("MATCH (t:Task) SET t.manifest = replace(t.manifest, 'b', 'c')")
        with pytest.raises(CatalogError, match=f"manifest of node {task.id} is damaged"):
            catalog.get(task.id)


def test_every_label_has_a_constraint_on_its_id(neo4j_uri: str, driver: neo4j.Driver, tmp_path: Path) -> None:
    with Catalog(f"{neo4j_uri}?blobs={tmp_path}"):
        records, _, _ = driver.execute_query("SHOW CONSTRAINTS YIELD name WHERE name ENDS WITH '_id' RETURN name")
    assert "stdcell_circuit_id" in {record["name"] for record in records}
    assert len(records) == len(LABELS)


@pytest.mark.parametrize("statement", ["CREATE (:Film)", "CREATE INDEX film FOR (f:Film) ON (f.name)"])
def test_the_server_itself_refuses_to_write_where_it_is_only_read(
    neo4j_uri: str, driver: neo4j.Driver, statement: str
) -> None:
    with closing(Neo4jStore(ServerAddress.of(neo4j_uri), create=True)) as store:
        with pytest.raises(CatalogError, match="Writing in read access mode not allowed"):
            store.rows(statement)
        with pytest.raises(CatalogError, match="Writing in read access mode not allowed"):
            store.query(statement, {}, dialect="native", timeout_s=5, row_limit=1)
