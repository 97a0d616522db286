"""Stitched execution: the program's symbolic parts run exactly, its catalogued circuits run as the networks they are.

Every wire into and out of a circuit is hard: the value is decoded to the port's vocabulary and embedded again, so that
an error of one call does not travel as noise into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from ..catalog import Catalog, Circuit
from ..dsl.graph import CellCall
from ..dsl.program import Program
from ..dsl.types import Value
from ..errors import RuntimeFault
from .cell import NeuralCell
from .interpreter import Given, answer_of, run

__all__ = ["Stitched", "stitch"]


class Stitched(nn.Module):
    """A program with its circuits as modules, under the digests of their nodes."""

    def __init__(self, program: Program, cells: dict[str, NeuralCell]) -> None:
        """Join a program with the cells that it calls, by digest."""
        super().__init__()
        self.program = program
        self.cells = cells
        self.circuits = nn.ModuleDict({digest: cell.model for digest, cell in cells.items()})

    def forward(self, inputs: Sequence[Given], output: str | None = None) -> list[Any]:
        """One answer for each input; inputs, answers and errors as in `interpret`."""
        function = self.program.output(output)
        values = (run(self.program, function, given, self.call) for given in inputs)
        return [
            answer_of(self.program, value[function.result], given) for value, given in zip(values, inputs, strict=True)
        ]

    def call(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """What the network answers, port by port in whole numbers."""
        numbers = [operand for operand in operands if isinstance(operand, int)]
        if len(numbers) < len(operands):
            raise RuntimeFault(f"the circuit {call.cell.name!r} takes integers, found {list(operands)}")
        return int(self.cells[call.cell.digest](*numbers))


def stitch(program: Program, catalog: Catalog) -> Stitched:
    """Load the circuits that a program calls.

    Raises:
        RuntimeFault: if a cell is not a circuit, so that there is no network to run.
        CatalogError: if a circuit is not in the catalog, or its weights are damaged.
    """
    cells: dict[str, NeuralCell] = {}
    for signature in program.cells:
        node = catalog.get(signature.digest)
        if not isinstance(node, Circuit):
            raise RuntimeFault(f"the {signature.kind} {signature.name!r} is no network: use the interpret backend")
        cells[signature.digest] = NeuralCell.from_bytes(catalog.blobs.get(node.blob), node.config)
    return Stitched(program, cells)
