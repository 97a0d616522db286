"""A claim about every position as one about any position.

What holds of `all(…)` at every position of a sequence holds of each element: the elements of the sequences are inputs
of their own then. What cannot be told from the elements of one position (an aggregate, a fold, the length) becomes an
input as well, any value of its type: a proof still holds, a point that breaks the claim may not be reached. Where a
value entered a port on its way, the range of its type is forgotten too: behind a guard nothing may say that it fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...dsl.graph import Ascribe, CellCall, Constant, Elementwise, Input, Lookup, Reduce, SOp, nodes_within, topological
from ...dsl.types import Element, Int, Real, Selector, Seq, element_of
from ..claims.claim import Claim

__all__ = ["Pointwise", "at_any_position"]

_LIFTED = (Elementwise, Lookup, CellCall, Ascribe)


@dataclass(frozen=True, slots=True)
class Pointwise:
    """Conditions over scalar inputs.

    Attributes:
        conditions: what is given, and the condition.
        forgotten: the inputs that stand for values which depend on more than one position.
    """

    conditions: tuple[SOp, ...]
    forgotten: tuple[Input, ...]


def at_any_position(claim: Claim) -> Pointwise:
    """What is given and the condition, at one position; those that speak of all positions as they are there.

    What is given of all positions says nothing of a sequence without any: where the condition is no such one, so that
    it is asked of the empty sequence too, that is left out.
    """
    condition = _without_all(claim.condition)
    given = [_without_all(one) for one in claim.given]
    is_of_position = isinstance(condition.type, Seq)
    bare = [*(one for one in given if is_of_position or not isinstance(one.type, Seq)), condition]
    built: dict[SOp, SOp] = {}
    forgotten: dict[SOp, Input] = {}
    for node in topological(bare):
        if not isinstance(node.type, Selector):
            built[node] = _scalar(node, built, forgotten)
    # An input that stands for a node which only forgotten nodes read is none of the question.
    used = {node: None for node in topological([built[node] for node in bare])}
    return Pointwise(
        tuple(built[node] for node in bare), tuple(variable for variable in forgotten.values() if variable in used)
    )


def _without_all(condition: SOp) -> SOp:
    while isinstance(condition, Reduce) and condition.operator == "all":
        (condition,) = condition.arguments
    return condition


def _scalar(node: SOp, built: Mapping[SOp, SOp], forgotten: dict[SOp, Input]) -> SOp:
    if isinstance(node, Constant):
        return node
    if isinstance(node, Input):
        return replace(node, declared=element_of(node.type)) if isinstance(node.type, Seq) else node
    if isinstance(node, _LIFTED):
        return replace(node, arguments=tuple(built[argument] for argument in node.arguments))
    number = len(forgotten)
    return forgotten.setdefault(node, Input((), f"any.{number}", _known_type(node), f"value {number + 1}"))


def _known_type(node: SOp) -> Element:
    element = element_of(node.type)
    if not any(isinstance(part, Ascribe) for part in nodes_within([node])):
        return element
    return Int() if isinstance(element, Int) else Real() if isinstance(element, Real) else element
