"""What a graph with inner graphs, the steps of folds and the bodies of quantifiers, says without their variables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...dsl.graph import Ascribe, Constant, Fold, Input, SOp, inner_graph, inputs_of, nodes_within
from ..claims.definedness import owed_by

__all__ = ["closed_within", "types_are_given"]


def closed_within(roots: Iterable[SOp]) -> list[SOp]:
    """The nodes of a graph and of its inner graphs that read nothing which an inner graph binds."""
    nodes = nodes_within(roots)
    bound: set[Input] = {variable for node in nodes if (inner := inner_graph(node)) for variable in inner[0]}
    return [node for node in nodes if bound.isdisjoint(inputs_of([node]))] if bound else nodes


def types_are_given(roots: Iterable[SOp], given: Sequence[SOp]) -> bool:
    """Whether each value that entered a port is given to be of the port's type.

    What stands behind a guard may not be: it is not evaluated, and its type says nothing.
    """
    closed = closed_within(roots)
    if not any(isinstance(node, Ascribe) for node in nodes_within(closed)):
        return True
    owed = owed_by(node for node in closed if isinstance(node, Ascribe | Fold))
    wires = (one.condition for one in owed if one.kind == "wire")
    return all(condition in given or condition == Constant((), True) for condition in wires)
