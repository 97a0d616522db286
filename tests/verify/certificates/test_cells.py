"""The evidence for cells is looked for again: networks are run, expressions searched; what cannot be is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stdcell import Catalog, parse, verify
from stdcell.catalog import Circuit, Contract, Evidence, Formula, Port
from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.types import Real
from stdcell.training import store_circuit
from stdcell.verify.assumptions import assumption_of
from stdcell.verify.certificates.cells import check_again
from stdcell.verify.certificates.certificate import CellRecord
from stdcell.verify.certificates.checking import check_certificate
from stdcell.verify.certificates.finding import Finding
from stdcell.verify.certificates.writing import certify
from stdcell.verify.networks.records import Records
from stdcell.verify.numeric.formula import check_formula
from stdcell.verify.numeric.records import add_formula_check

from .conftest import build_next

SQUARE = "use formula square; main(x: real 0..1) -> real ensures result >= 0 = square(x);"


def catalog_with_formula(folder: Path, stored: str, checked: str, ensures: str) -> Catalog:
    """A formula whose evidence is that of another expression, if they differ."""
    batch = Records()
    node = batch.add(Formula(name="square", expression=stored, agreement=1.0))
    contract = batch.add(Contract(requires="", ensures=ensures))
    batch.join(node, "SATISFIES", contract)
    batch.join(node, "HAS_PORT", batch.add(Port(name="x", direction="in", position=0, type="real 0..1")))
    batch.join(node, "HAS_PORT", batch.add(Port(name="result", direction="out", position=0, type="real")))
    port, result = CellPort("x", Real(0, 1)), CellPort("result", Real())
    signature = CellSignature("formula", "square", "", (port,), result, None, ensures)
    add_formula_check(batch, node, contract, check_formula(checked, signature))
    opened = Catalog(folder)
    opened.add(batch.nodes, batch.relationships, {"square": node.id})
    return opened


FORMULAS = {
    "as it was proved": ("x**2", "x**2", "result <= 3", "confirmed", "searched again on the stored expression"),
    "another expression": ("x**2 - 2*x", "x**2", "result >= 0", "failed", "refuted; the evidence says: proof"),
    "proved by other boxes": ("x**2 - x", "x", "result >= -3/10", "failed", "the evidence says: proof"),
    "as it was refuted": ("x**2 - 2", "x**2 - 2", "result >= 0", "confirmed", "refuted"),
}


@pytest.mark.parametrize(("stored", "checked", "ensures", "standing", "told"), FORMULAS.values(), ids=FORMULAS.keys())
def test_the_stored_expression_is_searched_again(
    stored: str, checked: str, ensures: str, standing: str, told: str, tmp_path: Path
) -> None:
    with catalog_with_formula(tmp_path / "catalog", stored, checked, ensures) as catalog:
        program = parse(SQUARE, scope=catalog)
        finding = check_certificate(certify(program, verify(program, catalog), catalog), catalog)[-1]
    assert (finding.subject, finding.standing) == ("formula square", standing)
    assert told in finding.text


def finding_on(kind: str, tmp_path: Path, **said: object) -> Finding:
    """What a check finds of the network `next`, whose evidence is of this kind."""
    with Catalog(tmp_path / "catalog") as catalog:
        signature = store_circuit(catalog, "next", build_next(), "result == a + 1")
        fields = {"of": signature.digest, "kind": kind, "claim": "result == a + 1", "method": "by hand", **said}
        evidence = Evidence.model_validate(fields)
        node = catalog.get(signature.digest)
        assert isinstance(node, Circuit)
        catalog.add(evidence)
        record = CellRecord(
            kind="circuit", name="next", digest=node.id, weights=node.blob, requires=None, ensures="result == a + 1",
            evidence=evidence.id, evidence_told=kind, holds=True,
        )  # fmt: skip
        return check_again(record, catalog)


@pytest.mark.parametrize(
    ("kind", "said", "standing", "told"),
    [
        ("exhaustive", {"n_inputs": 3, "n_wrong": 0}, "confirmed", "3 inputs, 0 wrong"),
        ("exhaustive", {"n_inputs": 4, "n_wrong": 0}, "failed", "3 inputs, 0 wrong; the evidence says: exhaustive"),
        (
            "measurement",
            {"n_inputs": 5, "n_wrong": 0, "seed": 2},
            "confirmed",
            "measured again on the inputs of seed 2",
        ),
        ("measurement", {"n_inputs": 5, "n_wrong": 1, "seed": 2}, "failed", "0 wrong; the evidence says"),
        ("proof", {}, "not confirmed", "not checked: nothing is known that could be run again of: proof"),
    ],
)
def test_a_network_is_run_again_where_the_evidence_says_how(
    kind: str, said: dict[str, object], standing: str, told: str, tmp_path: Path
) -> None:
    finding = finding_on(kind, tmp_path, **said)
    assert finding.standing == standing
    assert told in finding.text


def test_evidence_speaks_for_the_inputs_that_its_contract_requires_and_no_others(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog") as catalog:
        signature = store_circuit(catalog, "next", build_next(), "result == a + 1")
        asked = replace(signature, requires="a < 2")
        assert assumption_of(signature, catalog).holds
        assert not assumption_of(asked, catalog).holds
        assert assumption_of(asked, catalog).contract == "result == a + 1, where a < 2"
