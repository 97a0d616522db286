"""A report in the terminal: what is promised, where, why it holds or what breaks it, and how far the answer reaches."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from ...verify import Report, Verdict
from ...verify.certificates.writing import entry_of
from ..options import console, print_json
from ..tracing.table import place_text
from .budgets import Budgets, conclusion, document
from .words import SIGNS, STYLES, by_types, explained, summary

__all__ = ["print_budgets", "print_report"]


def print_report(report: Report, budgets: Budgets | None = None, *, as_json: bool, quiet: bool) -> None:
    """One block for each verdict that says more than the types do, the wires, the counts; quiet tells these alone."""
    if as_json:
        verdicts = list(map(_document, report.verdicts))
        print_json({"program": report.program_digest, "verdicts": verdicts, "wires": document(budgets)})
        return
    told = [verdict for verdict in report.verdicts if not by_types(verdict)]
    for verdict in () if quiet else told:
        _print_verdict(verdict)
    n_typed = len(report.verdicts) - len(told)
    if n_typed and not quiet:
        noun = "wire fits" if n_typed == 1 else "wires fit"
        console.print(Text(f"✓ {n_typed} more {noun} by their types alone", style="dim"))
    if budgets and not quiet:
        print_budgets(budgets)
    console.print(Text(summary(report.verdicts), style="bold"), soft_wrap=True)


def print_budgets(budgets: Budgets) -> None:
    """One line for each wire from circuit to circuit, in the last call that was walked, and what they come to."""
    for one in budgets.report.last if budgets.report else ():
        console.print(Text.assemble(("wire  ", "dim"), str(one)), soft_wrap=True)
    console.print(Text(conclusion(budgets)), soft_wrap=True)


def _print_verdict(verdict: Verdict) -> None:
    sign = (f"{SIGNS[verdict.status]} {verdict.status:8}", f"bold {STYLES[verdict.status]}")
    place = (f"  {place_text(verdict.place)}", "dim")
    console.print(Text.assemble(sign, " ", (verdict.claim, "bold"), place), soft_wrap=True)
    for heading, sentence in explained(verdict):
        console.print(Text.assemble((f"  {heading:>9}  ", "dim"), sentence), soft_wrap=True)


def _document(verdict: Verdict) -> dict[str, Any]:
    """A verdict in JSON's own types; of what was asked of the solver the digests (a certificate has the texts)."""
    entry = entry_of(verdict)
    argument = entry.argument
    questions = [question.model_dump() for question in argument.questions] if argument else []
    return {**entry.verdict, "questions": questions, "schemas": argument.proof["schemas"] if argument else []}
