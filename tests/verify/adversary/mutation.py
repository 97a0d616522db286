"""What verification says of a mutant, beside what enumeration says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stdcell.verify import Effort, Report, verify

from .corpus import PROGRAMS
from .mutants import Mutant, mutants_of
from .truth import first_wrong

__all__ = ["Judged", "all_mutants", "judged"]

EFFORT = Effort(up_to=4)
LIBRARY = Path(__file__).parents[3] / "library"


@dataclass(frozen=True)
class Judged:
    """A mutant, what is wrong with it on a short input (None: nothing), and verification's one word for it."""

    mutant: Mutant
    wrong: str | None
    answer: str
    report: Report


def judged(mutant: Mutant) -> Judged:
    """Decide a mutant by enumeration up to length 4, and verify it."""
    wrong = first_wrong(mutant.program, EFFORT.up_to)
    report = verify(mutant.program, effort=EFFORT)
    statuses = {verdict.status for verdict in report.verdicts}
    answer = "refuted" if statuses & {"refuted", "error"} else "unknown" if "unknown" in statuses else "proved"
    return Judged(mutant, f"{wrong[0]} on {wrong[1].values}" if wrong else None, answer, report)


def all_mutants() -> Iterator[tuple[str, Mutant]]:
    """Every mutant of the corpus, then of each library program, with the name of the program."""
    for name, text in PROGRAMS.items():
        yield from ((name, mutant) for mutant in mutants_of(text))
    for path in sorted(LIBRARY.glob("*.cell")):
        yield from ((path.name, mutant) for mutant in mutants_of(path.read_text(encoding="utf-8")))
