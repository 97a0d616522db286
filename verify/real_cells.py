"""What catalogued cells answer in a replay: what their contracts say, or the networks themselves where these do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..catalog import Catalog, Circuit
from ..dsl.graph import CellCall
from ..dsl.scope import CellSignature
from ..dsl.types import Value, contains, element_of
from ..errors import RuntimeFault, VerificationError
from ..runtime.reference import call_by_contract

if TYPE_CHECKING:
    from ..runtime.cell import NeuralCell

__all__ = ["RealCells"]


class RealCells:
    """Answers calls of cells; a network is read from the catalog when it is first asked.

    Args:
        catalog: where the networks are kept.
    """

    def __init__(self, catalog: Catalog | None) -> None:
        self._catalog = catalog
        self._networks: dict[str, NeuralCell] = {}

    def __call__(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """The answer of a cell.

        Raises:
            RuntimeFault: if an operand is no value of its port.
            VerificationError: if the contract leaves the answer open, and there is no network to ask.
        """
        if call.meaning is not None:
            return call_by_contract(call, operands)
        for port, operand in zip(call.cell.inputs, operands, strict=True):
            if not contains(element_of(port.type), operand):
                raise RuntimeFault(
                    f"{operand!r} is not a value of {port.type}, which {call.cell.name}.{port.name} takes"
                )
        return self._network(call.cell)(*operands)

    def _network(self, cell: CellSignature) -> Callable[..., int]:
        if cell.digest not in self._networks:
            node = self._catalog.get(cell.digest) if self._catalog else None
            if self._catalog is None or not isinstance(node, Circuit):
                raise VerificationError(
                    f"the contract of {cell.name!r} does not say `result == …`, and there is no network to ask: open "
                    "the catalog that has it"
                )
            from ..runtime.cell import NeuralCell  # torch, which only programs with such cells need

            self._networks[cell.digest] = NeuralCell.from_bytes(self._catalog.blobs.get(node.blob), node.config)
        network = self._networks[cell.digest]
        return lambda *operands: int(network(*operands))
