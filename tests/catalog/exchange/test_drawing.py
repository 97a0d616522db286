"""Graphs as DOT and GraphML, with hostile names."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import cast

import networkx as nx
import pytest

from stdcell.catalog import Catalog
from stdcell.catalog.exchange import import_circuit, to_dot, to_graphml

HOSTILE = ['a"b', "a\\", 'a\\"; b [shape=box]; "', "<b>x</b>", "<script>", "a\nb", "]]>", "&amp;", "a;b{c}", "", "é→"]


def read_graphml(text: str) -> nx.MultiDiGraph[str]:
    return cast("nx.MultiDiGraph[str]", nx.read_graphml(BytesIO(text.encode()), force_multigraph=True))


def named(name: str) -> nx.MultiDiGraph[str]:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node(name, label="Component", kind="head", name=name)
    graph.add_edge(name, "other", key="in", reader=name, weight=0.12345)
    return graph


def quoted_parts(dot: str) -> list[str]:
    """What stands between quotes in DOT, by its rules: a backslash protects the character after it."""
    parts, place = [], 0
    while (start := dot.find('"', place)) >= 0:
        end = start + 1
        while dot[end] != '"':
            end += 2 if dot[end] == "\\" else 1
        parts.append(dot[start + 1 : end])
        place = end + 1
    return parts


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_ends_its_quotes_in_dot(name: str) -> None:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    label = f"head\\n{escaped}" if name else "head\\n"
    assert quoted_parts(to_dot(named(name)))[:2] == [escaped, label]
    assert len(to_dot(named(name)).splitlines()) == 6


@pytest.mark.parametrize("name", HOSTILE)
def test_every_name_comes_back_from_graphml(name: str) -> None:
    graph = read_graphml(to_graphml(named(name)))
    assert list(graph) == [name, "other"]
    assert graph.nodes[name]["name"] == name
    assert [of["weight"] for *_, of in graph.edges(data=True)] == [0.12345]


def test_characters_that_no_xml_may_hold_are_shown_as_their_codes() -> None:
    graph = read_graphml(to_graphml(named("a\x00\ud800\x1b")))
    assert list(graph) == ["a\\u0000\\ud800\\u001b", "other"]
    assert '"a\\\\u0000' in to_dot(named("a\x00"))


def test_objects_are_json_text_and_nothing_is_left_out(empty: Catalog, files: Path) -> None:
    import_circuit(empty, files / "attribution_graph.json", name="x")
    graph = read_graphml(to_graphml(empty.graph()))
    [task] = [of for _, of in graph.nodes(data=True) if of["label"] == "Task"]
    assert task["parameters"] == (
        '{"prompt":"<bos>capital of\\nItaly","prompt_tokens":["<bos>","capital"," of\\nItaly"]}'
    )
    [model] = [of for _, of in graph.nodes(data=True) if of["label"] == "Model"]
    assert "n_parameters" not in model


def test_a_circuit_is_drawn_with_its_readers_and_weights(empty: Catalog, files: Path) -> None:
    import_circuit(empty, files / "eap_ig_2.json", name="x")
    dot = to_dot(empty.graph(circuit="x"))
    assert '  "L1.H1" [label="head\\nL1.H1"];' in dot
    assert dot.count(" -> ") == 12


def test_a_long_label_is_cut_and_the_name_of_a_node_never() -> None:
    dot = to_dot(named("x" * 500))
    assert [len(part) for part in quoted_parts(dot)][:2] == [500, 82]
