"""The words and signs that verdicts are told in, wherever they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ...verify import Verdict

__all__ = ["SIGNS", "STYLES", "by_types", "explained", "summary", "verdict_counts"]

SIGNS = {"proved": "✓", "unknown": "?", "error": "!", "refuted": "✗"}
"""The sign of each status, from best to worst."""
STYLES = {"proved": "green", "refuted": "red", "unknown": "yellow", "error": "red"}

_WHY: Mapping[str, str] = {
    "types": "it follows from the types, or from how it is written",
    "one graph": "both programs are the same graph",
    "the function's own requirements": "it is required as it stands",
    "promises of called functions": "it follows from what the called functions promise",
    "kept by every step": "the first state keeps it, and so does every step",
    "lemmas on positions": "it follows from what holds of selections at any position",
    "induction over the elements": "it holds of no elements, and one more element keeps it",
    "induction with an invariant": "what every run keeps, one element after the other, implies it",
    "an automaton": "every state that a run can reach was looked at",
    "nonlinear arithmetic": "it holds of any numbers",
    "branch and prune": "it holds on boxes that cover all inputs",
    "unrolling": "no input up to that length breaks it",
    "every input was tried": "no input breaks it",
}
"""Why a claim holds, for a reader who does not know the strategy; by the first words of the strategy's name."""


def verdict_counts(verdicts: Iterable[Verdict]) -> Counter[str]:
    """How many verdicts have each status, in the order of `SIGNS`."""
    found: Counter[str] = Counter(verdict.status for verdict in verdicts)
    return Counter({status: found[status] for status in SIGNS if found[status]})


def summary(verdicts: Iterable[Verdict]) -> str:
    """The counts in words, with how far the proofs reach."""
    listed = list(verdicts)
    counts = verdict_counts(listed)
    reached = Counter(verdict.scope for verdict in listed if verdict.status == "proved")
    reach = ", ".join(f"{n} for {scope}" for scope, n in reached.most_common())
    parts = [f"{n} {status}{f' ({reach})' if status == 'proved' else ''}" for status, n in counts.items()]
    return ", ".join(parts) or "nothing to prove"


def by_types(verdict: Verdict) -> bool:
    """Whether a verdict on a wire says nothing that the types do not say; a promise is told, whatever proves it."""
    return verdict.kind == "wire" and verdict.status == "proved" and verdict.method == "types"


def explained(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What there is to say of a verdict, as pairs of a heading and a sentence, the most important first."""
    shown = verdict.counterexample
    if shown:
        yield "broken by", f"{shown.call}, which answers {shown.answer}"
        yield "try", shown.command
    if verdict.status == "proved":
        yield "holds", f"for {verdict.scope}: {_why(verdict.method)} ({verdict.method})"
    if verdict.reason:
        yield "because", verdict.reason
    if verdict.because:
        yield "given", "; ".join(verdict.because)
    for assumption in verdict.assumptions:
        yield "assumes", str(assumption)
    for names, reason in _by_reason(verdict.tried):
        yield "tried", f"{', '.join(names)}: {reason}"
    if verdict.vacuity.startswith("not shown"):
        yield "vacuity", verdict.vacuity


def _why(method: str) -> str:
    return next((why for name, why in _WHY.items() if method.startswith(name)), "it is proved")


def _by_reason(tried: Iterable[str]) -> Iterator[tuple[list[str], str]]:
    """The strategies that said the same, together."""
    said: dict[str, list[str]] = {}
    for told in tried:
        name, _, reason = told.partition(": ")
        said.setdefault(reason, []).append(name)
    yield from ((names, reason) for reason, names in said.items())
