"""EAP-IG's `.pt` files as the JSON that EAP-IG would have written of the same graph.

Such a file is a pickle. It is read by torch's `weights_only` unpickler alone, which knows tensors and plain values and
calls nothing else; whatever it refuses is refused here.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...errors import CatalogError
from .eap_ig_names import Shape

__all__ = ["read_torch_graph"]

_LARGEST_FILE = 2**31
_MOST_NUMBERS = 20_000_000
_NEWER = {"edges_scores": "edges_scores", "edges_in_graph": "edges_in_graph"}
_OLDER = {"edges_scores": "edges", "edges_in_graph": "edges_in_graph"}


def read_torch_graph(path: Path) -> dict[str, Any]:
    """Read what `Graph.to_pt` wrote, in the older layout or the newer one, as `Graph.to_json` writes it.

    Raises:
        CatalogError: if the file holds anything but tensors and plain values, or no graph of EAP-IG's.
    """
    content = _load(path)
    names = _NEWER if "edges_scores" in content else _OLDER
    for missing in [name for name in ("cfg", "src_nodes", "dst_nodes", *names.values()) if name not in content]:
        raise CatalogError(f"{path} has no {missing!r}; a graph of EAP-IG has cfg, src_nodes, dst_nodes and edges")
    shape = Shape.of(content["cfg"], f"{path}: cfg")
    sources, targets = _names(content, "src_nodes", path), _names(content, "dst_nodes", path)
    n_edges = len(sources), len(targets)
    scores = _table(content, names["edges_scores"], n_edges, path)
    marks = _table(content, names["edges_in_graph"], n_edges, path)
    edges = {
        name: {"score": score, "in_graph": bool(mark)}
        for source, score_row, mark_row in zip(sources, scores, marks, strict=True)
        for target, score, mark in zip(targets, score_row, mark_row, strict=True)
        if (name := _edge(source, target, shape))
    }
    return {"cfg": dict(content["cfg"]), "nodes": _nodes(content, sources, path), "edges": edges}


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise CatalogError(f"{path} is larger than {_LARGEST_FILE:,} bytes; write the graph as JSON with to_json")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of a pickle's age before it refuses it
            content = torch.load(path, map_location="cpu", weights_only=True)
    except CatalogError:
        raise
    except Exception as error:  # torch, pickle and zipfile raise whatever a hostile file makes them
        first = str(error).strip().partition("\n")[0][:200]
        raise CatalogError(
            f"{path} is refused: it is no file of tensors and plain values ({first}); load it where you trust it and "
            "write the graph as JSON with to_json"
        ) from error
    if not isinstance(content, dict):
        raise CatalogError(f"{path} holds a {type(content).__name__}; expected the dictionary that Graph.to_pt writes")
    return content


def _names(content: dict[str, Any], key: str, path: Path) -> list[str]:
    names = list(content[key]) if isinstance(content[key], list | dict) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise CatalogError(f"{path}: {key} is no list of names")
    return names


def _table(content: dict[str, Any], key: str, shape: tuple[int, ...], path: Path) -> list[Any]:
    tensor = content[key]
    if not isinstance(tensor, Tensor) or tuple(tensor.shape) != shape or tensor.layout != torch.strided:
        found = tuple(tensor.shape) if isinstance(tensor, Tensor) else type(tensor).__name__
        raise CatalogError(f"{path}: {key} is {found}; expected a tensor of shape {shape}")
    if tensor.numel() > _MOST_NUMBERS or tensor.is_complex() or tensor.is_quantized:
        raise CatalogError(f"{path}: {key} is no table of at most {_MOST_NUMBERS:,} real numbers")
    return tensor.detach().tolist()


def _nodes(content: dict[str, Any], sources: list[str], path: Path) -> dict[str, dict[str, Any]]:
    if isinstance(content["src_nodes"], dict):
        nodes = {name: {"in_graph": bool(mark)} for name, mark in content["src_nodes"].items()}
    else:
        marks = _table(content, "nodes_in_graph", (len(sources),), path)
        nodes = {name: {"in_graph": bool(mark)} for name, mark in zip(sources, marks, strict=True)}
    if "nodes_scores" in content:
        for name, score in zip(sources, _table(content, "nodes_scores", (len(sources),), path), strict=True):
            nodes[name]["score"] = score
    for key, written in (("neurons_in_graph", "neurons"), ("neurons_scores", "neurons_scores")):
        if key in content:
            for name, rows in _neurons(content, key, sources, path).items():
                nodes[name][written] = rows
    return {**nodes, "logits": {"in_graph": True}}


def _neurons(content: dict[str, Any], key: str, sources: list[str], path: Path) -> dict[str, Any]:
    """What is said of each node's neurons; of a head with all heads of its layer, as `from_json` reads them."""
    tensor = content[key]
    width = tensor.shape[-1] if isinstance(tensor, Tensor) and tensor.dim() == 2 else 0
    table = dict(zip(sources, _table(content, key, (len(sources), width), path), strict=True))
    layers: dict[str, list[Any]] = {}
    for name in sources:
        if name.startswith("a"):
            layers.setdefault(name.partition(".")[0], []).append(table[name])
    if sum(len(heads) ** 2 for heads in layers.values()) * width > _MOST_NUMBERS:
        raise CatalogError(f"{path}: {key} would be more than {_MOST_NUMBERS:,} numbers as JSON; leave the neurons out")
    return {name: layers[name.partition(".")[0]] if name.startswith("a") else row for name, row in table.items()}


def _edge(source: str, target: str, shape: Shape) -> str | None:
    """The name of an edge between a source and a target such as `a0.h1<q>`; None where the model has no such edge."""
    name = target.partition("<")[0]
    return f"{source}->{target}" if shape.step(source) < shape.step(name) else None
