"""A run and what was extracted from it, as typed nodes of the catalog.

1. Blobs first: the weights of every checkpoint and of the circuit.
2. The circuit and the formula are run on every input (a circuit of too many on drawn ones, which is a measurement), now
   and from what was stored: their evidence is about exactly these weights.
3. All nodes, relationships and names in one transaction: a catalog never holds half a run.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..catalog import (
    Catalog,
    Circuit,
    Contract,
    Dataset,
    Evidence,
    Formula,
    Model,
    Task,
    TrainingRun,
    put_tensors,
)
from ..catalog import Checkpoint as CheckpointNode
from ..catalog.questions.findings import FAITHFULNESS
from ..dsl.scope import CellPort, CellSignature
from ..runtime.edges import component_of
from ..training import Run, load_run
from ..verify.networks.evidence import MOST_RUN, Found, add_found, check_or_measure
from ..verify.networks.exhaustive import ExhaustiveCheck, check_exhaustively
from ..verify.networks.records import Records, add_components, add_ports, port_type
from ..verify.numeric.formula import check_formula
from ..verify.numeric.records import add_formula_check
from .files import ExtractedCircuit, ExtractedFormula, read_circuit, read_formula

__all__ = ["StoredRun", "check_circuit", "check_model", "store_run"]


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What was written: the names of the cells, how much, and what running the circuit showed."""

    circuit: str
    formula: str
    n_nodes: int
    n_relationships: int
    check: Found


def store_run(catalog: Catalog, folder: Path, *, most_inputs: int = MOST_RUN) -> StoredRun:
    """Write a run, its checkpoints, its circuit and its formula; what is there already stays as it is.

    Of more inputs than `most_inputs` some are drawn and measured, which proves nothing; nor is faithfulness told then.

    Raises:
        TrainingError, ExtractionError: if the run or what was extracted from it is missing or damaged.
        CatalogError: if the catalog cannot be written.
    """
    run, circuit, formula = load_run(folder), read_circuit(folder), read_formula(folder)
    cell_name = _cell_name(run)
    check = check_or_measure(circuit.cell, _signature(run), most_inputs=most_inputs, seed=run.config.seed)
    batch = Records()
    task, checkpoints = _add_run(batch, catalog, run, cell_name)
    contract = batch.add(Contract(requires="", ensures=run.task.contract))
    circuit_node = _add_circuit(batch, catalog, circuit, cell_name)
    formula_node = _add_formula(batch, formula, f"{cell_name}_formula")
    for node, step in ((circuit_node, circuit.checkpoint_step), (formula_node, formula.checkpoint_step)):
        batch.join(node, "EXTRACTED_FROM", checkpoints[step])
        batch.join(node, "IMPLEMENTS", task)
        batch.join(node, "SATISFIES", contract)
        add_ports(batch, node, run.task.cell)
    add_found(batch, circuit_node, contract, check)
    if isinstance(check, ExhaustiveCheck):
        parent = checkpoints[circuit.checkpoint_step]
        _add_faithfulness(batch, circuit_node, parent, check, check_model(run, circuit.checkpoint_step))
    _add_formula_evidence(batch, formula_node, contract, checkpoints[formula.checkpoint_step], formula, run)
    names = {circuit_node.name: circuit_node.id, formula_node.name: formula_node.id}
    catalog.add(batch.nodes, batch.relationships, names)
    return StoredRun(circuit_node.name, formula_node.name, len(batch.nodes), len(batch.relationships), check)


def check_circuit(run: Run, circuit: ExtractedCircuit) -> ExhaustiveCheck:
    """Run a circuit on every input, against the contract of its run's task."""
    return check_exhaustively(circuit.cell, _signature(run))


def check_model(run: Run, step: int) -> ExhaustiveCheck:
    """Run the whole model at one of its checkpoints on every input, against the contract of its task."""
    checkpoint = next(one for one in run.checkpoints if one.step == step)
    return check_exhaustively(checkpoint.cell(), _signature(run))


def _signature(run: Run) -> CellSignature:
    ports = tuple(CellPort(port.name, port_type(port)) for port in run.task.cell.inputs)
    output = CellPort(run.task.cell.output.name, port_type(run.task.cell.output))
    return CellSignature("circuit", _cell_name(run), "", ports, output, None, run.task.contract)


def _cell_name(run: Run) -> str:
    """The task's name and parameters, as in `add_mod_37`."""
    return "_".join([run.task.name.replace("-", "_"), *map(str, run.task.parameters.values())])


def _add_run(batch: Records, catalog: Catalog, run: Run, name: str) -> tuple[Task, dict[int, CheckpointNode]]:
    """Task, data set, model, run and its checkpoints by step."""
    task = batch.add(Task(name=name, description=run.task.contract, parameters=dict(run.task.parameters)))
    n_inputs = len(run.task.inputs_bp)
    n_train = round(run.config.train_fraction * n_inputs)
    data = Dataset(
        name=f"{name}_inputs", n_samples=n_inputs, n_train=n_train, seed=run.config.seed, digest=run.dataset_digest
    )
    dataset = batch.add(data)
    shape = run.config.transformer(run.task)
    n_parameters = sum(weight.numel() for weight in run.final.model().parameters())
    model = batch.add(Model(name=f"{name}_transformer", architecture=shape.to_dict(), n_parameters=n_parameters))
    training = batch.add(
        TrainingRun(
            name=f"{name}_seed_{run.config.seed}",
            seed=run.config.seed,
            n_steps=run.final.step,
            config={**asdict(run.config), "betas": list(run.config.betas)},
            code_version=run.code_version,
            dataset=dataset.id,
        )
    )
    batch.join(dataset, "INSTANCE_OF", task)
    batch.join(training, "TRAINED_ON", dataset)
    batch.join(training, "PRODUCED", model)
    progress = {record.step: record for record in run.history}
    checkpoints: dict[int, CheckpointNode] = {}
    for checkpoint in run.checkpoints:
        record = progress[checkpoint.step]
        node = CheckpointNode(
            of=training.id,
            name=f"{training.name}_step_{checkpoint.step}",
            step=checkpoint.step,
            blob=put_tensors(catalog.blobs, checkpoint.content()),
            train_loss_nats=record.train_loss_nats,
            test_loss_nats=record.test_loss_nats,
            train_accuracy=record.train_accuracy,
            test_accuracy=record.test_accuracy,
        )
        checkpoints[checkpoint.step] = batch.add(node)
        batch.join(training, "PRODUCED", node)
    return task, checkpoints


def _add_circuit(batch: Records, catalog: Catalog, circuit: ExtractedCircuit, name: str) -> Circuit:
    """The circuit with its components, joined as its edges run."""
    names = sorted({component_of(end) for edge in circuit.edges for end in edge})
    node = batch.add(
        Circuit(
            name=name,
            blob=put_tensors(catalog.blobs, circuit.weights),
            config=circuit.cell.to_dict(),
            n_edges=len(circuit.edges),
            n_components=len(names),
            n_parameters=sum(weight.numel() for weight in circuit.cell.model.parameters()),
            search={key: value for key, value in circuit.search.items() if key != "curve"},
        )
    )
    add_components(batch, node, circuit.edges)
    return node


def _add_faithfulness(
    batch: Records, node: Circuit, parent: CheckpointNode, circuit: ExhaustiveCheck, model: ExhaustiveCheck
) -> None:
    """How near the circuit alone comes to the score of the model that it was cut out of; none of a model without one.

    The score is the number of inputs answered right, of all that there are: nothing is sampled, so there is no
    interval. What was cut away is replaced by its mean over these same inputs.
    """
    right = {"circuit": circuit.n_inputs - circuit.n_wrong, "model": model.n_inputs - model.n_wrong}
    if not right["model"]:
        return
    evidence = batch.add(
        Evidence(
            of=node.id,
            kind="measurement",
            claim=FAITHFULNESS,
            method="right answers of the circuit alone over those of its model, on every input",
            n_inputs=circuit.n_inputs,
            value=right["circuit"] / right["model"],
            dtype=circuit.dtype,
            device=circuit.device,
            details={"right": right, "ablation": "mean of every input, folded into biases"},
        )
    )
    batch.join(evidence, "ABOUT", node)
    batch.join(evidence, "MEASURED_ON", parent)


def _add_formula(batch: Records, extracted: ExtractedFormula, name: str) -> Formula:
    formula = extracted.formula
    config: dict[str, Any] = {
        "modulus": formula.modulus,
        "frequencies": list(formula.frequencies),
        "amplitudes": list(formula.amplitudes),
        "r_squared": formula.r_squared,
    }
    return batch.add(Formula(name=name, expression=formula.text, config=config, agreement=formula.agreement))


def _add_formula_evidence(
    batch: Records, node: Formula, contract: Contract, parent: CheckpointNode, extracted: ExtractedFormula, run: Run
) -> None:
    """Its answers against the contract on every input, and its agreement with the network that it was read off."""
    formula = extracted.formula
    add_formula_check(batch, node, contract, check_formula(formula.text, replace(_signature(run), name=node.name)))
    agreement = batch.add(
        Evidence(
            of=node.id,
            kind="measurement",
            claim="agrees with the network's answers",
            method="enumeration of every input",
            n_inputs=formula.n_inputs,
            n_wrong=formula.n_inputs - formula.n_agreeing,
            value=formula.agreement,
            details={"r_squared": formula.r_squared},
        )
    )
    batch.join(agreement, "ABOUT", node)
    batch.join(agreement, "MEASURED_ON", parent)
