"""The cells of a trace, asked again.

A call is answered by the cell's network, where the run asked networks and they are at hand; else by its contract,
where that determines the answer; else by what the trace says, which is told as not checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...dsl.graph import CellCall
from ...dsl.scope import CellSignature
from ...dsl.types import Value, contains, element_of
from ...errors import RuntimeFault
from ..reference import call_by_contract
from .findings import Findings
from .trace import CellAnswer, Step
from .values import written

__all__ = ["NAME_THE_CATALOG", "Asked", "Networks", "check_calls"]

NAME_THE_CATALOG = "name the catalog with --catalog"
_MARGIN_TOLERANCE = 1e-3
"""How far a margin may be from one run to another, as a part of it or of 1: machines round float32 differently."""


class Networks(Protocol):
    """The networks behind cells; None where a cell is none of them."""

    def answer(self, cell: CellSignature, operands: Sequence[Value]) -> Value | None:
        """What the network answers."""

    def margin(self, cell: CellSignature, operands: Sequence[Value]) -> float | None:
        """Its best logit minus the second best."""


@dataclass(slots=True)
class Asked:
    """The cell function of one step's check; `networks` are None where the run asked none, or none are at hand."""

    step: Step
    networks: Networks | None
    findings: Findings
    n_asked: int = 0

    def __call__(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """The answer to the step's next call."""
        place, self.n_asked = self.n_asked, self.n_asked + 1
        answer = self.networks.answer(call.cell, operands) if self.networks else None
        if answer is not None:
            return answer
        if call.meaning is not None:
            return call_by_contract(call, operands)
        return self._recorded(call, place)

    def _recorded(self, call: CellCall, place: int) -> Value:
        cell, calls = call.cell, self.step.calls
        self.findings.leave(self.step, "calls", NAME_THE_CATALOG, f"the contract of {cell.name} determines no answer")
        if place >= len(calls):
            raise RuntimeFault(f"{cell.name} is asked more than the {len(calls)} times that are recorded")
        answer: Value = calls[place].answer
        if isinstance(answer, list) or not contains(element_of(cell.output.type), answer):
            raise RuntimeFault(f"{cell.name} answers {cell.output.type}, not {written(answer)}")
        return answer


def check_calls(
    step: Step,
    asked: Sequence[CellAnswer],
    cells: Mapping[str, CellSignature],
    networks: Networks | None,
    findings: Findings,
    *,
    has_margins: bool,
) -> None:
    """Compare a step's recorded calls with those of its execution.

    Args:
        step: the step.
        asked: the calls of its execution.
        cells: what the trace tells of each cell, by digest.
        networks: as for `Asked`.
        findings: where to note what is found.
        has_margins: whether the run asked networks.
    """
    if len(asked) != len(step.calls):
        findings.fault(step, "calls", f"{len(asked)} calls", f"{len(step.calls)} calls")
    for expected, found in zip(asked, step.calls, strict=False):
        if found.model_copy(update={"margin": None}).written() != expected.written():
            findings.fault(step, "calls", _told(expected), _told(found))
        elif not has_margins:
            findings.compare(step, "margin", None, found.margin)
        elif networks:
            _check_margin(step, found, networks.margin(cells[found.cell], found.inputs), findings)
        elif found.margin is not None:
            findings.leave(step, "margin", NAME_THE_CATALOG, "the network is not at hand")


def _check_margin(step: Step, call: CellAnswer, expected: float | None, findings: Findings) -> None:
    if expected is None or call.margin is None:
        findings.compare(step, "margin", expected, call.margin)
    elif abs(expected - call.margin) > _MARGIN_TOLERANCE * max(1.0, expected):
        findings.fault(step, "margin", f"{expected:.6g} of {_told(call)}", f"{call.margin:.6g}")


def _told(call: CellAnswer) -> str:
    return f"{call.cell[:12]}({', '.join(map(written, call.inputs))}) → {written(call.answer)}"
