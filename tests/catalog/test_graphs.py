"""Catalogs as networkx graphs, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stdcell.catalog import Catalog, Checkpoint, Circuit, Component, Dataset, Model, Relationship, Task, TrainingRun
from stdcell.catalog.exchange import import_circuit
from stdcell.catalog.graphs import nodes_of, relationships_of
from stdcell.errors import CatalogError, UnknownCell

TASK = Task(name="sums", description="Add two numbers.", parameters={"modulus": 7})


@pytest.fixture
def filled(empty: Catalog) -> Catalog:
    """Task ← data set ← run → checkpoint ← circuit, the circuit under a name."""
    blob = empty.blobs.put(b"weights")
    dataset = Dataset(name="sums", n_samples=49, n_train=49, seed=0, digest="0" * 64)
    run = TrainingRun(name="run", seed=1, n_steps=9, config={"d": [1, None]}, code_version="1", dataset=dataset.id)
    checkpoint = Checkpoint(of=run.id, name="end", step=9, blob=blob)
    circuit = Circuit(name="adder", blob=blob, config={}, n_edges=2, n_components=2, n_parameters=4)
    heads = [Component(of=circuit.id, name=name, kind="head") for name in ("L0.H0", "L1.H0")]
    relationships = [
        Relationship(dataset.id, "INSTANCE_OF", TASK.id),
        Relationship(run.id, "TRAINED_ON", dataset.id),
        Relationship(run.id, "PRODUCED", checkpoint.id),
        Relationship(circuit.id, "EXTRACTED_FROM", checkpoint.id),
        *(Relationship(circuit.id, "HAS_COMPONENT", head.id) for head in heads),
        Relationship(heads[0].id, "FEEDS", heads[1].id, {"reader": "q"}),
        Relationship(heads[0].id, "FEEDS", heads[1].id, {"reader": "k", "weight": -0.5}),
    ]
    nodes = [TASK, dataset, run, checkpoint, circuit, *heads]
    empty.add(nodes, relationships, {"add": circuit.id, "adder": circuit.id})
    return empty


def test_a_graph_holds_typed_properties(filled: Catalog) -> None:
    graph = filled.graph()
    assert len(graph) == 7
    assert graph.nodes[TASK.id] == {
        "label": "Task",
        "name": "sums",
        "description": "Add two numbers.",
        "parameters": {"modulus": 7},
    }


def test_edges_have_their_type_as_key_and_their_properties(filled: Catalog) -> None:
    edges = [(key, of) for _, _, key, of in filled.graph(types=["FEEDS"]).edges(keys=True, data=True)]
    assert edges == [
        ("FEEDS", {"type": "FEEDS", "reader": "k", "weight": -0.5}),
        ("FEEDS 2", {"type": "FEEDS", "reader": "q"}),
    ]


@pytest.mark.parametrize(
    ("asked", "labels"),
    [
        ({"direction": "out"}, ["Checkpoint", "Circuit", "Component", "Component"]),
        ({"direction": "out", "depth": 0}, ["Circuit"]),
        ({"depth": 2, "types": ["EXTRACTED_FROM", "PRODUCED"]}, ["Checkpoint", "Circuit", "TrainingRun"]),
        ({"direction": "in"}, ["Circuit"]),
        ({}, ["Checkpoint", "Circuit", "Component", "Component", "Dataset", "Task", "TrainingRun"]),
    ],
)
def test_what_is_reached_from_a_node_depends_on_types_direction_and_depth(
    asked: dict[str, Any], labels: list[str], filled: Catalog
) -> None:
    graph = filled.graph("adder", **asked)
    assert sorted(of["label"] for _, of in graph.nodes(data=True)) == labels


def test_unknown_roots_and_types_are_told(filled: Catalog) -> None:
    with pytest.raises(UnknownCell, match="did you mean 'adder'"):
        filled.graph("addr")
    with pytest.raises(CatalogError, match="no relationship type 'FEDS'; did you mean 'FEEDS'"):
        filled.graph(types=["FEDS"])


def test_a_graph_put_into_an_empty_catalog_is_the_same_graph(filled: Catalog, tmp_path: Path) -> None:
    graph = filled.graph()
    with Catalog(tmp_path / "other") as other:
        other.blobs.put(b"weights")
        other.add_graph(graph)
        again = other.graph()
        assert other.names() == ["add", "adder"]
    assert again.graph == graph.graph
    assert sorted(again.nodes(data=True), key=str) == sorted(graph.nodes(data=True), key=str)
    assert sorted(again.edges(keys=True, data=True), key=str) == sorted(graph.edges(keys=True, data=True), key=str)


def test_an_imported_circuit_goes_through_a_graph(empty: Catalog, files: Path, tmp_path: Path) -> None:
    import_circuit(empty, files / "attribution_graph.json", name="x")
    graph = empty.graph()
    with Catalog(tmp_path / "other") as other:
        other.blobs.put((files / "attribution_graph.json").read_bytes())
        other.add_graph(graph)
        assert sorted(other.graph().edges(data="weight")) == sorted(graph.edges(data="weight"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=2)
    ),
    max_leaves=5,
)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)


@given(
    architectures=st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=2), min_size=1, max_size=4),
    edges=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), NAMES, st.none() | st.floats(-9, 9)), max_size=8),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_catalog_comes_back_from_its_graph(
    architectures: dict[str, dict[str, Any]],
    edges: list[tuple[int, int, str, float | None]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("law")
    models = [Model(name=name, architecture=architecture) for name, architecture in architectures.items()]
    parts = [Component(of=models[0].id, name=str(place), kind="head") for place in range(4)]
    owned = [Relationship(models[0].id, "HAS_COMPONENT", part.id) for part in parts]
    fed = [
        Relationship(
            parts[s].id, "FEEDS", parts[t].id, {"reader": reader} | ({} if weight is None else {"weight": weight})
        )
        for s, t, reader, weight in edges
        if s != t
    ]
    with Catalog(folder / "one") as one, Catalog(folder / "two") as two:
        one.add([*models, *parts], [*owned, *fed], {"first": models[0].id})
        graph = one.graph()
        assert {node.id for node in nodes_of(graph)} == {node.id for node in [*models, *parts]}
        assert {str(edge) for edge in relationships_of(graph)} == {str(edge) for edge in [*owned, *fed]}
        two.add_graph(graph)
        assert nx.utils.graphs_equal(two.graph(), graph)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": "Tsk"}, "has the label 'Tsk'; did you mean 'Task'?"),
        ({"label": None}, "has the label None; the labels are Task, Dataset"),
        ({"label": "Alias"}, "has the label 'Alias'"),
        ({"label": ["Task"]}, "has the label ['Task']"),
        ({"description": None}, "Task: description: input should be a valid string"),
        ({"colour": "red"}, "Task: colour: extra inputs are not permitted"),
        ({"name": "other"}, "is the digest of; give it that id, in its edges too"),
    ],
)
def test_a_node_that_is_none_of_the_schema_is_named(change: dict[str, Any], message: str, empty: Catalog) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node(TASK.id, **{"label": "Task", **TASK.model_dump(), **change})
    with pytest.raises(CatalogError) as fault:
        empty.add_graph(graph)
    assert message in str(fault.value)
    assert str(fault.value).startswith(f"the graph's node {TASK.id!r}")
    assert empty.query("MATCH (t:Task) RETURN t.name") == []


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({}, "no relationship type 'None'"),
        ({"type": "FEEDS"}, "the properties of FEEDS are reader, weight; reader: field required"),
        ({"type": "FEEDS", "reader": "q", "weight": "1"}, "weight"),
    ],
)
def test_an_edge_that_is_no_relationship_is_named(attributes: dict[str, Any], message: str) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_edge("a", "b", **attributes)
    with pytest.raises(CatalogError, match="the graph's edge 'a' → 'b': .*" + message):
        relationships_of(graph)


def test_aliases_of_a_graph_are_names(empty: Catalog) -> None:
    with pytest.raises(CatalogError, match="the graph's `aliases` are no names with the ids that they mean"):
        empty.add_graph(nx.MultiDiGraph(aliases={"x": 3}))


def test_a_circuit_is_a_graph_of_its_components(filled: Catalog) -> None:
    graph = filled.graph(circuit="adder")
    assert list(nx.topological_sort(graph)) == ["L0.H0", "L1.H0"]
    assert graph.edges["L0.H0", "L1.H0", "k"] == {"reader": "k", "weight": -0.5}
    assert graph.edges["L0.H0", "L1.H0", "q"] == {"reader": "q"}


def test_a_circuit_that_runs_in_a_circle_is_told(empty: Catalog) -> None:
    blob = empty.blobs.put(b"weights")
    circuit = Circuit(name="loop", blob=blob, config={}, n_edges=2, n_components=2, n_parameters=0)
    a, b = (Component(of=circuit.id, name=name, kind="mlp") for name in "ab")
    joined = [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in (a, b)]
    fed = [Relationship(s.id, "FEEDS", t.id, {"reader": "in"}) for s, t in ((a, b), (b, a))]
    empty.add([circuit, a, b], [*joined, *fed], {"loop": circuit.id})
    with pytest.raises(CatalogError, match="the circuit 'loop' is no acyclic graph: a → b → a; see it with graph"):
        empty.graph(circuit="loop")
