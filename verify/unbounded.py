"""Claims about sequences of all lengths, proved by lemmas about symbolic positions.

1. Key s-ops that permute the positions are found and given inverses.
2. Sequences that are rearrangements of each other are joined; they have equal sums and extremes.
3. The claim is asked of the solver at symbolic positions, with the axioms of `symbolic.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import networkx as nx

from ..dsl.graph import Reduce, SOp, topological
from .claims import Claim
from .lemmas import find_lemmas, follows, rearrangements
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
    facts = list(_shared_properties(roots, joined, symbolic))
    return follows(goal, [*symbolic.axioms, *assumed, *facts], rlimit)


def _shared_properties(roots: Sequence[SOp], joined: nx.Graph[SOp], symbolic: Symbolic) -> Iterator[Any]:
    """What rearranged sequences have in common."""
    reductions = [node for node in topological(roots) if isinstance(node, Reduce)]
    for node in reductions:
        if node.operator == "permutation" and _is_joined(joined, *node.arguments):
            yield symbolic.scalar(node)
    totals = [node for node in reductions if node.operator in ("sum", "min", "max")]
    for left, right in combinations(totals, 2):
        if left.operator == right.operator and _is_joined(joined, left.arguments[0], right.arguments[0]):
            yield as_term(apply("==", (symbolic.scalar(left), symbolic.scalar(right))))


def _is_joined(joined: nx.Graph[SOp], left: SOp, right: SOp) -> bool:
    return left == right or (left in joined and right in joined and nx.has_path(joined, left, right))
