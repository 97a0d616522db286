"""Circuits of EAP-IG, in and out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stdcell.catalog import Catalog, Circuit, Component, Relationship
from stdcell.catalog.exchange import export_circuit_tracer, export_eap_ig, import_eap_ig
from stdcell.catalog.exchange.circuits import parts_of
from stdcell.catalog.exchange.eap_ig_graph import eap_ig_graph
from stdcell.errors import CatalogError

Document = dict[str, Any]
CUT_AWAY = "edges that are not in the circuit are left out, with their scores"


@pytest.fixture
def document(files: Path) -> Document:
    return dict(json.loads((files / "eap_ig_2.json").read_text()))


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes a document into a file."""

    def write(document: Any) -> Path:
        path = tmp_path / "graph.json"
        path.write_text(json.dumps(document))
        return path

    return write


def marked(document: Document) -> dict[str, float]:
    """The edges that a document has in its graph, with their scores."""
    return {name: edge["score"] for name, edge in document["edges"].items() if edge["in_graph"]}


def test_what_the_file_marks_becomes_a_circuit_by_our_names(empty: Catalog, files: Path) -> None:
    import_eap_ig(empty, files / "eap_ig_2.json")
    graph = empty.graph(circuit="eap_ig_2")
    assert sorted(graph) == ["L0.H0", "L0.mlp", "L1.H0", "L1.H1", "input", "logits"]
    assert graph.number_of_edges() == 12
    assert graph.nodes["L1.H0"]["kind"] == "head"


@pytest.mark.parametrize("name", ["eap_ig_2.json", "eap_ig_0_2.json"])
def test_what_was_imported_whole_is_exported_byte_by_byte(
    name: str, empty: Catalog, files: Path, tmp_path: Path
) -> None:
    import_eap_ig(empty, files / name, name="x")
    assert export_eap_ig(empty, "x", tmp_path / "out.json") == []
    assert (tmp_path / "out.json").read_bytes() == (files / name).read_bytes()


@pytest.mark.parametrize("name", ["eap_ig_2", "eap_ig_0_2"])
def test_a_file_of_torch_holds_the_same_circuit(name: str, empty: Catalog, files: Path) -> None:
    """Up to single precision, in which torch keeps the scores."""
    import_eap_ig(empty, files / f"{name}.json", name="text")
    import_eap_ig(empty, files / f"{name}.pt", name="torch")
    text, torch = eap_ig_graph(parts_of(empty, "text"))[0], eap_ig_graph(parts_of(empty, "torch"))[0]
    assert text["nodes"] == torch["nodes"]
    assert marked(text) == pytest.approx(marked(torch), rel=1e-6)


def test_a_file_of_torch_is_exported_as_the_json_that_the_tool_writes(
    empty: Catalog, files: Path, tmp_path: Path
) -> None:
    import_eap_ig(empty, files / "eap_ig_2.pt", name="x")
    assert export_eap_ig(empty, "x", tmp_path / "out.json") == []
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads((files / "eap_ig_2.json").read_text())


def test_the_catalogs_nodes_alone_give_the_same_circuit(empty: Catalog, files: Path, document: Document) -> None:
    import_eap_ig(empty, files / "eap_ig_2.json", name="x")
    graph, told = eap_ig_graph(parts_of(empty, "x"))
    assert told == [CUT_AWAY]
    assert graph["cfg"] == document["cfg"]
    assert marked(graph) == marked(document)


def test_a_scored_graph_that_was_never_cut_asks_for_a_choice(empty: Catalog, files: Path) -> None:
    with pytest.raises(CatalogError, match=r"marks no edge as in the graph; cut it in EAP-IG, or choose edges with"):
        import_eap_ig(empty, files / "eap_ig_2_uncut.json")
    assert empty.names() == []


def test_edges_are_chosen_by_their_absolute_score(empty: Catalog, files: Path) -> None:
    import_eap_ig(empty, files / "eap_ig_2_uncut.json", name="x", top_k=4)
    scores = {
        name: edge["score"] for name, edge in json.loads((files / "eap_ig_2_uncut.json").read_text())["edges"].items()
    }
    strongest = sorted(scores, key=lambda name: -abs(scores[name]))[:4]
    assert marked(eap_ig_graph(parts_of(empty, "x"))[0]) == {name: scores[name] for name in strongest}


def test_a_score_that_was_never_given_is_null_here_and_nan_there(
    empty: Catalog, document: Document, written: Callable[[Any], Path]
) -> None:
    document["nodes"]["a0.h0"]["score"] = math.nan
    import_eap_ig(empty, written(document), name="x")
    parts = parts_of(empty, "x")
    assert parts.components["L0.H0"].details == {"node": {"in_graph": True, "score": None}}
    assert math.isnan(eap_ig_graph(parts)[0]["nodes"]["a0.h0"]["score"])


def test_scores_of_neurons_stay_in_the_file_and_this_is_told(empty: Catalog, files: Path, tmp_path: Path) -> None:
    import_eap_ig(empty, files / "eap_ig_2_neurons.pt", name="whole")
    import_eap_ig(empty, files / "eap_ig_2_neurons.pt", name="cut", top_k=2)
    assert export_eap_ig(empty, "whole", tmp_path / "whole.json") == []
    heads = json.loads((tmp_path / "whole.json").read_text())["nodes"]["a0.h1"]["neurons_scores"]
    assert [len(heads), len(heads[0])] == [2, 3]
    told = export_eap_ig(empty, "cut", tmp_path / "cut.json")
    assert told == ["the nodes' fields neurons, neurons_scores are left out", CUT_AWAY]


@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_choice_of_edges_comes_back(
    data: st.DataObject, document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scores = st.floats(allow_nan=False, allow_infinity=False)
    edges = {name: {"score": data.draw(scores), "in_graph": data.draw(st.booleans())} for name in document["edges"]}
    edges["m1->logits"]["in_graph"] = True
    graph = {**document, "edges": edges}
    folder = tmp_path_factory.mktemp("law")
    (folder / "in.json").write_text(json.dumps(graph))
    with Catalog(folder / "catalog") as catalog:
        import_eap_ig(catalog, folder / "in.json", name="x")
        assert marked(eap_ig_graph(parts_of(catalog, "x"))[0]) == marked(graph)
        export_eap_ig(catalog, "x", folder / "out.json")
    assert json.loads((folder / "out.json").read_text()) == graph


def own_circuit(catalog: Catalog, kinds: dict[str, str], edges: list[tuple[str, str, str]]) -> None:
    """A circuit as stdcell writes those that it extracts: of two layers, heads 0 and 3."""
    layer = {"n_heads": 2, "d_key": 4, "d_value": 4, "d_mlp": 8, "head_numbers": [0, 3]}
    config = {"cell": {}, "transformer": {"d_model": 8, "layers": [layer, {**layer, "head_numbers": [0, 1]}]}}
    blob = catalog.blobs.put(b"weights")
    circuit = Circuit(name="own", blob=blob, config=config, n_edges=len(edges), n_components=4, n_parameters=9)
    parts = {name: Component(of=circuit.id, name=name, kind=kind) for name, kind in kinds.items()}
    joined = [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts.values()]
    fed = [Relationship(parts[s].id, "FEEDS", parts[t].id, {"reader": reader}) for s, t, reader in edges]
    catalog.add([circuit, *parts.values()], [*joined, *fed], {"own": circuit.id})


def test_an_extracted_circuit_is_written_in_eap_igs_names(empty: Catalog, tmp_path: Path) -> None:
    kinds = {"embed": "embedding", "position": "embedding", "L0.H3": "head", "L1.mlp": "mlp", "logits": "logits"}
    edges = [("embed", "L0.H3", "q"), ("position", "L0.H3", "q"), ("L0.H3", "L1.mlp", "in"), ("L1.mlp", "logits", "in")]
    own_circuit(empty, kinds, edges)
    told = export_eap_ig(empty, "own", tmp_path / "out.json")
    assert told[0].startswith("'embed' and 'position' are one node 'input'")
    edge = {"score": 0.0, "in_graph": True}
    assert json.loads((tmp_path / "out.json").read_text()) == {
        "cfg": {"n_layers": 2, "n_heads": 4, "parallel_attn_mlp": False, "d_model": 8},
        "nodes": {name: {"in_graph": True} for name in ("input", "a0.h3", "m1", "logits")},
        "edges": {"input->a0.h3<q>": edge, "a0.h3->m1": edge, "m1->logits": edge},
    }


def test_a_circuit_of_features_is_refused(empty: Catalog, files: Path, tmp_path: Path) -> None:
    own_circuit(empty, {"L0.F12": "feature"}, [])
    with pytest.raises(CatalogError, match=r"EAP-IG knows no component such as 'L0\.F12'; its graphs have heads"):
        export_eap_ig(empty, "own", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_a_circuit_without_the_shape_of_its_model_is_refused(empty: Catalog, files: Path, tmp_path: Path) -> None:
    blob = empty.blobs.put(b"weights")
    circuit = Circuit(name="bare", blob=blob, config={}, n_edges=0, n_components=0, n_parameters=9)
    empty.add(circuit, aliases={"bare": circuit.id})
    with pytest.raises(CatalogError, match="'bare' does not tell the layers and heads of its model"):
        export_eap_ig(empty, "bare", tmp_path / "out.json")


def test_a_circuit_of_eap_ig_can_be_drawn_by_circuit_tracer(empty: Catalog, files: Path, tmp_path: Path) -> None:
    import_eap_ig(empty, files / "eap_ig_2.json", name="x")
    export_circuit_tracer(empty, "x", tmp_path / "out.json")
    graph = json.loads((tmp_path / "out.json").read_text())
    assert [len(graph["nodes"]), len(graph["links"])] == [6, 12]


def put(path: list[Any], value: Any) -> Callable[[Document], Any]:
    """A change of one place of a document; without the place where the value is `...`."""

    def change(document: Document) -> Any:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        if value is ...:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        return document

    return change


EDGE = {"score": 1.0, "in_graph": True}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(["edges"], ...), "graph.json has no 'edges'; a graph of EAP-IG has cfg, nodes, edges, but its to_json of"),
        (put(["nodes"], []), "nodes is no JSON object"),
        (put(["cfg"], 3), "cfg is 3; expected an object with n_layers, n_heads, parallel_attn_mlp"),
        (put(["cfg", "n_heads"], ...), "cfg has no 'n_heads'; expected a whole number"),
        (put(["cfg", "n_layers"], 2.5), "cfg.n_layers is 2.5; expected a whole number"),
        (put(["nodes", "m0"], 1), 'nodes["m0"] is 1; expected an object with in_graph'),
        (put(["nodes", "m0", "in_graph"], "yes"), "nodes[\"m0\"].in_graph is 'yes'; expected true or false"),
        (put(["nodes", "m7"], True), "'m7' is no node of a model with 2 layers of 2 heads"),
        (put(["nodes", "a0.h9"], True), "'a0.h9' is no node of a model with 2 layers of 2 heads"),
        (put(["nodes", "../x"], True), "'../x' is no node of a model"),
        (put(["nodes", "m" + "1" * 10_000_000], True), "is no node of a model"),
        (put(["edges", "input"], EDGE), "'input' is no edge; expected a name such as 'input->a0.h0<q>'"),
        (put(["edges", "input->m9"], EDGE), "'m9' is no node of a model"),
        (put(["edges", "m1->m0"], EDGE), "'m1->m0' is no edge, as 'm0' is not computed after 'm1'"),
        (put(["edges", "m0->input"], EDGE), "'m0->input' is no edge"),
        (put(["edges", "m0->a1.h0"], EDGE), "'m0->a1.h0' is no edge; heads are read into at <q>, <k> or <v>"),
        (put(["edges", "input->m0<q>"], EDGE), "'input->m0<q>' is no edge"),
        (put(["edges", "m1->logits"], 0.5), 'edges["m1->logits"] is 0.5; expected an object with in_graph'),
        (put(["edges", "m1->logits", "score"], math.nan), 'edges["m1->logits"].score is a finite number, found nan'),
        (put(["edges", "m1->logits", "score"], "1"), "edges[\"m1->logits\"].score is a finite number, found '1'"),
    ],
)
def test_a_wrong_file_is_refused_and_leaves_nothing(
    change: Callable[[Document], Any],
    message: str,
    empty: Catalog,
    document: Document,
    written: Callable[[Any], Path],
) -> None:
    path = written(change(document))
    with pytest.raises(CatalogError) as fault:
        import_eap_ig(empty, path)
    assert message in str(fault.value)
    assert len(str(fault.value)) < 1_000
    assert empty.query("MATCH (n:Component) RETURN count(*) AS n") == [{"n": 0}]


def test_edges_without_scores_cannot_be_chosen(
    empty: Catalog, document: Document, written: Callable[[Any], Path]
) -> None:
    document["edges"]["m1->logits"]["score"] = None
    with pytest.raises(CatalogError, match="has no score to choose edges by; score the graph first"):
        import_eap_ig(empty, written(document), top_k=3)


def test_the_shape_comes_first(empty: Catalog, document: Document, written: Callable[[Any], Path]) -> None:
    turned = {name: document[name] for name in ("nodes", "edges", "cfg")}
    with pytest.raises(CatalogError, match="cfg stands after nodes; EAP-IG writes it first, move it there"):
        import_eap_ig(empty, written(turned))
