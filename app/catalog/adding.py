"""`stdcell catalog add`: a run with what was extracted from it, or a program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...errors import StdcellError
from ..options import CatalogOption, JsonOption, QuietOption, open_catalog

__all__ = ["add"]


def add(
    what: Annotated[Path, typer.Argument(help="The folder of a training run, or a program.", show_default=False)],
    name: Annotated[str | None, typer.Option(help="What a program is called there (else as its file).")] = None,
    most_inputs: Annotated[
        int | None, typer.Option(min=1, help="Run all inputs of a circuit if so few; of more, draw and measure (2^24).")
    ] = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a run with its circuit and formula, or a program pinned to the cells that it calls, and what was found."""
    from ...verify.networks.evidence import MOST_RUN
    from .. import stitching
    from . import runs

    is_program = what.suffix in (".cell", ".rasp")
    if not (what.is_file() if is_program else what.is_dir()):
        expected = "a program, .cell or .rasp, or the folder of a training run"
        raise StdcellError(f"{str(what)!r} is no such thing as can be added: expected {expected}")
    with open_catalog(catalog, create=True) as opened:
        if is_program:
            stitching.print_saved(stitching.add_program(opened, what, name, quiet=quiet or as_json), as_json=as_json)
        else:
            limit = MOST_RUN if most_inputs is None else most_inputs
            stored = runs.add_run(opened, what, most_inputs=limit, quiet=quiet or as_json)
            runs.print_stored(stored, as_json=as_json)
