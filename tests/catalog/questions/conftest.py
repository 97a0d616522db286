"""A shelf of cells with a history, small enough to answer every question by hand.

Event 1: a run on sums makes two checkpoints, out of the second comes the circuit `add`, checked on every input.
Event 2: the formula `double`, refuted, and the program `quad` that calls both.
Event 3: a second circuit takes the name `add`; it is derived from the first, proved, and less faithful.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pytest
from safetensors.numpy import save

from stdcell.catalog import (
    Catalog,
    Checkpoint,
    Circuit,
    Component,
    Contract,
    Dataset,
    Evidence,
    Formula,
    Node,
    Port,
    Program,
    Relationship,
    Task,
    TrainingRun,
    Verdict,
)

EARLY = save({"w": np.array([3.0, 4.0], np.float32), "b": np.zeros(2, np.float32)})
LATE = save({"w": np.array([3.0, 7.0], np.float32), "b": np.zeros(2, np.float32), "x": np.ones(1, np.float16)})
CONTRACT = Contract(requires="", ensures="result == (a + b) mod 10")
DOUBLING = Contract(requires="", ensures="result == 2 * a")


@dataclass(frozen=True)
class Shelf:
    """The catalog and its nodes by short names."""

    catalog: Catalog
    nodes: dict[str, Node]

    def id(self, name: str) -> str:
        return self.nodes[name].id


def port(name: str, direction: Literal["in", "out"], position: int, type: str) -> Port:
    return Port(name=name, direction=direction, position=position, type=type)


def joined(source: Node, type: str, *targets: Node, **properties: Any) -> list[Relationship]:
    return [Relationship(source.id, type, target.id, properties) for target in targets]


def circuit(name: str, blob: str, n_edges: int) -> Circuit:
    return Circuit(name=name, blob=blob, config={}, n_edges=n_edges, n_components=2, n_parameters=64)


def faithful(cell: Node, value: float) -> Evidence:
    return Evidence(
        of=cell.id,
        kind="measurement",
        claim="faithfulness",
        method="sampling",
        value=value,
        interval_low=value - 0.125,
        interval_high=value + 0.125,
    )


def judged(cell: Node, contract: Contract, status: Literal["proved", "refuted", "exhaustive"]) -> Verdict:
    return Verdict(of=cell.id, claim=contract.ensures, status=status, scope="all", method="z3")


ADD_PORTS = [port("a", "in", 0, "int 0..9"), port("b", "in", 1, "int 0..9"), port("sum", "out", 0, "int 0..9")]
DOUBLE_PORTS = [port("a", "in", 0, "int 0..99"), port("double", "out", 0, "int 0..198")]


@pytest.fixture
def shelf(catalog: Catalog) -> Shelf:
    blobs = [catalog.blobs.put(content) for content in (EARLY, LATE)]
    nodes: dict[str, Node] = {}
    _training(catalog, nodes, blobs)
    _doubling(catalog, nodes)
    _second_circuit(catalog, nodes, blobs[1])
    return Shelf(catalog, nodes)


def _training(catalog: Catalog, nodes: dict[str, Node], blobs: list[str]) -> None:
    task = Task(name="add_mod_10", description="Adds.")
    data = Dataset(name="sums", n_samples=100, n_train=60, seed=7, digest="0" * 64)
    run = TrainingRun(name="first", seed=3, n_steps=900, config={}, code_version="0.1.0", dataset=data.id)
    early = Checkpoint(of=run.id, name="at 100", step=100, blob=blobs[0], test_loss_nats=0.75)
    late = Checkpoint(of=run.id, name="at 900", step=900, blob=blobs[1], test_loss_nats=0.25)
    add = circuit("add", blobs[1], 2)
    head, mlp = (Component(of=add.id, name=name, kind=kind) for name, kind in (("L0.H0", "head"), ("L0.mlp", "mlp")))
    measured, verdict = faithful(add, 0.875), judged(add, CONTRACT, "exhaustive")
    check = Evidence(
        of=add.id, kind="exhaustive", claim=CONTRACT.ensures, method="enumeration", n_inputs=100, n_wrong=0
    )
    nodes |= {"task": task, "data": data, "run": run, "early": early, "late": late, "add1": add}
    relationships = [
        *joined(data, "INSTANCE_OF", task),
        *joined(run, "TRAINED_ON", data),
        *joined(run, "PRODUCED", early, late),
        *joined(add, "EXTRACTED_FROM", late),
        *joined(add, "IMPLEMENTS", task),
        *joined(add, "SATISFIES", CONTRACT),
        *joined(add, "HAS_PORT", *ADD_PORTS),
        *joined(add, "HAS_COMPONENT", head, mlp),
        *joined(head, "FEEDS", mlp, reader="in"),
        *joined(measured, "ABOUT", add),
        *joined(check, "ABOUT", add),
        *joined(verdict, "ABOUT", add),
        *joined(check, "SUPPORTS", CONTRACT),
    ]
    added = [task, data, run, early, late, add, head, mlp, measured, check, verdict, CONTRACT, *ADD_PORTS]
    catalog.add(added, relationships, {"add": add.id, "weights": late.id})


def _doubling(catalog: Catalog, nodes: dict[str, Node]) -> None:
    double = Formula(name="double", expression="2*a", agreement=0.5)
    text = "use circuit add;\nmain(x: int 0..9) = add(x, x);\n"
    quad = Program(name="quad", text=text, dialect="cell", graph="1" * 64)
    verdict = judged(double, DOUBLING, "refuted")
    nodes |= {"double": double, "quad": quad}
    relationships = [
        *joined(double, "SATISFIES", DOUBLING),
        *joined(double, "HAS_PORT", *DOUBLE_PORTS),
        *joined(verdict, "ABOUT", double),
        *joined(quad, "COMPOSED_OF", nodes["add1"], double),
    ]
    catalog.add([double, quad, verdict, DOUBLING, *DOUBLE_PORTS], relationships, {"double": double.id, "quad": quad.id})


def _second_circuit(catalog: Catalog, nodes: dict[str, Node], blob: str) -> None:
    add = circuit("add", blob, 1)
    head, embed = (
        Component(of=add.id, name=name, kind=kind) for name, kind in (("L0.H0", "head"), ("embed", "embedding"))
    )
    measured, verdict = faithful(add, 0.5), judged(add, CONTRACT, "proved")
    nodes |= {"add2": add}
    relationships = [
        *joined(add, "DERIVED_FROM", nodes["add1"]),
        *joined(add, "IMPLEMENTS", nodes["task"]),
        *joined(add, "SATISFIES", CONTRACT),
        *joined(add, "HAS_PORT", *ADD_PORTS),
        *joined(add, "HAS_COMPONENT", head, embed),
        *joined(embed, "FEEDS", head, reader="v"),
        *joined(measured, "ABOUT", add),
        *joined(verdict, "ABOUT", add),
    ]
    catalog.add([add, head, embed, measured, verdict], relationships, {"add": add.id})
