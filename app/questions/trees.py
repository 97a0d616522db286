"""Answers that branch: lineages and the whole catalog, as trees for a terminal and as graphs."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

import networkx as nx
from rich.text import Text
from rich.tree import Tree

from ...catalog import Node
from ...catalog.questions import Row
from ..options import console
from .tables import short, shown

__all__ = ["names_graph", "print_lineage_tree", "print_names_tree"]

_NO_TASK = "(no task)"


def print_lineage_tree(start: Node, rows: list[Row]) -> None:
    """The lineage from its start; what several ways lead to is unfolded where it is first met."""
    leading: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        leading[row["target"] if row["id"] == row["source"] else row["source"]].append(row)
    tree = Tree(_heading(start.label, getattr(start, "name", ""), start.id))
    places, seen = [(tree, start.id)], {start.id}
    while places:
        branch, id = places.pop(0)
        for row in leading[id]:
            is_again = row["id"] in seen
            text = Text.assemble((f"{row['type']} ", "cyan"), _heading(row["label"], row["name"], row["id"]))
            twig = branch.add(text.append(" (see above)", "dim") if is_again and leading[row["id"]] else text)
            if not is_again:
                seen.add(row["id"])
                places.append((twig, row["id"]))
    console.print(tree)
    nodes = {row["id"] for row in rows}
    console.print(f"{len(nodes):,} node{'' if len(nodes) == 1 else 's'}, at most {rows[-1]['depth']} away")


def print_names_tree(rows: list[Row], place: str) -> None:
    """Tasks, under each the names of its cells, under each its versions, newest first."""
    tree = Tree(shown("name", place))
    for task, of_task in groupby(sorted(rows, key=_by_task), key=lambda row: row["task"]):
        branch = tree.add(Text(_NO_TASK, style="dim") if task is None else shown("name", task))
        for name, versions in groupby(of_task, key=lambda row: row["name"]):
            newest, *older = sorted(versions, key=lambda row: -row["version"])
            twig = branch.add(_version(newest, name))
            for row in older:
                twig.add(_version(row, ""))
    console.print(tree)


def names_graph(rows: list[Row]) -> nx.MultiDiGraph[str]:
    """Tasks, names and nodes as a graph: a node IMPLEMENTS its tasks, a name POINTS_TO the nodes of its versions."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for row in rows:
        graph.add_node(row["id"], label=row["kind"], name=row["name"])
        graph.add_node(f"name {row['name']}", label="Alias", name=row["name"])
        graph.add_edge(
            f"name {row['name']}", row["id"], key=str(row["version"]), type="POINTS_TO", version=row["version"]
        )
        if row["task"] is not None:
            graph.add_node(f"task {row['task']}", label="Task", name=row["task"])
            graph.add_edge(row["id"], f"task {row['task']}", key="IMPLEMENTS", type="IMPLEMENTS")
    return graph


def _by_task(row: Row) -> tuple[bool, str, str, int]:
    return row["task"] is None, row["task"] or "", row["name"], -row["version"]


def _version(row: Row, name: str) -> Text:
    called = shown("name", name).append(f"@{row['version']} ") if name else Text(f"@{row['version']} ", style="dim")
    return called.append(f"{row['kind']} ", "cyan").append(short(row["id"]), "dim")


def _heading(label: str, name: str | None, id: str) -> Text:
    return Text.assemble((f"{label} ", "dim"), shown("name", name or ""), (f" {short(id)}", "dim"))
