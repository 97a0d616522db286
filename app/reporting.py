"""The report of a run and of programs over its cells: the stage behind `report`."""

from __future__ import annotations

from pathlib import Path

from ..extraction.cataloguing import check_circuit
from ..extraction.files import read_circuit, read_formula
from ..training import load_run
from .composition import Composition
from .progress import stage
from .report import ReportContents, write_report

__all__ = ["report_run"]


def report_run(run_folder: Path, composed: Composition, path: Path, *, quiet: bool) -> None:
    """Write the report of a run and of what was composed from its cells.

    Raises:
        TrainingError, ExtractionError: if the run, its circuit or its formula is missing or damaged.
    """
    with stage("report", quiet=quiet) as bar:
        run, circuit, formula = load_run(run_folder), read_circuit(run_folder), read_formula(run_folder)
        check = check_circuit(run, circuit)
        write_report(path, ReportContents(run, circuit, formula, check, composed.traces, composed.proofs))
        bar.tell(str(path))
