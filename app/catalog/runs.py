"""Write runs into a catalog: the stage behind `catalog add`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...catalog import Catalog
from ...extraction.cataloguing import StoredRun, store_run
from ...verify.networks.evidence import MOST_RUN, Found
from ...verify.networks.sampling import Measurement
from ..options import console, print_json
from ..progress import stage

__all__ = ["add_run", "print_stored"]


def add_run(catalog: Catalog, run: Path, *, most_inputs: int = MOST_RUN, quiet: bool) -> StoredRun:
    """Write a run and what was extracted from it; of more inputs than `most_inputs` the circuit is only measured.

    Raises:
        StdcellError: if something of the run is missing or damaged, or the catalog cannot be written.
    """
    with stage("catalog", quiet=quiet) as bar:
        bar.tell("running the circuit")
        stored = store_run(catalog, run, most_inputs=most_inputs)
        bar.tell(f"{stored.n_nodes} nodes, {stored.n_relationships} relationships")
    return stored


def print_stored(stored: StoredRun, *, as_json: bool) -> None:
    """What was written, and what running the circuit showed; of drawn inputs that it was measured, never more."""
    check = stored.check
    if as_json:
        names = {"circuit": stored.circuit, "formula": stored.formula}
        print_json({**names, "n_inputs": check.n_inputs, "n_wrong": check.n_wrong, **_standing(check)})
        return
    console.print(f"circuit {stored.circuit}, formula {stored.formula}: {stored.n_nodes} nodes")
    if isinstance(check, Measurement):
        refuted = "[red]refuted[/], " if check.n_wrong else ""
        console.print(f"contract {refuted}{check}: not every input was run, so that nothing is proved", soft_wrap=True)
        return
    verdict = "[green]exhaustive[/]" if check.holds else "[red]refuted[/]"
    margin = f"smallest logit margin {check.smallest_margin:.2f}"
    console.print(f"contract {verdict}: {check.n_inputs:,} inputs, {check.n_wrong} wrong, {margin}")


def _standing(check: Found) -> dict[str, Any]:
    """Whether the contract holds, where every input was run; else how often it does, and how sure that is."""
    if not isinstance(check, Measurement):
        return {"holds": check.holds}
    measured = {"share": check.share, "interval": list(check.interval), "confidence": check.confidence}
    return {"measured": {**measured, "seed": check.seed}, "holds": False if check.n_wrong else None}
