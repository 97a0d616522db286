"""Answers as tables, trees and graphs on a terminal; text that others wrote is shown, never obeyed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table
from rich.text import Text

from ...catalog.evidence import STANDINGS
from ...catalog.questions import Question
from ..options import console

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["n_of", "print_cypher", "print_graph", "print_table", "short", "shown"]

_STYLES = {"refuted": "red", "proved": "green", "exhaustive": "green", "measured": "yellow"}
_DIGEST = 12
_LONGEST = 160
_SHORT = ("id", "from", "to", "kind", "standing", "version", "at")


def print_table(rows: Sequence[Mapping[str, Any]], columns: Iterable[str] | None = None, title: str = "") -> None:
    """The rows as a table of these columns, all if none are named; columns in which nothing stands are left out."""
    names = list(columns or (rows[0] if rows else ()))
    filled = [name for name in names if any(row.get(name) not in (None, "") for row in rows)]
    table = Table(show_edge=False, pad_edge=False, title=title or None, title_justify="left")
    for name in filled:
        heading, is_short = Text(name.replace("_", " ")), name in _SHORT
        table.add_column(heading, overflow="fold", justify=_justify(rows, name), no_wrap=is_short)
    for row in rows:
        table.add_row(*(shown(name, row.get(name)) for name in filled))
    console.print(table)


def shown(name: str, value: Any) -> Text:
    """One value as text of its column: digests short, ranks in words, control characters as their codes."""
    if name == "standing":
        word = STANDINGS[value] if isinstance(value, int) else str(value)
        return Text(word, style=_STYLES.get(word, ""))
    if value is None:
        return Text("-", style="dim")
    if isinstance(value, float):
        return Text(f"{value:.4g}")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if name in ("id", "from", "to"):
        return Text(short(text), style="dim")
    if name == "at":
        return Text(text[:19].replace("T", " "))  # to the second, UTC as everywhere
    return Text(_printable(text))


def short(id: str) -> str:
    """The first digits of a digest, enough to name the node by."""
    return id[:_DIGEST]


def n_of(rows: Sequence[object], what: str) -> str:
    """How many there are, as `1 cell` or `2 cells`."""
    return f"{len(rows):,} {what}{'' if len(rows) == 1 else 's'}"


def print_cypher(*questions: Question) -> None:
    """The queries with their parameters as comments, an empty line between two."""
    typer.echo("\n\n".join(map(str, questions)))


def print_graph(graph: nx.MultiDiGraph[str], *, dot: bool) -> None:
    """The graph for Graphviz, or in GraphML."""
    from ...catalog.exchange.drawing import to_dot, to_graphml

    typer.echo(to_dot(graph) if dot else to_graphml(graph), nl=False)


def _justify(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    values = [row.get(name) for row in rows if row.get(name) is not None]
    is_number = values and all(isinstance(value, int | float) for value in values) and name != "standing"
    return "right" if is_number else "left"


def _printable(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in cut)
