"""Which sequences are rearrangements of which, for all lengths.

A sequence that gathers another at a permutation of the positions has the same elements. That a function permutes the
positions takes two questions about one or two symbolic positions: its values are positions, and different positions
have different values. By the pigeonhole principle it then has an inverse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import networkx as nx
import z3

from ..dsl.graph import Aggregate, Ascribe, Indices, Reduce, Select, SOp, topological
from ..dsl.types import Int, element_of
from .symbolic import Symbolic
from .terms import TokenCodes, as_term

__all__ = ["find_inverses", "follows", "rearrangements"]


def follows(claim: Any, given: Sequence[Any], rlimit: int) -> bool:
    """Whether the solver proves the claim within `rlimit` steps."""
    solver = z3.Solver()
    solver.set("rlimit", rlimit)
    solver.add(*given, z3.Not(as_term(claim)))
    return bool(solver.check() == z3.unsat)


def find_inverses(roots: Iterable[SOp], given: Sequence[SOp], codes: TokenCodes, rlimit: int) -> dict[SOp, Any]:
    """The s-ops that gathers use as keys and that permute the positions, each with an inverse function."""
    inverses: dict[SOp, Any] = {}
    for node in topological(roots):
        match node:
            case Aggregate(arguments=(Select(comparison="==", arguments=(keys, Indices())), *_)):
                symbolic = Symbolic(codes, inverses)
                if keys in inverses or not isinstance(element_of(keys.type), Int):
                    continue
                if _permutes(partial(symbolic.at, keys), symbolic, given, rlimit):
                    inverses[keys] = z3.Function(f"inverse.{keys.digest[:8]}", z3.IntSort(), z3.IntSort())
    return inverses


def _permutes(place: Callable[[Any], Any], symbolic: Symbolic, given: Sequence[SOp], rlimit: int) -> bool:
    first, second = z3.Ints("first second")
    moved, other = as_term(place(first)), as_term(place(second))
    assumed = [as_term(symbolic.scalar(condition)) for condition in given]
    apart = [symbolic.in_range(first), symbolic.in_range(second), first != second]
    claims = (symbolic.in_range(moved), moved != other)
    return all(follows(claim, [*symbolic.axioms, *assumed, *apart], rlimit) for claim in claims)


def rearrangements(roots: Sequence[SOp], given: Sequence[SOp], symbolic: Symbolic, rlimit: int) -> nx.Graph[SOp]:
    """Sequences as nodes, joined where one is a rearrangement of the other; `given` conditions may say so too."""
    graph: nx.Graph[SOp] = nx.Graph()
    for node in topological(roots):
        match node:
            case Ascribe(arguments=(value,)):
                graph.add_edge(node, value)
            case Aggregate(arguments=(Select(), values, *_)):
                source = symbolic.gathered_from(node)
                if source and _permutes(source, symbolic, given, rlimit):
                    graph.add_edge(node, values)
    for condition in given:
        match condition:
            case Reduce(operator="permutation", arguments=(left, right)):
                graph.add_edge(left, right)
                symbolic.assume_rearranged(left, right)
    return graph
