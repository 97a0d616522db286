"""Section 6: programs, and what is proved and refuted of them."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from ...verify import Counterexample, Report, Verdict
from ..pages.markup import Markup, element, joined, section
from ..tracing.table import place_text

__all__ = ["SIGNS", "verdict_counts", "verdicts_section"]

SIGNS = {"proved": "✓", "unknown": "?", "error": "!", "refuted": "✗"}
"""The sign of each status, from best to worst."""


def verdicts_section(proofs: Sequence[tuple[str, str, Report]]) -> Markup:
    """Every program with its verdicts."""
    introduction = (
        "Every wire between cells, every requirement of a call and every promise was asked. A counterexample was "
        "replayed in the interpreter before it was shown."
    )
    articles = (_program(title, text, report) for title, text, report in proofs)
    return section("Verdicts", introduction, *articles)


def verdict_counts(proofs: Sequence[tuple[str, str, Report]]) -> Counter[str]:
    """How many verdicts of all programs have each status, in the order of `SIGNS`."""
    found: Counter[str] = Counter(verdict.status for _, _, report in proofs for verdict in report.verdicts)
    return Counter({status: found[status] for status in SIGNS if found[status]})


def _program(title: str, text: str, report: Report) -> Markup:
    counts = verdict_counts([(title, text, report)])
    heading = element("h3", element("code", title), *(_badge(status, f"{n} {status}") for status, n in counts.items()))
    verdicts = element("div", *map(_verdict, report.verdicts), class_="verdicts")
    return element("article", heading, _listing(title, text, report), verdicts, class_="program")


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
    head = element("p", _badge(verdict.status, verdict.status), " ", element("code", verdict.claim, class_="claim"))
    facts = [("scope", verdict.scope), ("by", verdict.method), ("because", verdict.reason or "")]
    told = element(
        "p", f"{verdict.kind} at ", place, *(joined([" · ", name, " ", fact]) for name, fact in facts if fact)
    )
    assumed = [element("li", "assumes ", str(assumption)) for assumption in verdict.assumptions]
    return element(
        "div",
        head,
        element("div", told, *([element("ul", *assumed)] if assumed else []), class_="facts"),
        *([_counterexample(verdict.counterexample)] if verdict.counterexample else []),
        class_=f"verdict {verdict.status}",
    )


def _counterexample(found: Counterexample) -> Markup:
    answer = element("p", element("code", found.call), " answers ", element("code", str(found.answer)))
    return element("div", answer, element("pre", f"$ {_portable(found.command)}"), class_="counterexample")


def _portable(command: str) -> str:
    """A command in which absolute paths are cut down to the file's name."""
    words = shlex.split(command)
    return shlex.join(PurePath(word).name if PurePath(word).is_absolute() else word for word in words)
