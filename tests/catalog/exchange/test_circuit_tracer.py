"""Attribution graphs of circuit-tracer, in and out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stdcell.catalog import Catalog, Circuit, Component, Evidence, Relationship
from stdcell.catalog.exchange import export_circuit_tracer, import_circuit_tracer
from stdcell.catalog.exchange.attribution_graph import attribution_graph
from stdcell.catalog.exchange.circuits import parts_of
from stdcell.errors import CatalogError

Document = dict[str, Any]
JSON: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=8),
)
EXTRAS = st.dictionaries(st.sampled_from(["place", "node", "kind", "<script>", "x"]), JSON, max_size=2)


@pytest.fixture
def document(files: Path) -> Document:
    return dict(json.loads((files / "attribution_graph.json").read_text()))


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes a document into a file."""

    def write(document: Any) -> Path:
        path = tmp_path / "graph.json"
        path.write_text(json.dumps(document))
        return path

    return write


def test_a_graph_becomes_a_circuit_with_its_components(empty: Catalog, files: Path) -> None:
    id = import_circuit_tracer(empty, files / "attribution_graph.json")
    circuit = empty.get("capital-of-italy")
    assert isinstance(circuit, Circuit)
    assert (circuit.id, circuit.n_components, circuit.n_edges, circuit.n_parameters) == (id, 8, 8, 0)
    kinds = empty.query("MATCH (:Circuit)-[:HAS_COMPONENT]->(c) RETURN c.kind AS kind, count(*) AS n ORDER BY kind")
    assert [(row["kind"], row["n"]) for row in kinds] == [("embedding", 3), ("error", 1), ("feature", 2), ("logits", 2)]


def test_links_feed_with_their_weights(empty: Catalog, files: Path) -> None:
    import_circuit_tracer(empty, files / "attribution_graph.json")
    rows = empty.query(
        "MATCH (a:Component)-[f:FEEDS]->(b:Component) WHERE b.name = '1_7_2' "
        "RETURN a.name AS source, f.reader AS reader, f.weight AS weight ORDER BY weight"
    )
    assert [tuple(row.values()) for row in rows] == [("0_412_1", "in", -0.5), ("E_9_2", "in", 0.1875)]


def test_the_prompt_is_a_task_and_the_model_is_known(empty: Catalog, files: Path) -> None:
    import_circuit_tracer(empty, files / "attribution_graph.json", name="italy")
    rows = empty.query(
        "MATCH (t:Task)<-[:IMPLEMENTS]-(c:Circuit)-[:EXTRACTED_FROM]->(m:Model) "
        "MATCH (d:Dataset)-[:INSTANCE_OF]->(t) RETURN t.name, c.name, m.name, d.n_samples"
    )
    assert [list(row.values()) for row in rows] == [["italy_prompt", "italy", "gemma-2-2b", 1]]


def test_scores_of_the_file_are_evidence(empty: Catalog, document: Document, written: Callable[[Any], Path]) -> None:
    document["metadata"]["replacement_score"] = 0.625
    id = import_circuit_tracer(empty, written(document))
    [(_, evidence)] = empty.neighbours(id, "ABOUT", "in")
    assert isinstance(evidence, Evidence)
    assert (evidence.kind, evidence.claim, evidence.value) == ("measurement", "replacement score", 0.625)
    assert evidence.method == "as the imported file tells"


def test_what_was_imported_whole_is_exported_byte_by_byte(empty: Catalog, files: Path, tmp_path: Path) -> None:
    import_circuit_tracer(empty, files / "attribution_graph.json", name="x")
    assert export_circuit_tracer(empty, "x", tmp_path / "out.json") == []
    assert (tmp_path / "out.json").read_bytes() == (files / "attribution_graph.json").read_bytes()


def test_the_catalogs_nodes_alone_give_the_same_graph(empty: Catalog, files: Path, document: Document) -> None:
    import_circuit_tracer(empty, files / "attribution_graph.json", name="x")
    assert attribution_graph(parts_of(empty, "x")) == (document, [])


@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_graph_comes_back_from_the_catalogs_nodes(
    data: st.DataObject, document: Document, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = data.draw(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=5, unique=True))
    template = document["nodes"][0]
    nodes = [{**data.draw(EXTRAS), **template, "node_id": name, "clerp": data.draw(JSON)} for name in names]
    weights = st.floats(allow_nan=False, allow_infinity=False)
    pairs = data.draw(st.sets(st.tuples(st.sampled_from(range(len(names))), st.sampled_from(range(len(names))))))
    links = [{"source": names[s], "target": names[t], "weight": data.draw(weights)} for t, s in sorted(pairs) if s != t]
    metadata = {**document["metadata"], **data.draw(EXTRAS)}
    graph = {**data.draw(EXTRAS), **document, "metadata": metadata, "nodes": nodes, "links": links}
    folder = tmp_path_factory.mktemp("law")
    (folder / "in.json").write_text(json.dumps(graph))
    with Catalog(folder / "catalog") as catalog:
        import_circuit_tracer(catalog, folder / "in.json", name="x")
        assert attribution_graph(parts_of(catalog, "x")) == (graph, [])
        export_circuit_tracer(catalog, "x", folder / "out.json")
    assert json.loads((folder / "out.json").read_text()) == graph


def test_links_may_come_before_the_nodes(empty: Catalog, document: Document, written: Callable[[Any], Path]) -> None:
    turned = {name: document[name] for name in ("links", "nodes", "qParams", "metadata")}
    import_circuit_tracer(empty, written(turned), name="x")
    assert attribution_graph(parts_of(empty, "x"))[0] == document


def test_a_pruned_graph_keeps_the_strongest_links_and_what_they_touch(
    empty: Catalog, files: Path, tmp_path: Path
) -> None:
    import_circuit_tracer(empty, files / "attribution_graph.json", name="x", top_k=2)
    assert export_circuit_tracer(empty, "x", tmp_path / "out.json") == []
    graph = json.loads((tmp_path / "out.json").read_text())
    assert [link["weight"] for link in graph["links"]] == [2.0, -1.5]
    assert [node["node_id"] for node in graph["nodes"]] == ["1_7_2", "E_2_0", "E_651_1", "E_9_2", "3_11_2", "3_12_2"]


def test_what_a_pruned_export_leaves_out_is_told(
    empty: Catalog, document: Document, written: Callable[[Any], Path], tmp_path: Path
) -> None:
    document["links"][0]["colour"] = "red"
    import_circuit_tracer(empty, written(document), name="x", min_weight=0.01)
    assert export_circuit_tracer(empty, "x", tmp_path / "out.json") == ["the links' fields colour are left out"]


def own_circuit(catalog: Catalog, blob: str, kinds: dict[str, str], edges: list[tuple[str, str, str]]) -> Circuit:
    """A circuit as stdcell writes those that it extracts."""
    circuit = Circuit(name="own", blob=blob, config={}, n_edges=len(edges), n_components=len(kinds), n_parameters=9)
    parts = {name: Component(of=circuit.id, name=name, kind=kind) for name, kind in kinds.items()}
    joined = [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts.values()]
    fed = [Relationship(parts[s].id, "FEEDS", parts[t].id, {"reader": reader}) for s, t, reader in edges]
    catalog.add([circuit, *parts.values()], [*joined, *fed], {"own": circuit.id})
    return circuit


def test_an_extracted_circuit_is_drawn_in_one_column(empty: Catalog, tmp_path: Path) -> None:
    kinds = {"embed": "embedding", "L0.H1": "head", "L1.mlp": "mlp", "logits": "logits"}
    edges = [("embed", "L0.H1", "q"), ("L0.H1", "L1.mlp", "in"), ("L1.mlp", "logits", "in")]
    own_circuit(empty, empty.blobs.put(b"weights"), kinds, edges)
    told = export_circuit_tracer(empty, "own", tmp_path / "out.json")
    graph = json.loads((tmp_path / "out.json").read_text())
    assert "edges without a weight have the weight 1" in told
    assert [(node["node_id"], node["component"], node["layer"]) for node in graph["nodes"]] == [
        ("E_0_1", "embed", "E"),
        ("0_1_1", "L0.H1", "0"),
        ("1_2_1", "L1.mlp", "1"),
        ("2_3_1", "logits", "2"),
    ]
    assert graph["links"][0] == {"source": "E_0_1", "target": "0_1_1", "weight": 1.0, "reader": "q"}
    # The page drops what stands in more than two thirds of the columns, and reads a logit's label.
    assert len(graph["metadata"]["prompt_tokens"]) == 2
    assert graph["nodes"][-1]["clerp"] == ""


def test_a_component_without_a_layer_has_no_place_in_a_graph(empty: Catalog, tmp_path: Path) -> None:
    own_circuit(empty, empty.blobs.put(b"weights"), {"somewhere": "head"}, [])
    with pytest.raises(CatalogError, match=r"the component 'somewhere' tells no layer, as 'L0\.H1' does"):
        export_circuit_tracer(empty, "own", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(["nodes"], ...), "graph.json has no 'nodes'; an attribution graph has"),
        (put(["metadata"], []), "metadata is no object"),
        (put(["nodes"], {}), "nodes is no list"),
        (put(["links"], 3), "links is no list"),
        (put(["metadata", "slug"], ...), "metadata has no 'slug'; expected text"),
        (put(["metadata", "prompt_tokens"], "a b"), "metadata.prompt_tokens is 'a b'; expected a list"),
        (put(["nodes", 1], "x"), "nodes[1] is 'x'; expected an object with node_id"),
        (put(["nodes", 1, "ctx_idx"], "2"), "nodes[1].ctx_idx is '2'; expected a whole number"),
        (put(["nodes", 1, "ctx_idx"], True), "nodes[1].ctx_idx is True; expected a whole number"),
        (put(["nodes", 1, "node_id"], ""), "nodes[1].node_id is ''"),
        (put(["nodes", 1, "node_id"], "x" * 10_000_000), "of 10,000,000 characters; expected text of 1 to 1,000"),
        (put(["nodes", 1, "node_id"], "0_412_1"), "nodes[1].node_id is '0_412_1', as that of another node"),
        (put(["nodes", 1, "clerp"], "x" * 20_000_000), "is longer than 16,777,216 characters; shorten its texts"),
        (
            put(["nodes", 1, "activation"], float("nan")),
            "graph.json: '1_7_2': Component: details.node.dict.activation.float: input",
        ),
        (put(["nodes", 1, "clerp"], "\ud800"), "graph.json: '1_7_2': Component: the properties cannot be written"),
        (put(["links", 2], ["a", "b"]), "links[2] is an object with source, target and weight; it is not"),
        (put(["links", 2, "weight"], ...), "links[2] is an object with source, target and weight; it is not"),
        (put(["links", 2, "source"], "none"), "links[2] joins the node 'none', which the file does not have"),
        (put(["links", 2, "target"], 7), "an end of links[2] is 7; expected text"),
        (put(["links", 2, "weight"], float("nan")), "links[2].weight is a finite number, found nan"),
        (put(["links", 2, "weight"], float("inf")), "links[2].weight is a finite number, found inf"),
        (put(["links", 2, "weight"], 10**400), "links[2].weight is a finite number, found an integer beyond"),
        (put(["links", 2, "weight"], "1"), "links[2].weight is a finite number, found '1'"),
        (put(["links", 2, "weight"], True), "links[2].weight is a finite number, found True"),
        (put(["links", 2], {"source": "0_412_1", "target": "1_7_2", "weight": 1}), "joins '0_412_1' to '1_7_2' twice"),
        (put(["metadata", "slug"], "two words"), "'two words' cannot be a name"),
        (put(["metadata", "slug"], "a" * 64), "cannot be a name"),
        (put(["metadata", "completeness_score"], "high"), "completeness_score is a finite number, found 'high'"),
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
        import_circuit_tracer(empty, path)
    assert message in str(fault.value)
    assert len(str(fault.value)) < 1_000
    assert empty.query("MATCH (n:Component) RETURN count(*) AS n") == [{"n": 0}]
    assert empty.names() == []


@pytest.mark.parametrize(
    "hostile", ["../../x", "a\"b'c", "<script>alert(1)</script>", "a\nb", "'; DROP TABLE nodes; --"]
)
def test_hostile_names_are_only_text(
    hostile: str, empty: Catalog, document: Document, written: Callable[[Any], Path], tmp_path: Path
) -> None:
    document["nodes"][6] |= {"node_id": hostile, "clerp": hostile, "feature_type": hostile}
    document["links"] = [{"source": "1_7_2", "target": hostile, "weight": 1.0}]
    document["metadata"] |= {"scan": hostile, "prompt": hostile}
    import_circuit_tracer(empty, written(document), name="x")
    assert attribution_graph(parts_of(empty, "x"))[0] == document
    assert sorted(path.name for path in tmp_path.iterdir()) == ["catalog", "graph.json"]


def test_only_circuits_are_exported(empty: Catalog, files: Path, tmp_path: Path) -> None:
    import_circuit_tracer(empty, files / "attribution_graph.json", name="x")
    [row] = empty.query("MATCH (t:Task) RETURN t.id AS id")
    with pytest.raises(CatalogError, match="is a task; expected a circuit"):
        export_circuit_tracer(empty, row["id"], tmp_path / "out.json")


def test_a_place_that_cannot_be_written_is_told(empty: Catalog, files: Path, tmp_path: Path) -> None:
    import_circuit_tracer(empty, files / "attribution_graph.json", name="x")
    with pytest.raises(CatalogError, match="cannot be written to"):
        export_circuit_tracer(empty, "x", tmp_path)
