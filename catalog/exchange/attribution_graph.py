"""A circuit of the catalog as an attribution graph of circuit-tracer.

A circuit that was imported gives its nodes back field by field, in their order; links stand as circuit-tracer orders
them, by target and then by source. Any other circuit is drawn by the names and kinds of its components.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import CatalogError
from .circuits import Parts
from .edges import Edge

__all__ = ["CIRCUIT_TRACER", "attribution_graph"]

CIRCUIT_TRACER = "circuit-tracer attribution graph"

_POSITION_FREE = ("‹any token›", "‹read here›")
_FEATURE_TYPES = {"embedding": "embedding", "logits": "logit", "error": "mlp reconstruction error"}


def attribution_graph(parts: Parts) -> tuple[dict[str, Any], list[str]]:
    """A circuit as an attribution graph in JSON's own types, and what that cannot say as the catalog says it."""
    if parts.circuit.config.get("format") == CIRCUIT_TRACER:
        return _imported_graph(parts)
    return _position_free_graph(parts)


def _imported_graph(parts: Parts) -> tuple[dict[str, Any], list[str]]:
    config = parts.circuit.config
    listed = sorted(parts.components.values(), key=lambda component: component.details["place"])
    nodes = [{"node_id": component.name, **component.details["node"]} for component in listed]
    places = {component.name: place for place, component in enumerate(listed)}
    untold = [f"the links' fields {', '.join(config['link_fields'])} are left out"] if "link_fields" in config else []
    return {**config["members"], "nodes": nodes, "links": _links(parts.edges, places, {})}, untold


def _links(edges: Iterable[Edge], places: Mapping[str, int], ids: Mapping[str, str]) -> list[dict[str, Any]]:
    ordered = sorted(edges, key=lambda edge: (places[edge.target], places[edge.source], edge.reader))
    return [
        {
            "source": ids.get(edge.source, edge.source),
            "target": ids.get(edge.target, edge.target),
            "weight": 1.0 if edge.weight is None else edge.weight,
            **({"reader": edge.reader} if edge.reader != "in" else {}),
        }
        for edge in ordered
    ]


def _position_free_graph(parts: Parts) -> tuple[dict[str, Any], list[str]]:
    """A circuit of heads and MLPs, all in the last column: they hold for every position, which the format cannot say.

    The page needs two columns: it drops what stands in more than two thirds of them.
    """
    layers = {name: _layer(component.name, component.kind) for name, component in parts.components.items()}
    last = max((layer for layer in layers.values() if isinstance(layer, int)), default=0) + 1
    ordered = sorted(parts.components, key=lambda name: (_row(layers[name], last), name))
    nodes = [_node(name, parts.components[name].kind, place, layers[name], last) for place, name in enumerate(ordered)]
    ids = {name: node["node_id"] for name, node in zip(ordered, nodes, strict=True)}
    told = ["all components stand in the last column, as the format has no component for all positions"]
    if any(edge.reader != "in" for edge in parts.edges):
        told.append("what of a head an edge feeds stands in the links' field 'reader', which the page does not draw")
    if any(edge.weight is None for edge in parts.edges):
        told.append("edges without a weight have the weight 1")
    members = {
        "metadata": {
            "slug": parts.circuit.name,
            "scan": parts.circuit.name,
            "transcoder_list": [],
            "prompt_tokens": list(_POSITION_FREE),
            "prompt": " ".join(_POSITION_FREE),
            "node_threshold": None,
            "schema_version": 1,
            "info": {"description": "; ".join(told), "generator": {"name": "stdcell"}},
        },
        "qParams": {"pinnedIds": [], "supernodes": [], "linkType": "both", "clickedId": "", "sg_pos": ""},
    }
    places = {name: place for place, name in enumerate(ordered)}
    return {**members, "nodes": nodes, "links": _links(parts.edges, places, ids)}, told


def _node(name: str, kind: str, place: int, layer: int | str, last: int) -> dict[str, Any]:
    shown = str(last if layer == "logits" else layer)
    column = len(_POSITION_FREE) - 1
    return {
        "node_id": f"{shown}_{place}_{column}",
        "feature": place,
        "layer": shown,
        "ctx_idx": column,
        "feature_type": _FEATURE_TYPES.get(kind, "cross layer transcoder"),
        "token_prob": 0.0,
        "is_target_logit": False,
        "run_idx": 0,
        "reverse_ctx_idx": 0,
        "jsNodeId": f"{shown}_{place}-0",
        # The page reads a probability out of a logit's label, and fails where there is a label without one.
        "clerp": "" if kind == "logits" else name,
        "influence": None,
        "activation": None,
        "component": name,
    }


def _layer(name: str, kind: str) -> int | str:
    """The layer of `L3.H1`; 'E' for embeddings, 'logits' for logits."""
    if kind in ("embedding", "logits"):
        return "E" if kind == "embedding" else "logits"
    number = name.partition(".")[0].removeprefix("L")
    if not (number.isascii() and number.isdigit()):
        raise CatalogError(f"the component {name!r} tells no layer, as 'L0.H1' does; the graph has no place for it")
    return int(number)


def _row(layer: int | str, last: int) -> int:
    return layer if isinstance(layer, int) else {"E": -1, "logits": last}[layer]
