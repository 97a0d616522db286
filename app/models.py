"""Train a model, cut a circuit out of it, read a formula off it: the stages behind `train` and `extract`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import StdcellError
from ..extraction import AblatedModel, cut_circuit, edge_effects, find_circuit, find_formula
from ..extraction.files import (
    ExtractedCircuit,
    ExtractedFormula,
    read_circuit,
    read_formula,
    write_circuit,
    write_formula,
)
from ..training import Run, TrainingConfig, find_task, load_run, train
from .options import console, print_json
from .progress import stage

__all__ = ["extract_circuit", "extract_formula", "print_circuit", "print_formula", "print_run", "train_model"]


def train_model(folder: Path, task: str, modulus: int, seed: int, *, max_steps: int, resume: bool, quiet: bool) -> Run:
    """Train into a folder, with a bar.

    Raises:
        TrainingError: if the task, the folder or the configuration does not serve.
        StdcellError: if training ended before every input was answered right; its checkpoints are kept.
    """
    config = TrainingConfig(seed=seed, max_steps=max_steps)
    with stage("train", total=max_steps, quiet=quiet) as bar:
        run = train(find_task(task, modulus=modulus), config, folder, bar.on_training, resume)
    if run.status == "interrupted":
        raise StdcellError(f"stopped at step {run.final.step}; go on with: {_resume(folder, task, modulus, seed)}")
    if run.status != "generalised":
        last = run.history[-1]
        wrong = f"{last.n_wrong} of {len(run.task.inputs_bp)} inputs are still wrong"
        further = f"{_resume(folder, task, modulus, seed)} --max-steps {2 * max_steps}"
        raise StdcellError(
            f"after {last.step} steps {wrong} (test accuracy {last.test_accuracy:.1%}); go on with: {further}"
        )
    return run


def _resume(folder: Path, task: str, modulus: int, seed: int) -> str:
    return f"stdcell train --task {task} --modulus {modulus} --seed {seed} --out {folder} --resume"


def print_run(run: Run, *, as_json: bool) -> None:
    """How training ended, and where its run is kept."""
    last = run.history[-1]
    if as_json:
        print_json({"run": str(run.folder), "status": run.status, "last": asdict(last)})
        return
    console.print(f"generalised after {last.step} steps, smallest logit margin {last.smallest_margin:.2f}")
    console.print(f"kept in {run.folder}, {len(run.checkpoints)} checkpoints", soft_wrap=True)


def extract_circuit(folder: Path, *, quiet: bool) -> ExtractedCircuit:
    """Extract a circuit from the last checkpoint of a run into the run's folder.

    Raises:
        TrainingError, ExtractionError: if there is no such run, or its model is wrong on some input.
    """
    run = load_run(folder)
    checkpoint = run.final
    with stage("extract circuit", quiet=quiet) as bar:
        bar.tell("ablating edges")
        model = AblatedModel.of(checkpoint.cell(), run.task.inputs_bp, run.task.answers_b)
        search = find_circuit(model, progress=bar.on_search)
        write_circuit(folder, checkpoint, cut_circuit(model, search.edges), search, edge_effects(model))
    return read_circuit(folder)


def print_circuit(found: ExtractedCircuit, *, as_json: bool) -> None:
    """The edges of a circuit, and what is claimed of them."""
    search, n_parameters = found.search, sum(weight.numel() for weight in found.cell.model.parameters())
    if as_json:
        print_json({"search": search, "n_parameters": n_parameters, "checkpoint_step": found.checkpoint_step})
        return
    counts = f"{len(found.edges)} of {len(found.effects)} edges"
    console.print(f"{counts}, {search['claim']} ({search['n_sets_tried']} sets tried), {n_parameters:,} parameters")
    console.print(", ".join(f"{writer}→{reader}" for writer, reader in found.edges), soft_wrap=True)
    console.print(f"smallest logit margin {search['smallest_margin']:.2f}")


def extract_formula(folder: Path, *, quiet: bool) -> ExtractedFormula:
    """Extract a formula from the last checkpoint of a run into the run's folder.

    Raises:
        TrainingError, ExtractionError: if there is no such run, or its task has no formula of this kind.
    """
    checkpoint = load_run(folder).final
    with stage("extract formula", quiet=quiet):
        write_formula(folder, checkpoint, find_formula(checkpoint.cell()))
    return read_formula(folder)


def print_formula(found: ExtractedFormula, *, as_json: bool) -> None:
    """A formula, and how well it stands for its network."""
    formula = found.formula
    if as_json:
        document: dict[str, Any] = {**asdict(formula), "agreement": formula.agreement, "expression": formula.text}
        print_json(document)
        return
    console.print(f"key frequencies {', '.join(map(str, formula.frequencies))}")
    console.print(f"logit of c = {formula.text}", soft_wrap=True)
    console.print(
        f"agrees with the network on {formula.n_agreeing:,} of {formula.n_inputs:,} inputs, "
        f"explains {formula.r_squared:.1%} of the logits' variance"
    )
