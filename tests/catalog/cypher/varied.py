"""A small catalog with all that dialects may read differently: nulls, empty texts, cycles, parallel edges, unicode."""

from __future__ import annotations

from stdcell.catalog import Catalog, Relationship
from stdcell.catalog import schema as s

__all__ = ["fill"]

DIGEST = "0" * 64


def fill(catalog: Catalog) -> None:
    """Write the graph."""
    blob = catalog.blobs.put(b"weights")
    tasks = [
        s.Task(name="add_mod_37", description="Sum of two numbers, modulo 37", parameters={"modulus": 37}),
        s.Task(name="sort", description=""),
        s.Task(name="größe λ→", description='it\'s "quoted" \\ back; `tick`', parameters={"a": [1, 2.5, None]}),
        s.Task(name="a b\tc", description="emoji 😀 text"),
    ]
    data = s.Dataset(name="sums", n_samples=1369, n_train=821, seed=7, digest=DIGEST)
    runs = [
        s.TrainingRun(name="first", seed=3, n_steps=900, config={"lr": 0.5}, code_version="1", dataset=data.id),
        s.TrainingRun(name="second", seed=2**62, n_steps=7, config={}, code_version="", dataset=data.id),
    ]
    checkpoints = [
        s.Checkpoint(of=runs[0].id, name="first at 0", step=0, blob=blob, train_loss_nats=3.5, test_loss_nats=3.75),
        s.Checkpoint(of=runs[0].id, name="first at 450", step=450, blob=blob, train_loss_nats=1.25, test_accuracy=0.5),
        s.Checkpoint(of=runs[0].id, name="first at 900", step=900, blob=blob, test_loss_nats=0.25, test_accuracy=1.0),
        s.Checkpoint(of=runs[1].id, name="second at 7", step=7, blob=blob, train_loss_nats=-0.5),
    ]
    circuits = [
        s.Circuit(name=name, blob=blob, config={}, n_edges=edges, n_components=components, n_parameters=parameters)
        for name, edges, components, parameters in [
            ("add_mod_37", 12, 5, 640),
            ("add_mod_7", 12, 4, 0),
            ("double", 0, 1, 7),
            ("Ünï", 3, 3, 2**53 + 1),
        ]
    ]
    formulas = [
        s.Formula(name="add", expression="(a + b) % 37", agreement=1.0),
        s.Formula(name="", expression="x", agreement=1 / 3),
    ]
    program = s.Program(name="checksum", text="line one\nline two", dialect="cell", graph=DIGEST)
    components = [
        s.Component(of=circuits[0].id, name=name, kind=kind)
        for name, kind in [
            ("embed", "embedding"),
            ("L0.H0", "head"),
            ("L0.H1", "head"),
            ("L0.mlp", "mlp"),
            ("logits", "logits"),
        ]
    ]
    ports = [
        s.Port(name=name, direction="in", position=position, type="int 0..36", type_key="int 0..36")
        for name, position in [("a", 0), ("b", 1), ("x", 0)]
    ]
    ports.insert(2, s.Port(name="result", direction="out", position=0, type="int 0..36", type_key="int 0..36"))
    contracts = [
        s.Contract(requires="true", ensures="result == (a + b) mod 37"),
        s.Contract(requires="", ensures="sorted(result)", tolerance=0.5),
    ]
    of = circuits[0].id
    evidence = [
        s.Evidence(of=of, kind="measurement", claim="faithfulness", method="patching", value=0.97, n_inputs=100),
        s.Evidence(of=of, kind="measurement", claim="faithfulness", method="patching", value=-0.25, interval_low=-0.5),
        s.Evidence(of=of, kind="proof", claim="", method="z3", n_wrong=0, smallest_margin=1e-9),
    ]
    nodes = [*tasks, data, *runs, *checkpoints, *circuits, *formulas, program, *components, *ports, *contracts]
    relationships = [
        *_lineage(tasks, data, runs, checkpoints, circuits, formulas),
        *_cells(circuits, formulas, program, ports, contracts, evidence),
        *_edges(components),
        *(Relationship(of, "HAS_COMPONENT", component.id) for component in components),
    ]
    catalog.add([*nodes, *evidence], relationships, {"adder": of, "it's`;": tasks[0].id})
    catalog.add([], [], {"adder": circuits[1].id})


def _lineage(
    tasks: list[s.Task],
    data: s.Dataset,
    runs: list[s.TrainingRun],
    checkpoints: list[s.Checkpoint],
    circuits: list[s.Circuit],
    formulas: list[s.Formula],
) -> list[Relationship]:
    first, second, third, fourth = (circuit.id for circuit in circuits)
    return [
        Relationship(data.id, "INSTANCE_OF", tasks[0].id),
        *(Relationship(run.id, "TRAINED_ON", data.id) for run in runs),
        *(Relationship(checkpoint.of, "PRODUCED", checkpoint.id) for checkpoint in checkpoints),
        Relationship(first, "EXTRACTED_FROM", checkpoints[2].id),
        Relationship(second, "EXTRACTED_FROM", checkpoints[1].id),
        Relationship(formulas[0].id, "EXTRACTED_FROM", checkpoints[2].id),
        *(Relationship(cell, "IMPLEMENTS", tasks[0].id) for cell in (first, second, formulas[0].id)),
        Relationship(second, "DERIVED_FROM", first),
        Relationship(third, "DERIVED_FROM", second),
        Relationship(fourth, "DERIVED_FROM", first),
        Relationship(first, "DERIVED_FROM", third),
    ]


def _cells(
    circuits: list[s.Circuit],
    formulas: list[s.Formula],
    program: s.Program,
    ports: list[s.Port],
    contracts: list[s.Contract],
    evidence: list[s.Evidence],
) -> list[Relationship]:
    first, second, third, _ = (circuit.id for circuit in circuits)
    return [
        *(Relationship(first, "HAS_PORT", port.id) for port in ports[:3]),
        *(Relationship(second, "HAS_PORT", port.id) for port in ports[:2]),
        *(Relationship(cell, "HAS_PORT", ports[3].id) for cell in (third, formulas[0].id)),
        *(Relationship(cell, "SATISFIES", contracts[0].id) for cell in (first, formulas[0].id)),
        Relationship(program.id, "SATISFIES", contracts[1].id),
        *(Relationship(program.id, "COMPOSED_OF", cell) for cell in (first, second)),
        *(Relationship(one.id, "ABOUT", first) for one in evidence),
        Relationship(evidence[0].id, "SUPPORTS", contracts[0].id),
        Relationship(evidence[1].id, "REFUTES", contracts[0].id),
    ]


def _edges(components: list[s.Component]) -> list[Relationship]:
    """A cycle, two edges side by side, and paths of several lengths between the same ends."""
    embed, first, second, mlp, logits = (component.id for component in components)
    ends = [
        *((embed, first, "q"), (embed, first, "k"), (embed, second, "v"), (first, mlp, "in"), (second, mlp, "in")),
        *((mlp, logits, "in"), (embed, logits, "in"), (mlp, first, "q"), (logits, embed, "")),
    ]
    return [Relationship(source, "FEEDS", target, {"reader": reader}) for source, target, reader in ends]
