"""What the parts of an inner graph read: a fold's step and a quantifier's body, over the inputs that they bind.

Parts that read no bound input have one value, whatever is bound; the evaluator computes them once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..dsl.graph import Input, SOp, inner_graph, topological

__all__ = ["InnerGraph", "inner_graph_of"]

_N_REMEMBERED = 4096


@dataclass(frozen=True, slots=True, eq=False)
class InnerGraph:
    """A graph over inputs that the node around it binds.

    Attributes:
        bound: the keys of these inputs.
        root: the node whose value is asked for.
        reads: for each node of the graph, the keys of the inputs that it reads.
        varying: the nodes that read what is bound, arguments first.
        fixed: the others, arguments first.
    """

    bound: tuple[str, ...]
    root: SOp
    reads: Mapping[SOp, frozenset[str]]
    varying: Sequence[SOp]
    fixed: Sequence[SOp]


@lru_cache(maxsize=_N_REMEMBERED)
def inner_graph_of(node: SOp) -> InnerGraph:
    """The inner graph of a fold or a quantifier."""
    inner = inner_graph(node)
    assert inner is not None, f"no inner graph: {type(node).__name__}"
    bound, root = tuple(parameter.key for parameter in inner[0]), inner[1]
    reads = _reads(root)
    varying = [part for part in reads if not reads[part].isdisjoint(bound)]
    return InnerGraph(bound, root, reads, varying, [part for part in reads if reads[part].isdisjoint(bound)])


def _reads(root: SOp) -> dict[SOp, frozenset[str]]:
    """The keys that each node reads; what an inner graph binds is not read from outside of it."""
    reads: dict[SOp, frozenset[str]] = {}
    for node in topological([root]):
        own = frozenset({node.key}) if isinstance(node, Input) else frozenset()
        if inner_graph(node):
            inner = inner_graph_of(node)
            own = inner.reads[inner.root].difference(inner.bound)
        reads[node] = own.union(*(reads[argument] for argument in node.arguments))
    return reads
