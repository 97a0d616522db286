"""The nodes of a graph and of its inner graphs: the steps of folds and the bodies of quantifiers."""

from __future__ import annotations

from collections.abc import Iterable

from ..dsl.graph import CellCall, Input, SOp, inner_graph, inputs_of, topological
from ..dsl.scope import CellSignature

__all__ = ["cells_within", "closed_within", "nodes_within"]


def nodes_within(roots: Iterable[SOp]) -> list[SOp]:
    """Every node that the roots depend on, those of inner graphs included, each before what reads it."""
    found: dict[SOp, None] = {}
    for node in topological(roots):
        inner = inner_graph(node)
        if inner and node not in found:
            found.update(dict.fromkeys(nodes_within([inner[1]])))
        found[node] = None
    return list(found)


def closed_within(roots: Iterable[SOp]) -> list[SOp]:
    """The nodes of a graph and of its inner graphs that read nothing which an inner graph binds."""
    nodes = nodes_within(roots)
    bound: set[Input] = {variable for node in nodes if (inner := inner_graph(node)) for variable in inner[0]}
    return [node for node in nodes if bound.isdisjoint(inputs_of([node]))] if bound else nodes


def cells_within(roots: Iterable[SOp]) -> list[CellSignature]:
    """The catalogued cells that a graph calls, each once."""
    calls = [node for node in nodes_within(roots) if isinstance(node, CellCall)]
    return list({call.cell.digest: call.cell for call in calls}.values())
