"""Write runs into a catalog: the stage behind `catalog add`."""

from __future__ import annotations

from pathlib import Path

from ...catalog import Catalog
from ...extraction.cataloguing import StoredRun, store_run
from ..options import console, print_json
from ..progress import stage

__all__ = ["add_run", "print_stored"]


def add_run(catalog: Catalog, run: Path, *, quiet: bool) -> StoredRun:
    """Write a run and what was extracted from it.

    Raises:
        StdcellError: if something of the run is missing or damaged, or the catalog cannot be written.
    """
    with stage("catalog", quiet=quiet) as bar:
        bar.tell("running the circuit on every input")
        stored = store_run(catalog, run)
        bar.tell(f"{stored.n_nodes} nodes, {stored.n_relationships} relationships")
    return stored


def print_stored(stored: StoredRun, *, as_json: bool) -> None:
    """What was written, and what running every input showed."""
    check = stored.check
    if as_json:
        names = {"circuit": stored.circuit, "formula": stored.formula}
        print_json({**names, "n_inputs": check.n_inputs, "n_wrong": check.n_wrong, "holds": check.holds})
        return
    console.print(f"circuit {stored.circuit}, formula {stored.formula}: {stored.n_nodes} nodes")
    verdict = "[green]exhaustive[/]" if check.holds else "[red]refuted[/]"
    margin = f"smallest logit margin {check.smallest_margin:.2f}"
    console.print(f"contract {verdict}: {check.n_inputs:,} inputs, {check.n_wrong} wrong, {margin}")
