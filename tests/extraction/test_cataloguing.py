"""A run in the catalog: what is stored, what it proves, and what damage does to it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save

from stdcell import Catalog, Program, interpret, parse, stitch, verify
from stdcell.catalog import BlobFolder, Circuit, Evidence, Verdict
from stdcell.errors import DamagedBlob, ExtractionError
from stdcell.extraction import AblatedModel, cut_circuit, edge_effects, find_circuit, find_formula
from stdcell.extraction.cataloguing import store_run
from stdcell.extraction.files import write_circuit, write_formula
from stdcell.training import Task, TrainingConfig, train

CHECKSUM = """
use circuit add_mod_7 as add;
main(xs: seq[int 0..6]) -> int 0..6 ensures result == sum(xs) mod 7 = fold(add, xs, 0);
"""


@pytest.fixture(scope="module")
def extracted(task: Task, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that is right everywhere, with its circuit and its formula."""
    config = TrainingConfig(d_model=32, n_heads=2, d_mlp=64, train_fraction=1.0, max_steps=600)
    run = train(task, config, tmp_path_factory.mktemp("extracted") / "run")
    model = AblatedModel.of(run.final.cell(), task.inputs_bp, task.answers_b)
    search = find_circuit(model)
    write_circuit(run.folder, run.final, cut_circuit(model, search.edges), search, edge_effects(model))
    write_formula(run.folder, run.final, find_formula(run.final.cell()))
    return run.folder


@pytest.fixture
def run_folder(extracted: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(extracted, tmp_path / "run"))


@pytest.fixture
def catalog(run_folder: Path, tmp_path: Path) -> Catalog:
    opened = Catalog(tmp_path / "catalog")
    store_run(opened, run_folder)
    return opened


def circuit_of(catalog: Catalog) -> Circuit:
    node = catalog.get("add_mod_7")
    assert isinstance(node, Circuit)
    return node


def change_a_weight(folder: Path) -> None:
    """Another circuit: one weight is large, and the file says so of itself."""
    weights = load((folder / "circuit.safetensors").read_bytes())
    weights["unembed"][0, 0] = 1e4
    content = save(weights)
    (folder / "circuit.safetensors").write_bytes(content)
    described = json.loads((folder / "circuit.json").read_text())
    described["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "circuit.json").write_text(json.dumps(described))


def faithfulness_of(catalog: Catalog) -> list[Evidence]:
    about = [node for _, node in catalog.neighbours(circuit_of(catalog).id, "ABOUT", "in")]
    return [node for node in about if isinstance(node, Evidence) and node.claim == "faithfulness"]


def checksum(catalog: Catalog) -> Program:
    return parse(CHECKSUM, scope=catalog)


def test_the_path_from_circuit_to_run_is_one_query(catalog: Catalog) -> None:
    rows = catalog.query(
        "MATCH (c:Circuit)-[:EXTRACTED_FROM]->(k:Checkpoint)<-[:PRODUCED]-(r:TrainingRun) RETURN c.name, r.seed"
    )
    assert rows == [{"c.name": "add_mod_7", "r.seed": 0}]


def test_the_contract_carries_an_exhaustive_verdict(catalog: Catalog) -> None:
    about = [node for _, node in catalog.neighbours(circuit_of(catalog).id, "ABOUT", "in")]
    (evidence,) = [node for node in about if isinstance(node, Evidence) and node.kind == "exhaustive"]
    (verdict,) = [node for node in about if isinstance(node, Verdict)]
    assert (evidence.kind, evidence.n_inputs, evidence.n_wrong) == ("exhaustive", 49, 0)
    assert evidence.smallest_margin is not None
    assert evidence.smallest_margin > 0
    assert (verdict.status, verdict.scope, verdict.claim) == (
        "exhaustive",
        "all 49 inputs",
        "result == (a + b) mod 7",
    )


def test_a_circuit_that_is_right_everywhere_is_wholly_faithful(catalog: Catalog) -> None:
    (evidence,) = faithfulness_of(catalog)
    assert (evidence.value, evidence.n_inputs) == (1.0, 49)
    assert evidence.details["right"] == {"circuit": 49, "model": 49}


def test_a_changed_weight_costs_faithfulness(run_folder: Path, tmp_path: Path) -> None:
    change_a_weight(run_folder)
    with Catalog(tmp_path / "changed") as catalog:
        wrong = store_run(catalog, run_folder).check.n_wrong
        (evidence,) = faithfulness_of(catalog)
    assert evidence.value == (49 - wrong) / 49 < 1


def test_the_components_feed_each_other_as_the_edges_run(catalog: Catalog) -> None:
    query = "MATCH (c:Circuit)-[:HAS_COMPONENT]->(a:Component)-[f:FEEDS]->(b:Component) RETURN a.name, f.reader, b.name"
    drawn = {(row["a.name"], row["f.reader"], row["b.name"]) for row in catalog.query(query)}
    edges = circuit_of(catalog).search["edges"]
    assert len(drawn) == len(edges)
    assert any(target == "logits" for _, _, target in drawn)


def test_storing_a_run_twice_changes_nothing(catalog: Catalog, run_folder: Path) -> None:
    before = catalog.query("MATCH (n) RETURN count(n) AS n")
    store_run(catalog, run_folder)
    assert catalog.query("MATCH (n) RETURN count(n) AS n") == before


def test_a_program_over_the_circuit_is_proved_by_induction(catalog: Catalog) -> None:
    report = verify(checksum(catalog), catalog)
    assert report.is_proved
    assert report.verdicts[-1].scope == "all lengths"
    assert report.verdicts[-1].assumptions[0].evidence is not None
    assert report.verdicts[-1].assumptions[0].evidence.startswith("exhaustive, 49 inputs, 0 wrong")


@pytest.mark.parametrize("xs", [[], [3], [3, 1, 6, 0], [6] * 20], ids=len)
def test_interpreter_and_stitched_network_agree(xs: list[int], catalog: Catalog) -> None:
    program = checksum(catalog)
    assert stitch(program, catalog)([xs]) == interpret(program, [xs]) == [sum(xs) % 7]


def test_a_circuit_with_a_changed_weight_loses_its_verdict(run_folder: Path, tmp_path: Path) -> None:
    change_a_weight(run_folder)
    with Catalog(tmp_path / "catalog") as catalog:
        stored = store_run(catalog, run_folder)
        report = verify(checksum(catalog), catalog)
        about = [node for _, node in catalog.neighbours(circuit_of(catalog).id, "ABOUT", "in")]
    assert stored.check.n_wrong > 0
    assert {node.status for node in about if isinstance(node, Verdict)} == {"refuted"}
    assert report.verdicts[-1].status == "unknown"


def test_a_changed_circuit_does_not_inherit_the_evidence_of_the_old_one(catalog: Catalog, run_folder: Path) -> None:
    change_a_weight(run_folder)
    store_run(catalog, run_folder)
    assert not verify(checksum(catalog), catalog).is_proved
    assert verify(parse(CHECKSUM.replace("add_mod_7 as", "add_mod_7@1 as"), scope=catalog), catalog).is_proved


def test_a_damaged_blob_is_refused_by_its_digest(catalog: Catalog) -> None:
    program, digest = checksum(catalog), circuit_of(catalog).blob
    assert isinstance(catalog.blobs, BlobFolder)
    path = catalog.blobs.path(digest)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    with pytest.raises(DamagedBlob, match=digest):
        verify(program, catalog)
    with pytest.raises(DamagedBlob, match=digest):
        stitch(program, catalog)


def test_damaged_weights_are_not_catalogued(run_folder: Path, tmp_path: Path) -> None:
    path = run_folder / "circuit.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    with Catalog(tmp_path / "catalog") as catalog, pytest.raises(ExtractionError, match="is damaged"):
        store_run(catalog, run_folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.parametrize("seconds", [0.02, 0.05, 0.1, 0.2, 0.4, 0.8])
def test_a_killed_store_leaves_all_or_nothing(seconds: float, run_folder: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    child = os.fork()
    if child == 0:
        store_run(Catalog(tmp_path / "catalog"), run_folder)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with Catalog(tmp_path / "catalog") as catalog:
        n_circuits = catalog.query("MATCH (c:Circuit) RETURN count(c) AS n")[0]["n"]
        assert (n_circuits, len(catalog.names())) in [(0, 0), (1, 2)]
        store_run(catalog, run_folder)
        assert verify(checksum(catalog), catalog).is_proved


def test_the_formula_is_certain_of_every_answer(catalog: Catalog) -> None:
    about = [node for _, node in catalog.neighbours(catalog.get("add_mod_7_formula").id, "ABOUT", "in")]
    (evidence,) = [node for node in about if isinstance(node, Evidence) and node.kind == "exhaustive"]
    (verdict,) = [node for node in about if isinstance(node, Verdict)]
    assert (evidence.n_inputs, evidence.n_wrong) == (49, 0)
    assert evidence.method == "enumeration of every input, logits in intervals"
    assert evidence.smallest_margin is not None and evidence.smallest_margin > 0
    assert (verdict.status, verdict.scope) == ("exhaustive", "all 49 inputs")
