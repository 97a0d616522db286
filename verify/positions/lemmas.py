"""Lemmas about aggregates, for all lengths: which keys are found, and which sequences are rearrangements.

1. *Permutation*: that a function permutes the positions takes two questions about one or two symbolic positions: its
   values are positions, and different positions have different values. By the pigeonhole principle it then has an
   inverse. It has one as well where it is given that every position is selected by it, as of an aggregate without
   a default.
2. *Agreement*: any two keys that a query selects have equal values; then the mean is any one of them.
3. *Rearrangement*: a sequence that gathers another at a permutation of the positions has the same elements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

import networkx as nx
import z3

from ...dsl.graph import (
    Aggregate,
    Ascribe,
    CellCall,
    Elementwise,
    Indices,
    Lookup,
    Reduce,
    Select,
    SelectorWidth,
    SOp,
    nodes_within,
    substitute,
)
from ...dsl.types import Int, Seq, element_of
from ..claims.conditions import compared, everywhere
from ..encoding.codes import Codes
from ..solver import Query, proved_from
from ..terms import as_term, number_anew
from .axioms import equal, rearrangement_axioms
from .inner import closed_within
from .symbolic import Lemmas, Symbolic

__all__ = ["SHARED", "begin", "find_lemmas", "follows", "rearrangements"]

_FEW_STEPS = 100_000
SHARED = ("permutation", "sum", "min", "max", "count")
"""The properties that rearranged sequences have in common."""


def follows(goal: Any, symbolic: Symbolic, premises: Iterable[Any], steps: int, purpose: str) -> Query | None:
    """The query that proves a goal from the axioms and some premises; the schemas that it takes are noted."""
    found = proved_from(goal, [*symbolic.axioms, *premises], steps, purpose)
    if found is None:
        return None
    query, taken = found
    named = (symbolic.schemas[place] for place in taken if place < len(symbolic.schemas))
    symbolic.lemmas.rest_on(*((name, name) for name in named))
    return query


def begin(codes: Codes, lemmas: Lemmas, *, adds_up: int = 0) -> Symbolic:
    """Where the terms of a question are made; which others were asked before does not show in their names."""
    number_anew()
    return Symbolic(codes, lemmas, adds_up=adds_up)


def find_lemmas(roots: Iterable[SOp], given: Sequence[SOp], codes: Codes, steps: int) -> Lemmas:
    """What can be proved of the keys and the values of every aggregate and width, inner ones first.

    It is asked first what holds whatever is given: that is the same for all claims of a program, and asked once.
    """
    lemmas = Lemmas()
    for node in closed_within(roots):
        if not isinstance(node, Aggregate | SelectorWidth):
            continue
        keys = _keys_by_position(node)
        if keys is not None and keys not in lemmas.inverses and _permute(keys, given, codes, lemmas, steps):
            lemmas.invert(keys)
        # The others choose by an order: their choice is known without this.
        if not isinstance(node, Aggregate) or node.operator != "mean":
            continue
        if begin(codes, lemmas).gathered_from(node) is not None:
            continue
        always = lemmas.take(_of_values(node, codes.named, min(steps, _FEW_STEPS)))
        if always or _agree(node, begin(codes, lemmas), given, steps):
            lemmas.choose(node)
    return lemmas


@lru_cache(maxsize=256)
def _of_keys(keys: SOp, tokens: tuple[str, ...], steps: int) -> Lemmas | None:
    """What shows that keys permute the positions, whatever is given; None where nothing does."""
    codes = Codes(tokens)
    lemmas = find_lemmas([keys], (), codes, steps)
    return lemmas if _are_places(keys, begin(codes, lemmas), (), steps) else None


@lru_cache(maxsize=256)
def _of_values(node: Aggregate, tokens: tuple[str, ...], steps: int) -> Lemmas | None:
    """What shows that selected values agree, whatever is given; None where nothing does."""
    codes = Codes(tokens)
    lemmas = find_lemmas(node.arguments, (), codes, steps)
    return lemmas if _agree(node, begin(codes, lemmas), (), steps) else None


def _keys_by_position(node: Aggregate | SelectorWidth) -> SOp | None:
    """The whole-valued keys of which each query selects those that equal its own position."""
    match node.arguments[0]:
        case Select(comparison="==", arguments=(keys, Indices())) if _is_whole(keys):
            return keys
    return None


def _permute(keys: SOp, given: Sequence[SOp], codes: Codes, lemmas: Lemmas, steps: int) -> bool:
    """Whether keys permute the positions: that is given, or can be shown."""
    if _is_onto(keys, given) or lemmas.take(_of_keys(keys, codes.named, min(steps, _FEW_STEPS))):
        return True
    return _are_places(keys, begin(codes, lemmas), given, steps)


def _is_onto(keys: SOp, given: Sequence[SOp]) -> bool:
    """Whether it is given that every position is one of the keys."""
    width = SelectorWidth((Select((keys, Indices()), "=="),))
    return everywhere(compared(width, ">", 0)) in given


def _agree(node: Aggregate, symbolic: Symbolic, given: Sequence[SOp], steps: int) -> bool:
    """Whether any two keys that a query selects have equal values."""
    asking, first, second = z3.Ints("query first second")
    selector, values = node.arguments[:2]
    selected = [symbolic.selects(selector, asking, key) for key in (first, second)]
    claim = equal(symbolic.at(values, first), symbolic.at(values, second))
    assumed = [as_term(symbolic.scalar(condition)) for condition in given]
    ranged = [symbolic.in_range(place) for place in (asking, first, second)]
    query = follows(claim, symbolic, [*assumed, *ranged, *selected], steps, "the selected values agree")
    symbolic.lemmas.queries.extend([query] if query else [])
    return query is not None


def _are_places(keys: SOp, symbolic: Symbolic, given: Sequence[SOp], steps: int) -> bool:
    """Whether keys permute the positions."""
    return _permutes(partial(symbolic.at, keys), symbolic, given, steps)


def _is_whole(node: SOp) -> bool:
    return isinstance(element_of(node.type), Int)


def _permutes(place: Callable[[Any], Any], symbolic: Symbolic, given: Sequence[SOp], steps: int) -> bool:
    first, second = z3.Ints("first second")
    moved, other = as_term(place(first)), as_term(place(second))
    assumed = [as_term(symbolic.scalar(condition)) for condition in given]
    inside, apart = [symbolic.in_range(first)], [symbolic.in_range(second), first != second]
    # Where there is one position only there are no two: that its key is a position is a question of its own.
    claims = {"keys are positions": (symbolic.in_range(moved), inside), "keys differ": (moved != other, inside + apart)}
    queries: list[Query] = []
    for purpose, (claim, places) in claims.items():
        query = follows(claim, symbolic, [*assumed, *places], steps, purpose)
        if query is None:
            return False
        queries.append(query)
    symbolic.lemmas.queries.extend(queries)
    symbolic.lemmas.rest_on(("pigeonhole", True))
    return True


def asks_for_rearrangements(nodes: Iterable[SOp]) -> bool:
    """Whether anything is asked that rearranged sequences share."""
    totals = Counter(node.operator for node in nodes if isinstance(node, Reduce) and node.operator in SHARED)
    return totals["permutation"] > 0 or max(totals.values(), default=0) > 1


def rearrangements(roots: Sequence[SOp], given: Sequence[SOp], symbolic: Symbolic, steps: int) -> nx.Graph[SOp]:
    """Sequences as nodes, joined where one is a rearrangement of the other; `given` conditions may say so too."""
    graph: nx.Graph[SOp] = nx.Graph()
    nodes = closed_within(roots)
    for node in nodes:
        match node:
            case Ascribe(arguments=(value,)):
                graph.add_edge(node, value)
            case Aggregate(arguments=(Select(), values, *_)) if node.operator not in ("any", "all"):
                source = symbolic.gathered_from(node)
                if source and _permutes(source, symbolic, given, steps):
                    graph.add_edge(node, values)
            case Reduce(operator="permutation", arguments=(left, Indices())) if _is_whole(left):
                if _permutes(partial(symbolic.at, left), symbolic, given, steps):
                    graph.add_edge(left, Indices())
    for condition in given:
        match condition:
            case Reduce(operator="permutation", arguments=(left, right)):
                graph.add_edge(left, right)
                symbolic.state(rearrangement_axioms(symbolic, left, right))
            case Reduce(operator="all", arguments=(Elementwise(operator="==", arguments=(left, right)),)):
                if isinstance(left.type, Seq) and left.type == right.type:
                    graph.add_edge(left, right)
    _join_equal(roots[0], graph, given, symbolic, steps)
    _join_images(graph, [node.arguments[0] for node in nodes if isinstance(node, Reduce) and node.operator in SHARED])
    return graph


def _join_images(graph: nx.Graph[SOp], totalled: Sequence[SOp]) -> None:
    """What is made of the elements of rearranged sequences, one by one and in the same way, is rearranged as well."""
    known = dict.fromkeys(totalled)
    for component in list(nx.connected_components(graph)):
        members = [node for node in graph if node in component]
        for image in known:
            sources = [member for member in members if _is_made_of(image, member)]
            others = (substitute(image, {source: other}) for source in sources for other in members)
            graph.add_edges_from((image, other) for other in others if other in known and other != image)


def _is_made_of(image: SOp, source: SOp) -> bool:
    """Whether a sequence is made of the elements of another one and of scalars, position by position."""
    waiting, is_read = [image], False
    while waiting:
        node = waiting.pop()
        is_read |= node == source
        if node == source:
            continue
        if not isinstance(node.type, Seq):
            if source in nodes_within([node]):
                return False
            continue
        if not isinstance(node, Elementwise | Lookup | Ascribe | CellCall):
            return False
        waiting += node.arguments
    return is_read


def _join_equal(condition: SOp, graph: nx.Graph[SOp], given: Sequence[SOp], symbolic: Symbolic, steps: int) -> None:
    """Where a claim asks for a rearrangement, join a sequence that equals one whose rearrangement is known."""
    match condition:
        case Reduce(operator="permutation", arguments=(left, right)) if right in graph and left not in graph:
            for other in list(graph):
                if (
                    nx.has_path(graph, other, right)
                    and other.type == left.type
                    and _equals(left, other, given, symbolic, steps)
                ):
                    graph.add_edge(left, other)
                    return


def _equals(left: SOp, right: SOp, given: Sequence[SOp], symbolic: Symbolic, steps: int) -> bool:
    """Whether two sequences have the same element at every position."""
    place = z3.Int("place")
    claim = equal(symbolic.at(left, place), symbolic.at(right, place))
    assumed = [as_term(symbolic.scalar(condition)) for condition in given]
    query = follows(claim, symbolic, [*assumed, symbolic.in_range(place)], steps, "the elements are equal")
    symbolic.lemmas.queries.extend([query] if query else [])
    return query is not None
