"""Programs with their verdicts as HTML: a section for the report, and a page of its own."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.resources import files
from pathlib import PurePath

from ...verify import Counterexample, Report, Verdict
from ..pages.document import html_document
from ..pages.markup import Markup, element, joined, section
from ..sheet.tables import table
from ..tracing.table import place_text
from .budgets import HEADINGS, Budgets, budget_rows, conclusion
from .words import SIGNS, by_types, explained, summary, verdict_counts

__all__ = ["STYLE", "verdicts_page", "verdicts_section"]

STYLE = files(__package__).joinpath("verdicts.css").read_text(encoding="utf-8")
"""How programs and verdicts are drawn."""
_INTRODUCTION = (
    "Every wire between cells, every requirement of a call, every operation that may have no answer and every promise "
    "was asked. A counterexample was replayed in the interpreter before it was shown."
)


def verdicts_page(title: str, text: str, report: Report, budgets: Budgets | None = None) -> str:
    """One program with its verdicts and wires, as a page that needs no other file; equal reports give equal text."""
    name = PurePath(title).name
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8") + STYLE
    header = element(
        "header",
        element("p", "stdcell verify", class_="eyebrow"),
        element("h1", name),
        element("p", f"{summary(report.verdicts)}.", class_="summary"),
        element("p", _INTRODUCTION, class_="introduction"),
    )
    wires = [_wires(budgets)] if budgets else []
    return html_document(f"stdcell verify: {name}", style, header, _program(name, text, report), *wires)


def verdicts_section(proofs: Sequence[tuple[str, str, Report]]) -> Markup:
    """Every program with its verdicts."""
    return section("Verdicts", _INTRODUCTION, *(_program(title, text, report) for title, text, report in proofs))


def _program(title: str, text: str, report: Report) -> Markup:
    counts = verdict_counts(report.verdicts)
    heading = element("h3", element("code", title), *(_badge(status, f"{n} {status}") for status, n in counts.items()))
    told = [verdict for verdict in report.verdicts if not by_types(verdict)]
    n_typed = len(report.verdicts) - len(told)
    verdicts = element("div", *map(_verdict, told), class_="verdicts")
    typed = [element("p", f"{n_typed} more hold by their types alone.", class_="facts")] if n_typed else []
    return element("article", heading, _listing(title, text, report), verdicts, *typed, class_="program")


def _wires(budgets: Budgets) -> Markup:
    """The budget at every wire from circuit to circuit."""
    heading, told = element("h3", "Wires from circuit to circuit"), element("p", f"{conclusion(budgets)}.")
    rows = [table(HEADINGS, budget_rows(budgets), "wires")] if budgets.report else []
    return element("article", heading, *rows, told, class_="program")


def _listing(title: str, text: str, report: Report) -> Markup:
    """The program with numbered lines, those with a promise marked by the worst verdict on them."""
    worst: dict[int, str] = {}
    for verdict in sorted(report.verdicts, key=lambda verdict: list(SIGNS).index(verdict.status)):
        file, line, *_ = [*place_text(verdict.place).split(":"), "", ""]
        if file == PurePath(title).name and line.isdigit():
            worst[int(line)] = verdict.status
    lines = [_line(number, line, worst.get(number)) for number, line in enumerate(text.splitlines(), 1)]
    return element("div", element("table", element("tbody", *lines)), class_="listing")


def _line(number: int, text: str, status: str | None) -> Markup:
    sign = element("td", SIGNS[status] if status else "", class_=f"sign {status}" if status else "sign")
    code = element("td", element("code", text or " "), class_="source")
    return element(
        "tr", element("td", str(number), class_="line"), sign, code, class_=f"marked {status}" if status else ""
    )


def _badge(status: str, text: str) -> Markup:
    return element("span", f"{SIGNS[status]} {text}", class_=f"badge {status}")


def _verdict(verdict: Verdict) -> Markup:
    place = element("code", place_text(verdict.place), class_="place")
    claim = element("code", verdict.claim, class_="claim")
    head = element("p", _badge(verdict.status, verdict.status), " ", claim, " ", place)
    told = [pair for pair in explained(verdict) if pair[0] not in ("broken by", "try")]
    facts = element("dl", *(part for pair in told for part in _fact(*pair)), class_="facts")
    shown = [_counterexample(verdict.counterexample)] if verdict.counterexample else []
    return element("div", head, *shown, facts, class_=f"verdict {verdict.status}")


def _fact(heading: str, sentence: str) -> tuple[Markup, Markup]:
    return element("dt", heading), element("dd", sentence)


def _counterexample(found: Counterexample) -> Markup:
    answer = joined(["broken by ", element("code", found.call), ", which answers ", element("code", str(found.answer))])
    return element(
        "div", element("p", answer), element("pre", f"$ {_portable(found.command)}"), class_="counterexample"
    )


def _portable(command: str) -> str:
    """A command in which absolute paths are cut down to the file's name."""
    words = shlex.split(command)
    return shlex.join(PurePath(word).name if PurePath(word).is_absolute() else word for word in words)
