"""Programs that do not see positions: to permute the input is to permute the answer.

*Theorem*. Let s be a node for which `is_equivariant` holds. For every permutation p of the positions and all inputs x,
s(x ∘ p) = s(x) ∘ p, where a scalar stays as it is, and of a selector queries and keys are permuted alike. By induction
over the graph: operators that are applied position by position, or to every pair of positions, are the same at each;
what an aggregate or a property makes of many values does not depend on their order; a quantifier over all positions,
whose body reads its variable only to look elements up and to tell positions apart, asks the same of every numbering.

So of a claim about every position, or every pair, that such a program makes about itself, one case for each way in
which the positions coincide stands for all; and in a claim without positions the input may be taken to be in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ...dsl.graph import (
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Elementwise,
    Input,
    Length,
    Lookup,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    substitute,
    topological,
)
from ...dsl.types import Seq
from ..claims.claim import Claim
from ..claims.conditions import all_of
from ..encode import Encoded
from ..encoding.logic import Condition, negated

__all__ = ["in_order", "invariant_part", "is_equivariant", "representatives"]

_AGGREGATIONS = ("mean", "sum", "min", "max", "any", "all")
_REDUCTIONS = ("sum", "min", "max", "count", "any", "all", "distinct", "permutation")
_MOST_VARIABLES = 3


def is_equivariant(root: SOp) -> bool:
    """Whether to permute the inputs is to permute what the node comes to; a scalar does not change at all."""
    return _sees_no_position(root, frozenset())


def _sees_no_position(root: SOp, places: frozenset[Input]) -> bool:
    """Whether this holds of a node, and of a body whose variables `places` are permuted with the positions."""
    nodes = topological([root])
    return all(_is_symmetric(node, places) for node in nodes) and all(
        _is_only_told_apart(node, nodes, places) for node in nodes if node in places
    )


def _is_only_told_apart(place: SOp, nodes: Sequence[SOp], places: frozenset[Input]) -> bool:
    """Whether a variable is read only as a position, or compared for equality with another one."""
    readers = [node for node in nodes if place in node.arguments]
    return bool(readers) and all(
        (isinstance(node, At) and place != node.arguments[0])
        or (isinstance(node, Elementwise) and node.operator in ("==", "!=") and set(node.arguments) <= places)
        for node in readers
    )


def _is_symmetric(node: SOp, places: frozenset[Input]) -> bool:
    match node:
        case Input() | Constant() | Length() | Elementwise() | CellCall() | Lookup() | Ascribe():
            return True
        case Select() | SelectorLogic() | SelectorWidth():
            return True
        case Aggregate(operator=operator):
            return operator in _AGGREGATIONS
        case Reduce(operator=operator):
            return operator in _REDUCTIONS
        case At(arguments=(_, position)):
            return position in places
        case Quantified(variable=variable, body=body):
            return _is_of_all_positions(node) and _sees_no_position(body, places | {variable})
    return False


def _is_of_all_positions(node: Quantified) -> bool:
    return node.arguments == (Constant((), 0), Length())


def invariant_part(claim: Claim) -> Claim | None:
    """The claim from those of its assumptions that are the same for every order of the input; None if it is not so.

    What follows from fewer assumptions follows from all.
    """
    if not is_equivariant(claim.condition):
        return None
    return replace(claim, given=tuple(filter(is_equivariant, claim.given)))


def representatives(condition: SOp, n_positions: int) -> SOp | None:
    """What an equivariant condition says of a few positions, which stand for all; None if it speaks of none."""
    match condition:
        case Reduce(operator="all", arguments=(values,)) if isinstance(values.type, Seq):
            return all_of([At((values, Constant((), 0)))] if n_positions else [])
    variables, body = _variables(condition)
    if not variables or len(variables) > _MOST_VARIABLES:
        return None
    return all_of(
        substitute(body, {variable: Constant((), place) for variable, place in zip(variables, places, strict=True)})
        for places in _coincidences(len(variables))
        if max(places) < n_positions
    )


def _variables(condition: SOp) -> tuple[list[Input], SOp]:
    variables: list[Input] = []
    while isinstance(condition, Quantified) and condition.operator == "forall" and _is_of_all_positions(condition):
        variables.append(condition.variable)
        condition = condition.body
    return variables, condition


def _coincidences(n_variables: int) -> Iterator[tuple[int, ...]]:
    """Positions for variables, one case for each way in which they are equal: a new one is the next number."""
    if n_variables == 0:
        yield ()
        return
    for places in _coincidences(n_variables - 1):
        yield from ((*places, place) for place in range(max(places, default=-1) + 2))


def in_order(encoded: Encoded) -> list[Condition]:
    """That the first sequence among the inputs is in ascending order."""
    sequences = (encoded.inputs[key] for key, node in encoded.nodes.items() if isinstance(node.type, Seq))
    return [negated(encoded.of.less(later, earlier)) for earlier, later in pairwise(next(sequences, []))]
