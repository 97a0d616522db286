"""Claims about sequences of all lengths, proved by lemmas about symbolic positions.

1. Key s-ops that permute the positions are found and given inverses.
2. Sequences that are rearrangements of each other are joined; they have equal sums and extremes.
3. The claim is asked of the solver at symbolic positions, with the axioms of `symbolic.py`; one that speaks of running
   folds at every position also of the first position, and of the next one after any where it holds.
4. Where two sequences are to be equal, they are so if both are sorted and joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import networkx as nx
import z3

from ...dsl.graph import (
    Aggregate,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Length,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    nodes_within,
)
from ...dsl.types import Int, Real, Seq
from ..claims.claim import Claim
from ..claims.conditions import conjuncts, everywhere
from ..encoding.codes import Codes
from ..outcome import Effort, NoAnswer, Outcome, Proof
from ..solver import Query
from ..terms import apply, as_term, tokens_in, unknown
from .inner import closed_within, types_are_given
from .lemmas import SHARED, asks_for_rearrangements, begin, find_lemmas, follows, rearrangements
from .order import neighbours_in_order, sorted_by_neighbours
from .symbolic import Symbolic

__all__ = ["by_positions", "by_positions_soon"]

_LEMMA_STEPS, _SHARE = 1_000_000, 5
"""Lemmas that hold are small questions; those that do not should not cost what the claim itself may."""


def by_positions(claim: Claim, effort: Effort) -> Outcome:
    """Prove the claim by lemmas on positions.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    condition, premises = _with_premises(claim.condition)
    given, steps = (*claim.given, *premises), effort.steps
    roots = (condition, *given)
    if not types_are_given(roots, given):
        return NoAnswer("a value behind a guard may not be of the type that its port declares")
    codes = Codes(tokens_in([*roots, *claim.function.parameters]))
    few = min(steps, _LEMMA_STEPS)
    lemmas = find_lemmas(roots, given, codes, few)
    nodes = closed_within(roots)
    symbolic = begin(codes, lemmas, adds_up=_adds_up(roots))
    joined = rearrangements(roots, given, symbolic, few) if asks_for_rearrangements(nodes) else nx.Graph()
    goal = symbolic.scalar(condition)
    assumed = [as_term(symbolic.scalar(condition)) for condition in given]
    for node in _worth_more(nodes):
        symbolic.explain_further(node)
    in_order = [order for condition in given if (order := sorted_by_neighbours(condition))]
    shared = list(_shared_properties(roots, joined, symbolic))
    facts = [*assumed, *shared, *map(symbolic.scalar, in_order)]
    lemmas.rest_on(("rearranged totals", shared), ("neighbours", in_order))

    def prove(purpose: str, conclusion: Any, *premises: Any) -> Query | None:
        return follows(conclusion, symbolic, [*facts, *premises], steps, purpose)

    recurs = any(map(_recurs, nodes_within([condition])))
    queries = _by_position(condition, symbolic, prove) if recurs else ()
    if not queries:
        whole = prove("the claim", goal)
        queries = (whole,) if whole else ()
    if not queries and (pair := _ordered_pair(condition)):
        joined = joined or rearrangements(roots, given, symbolic, few)
        queries = _as_sorted(pair, symbolic, prove) if _is_joined(joined, *pair) else ()
    if not queries:
        return NoAnswer("it does not follow from the axioms on positions")
    return Proof("lemmas on positions", (*lemmas.queries, *queries), tuple(sorted(lemmas.schemas)))


def by_positions_soon(claim: Claim, effort: Effort) -> Outcome:
    """Prove it so in few steps, which mostly do; where they do not, others may be quicker.

    Raises:
        VerificationError: as `by_positions`.
    """
    return by_positions(claim, replace(effort, steps=effort.steps // _SHARE))


def _with_premises(condition: SOp) -> tuple[SOp, tuple[SOp, ...]]:
    """What `a implies b` claims where it assumes a: lemmas are found by what is assumed."""
    match condition:
        case Elementwise(operator="or", arguments=(Elementwise(operator="not", arguments=(premise,)), conclusion)):
            if not isinstance(condition.type, Seq):
                inner, further = _with_premises(conclusion)
                return inner, (*conjuncts(premise), *further)
        case Reduce(operator="all", arguments=(Elementwise(operator="or", arguments=(left, conclusion)),)):
            # A scalar premise is assumed of all positions or of none.
            if isinstance(left, Elementwise) and left.operator == "not" and not isinstance(left.type, Seq):
                inner, further = _with_premises(everywhere(conclusion))
                return inner, (*conjuncts(left.arguments[0]), *further)
    return condition, ()


def _adds_up(roots: Sequence[SOp]) -> int:
    """How many sizes are added, at most 3, where the length is compared with or part of a number; else 0."""
    operations = [node for node in nodes_within(roots) if isinstance(node, Elementwise)]
    sums = [node for node in operations if node.operator == "+"]
    if not any(Length() in node.arguments for node in operations):
        return 0
    return 3 if any(argument in sums for node in sums for argument in node.arguments) else 2


def _worth_more(nodes: Sequence[SOp]) -> Iterator[SOp]:
    """Means, where there are totals that they may be made of, and sizes that are keys or compared with constants."""
    has_totals = any(isinstance(node, Reduce | Aggregate) and node.operator in ("sum", "count") for node in nodes)
    if has_totals:
        yield from (node for node in nodes if isinstance(node, Aggregate))
    for node in nodes:
        match node:
            case Select(comparison="<" | "<=" | ">" | ">=", arguments=(SelectorWidth() as sizes, _)):
                yield sizes
            case Elementwise(arguments=(SelectorWidth() as sizes, Constant(value=value))) if value != 0:
                yield sizes


def _recurs(node: SOp) -> bool:
    """Whether what is known of a node at a position is known from the position before."""
    match node:
        case Fold(running=True):
            return True
        case Aggregate(operator="sum", arguments=(Select(arguments=(Indices(), Indices())), _)):
            return True
        case SelectorWidth(arguments=(SelectorLogic(operator="and", arguments=parts),)):
            return any(isinstance(part, Select) and part.arguments == (Indices(), Indices()) for part in parts)
    return False


def _by_position(condition: SOp, symbolic: Symbolic, prove: Callable[..., Query | None]) -> tuple[Query, ...]:
    """Induction over the position, for claims that speak of running folds at every position; empty if it fails."""
    holds = _at_position(condition, symbolic)
    if holds is None:
        return ()
    place = unknown(z3.IntSort(), "place")
    inside, before, after = symbolic.in_range(place), as_term(holds(place)), as_term(holds(place + 1))
    questions: tuple[tuple[Any, ...], ...] = (
        ("outside", before, z3.Not(inside)),
        ("the first position", before, inside, place == 0),
        ("the next position", after, inside, symbolic.in_range(place + 1), before),
    )
    queries: list[Query] = []
    for question in questions:
        query = prove(*question)
        if query is None:
            return ()
        queries.append(query)
    is_sorted = isinstance(condition, Reduce) and condition.operator == "sorted"
    symbolic.lemmas.rest_on(("induction", True), ("neighbours", is_sorted))
    return tuple(queries)


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
    totals = [node for node in reductions if node.operator in SHARED[1:]]
    for left, right in combinations(totals, 2):
        if left.operator == right.operator and _is_joined(joined, left.arguments[0], right.arguments[0]):
            yield as_term(apply("==", (symbolic.scalar(left), symbolic.scalar(right))))


def _ordered_pair(condition: SOp) -> tuple[SOp, SOp] | None:
    """The two sequences of values with an order that a claim says are equal."""
    match condition:
        case Reduce(operator="all", arguments=(Elementwise(operator="==", arguments=(left, right)),)):
            if all(isinstance(one.type, Seq) and isinstance(one.type.element, Int | Real) for one in (left, right)):
                return left, right
    return None


def _as_sorted(pair: tuple[SOp, SOp], symbolic: Symbolic, prove: Callable[..., Query | None]) -> tuple[Query, ...]:
    """That both of two sequences are sorted: rearrangements of each other, they are equal."""
    found = (prove("it is sorted", symbolic.scalar(Reduce((one,), "sorted"))) for one in pair)
    queries = tuple(query for query in found if query)
    symbolic.lemmas.rest_on(("sorted rearrangements", len(queries) == len(pair)))
    return queries if len(queries) == len(pair) else ()


def _is_joined(joined: nx.Graph[SOp], left: SOp, right: SOp) -> bool:
    return left == right or (left in joined and right in joined and nx.has_path(joined, left, right))
