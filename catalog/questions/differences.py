"""What two nodes of one kind differ in: circuits in structure and numbers, programs in text, checkpoints in weights."""

from __future__ import annotations

from collections.abc import Callable, Collection
from difflib import unified_diff
from typing import Any

from ...errors import CatalogError
from ..catalog import Catalog
from ..node import Node
from ..schema import Checkpoint, Circuit, Program
from .findings import strongest
from .question import Row
from .similarity import jaccard
from .structure import structure
from .tensors import tensor_differences, tensors_of

__all__ = ["difference"]

_METRICS: dict[str, tuple[str, ...]] = {
    "Circuit": ("n_edges", "n_components", "n_parameters"),
    "Checkpoint": ("step", "train_loss_nats", "test_loss_nats", "train_accuracy", "test_accuracy"),
    "Formula": ("agreement",),
}


def difference(catalog: Catalog, left: Node, right: Node) -> dict[str, Any]:
    """What two circuits, programs, formulas or checkpoints differ in.

    Returns:
        `metrics` (each with left, right and their difference), and by kind `components` and `edges`; `text`, `graph`,
        `cells` and `contracts`; `expression`; or `weights`. Of sets it says what is `removed`, `added` and `common`
        from left to right, and their Jaccard index.

    Raises:
        CatalogError: if the two are of different kinds, or of one that has nothing to compare.
    """
    compare = _COMPARED.get(left.label)
    if left.label != right.label or compare is None:
        kinds = ", ".join(label.lower() for label in _COMPARED)
        found = f"a {left.label.lower()} and a {right.label.lower()}"
        raise CatalogError(f"only two nodes of one kind can be compared ({kinds}), found {found}")
    return {"kind": left.label, "metrics": _metrics(catalog, left, right), **compare(catalog, left, right)}


def _circuits(catalog: Catalog, left: Node, right: Node) -> dict[str, Any]:
    rows = structure([left, right]).ask(catalog)
    components, edges = [], []
    for node in (left, right):
        own = [row for row in rows if row["id"] == node.id]
        components.append({row["component"] for row in own})
        edges.append({_edge(row) for row in own if row["into"] is not None})
    return {"components": _sets(*components), "edges": _sets(*edges)}


def _programs(catalog: Catalog, left: Node, right: Node) -> dict[str, Any]:
    assert isinstance(left, Program) and isinstance(right, Program), "compared by its label"
    lines = unified_diff(left.text.splitlines(), right.text.splitlines(), "left", "right", lineterm="")
    cells = [[getattr(end, "name", end.id) for end in _ends(catalog, node, "COMPOSED_OF")] for node in (left, right)]
    return {
        "text": list(lines),
        "graph": {"left": left.graph, "right": right.graph, "equal": left.graph == right.graph},
        "cells": _sets(*cells),
        "contracts": _sets(*(_contracts(catalog, node) for node in (left, right))),
    }


def _formulas(catalog: Catalog, left: Node, right: Node) -> dict[str, Any]:
    texts = [str(getattr(node, "expression", "")) for node in (left, right)]
    return {
        "expression": {"left": texts[0], "right": texts[1], "equal": texts[0] == texts[1]},
        "contracts": _sets(*(_contracts(catalog, node) for node in (left, right))),
    }


def _checkpoints(catalog: Catalog, left: Node, right: Node) -> dict[str, Any]:
    assert isinstance(left, Checkpoint) and isinstance(right, Checkpoint), "compared by its label"
    if left.blob == right.blob:
        return {"weights": {"equal": True, "differing": []}}
    tensors = [tensors_of(catalog.blobs.get(node.blob), repr(node.name)) for node in (left, right)]
    found = tensor_differences(*tensors)
    return {
        "weights": {"equal": not found, "n_tensors": len(tensors[0].keys() | tensors[1].keys()), "differing": found}
    }


_COMPARED: dict[str, Callable[[Catalog, Node, Node], dict[str, Any]]] = {
    Circuit.__name__: _circuits,
    Program.__name__: _programs,
    "Formula": _formulas,
    Checkpoint.__name__: _checkpoints,
}


def _metrics(catalog: Catalog, left: Node, right: Node) -> list[Row]:
    """The numbers of both: properties, and the values of their strongest evidence by claim."""
    measured = [{row["claim"]: row["value"] for row in strongest(node).ask(catalog)} for node in (left, right)]
    rows = [(name, getattr(left, name), getattr(right, name)) for name in _METRICS.get(left.label, ())]
    claims = sorted({claim for values in measured for claim, value in values.items() if value is not None})
    rows += [(claim, measured[0].get(claim), measured[1].get(claim)) for claim in claims]
    return [
        {"metric": name, "left": one, "right": other, "difference": None if None in (one, other) else other - one}
        for name, one, other in rows
    ]


def _contracts(catalog: Catalog, node: Node) -> list[str]:
    contracts = _ends(catalog, node, "SATISFIES")
    return [f"requires {one.requires or 'true'} ensures {one.ensures}" for one in contracts]


def _ends(catalog: Catalog, node: Node, type: str) -> list[Any]:
    return [end for _, end in catalog.neighbours(node.id, type)]


def _edge(row: Row) -> str:
    return f"{row['component']} → {row['into']}.{row['reader']}"


def _sets(left: Collection[str], right: Collection[str]) -> dict[str, Any]:
    one, other = set(left), set(right)
    return {
        "removed": sorted(one - other),
        "added": sorted(other - one),
        "common": sorted(one & other),
        "jaccard": jaccard(one, other),
    }
