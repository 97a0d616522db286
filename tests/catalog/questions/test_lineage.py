"""Lineages: up and down, to a depth, and as they were."""

from __future__ import annotations

from typing import Literal

import pytest

from stdcell.catalog import TrainingRun
from stdcell.catalog.questions import event_at, lineage, lineage_graph, node_at, node_named
from stdcell.errors import CatalogError, UnknownCell

from .conftest import Shelf

Way = Literal["up", "down"]
Found = list[tuple[int, str, str]]


def found(shelf: Shelf, start: str, way: Way, depth: int = 6, event: int | None = None) -> Found:
    """Depth, type and label of each row."""
    rows = lineage(shelf.nodes[start], way, depth=depth, event=event).ask(shelf.catalog)
    return [(row["depth"], row["type"], row["label"]) for row in rows]


LINEAGES: dict[str, tuple[str, Way, Found]] = {
    "a derived circuit up": (
        "add2",
        "up",
        [
            (1, "DERIVED_FROM", "Circuit"),
            (2, "EXTRACTED_FROM", "Checkpoint"),
            (3, "PRODUCED", "TrainingRun"),
            (4, "TRAINED_ON", "Dataset"),
            (5, "INSTANCE_OF", "Task"),
        ],
    ),
    "a checkpoint up": (
        "late",
        "up",
        [(1, "PRODUCED", "TrainingRun"), (2, "TRAINED_ON", "Dataset"), (3, "INSTANCE_OF", "Task")],
    ),
    "a circuit down": ("add1", "down", [(1, "COMPOSED_OF", "Program"), (1, "DERIVED_FROM", "Circuit")]),
    "a data set down": (
        "data",
        "down",
        [
            (1, "TRAINED_ON", "TrainingRun"),
            (2, "PRODUCED", "Checkpoint"),
            (2, "PRODUCED", "Checkpoint"),
            (3, "EXTRACTED_FROM", "Circuit"),
            (4, "COMPOSED_OF", "Program"),
            (4, "DERIVED_FROM", "Circuit"),
        ],
    ),
    "a program down": ("quad", "down", []),
    "a task up": ("task", "up", []),
}


@pytest.mark.parametrize(("start", "way", "expected"), LINEAGES.values(), ids=LINEAGES.keys())
def test_a_lineage_names_each_relationship_once_nearest_first(
    start: str, way: Way, expected: Found, shelf: Shelf
) -> None:
    assert found(shelf, start, way) == expected


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_nothing_is_found_beyond_the_depth(depth: int, shelf: Shelf) -> None:
    assert len(found(shelf, "add2", "up", depth)) == depth


def test_a_row_tells_both_ends_as_the_relationship_points(shelf: Shelf) -> None:
    (row,) = lineage(shelf.nodes["late"], depth=1).ask(shelf.catalog)
    assert row == {
        "depth": 1,
        "source": shelf.id("run"),
        "type": "PRODUCED",
        "target": shelf.id("late"),
        "event": 1,
        "label": "TrainingRun",
        "name": "first",
        "id": shelf.id("run"),
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (1, []),
        (2, [(1, "COMPOSED_OF", "Program")]),
        (3, [(1, "COMPOSED_OF", "Program"), (1, "DERIVED_FROM", "Circuit")]),
    ],
)
def test_a_past_lineage_holds_what_was_there_then(event: int, expected: Found, shelf: Shelf) -> None:
    assert found(shelf, "add1", "down", event=event) == expected


def test_a_lineage_is_a_typed_graph(shelf: Shelf) -> None:
    start = shelf.nodes["quad"]
    graph = lineage_graph(start, lineage(start, depth=1).ask(shelf.catalog))
    edges = [(source, target, of["type"], of["event"]) for source, target, of in graph.edges(data=True)]
    assert graph.nodes[shelf.id("double")] == {"label": "Formula", "name": "double"}
    assert sorted(edges) == sorted((start.id, shelf.id(end), "COMPOSED_OF", 2) for end in ("add1", "double"))


def test_a_lineage_of_no_depth_is_refused(shelf: Shelf) -> None:
    with pytest.raises(CatalogError, match="the depth of a lineage is at least 1, found 0"):
        lineage(shelf.nodes["quad"], depth=0)


@pytest.mark.parametrize(("moment", "event"), [("0", 0), ("2", 2), ("add@1", 1), ("add@2", 3), ("2999-01-01", 3)])
def test_a_moment_is_an_event_a_version_or_a_time(moment: str, event: int, shelf: Shelf) -> None:
    assert event_at(shelf.catalog, moment) == event


def test_a_time_between_two_events_is_the_earlier_one(shelf: Shelf) -> None:
    at = shelf.catalog.events()[2].at
    assert event_at(shelf.catalog, at) == 2


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        ("17", "there is no event 17 yet; the last is 3"),
        ("add@7", "no version '7' of 'add'; the newest is 2"),
        ("1999-01-01", "there was no catalog at 1999-01-01; it began at"),
        ("yesterday", "'yesterday' is no time: expected one such as 2026-11-20T12:00, the number of an event"),
    ],
)
def test_a_moment_that_there_was_not_is_refused(moment: str, message: str, shelf: Shelf) -> None:
    with pytest.raises(CatalogError, match=message.replace("?", r"\?")):
        event_at(shelf.catalog, moment)


@pytest.mark.parametrize(
    ("name", "event", "node"), [("add", 1, "add1"), ("add", 2, "add1"), ("add", 3, "add2"), ("add@1", 3, "add1")]
)
def test_a_name_means_what_it_meant_then(name: str, event: int, node: str, shelf: Shelf) -> None:
    assert node_at(shelf.catalog, name, event).id == shelf.id(node)


@pytest.mark.parametrize(
    ("name", "event", "message"),
    [
        ("quad", 1, "'quad' meant nothing yet at event 1; it was named by event 2"),
        ("add@2", 2, "'add@2' meant nothing yet at event 2; it was named by event 3"),
    ],
)
def test_a_name_that_was_not_given_yet_is_told(name: str, event: int, message: str, shelf: Shelf) -> None:
    with pytest.raises(UnknownCell, match=message):
        node_at(shelf.catalog, name, event)


@pytest.mark.parametrize(("name", "node"), [("first", "run"), ("at 900", "late"), ("sums", "data"), ("add", "add2")])
def test_a_node_without_a_name_is_found_by_what_it_is_called(name: str, node: str, shelf: Shelf) -> None:
    assert node_named(shelf.catalog, name).id == shelf.id(node)


def test_what_two_nodes_are_called_names_neither(shelf: Shelf) -> None:
    run = TrainingRun(name="first", seed=4, n_steps=9, config={}, code_version="0.1.0", dataset=shelf.id("data"))
    shelf.catalog.add(run)
    first, second = sorted([run.id, shelf.id("run")])
    with pytest.raises(UnknownCell) as error:
        node_named(shelf.catalog, "first")
    assert str(error.value) == f"2 nodes are called 'first'; give the digest of one: {first[:12]}, {second[:12]}"


def test_what_nothing_is_called_names_the_nearest_name(shelf: Shelf) -> None:
    with pytest.raises(UnknownCell, match="no cell named 'quat' among 4 names; did you mean 'quad'"):
        node_named(shelf.catalog, "quat")


def test_a_digest_that_was_not_there_yet_is_told(shelf: Shelf) -> None:
    with pytest.raises(UnknownCell, match="was not there yet at event 2; it came with event 3"):
        node_at(shelf.catalog, shelf.id("add2"), 2)
