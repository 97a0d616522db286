"""A circuit of the catalog as a graph of EAP-IG: what is in the circuit, by EAP-IG's names."""

from __future__ import annotations

import math
from typing import Any

from ...errors import CatalogError
from .circuits import Parts
from .eap_ig_names import Shape, eap_ig_name, edge_of

__all__ = ["EAP_IG", "eap_ig_graph"]

EAP_IG = "EAP-IG graph"


def eap_ig_graph(parts: Parts) -> tuple[dict[str, Any], list[str]]:
    """A circuit as EAP-IG's graph in JSON's own types, and what that cannot say as the catalog says it."""
    config, told = parts.circuit.config, []
    cfg = config["cfg"] if config.get("format") == EAP_IG else _shape_of(parts)
    shape = Shape.of(cfg, f"the circuit {parts.circuit.name!r}")
    nodes: dict[str, dict[str, Any]] = {"input": {"in_graph": True}}
    for name, component in parts.components.items():
        fields = component.details.get("node", {}) if config.get("format") == EAP_IG else {}
        scored = {"score": math.nan} if "score" in fields and fields["score"] is None else {}
        nodes[eap_ig_name(name, shape)] = {**fields, "in_graph": True, **scored}
    nodes["logits"] = nodes.pop("logits", {"in_graph": True})
    edges: dict[str, dict[str, Any]] = {}
    for edge in parts.edges:
        reader = "" if edge.reader == "in" else f"<{edge.reader}>"
        name = f"{eap_ig_name(edge.source, shape)}->{eap_ig_name(edge.target, shape)}{reader}"
        edge_of(name, shape, f"the circuit {parts.circuit.name!r}")
        score = edges.get(name, {}).get("score", 0.0) + (edge.weight or 0.0)
        edges[name] = {"score": score, "in_graph": True}
    if {"embed", "position"} <= parts.components.keys():
        told.append(
            "'embed' and 'position' are one node 'input', in the graph where either is, with their scores added"
        )
    if any(edge.weight is None for edge in parts.edges):
        told.append("edges without a weight have the score 0")
    if "d_model" not in cfg:
        told.append("cfg tells no 'd_model', as in the older file; EAP-IG 2 does not read it without")
    if config.get("in_file_only"):
        told.append(f"the nodes' fields {', '.join(config['in_file_only'])} are left out")
    told.append("edges that are not in the circuit are left out, with their scores")
    return {"cfg": cfg, **config.get("members", {}), "nodes": nodes, "edges": edges}, told


def _shape_of(parts: Parts) -> dict[str, Any]:
    transformer = parts.circuit.config.get("transformer")
    if not isinstance(transformer, dict) or not {"layers", "d_model"} <= transformer.keys():
        raise CatalogError(
            f"the circuit {parts.circuit.name!r} does not tell the layers and heads of its model, which EAP-IG needs"
        )
    heads = [number for layer in transformer["layers"] for number in layer.get("head_numbers", ())]
    return {
        "n_layers": len(transformer["layers"]),
        "n_heads": max(heads, default=0) + 1,
        "parallel_attn_mlp": False,
        "d_model": transformer["d_model"],
    }
