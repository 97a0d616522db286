"""A small catalog: a circuit cut out of a checkpoint of a run on a data set; and the places that it can live in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from stdcell.catalog import Catalog, Checkpoint, Circuit, Dataset, Relationship, TrainingRun

WEIGHTS = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"  # SHA-256 of b"weights"


@pytest.fixture
def dataset() -> Dataset:
    return Dataset(name="sums", n_samples=1369, n_train=821, seed=7, digest="0" * 64)


@pytest.fixture
def run(dataset: Dataset) -> TrainingRun:
    config = {"learning_rate": 0.003, "layers": [1, 2]}
    return TrainingRun(name="first", seed=3, n_steps=900, config=config, code_version="0.1.0", dataset=dataset.id)


@pytest.fixture
def checkpoint(run: TrainingRun) -> Checkpoint:
    return Checkpoint(of=run.id, name="first at 900", step=900, blob=WEIGHTS, test_loss_nats=0.25)


@pytest.fixture
def circuit() -> Circuit:
    return Circuit(name="add_mod_37", blob=WEIGHTS, config={}, n_edges=12, n_components=5, n_parameters=640)


@pytest.fixture
def lineage(
    dataset: Dataset, run: TrainingRun, checkpoint: Checkpoint, circuit: Circuit
) -> tuple[Relationship, Relationship, Relationship]:
    return (
        Relationship(run.id, "TRAINED_ON", dataset.id),
        Relationship(run.id, "PRODUCED", checkpoint.id),
        Relationship(circuit.id, "EXTRACTED_FROM", checkpoint.id),
    )


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.neo4j)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place for a catalog: a folder, or the test server with nothing in it."""
    if request.param == "folder":
        return str(tmp_path / "catalog")
    uri = request.getfixturevalue("neo4j_uri")
    with neo4j.GraphDatabase.driver(uri) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
    return f"{uri}?blobs={tmp_path / 'blobs'}"


@pytest.fixture
def catalog(place: str) -> Iterator[Catalog]:
    with Catalog(place) as catalog:
        yield catalog


@pytest.fixture
def filled(
    catalog: Catalog,
    dataset: Dataset,
    run: TrainingRun,
    checkpoint: Checkpoint,
    circuit: Circuit,
    lineage: tuple[Relationship, ...],
) -> Catalog:
    """The catalog with the whole lineage, and the circuit under the name `adder`."""
    catalog.blobs.put(b"weights")
    catalog.add([dataset, run, checkpoint, circuit], lineage, {"adder": circuit.id})
    return catalog


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Catalog]:
    """A new catalog in a folder."""
    with Catalog(tmp_path / "catalog") as catalog:
        yield catalog


@pytest.fixture
def files() -> Path:
    """Files that other tools wrote (see its README)."""
    return Path(__file__).parent / "exchange" / "files"
