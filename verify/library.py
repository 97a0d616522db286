"""The page that lists what the library's programs promise, and what proves it.

`python -m stdcell.verify.library` verifies every program and prints the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..dsl import library_names, parse
from ..dsl.scope import read_program
from ..errors import Source
from .prove import verify
from .verdict import Report, Verdict

__all__ = ["library_page", "reports_on_library", "rows_on"]

_HEAD = """\
# The library

`use program "stdcell/sort" (sort);` takes `sort` from the file `library/sort.cell`. These are the promises of all its
programs, as `stdcell verify` answers them; what else they owe (that they answer, that values have their types) is
proved with them. A certificate lists the [schemas](axioms.md) that a proof takes. The page is written by
`python -m stdcell.verify.library`.

| program | promise | answer | by |
|---|---|---|---|
"""


def reports_on_library() -> Iterator[tuple[str, Report]]:
    """Each program of the strict dialect, by its name, with the verdicts on it."""
    for name in library_names():
        found = read_program(name, Source("", "the library"))
        if found and found[1] == "cell":
            yield name, verify(parse(found[0].text))


def library_page(reports: Iterable[tuple[str, Report]]) -> str:
    """The page, of what `reports_on_library` gave."""
    return _HEAD + "".join(row for name, report in reports for row in rows_on(name, report))


def rows_on(name: str, report: Report) -> list[str]:
    """One row for each promise of a program, callees first; each once."""
    promises = [verdict for verdict in report.verdicts if verdict.kind == "ensures"]
    return list(dict.fromkeys(_row(name, verdict) for verdict in promises))


def _row(name: str, verdict: Verdict) -> str:
    promise = " ".join(verdict.claim.removeprefix("ensures ").split()).replace("|", "\\\\|")
    return f"| {name} | `{promise}` | {verdict.status}, {verdict.scope} | {verdict.method} |\n"


if __name__ == "__main__":
    print(library_page(reports_on_library()), end="")
