"""Claims about sequences of all lengths, proved by lemmas about symbolic positions.

1. Key s-ops that permute the positions are found and given inverses.
2. Sequences that are rearrangements of each other are joined; they have equal sums and extremes.
3. The claim is asked of the solver at symbolic positions, with the axioms of `symbolic.py`; one that speaks of running
   folds at every position also of the first position, and of the next one after any where it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

import networkx as nx
import z3

from ..dsl.graph import Fold, Quantified, Reduce, SOp, nodes_within
from .claims import Claim
from .inner import closed_within
from .lemmas import find_lemmas, follows, rearrangements
from .order import neighbours_in_order, sorted_by_neighbours
from .symbolic import Symbolic
from .terms import TokenCodes, apply, as_term, tokens_in

__all__ = ["holds_for_all_lengths"]


def holds_for_all_lengths(claim: Claim, promises: Sequence[SOp], rlimit: int) -> bool:
    """Whether the claim is proved for sequences of every length; False means that it was not, not that it is wrong.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    given = (*claim.given, *promises)
    roots = (claim.condition, *given)
    codes = TokenCodes(tokens_in([*roots, *claim.function.parameters]))
    symbolic = Symbolic(codes, find_lemmas(roots, given, codes, rlimit))
    joined = rearrangements(roots, given, symbolic, rlimit)
    goal = symbolic.scalar(claim.condition)
    assumed = [as_term(symbolic.scalar(condition)) for condition in given]
    in_order = (order for condition in given if (order := sorted_by_neighbours(condition)))
    facts = [*_shared_properties(roots, joined, symbolic), *map(symbolic.scalar, in_order)]

    def is_proved(conclusion: Any, *premises: Any) -> bool:
        return follows(conclusion, [*symbolic.axioms, *assumed, *facts, *premises], rlimit)

    return is_proved(goal) or _holds_by_position(claim.condition, symbolic, is_proved)


def _holds_by_position(condition: SOp, symbolic: Symbolic, is_proved: Callable[..., bool]) -> bool:
    """Induction over the position, for claims that speak of running folds at every position."""
    holds = _at_position(condition, symbolic)
    if holds is None or not any(isinstance(node, Fold) and node.running for node in nodes_within([condition])):
        return False
    place = z3.FreshInt("place")
    inside, before, after = symbolic.in_range(place), as_term(holds(place)), as_term(holds(place + 1))
    return (
        is_proved(before, z3.Not(inside))
        and is_proved(before, inside, place == 0)
        and is_proved(after, inside, symbolic.in_range(place + 1), before)
    )


def _at_position(condition: SOp, symbolic: Symbolic) -> Callable[[Any], Any] | None:
    """What a claim about all positions says of one; None if it is no such claim."""
    match condition:
        case Reduce(operator="sorted", arguments=(sequence,)):
            return lambda place: neighbours_in_order(symbolic, sequence, place)
        case Reduce(operator="all", arguments=(sequence,)):
            return lambda place: z3.Implies(symbolic.in_range(place), as_term(symbolic.at(sequence, place)))
        case Quantified(operator="forall", arguments=(start, stop), variable=variable, body=body):
            low, high = (as_term(symbolic.scalar(bound)) for bound in (start, stop))
            return lambda place: z3.Implies(
                z3.And(low <= place, place < high), as_term(symbolic.within({variable: place}, body))
            )
    return None


def _shared_properties(roots: Sequence[SOp], joined: nx.Graph[SOp], symbolic: Symbolic) -> Iterator[Any]:
    """What rearranged sequences have in common."""
    reductions = [node for node in closed_within(roots) if isinstance(node, Reduce)]
    for node in reductions:
        if node.operator == "permutation" and _is_joined(joined, *node.arguments):
            yield symbolic.scalar(node)
    totals = [node for node in reductions if node.operator in ("sum", "min", "max")]
    for left, right in combinations(totals, 2):
        if left.operator == right.operator and _is_joined(joined, left.arguments[0], right.arguments[0]):
            yield as_term(apply("==", (symbolic.scalar(left), symbolic.scalar(right))))


def _is_joined(joined: nx.Graph[SOp], left: SOp, right: SOp) -> bool:
    return left == right or (left in joined and right in joined and nx.has_path(joined, left, right))
