"""Graphs as text for drawing: Graphviz' DOT and GraphML.

Names come from anywhere. In DOT every name and label stands in quotes with quotes and backslashes escaped, so that
none can end its string, and is no HTML to Graphviz; characters that no file may hold are shown as their code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import networkx as nx

from ..node import canonical_json

if TYPE_CHECKING:
    Graph = nx.MultiDiGraph[str]

__all__ = ["to_dot", "to_graphml"]

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_LABEL = 80


def to_dot(graph: Graph) -> str:
    """A graph in Graphviz' DOT: nodes show their label and name, edges their type or reader, and their weight."""
    lines = ["digraph {", "  node [shape=box];"]
    lines += [
        f"  {_quoted(str(id))} [label={_quoted(_short(_node_label(id, of)))}];" for id, of in graph.nodes(data=True)
    ]
    lines += [
        f"  {_quoted(str(source))} -> {_quoted(str(target))} [label={_quoted(_short(_edge_label(of)))}];"
        for source, target, of in graph.edges(data=True)
    ]
    return "\n".join([*lines, "}", ""])


def to_graphml(graph: Graph) -> str:
    """A graph in GraphML: numbers, truth values and texts as they are, other values as JSON text, None left out."""
    plain: Graph = nx.MultiDiGraph()
    plain.graph.update(_scalars(graph.graph))
    plain.add_nodes_from((_printable(str(id)), _scalars(of)) for id, of in graph.nodes(data=True))
    for source, target, key, of in graph.edges(keys=True, data=True):
        plain.add_edge(_printable(str(source)), _printable(str(target)), _printable(str(key)), **_scalars(of))
    buffer = BytesIO()
    nx.write_graphml_xml(plain, buffer, infer_numeric_types=True)
    return buffer.getvalue().decode()


def _node_label(id: str, of: Mapping[str, Any]) -> str:
    kind, name = of.get("kind") or of.get("label"), of.get("name") or of.get("claim") or str(id)[:8]
    return f"{kind}\n{name}" if kind else str(id)


def _edge_label(of: Mapping[str, Any]) -> str:
    parts = [str(of[name]) for name in ("type", "reader") if name in of]
    return " ".join([*parts, *([f"{of['weight']:.3g}"] if "weight" in of else [])])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else f"{text[:_LONGEST_LABEL]}…"


def _quoted(text: str) -> str:
    escaped = _printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "\\n")
    return f'"{escaped}"'


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _scalars(of: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _printable(str(name)): _printable(value) if isinstance(value, str) else _scalar(value)
        for name, value in of.items()
        if value is not None
    }


def _scalar(value: Any) -> Any:
    return value if isinstance(value, bool | int | float) else _printable(canonical_json(value))
