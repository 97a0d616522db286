"""Hostile names, parameters, labels and file names: they are text, on both stores and on the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stdcell.app.cli import main
from stdcell.catalog import Catalog, Circuit, Component, Relationship, Task
from stdcell.catalog.upkeep import fsck
from stdcell.errors import CatalogError

HOSTILE = [
    "'; DROP TABLE nodes; --",
    '"; DELETE FROM aliases; --',
    "') UNION SELECT manifest FROM nodes --",
    "a%' OR 1=1 --",
    "'}) DETACH DELETE n //",
    "`}) MATCH (n) DETACH DELETE n //",
    "\\'}) RETURN 1 UNION MATCH (n) DELETE n //",
    "\\u0027}) DETACH DELETE n //",
    "$ids",
    "{id: 1}",
    '=cmd|" /C calc"!A0',
    'x","y\nz',
    '""",\r\n"',
    "\\N",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "/etc/shadow",
    "file:///etc/passwd",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnp.exe",
    "\x00nul",
    "[bold red]markup[/]",
    "%s%n{0}{x!r}",
    "__import__('os').system('id')",
    "👻 \U0010ffff",
    "x" * 5000,
]
ALIASES = [name for name in HOSTILE if not any(one.isspace() or one == "@" for one in name)]


def tasks() -> list[Task]:
    return [Task(name=text, description=text, parameters={text: [text]}) for text in HOSTILE]


def test_every_text_comes_back_as_it_was(catalog: Catalog) -> None:
    nodes = tasks()
    catalog.add(nodes)
    assert [catalog.get(node.id) for node in nodes] == nodes
    for node in nodes:
        (row,) = catalog.query(
            "MATCH (t:Task) WHERE t.name = $name AND t.description = $name RETURN t.id AS id, t.name AS name",
            name=node.name,
        )
        assert row == {"id": node.id, "name": node.name}
    assert catalog.query("MATCH (n:Task) RETURN count(n) AS n") == [{"n": len(HOSTILE)}]


def test_what_is_loaded_in_bulk_comes_back_as_it_was(catalog: Catalog) -> None:
    blob = catalog.blobs.put(b"weights")
    circuit = Circuit(name=HOSTILE[0], blob=blob, config={}, n_edges=1, n_components=1, n_parameters=1)
    parts = [Component(of=circuit.id, name=text, kind=f"{text}{n}") for n in range(90) for text in HOSTILE]
    logits = Component(of=circuit.id, name="logits", kind="logits")
    joins = [Relationship(one.id, "FEEDS", logits.id, {"reader": one.name}) for one in parts]
    catalog.add([circuit, *parts, logits], joins)
    rows = catalog.query(
        "MATCH (c:Component)-[r:FEEDS]->() RETURN c.name AS name, c.kind AS kind, r.reader AS reader", row_limit=5000
    )
    assert sorted((row["name"], row["kind"], row["reader"]) for row in rows) == sorted(
        (one.name, one.kind, one.name) for one in parts
    )


def test_names_are_found_or_refused_and_nothing_else_happens(catalog: Catalog) -> None:
    (task,) = [Task(name="a", description="b")]
    catalog.add(task)
    n_taken = 0
    for name in HOSTILE:
        try:
            catalog.add([], aliases={name: task.id})
            n_taken += 1
        except CatalogError as fault:
            assert "cannot be a name" in str(fault)
            continue
        assert catalog.get(name) == task
        assert catalog.query("MATCH (a:Alias {name: $name}) RETURN a.of AS of", name=name) == [{"of": task.id}]
    assert n_taken == len(catalog.names()) > 0
    assert {damage.kind for damage in fsck(catalog.place)} == set()


@pytest.mark.parametrize("text", HOSTILE)
def test_ids_labels_and_blobs_of_such_names_do_not_exist(catalog: Catalog, text: str) -> None:
    with pytest.raises(CatalogError):
        catalog.get(text)
    with pytest.raises(CatalogError, match="is no digest"):
        catalog.blobs.get(text)
    with pytest.raises(CatalogError, match="no relationship type"):
        catalog.neighbours("0" * 64, text)
    with pytest.raises(CatalogError):
        catalog.query(f"MATCH (n:`{text}`) RETURN n")
    assert len(catalog.events()) == 1


def test_nothing_on_the_terminal_steers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["stdcell", *words])
        with pytest.raises(SystemExit):
            main()
        printed = capsys.readouterr()
        return printed.out + printed.err

    place = str(tmp_path / "catalog")
    with Catalog(place) as catalog:
        catalog.add(tasks())
    said = run("query", "MATCH (t:Task) RETURN t.name, t.description", "--catalog", place)
    said += run("query", "MATCH (t:Task {name: 'a'}) RETURN t.\x1b[2J", "--catalog", place)
    said += run("catalog", "fsck", "--catalog", str(tmp_path / "\x1b]0;owned\x07"))
    assert "owned" in said
    assert not set(said) & {"\x1b", "\x07", "\x00", "\u202e"}
