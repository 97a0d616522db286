"""Reasoning traces: how an answer came about, one step for each s-op, in the order of evaluation.

A step says what the s-op is called, what its value is, which line it comes from, which cell computed it, and the
strongest evidence behind that cell's contract. The schema of `Trace.to_json` is the fields of `Trace`, `Step` and
`CellAnswer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..catalog import Catalog
from ..catalog.evidence import describe_evidence, strongest_evidence
from ..dsl.graph import Ascribe, CellCall, Constant, SOp, inner_graph, topological
from ..dsl.program import Function, Program, cells_called
from ..dsl.scope import CellSignature
from ..dsl.types import Selector, Value
from .interpreter import CellFunction, Given, answer_of, shown
from .promises import broken_promises

__all__ = ["CellAnswer", "Recorder", "Step", "Trace", "trace_of"]


@dataclass(frozen=True, slots=True)
class CellAnswer:
    """One call of a catalogued cell: what went in and what came out."""

    inputs: tuple[Any, ...]
    answer: Any


@dataclass(slots=True)
class Recorder:
    """A cell function that keeps what every cell was asked and answered, by the cell's digest."""

    cell: CellFunction
    answers: dict[str, list[CellAnswer]] = field(default_factory=dict)

    def __call__(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """Ask the cell, and keep the answer."""
        answer = self.cell(call, operands)
        self.answers.setdefault(call.cell.digest, []).append(CellAnswer(tuple(map(shown, operands)), shown(answer)))
        return answer


@dataclass(frozen=True, slots=True)
class Step:
    """One s-op's value and where it comes from.

    `text` is the expression as written, `place` its file, line and column; `cell` and `digest` name the circuit or
    formula that computed the value and `calls` what it was asked; `evidence` is what stands behind its contract, or
    `exact` where the language's own meaning computed the value.
    """

    name: str
    type: str
    value: Any
    text: str
    place: str
    cell: str | None
    digest: str | None
    calls: tuple[CellAnswer, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Trace:
    """All steps of one run, its answer, and the promises that the answer breaks."""

    backend: str
    output: str
    answer: Any
    broken: tuple[str, ...]
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """The trace in JSON's own types."""
        return asdict(self)


def trace_of(
    program: Program,
    function: Function,
    given: Given,
    values: Mapping[SOp, Any],
    backend: str,
    answers: Mapping[str, Sequence[CellAnswer]],
    catalog: Catalog | None,
) -> Trace:
    """Tell a run as steps.

    Args:
        program: the program that ran.
        function: the output that was asked for.
        given: the input that it ran on.
        values: the exact value of each node; nodes without one (a transformer keeps no selectors) are left out.
        backend: what computed the values.
        answers: what each cell answered, by digest, as a `Recorder` keeps it.
        catalog: where the evidence for the cells' contracts is kept.
    """
    # A constant is its own text, and a value whose type was narrowed is the step before.
    untold = (Constant, Ascribe)
    told = [node for node in topological([function.result]) if node in values and not isinstance(node, untold)]
    steps = tuple(_step(node, values[node], program, answers, catalog) for node in told)
    result = values[function.result]
    broken = broken_promises(program, function, given, result)
    return Trace(backend, function.name, answer_of(program, result, given), broken, steps)


def _step(
    node: SOp,
    value: Any,
    program: Program,
    answers: Mapping[str, Sequence[CellAnswer]],
    catalog: Catalog | None,
) -> Step:
    span = program.spans.get(node)
    cell = _cell_of(node)
    return Step(
        name=program.names.get(node, getattr(node, "name", "")),
        type=str(node.type),
        value=_rows(value) if isinstance(node.type, Selector) else shown(value),
        text=" ".join(span.text.split()) if span else "",
        place=f"{span.source.name}:{span.line}:{span.column}" if span else "",
        cell=cell.name if cell else None,
        digest=cell.digest if cell else None,
        calls=tuple(answers.get(cell.digest, ())) if cell else (),
        evidence=_evidence(cell.digest, cell.ensures, catalog) if cell else "exact",
    )


def _cell_of(node: SOp) -> CellSignature | None:
    """The cell that computes a node's value, by itself or within a fold's step or a quantifier's body."""
    inner = inner_graph(node)
    root = inner[1] if inner else node
    return next(iter(cells_called([root])), None) if inner or isinstance(node, CellCall) else None


def _evidence(cell: str, claim: str | None, catalog: Catalog | None) -> str:
    found = strongest_evidence(catalog, cell, claim) if catalog is not None and claim is not None else None
    return describe_evidence(found) if found else "no evidence"


def _rows(selector: Any) -> list[str]:
    """A selector as rows of 0 and 1, one for each query."""
    return ["".join("1" if is_selected else "0" for is_selected in row) for row in selector]
