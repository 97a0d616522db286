"""Cells by need: the newest that meets the conditions of `use … where`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest

from stdcell import parse
from stdcell.catalog import Catalog, Circuit, Contract, Evidence, Node, Port, Relationship, Task
from stdcell.dsl import Condition
from stdcell.errors import LanguageError, UnknownCell

from .conftest import WEIGHTS

DIGIT = "int 0..36"
Kind = Literal["exhaustive", "measurement"]
PORTS: tuple[tuple[str, Literal["in", "out"], int], ...] = (("a", "in", 0), ("b", "in", 1), ("sum", "out", 0))
KINDS: tuple[tuple[str, int, int, Kind], ...] = (
    ("small", 9, 37, "measurement"),
    ("other", 10, 31, "exhaustive"),
    ("large", 20, 37, "exhaustive"),
)
IMPLEMENTS = Condition("implements", "==", "add-mod")


def circuit(name: str, n_edges: int) -> Circuit:
    return Circuit(name=name, blob=WEIGHTS, config={}, n_edges=n_edges, n_components=5, n_parameters=640)


def described(cell: Circuit, modulus: int, kind: Kind) -> tuple[Sequence[Node], Sequence[Relationship]]:
    """A circuit with ports, a task and evidence for its contract."""
    task = Task(name=f"add_mod_{modulus}", description="Adds.", parameters={"modulus": modulus})
    contract = Contract(requires="", ensures=f"result == (a + b) mod {modulus}")
    ports = [
        Port(name=name, direction=direction, position=place, type=DIGIT, type_key=DIGIT)
        for name, direction, place in PORTS
    ]
    evidence = Evidence(of=cell.id, kind=kind, claim=contract.ensures, method="enumeration", n_inputs=9, n_wrong=0)
    joined = [
        Relationship(cell.id, "IMPLEMENTS", task.id),
        Relationship(cell.id, "SATISFIES", contract.id),
        Relationship(evidence.id, "ABOUT", cell.id),
        *(Relationship(cell.id, "HAS_PORT", port.id) for port in ports),
    ]
    return [cell, task, contract, evidence, *ports], joined


@pytest.fixture
def shelf(catalog: Catalog) -> Catalog:
    """Three circuits: one measured, then two that were run on every input; the last is the largest."""
    catalog.blobs.put(b"weights")
    for name, n_edges, modulus, kind in KINDS:
        cell = circuit(name, n_edges)
        nodes, relationships = described(cell, modulus, kind)
        catalog.add(nodes, relationships, {name: cell.id})
    return catalog


@pytest.mark.parametrize(
    ("conditions", "name"),
    [
        ([IMPLEMENTS], "large"),
        ([Condition("implements", "==", "add_mod_31")], "other"),
        ([Condition("modulus", "==", 37), Condition("verdict", "==", "exhaustive")], "large"),
        ([Condition("verdict", "==", "measurement")], "small"),
        ([IMPLEMENTS, Condition("n_edges", "<", 20)], "other"),
        ([Condition("n_edges", "<=", 9)], "small"),
        ([Condition("modulus", "!=", 37)], "other"),
        ([Condition("name", "==", "small")], "small"),
    ],
)
def test_the_newest_cell_that_meets_all_conditions_is_found(
    shelf: Catalog, conditions: list[Condition], name: str
) -> None:
    assert shelf.find_matching("circuit", conditions).digest == shelf.get(name).id


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            Condition("modulus", "==", 41),
            "none of the catalog's 3 cells of kind circuit has modulus == 41; 'large' comes nearest, its modulus is 37",
        ),
        (Condition("n_edge", "<", 3), "no circuit has a property 'n_edge'; did you mean 'n_edges'?"),
        (
            Condition("implements", "==", "sort"),
            'none of the catalog\'s 3 cells of kind circuit has implements == "sort"; '
            "'large' comes nearest, its implements is add_mod_37",
        ),
    ],
)
def test_what_no_cell_meets_is_said(shelf: Catalog, condition: Condition, message: str) -> None:
    with pytest.raises(UnknownCell) as fault:
        shelf.find_matching("circuit", [condition])
    assert str(fault.value) == message


def test_a_program_names_a_cell_by_what_it_needs(shelf: Catalog) -> None:
    program = parse(
        'use circuit where implements "add-mod" and modulus == 37 and verdict == "exhaustive" as add;\n'
        "main(x: int 0..36) = add(x, 1);",
        scope=shelf,
    )
    assert [(cell.name, cell.digest) for cell in program.cells] == [("large", shelf.get("large").id)]


def test_a_need_that_nothing_meets_is_a_fault_of_the_program(shelf: Catalog) -> None:
    with pytest.raises(LanguageError) as fault:
        parse("use circuit where modulus == 41 as add;\nmain(x: int 0..36) = add(x, 1);", scope=shelf)
    assert (fault.value.line, fault.value.column, len(fault.value.faults)) == (1, 19, 1)
