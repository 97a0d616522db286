"""The circuits and formulas of a catalog, asked for their answers and for how sure they are of them.

Axes: o output.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...catalog import Catalog, Circuit, Formula
from ...dsl.scope import CellSignature
from ...dsl.types import Value
from ...errors import RuntimeFault, UnknownCell
from ..cell import NeuralCell
from ..stitching.formula_cell import CosineFormula

__all__ = ["CatalogNetworks"]


class CatalogNetworks:
    """The cells of a catalog that have logits, each loaded when it is first asked."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._cells: dict[str, NeuralCell | CosineFormula | None] = {}

    def answer(self, cell: CellSignature, operands: Sequence[Value]) -> Value | None:
        """What the network answers; None where the cell is no network of the catalog."""
        found = self._logits(cell, operands)
        return None if found is None else int(found[0].argmax()) + found[1]

    def margin(self, cell: CellSignature, operands: Sequence[Value]) -> float | None:
        """The best logit minus the second best; None where the cell is no network of the catalog."""
        found = self._logits(cell, operands)
        if found is None:
            return None
        best, second = found[0].topk(2).values.tolist()
        return float(best - second)

    def _logits(self, cell: CellSignature, operands: Sequence[Value]) -> tuple[Tensor, int] | None:
        """The logits of a call, and the value that output 0 means."""
        if cell.digest not in self._cells:
            self._cells[cell.digest] = self._loaded(cell)
        network, numbers = self._cells[cell.digest], _whole(cell, operands)
        match network:
            case NeuralCell():
                return network.logits(*numbers), network.config.output.low
            case CosineFormula():
                with torch.no_grad():
                    return network(torch.tensor([numbers]))[0], network.low
        return None

    def _loaded(self, cell: CellSignature) -> NeuralCell | CosineFormula | None:
        try:
            node = self._catalog.get(cell.digest)
        except UnknownCell:
            return None
        if isinstance(node, Circuit):
            return NeuralCell.from_bytes(self._catalog.blobs.get(node.blob), node.config)
        if isinstance(node, Formula) and "frequencies" in node.config:
            return CosineFormula(cell, node.config)
        return None


def _whole(cell: CellSignature, operands: Sequence[Value]) -> list[int]:
    numbers = [int(operand) for operand in operands if isinstance(operand, int)]
    if len(numbers) < len(operands):
        raise RuntimeFault(f"the {cell.kind} {cell.name!r} takes integers, found {list(operands)}")
    return numbers
