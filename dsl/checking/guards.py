"""Conditions that are read from the left, and only as far as needed.

Operators compute all that they are given; only within a quantifier does a guard keep what stands behind it from being
computed. So a condition whose guards matter becomes the body of a quantifier over one number, which it does not read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ..graph import (
    DEFINED_WHEN_EMPTY,
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Elementwise,
    Input,
    Lookup,
    Quantified,
    Reduce,
    SOp,
    bind,
    inputs_of,
    nodes_within,
    topological,
)
from ..types import Int, Seq, contains, element_of

__all__ = ["read_as_needed", "read_whole"]

_GUARDS = ("and", "or", "if")


def read_as_needed(condition: SOp) -> SOp:
    """The condition, so that what stands behind a guard is computed only where the guard lets it through."""
    match condition:
        case Elementwise(operator="and", arguments=(first, second)) if not isinstance(condition.type, Seq):
            # Conjuncts stay apart, so that each is a claim of its own.
            behind = second
            if _may_fail(second):
                behind = _once(Elementwise((Elementwise((first,), "not"), second), "or"))
            return Elementwise((read_as_needed(first), behind), "and")
    return _once(condition) if any(map(_guards_what_may_fail, topological([condition]))) else condition


def read_whole(condition: SOp, certain: Collection[SOp]) -> SOp:
    """The condition as it is written: the same where all of it has an answer, whatever an operation without one gives.

    A type that is promised behind a guard is not known to hold, unless it is among what is certain to be computed:
    such a condition stays as it is.
    """
    built: dict[SOp, SOp] = {}
    for node in topological([condition]):
        if isinstance(node, Quantified) and _is_once(node) and _promises_no_type(node.body, certain):
            built[node] = read_whole(node.body, certain)
        else:
            built[node] = replace(node, arguments=tuple(built[argument] for argument in node.arguments))
    return built[condition]


def _is_once(node: Quantified) -> bool:
    return node.arguments == (Constant((), 0), Constant((), 1)) and node.variable not in inputs_of([node.body])


def _promises_no_type(root: SOp, certain: Collection[SOp]) -> bool:
    return all(node in certain for node in nodes_within([root]) if isinstance(node, Ascribe))


def _once(condition: SOp) -> SOp:
    (variable,), body, _ = bind((Input((), "once", Int(0, 0), "once"),), condition)
    return Quantified((Constant((), 0), Constant((), 1)), "forall", variable, body)


def _guards_what_may_fail(node: SOp) -> bool:
    is_guard = isinstance(node, Elementwise) and node.operator in _GUARDS and not isinstance(node.type, Seq)
    return is_guard and any(map(_may_fail, node.arguments[1:]))


def _may_fail(root: SOp) -> bool:
    return any(map(_is_partial, nodes_within([root])))


def _is_partial(node: SOp) -> bool:
    """Whether the node itself may have no answer, though its arguments have."""
    match node:
        case At() | Lookup() | Ascribe() | CellCall() | Reduce(operator="min" | "max") | Elementwise(operator="^"):
            return True
        case Elementwise(operator="/" | "%", arguments=(_, divisor)):
            return contains(element_of(divisor.type), 0)
        case Aggregate(operator=operator, arguments=arguments):
            return len(arguments) < 3 and operator not in DEFINED_WHEN_EMPTY
    return False
