"""The whole page: its sections in order, its style, and the one file that it is written to."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ...catalog.durable import write_atomically
from ..pages.document import html_document
from ..verification.page import STYLE, verdicts_section
from .circuit import circuit_section
from .contents import ReportContents
from .headline import headline
from .learning import learning_section
from .provenance import provenance
from .spectrum import spectrum_section
from .traces import traces_section

__all__ = ["write_report"]


def write_report(path: Path, contents: ReportContents) -> None:
    """Write the report as one file that needs no other, no network and no script; equal contents give equal bytes.

    Raises:
        OSError: if the file cannot be written.
    """
    write_atomically(path, _page(contents).encode())


def _page(contents: ReportContents) -> str:
    run = contents.run
    sections = (
        headline(contents),
        learning_section(run),
        spectrum_section(contents.formula.formula),
        circuit_section(run.config.transformer(run.task), contents.circuit),
        traces_section(contents.traces),
        verdicts_section(contents.proofs),
        provenance(contents),
    )
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8") + STYLE
    return html_document(f"stdcell report: {run.task.name}", style, *sections)
