"""Typical figures and characteristic limits of a cell: what was measured, and how far that reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...catalog import Circuit, Evidence, Formula, Program
from ...catalog.evidence import by_strength, is_against
from .contents import SheetContents

__all__ = ["Figure", "figures_of", "limits_of", "number", "standing_of"]

_SEARCHED = {"minimum": "no smaller set answers all inputs right", "minimal": "no set with one edge less does"}


class Figure(NamedTuple):
    """One row: what, how much, in which unit, under which condition."""

    what: str
    value: str
    unit: str
    condition: str


def number(value: float | None, digits: int = 4) -> str:
    """A number as people read it; a dash for none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}g}"


def standing_of(contents: SheetContents) -> tuple[str, str]:
    """What decides about the cell's promises: a status that has a colour, and a word."""
    if any(one.status == "refuted" for one in contents.verdicts) or any(map(is_against, contents.evidence)):
        return "refuted", "refuted"
    statuses = {one.status for one in contents.verdicts}
    if statuses and statuses <= {"proved"}:
        return "proved", "proved"
    if "exhaustive" in statuses or any(one.kind == "exhaustive" for one in contents.evidence):
        return "proved", "exhaustively checked"
    if contents.evidence:
        return "unknown", "measured"
    return ("unknown", "partly proved") if "proved" in statuses else ("unknown", "not checked")


def figures_of(contents: SheetContents) -> list[Figure]:
    """The rows of the table."""
    return [*_of_findings(contents), *_of_cell(contents)]


def _of_findings(contents: SheetContents) -> Iterator[Figure]:
    for claim in dict.fromkeys(one.claim for one in contents.evidence):
        best = min((one for one in contents.evidence if one.claim == claim), key=by_strength)
        if best.n_inputs and best.n_wrong is not None:
            share = 1 - best.n_wrong / best.n_inputs
            what = "all" if best.kind == "exhaustive" else "a sample of"
            yield Figure(f"answers right: {claim}", f"{share:.2%}", "of inputs", f"{what} {best.n_inputs:,} inputs")
        if best.smallest_margin is not None:
            yield Figure("smallest margin", number(best.smallest_margin), "logits", _format(best))
        if best.value is not None and best.n_inputs is None:
            yield Figure(claim, number(best.value), "", _format(best))


def _format(evidence: Evidence) -> str:
    return ", ".join(part for part in (evidence.dtype, evidence.device) if part)


def _of_cell(contents: SheetContents) -> Iterator[Figure]:
    match contents.node:
        case Circuit() as node:
            yield Figure("parameters", f"{node.n_parameters:,}", "scalars", "in the circuit")
            yield Figure("components", f"{node.n_components:,}", "", "")
            yield Figure("edges", f"{node.n_edges:,}", "", _SEARCHED.get(str(node.search.get("claim")), ""))
            if contents.blob_bytes is not None:
                yield Figure("weights", f"{contents.blob_bytes:,}", "bytes", f"blob {node.blob[:12]}")
        case Formula() as node:
            yield Figure("agreement with the network", f"{node.agreement:.2%}", "of inputs", "")
            if isinstance(node.config.get("r_squared"), float):
                yield Figure("explained variance of the logits", f"{node.config['r_squared']:.2%}", "", "")
        case Program() as node:
            yield Figure("lines", f"{len(node.text.splitlines()):,}", "", f"dialect {node.dialect}")


def limits_of(contents: SheetContents) -> list[str]:
    """What the sheet does not say of the cell, in sentences."""
    return [*_domain(contents), *_precision(contents), *_open_questions(contents)]


def _domain(contents: SheetContents) -> Iterator[str]:
    if contents.inputs:
        yield "Nothing is promised of inputs outside the types of its pins."
    for contract in contents.contracts:
        if contract.requires:
            yield f"Nothing is promised where its requirement does not hold: {contract.requires}."
        if contract.tolerance:
            yield f"Real values may be off by {contract.tolerance:g}."


def _precision(contents: SheetContents) -> Iterator[str]:
    margins = [one.smallest_margin for one in contents.evidence if one.smallest_margin is not None]
    if margins and min(margins) > 0:
        yield f"Logits that are each disturbed by less than {min(margins) / 2:.3g} change no answer that was checked."
    formats = sorted({_format(one) for one in contents.evidence if one.dtype})
    if formats:
        yield f"Figures hold for {' and '.join(formats)}; other number formats were not measured."


def _open_questions(contents: SheetContents) -> Iterator[str]:
    if not contents.evidence and not contents.verdicts:
        yield "Nothing about it was checked."
    sampled = [one for one in contents.evidence if one.kind == "measurement"]
    if sampled:
        yield "A measurement says nothing certain of inputs that were not in its sample."
    n_open = sum(one.status in ("unknown", "error") for one in contents.verdicts)
    if n_open:
        yield f"{n_open} question{'s were' if n_open > 1 else ' was'} asked without an answer."
    if any(one.assumptions for one in contents.verdicts):
        yield "Some verdicts hold only under their assumptions, which stand beside them."
