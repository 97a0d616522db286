"""The catalogued cells that graphs call, found once for each node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...dsl.graph import CellCall, SOp, inner_graph, topological
from ...dsl.scope import CellSignature

__all__ = ["CellsCalled"]

_NONE: Mapping[str, CellSignature] = {}


class CellsCalled:
    """The cells that a graph calls, inner graphs included; what was found of a node is kept."""

    def __init__(self) -> None:
        self._found: dict[SOp, Mapping[str, CellSignature]] = {}

    def within(self, roots: Iterable[SOp]) -> Mapping[str, CellSignature]:
        """The cells by digest, in evaluation order."""
        return self._joined(list(roots))

    def _joined(self, roots: list[SOp]) -> Mapping[str, CellSignature]:
        for node in topological(roots, self._found):
            inner = inner_graph(node)
            parts = [self._found[argument] for argument in node.arguments]
            parts += [self._joined([inner[1]])] if inner else []
            parts += [{node.cell.digest: node.cell}] if isinstance(node, CellCall) else []
            self._found[node] = _merged(parts)
        return _merged([self._found[root] for root in roots])


def _merged(parts: Iterable[Mapping[str, CellSignature]]) -> Mapping[str, CellSignature]:
    """All of them; the mapping itself where only one holds any."""
    distinct = list({id(part): part for part in parts if part}.values())
    if len(distinct) < 2:
        return distinct[0] if distinct else _NONE
    return {digest: cell for part in distinct for digest, cell in part.items()}
