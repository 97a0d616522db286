"""A catalog as a networkx graph, and back.

1. A node of the graph is a node of the catalog under its id, with `label` and its properties, JSON as objects.
2. An edge is a relationship, its key the type, `type` and the properties as attributes. Two relationships of one type
   between the same nodes, as FEEDS at 'q' and at 'k', have the keys 'FEEDS' and 'FEEDS 2'.
3. The way back checks every node against the schema, and its id against what it says.

Names of nodes travel as the `aliases` of the graph itself: name to id, what each means now. Events and the older
versions of names are the catalog's own diary and stay there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import networkx as nx

from ...errors import CatalogError, did_you_mean
from ..catalog import Catalog
from ..node import Node
from ..relationships import Relationship, relationship_type
from ..schema import LABELS, OWN_LABELS
from .bulk import all_nodes, all_relationships
from .circuits import parts_of

if TYPE_CHECKING:
    Graph = nx.MultiDiGraph[str]

__all__ = ["add_graph", "circuit_graph", "graph_of", "nodes_of", "relationships_of"]

_SHOWN = 12


def graph_of(
    catalog: Catalog,
    root: str | None = None,
    *,
    types: Collection[str] | None = None,
    direction: Literal["out", "in", "both"] = "both",
    depth: int | None = None,
) -> Graph:
    """A catalog as a typed graph, or what of it can be reached from a node.

    Args:
        catalog: the catalog.
        root: name or digest of the node to start from; the whole catalog where left out.
        types: the types of relationship to follow and to show; all where left out.
        direction: along relationships ("out"), against them ("in"), or both.
        depth: most relationships on a way from the root; no bound where left out.

    Raises:
        UnknownCell: if there is no node of that name.
        CatalogError: if there is no such type.
    """
    shown = {relationship_type(name).name for name in types} if types is not None else None
    relationships = [one for one in all_relationships(catalog) if shown is None or one.type in shown]
    nodes = {node.id: node for node in all_nodes(catalog)}
    aliases = {name: id for name in catalog.names() if (id := catalog.get(name).id) in nodes}
    if root is not None:
        kept = _reached(catalog.get(root).id, relationships, direction, depth)
        nodes = {id: node for id, node in nodes.items() if id in kept}
    graph: Graph = nx.MultiDiGraph(aliases={name: id for name, id in aliases.items() if id in nodes})
    graph.add_nodes_from((id, {"label": node.label, **node.model_dump()}) for id, node in nodes.items())
    for one in sorted(relationships, key=lambda one: (one.source, one.target, one.type, one.properties_json())):
        if one.source in nodes and one.target in nodes:
            _join(graph, one.source, one.target, one.type, one.properties)
    return graph


def circuit_graph(catalog: Catalog, name: str) -> Graph:
    """A circuit as a directed acyclic graph of its components by name, joined as they feed each other.

    Raises:
        UnknownCell: if there is no node of that name.
        CatalogError: if it is no circuit, or its components feed each other in a circle.
    """
    parts = parts_of(catalog, name)
    graph: Graph = nx.MultiDiGraph(name=parts.circuit.name, circuit=parts.circuit.id)
    for component in parts.components.values():
        properties = component.model_dump(exclude={"of", "name"})
        graph.add_node(component.name, label=component.label, id=component.id, **properties)
    for edge in parts.edges:
        weight = {} if edge.weight is None else {"weight": edge.weight}
        graph.add_edge(edge.source, edge.target, key=edge.reader, reader=edge.reader, **weight)
    if not nx.is_directed_acyclic_graph(graph):
        circle = [source for source, *_ in nx.find_cycle(graph)]
        shown = " → ".join([*circle[:_SHOWN], "…"] if len(circle) > _SHOWN else [*circle, circle[0]])
        raise CatalogError(f"the circuit {name!r} is no acyclic graph: {shown}; see it with graph_of instead")
    return graph


def nodes_of(graph: Graph) -> list[Node]:
    """The nodes of a graph as nodes of a catalog, checked by the schema.

    Raises:
        CatalogError: naming the graph's node and what of it is wrong.
    """
    return [_node(id, attributes) for id, attributes in graph.nodes(data=True)]


def relationships_of(graph: Graph) -> list[Relationship]:
    """The edges of a graph as relationships of a catalog.

    Raises:
        CatalogError: naming the graph's edge and what of it is wrong.
    """
    return [_relationship(source, target, attributes) for source, target, attributes in graph.edges(data=True)]


def add_graph(catalog: Catalog, graph: Graph) -> list[str]:
    """Write what a graph holds into a catalog, whole or not at all; blobs must be there before.

    Returns:
        The ids of the nodes, in the graph's order.

    Raises:
        CatalogError: if a node or an edge is not as the schema says, or the catalog cannot be written.
    """
    aliases = graph.graph.get("aliases", {})
    if not isinstance(aliases, Mapping) or not all(isinstance(part, str) for pair in aliases.items() for part in pair):
        raise CatalogError("the graph's `aliases` are no names with the ids that they mean")
    return catalog.add(nodes_of(graph), relationships_of(graph), dict(aliases))


def _reached(
    root: str, relationships: Iterable[Relationship], direction: Literal["out", "in", "both"], depth: int | None
) -> set[str]:
    around: dict[str, list[str]] = {}
    for one in relationships:
        if direction != "in":
            around.setdefault(one.source, []).append(one.target)
        if direction != "out":
            around.setdefault(one.target, []).append(one.source)
    reached, border, n_steps = {root}, [root], 0
    while border and (depth is None or n_steps < depth):
        border = list({other for id in border for other in around.get(id, ())} - reached)
        reached.update(border)
        n_steps += 1
    return reached


def _join(graph: Graph, source: str, target: str, type: str, properties: Mapping[str, Any]) -> None:
    key, number = type, 1
    while graph.has_edge(source, target, key):
        number += 1
        key = f"{type} {number}"
    graph.add_edge(source, target, key=key, type=type, **properties)


def _node(id: Any, attributes: Mapping[str, Any]) -> Node:
    label = attributes.get("label")
    if not isinstance(label, str) or label not in LABELS or label in OWN_LABELS:
        hint = did_you_mean(str(label), LABELS) or f"the labels are {', '.join(_labels())}"
        raise CatalogError(f"the graph's node {id!r:.80} has the label {label!r:.40}; {hint}")
    try:
        node = LABELS[label](**{str(name): value for name, value in attributes.items() if name != "label"})
    except CatalogError as error:
        raise CatalogError(f"the graph's node {id!r:.80}: {error}") from error
    if node.id != id:
        raise CatalogError(
            f"the graph's node {id!r:.80} says what {node.id} is the digest of; give it that id, in its edges too"
        )
    return node


def _relationship(source: str, target: str, attributes: Mapping[str, Any]) -> Relationship:
    type = attributes.get("type")
    try:
        properties = {name: value for name, value in attributes.items() if name != "type"}
        return Relationship(source, relationship_type(str(type)).name, target, properties)
    except CatalogError as error:
        raise CatalogError(f"the graph's edge {source!r:.80} → {target!r:.80}: {error}") from error


def _labels() -> Sequence[str]:
    return [label for label in LABELS if label not in OWN_LABELS]
