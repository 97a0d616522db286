"""What a catalog promises, in a folder and on a server alike."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

from stdcell.catalog import (
    LABELS,
    Catalog,
    Checkpoint,
    Circuit,
    Component,
    Dataset,
    Event,
    Port,
    Relationship,
    Task,
    TrainingRun,
)
from stdcell.errors import CatalogError, UnknownCell

LINEAGE = (
    "MATCH (c:Circuit)-[:EXTRACTED_FROM]->(k:Checkpoint)<-[:PRODUCED]-(r:TrainingRun) RETURN c.name, k.step, r.seed"
)


def test_the_lineage_of_a_circuit_is_one_query(filled: Catalog) -> None:
    assert filled.query(LINEAGE) == [{"c.name": "add_mod_37", "k.step": 900, "r.seed": 3}]


def test_one_node_gives_one_id_and_several_give_a_list(catalog: Catalog) -> None:
    first, second = Task(name="a", description="b"), Task(name="c", description="d")
    assert catalog.add(first) == first.id
    assert catalog.add([first, second]) == [first.id, second.id]


def test_a_node_comes_back_as_it_was_put(filled: Catalog, run: TrainingRun) -> None:
    assert filled.get(run.id) == run


def test_adding_what_exists_changes_nothing(
    filled: Catalog, circuit: Circuit, lineage: tuple[Relationship, ...]
) -> None:
    before = filled.events()
    filled.add(circuit, lineage, {"adder": circuit.id})
    assert filled.events() == before


def test_a_node_given_twice_in_one_call_is_one_node(catalog: Catalog) -> None:
    task = Task(name="a", description="b")
    catalog.add([task, task])
    assert catalog.query("MATCH (t:Task) RETURN count(*) AS n") == [{"n": 1}]


def test_the_newest_version_of_a_name_wins_and_older_ones_stay(filled: Catalog, circuit: Circuit) -> None:
    pruned = circuit.model_copy(update={"n_edges": 8})
    pruned = Circuit(**pruned.model_dump())
    filled.add(pruned, aliases={"adder": pruned.id})
    assert filled.get("adder") == pruned
    assert filled.get("adder@1") == circuit
    assert filled.get("adder@2") == pruned
    assert filled.names() == ["adder"]


def test_a_name_can_go_back_to_an_older_node(filled: Catalog, circuit: Circuit, checkpoint: Checkpoint) -> None:
    filled.add([], aliases={"adder": checkpoint.id})
    filled.add([], aliases={"adder": circuit.id})
    assert filled.get("adder@3") == circuit


def test_eight_digits_of_a_digest_find_a_node(filled: Catalog, circuit: Circuit) -> None:
    assert filled.get(circuit.id[:8]) == circuit


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ader", "no cell named 'ader' among 1 names; did you mean 'adder'?"),
        ("ader@1", "no cell named 'ader@1' among 1 names; did you mean 'adder'?"),
        ("adder@2", "no version '2' of 'adder'; the newest is 1"),
        ("00000000", "no cell named '00000000' among 1 names"),
        ("zzz", "no cell named 'zzz' among 1 names"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(filled: Catalog, name: str, message: str) -> None:
    with pytest.raises(UnknownCell) as fault:
        filled.get(name)
    assert str(fault.value) == message


def test_neighbours_are_found_in_both_directions(
    filled: Catalog, circuit: Circuit, checkpoint: Checkpoint, lineage: tuple[Relationship, ...]
) -> None:
    assert filled.neighbours(circuit.id, "EXTRACTED_FROM") == [(lineage[2], checkpoint)]
    assert filled.neighbours(checkpoint.id, "EXTRACTED_FROM", "in") == [(lineage[2], circuit)]
    assert filled.neighbours(checkpoint.id, "EXTRACTED_FROM") == []


def test_neighbours_of_an_unknown_type_name_the_nearest(filled: Catalog, circuit: Circuit) -> None:
    with pytest.raises(CatalogError, match="no relationship type 'EXTRACTED'; did you mean 'EXTRACTED_FROM'"):
        filled.neighbours(circuit.id, "EXTRACTED")


def test_two_relationships_may_differ_only_in_a_property(filled: Catalog, circuit: Circuit) -> None:
    embed = Component(of=circuit.id, name="embed", kind="embedding")
    head = Component(of=circuit.id, name="L1.H0", kind="head")
    feeds = [Relationship(embed.id, "FEEDS", head.id, {"reader": reader}) for reader in ("q", "k", "q")]
    filled.add([embed, head], feeds)
    filled.add([], feeds)
    rows = filled.query("MATCH (:Component)-[f:FEEDS]->(h:Component) RETURN f.reader, h.name ORDER BY f.reader")
    assert rows == [{"f.reader": "k", "h.name": "L1.H0"}, {"f.reader": "q", "h.name": "L1.H0"}]


def test_a_closed_catalog_says_so(catalog: Catalog) -> None:
    catalog.close()
    with pytest.raises(CatalogError, match=r"^the catalog at .* is closed; open it again$"):
        catalog.names()
    with pytest.raises(CatalogError, match=r"^the catalog at .* is closed; open it again$"):
        catalog.query("MATCH (t:Task) RETURN t.name")


def test_a_forked_process_is_told_to_open_the_catalog_again(catalog: Catalog, place: str) -> None:
    catalog.query("MATCH (t:Task) RETURN count(*) AS n")
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            catalog.query("MATCH (t:Task) RETURN count(*) AS n")
        except CatalogError as fault:
            os.write(writing, str(fault).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        assert told.read().decode().endswith("was opened before this process forked; open it again here")
    os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("label", "properties", "message"),
    [
        (
            "Dataset",
            {"n_samples": 1, "n_train": 2, "seed": 0},
            "Dataset: n_train is 2, more than n_samples, which is 1",
        ),
        ("Phase", {"first_step": 9, "last_step": 3}, "Phase: first_step is 9, more than last_step, which is 3"),
        (
            "Evidence",
            {"kind": "measurement", "claim": "c", "method": "m", "interval_low": 0.6, "interval_high": 0.5},
            "Evidence: interval_low is 0.6, more than interval_high, which is 0.5",
        ),
    ],
)
def test_numbers_in_the_wrong_order_are_refused(label: str, properties: dict[str, Any], message: str) -> None:
    given = {"name": "x", "digest": "0" * 64, "of": "0" * 64, **properties}
    node = LABELS[label]
    with pytest.raises(CatalogError) as fault:
        node(**{name: value for name, value in given.items() if name in node.model_fields})
    assert str(fault.value) == message


def test_a_faulty_batch_leaves_nothing_behind(catalog: Catalog) -> None:
    task = Task(name="a", description="b")
    with pytest.raises(CatalogError, match=r"no node '0{64}' to join or to name; add it first or in the same call"):
        catalog.add(task, aliases={"a": "0" * 64})
    assert len(catalog.events()) == 1
    with pytest.raises(UnknownCell):
        catalog.get(task.id)


def test_a_relationship_between_wrong_labels_is_refused(filled: Catalog, circuit: Circuit, run: TrainingRun) -> None:
    with pytest.raises(CatalogError, match="PRODUCED does not join Circuit → TrainingRun; it joins TrainingRun → "):
        filled.add([], [Relationship(circuit.id, "PRODUCED", run.id)])


def test_a_blob_must_be_there_before_the_node_that_names_it(catalog: Catalog, circuit: Circuit) -> None:
    with pytest.raises(CatalogError, match=f"a Circuit names the blob {circuit.blob}, which is not there; put it"):
        catalog.add(circuit)


def test_the_catalog_writes_its_events_itself(catalog: Catalog) -> None:
    event = Event(sequence=9, at="now", what="added", who="me", payload={})
    with pytest.raises(CatalogError, match="the catalog writes its Event nodes itself"):
        catalog.add(event)


@pytest.mark.parametrize("name", ["", "a b", "a@1", "0123abcd"])
def test_a_text_that_cannot_be_a_name_is_refused(filled: Catalog, circuit: Circuit, name: str) -> None:
    with pytest.raises(CatalogError, match=rf"{name!r} cannot be a name: it is empty, holds white space or '@', or"):
        filled.add([], aliases={name: circuit.id})


def test_every_change_is_an_event_in_order(filled: Catalog, circuit: Circuit) -> None:
    created, added = filled.events()
    assert (created.sequence, created.what, created.payload) == (0, "created", {"format": 2})
    assert (added.sequence, added.what) == (1, "added")
    assert added.payload == {
        "n_nodes": 4,
        "n_relationships": 3,
        "aliases": {"adder@1": {"from": None, "to": circuit.id}},
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", added.at)


def test_what_was_written_is_there_after_reopening(filled: Catalog, place: str, circuit: Circuit) -> None:
    filled.close()
    with Catalog(place, create=False) as catalog:
        assert catalog.get("adder") == circuit
        assert catalog.blobs.get(circuit.blob) == b"weights"
        assert catalog.query(LINEAGE) == [{"c.name": "add_mod_37", "k.step": 900, "r.seed": 3}]


def test_closing_twice_leaves_a_catalog_that_opens_again(catalog: Catalog) -> None:
    catalog.close()
    catalog.close()
    with Catalog(catalog.place, create=False) as again:
        assert again.events()[0].what == "created"


def test_a_missing_catalog_is_not_made_unasked(place: str) -> None:
    with pytest.raises(CatalogError, match=r"^no catalog at "):
        Catalog(place, create=False)


def test_a_node_comes_back_as_its_label_and_properties(filled: Catalog, dataset: Dataset) -> None:
    assert filled.query("MATCH (d:Dataset) RETURN d") == [
        {
            "d": {
                "label": "Dataset",
                "id": dataset.id,
                "name": "sums",
                "n_samples": 1369,
                "n_train": 821,
                "seed": 7,
                "digest": "0" * 64,
            }
        }
    ]


def test_an_absent_value_is_none_and_an_object_is_json_text(filled: Catalog) -> None:
    rows = filled.query("MATCH (r:TrainingRun)-[:PRODUCED]->(k) RETURN k.train_loss_nats, k.test_loss_nats, r.config")
    assert rows == [
        {
            "k.train_loss_nats": None,
            "k.test_loss_nats": 0.25,
            "r.config": '{"layers":[1,2],"learning_rate":0.003}',
        }
    ]


def test_a_path_comes_back_as_nodes_and_relationships(filled: Catalog) -> None:
    (row,) = filled.query("MATCH p = (r:TrainingRun)-[:PRODUCED]->(k:Checkpoint) RETURN p")
    assert [node["label"] for node in row["p"]["nodes"]] == ["TrainingRun", "Checkpoint"]
    assert row["p"]["relationships"] == [{"type": "PRODUCED"}]


@pytest.mark.parametrize(
    ("cypher", "parameters", "rows"),
    [
        ("MATCH (c:Circuit) RETURN count(*)", {}, [{"count(*)": 1}]),
        ("MATCH (c:Circuit) RETURN c.n_edges + 1", {}, [{"c.n_edges + 1": 13}]),
        ("MATCH (c:Circuit) WHERE c.n_edges > $least RETURN c . name AS n", {"least": 11}, [{"n": "add_mod_37"}]),
        ("MATCH (c:Circuit) WHERE c.name IN $names RETURN c.name", {"names": ["a", "b"]}, []),
        (
            "MATCH (n)-[r]->(:Dataset) RETURN type(r), n.name",
            {},
            [{"type(r)": "TRAINED_ON", "n.name": "first"}],
        ),
        (
            "MATCH (a:Alias)-[:POINTS_TO]->(c) RETURN a.name, a.version, c.name",
            {},
            [{"a.name": "adder", "a.version": 1, "c.name": "add_mod_37"}],
        ),
        ("MATCH (e:Event) RETURN max(e.sequence) AS last", {}, [{"last": 1}]),
        ("UNWIND [2, 1] AS x RETURN x * 10 ORDER BY x", {}, [{"x * 10": 10}, {"x * 10": 20}]),
        ("MATCH (c:Circuit) OPTIONAL MATCH (c)-[:HAS_PORT]->(p:Port) RETURN p", {}, [{"p": None}]),
        ("RETURN 'CREATE; \\'it\\'' AS text", {}, [{"text": "CREATE; 'it'"}]),
    ],
)
def test_a_query_has_the_same_answer_everywhere(
    filled: Catalog, cypher: str, parameters: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    assert filled.query(cypher, **parameters) == rows


@pytest.mark.parametrize(
    ("cypher", "message"),
    [
        ("MATCH (n) DELETE n", "a query only reads, found 'DELETE' at character 11; write with Catalog.add"),
        (
            "MATCH (c:Circuti) RETURN c",
            "no label or relationship type 'Circuti' in the catalog; did you mean 'Circuit'?",
        ),
        ("MATCH (c:Circuit) RETUN c", "'RETUN' at character 19 is not portable; did you mean 'RETURN'?"),
        ("MATCH (c:Circuit) RETURN d.name", "the query cannot be run: "),
    ],
)
def test_a_bad_query_is_told_in_one_line(filled: Catalog, cypher: str, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        filled.query(cypher)
    assert str(fault.value).startswith(message)
    assert "\n" not in str(fault.value)


def test_a_later_port_is_joined_to_the_types_that_are_there(catalog: Catalog) -> None:
    catalog.add(Port(name="a", direction="in", position=0, type="int 0..4"))
    catalog.add([Port(name=name, direction="out", position=0, type=f"int 0..{name}") for name in ("4", "3")])
    rows = catalog.query(
        "MATCH (p:Port)-[:HAS_TYPE]->(t)-[:COMPATIBLE]->(:PortType)<-[:HAS_TYPE]-(q) RETURN p.name, q.name"
    )
    assert {("4", "a"), ("3", "a")} <= {(row["p.name"], row["q.name"]) for row in rows}


@pytest.mark.parametrize("text", ["it's", 'a "b"', "a\\b", "a\nb", "λ→", "", "null", "[1,2]", '{"a": 1}', "2020-01-01"])
def test_any_text_survives_in_every_store(catalog: Catalog, text: str) -> None:
    task = Task(name=text, description="any text")
    catalog.add(task)
    assert catalog.get(task.id) == task
    assert catalog.query("MATCH (t:Task) WHERE t.name = $text RETURN t.name", text=text) == [{"t.name": text}]


def test_a_later_port_is_joined_to_a_type_that_is_there_already(catalog: Catalog) -> None:
    for name in ("a", "b"):
        catalog.add(Port(name=name, direction="in", position=0, type="int 0..6"))
    rows = catalog.query("MATCH (p:Port)-[:HAS_TYPE]->(t:PortType) RETURN p.name, t.key ORDER BY p.name")
    assert rows == [{"p.name": "a", "t.key": "int 0..6"}, {"p.name": "b", "t.key": "int 0..6"}]


def test_a_later_type_is_compatible_with_one_that_is_there_already(catalog: Catalog) -> None:
    for type_ in ("int 0..6", "int 0..9"):
        catalog.add(Port(name="a", direction="in", position=0, type=type_))
    rows = catalog.query("MATCH (s:PortType)-[:COMPATIBLE]->(t:PortType) WHERE s.key <> t.key RETURN s.key, t.key")
    assert rows == [{"s.key": "int 0..6", "t.key": "int 0..9"}]


@pytest.mark.parametrize(
    ("name", "message"),
    [("x" * 1_001, "what has 1001 characters cannot be a name; take at most 1000"), ("\ud800", "half a character")],
)
def test_a_name_that_one_of_the_stores_cannot_keep_is_refused(catalog: Catalog, name: str, message: str) -> None:
    task = Task(name="a", description="b")
    with pytest.raises(CatalogError, match=message):
        catalog.add(task, aliases={name: task.id})
    assert catalog.names() == []


@pytest.mark.parametrize("limits", [{"timeout_s": 0}, {"timeout_s": -1}, {"row_limit": -1}])
def test_a_limit_that_is_none_is_refused(catalog: Catalog, limits: dict[str, Any]) -> None:
    with pytest.raises(CatalogError, match="expected seconds above 0 and a number of rows from 0"):
        catalog.query("RETURN 1 AS x", **limits)


def test_a_graph_has_one_of_three_directions(filled: Catalog) -> None:
    with pytest.raises(CatalogError, match="no direction 'sideways'; it is 'out', 'in' or 'both'"):
        filled.graph("adder", direction="sideways")  # type: ignore[arg-type]
