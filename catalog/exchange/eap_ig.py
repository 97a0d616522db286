"""EAP-IG's circuits: heads and MLPs of a transformer, scored edges between them, and which of them are in the graph.

1. The file's nodes and edges are read one by one and checked against the shape that `cfg` tells.
2. The circuit is what the file marks as in the graph. A file that marks nothing was scored and never cut: then all
   edges stand for choice, and `min_weight` or `top_k` must choose, by the absolute score as EAP-IG does.
3. Components take the names that stdcell gives them: `a0.h1` is `L0.H1`, `m0` is `L0.mlp`.

Both layouts are read: a node is `true` or `false` (until 2024), or an object with `in_graph` and perhaps scores. Export
writes the newer one.

Source: github.com/hannamw/EAP-IG, `Graph.to_json` and `Graph.from_json`, versions 0.2 and 2.0.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import CatalogError
from ..catalog import Catalog
from ..schema import Model
from .circuits import CircuitFile, Draft, circuit_named, is_whole, parts_of
from .eap_ig_graph import EAP_IG, eap_ig_graph
from .eap_ig_names import Shape, edge_of, kind_of, node_of
from .edges import Edge, EdgePicker, Pruning, finite_weight
from .json_stream import Member, read_members
from .plain_json import check_fields, write_json

__all__ = ["export_eap_ig", "import_eap_ig", "is_torch_file"]

_NEURONS = ("neurons", "neurons_scores")
_MEMBERS = ("cfg", "nodes", "edges")


def import_eap_ig(
    catalog: Catalog,
    path: Path | str,
    *,
    name: str | None = None,
    min_weight: float | None = None,
    top_k: int | None = None,
) -> str:
    """Write a circuit that EAP-IG found into a catalog.

    Args:
        catalog: where to.
        path: the file that `Graph.to_json` or `Graph.to_pt` wrote.
        name: name of the circuit; the file's name without its ending where left out.
        min_weight: edges below this absolute score are left out.
        top_k: of the rest only so many edges are kept, the strongest.

    Returns:
        The id of the circuit.

    Raises:
        CatalogError: if the file is no such graph, says where; if it marks no edge and none are to be chosen; if more
            edges are to be kept than one circuit may have; or if the catalog cannot be written.
    """
    source = Path(path)
    reading = _Reading(source, Pruning(min_weight, top_k))
    file = CircuitFile(source)
    if is_torch_file(source):
        from .eap_ig_torch import read_torch_graph  # torch takes a second to import, and only these files need it

        document = read_torch_graph(source)
        # What is stored is the same graph as JSON: the catalog keeps no pickle.
        file = CircuitFile(source, json.dumps(document).encode())
        members: Iterable[Member] = _members_of(document)
    else:
        members = read_members(source, streamed={"nodes", "edges"})
    for member in members:
        reading.take(member)
    return reading.draft(name or source.stem, file).write(catalog)


def export_eap_ig(catalog: Catalog, name: str, path: Path | str) -> list[str]:
    """Write a circuit of heads and MLPs as JSON that EAP-IG's `Graph.from_json` reads.

    Returns:
        What the file cannot say as the catalog says it, one sentence each; empty where nothing is lost.

    Raises:
        UnknownCell: if there is no node of that name.
        CatalogError: if it is no circuit, has components that EAP-IG does not know, or the file cannot be written.
    """
    circuit = circuit_named(catalog, name)
    if is_whole(circuit, EAP_IG):
        catalog.blobs.copy_to(circuit.blob, Path(path))
        return []
    graph, told = eap_ig_graph(parts_of(catalog, name))
    write_json(Path(path), graph)
    return told


def is_torch_file(path: Path) -> bool:
    """Whether a file is none of text: an archive, or a pickle of any age.

    Raises:
        CatalogError: if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            first = file.read(2)
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror or error}") from error
    return first == b"PK" or first[:1] == b"\x80" or path.suffix in (".pt", ".pth")


@dataclass(slots=True)
class _Reading:
    """What was read of a file so far; edges outside the graph are looked at only where a choice is asked for."""

    path: Path
    pruning: Pruning
    members: dict[str, Any] = field(default_factory=dict)
    shape: Shape | None = None
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    in_file_only: set[str] = field(default_factory=set)
    marked: EdgePicker = field(init=False)
    unmarked: EdgePicker = field(init=False)

    def __post_init__(self) -> None:
        self.marked, self.unmarked = EdgePicker(self.pruning), EdgePicker(self.pruning)

    def take(self, member: Member) -> None:
        if member.key is None:
            self.members[member.name] = member.value
            if member.name == "cfg":
                self.shape = Shape.of(member.value, f"{self.path}: cfg")
            elif member.name in ("nodes", "edges") and not isinstance(member.value, dict):
                raise CatalogError(f"{self.path}: {member.name} is no JSON object")
        elif self.shape is None:
            raise CatalogError(f"{self.path}: cfg stands after {member.name}; EAP-IG writes it first, move it there")
        elif member.name == "nodes":
            self._take_node(member, self.shape)
        else:
            self._take_edge(member, self.shape)

    def _take_node(self, member: Member, shape: Shape) -> None:
        where = f"{self.path}: {member.place}"
        name = node_of(str(member.key), shape, where)
        fields = {"in_graph": member.value} if isinstance(member.value, bool) else member.value
        node = check_fields(fields, {"in_graph": (bool,)}, where)
        self.in_file_only.update(node.keys() & set(_NEURONS))
        self.nodes[name] = {key: _unscored(value) for key, value in node.items() if key not in _NEURONS}

    def _take_edge(self, member: Member, shape: Shape) -> None:
        where = f"{self.path}: {member.place}"
        info = check_fields(member.value, {"in_graph": (bool,)}, where)
        source, target, reader = edge_of(str(member.key), shape, where)
        score = info.get("score")
        weight = None if score is None else finite_weight(score, f"{where}.score")
        if weight is None and self.pruning:
            raise CatalogError(f"{where} has no score to choose edges by; score the graph first, or import it whole")
        if info["in_graph"]:
            self.marked.offer(Edge(source, target, reader, weight))
        elif self.pruning:
            self.unmarked.offer(Edge(source, target, reader, weight))

    def draft(self, name: str, file: CircuitFile) -> Draft:
        """The circuit that the file tells of, checked as a whole."""
        for missing in [member for member in _MEMBERS if member not in self.members]:
            raise CatalogError(
                f"{self.path} has no {missing!r}; a graph of EAP-IG has {', '.join(_MEMBERS)}, but its to_json of "
                "early 2025 left the edges out: write it again with to_pt"
            )
        edges = (self.marked if self.marked.n_offered else self.unmarked).picked(str(self.path))
        if not edges and self.nodes and not self.pruning:
            raise CatalogError(
                f"{self.path} marks no edge as in the graph; cut it in EAP-IG, or choose edges with top_k or min_weight"
            )
        joined = {end: None for edge in edges for end in edge[:2]}
        own = {name: node for name, node in self.nodes.items() if node["in_graph"] and not self.pruning}
        kept = [name for name in {**self.nodes, **joined} if name in joined or name in own]
        others = {key: value for key, value in self.members.items() if key not in _MEMBERS}
        cfg = self.members["cfg"]
        return Draft(
            name=name,
            format=EAP_IG,
            file=file,
            model=Model(name=str(cfg.get("model_name") or f"{name}_model"), architecture=cfg),
            components={one: (kind_of(one), {"node": self.nodes[one]} if one in self.nodes else {}) for one in kept},
            edges=edges,
            pruning=self.pruning,
            config={"cfg": cfg, "members": others, "in_file_only": sorted(self.in_file_only)},
            search={"method": "edge attribution"},
        )


def _unscored(value: Any) -> Any:
    """NaN, by which EAP-IG says that a node was not scored, as null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _members_of(document: Mapping[str, Any]) -> Iterator[Member]:
    for name, value in document.items():
        if name in ("nodes", "edges"):
            yield Member(name, None, {})
            yield from (Member(name, key, item) for key, item in value.items())
        else:
            yield Member(name, None, value)
