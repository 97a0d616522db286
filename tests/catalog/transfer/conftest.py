"""A catalog in which everything is joined to something, and what two catalogs hold, to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import neo4j
import pytest

from stdcell.catalog import (
    Adapter,
    Catalog,
    Checkpoint,
    Circuit,
    Component,
    Contract,
    Dataset,
    Evidence,
    Model,
    Node,
    Phase,
    Port,
    Program,
    Relationship,
    Task,
    TrainingRun,
    Verdict,
)

DIGEST = "0" * 64


class Content(NamedTuple):
    """All that a catalog holds, but its events."""

    nodes: set[str]
    relationships: set[tuple[str, ...]]
    histories: dict[str, list[str]]
    blobs: set[str]


@pytest.fixture
def content() -> Callable[[Catalog], Content]:
    def read(catalog: Catalog) -> Content:
        record = catalog.record
        return Content(
            {node.id for node in record.stored_nodes() if node.label != "Event"},
            {one[:4] for one in record.stored_relationships()},
            {name: [version.of for version in record.versions(name)] for name in record.names()},
            set(catalog.blobs.digests()),
        )

    return read


class Cells(NamedTuple):
    """The nodes of the catalog that tests ask for."""

    task: Task
    run: TrainingRun
    early: Checkpoint
    late: Checkpoint
    old: Circuit
    new: Circuit
    other: Circuit
    adapter: Adapter
    program: Program
    evidence: Evidence
    contract: Contract
    part: Component
    phase: Phase


@pytest.fixture
def cells(tmp_path: Path) -> Cells:
    """The nodes, whose blobs are those of `source`."""
    blobs = Catalog(tmp_path / "source").blobs
    weights = [blobs.put(text) for text in (b"early", b"late", b"old", b"new", b"other", b"map")]
    dataset = Dataset(name="sums", n_samples=9, n_train=5, seed=0, digest=DIGEST)
    run = TrainingRun(name="run", seed=1, n_steps=2, config={"rate": 0.5}, code_version="1", dataset=dataset.id)
    shape: dict[str, Any] = {"config": {}, "n_edges": 1, "n_components": 2, "n_parameters": 3}
    old, new = (Circuit(name=name, blob=blob, **shape) for name, blob in (("old", weights[2]), ("new", weights[3])))
    other = Circuit(name="other", blob=weights[4], **shape)
    adapter = Adapter(
        name="wire", blob=weights[5], source=new.id, target=other.id, port="a", reads="stream", width=1, n_parameters=1
    )
    return Cells(
        task=Task(name="add", description="add two numbers"),
        run=run,
        early=Checkpoint(of=run.id, name="early", step=1, blob=weights[0]),
        late=Checkpoint(of=run.id, name="late", step=2, blob=weights[1], test_loss_nats=0.25),
        old=old,
        new=new,
        other=other,
        adapter=adapter,
        program=Program(name="both", text="main = 1;", dialect="cell", graph=DIGEST),
        evidence=Evidence(of=new.id, kind="exhaustive", claim="ensures true", method="enumeration", n_inputs=9),
        contract=Contract(requires="", ensures="result == a"),
        part=Component(of=new.id, name="L0.mlp", kind="mlp"),
        phase=Phase(of=run.id, name="late", first_step=1, last_step=2),
    )


@pytest.fixture
def source(tmp_path: Path, cells: Cells) -> Iterator[Catalog]:
    """A folder in which `adder` meant `old`, then `new`; `other` shares contract and ports with it."""
    with Catalog(tmp_path / "source") as catalog:
        dataset = Dataset(name="sums", n_samples=9, n_train=5, seed=0, digest=DIGEST)
        model = Model(name="net", architecture={"layers": 1}, n_parameters=3)
        entrance = Port(name="a", direction="in", position=0, type="int 0..4")
        exit_ = Port(name="result", direction="out", position=0, type="int 0..9")
        verdict = Verdict(of=cells.other.id, claim="true", status="proved", scope="all", method="z3")
        head = Component(of=cells.new.id, name="L0.H0", kind="head")
        nodes: list[Node] = [*cells, dataset, model, entrance, exit_, verdict, head]
        joined: list[tuple[Node, str, Node]] = [
            (dataset, "INSTANCE_OF", cells.task),
            (cells.run, "TRAINED_ON", dataset),
            (cells.run, "PRODUCED", model),
            (cells.run, "PRODUCED", cells.early),
            (cells.run, "PRODUCED", cells.late),
            (cells.run, "HAS_PHASE", cells.phase),
            (cells.old, "EXTRACTED_FROM", cells.late),
            (cells.new, "EXTRACTED_FROM", cells.late),
            (cells.new, "DERIVED_FROM", cells.old),
            (cells.new, "HAS_COMPONENT", head),
            (cells.new, "HAS_COMPONENT", cells.part),
            (cells.new, "IMPLEMENTS", cells.task),
            (cells.new, "EMERGES_IN", cells.phase),
            *((cell, "HAS_PORT", port) for cell in (cells.new, cells.other) for port in (entrance, exit_)),
            *((cell, "SATISFIES", cells.contract) for cell in (cells.new, cells.other)),
            (cells.evidence, "ABOUT", cells.new),
            (cells.evidence, "SUPPORTS", cells.contract),
            (cells.evidence, "MEASURED_ON", dataset),
            (verdict, "ABOUT", cells.other),
            (verdict, "SUPPORTS", cells.contract),
            (cells.adapter, "READS", cells.new),
            (cells.program, "COMPOSED_OF", cells.new),
            (cells.program, "COMPOSED_OF", cells.adapter),
        ]
        relationships = [Relationship(one.id, type, other.id) for one, type, other in joined]
        relationships += [
            Relationship(head.id, "FEEDS", cells.part.id, {"reader": reader, "weight": 0.5}) for reader in ("q", "in")
        ]
        relationships.append(Relationship(cells.adapter.id, "WRITES", cells.other.id, {"port": "a"}))
        catalog.add(nodes, relationships, {"adder": cells.old.id, "both": cells.program.id})
        catalog.add([], aliases={"adder": cells.new.id, "other": cells.other.id})
        yield catalog


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.neo4j)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog to move into."""
    place = str(tmp_path / "target")
    if request.param == "server":
        uri = request.getfixturevalue("neo4j_uri")
        with neo4j.GraphDatabase.driver(uri) as driver:
            driver.execute_query("MATCH (n) DETACH DELETE n")
        place = f"{uri}?blobs={tmp_path / 'server-blobs'}"
    with Catalog(place) as catalog:
        yield catalog
