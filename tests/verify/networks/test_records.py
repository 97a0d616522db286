"""What the catalog keeps of checks and measurements of a neural cell."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from stdcell import Catalog
from stdcell.catalog import Circuit, Contract, Evidence, Verdict
from stdcell.catalog.evidence import describe_evidence
from stdcell.runtime.cell import NeuralCell
from stdcell.training import store_circuit
from stdcell.verify.networks.records import Records, add_measurement
from stdcell.verify.networks.sampling import measure_contract

from .cells import signature_of
from .test_exhaustive import copying_cell


def stored(folder: Path, cell: NeuralCell, ensures: str) -> tuple[Evidence, Verdict]:
    with Catalog(folder) as catalog:
        signature = store_circuit(catalog, "copy", cell, ensures)
        about = [node for _, node in catalog.neighbours(signature.digest, "ABOUT", "in")]
    (evidence,) = [node for node in about if isinstance(node, Evidence)]
    (verdict,) = [node for node in about if isinstance(node, Verdict)]
    return evidence, verdict


def narrow_cell(margin: float) -> NeuralCell:
    """Right everywhere, by a margin that rounding could make up."""
    cell = copying_cell(margin=margin)
    with torch.no_grad():
        cell.model.get_parameter("b_unembed").fill_(9.0)
    return cell


def test_a_clear_margin_is_evidence_for_every_evaluation(tmp_path: Path) -> None:
    evidence, verdict = stored(tmp_path / "catalog", copying_cell(), "result == b")
    assert evidence.reach == "every evaluation"
    assert evidence.rounding_bound is not None
    assert 0 < 4 * evidence.rounding_bound < 7.0
    assert evidence.details["least_certain"] == [0, 0]
    assert len(evidence.details["assumptions"]) == 4
    assert (verdict.status, verdict.scope) == ("exhaustive", "all 16 inputs")


@pytest.mark.parametrize(
    ("margin", "reach", "where"),
    [
        (1e-6, "real arithmetic", "as run in float32 on cpu and in real arithmetic"),
        (0.0, "as run", "as run in float32 on cpu"),
    ],
)
def test_a_narrow_margin_says_whose_answers_were_checked(margin: float, reach: str, where: str, tmp_path: Path) -> None:
    evidence, verdict = stored(tmp_path / "catalog", narrow_cell(margin), "0 <= result")
    assert evidence.reach == reach
    assert describe_evidence(evidence).endswith(f"only {where}")
    assert (verdict.status, verdict.scope) == ("exhaustive", f"all 16 inputs, {where}")


def test_one_changed_weight_is_another_node_that_is_refuted(tmp_path: Path) -> None:
    right, _ = stored(tmp_path / "catalog", copying_cell(), "result == b")
    changed = copying_cell()
    with torch.no_grad():
        changed.model.get_parameter("embed")[2, 3] = 7.5
    wrong, verdict = stored(tmp_path / "catalog", changed, "result == b")
    assert wrong.of != right.of
    assert (verdict.status, verdict.counterexample) == ("refuted", "copy(0, 2) answers 3")


@pytest.mark.parametrize(
    ("ensures", "n_verdicts", "relation"), [("result == b", 0, "SUPPORTS"), ("result == a", 1, "REFUTES")]
)
def test_a_measurement_is_no_verdict_unless_it_refutes(ensures: str, n_verdicts: int, relation: str) -> None:
    cell = copying_cell()
    found = measure_contract(cell, signature_of(cell, ensures), 50, seed=0)
    batch = Records()
    node = Circuit(name="copy", blob="0" * 64, config=cell.to_dict(), n_edges=1, n_components=2, n_parameters=36)
    add_measurement(batch, node, Contract(requires="", ensures=ensures), found)
    (evidence,) = [one for one in batch.nodes if isinstance(one, Evidence)]
    verdicts = [one for one in batch.nodes if isinstance(one, Verdict)]
    assert (evidence.kind, evidence.seed, evidence.n_inputs, len(verdicts)) == ("measurement", 0, 50, n_verdicts)
    assert evidence.interval_low is not None
    assert evidence.interval_low <= (evidence.value or 0.0)
    assert (evidence.id, relation) in [(one.source, one.type) for one in batch.relationships]
    assert {one.status for one in verdicts} <= {"refuted"}
