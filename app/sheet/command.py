"""The command `sheet`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ...catalog.durable import write_atomically
from ..options import CatalogOption, open_catalog

__all__ = ["sheet"]


def sheet(
    name: Annotated[str, typer.Argument(help="A cell: its name, NAME@VERSION or a digest.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="The file to write (else NAME.html).")] = None,
    catalog: CatalogOption = None,
) -> None:
    """Write the data sheet of a cell: pins, contract, evidence, figures, provenance and how to call it, as one page."""
    from . import sheet_contents, sheet_page

    with open_catalog(catalog) as opened:
        page = sheet_page(sheet_contents(opened, name))
    path = out or Path(f"{re.sub(r'[^A-Za-z0-9._-]+', '_', name).lstrip('.') or 'cell'}.html")
    write_atomically(path, page.encode())
    typer.echo(f"written: {path}")
