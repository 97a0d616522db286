"""What a graph with inner graphs, the steps of folds and the bodies of quantifiers, says without their variables."""

from __future__ import annotations

from collections.abc import Iterable

from ...dsl.graph import Input, SOp, inner_graph, inputs_of, nodes_within

__all__ = ["closed_within"]


def closed_within(roots: Iterable[SOp]) -> list[SOp]:
    """The nodes of a graph and of its inner graphs that read nothing which an inner graph binds."""
    nodes = nodes_within(roots)
    bound: set[Input] = {variable for node in nodes if (inner := inner_graph(node)) for variable in inner[0]}
    return [node for node in nodes if bound.isdisjoint(inputs_of([node]))] if bound else nodes
