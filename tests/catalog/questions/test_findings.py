"""What is known of cells, along the versions of a name, and who is like whom."""

from __future__ import annotations

from typing import Any

import pytest

from stdcell.catalog import Circuit, Evidence, Formula
from stdcell.catalog.evidence import strongest_evidence
from stdcell.catalog.questions import (
    Question,
    catalog_tree,
    cells_of_contract,
    cells_of_task,
    faithful_circuits,
    findings,
    history,
    metric_over_versions,
    similar_circuits,
    strongest,
    structure,
    structure_graph,
)
from stdcell.errors import CatalogError, UnknownCell

from .conftest import CONTRACT, DOUBLING, Shelf, joined, judged


def names(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(row["name"], row["standing"]) for row in rows]


@pytest.mark.parametrize("task", ["add_mod_10", "add-mod-10", "add_mod", "add-mod"])
def test_a_task_is_found_by_its_name_or_its_familys(task: str, shelf: Shelf) -> None:
    assert names(cells_of_task(task).ask(shelf.catalog)) == [("add", 1), ("add", 2)]


@pytest.mark.parametrize("task", ["add_mo", "mod_10", ""])
def test_a_part_of_a_name_is_no_task(task: str, shelf: Shelf) -> None:
    assert cells_of_task(task).ask(shelf.catalog) == []


@pytest.mark.parametrize(("text", "expected"), [("mod 10", [("add", 1), ("add", 2)]), ("2 * a", [("double", 0)])])
def test_a_contract_is_found_by_a_part_of_it(text: str, expected: list[tuple[str, int]], shelf: Shelf) -> None:
    assert names(cells_of_contract(text).ask(shelf.catalog)) == expected


@pytest.mark.parametrize(("minimum", "expected"), [(0.9, []), (0.875, [0.875]), (0.5, [0.875, 0.5])])
def test_circuits_above_a_faithfulness_come_most_faithful_first(
    minimum: float, expected: list[float], shelf: Shelf
) -> None:
    rows = faithful_circuits("add_mod_10", minimum).ask(shelf.catalog)
    assert [row["faithfulness"] for row in rows] == expected


def test_a_refuted_circuit_is_not_faithful_enough(shelf: Shelf) -> None:
    cell = shelf.nodes["add1"]
    refutation = judged(cell, CONTRACT, "refuted")
    shelf.catalog.add(refutation, joined(refutation, "ABOUT", cell))
    rows = faithful_circuits("add_mod_10", 0.1).ask(shelf.catalog)
    assert [row["id"] for row in rows] == [shelf.id("add2")]


def test_findings_tell_the_strongest_of_each_claim_first(shelf: Shelf) -> None:
    rows = findings(shelf.nodes["add1"]).ask(shelf.catalog)
    assert [(row["claim"], row["rank"], row["kind"], row["n_inputs"], row["value"]) for row in rows] == [
        ("faithfulness", 3, "measurement", None, 0.875),
        (CONTRACT.ensures, 2, "exhaustive", 100, None),
        (CONTRACT.ensures, 2, "exhaustive", None, None),
    ]


def test_the_strongest_finding_is_the_same_by_cypher_and_by_python(shelf: Shelf) -> None:
    cell = shelf.nodes["add1"]
    about: dict[str, Any] = {"of": cell.id, "claim": "c", "method": "m", "n_inputs": 9}
    held = Evidence(kind="measurement", n_wrong=0, **about)
    proof = Evidence(kind="proof", **about)
    failed = Evidence(kind="measurement", n_wrong=3, **about)
    shelf.catalog.add(
        [held, proof, failed], [one for node in (held, proof, failed) for one in joined(node, "ABOUT", cell)]
    )
    (row,) = strongest(cell, "c").ask(shelf.catalog)
    decided = strongest_evidence(shelf.catalog, cell.id, "c")
    assert decided is not None
    assert (row["id"], row["rank"]) == (decided.id, 0)
    assert decided.n_wrong == 3


def test_a_history_tells_what_a_name_meant_before_and_since(shelf: Shelf) -> None:
    rows = history("add").ask(shelf.catalog)
    told = [(row["version"], row["event"], row["what"], row["from"], row["to"]) for row in rows]
    first, second = shelf.id("add1"), shelf.id("add2")
    assert told == [(1, 1, "added", None, first), (2, 3, "added", first, second)]
    assert [row["at"] for row in rows] == [shelf.catalog.events()[number].at for number in (1, 3)]


def test_moving_a_name_back_is_a_new_version(shelf: Shelf) -> None:
    shelf.catalog.add([], aliases={"add": shelf.id("add1")})
    rows = history("add").ask(shelf.catalog)
    assert [(row["version"], row["what"], row["to"]) for row in rows[1:]] == [
        (2, "added", shelf.id("add2")),
        (3, "tagged", shelf.id("add1")),
    ]


def test_an_unknown_name_has_no_history(shelf: Shelf) -> None:
    assert history("' OR 1=1 //").ask(shelf.catalog) == []


def test_a_property_is_told_along_the_versions(shelf: Shelf) -> None:
    rows = metric_over_versions(shelf.catalog, "add", "n_edges").ask(shelf.catalog)
    assert [(row["version"], row["value"]) for row in rows] == [(1, 2), (2, 1)]


def test_a_claim_is_told_along_the_versions_with_its_interval(shelf: Shelf) -> None:
    rows = metric_over_versions(shelf.catalog, "add", "faithfulness").ask(shelf.catalog)
    told = [(row["version"], row["value"], row["interval_low"], row["interval_high"]) for row in rows]
    assert told == [(1, 0.875, 0.75, 1.0), (2, 0.5, 0.375, 0.625)]


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("n_egdes", "'add' has no metric 'n_egdes'; did you mean 'n_edges'?"),
        ("faithfullness", "'add' has no metric 'faithfullness'; did you mean 'faithfulness'?"),
        ("name", "'add' has no metric 'name'; it has n_edges, n_components, n_parameters, faithfulness, result =="),
    ],
)
def test_an_unknown_metric_names_the_nearest(metric: str, message: str, shelf: Shelf) -> None:
    with pytest.raises(CatalogError) as error:
        metric_over_versions(shelf.catalog, "add", metric)
    assert str(error.value).startswith(message)


def test_a_metric_of_no_name_names_the_nearest(shelf: Shelf) -> None:
    with pytest.raises(UnknownCell, match="did you mean 'add'"):
        metric_over_versions(shelf.catalog, "addd", "n_edges")


def test_the_tree_holds_every_version_with_its_kind_and_task(shelf: Shelf) -> None:
    rows = catalog_tree().ask(shelf.catalog)
    assert [(row["name"], row["version"], row["kind"], row["task"]) for row in rows] == [
        ("add", 1, "Circuit", "add_mod_10"),
        ("add", 2, "Circuit", "add_mod_10"),
        ("double", 1, "Formula", None),
        ("quad", 1, "Program", None),
        ("weights", 1, "Checkpoint", None),
    ]


def test_a_structure_is_a_graph_of_components(shelf: Shelf) -> None:
    graph = structure_graph(structure([shelf.nodes["add1"]]).ask(shelf.catalog))
    assert {name: of["kind"] for name, of in graph.nodes(data=True)} == {"L0.H0": "head", "L0.mlp": "mlp"}
    assert [(*ends, of["reader"]) for *ends, of in graph.edges(data=True)] == [("L0.H0", "L0.mlp", "in")]


def test_similar_circuits_are_scored_by_parts(shelf: Shelf) -> None:
    circuit = shelf.nodes["add1"]
    assert isinstance(circuit, Circuit)
    rows = similar_circuits(shelf.catalog, circuit).ask(shelf.catalog)
    parts = {"score": pytest.approx(2 / 3), "ports": 1.0, "tasks": 1.0, "edges": 0.0}
    assert rows == [{"id": shelf.id("add2"), "kind": "Circuit", "name": "add", **parts}]


def test_circuits_without_ports_and_tasks_are_compared_by_their_edges(shelf: Shelf) -> None:
    lonely = Circuit(name="lonely", blob=circuit_blob(shelf), config={}, n_edges=0, n_components=0, n_parameters=0)
    shelf.catalog.add(lonely)
    rows = similar_circuits(shelf.catalog, lonely).ask(shelf.catalog)
    assert [(row["ports"], row["tasks"], row["edges"]) for row in rows] == [(0.0, 0.0, 0.0)] * 2


def circuit_blob(shelf: Shelf) -> str:
    circuit = shelf.nodes["add1"]
    assert isinstance(circuit, Circuit)
    return circuit.blob


def test_a_question_prints_its_parameters_as_comments() -> None:
    question = Question("RETURN $name AS name", {"name": "two\nlines"})
    assert str(question) == '// $name = "two\\nlines"\nRETURN $name AS name'


def test_a_refuted_formula_is_told_by_its_verdict(shelf: Shelf) -> None:
    formula = shelf.nodes["double"]
    assert isinstance(formula, Formula)
    (row,) = strongest(formula).ask(shelf.catalog)
    assert (row["claim"], row["rank"], row["kind"]) == (DOUBLING.ensures, 0, "refuted")
