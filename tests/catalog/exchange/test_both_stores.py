"""Circuits of other tools and graphs, in a folder and on a server alike."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx

from stdcell.catalog import Catalog
from stdcell.catalog.exchange import (
    export_circuit,
    import_circuit,
    to_graphml,
)
from stdcell.catalog.exchange.attribution_graph import attribution_graph
from stdcell.catalog.exchange.circuits import parts_of


def test_an_attribution_graph_goes_in_and_out(catalog: Catalog, files: Path, tmp_path: Path) -> None:
    source = files / "attribution_graph.json"
    id = import_circuit(catalog, source, name="x")
    assert attribution_graph(parts_of(catalog, "x")) == (json.loads(source.read_text()), [])
    assert export_circuit(catalog, "x", tmp_path / "out.json", format="circuit-tracer") == []
    assert (tmp_path / "out.json").read_bytes() == source.read_bytes()
    before = catalog.events()
    assert import_circuit(catalog, source, name="x") == id
    assert catalog.events() == before


def test_a_circuit_of_eap_ig_goes_in_and_out_as_a_graph(catalog: Catalog, files: Path, tmp_path: Path) -> None:
    import_circuit(catalog, files / "eap_ig_2.json", name="x")
    graph = catalog.graph()
    assert catalog.graph(circuit="x").number_of_edges() == 12
    assert to_graphml(graph).count("<node ") == len(graph) == 8
    with Catalog(tmp_path / "other") as other:
        other.blobs.put_file(files / "eap_ig_2.json")
        other.add_graph(graph)
        assert nx.utils.graphs_equal(other.graph(), graph)


def test_what_our_own_export_says_of_readers_comes_back(catalog: Catalog, files: Path, tmp_path: Path) -> None:
    import_circuit(catalog, files / "eap_ig_2.json", name="x")
    export_circuit(catalog, "x", tmp_path / "out.json", format="circuit-tracer")
    import_circuit(catalog, tmp_path / "out.json", name="y", min_weight=0.0)
    assert export_circuit(catalog, "y", tmp_path / "again.json", format="circuit-tracer") == []
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads((tmp_path / "out.json").read_text())
