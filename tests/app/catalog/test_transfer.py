"""`catalog push`, `pull`, `export` and `import` as their user sees them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell.app.cli import main
from stdcell.catalog import Catalog, Circuit

Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands run in, with a catalog of two circuits in `catalog`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)
    with Catalog("catalog") as catalog:
        blob = catalog.blobs.put(b"weights")
        for name in ("adder", "doubler"):
            circuit = Circuit(name=name, blob=blob, config={}, n_edges=1, n_components=1, n_parameters=1)
            catalog.add(circuit, aliases={name: circuit.id})
    return tmp_path


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `stdcell catalog …`: the exit code, what was printed, and the last line of what was told besides."""

    def run(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["stdcell", "catalog", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, "".join(printed.err.strip().splitlines()[-1:])

    return run


def test_a_catalog_is_pushed_and_pulled(run: Run) -> None:
    code, out, _ = run("push", "other", "-q")
    assert (code, out) == (
        0,
        "pushed to other: 2 nodes, 0 relationships, 1 blob, 2 names\n"
        "new there: 2 nodes, 0 relationships, 1 blob, 2 name versions; 0.0 MB of blobs\n",
    )
    code, out, _ = run("pull", "other", "adder", "--catalog", "third", "--json")
    assert (code, json.loads(out)["new_nodes"]) == (0, 1)
    code, out, _ = run("pull", "other", "adder", "--catalog", "third", "-q")
    assert out.endswith("all of it was there already; nothing was written\n")
    with Catalog("third", create=False) as third:
        assert third.names() == ["adder"]


@pytest.mark.parametrize("name", ["a.tar", "a.zip", "a"])
def test_a_catalog_goes_through_a_file(name: str, run: Run) -> None:
    assert run("export", name, "doubler", "-q")[:2] == (
        0,
        f"exported to {name}: 1 node, 0 relationships, 1 blob, 1 name\n",
    )
    code, out, _ = run("import", name, "--catalog", "other", "-q")
    assert (code, out.splitlines()[0]) == (0, f"imported from {name}: 1 node, 0 relationships, 1 blob, 1 name")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["push", "http://host"], "error: no catalog behind http://; expected a folder, bolt:// or neo4j:// "),
        (["push", "bolt://me:secret@127.0.0.1:1"], "error: the server at bolt://127.0.0.1:1: Couldn't connect"),
        (["push", "bolt://h?blobs=gopher://h/b"], "error: gopher://h/b cannot hold blobs: Protocol not known: gopher"),
        (["push", "other", "ader"], "error: no cell named 'ader' among 2 names; did you mean 'adder'?"),
        (["push", "other", ""], "error: '' is no name; leave it out to move everything"),
        (["pull", "nowhere"], "error: no catalog at 'nowhere'; "),
        (["export", "catalog"], "error: there is already something at 'catalog'; give another name, or remove it"),
        (["export", "cells.rar"], "error: 'cells.rar' cannot be written as .rar; expected .tar, .zip, or a folder"),
        (["import", "nowhere.tar"], "error: there is no file or folder 'nowhere.tar'"),
        (["import", "catalog"], "error: 'catalog' holds "),
    ],
)
def test_a_fault_is_told_in_one_line(arguments: list[str], error: str, run: Run) -> None:
    code, out, told = run(*arguments, "-q")
    assert (code, out) == (1, "")
    assert told.startswith(error)
    assert "secret" not in told


def test_a_missing_blob_stops_a_push_before_any_node_is_written(place: Path, run: Run) -> None:
    (blob,) = (path for path in (place / "catalog" / "blobs").rglob("*") if path.is_file())
    blob.unlink()
    code, _, told = run("push", "other", "-q")
    assert (code, told.split(": ")[1]) == (1, "1 of 1 blobs cannot be read, so no node was written")
    with Catalog("other", create=False) as other:
        assert other.names() == []
