"""What the commands about traces print."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from rich.text import Text

from ...runtime.tracing import Explanation, Finding, TraceCheck
from ..options import console, print_json
from .because import told_lines
from .table import place_text

__all__ = ["print_check", "print_explanation"]


def print_check(check: TraceCheck, *, as_json: bool, quiet: bool) -> None:
    """The first part that does not follow, with what was expected and found; then what was not checked."""
    if as_json:
        print_json(check.to_json())
        return
    if check.first is not None:
        console.print(Text.assemble(("does not follow: ", "bold red"), _told(check.first)), soft_wrap=True)
        console.print(Text(f"  expected  {check.first.expected}"), soft_wrap=True)
        console.print(Text(f"  found     {check.first.found}"), soft_wrap=True)
        for other in () if quiet else check.faults[1:]:
            console.print(Text(f"  also      {_told(other)}", style="dim"), soft_wrap=True)
    for why, findings in {} if quiet else _by_reason(check.unchecked).items():
        parts = ", ".join(_told(finding) for finding in findings[:6])
        more = f" and {len(findings) - 6} more" if len(findings) > 6 else ""
        console.print(Text.assemble(("not checked: ", "yellow"), f"{parts}{more}: {why}"), soft_wrap=True)
    console.print(_summary(check), soft_wrap=True)


def _by_reason(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(f"{finding.found}; {finding.expected}", []).append(finding)
    return grouped


def _told(finding: Finding) -> str:
    if finding.step is None:
        return f"{finding.part} of the trace"
    place = f" ({place_text(finding.place)})" if finding.place else ""
    return f"step {finding.step} {finding.told}{place}, its {finding.part}"


def _summary(check: TraceCheck) -> str:
    unchecked = {finding.step for finding in check.unchecked} - {finding.step for finding in check.faults} - {None}
    wrong = {finding.step for finding in check.faults} - {None}
    counts = f"{check.n_followed} of {check.n_steps} steps follow"
    counts += f", {len(wrong)} {'does' if len(wrong) == 1 else 'do'} not" if wrong else ""
    counts += f", {len(unchecked)} not checked in all parts" if unchecked else ""
    return f"[green]{counts}[/]" if check.is_sound else f"[red]{counts}[/]"


def print_explanation(explanation: Explanation, *, as_json: bool) -> None:
    """Each value with its reasons under it, indented."""
    if as_json:
        print_json(explanation.to_json())
        return
    for line in told_lines(explanation):
        typer.echo(line)
    n_told, n_all = len(explanation.steps), len(explanation.trace.steps)
    console.print(Text(f"{len(explanation.values)} values of {n_told} of the {n_all} steps", style="dim"))
