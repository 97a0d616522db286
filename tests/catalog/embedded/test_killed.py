"""A process killed at any moment loses nothing that was acknowledged and leaves nothing partial."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from stdcell.catalog import Catalog
from stdcell.catalog.upkeep import fsck

N_ROUNDS = 22
N_KILLS = 4 * N_ROUNDS


class Survivors(NamedTuple):
    """The ids that each killed writer had acknowledged, and the catalog that they left."""

    acknowledged: list[list[str]]
    catalog: Catalog


@pytest.fixture(scope="module")
def survivors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survivors]:
    folder = tmp_path_factory.mktemp("killed") / "catalog"
    script = Path(__file__).with_name("killed_writers.py")
    command = [sys.executable, str(script), str(folder), str(N_ROUNDS), "1"]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    with Catalog(folder, create=False) as catalog:
        yield Survivors(json.loads(output), catalog)


def test_the_writers_were_killed_while_they_wrote(survivors: Survivors) -> None:
    assert len(survivors.acknowledged) == N_KILLS
    assert sum(len(ids) > 0 for ids in survivors.acknowledged) > N_KILLS // 2


def test_nothing_is_damaged(survivors: Survivors) -> None:
    assert {damage.kind for damage in fsck(survivors.catalog.place)} <= {"leftover"}


def test_no_blob_that_is_named_was_removed(survivors: Survivors) -> None:
    nodes = [json.loads(node.manifest) for node in survivors.catalog.record.stored_nodes()]
    named = {node["properties"]["blob"] for node in nodes if node["label"] == "Circuit"}
    assert named <= set(survivors.catalog.blobs.digests())


def test_every_acknowledged_node_is_in_the_record_with_its_blob(survivors: Survivors) -> None:
    ids = [id for writer in survivors.acknowledged for id in writer]
    circuits = [survivors.catalog.get(id) for id in ids]
    blobs = [survivors.catalog.blobs.get(circuit.model_dump()["blob"]) for circuit in circuits]
    assert blobs == [circuit.model_dump()["name"].encode() * 1000 for circuit in circuits]


def test_every_acknowledged_node_is_found_by_its_name(survivors: Survivors) -> None:
    ids = [id for writer in survivors.acknowledged for id in writer]
    named = {survivors.catalog.get(name).id for name in survivors.catalog.names()}
    assert named.issuperset(ids)


def test_every_acknowledged_node_is_in_the_cypher_index(survivors: Survivors) -> None:
    ids = [id for writer in survivors.acknowledged for id in writer]
    rows = survivors.catalog.query("MATCH (c:Circuit) WHERE c.id IN $ids RETURN count(c) AS n", ids=ids)
    assert rows == [{"n": len(ids)}]


def test_no_batch_is_partial(survivors: Survivors) -> None:
    n_writes = len(survivors.catalog.events()) - 1
    (row,) = survivors.catalog.query("MATCH (c:Circuit)-[:HAS_COMPONENT]->(p:Component) RETURN count(p) AS n")
    assert len(survivors.catalog.names()) == n_writes
    assert row["n"] == 2 * n_writes
