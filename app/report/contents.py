"""What a report shows, gathered by whoever asks for one."""

from __future__ import annotations

from dataclasses import dataclass

from ...extraction.files import ExtractedCircuit, ExtractedFormula
from ...runtime.tracing import Trace
from ...training import Run
from ...verify import Report
from ...verify.networks.exhaustive import ExhaustiveCheck

__all__ = ["ReportContents"]


@dataclass(frozen=True, slots=True)
class ReportContents:
    """A run with all that was found out about it.

    `check` is that of the circuit on every input; `proofs` gives each program's title, its text, and what verification
    said of it.
    """

    run: Run
    circuit: ExtractedCircuit
    formula: ExtractedFormula
    check: ExhaustiveCheck
    traces: tuple[Trace, ...]
    proofs: tuple[tuple[str, str, Report], ...]
