"""Every input of a cell, by number, and what its contract says of a whole batch of them.

1. An input is a number below the product of the ports' numbers of values; the last port counts fastest. Values are
   taken off it by division, so that no list of inputs is ever made.
2. A clause is evaluated for all inputs of a batch at once, in exact tensors (`runtime.batch`); what does not stand in
   64 bits is evaluated exactly, one by one. A clause that is undefined for an input does not hold there.

Axes: b batch, p input port.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...dsl.checking.contracts import CellContract
from ...dsl.program import Clause
from ...dsl.scope import CellPort, CellSignature
from ...dsl.types import Int, element_of
from ...errors import RuntimeFault, VerificationError
from ...runtime.batch.columns import Whole, truth
from ...runtime.batch.rows import Rows
from ...runtime.batch.scope import Outcome, Scope
from ...runtime.batch.table import Table
from ...runtime.cell import NeuralCell
from ...runtime.evaluate import evaluate
from ...runtime.reference import Exact, call_by_contract

__all__ = ["Domain", "check_faces", "domain_of", "holds"]


@dataclass(frozen=True, slots=True)
class Domain:
    """The combinations of some ports' values."""

    ranges: tuple[range, ...]

    @property
    def n_inputs(self) -> int:
        """How many there are."""
        return math.prod(map(len, self.ranges))

    def rows(self, numbers_b: Tensor) -> Tensor:
        """The inputs of some numbers, shape (batch, port)."""
        columns: list[Tensor] = []
        for values in reversed(self.ranges):
            columns.append(numbers_b % len(values) + values.start)
            numbers_b = numbers_b // len(values)
        return torch.stack(columns[::-1], dim=1)


def domain_of(signature: CellSignature) -> Domain:
    """What the ports of a cell admit.

    Raises:
        VerificationError: if there is no port, or one has no finite range.
    """
    if not signature.inputs:
        raise VerificationError(f"the {signature.kind} {signature.name!r} has no input ports: there is nothing to run")
    return Domain(tuple(map(_range, signature.inputs)))


def _range(port: CellPort) -> range:
    element = element_of(port.type)
    if not isinstance(element, Int) or element.low is None or element.high is None:
        raise VerificationError(f"port {port.name!r} is {element}: only a finite range of integers can be enumerated")
    return range(element.low, element.high + 1)


def check_faces(cell: NeuralCell, signature: CellSignature) -> None:
    """Refuse a network whose ports are not those that its contract speaks of.

    Raises:
        VerificationError: with the ports of both.
    """
    found = {port.name: range(port.low, port.high + 1) for port in cell.config.inputs}
    wanted = {port.name: _range(port) for port in signature.inputs}
    fits = list(found) == list(wanted) and all(
        not values or (values[0] in found[name] and values[-1] in found[name]) for name, values in wanted.items()
    )
    if not fits:
        has = ", ".join(f"{name} {values.start}..{values.stop - 1}" for name, values in found.items())
        asks = ", ".join(f"{name} {values.start}..{values.stop - 1}" for name, values in wanted.items())
        raise VerificationError(
            f"the network of {signature.name!r} has ports {has or 'none'}, its contract speaks of {asks or 'none'}: "
            "give the ports the same names, in the same order, and values that the network takes"
        )


def holds(
    clauses: Sequence[Clause], contract: CellContract, values_bp: Tensor, answers_b: Tensor | None = None
) -> Tensor:
    """Whether all clauses hold, shape (batch,); `answers_b` is what the result is."""
    named = dict(zip((port.key for port in contract.ports), values_bp.unbind(1), strict=True))
    if answers_b is not None:
        named[contract.result.key] = answers_b
    n_inputs = len(values_bp)
    found = torch.ones(n_inputs, dtype=torch.bool)
    rows = Rows.of([0] * n_inputs, Table(torch.device("cpu")))
    for clause in clauses:
        bound = {key: Outcome(Whole(column.to(torch.int64).cpu())) for key, column in named.items()}
        outcome = Scope(rows, bound, "cell", None).outcome(clause.condition)
        is_met = truth(outcome.column, rows.table).expand(n_inputs).clone()
        if outcome.undefined is not None:
            for place in outcome.undefined.expand(n_inputs).nonzero().flatten().tolist():
                is_met[place] = _holds_exactly(clause, {key: int(column[place]) for key, column in named.items()})
        found &= is_met
    return found


def _holds_exactly(clause: Clause, given: Mapping[str, int]) -> bool:
    try:
        return bool(evaluate([clause.condition], Exact(None, call_by_contract), 0, given)[clause.condition])
    except RuntimeFault:
        return False
