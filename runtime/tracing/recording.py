"""A run told as steps.

1. The backend gives the exact value of each node; of nodes that it keeps no value of there is none.
2. Each node that the output depends on becomes a step, after the steps that it reads.
3. A step that calls cells is executed once more, alone, with the answers that the cells gave, to tell its calls from
   those of other steps; networks are not run again for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from ...catalog import Catalog
from ...catalog.evidence import describe_evidence, strongest_evidence
from ...dsl.graph import CellCall, Constant, Indices, Input, Length, SOp, inner_graph, inputs_of, topological
from ...dsl.program import Function, Program, cells_called
from ...dsl.scope import CellSignature
from ...dsl.types import Value
from ...errors import RuntimeFault
from ..inputs import Given, bind_inputs
from ..promises import broken_promises
from ..reference import CellFunction, answer_of, call_by_contract
from .graphs import operation_of
from .replay import Run, order_of_steps
from .trace import CellAnswer, CellEvidence, CellRecord, ProgramRecord, SpanRecord, Step, Trace
from .values import encoded

__all__ = ["CallLog", "Margin", "Recorder", "cells_of", "evidence_for", "trace_of", "words_of"]

Margin = Callable[[CellSignature, Sequence[Value]], float | None]
"""The margin of a network's answer to a call; None where no network answers it."""


@dataclass(slots=True)
class Recorder:
    """A cell function that remembers what each cell answered to what."""

    cell: CellFunction
    answers: dict[tuple[str, str], Value] = field(default_factory=dict)

    def __call__(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """Ask the cell, and remember the answer."""
        answer = self.cell(call, operands)
        self.answers[_asked(call, operands)] = answer
        return answer

    def again(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """What the cell answered before."""
        return self.answers[_asked(call, operands)]


def _asked(call: CellCall, operands: Sequence[Value]) -> tuple[str, str]:
    return call.cell.digest, repr(encoded(list(operands)))


@dataclass(slots=True)
class CallLog:
    """A cell function that keeps what it was asked, in order."""

    cell: CellFunction
    margin: Margin | None = None
    calls: list[CellAnswer] = field(default_factory=list)

    def __call__(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """Ask the cell, and keep the call."""
        answer = self.cell(call, operands)
        margin = self.margin(call.cell, operands) if self.margin else None
        self.calls.append(CellAnswer(cell=call.cell.digest, inputs=tuple(operands), answer=answer, margin=margin))
        return answer


def trace_of(
    program: Program,
    function: Function,
    given: Given,
    values: Mapping[SOp, Any],
    backend: str,
    *,
    recorder: Recorder | None = None,
    margin: Margin | None = None,
    error_bounds: Mapping[SOp, float] | None = None,
    catalog: Catalog | None = None,
) -> Trace:
    """Tell a run as steps.

    Args:
        program: the program that ran.
        function: the output that was asked for.
        given: the input that it ran on.
        values: the exact value of each node; the output's must be there, others may be missing.
        backend: what computed the values.
        recorder: the cell function that the run asked; None where no cell was asked.
        margin: how sure the networks among the cells were.
        error_bounds: how far at most the computed value of a node may be from its exact one.
        catalog: where the evidence for the cells' contracts is kept.
    """
    if function.result not in values:
        raise RuntimeFault(f"the {backend} backend gave no value of the output {function.name!r} to trace")
    n_positions, inputs = bind_inputs(function, given)
    run = Run(program, n_positions, inputs)
    known = {**_sources(function, run), **values}
    order = order_of_steps(function.result, known)
    numbers: dict[SOp, int] = {}
    steps: list[Step] = []
    bounds = error_bounds or {}
    for node in order:
        calls = _calls(node, known, run, recorder, margin) if node in known else ()
        steps.append(_step(node, numbers, program, known.get(node), calls, bounds.get(node), catalog))
        numbers[node] = len(numbers)
    result = values[function.result]
    return Trace(
        stdcell=version("stdcell"),
        backend=backend,
        program=ProgramRecord(
            source=program.source.name,
            dialect="rasp" if program.dialect == "rasp" else "cell",
            text=program.source.text,
            digest=program.digest,
        ),
        output=function.name,
        input=given,
        answer=answer_of(program, result, given),
        broken=broken_promises(program, function, given, result),
        cells=tuple(CellRecord.of(cell) for cell in cells_called([function.result])),
        steps=tuple(steps),
    )


def _sources(function: Function, run: Run) -> dict[SOp, Any]:
    """The values that no backend computes: inputs, constants, positions and the length."""
    inputs: dict[SOp, Any] = {node: run.inputs[node.key] for node in inputs_of([function.result])}
    leaves = (node for node in topological([function.result]) if isinstance(node, Constant | Indices | Length))
    return {**inputs, **{leaf: run.value(leaf, {}, call_by_contract) for leaf in leaves}}


def _calls(
    node: SOp, known: Mapping[SOp, Any], run: Run, recorder: Recorder | None, margin: Margin | None
) -> tuple[CellAnswer, ...]:
    if recorder is None or not cells_of(node):
        return ()
    log = CallLog(recorder.again, margin)
    run.value(node, known, log)
    return tuple(log.calls)


def _step(
    node: SOp,
    numbers: Mapping[SOp, int],
    program: Program,
    value: Any,
    calls: tuple[CellAnswer, ...],
    error_bound: float | None,
    catalog: Catalog | None,
) -> Step:
    return Step(
        number=len(numbers),
        node=node.digest,
        **words_of(node, program),
        type=str(node.type),
        operation=operation_of(node, numbers),
        reads=tuple(numbers[argument] for argument in node.arguments),
        value=value,
        cells=tuple(evidence_for(cell, catalog) for cell in cells_of(node)),
        calls=calls,
        error_bound=error_bound,
    )


def words_of(node: SOp, program: Program) -> dict[str, Any]:
    """What a step says of the place in the text that a node comes from."""
    span = program.spans.get(node)
    own = node.name if isinstance(node, Input) else ""
    return {
        "name": program.names.get(node, own),
        "text": " ".join(span.text.split()) if span else "",
        "place": span.place if span else "",
        "span": SpanRecord(source=span.source.name, start=span.start, stop=span.stop) if span else None,
    }


def cells_of(node: SOp) -> tuple[CellSignature, ...]:
    """The cells that compute a node's value, by themselves or within a fold's step or a quantifier's body."""
    inner = inner_graph(node)
    if inner:
        return cells_called([inner[1]])
    return (node.cell,) if isinstance(node, CellCall) else ()


def evidence_for(cell: CellSignature, catalog: Catalog | None) -> CellEvidence:
    """A cell with the strongest evidence for its contract."""
    claim = cell.promise
    found = strongest_evidence(catalog, cell.digest, claim) if catalog is not None and claim is not None else None
    described = describe_evidence(found) if found else "no evidence"
    return CellEvidence(name=cell.name, digest=cell.digest, evidence=described, evidence_id=found.id if found else None)
