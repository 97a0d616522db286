"""What the questions' commands share: names with completion, and in which form an answer is printed."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ...catalog import Catalog
from ...errors import CatalogError
from ..options import DEFAULT_CATALOG

__all__ = ["CypherOption", "DotOption", "GraphmlOption", "NameArgument", "complete_name", "complete_port", "one_form"]

_MOST = 200  # more than a shell can usefully show


def complete_name(context: typer.Context, incomplete: str) -> list[str]:
    """The names of the catalog that start so; none where there is no catalog."""
    return [name for name in _names(context) if name.startswith(incomplete)][:_MOST]


def complete_port(context: typer.Context, incomplete: str) -> list[str]:
    """The ports, as `cell.port`, of the cell before the dot; without a dot the names, ready for one."""
    cell, dot, port = incomplete.rpartition(".")
    if not dot:
        return [f"{name}." for name in complete_name(context, incomplete)]
    try:
        with _opened(context) as catalog:
            ports = [getattr(end, "name", "") for _, end in catalog.neighbours(catalog.get(cell).id, "HAS_PORT")]
    except (CatalogError, OSError):
        return []
    return [f"{cell}.{name}" for name in sorted(ports) if name.startswith(port)]


def _names(context: typer.Context) -> list[str]:
    try:
        with _opened(context) as catalog:
            return catalog.names()
    except (CatalogError, OSError):
        return []


def _opened(context: typer.Context) -> Catalog:
    place = context.params.get("catalog") or os.environ.get("STDCELL_CATALOG") or DEFAULT_CATALOG
    return Catalog(place, create=False)


NameArgument = Annotated[
    str,
    typer.Argument(
        help="A name, name@version, digest, or what a node itself is called.",
        autocompletion=complete_name,
        show_default=False,
        metavar="NAME",
    ),
]
CypherOption = Annotated[bool, typer.Option("--cypher", help="Print the query instead of asking it.")]
DotOption = Annotated[bool, typer.Option("--dot", help="Print the answer as a graph for Graphviz.")]
GraphmlOption = Annotated[bool, typer.Option("--graphml", help="Print the answer as a graph in GraphML.")]


def one_form(**asked: bool) -> None:
    """Refuse more than one form of an answer.

    Raises:
        CatalogError: naming those that were asked for.
    """
    chosen = [f"--{name}" for name, is_asked in asked.items() if is_asked]
    if len(chosen) > 1:
        raise CatalogError(f"an answer has one form, found {' and '.join(chosen)}; leave all but one out")
