"""Whether a trace follows: each step executed again from what it reads, as recorded.

1. The operations make a graph; each node's digest, and the text read again, say that it is the program's own.
2. Each step is executed alone, in the exact semantics, from the recorded values of the steps that it reads. A step
   without a value (a transformer keeps no selectors) is executed too, and what reads it reads what came out.
3. The cells are asked again (`asking`).
4. The answer is the last step's value, and the broken promises are those that it breaks.

What a check cannot decide is told as not checked, with what it would take; it never counts as following.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...catalog import Catalog
from ...dsl.graph import Input, SOp
from ...dsl.program import Function, Program
from ...dsl.types import Selector, Seq, Type, contains, element_of
from ...errors import RuntimeFault, Source, Span
from ..inputs import Given, bind_inputs
from ..promises import broken_promises, check_requirements
from ..reference import answer_of
from .asking import Asked, Networks, check_calls
from .findings import Findings, TraceCheck
from .origins import check_cells, check_nodes, program_of
from .reading import MISFITS, nodes_of
from .recording import CallLog
from .replay import Run, speaking_for
from .trace import Step, Trace
from .values import is_same, written

__all__ = ["BACKENDS", "check_trace"]

BACKENDS = ("interpret", "stitched", "transformer")


def check_trace(trace: Trace, catalog: Catalog | None = None, networks: Networks | None = None) -> TraceCheck:
    """Check that every part of a trace follows from the parts that it rests on.

    Args:
        trace: what `read_trace` read.
        catalog: where the cells and their evidence are kept.
        networks: the networks of that catalog.
    """
    findings = Findings()
    _check(trace, catalog, networks, findings)
    n_steps = len(trace.steps)
    in_order = sorted(findings.faults, key=lambda fault: n_steps if fault.step is None else fault.step)
    return TraceCheck(n_steps, tuple(in_order), tuple(findings.unchecked))


def _check(trace: Trace, catalog: Catalog | None, networks: Networks | None, findings: Findings) -> None:
    try:
        nodes = nodes_of(trace)
    except RuntimeFault as error:
        findings.fault(None, "steps", "each reads earlier ones, and computes what the language has", str(error))
        _leave_all(trace, findings, "the steps are no graph")
        return
    if trace.backend not in BACKENDS:
        findings.fault(None, "backend", f"one of {', '.join(BACKENDS)}", trace.backend)
    program = program_of(trace, nodes[-1], catalog, findings)
    check_nodes(trace, nodes, program, findings)
    check_cells(trace, catalog, findings)
    source = Source(trace.program.text, trace.program.source)
    spoken = program or speaking_for(trace.program.dialect, source)
    nowhere = Function(trace.output, (), nodes[-1], (), (), (), (), Span(source, 0, 0))
    function = program.functions[trace.output] if program else nowhere
    try:
        run = Run(spoken, *bind_inputs(function, trace.input if program else _read_inputs(trace.input, nodes)))
        check_requirements(spoken, function, trace.input)
    except (RuntimeFault, *MISFITS) as error:
        findings.fault(None, "input", "an input that the program takes", str(error))
        _leave_all(trace, findings, "no step was executed, for want of an input")
        return
    known: dict[SOp, Any] = {}
    asked = networks if trace.backend == "stitched" else None
    for step, node in zip(trace.steps, nodes, strict=True):
        known[node] = _checked(trace, step, node, known, run, asked, findings)
    _check_answer(trace, spoken, function, is_read=program is not None, findings=findings)


def _leave_all(trace: Trace, findings: Findings, why: str) -> None:
    """No step counts as following where none was executed."""
    for step in trace.steps:
        findings.leave(step, "value", "mend what does not follow first", why)


def _read_inputs(given: Given, nodes: Sequence[SOp]) -> Given:
    """Of an input by name what the steps read: a text that cannot be read does not tell of other parameters."""
    if not isinstance(given, Mapping):
        return given
    names = {node.name for node in nodes if isinstance(node, Input)}
    return {name: value for name, value in given.items() if name in names}


def _checked(
    trace: Trace,
    step: Step,
    node: SOp,
    known: dict[SOp, Any],
    run: Run,
    networks: Networks | None,
    findings: Findings,
) -> Any:
    """Check one step; the value that later steps are executed from."""
    log = CallLog(Asked(step, networks, findings))
    try:
        expected = run.inputs[node.key] if isinstance(node, Input) else run.value(node, known, log)
    except (RuntimeFault, *MISFITS) as error:
        findings.fault(step, "value", "a value", f"none: {error or type(error).__name__}")
        return step.value
    _check_recorded(trace, step, node, expected, findings)
    if trace.backend == "transformer":
        findings.compare(step, "calls", 0, len(step.calls))
    else:
        cells = {cell.digest: cell.signature for cell in trace.cells}
        check_calls(step, log.calls, cells, networks, findings, has_margins=trace.backend == "stitched")
    return step.value if _is_usable(node.type, step.value, run.n_positions) else expected


def _check_recorded(trace: Trace, step: Step, node: SOp, expected: Any, findings: Findings) -> None:
    is_exact = trace.backend != "transformer"
    if step.value is not None:
        if not is_same(expected, step.value):
            findings.fault(step, "value", written(expected), written(step.value))
    elif is_exact or step is trace.steps[-1] or not node.arguments:
        findings.fault(step, "value", written(expected), "none is recorded")
    else:
        why = "the transformer keeps none; what reads it was executed from its exact value"
        findings.leave(step, "value", "run the program again with --again", why)
    if step.error_bound is not None and is_exact:
        findings.fault(step, "error_bound", "none, for this backend is exact", str(step.error_bound))
    elif step.error_bound is not None:
        findings.leave(step, "error_bound", "run the program again with --again", "it is the compiler's word")
    if step.cover is not None:
        findings.leave(step, "cover", "verify the program again with --again", "it is the word of a verification")


def _is_usable(type_: Type, value: Any, n_positions: int) -> bool:
    """Whether later steps can be executed from a recorded value."""
    if isinstance(type_, Selector):
        return isinstance(value, list) and len(value) == n_positions and all(isinstance(row, list) for row in value)
    if isinstance(type_, Seq):
        is_list = isinstance(value, list) and len(value) == n_positions
        return is_list and all(not isinstance(one, list) and contains(type_.element, one) for one in value)
    return value is not None and not isinstance(value, list) and contains(element_of(type_), value)


def _check_answer(trace: Trace, program: Program, function: Function, *, is_read: bool, findings: Findings) -> None:
    result = trace.steps[-1].value
    try:
        findings.compare(None, "answer", answer_of(program, result, trace.input), trace.answer)
        if is_read:
            findings.compare(None, "broken", broken_promises(program, function, trace.input, result), trace.broken)
    except (RuntimeFault, *MISFITS) as error:
        findings.fault(None, "answer", "an answer that the promises can be asked of", str(error))
