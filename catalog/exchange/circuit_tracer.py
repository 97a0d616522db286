"""circuit-tracer's attribution graphs, as its page and Neuronpedia's read them.

1. The file's nodes and links are read one by one and checked; links may come before the nodes that they join.
2. Links are kept as the pruning asks. A pruned graph keeps the nodes that a kept link touches, embeddings and logits,
   as circuit-tracer itself does.
3. Every node becomes a component that holds all its fields, every link a FEEDS with its weight.

Export is the file itself where a circuit was imported whole; else it is made of the catalog's nodes.

Source: github.com/decoderesearch/circuit-tracer, `frontend/graph_models.py`, schema version 1; Neuronpedia's
`graph-schema.json`, version 1.0.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from ...errors import CatalogError
from ..catalog import Catalog
from ..schema import Model
from .attribution_graph import CIRCUIT_TRACER, attribution_graph
from .circuits import CircuitFile, Draft, Prompt, circuit_named, is_whole, parts_of
from .edges import Edge, EdgePicker, Pruning, finite_weight
from .json_stream import Member, read_members
from .plain_json import check_fields, text_of, write_json

__all__ = ["export_circuit_tracer", "import_circuit_tracer"]

_MOST_NODES = 200_000
_KINDS = {
    "cross layer transcoder": "feature",
    "mlp reconstruction error": "error",
    "embedding": "embedding",
    "logit": "logits",
}
_METADATA = {"slug": (str,), "scan": (str,), "prompt": (str,), "prompt_tokens": (list,)}
_NODE = {
    "node_id": (str,),
    "feature": (int, type(None)),
    "layer": (str, int),
    "ctx_idx": (int,),
    "feature_type": (str,),
}
_SCORES = ("replacement_score", "completeness_score")
_MEMBERS = {"metadata": dict, "qParams": dict, "nodes": list, "links": list}


def import_circuit_tracer(
    catalog: Catalog,
    path: Path | str,
    *,
    name: str | None = None,
    min_weight: float | None = None,
    top_k: int | None = None,
) -> str:
    """Write an attribution graph into a catalog: a circuit with its components, its prompt and what was measured.

    Args:
        catalog: where to.
        path: the JSON file that circuit-tracer or Neuronpedia wrote.
        name: name of the circuit; the file's slug where left out.
        min_weight: links below this absolute weight are left out.
        top_k: of the rest only so many links are kept, the strongest.

    Returns:
        The id of the circuit.

    Raises:
        CatalogError: if the file is no such graph, says where; if more links are to be kept than one circuit may
            have; or if the catalog cannot be written.
    """
    reading = _Reading(Path(path), Pruning(min_weight, top_k))
    for member in read_members(reading.path, streamed={"nodes", "links"}):
        reading.take(member)
    return reading.draft(name).write(catalog)


def export_circuit_tracer(catalog: Catalog, name: str, path: Path | str) -> list[str]:
    """Write a circuit as an attribution graph that circuit-tracer's page opens.

    Returns:
        What the file cannot say as the catalog says it, one sentence each; empty where nothing is lost.

    Raises:
        UnknownCell: if there is no node of that name.
        CatalogError: if it is no circuit, or the file cannot be written.
    """
    circuit = circuit_named(catalog, name)
    if is_whole(circuit, CIRCUIT_TRACER):
        catalog.blobs.copy_to(circuit.blob, Path(path))
        return []
    graph, told = attribution_graph(parts_of(catalog, name))
    write_json(Path(path), graph)
    return told


@dataclass(slots=True)
class _Reading:
    """What was read of a file so far; `mentions` holds, of names that no node had yet, the first link with them."""

    path: Path
    pruning: Pruning
    members: dict[str, Any] = field(default_factory=dict)
    nodes: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    mentions: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    link_fields: set[str] = field(default_factory=set)
    picker: EdgePicker = field(init=False)

    def __post_init__(self) -> None:
        self.picker = EdgePicker(self.pruning)

    def take(self, member: Member) -> None:
        expected = _MEMBERS.get(member.name)
        if member.key is None:
            if expected and not isinstance(member.value, expected):
                raise CatalogError(f"{self.path}: {member.name} is no {'object' if expected is dict else 'list'}")
            self.members[member.name] = member.value
        elif member.name == "nodes":
            self._take_node(member)
        else:
            self._take_link(member)

    def _take_node(self, member: Member) -> None:
        where = f"{self.path}: {member.place}"
        node = check_fields(member.value, _NODE, where)
        name = text_of(node.pop("node_id"), f"{where}.node_id")
        if name in self.nodes:
            raise CatalogError(f"{where}.node_id is {name!r}, as that of another node; give each node its own")
        if len(self.nodes) == _MOST_NODES:
            raise CatalogError(f"{self.path} has more than {_MOST_NODES:,} nodes; prune it in circuit-tracer")
        kind = _KINDS.get(node["feature_type"]) or ("error" if "error" in node["feature_type"] else "feature")
        self.nodes[self.names.setdefault(name, name)] = kind, {"place": len(self.nodes), "node": node}

    def _take_link(self, member: Member) -> None:
        link = member.value
        if not isinstance(link, dict) or not {"source", "target", "weight"} <= link.keys():
            raise CatalogError(f"{self.path}: {member.place} is an object with source, target and weight; it is not")
        source, target = self._end(link["source"], member), self._end(link["target"], member)
        weight = link["weight"]
        if type(weight) is not float or not isfinite(weight):
            weight = finite_weight(weight, f"{self.path}: {member.place}.weight")
        reader = "in"
        if len(link) > 3:
            others = link.keys() - {"source", "target", "weight"}
            if isinstance(link.get("reader"), str):
                reader = link["reader"]
                others -= {"reader"}
            self.link_fields.update(others)
        self.picker.offer(Edge(source, target, reader, weight))

    def _end(self, name: Any, member: Member) -> str:
        """The name of a link's end; one text for all links that have it."""
        known = self.names.get(name) if isinstance(name, str) else None
        if known is None:
            known = text_of(name, f"{self.path}: an end of {member.place}")
            self.names[known] = known
            self.mentions[known] = member.place
        return known

    def draft(self, name: str | None) -> Draft:
        """The circuit that the file tells of, checked as a whole."""
        for missing in _MEMBERS.keys() - self.members.keys():
            raise CatalogError(f"{self.path} has no {missing!r}; an attribution graph has {', '.join(_MEMBERS)}")
        for end, place in self.mentions.items():
            if end not in self.nodes:
                raise CatalogError(f"{self.path}: {place} joins the node {end!r}, which the file does not have")
        metadata = check_fields(self.members["metadata"], _METADATA, f"{self.path}: metadata")
        edges = self.picker.picked(str(self.path))
        members = {key: value for key, value in self.members.items() if key not in ("nodes", "links")}
        untold = {"link_fields": sorted(self.link_fields)} if self.link_fields else {}
        return Draft(
            name=name or text_of(metadata["slug"], f"{self.path}: metadata.slug"),
            format=CIRCUIT_TRACER,
            file=CircuitFile(self.path),
            model=Model(
                name=text_of(metadata["scan"], f"{self.path}: metadata.scan"), architecture=_architecture(metadata)
            ),
            components=self._kept_nodes(edges),
            edges=edges,
            pruning=self.pruning,
            config={"members": members, **untold},
            search=_search(metadata),
            prompt=Prompt(
                metadata["prompt"],
                metadata["prompt_tokens"],
                _scores(self.members, self.path),
                "as the imported file tells",
            ),
        )

    def _kept_nodes(self, edges: Iterable[Edge]) -> dict[str, tuple[str, dict[str, Any]]]:
        if not self.pruning:
            return self.nodes
        joined = {end for edge in edges for end in edge[:2]}
        kept = {"embedding", "logits"}
        return {name: node for name, node in self.nodes.items() if name in joined or node[0] in kept}


def _architecture(metadata: Mapping[str, Any]) -> dict[str, Any]:
    info = metadata.get("info")
    set_used = {"transcoder_set": info["transcoder_set"]} if isinstance(info, dict) and "transcoder_set" in info else {}
    return {"transcoder_list": metadata.get("transcoder_list", []), **set_used}


def _search(metadata: Mapping[str, Any]) -> dict[str, Any]:
    names = ("generation_settings", "pruning_settings", "node_threshold")
    return {"method": "attribution", **{name: metadata[name] for name in names if name in metadata}}


def _scores(members: Mapping[str, Any], path: Path) -> dict[str, float]:
    """The scores that the file tells, at its top, in its metadata or in their `info`."""
    metadata = members["metadata"]
    places = (members, metadata, metadata.get("info"))
    found = {name: place[name] for place in places if isinstance(place, dict) for name in _SCORES if name in place}
    return {
        name.replace("_", " "): finite_weight(value, f"{path}: {name}")
        for name, value in found.items()
        if value is not None
    }
