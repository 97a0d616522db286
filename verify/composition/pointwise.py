"""A claim about every position, asked of one: any position, with any values there that meet what is given of all."""

from __future__ import annotations

from dataclasses import replace

from ...dsl.graph import Ascribe, CellCall, Elementwise, Indices, Input, Length, Lookup, Reduce, SOp, topological
from ...dsl.types import Int, Seq, element_of
from ..claims.claim import Claim
from ..claims.conditions import compared, conjuncts

__all__ = ["at_one_position"]

_HERE = Input((), "here", Int(0, None), "position")


def at_one_position(claim: Claim) -> Claim | None:
    """The claim over single values, which implies it; None of one that does not speak of every position alike.

    What operators do not compute position by position is a value of its type there. What is given of whole sequences
    in other words is left out.
    """
    part = _of_every_position(claim.condition)
    if part is None:
        return None
    given = [one for condition in claim.given for one in conjuncts(condition)]
    here = [_at_position(found) for one in given if (found := _of_every_position(one)) is not None]
    inside = compared(_HERE, "<", Length())
    return replace(claim, condition=_at_position(part), given=(inside, *here, *filter(_is_single, given)))


def _is_single(condition: SOp) -> bool:
    """Whether a condition speaks of single values alone."""
    kinds = Elementwise | Lookup | CellCall | Ascribe
    parts = topological([condition])
    return all((isinstance(part, kinds) or not part.arguments) and not isinstance(part.type, Seq) for part in parts)


def _of_every_position(condition: SOp) -> SOp | None:
    match condition:
        case Reduce(operator="all", arguments=(inner,)):
            return inner
    return None


def _at_position(root: SOp) -> SOp:
    """The value of a sequence at the position."""
    built: dict[SOp, SOp] = {}
    for node in topological([root]):
        match node:
            case _ if not isinstance(node.type, Seq):
                built[node] = node
            case Elementwise() | Lookup() | CellCall() | Ascribe():
                built[node] = replace(node, arguments=tuple(built[argument] for argument in node.arguments))
            case Indices():
                built[node] = _HERE
            case _:
                built[node] = Input((), f"here.{node.digest[:16]}", element_of(node.type), "the value there")
    return built[root]
