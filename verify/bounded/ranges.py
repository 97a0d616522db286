"""Quantifiers whose range depends on values, over the largest range that their types allow.

What unrolls a quantifier has to know the numbers that its variable takes. Where a bound is a value of the input, the
bound of its type stands in for it, and the true range becomes a guard of the body.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from ...dsl.graph import Constant, Elementwise, Fold, Input, Length, Quantified, SOp, topological
from ...dsl.types import Int
from ..claims.conditions import all_of, implied

__all__ = ["with_fixed_ranges"]

_FARTHEST = 64


def with_fixed_ranges(root: SOp, known: Set[Input] = frozenset()) -> SOp:
    """The same graph; the range of a quantifier depends on the length alone, if its types are narrow enough.

    Args:
        root: the graph.
        known: the variables of quantifiers around it, whose values are known numbers.
    """
    built: dict[SOp, SOp] = {}
    for node in topological([root]):
        moved = replace(node, arguments=tuple(built[argument] for argument in node.arguments))
        match moved:
            case Quantified(variable=variable, body=body):
                built[node] = _fixed(replace(moved, body=with_fixed_ranges(body, known | {variable})), known)
            case Fold(step=step):
                built[node] = replace(moved, step=with_fixed_ranges(step, known))
            case _:
                built[node] = moved
    return built[root]


def _fixed(node: Quantified, known: Set[Input]) -> Quantified:
    start, stop = node.arguments
    first = start if _is_known(start, known) else _end(start, "low")
    last = stop if _is_known(stop, known) else _end(stop, "high")
    if (first, last) == (start, stop) or first is None or last is None:
        return node
    inside = all_of((Elementwise((start, node.variable), "<="), Elementwise((node.variable, stop), "<")))
    body = implied(inside, node.body) if node.operator == "forall" else all_of((inside, node.body))
    return replace(node, arguments=(first, last), body=body)


def _is_known(bound: SOp, known: Set[Input]) -> bool:
    return all(isinstance(node, Constant | Length | Elementwise) or node in known for node in topological([bound]))


def _end(bound: SOp, side: str) -> Constant | None:
    """The end of the type of a bound, where it has one that is not far."""
    end: int | None = getattr(bound.type, side) if isinstance(bound.type, Int) else None
    return None if end is None or abs(end) > _FARTHEST else Constant((), end)
