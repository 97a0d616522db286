"""Programs over a catalog: check them, prove them, run the first of them on every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..catalog import Catalog
from ..dsl import Program
from ..errors import StdcellError
from ..runtime.inputs import Given
from ..runtime.tracing import Trace
from ..verify import Report, verify
from .backends import BACKENDS, traced_run
from .options import parse_file
from .progress import stage

__all__ = ["Composition", "compose", "count_verdicts", "in_words"]


@dataclass(frozen=True, slots=True)
class Composition:
    """What some programs came to, by file name, and the run of the first one on every backend."""

    programs: dict[str, Program]
    reports: dict[str, Report]
    traces: tuple[Trace, ...]

    @property
    def proofs(self) -> tuple[tuple[str, str, Report], ...]:
        """File name, text and verdicts of each program."""
        return tuple((name, self.programs[name].source.text, report) for name, report in self.reports.items())


def compose(files: Sequence[Path], given: Given, catalog: Catalog, *, quiet: bool) -> Composition:
    """Check, prove and run.

    Raises:
        LanguageError: with all faults of a program.
        StdcellError: if a program cannot be read or run, or the backends disagree.
    """
    with stage("check", total=len(files), quiet=quiet) as bar:
        programs = {path.name: parse_file(path, catalog) for path in files}
        bar.tell(", ".join(f"{name} {program.digest[:12]}" for name, program in programs.items()))
    with stage("prove", total=len(files), quiet=quiet) as bar:
        reports = {name: verify(program, catalog) for name, program in programs.items()}
        bar.tell(", ".join(f"{name}: {in_words(count_verdicts(report))}" for name, report in reports.items()))
    with stage("run", total=len(BACKENDS), quiet=quiet) as bar:
        first = programs[files[0].name]
        traces = tuple(traced_run(first, given, None, catalog, backend) for backend in BACKENDS)
        bar.tell(", ".join(f"{trace.backend} {trace.answer}" for trace in traces))
    if len({repr(trace.answer) for trace in traces}) > 1:
        raise StdcellError("the backends disagree: " + ", ".join(f"{t.backend} says {t.answer}" for t in traces))
    return Composition(programs, reports, traces)


def count_verdicts(report: Report) -> dict[str, int]:
    """How many verdicts there are of each status."""
    return dict(Counter(verdict.status for verdict in report.verdicts))


def in_words(counts: dict[str, int]) -> str:
    """Counts of verdicts as text."""
    return ", ".join(f"{n} {status}" for status, n in counts.items())
