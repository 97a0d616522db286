"""A trace's own account of its program: the nodes that its steps compute, and the text read again.

The text is read with the cells that the trace tells of standing for their names, so that no catalog is needed, and a
newer version of a name does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...catalog import Catalog
from ...dsl import parse
from ...dsl.graph import SOp
from ...dsl.program import Program
from ...dsl.scope import CellPort, CellSignature, Condition
from ...dsl.syntax.parser import parse_items
from ...dsl.syntax.tree import Load, Use
from ...dsl.types import Unknown
from ...errors import LanguageError, RuntimeFault, Source, UnknownCell
from .graphs import node_of
from .trace import Trace

__all__ = ["MISFITS", "Reread", "nodes_of", "read_again"]

MISFITS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What executing a step raises beside faults of the program, where someone put values or types there that do not fit:
a trace comes from anywhere, and the evaluator trusts what the checker of the language let through."""


def nodes_of(trace: Trace) -> list[SOp]:
    """The node of each step, out of its operation and the nodes of the steps that it reads.

    Raises:
        RuntimeFault: if the steps do not make a graph; the message names the step.
    """
    cells = {cell.digest: cell.signature for cell in trace.cells}
    nodes: list[SOp] = []
    for place, step in enumerate(trace.steps):
        if step.number != place:
            raise RuntimeFault(f"step {place} has the number {step.number}: steps are numbered in order, from 0")
        late = next((read for read in step.reads if read >= place), None)
        if late is not None:
            raise RuntimeFault(f"step {place} reads step {late}, which is no earlier one")
        try:
            nodes.append(node_of(step.operation, [nodes[read] for read in step.reads], nodes, cells))
        except (RuntimeFault, LanguageError, *MISFITS) as error:
            raise RuntimeFault(f"step {place}: {error or type(error).__name__}") from None
    if not nodes:
        raise RuntimeFault("the trace has no step: its last one should be the output")
    return nodes


@dataclass(frozen=True, slots=True)
class Reread:
    """The program of a trace's text, or why there is none; `is_fault` where the text itself is at fault."""

    program: Program | None
    reason: str = ""
    is_fault: bool = False


def read_again(trace: Trace, catalog: Catalog | None) -> Reread:
    """Read the text of a trace's program; what it imports from files is read from there."""
    source = Source(trace.program.text, trace.program.source)
    scope = _RecordedCells([cell.signature for cell in trace.cells], catalog)
    try:
        return Reread(parse(source, dialect=trace.program.dialect, scope=scope))
    except LanguageError as error:
        faults = [fault for fault in error.faults if not _is_import(fault.span.source, fault.span.start, trace)]
        told = (faults or error.faults)[0]
        is_fault = bool(faults) and not scope.is_unsure
        return Reread(None, f"{told.span.place}: {told.message}", is_fault)


def _is_import(source: Source, start: int, trace: Trace) -> bool:
    """Whether a place in the text lies within a statement that names a file or a catalogued program."""
    if source.text != trace.program.text:
        return True
    try:
        items, _ = parse_items(source, trace.program.dialect)
    except LanguageError:
        return False
    return any(isinstance(item, Use | Load) and item.span.start <= start <= item.span.stop for item in items)


class _RecordedCells:
    """A scope of the cells that a trace tells of; `is_unsure` once a name could mean more than one of them."""

    def __init__(self, cells: Sequence[CellSignature], catalog: Catalog | None) -> None:
        self.is_unsure = False
        self._cells = cells
        self._catalog = catalog

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        """The recorded cell of a name or digest; a cell without ports where there is none, for no step calls it."""
        found = [cell for cell in self._cells if cell.kind == kind and _is_called(cell, name)]
        if len(found) > 1 and self._catalog is not None:
            meant = self._catalog.find_cell(kind, name, version).digest
            found = [cell for cell in found if cell.digest == meant] or found
        return self._one_of(found, kind, name)

    def find_matching(self, kind: str, conditions: Sequence[Condition]) -> CellSignature:
        """The recorded cell of a kind, whether or not a catalog would find it by these conditions today."""
        if kind == "program":
            return self._programs().find_matching(kind, conditions)
        return self._one_of([cell for cell in self._cells if cell.kind == kind], kind, "")

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        """The text of a catalogued program, out of the catalog."""
        return self._programs().find_program(name, version)

    def _programs(self) -> Catalog:
        if self._catalog is None:
            self.is_unsure = True
            raise UnknownCell("a program of a catalog is imported, and no catalog is named")
        return self._catalog

    def _one_of(self, found: Sequence[CellSignature], kind: str, name: str) -> CellSignature:
        self.is_unsure = self.is_unsure or len(found) > 1
        return found[0] if found else CellSignature(kind, name, "", (), CellPort("result", Unknown()))


def _is_called(cell: CellSignature, name: str) -> bool:
    return name == cell.name or (len(name) >= 8 and cell.digest.startswith(name))
