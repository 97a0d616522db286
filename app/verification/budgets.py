"""The budget at every wire from circuit to circuit, for readers: what may be off there, and what goes on behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from ...catalog import Catalog
from ...dsl import Program
from ...errors import StdcellError

if TYPE_CHECKING:
    from ...runtime.stitching import Stitched
    from ...verify.networks.wires import WireBudget, WireReport

__all__ = [
    "HEADINGS",
    "Budgets",
    "budget_rows",
    "budgets_of",
    "budgets_of_stitched",
    "conclusion",
    "document",
    "documents",
]

HEADINGS = ("wire", "kind", "call", "margin", "ε", "ε_float", "ρ", "decision", "L", "goes on")
"""What is told of each wire: a hard one is held to the margin upstream, a soft one to the radius ρ downstream."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets of a program's wires, or, where there is no `report`, why they are not known."""

    report: WireReport | None
    reason: str = ""


def budgets_of(program: Program, catalog: Catalog | None) -> Budgets | None:
    """The budgets of the hard wires that a program means; None where no circuit feeds a circuit."""
    if not any(cell.kind == "circuit" for cell in program.cells):
        return None
    from ...runtime.stitching import stitch  # torch, which takes seconds, and which programs without circuits spare

    try:
        stitched = stitch(program, catalog)
    except StdcellError as error:
        return Budgets(None, str(error))
    return budgets_of_stitched(stitched) if stitched.all_wires() else None


def budgets_of_stitched(stitched: Stitched) -> Budgets:
    """The budgets of the wires of a composition, soft ones where it has adapters."""
    from ...verify.networks.wires import wire_budgets

    try:
        return Budgets(wire_budgets(stitched))
    except StdcellError as error:
        return Budgets(None, str(error))


def conclusion(budgets: Budgets) -> str:
    """What the budgets come to, in a sentence."""
    report = budgets.report
    if report is None:
        return f"the budgets of the wires are not known: {budgets.reason}"
    if report.keeps_answers:
        return "no rounding, and nothing that a soft wire writes, changes an answer, for any number of calls"
    n_calls = max(one.call for one in report.budgets)
    grown = "" if report.is_settled else f"; after {n_calls} calls in a chain the budgets still grow"
    return f"what is off at a wire may change answers{grown}"


def budget_rows(budgets: Budgets) -> Iterable[tuple[str, ...]]:
    """One row for each wire, in the last call that was walked, as `HEADINGS` say."""
    for one in budgets.report.last if budgets.report else ():
        soft = one.is_soft
        yield (
            str(one.wire),
            "soft" if soft else "hard",
            str(one.call),
            "" if soft else _number(2 * one.allowed),
            _number(one.arriving),
            _number(one.rounding),
            _number(one.allowed) if soft else "",
            one.decision,
            _number(one.lipschitz) if one.lipschitz is not None else "",
            _number(one.leaving),
        )


def document(budgets: Budgets | None) -> dict[str, Any] | None:
    """The budgets in JSON's own types, of every call that was walked; what is infinite or not known is null."""
    if budgets is None or budgets.report is None:
        return None if budgets is None else {"unknown": budgets.reason}
    report = budgets.report
    told = {"keeps_answers": report.keeps_answers, "is_settled": report.is_settled}
    return {**told, "budgets": list(map(_document, report.budgets))}


def documents(budgets: Budgets, n_wires: int) -> list[dict[str, Any]]:
    """The budget of each wire, in the last call that was walked."""
    if budgets.report is None:
        return [{"unknown": budgets.reason}] * n_wires
    return list(map(_document, budgets.report.last))


def _document(one: WireBudget) -> dict[str, Any]:
    limit = {"radius": one.allowed} if one.is_soft else {"margin": 2 * one.allowed}
    numbers: dict[str, float | None] = {
        **limit,
        "epsilon": one.arriving,
        "epsilon_float": one.rounding,
        "lipschitz": one.lipschitz,
        "leaving": one.leaving,
    }
    return {
        "wire": str(one.wire),
        "place": one.wire.place,
        "kind": "soft" if one.is_soft else "hard",
        "call": one.call,
        **{name: number if number is not None and isfinite(number) else None for name, number in numbers.items()},
        "decision": one.decision,
    }


def _number(value: float) -> str:
    return f"{value:.3g}" if isfinite(value) else "∞"
