"""A catalog of realistic shape and any size, drawn from a seed through the product's own schema.

It comes in families, one event each, of about 100 nodes and 400 relationships: a run with 4 checkpoints; 2 circuits of
20 components and some 100 edges, one derived from an earlier family's; a formula; a program over cells of earlier
families; the ports, contracts, evidence and verdicts of all these, and a name for each cell. Ports of the same name
and type are one node, as in any catalog, and their types are of some 60 kinds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from stdcell.catalog import (
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

__all__ = ["NODES_OF_A_FAMILY", "WEIGHTS", "Family", "circuit_of", "families", "n_properties"]

NODES_OF_A_FAMILY = 100
WEIGHTS = b"weights"
BLOB = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"  # SHA-256 of WEIGHTS
TYPES = [
    *(f"{outer}{inner} {low}..{high}{']' * bool(outer)}" for outer in ("", "seq[") for inner in ("int", "real")
      for low in (0, -10) for high in (1, 6, 9, 36, 96, 112, 255)),
    *("bool", "seq[bool]", "vector[64]", "seq[vector[64]]"),
]  # fmt: skip
N = TypeVar("N", bound=Node)
READERS = ("q", "k", "v", "in")


@dataclass
class Family:
    """What is written in one call of `Catalog.add`."""

    nodes: list[Node] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)

    def add(self, node: N) -> N:
        """Note a node."""
        self.nodes.append(node)
        return node

    def join(self, source: Node | str, type: str, target: Node | str, **properties: str | float) -> None:
        """Note a relationship, its ends given as nodes or ids."""
        ends = [end if isinstance(end, str) else end.id for end in (source, target)]
        self.relationships.append(Relationship(ends[0], type, ends[1], properties))


def families(n_nodes: int, seed: int = 0) -> Iterator[Family]:
    """Families of about so many nodes in all."""
    draw = Random(seed)
    circuits: list[str] = []
    programs: list[str] = []
    for number in range(max(1, n_nodes // NODES_OF_A_FAMILY)):
        family = Family()
        checkpoint = _training(family, draw, number)
        for place in range(2):
            circuit = circuit_of(family, draw, f"circuit_{number}_{place}", 20)
            family.join(circuit, "EXTRACTED_FROM", checkpoint)
            if circuits and place:
                family.join(circuit, "DERIVED_FROM", draw.choice(circuits[-200:]))
            _findings(family, draw, circuit, checkpoint, 11, 4)
            circuits.append(circuit.id)
        formula = family.add(
            Formula(
                name=f"formula_{number}",
                expression=f"(a + b + {number}) mod 37",
                config={"modulus": 37, "frequencies": [draw.randrange(36) for _ in range(4)], "r_squared": 0.98},
                agreement=draw.random(),
            )
        )
        family.join(formula, "EXTRACTED_FROM", checkpoint)
        program = _program(family, draw, number, circuits, programs)
        programs.append(program.id)
        for cell in (formula, program):
            _face(family, draw, cell)
            _findings(family, draw, cell, checkpoint, 4, 1)
        yield family


def circuit_of(family: Family, draw: Random, name: str, n_components: int) -> Circuit:
    """A circuit with its components, some five edges into each, its ports and its contract."""
    circuit = family.add(
        Circuit(
            name=name,
            blob=BLOB,
            config={"layers": [4, 4], "d_model": 64, "seed": draw.randrange(2**31)},
            n_edges=5 * n_components,
            n_components=n_components,
            n_parameters=draw.randrange(10**6),
            search={"claim": "minimal", "n_sets_tried": draw.randrange(10**4)},
        )
    )
    family.aliases[name] = circuit.id
    components = [family.add(_component(circuit, draw, place)) for place in range(n_components)]
    for place, component in enumerate(components):
        family.join(circuit, "HAS_COMPONENT", component)
        for writer in draw.sample(components[:place], min(place, 6)):
            family.join(writer, "FEEDS", component, reader=draw.choice(READERS), weight=draw.uniform(-1, 1))
    _face(family, draw, circuit)
    return circuit


def n_properties(node: Node) -> int:
    """How many properties a node says, those within its objects counted too."""
    said = json.loads(node.manifest)["properties"]
    return 1 + sum(len(value) if isinstance(value, dict) else 1 for value in said.values())


def _component(circuit: Circuit, draw: Random, place: int) -> Component:
    details = {
        "layer": place // 5,
        "head": place % 5,
        "position": place,
        "mean_activation": draw.gauss(0, 1),
        "share_active": draw.random(),
        "entropy_nats": draw.random() * 3,
        "label": f"attends to token {place}",
        "n_parameters": 64 * place,
    }
    return Component(of=circuit.id, name=f"L{place // 5}.H{place % 5}", kind="head", details=details)


def _training(family: Family, draw: Random, number: int) -> Checkpoint:
    """A run on a data set that several share; its last checkpoint."""
    task = family.add(Task(name=f"add_mod_{number // 50}", description="adds", parameters={"modulus": number // 50}))
    data = {"name": f"sums_{number // 10}", "n_samples": 1369, "n_train": 821, "seed": number // 10}
    dataset = family.add(Dataset(**data, digest=f"{number // 10:064x}"))
    config = {"learning_rate": 3e-3, "weight_decay": 1.0, "d_model": 64, "n_heads": 4, "batch": "full", "beta": 0.98}
    run = family.add(
        TrainingRun(
            name=f"run_{number}", seed=number, n_steps=900, config=config, code_version="0.1.0", dataset=dataset.id
        )
    )
    family.join(dataset, "INSTANCE_OF", task)
    family.join(run, "TRAINED_ON", dataset)
    for step in (100, 300, 600, 900):
        losses = {"train_loss_nats": draw.random(), "test_loss_nats": 2 * draw.random()}
        rates = {"train_accuracy": draw.random(), "test_accuracy": draw.random()}
        name = f"run_{number}_step_{step}"
        checkpoint = family.add(Checkpoint(of=run.id, name=name, step=step, blob=BLOB, **losses, **rates))
        family.join(run, "PRODUCED", checkpoint)
    return checkpoint


def _program(family: Family, draw: Random, number: int, circuits: list[str], programs: list[str]) -> Program:
    text = f"use circuit circuit_{number}_0 as f;\nmain(xs: seq[int 0..36]) = fold(f, xs, {number});\n"
    program = family.add(Program(name=f"program_{number}", text=text, dialect="cell", graph=f"{number:064x}"))
    for cell in {*draw.sample(circuits, min(3, len(circuits))), *draw.sample(programs, min(1, len(programs)))}:
        family.join(program, "COMPOSED_OF", cell)
    return program


def _face(family: Family, draw: Random, cell: Node) -> None:
    """Two inputs, an output, and a contract that many cells promise."""
    for direction, position in (("in", 0), ("in", 1), ("out", 0)):
        type_ = draw.choice(TYPES)
        name = f"{direction}_{draw.randrange(20)}"
        port = family.add(Port(name=name, direction=direction, position=position, type=type_))
        family.join(cell, "HAS_PORT", port)
    contract = family.add(Contract(requires="", ensures=f"result == (a + b) mod {draw.randrange(200)}"))
    family.join(cell, "SATISFIES", contract)
    family.aliases[getattr(cell, "name", "")] = cell.id


def _findings(family: Family, draw: Random, cell: Node, checkpoint: Checkpoint, n_found: int, n_asked: int) -> None:
    """Evidence and verdicts about a cell, each for or against its contract."""
    contract = next(one.target for one in family.relationships if one.source == cell.id and one.type == "SATISFIES")
    for _ in range(n_found):
        value, seed = draw.random(), draw.randrange(2**31)
        measured = {"value": value, "interval_low": value - 0.01, "interval_high": value + 0.01, "seed": seed}
        where = {"method": "sampling", "dtype": "float32", "device": "cpu"}
        counts = {"n_inputs": 1369, "n_wrong": 0, "smallest_margin": draw.random()}
        evidence = family.add(
            Evidence(of=cell.id, kind="measurement", claim="faithfulness", **counts, **measured, **where)
        )
        family.join(evidence, "ABOUT", cell)
        family.join(evidence, "SUPPORTS", contract)
        family.join(evidence, "MEASURED_ON", checkpoint)
    for number in range(n_asked):
        claim = f"result <= {number}"
        verdict = family.add(
            Verdict(of=cell.id, claim=claim, status="proved", scope="all lengths", method="z3", assumptions=["add"])
        )
        family.join(verdict, "ABOUT", cell)
        family.join(verdict, "SUPPORTS", contract)
