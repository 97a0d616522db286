"""The whole path on a real network: each stage is the one behind a command of its own.

1. `stdcell train`, 2. `stdcell extract circuit`, 3. `stdcell extract formula`, 4. `stdcell catalog add`,
5. `stdcell check`, 6. `stdcell verify`, 7. `stdcell run`, 8. `stdcell report`.
"""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.text import Text

from ..catalog import Catalog
from ..training import TrainingConfig
from ..verify.networks.exhaustive import ExhaustiveCheck
from .catalog.runs import add_run
from .composition import compose, count_verdicts, in_words
from .models import extract_circuit, extract_formula, train_model
from .options import console, print_json
from .reporting import report_run

__all__ = ["run_demo"]

TASK, MODULUS = "add-mod", 37
INPUT = [3, 1, 36, 0]
PROGRAMS = ("checksum.cell", "broken.cell")
QUERY = "MATCH (c:Circuit)-[:EXTRACTED_FROM]->(k:Checkpoint)<-[:PRODUCED]-(r:TrainingRun) RETURN c.name, k.step, r.seed"


def run_demo(folder: Path, seed: int, *, as_json: bool, quiet: bool) -> None:
    """Run every stage into a folder; stages that are done already are not done again.

    Raises:
        StdcellError: if a stage fails, or the programs do not answer as they should.
    """
    run_folder = folder / "run"
    run = train_model(run_folder, TASK, MODULUS, seed, max_steps=TrainingConfig().max_steps, resume=True, quiet=quiet)
    circuit = extract_circuit(run_folder, quiet=quiet)
    formula = extract_formula(run_folder, quiet=quiet)
    with Catalog(folder / "catalog") as catalog:
        stored = add_run(catalog, run_folder, quiet=quiet)
        composed = compose([_copied(name, folder) for name in PROGRAMS], INPUT, catalog, quiet=quiet)
    check = stored.check
    assert isinstance(check, ExhaustiveCheck), "the demo's circuit has few inputs"
    path = folder / "report.html"
    report_run(run_folder, composed, path, quiet=quiet)
    found: dict[str, Any] = {
        "steps": run.final.step,
        "edges": len(circuit.edges),
        "of_edges": len(circuit.effects),
        "claim": circuit.search["claim"],
        "inputs": check.n_inputs,
        "wrong": check.n_wrong,
        "smallest_margin": check.smallest_margin,
        "frequencies": list(formula.formula.frequencies),
        "agreement": formula.formula.agreement,
        "verdicts": {name: count_verdicts(report) for name, report in composed.reports.items()},
        "answers": {trace.backend: trace.answer for trace in composed.traces},
        "report": str(path),
    }
    print_json(found) if as_json else _print_found(folder, found)


def _copied(name: str, folder: Path) -> Path:
    """An example of the package as a file of the demo's folder."""
    path = folder / name
    path.write_text((files("stdcell.examples") / name).read_text(encoding="utf-8"), encoding="utf-8")
    return path


def _print_found(folder: Path, found: dict[str, Any]) -> None:
    """What was found, and the next three commands to try."""
    catalog = ["--catalog", str(folder / "catalog")]
    commands = (
        ["stdcell", "query", QUERY, *catalog],
        [
            "stdcell",
            "run",
            str(folder / PROGRAMS[0]),
            "--input",
            str(INPUT),
            "--backend",
            "stitched",
            "--trace",
            *catalog,
        ],
        ["stdcell", "verify", str(folder / PROGRAMS[1]), *catalog],
    )
    edges = f"{found['edges']} of {found['of_edges']} edges ({found['claim']})"
    margin = found["smallest_margin"]
    answers = ", ".join(f"{backend} {answer}" for backend, answer in found["answers"].items())
    lines = (
        f"network    answers every input right after {found['steps']} steps",
        f"circuit    {edges}: {found['inputs']:,} inputs, {found['wrong']} wrong, margin {margin:.2f}",
        f"formula    frequencies {found['frequencies']}, agrees on {found['agreement']:.1%} of the inputs",
        *(f"proofs     {name}: {in_words(counts)}" for name, counts in found["verdicts"].items()),
        f"answers    checksum of {INPUT}: {answers}",
        f"report     {found['report']}",
    )
    console.print("\n[bold]Found[/]")
    for line in lines:
        console.print(Text(f"  {line}"), soft_wrap=True)
    console.print("\n[bold]Next[/]")
    for command in commands:
        console.print(Text(f"  {shlex.join(command)}"), soft_wrap=True)
