"""Where a node comes from, and what was made of it.

What is made of what lies on one line: cells and adapters are made of cells, of circuits and formulas of checkpoints,
these of runs, of data sets, of tasks. Only the first part is of any length, so one branch of the query follows it and
one branch each the later steps. All relationships within the depth are fetched with the event that brought them; a
past time is cut out of them in Python, where both stores do it alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Literal, NamedTuple

import networkx as nx

from ...errors import CatalogError
from ..node import Node
from .question import Question, Row, label_in_cypher, labels_joined

__all__ = ["DEPTH", "Way", "lineage", "lineage_graph"]

DEPTH = 6
Way = Literal["up", "down"]


class _Step(NamedTuple):
    """A part of the line: its relationships, and whether they lead up along their arrow."""

    types: tuple[str, ...]
    along: bool
    repeats: bool

    def arrow(self, way: Way, inside: str) -> str:
        return f"-[{inside}]->" if self.along == (way == "up") else f"<-[{inside}]-"

    @property
    def pattern(self) -> str:
        return ":" + "|".join(self.types)

    def reached(self, way: Way) -> list[str]:
        return labels_joined(self.types, int(self.along == (way == "up")))

    def left(self, way: Way) -> list[str]:
        return labels_joined(self.types, int(self.along != (way == "up")))


_MADE_OF = ("COMPOSED_OF", "DERIVED_FROM", "EXTRACTED_FROM", "READS", "WRITES")
_LINE = (
    _Step(_MADE_OF, along=True, repeats=True),
    _Step(("PRODUCED",), along=False, repeats=False),
    _Step(("TRAINED_ON",), along=True, repeats=False),
    _Step(("INSTANCE_OF",), along=True, repeats=False),
)


_NOTHING = "MATCH (n:{label} {{id: $id}}) WHERE n.id <> $id RETURN n.id AS id"  # of a label that no line leads from


def lineage(node: Node, way: Way = "up", *, depth: int = DEPTH, event: int | None = None) -> Question:
    """What a node was made of (`up`), or what was made of it (`down`).

    Args:
        node: where to start.
        way: in which direction.
        depth: the most relationships between the start and what is found, at least 1.
        event: the number of the event after which the catalog is looked at; None is now.

    Returns:
        One row for each relationship found, the nearest first: `depth`, `source` and `target` as the relationship
        points, its `type` and `event`, and `id`, `label` and `name` of the node that it leads to.

    Raises:
        CatalogError: if the depth is below 1.
    """
    if depth < 1:
        raise CatalogError(f"the depth of a lineage is at least 1, found {depth}")
    branches = list(_branches(node.label, way, depth)) or [_NOTHING.format(label=node.label)]
    return Question(
        "\nUNION ALL\n".join(branches),
        {"id": node.id},
        lambda rows: _nearest(_with_ends(rows, way), node.id, depth, event),
    )


def lineage_graph(node: Node, rows: list[Row]) -> nx.MultiDiGraph[str]:
    """The lineage as a graph: nodes by id with `label` and `name`, edges by type with `event`."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node(node.id, label=node.label, name=getattr(node, "name", ""))
    for row in rows:
        graph.add_node(row["id"], label=row["label"], name=row["name"] or "")
    for row in rows:
        graph.add_edge(row["source"], row["target"], key=row["type"], type=row["type"], event=row["event"])
    return graph


def _branches(label: str, way: Way, depth: int) -> Iterator[str]:
    """One query for each step of the line, from a label on."""
    line = _LINE if way == "up" else _LINE[::-1]
    first = next((place for place, step in enumerate(line) if label in step.left(way)), len(line))
    for stop in range(first + 1, min(len(line), first + depth) + 1):
        yield _branch(label, line[first:stop], way, depth)


def _branch(label: str, steps: tuple[_Step, ...], way: Way, depth: int) -> str:
    """The relationships of the last step that the steps before it lead to."""
    *before, last = steps
    nodes = (f"{'abcd'[len(before)]}{number}" for number in count())  # of this branch alone
    start = next(nodes)
    pattern = f"MATCH ({start}:{label} {{id: $id}})"
    for step, following in zip(before, steps[1:], strict=False):
        length = f"*1..{depth - len(before)}" if step.repeats else ""
        start = next(nodes)
        pattern += step.arrow(way, step.pattern + length) + _node(start, step.reached(way), following.left(way))
    if last.repeats and depth - len(before) > 1:
        start = next(nodes)
        # A match of its own follows: within one, Neo4j takes no relationship twice.
        pattern += last.arrow(way, f"{last.pattern}*0..{depth - len(before) - 1}") + f"({start})\nMATCH ({start})"
    found, reached = next(nodes), last.reached(way)
    pattern += last.arrow(way, f"r{last.pattern}") + _node(found, reached, reached)
    source, target = (start, found) if last.along == (way == "up") else (found, start)
    # Not the found id once more: one value in two columns of a UNION makes ladybug 0.22 crash.
    return f"""{pattern}
RETURN DISTINCT {source}.id AS source, type(r) AS type, {target}.id AS target, r.event AS event,
  {label_in_cypher(found, reached)} AS label, {found}.name AS name"""


def _node(variable: str, reached: list[str], left: list[str]) -> str:
    """A node of a pattern, with its label where there is only one that it can have."""
    possible = [label for label in reached if label in left]
    return f"({variable}:{possible[0]})" if len(possible) == 1 else f"({variable})"


def _with_ends(rows: list[Row], way: Way) -> list[Row]:
    """The rows with the id of the node that each leads to."""
    ends = {type: "target" if step.along == (way == "up") else "source" for step in _LINE for type in step.types}
    return [{**row, "id": row[ends[row["type"]]]} for row in rows]


def _nearest(rows: list[Row], start: str, depth: int, event: int | None) -> list[Row]:
    """The relationships that were there after the event, by their distance from the start, each once."""
    leading: defaultdict[str, dict[tuple[str, str], Row]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row["type"], row["name"], row["id"], -row["event"])):
        if event is None or row["event"] <= event:
            origin = row["target"] if row["id"] == row["source"] else row["source"]
            leading[origin][row["type"], row["id"]] = row
    found: list[Row] = []
    seen, reached = {start}, [start]
    for distance in range(1, depth + 1):
        new = [row for origin in reached for row in leading[origin].values()]
        found += ({"depth": distance, **row} for row in new)
        reached = list(dict.fromkeys(row["id"] for row in new if row["id"] not in seen))
        seen.update(reached)
    return found
