"""Where a trace says that its steps come from, against the program's text and the catalog."""

from __future__ import annotations

from collections.abc import Sequence

from ...catalog import Catalog, Evidence
from ...catalog.evidence import describe_evidence
from ...catalog.scope import KINDS
from ...dsl.graph import SOp, nodes_within
from ...dsl.program import Program
from ...errors import CatalogError
from .asking import NAME_THE_CATALOG
from .findings import Findings
from .graphs import operation_of
from .reading import read_again
from .recording import cells_of, words_of
from .trace import CellEvidence, CellRecord, Step, Trace

__all__ = ["check_cells", "check_nodes", "program_of"]


def program_of(trace: Trace, root: SOp, catalog: Catalog | None, findings: Findings) -> Program | None:
    """The program of the trace's text; None where it cannot be read, or its output is not what the steps compute."""
    reread = read_again(trace, catalog)
    if reread.program is None and reread.is_fault:
        findings.fault(None, "program.text", "a program without faults", reread.reason)
    elif reread.program is None:
        findings.leave(None, "program", "have at hand the files and the catalog that it imports from", reread.reason)
    if reread.program is None:
        return None
    program = reread.program
    findings.compare(None, "program.digest", program.digest, trace.program.digest)
    if trace.output not in program.functions:
        findings.fault(None, "output", f"an output of the program: {', '.join(program.outputs)}", trace.output)
        return None
    result = program.functions[trace.output].result
    if result == root:
        return program
    own = {node.digest for node in nodes_within([result])}
    foreign = next((step for step in trace.steps if step.node not in own), None)
    expected = f"a part of {trace.output!r} as the program's text has it, {result.digest[:12]}"
    findings.fault(foreign, "operation", expected, f"a part of another computation, {root.digest[:12]}")
    return None


def check_nodes(trace: Trace, nodes: Sequence[SOp], program: Program | None, findings: Findings) -> None:
    """Check what each step says of itself: its digest, its type, its cells, and its words in the text."""
    own = {node: node for node in nodes_within([nodes[-1]])}
    if program:
        own = {node: node for node in nodes_within([program.functions[trace.output].result])}
    numbers: dict[SOp, int] = {}
    read = {number for step in trace.steps for number in step.depends}
    for step, node in zip(trace.steps, nodes, strict=True):
        findings.compare(step, "node", node.digest, step.node)
        findings.compare(step, "type", str(node.type), step.type)
        if step is not trace.steps[-1] and step.number not in read:
            findings.fault(step, "number", "a step that a later one reads, or the last one", str(step.number))
        if node in numbers:
            findings.fault(step, "number", f"each computation once, as step {numbers[node]}", str(step.number))
        if program:
            operation = operation_of(own.get(node, node), numbers)
            findings.compare(step, "operation", operation.written(), step.operation.written())
            said = {"name": step.name, "text": step.text, "place": step.place, "span": step.span}
            for part, expected in words_of(own.get(node, node), program).items():
                findings.compare(step, part, expected, said[part])
        numbers[node] = step.number
        called = [(cell.name, cell.digest) for cell in step.cells]
        findings.compare(step, "cells", [(cell.name, cell.digest) for cell in cells_of(node)], called)


def check_cells(trace: Trace, catalog: Catalog | None, findings: Findings) -> None:
    """Check the contracts and the evidence that the trace tells of against the catalog's."""
    for record in trace.cells:
        part = f"the contract of {record.name}"
        if record.kind not in KINDS:
            findings.fault(None, part, f"the contract of one of {', '.join(KINDS)}", record.kind)
            continue
        try:
            known = catalog.find_cell(record.kind, record.digest, None) if catalog else None
        except CatalogError as error:
            findings.leave(None, part, NAME_THE_CATALOG, str(error))
            continue
        if known is None:
            findings.leave(None, part, NAME_THE_CATALOG, "no catalog is named")
        else:
            expected = CellRecord.of(known).model_copy(update={"name": record.name})
            findings.compare(None, part, expected.written(), record.written())
    for step in trace.steps:
        for cell in step.cells:
            _check_evidence(step, cell, catalog, findings)


def _check_evidence(step: Step, cell: CellEvidence, catalog: Catalog | None, findings: Findings) -> None:
    if cell.evidence_id is None:
        findings.compare(step, "evidence", "no evidence", cell.evidence)
        return
    try:
        found = catalog.get(cell.evidence_id) if catalog else None
    except CatalogError as error:
        findings.fault(step, "evidence", f"evidence about {cell.name} in the catalog", str(error))
        return
    if found is None:
        findings.leave(step, "evidence", NAME_THE_CATALOG, "no catalog is named")
    elif not isinstance(found, Evidence) or found.of != cell.digest or found.id != cell.evidence_id:
        findings.fault(step, "evidence", f"evidence about {cell.name}", f"the {found.label} {cell.evidence_id[:12]}")
    else:
        findings.compare(step, "evidence", describe_evidence(found), cell.evidence)
