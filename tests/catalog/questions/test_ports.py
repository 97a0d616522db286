"""What fits: cells by signature, outputs that feed a port, inputs that read one."""

from __future__ import annotations

import pytest

from stdcell.catalog import Port
from stdcell.catalog.questions import Signature, cells_of_type, feeding, reading, signature_named
from stdcell.errors import CatalogError, UnknownCell

from .conftest import Shelf

ADDS = [("add", 1), ("add", 2)]  # the proved one first


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("bool", Signature(any="bool")),
        ("int 0..9, int 0..9 -> int 0..9", Signature(("int 0..9", "int 0..9"), "int 0..9")),
        ("-> bool", Signature(output="bool")),
        ("int 0..9 →", Signature(("int 0..9",))),
        ('token {"a", "b"}, bool -> bool', Signature(('token {"a", "b"}', "bool"), "bool")),
    ],
)
def test_a_signature_is_read_from_its_text(text: str, signature: Signature) -> None:
    assert signature_named(text) == signature


def test_a_signature_of_no_type_is_refused() -> None:
    with pytest.raises(
        CatalogError, match=r"'itn' is no type of the language: unknown type 'itn'.*; expected one such"
    ):
        signature_named("itn -> bool")


@pytest.mark.parametrize(
    ("text", "exact", "expected"),
    [
        ("int 0..9, int 0..9 -> int 0..9", False, ADDS),
        ("int 0..9, int 0..9 -> int 0..9", True, ADDS),
        ("int 0..4, int 3..3 -> int 0..100", False, ADDS),
        ("int 0..4, int 3..3 -> int 0..100", True, []),
        ("int 0..9, int 0..10 -> int 0..9", False, []),
        ("int 0..9 -> int 0..9", False, []),
        ("int 0..50 ->", False, [("double", 0)]),
        ("-> int 0..500", False, [*ADDS, ("double", 0)]),
        ("int 0..198", True, [("double", 0)]),
        ("bool", False, []),
    ],
)
def test_cells_that_can_stand_for_a_signature_are_found(
    text: str, exact: bool, expected: list[tuple[str, int]], shelf: Shelf
) -> None:
    rows = cells_of_type(shelf.catalog, signature_named(text), exact=exact).ask(shelf.catalog)
    assert [(row["name"], row["standing"]) for row in rows] == expected


def test_a_found_cell_shows_its_own_signature(shelf: Shelf) -> None:
    rows = cells_of_type(shelf.catalog, signature_named("int 0..4 ->")).ask(shelf.catalog)
    expected = {"kind": "Formula", "name": "double", "standing": 0, "signature": "int 0..99 -> int 0..198"}
    assert rows == [{"id": shelf.id("double"), **expected}]


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("add.a", [("add", "sum", 1), ("add", "sum", 2)]),
        ("double.a", [("add", "sum", 1), ("add", "sum", 2)]),
        ("int 0..250", [("add", "sum", 1), ("add", "sum", 2), ("double", "double", 0)]),
        ("int 0..8", []),
    ],
)
def test_what_can_feed_a_port_comes_best_first(port: str, expected: list[tuple[str, str, int]], shelf: Shelf) -> None:
    rows = feeding(shelf.catalog, port).ask(shelf.catalog)
    assert [(row["name"], row["port"], row["standing"]) for row in rows] == expected


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("add.sum", [("add", "a", 1), ("add", "b", 1), ("add", "a", 2), ("add", "b", 2), ("double", "a", 0)]),
        ("int 5..50", [("double", "a", 0)]),
        ("double.double", []),
    ],
)
def test_what_can_read_a_port_comes_best_first(port: str, expected: list[tuple[str, str, int]], shelf: Shelf) -> None:
    rows = reading(shelf.catalog, port).ask(shelf.catalog)
    assert [(row["name"], row["port"], row["standing"]) for row in rows] == expected


def test_a_port_may_be_given_by_its_node(shelf: Shelf) -> None:
    ends = [end for _, end in shelf.catalog.neighbours(shelf.catalog.get("add").id, "HAS_PORT")]
    (port,) = (end for end in ends if isinstance(end, Port) and end.name == "a")
    assert feeding(shelf.catalog, port).ask(shelf.catalog) == feeding(shelf.catalog, "add.a").ask(shelf.catalog)


def test_a_limit_keeps_the_best(shelf: Shelf) -> None:
    (row,) = feeding(shelf.catalog, "add.a", 1).ask(shelf.catalog)
    assert row["id"] == shelf.id("add2")


@pytest.mark.parametrize(
    ("port", "error", "message"),
    [
        ("add.sum", CatalogError, "'add.sum' is an output and feeds; ask for the other way with --reads"),
        ("add.c", UnknownCell, "'add' has no port 'c'; it has "),
        ("add.smu", UnknownCell, "'add' has no port 'smu'; did you mean 'sum'?"),
        ("ad.a", UnknownCell, "no cell named 'ad' among 4 names; did you mean 'add'?"),
        ("add", CatalogError, "'add' is no type of the language: .*; expected one such as 'int 0..36', or a port"),
    ],
)
def test_what_is_no_input_cannot_be_fed(port: str, error: type[CatalogError], message: str, shelf: Shelf) -> None:
    with pytest.raises(error, match=message.replace("?", r"\?")):
        feeding(shelf.catalog, port)
