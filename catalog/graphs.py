"""A catalog as a networkx graph, and back.

1. A node of the graph is a node of the catalog under its id, with `label` and its properties, JSON as objects.
2. An edge is a relationship, its key the type, `type` and the properties as attributes. Two relationships of one type
   between the same nodes, as FEEDS at 'q' and at 'k', have the keys 'FEEDS' and 'FEEDS 2'.
3. The way back checks every node against the schema, and its id against what it says.

Names of nodes travel as the `aliases` of the graph itself: name to id, what each means now. Events and the older
versions of names are the catalog's own diary and stay there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import networkx as nx

from ..errors import CatalogError, did_you_mean
from .node import Node
from .relationships import Relationship, relationship_type
from .schema import LABELS, OWN_LABELS, Circuit, Component

if TYPE_CHECKING:
    Graph = nx.MultiDiGraph[str]

__all__ = ["aliases_of", "circuit_graph", "nodes_of", "reached", "relationships_of", "typed_graph"]

_SHOWN = 12


def typed_graph(nodes: Iterable[Node], relationships: Iterable[Relationship], aliases: Mapping[str, str]) -> Graph:
    """These nodes under their ids, joined by the relationships between them; the aliases of one are the graph's."""
    known = {node.id: node for node in nodes}
    graph: Graph = nx.MultiDiGraph(aliases={name: id for name, id in aliases.items() if id in known})
    graph.add_nodes_from((id, {"label": node.label, **node.model_dump()}) for id, node in known.items())
    for one in sorted(relationships, key=lambda one: (one.source, one.target, one.type, one.properties_json())):
        if one.source in known and one.target in known:
            _join(graph, one.source, one.target, one.type, one.properties)
    return graph


def reached(
    root: str, relationships: Iterable[Relationship], direction: Literal["out", "in", "both"], depth: int | None
) -> set[str]:
    """The ids on ways of at most `depth` relationships from a node, along them ("out"), against them ("in") or both."""
    around: dict[str, list[str]] = {}
    for one in relationships:
        if direction != "in":
            around.setdefault(one.source, []).append(one.target)
        if direction != "out":
            around.setdefault(one.target, []).append(one.source)
    found, border, n_steps = {root}, [root], 0
    while border and (depth is None or n_steps < depth):
        border = list({other for id in border for other in around.get(id, ())} - found)
        found.update(border)
        n_steps += 1
    return found


def circuit_graph(circuit: Circuit, components: Iterable[Node], feeds: Iterable[Relationship]) -> Graph:
    """A circuit as a directed acyclic graph of its components by name, joined as they feed each other.

    Raises:
        CatalogError: if two components have one name, or they feed each other in a circle.
    """
    names: dict[str, str] = {}
    graph: Graph = nx.MultiDiGraph(name=circuit.name, circuit=circuit.id)
    for component in sorted((one for one in components if isinstance(one, Component)), key=lambda one: one.name):
        if component.name in graph:
            raise CatalogError(f"two components of the circuit {circuit.name!r} are called {component.name!r}")
        names[component.id] = component.name
        properties = component.model_dump(exclude={"of", "name"})
        graph.add_node(component.name, label=component.label, id=component.id, **properties)
    for feed in feeds:
        graph.add_edge(names[feed.source], names[feed.target], key=feed.properties["reader"], **feed.properties)
    if not nx.is_directed_acyclic_graph(graph):
        circle = [source for source, *_ in nx.find_cycle(graph)]
        shown = " → ".join([*circle[:_SHOWN], "…"] if len(circle) > _SHOWN else [*circle, circle[0]])
        raise CatalogError(
            f"the circuit {circuit.name!r} is no acyclic graph: {shown}; see it with graph(root=…) instead"
        )
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


def aliases_of(graph: Graph) -> dict[str, str]:
    """The names of a graph's nodes, and what each means.

    Raises:
        CatalogError: if its `aliases` are something else.
    """
    aliases = graph.graph.get("aliases", {})
    if not isinstance(aliases, Mapping) or not all(isinstance(part, str) for pair in aliases.items() for part in pair):
        raise CatalogError("the graph's `aliases` are no names with the ids that they mean")
    return dict(aliases)


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
