"""Passes over the graph of s-ops: each takes a node and gives one that means the same.

Nodes are named by what they compute, so that equal subexpressions are one node as soon as they are built; a node that
no output reads is not reached from it. `canonical` names the inputs of a function by their places and folds what is
constant: its digest is what `Function.digest` shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .graph import Ascribe, Constant, Elementwise, Fold, Input, Lookup, Quantified, SOp, substitute, topological
from .operators import OPERATORS
from .types import contains, element_of

__all__ = ["canonical", "fold_constants"]


def canonical(root: SOp, parameters: Sequence[Input]) -> SOp:
    """The graph with its inputs named by their places among the parameters, and its constants folded."""
    named: dict[SOp, SOp] = {node: Input((), f"input{place}", node.declared) for place, node in enumerate(parameters)}
    return fold_constants(substitute(root, named))


def fold_constants(root: SOp) -> SOp:
    """Put its value in place of every operator, table and promise over constants alone, inner graphs included.

    What has no value, such as a division by zero, stays as it is written.
    """
    built: dict[SOp, SOp] = {}
    for node in topological([root]):
        arguments = tuple(built[argument] for argument in node.arguments)
        built[node] = _folded(node if arguments == node.arguments else replace(node, arguments=arguments))
    return built[root]


def _folded(node: SOp) -> SOp:
    match node:
        case Fold(step=step):
            return replace(node, step=fold_constants(step))
        case Quantified(body=body):
            return replace(node, body=fold_constants(body))
        case Ascribe(arguments=(Constant(value=value) as constant,), declared=declared):
            return constant if contains(element_of(declared), value) else node
        case Elementwise() | Lookup():
            values = tuple(argument.value for argument in node.arguments if isinstance(argument, Constant))
            return _computed(node, values) if len(values) == len(node.arguments) else node
    return node


def _computed(node: Elementwise | Lookup, values: tuple[object, ...]) -> SOp:
    try:
        if isinstance(node, Lookup):
            return Constant((), dict(node.entries)[values])  # type: ignore[index]
        return Constant((), OPERATORS[node.operator].apply(*values))
    except (ZeroDivisionError, TypeError, KeyError):
        return node
