"""A composition in the catalog is a cell: pinned to its weights, measured again, and called by the next program."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from stdcell import Catalog, interpret, parse, stitch
from stdcell.catalog import Circuit, Contract, Evidence, Formula, Port, Relationship
from stdcell.catalog import Program as ProgramNode
from stdcell.errors import Source, TrainingError
from stdcell.runtime.stitching import Stitched, fit_adapters
from stdcell.training import save_stitched
from stdcell.verify.networks.exhaustive import ExhaustiveCheck

TEXT = """# kept: a comment
use circuit add as add;
use circuit double;
main(xs: seq[int 0..6]) -> int 0..6
    ensures result == (2 * sum(xs)) mod 7
    = fold(add, map(double, xs), 0);
"""
NEXT = """
use program "tuned" as tuned;
use circuit mul as mul;
main(xs: seq[int 0..6]) -> int 0..6 = mul(tuned(xs), 3);
"""
INPUTS: list[list[int]] = [[], [4], [1, 2, 3], [6, 6, 6, 6, 6]]


@pytest.fixture
def stitched(catalog: Catalog) -> Stitched:
    return stitch(parse(TEXT, scope=catalog), catalog)


@pytest.fixture
def trained(stitched: Stitched) -> Stitched:
    """One circuit with other weights that answers the same."""
    (digest,) = (cell.digest for cell in stitched.program.cells if cell.name == "double")
    with torch.no_grad():
        stitched.circuits[digest].get_parameter("unembed").mul_(1.5)
    return stitched


def test_the_next_program_calls_the_saved_one_and_gets_the_same_answers(trained: Stitched, catalog: Catalog) -> None:
    saved = save_stitched(catalog, trained, "tuned")
    program = parse(NEXT, scope=catalog)
    assert saved.agreement == 1.0
    assert stitch(program, catalog)(INPUTS) == interpret(program, INPUTS) == [0, 3, 1, 5]
    assert {cell.name for cell in program.cells} >= {"tuned_double"}


def test_a_changed_circuit_becomes_a_new_one_with_evidence_of_its_own(trained: Stitched, catalog: Catalog) -> None:
    saved = save_stitched(catalog, trained, "tuned")
    node = catalog.get("tuned_double")
    assert isinstance(node, Circuit)
    (parent,) = [one for _, one in catalog.neighbours(node.id, "DERIVED_FROM")]
    evidence = [one for _, one in catalog.neighbours(node.id, "ABOUT", "in") if isinstance(one, Evidence)]
    assert parent == catalog.get("double")
    assert [(one.kind, one.n_inputs, one.n_wrong) for one in evidence] == [("exhaustive", 7, 0)]
    assert list(saved.circuits) == ["tuned_double"]
    assert catalog.get("double") != node


def test_the_text_is_pinned_and_otherwise_kept(trained: Stitched, catalog: Catalog) -> None:
    save_stitched(catalog, trained, "tuned")
    node = catalog.get("tuned")
    assert isinstance(node, ProgramNode)
    assert node.text == TEXT.replace("circuit add as", f'circuit "{catalog.get("add").id}" as').replace(
        "circuit double;", f'circuit "{catalog.get("tuned_double").id}" as double;'
    )
    cells = {one.id for _, one in catalog.neighbours(node.id, "COMPOSED_OF")}
    assert cells == {catalog.get("add").id, catalog.get("tuned_double").id}


def test_an_unchanged_composition_adds_no_circuit(stitched: Stitched, catalog: Catalog) -> None:
    before = catalog.query("MATCH (c:Circuit) RETURN count(c) AS n")
    save_stitched(catalog, stitched, "same")
    assert catalog.query("MATCH (c:Circuit) RETURN count(c) AS n") == before


def test_a_circuit_that_was_trained_wrong_says_so(stitched: Stitched, catalog: Catalog) -> None:
    (digest,) = (cell.digest for cell in stitched.program.cells if cell.name == "double")
    with torch.no_grad():
        stitched.circuits[digest].get_parameter("unembed").mul_(-1)
    saved = save_stitched(catalog, stitched, "broken")
    check = saved.circuits["broken_double"]
    assert isinstance(check, ExhaustiveCheck)
    assert not check.holds
    assert saved.agreement is not None
    assert saved.agreement < 0.5


def test_entry_points_give_a_saved_program_ports_and_a_contract(stitched: Stitched, catalog: Catalog) -> None:
    save_stitched(catalog, stitched, "tuned")
    query = "MATCH (p:Program {name: 'tuned'})-[:HAS_PORT]->(q:Port) RETURN q.name, q.type ORDER BY q.name"
    assert catalog.query(query) == [
        {"q.name": "result", "q.type": "int 0..6"},
        {"q.name": "xs", "q.type": "seq[int 0..6]"},
    ]
    (contract,) = catalog.query("MATCH (:Program {name: 'tuned'})-[:SATISFIES]->(c:Contract) RETURN c.ensures")
    assert contract == {"c.ensures": "result == (2 * sum(xs)) mod 7"}


def test_a_program_that_is_imported_from_a_file_is_pinned_with_it(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "inner.cell").write_text("use circuit double as f;\ndef g(x: int 0..6) -> int 0..6 { return f(x); }\n")
    outer = 'use program "inner.cell" (g);\nmain(x: int 0..6) -> int 0..6 = g(x);'
    program = parse(Source(outer, str(tmp_path / "outer.cell")), scope=catalog)
    save_stitched(catalog, stitch(program, catalog), "outer")
    (tmp_path / "inner.cell").unlink()
    again = parse('use program "outer" as outer;\nmain(x: int 0..6) = outer(x);', scope=catalog)
    assert stitch(again, catalog)([{"x": 5}]) == [3]


def test_soft_wires_are_measured_again_and_kept(catalog: Catalog) -> None:
    program = parse(TEXT, scope=catalog)
    adapters = [wire.adapter for wire in fit_adapters(stitch(program, catalog))]
    soft = stitch(program, catalog, wires="soft", adapters=adapters)
    (digest,) = (cell.digest for cell in program.cells if cell.name == "double")
    with torch.no_grad():
        soft.circuits[digest].get_parameter("unembed").mul_(1.5)
    saved = save_stitched(catalog, soft, "soft")
    assert len(saved.adapters) == 2
    again = parse('use program "soft" as soft;\nmain(xs: seq[int 0..6]) = soft(xs);', scope=catalog)
    values_bn = torch.tensor([[1, 2], [5, 0]])
    found = stitch(again, catalog, wires="soft", minimum_fidelity=0.0)
    assert torch.equal(found.tensors(values_bn).values, soft.tensors(values_bn).values)


def test_a_cell_that_was_found_by_conditions_is_pinned_too(catalog: Catalog) -> None:
    program = parse('use circuit where name == "double" as f;\nmain(x: int 0..6) = f(x);', scope=catalog)
    assert save_stitched(catalog, stitch(program, catalog), "found").agreement == 1.0
    node = catalog.get("found")
    assert isinstance(node, ProgramNode)
    assert node.text.startswith(f'use circuit "{catalog.get("double").id}" as f;')


def test_a_trained_formula_is_not_kept_as_if_it_had_been_found(catalog: Catalog) -> None:
    config = {"modulus": 7, "frequencies": [1], "amplitudes": [1.0]}
    node = Formula(name="id7", expression="cos(2*pi*(a - c)/7)", config=config, agreement=1.0)
    contract = Contract(requires="", ensures="result == a")
    fields = {"position": 0, "type": "int 0..6", "type_key": "int 0..6"}
    ends = [Port.model_validate({"name": n, "direction": d, **fields}) for n, d in (("a", "in"), ("result", "out"))]
    joined = [Relationship(node.id, "HAS_PORT", port.id) for port in ends]
    catalog.add([node, contract, *ends], [*joined, Relationship(node.id, "SATISFIES", contract.id)], {"id7": node.id})
    program = parse("use formula id7 as f;\nmain(xs: seq[int 0..6]) = map(f, xs);", scope=catalog)
    stitched = stitch(program, catalog)
    with torch.no_grad():
        stitched.formulas[node.id].get_parameter("amplitudes").mul_(2)
    with pytest.raises(TrainingError, match="the amplitudes of the formula 'id7' were trained"):
        save_stitched(catalog, stitched, "trained")
