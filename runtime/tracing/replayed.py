"""A recorded run with a value for each of its steps: the recorded one, or where there is none the exact one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...dsl.graph import CellCall, Input, Length, SOp
from ...dsl.types import Seq, Value
from ...errors import RuntimeFault, Source
from ..reference import call_by_contract
from .reading import nodes_of
from .replay import Run, speaking_for
from .trace import Trace
from .values import encoded

__all__ = ["Replayed"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A trace as nodes with values.

    Attributes:
        nodes: the node of each step.
        values: the value of each node.
        run: what a node is executed in.
    """

    trace: Trace
    nodes: Sequence[SOp]
    values: Mapping[SOp, Any]
    run: Run
    answers: Mapping[str, Value]

    @classmethod
    def of(cls, trace: Trace) -> Replayed:
        """The run that a trace tells of.

        Raises:
            RuntimeFault: if its steps do not make a graph, or a value that is not recorded cannot be computed.
        """
        nodes = nodes_of(trace)
        values = {node: step.value for node, step in zip(nodes, trace.steps, strict=True) if step.value is not None}
        inputs = {node.key: values[node] for node in nodes if isinstance(node, Input) and node in values}
        source = Source(trace.program.text, trace.program.source)
        run = Run(speaking_for(trace.program.dialect, source), _n_positions(values), inputs)
        answers = {_asked(call.cell, call.inputs): call.answer for step in trace.steps for call in step.calls}
        replayed = cls(trace, nodes, values, run, answers)
        for node in nodes:
            if node not in values:
                values[node] = run.value(node, values, replayed.cell)
        return replayed

    def cell(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """What a cell answered in the run; of a call that is not recorded, what its contract says."""
        asked = _asked(call.cell.digest, operands)
        return self.answers[asked] if asked in self.answers else call_by_contract(call, operands)


def _asked(cell: str, operands: Sequence[Value]) -> str:
    return f"{cell} {encoded(list(operands))!r}"


def _n_positions(values: Mapping[SOp, Any]) -> int:
    """How many positions there are, out of any value that tells."""
    for node, value in values.items():
        if isinstance(node, Length):
            if not isinstance(value, int):
                raise RuntimeFault(f"the length is a whole number, found {value!r}")
            return value
        if isinstance(node.type, Seq) and isinstance(value, list):
            return len(value)
    return 0
