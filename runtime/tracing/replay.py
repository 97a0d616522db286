"""One step executed again, from recorded values alone.

The steps that a node reads, those within its inner graph included, are replaced by inputs that are bound to what was
recorded; then the one evaluator runs on what is left, which is the node by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...dsl.graph import Constant, Fold, Indices, Input, Length, Quantified, SOp, substitute
from ...dsl.program import Program
from ...errors import Source
from ..binding import inner_graph_of
from ..evaluate import evaluate
from ..reference import CellFunction, Exact

__all__ = ["Run", "captured", "order_of_steps", "speaking_for"]

_LEAVES = (Constant, Indices, Length)


@dataclass(frozen=True, slots=True)
class Run:
    """What a step is executed in beside the values that it reads: the dialect, the length, and the inputs by key."""

    program: Program
    n_positions: int
    inputs: Mapping[str, Any]

    def value(self, node: SOp, values: Mapping[SOp, Any], cell: CellFunction) -> Any:
        """The exact value of a node, from the values of what it reads.

        Args:
            node: an argument of it has a value in `values`.
            values: by node; of a node that an inner graph captures it is used where it is there.
            cell: what answers for a cell.

        Raises:
            RuntimeFault: if the node has no value there.
        """
        known = [*dict.fromkeys((*node.arguments, *captured(node, values)))]
        stand_ins = {read: Input((), f"step {place}", read.type) for place, read in enumerate(known)}
        alone = _over(node, stand_ins)
        bound = {stand_in.key: values[read] for read, stand_in in stand_ins.items()}
        return evaluate([alone], Exact(self.program, cell), self.n_positions, {**self.inputs, **bound})[alone]


def speaking_for(dialect: str, source: Source) -> Program:
    """A program of a dialect, of which nothing else is known."""
    return Program(source, dialect, {}, (), (), {}, {})


def _over(node: SOp, stand_ins: Mapping[SOp, SOp]) -> SOp:
    """A node with other nodes in place of what it reads."""
    arguments = tuple(stand_ins[argument] for argument in node.arguments)
    match node:
        case Fold(step=step):
            return replace(node, arguments=arguments, step=substitute(step, stand_ins))
        case Quantified(body=body):
            return replace(node, arguments=arguments, body=substitute(body, stand_ins))
    return replace(node, arguments=arguments) if arguments else node


def captured(node: SOp, values: Mapping[SOp, Any]) -> Iterator[SOp]:
    """What the inner graph of a node reads from outside: the largest parts over nothing bound that have a value."""
    if isinstance(node, Fold | Quantified):
        yield from _captured(node, values, frozenset())


def _captured(node: Fold | Quantified, values: Mapping[SOp, Any], bound: frozenset[str]) -> Iterator[SOp]:
    graph = inner_graph_of(node)
    bound = bound.union(graph.bound)
    stack, seen = [graph.root], set[SOp]()
    while stack:
        part = stack.pop()
        if part in seen or isinstance(part, _LEAVES):
            continue
        seen.add(part)
        if part in values and graph.reads[part].isdisjoint(bound):
            yield part
            continue
        stack.extend(reversed(part.arguments))
        if isinstance(part, Fold | Quantified):
            yield from _captured(part, values, bound)


def order_of_steps(root: SOp, values: Mapping[SOp, Any]) -> list[SOp]:
    """The nodes that the steps of a trace tell of: what the root depends on, each after what it reads."""
    order: dict[SOp, None] = {}
    stack = [(root, False)]
    while stack:
        node, is_ready = stack.pop()
        if node in order:
            continue
        if is_ready:
            order[node] = None
        else:
            stack.append((node, True))
            stack.extend((read, False) for read in reversed([*node.arguments, *captured(node, values)]))
    return list(order)
