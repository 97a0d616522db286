"""The interactive reader's terminal: completion, several lines to an item, history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from stdcell.app.repl.commands import obey
from stdcell.app.repl.completion import Completions
from stdcell.app.repl.reader import Reader
from stdcell.app.repl.terminal import Terminal, history_file
from stdcell.catalog import Catalog, Circuit


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parts.rasp").touch()
    (tmp_path / "part.cell").touch()
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "other.rasp").touch()
    return tmp_path


def completed(reader: Reader, text: str) -> list[str]:
    found = Completions(reader).get_completions(Document(text), CompleteEvent())
    return [text[: len(text) + one.start_position] + one.text for one in found]


@pytest.mark.parametrize(
    ("dialect", "typed", "texts"),
    [
        ("rasp", ":t", [":trace", ":type"]),
        ("rasp", "selector_w", ["selector_width"]),
        ("rasp", "a = tokens_i", ["a = tokens_int"]),
        ("rasp", "a = histo", ["a = histogram"]),
        ("rasp", ":draw histo", [":draw histogram"]),
        ("rasp", "def f(x) { ret", ["def f(x) { return"]),
        ("rasp", "show e", ["show example"]),
        ("rasp", "examples of", ["examples off"]),
        ("rasp", 'load "par', ['load "partners/', 'load "parts']),
        ("rasp", 'load "partners/', ['load "partners/other']),
        ("rasp", 'a = "sel', []),
        ("rasp", 'a = "x"; # sel', []),
        (
            "rasp",
            'a = "x" in toke',
            [f'a = "x" in tokens{kind}' for kind in ("", "_asis", "_bool", "_float", "_int")]
            + ['a = "x" in tokens_str'],
        ),
        ("cell", "use c", ["use circuit"]),
        ("cell", "use circuit ", []),
        ("cell", 'use program "stdcell/hi', ['use program "stdcell/histogram']),
        ("cell", 'use program "part.', ['use program "part.cell']),
        ("cell", "show e", []),
    ],
)
def test_what_is_typed_is_completed(folder: Path, dialect: str, typed: str, texts: list[str]) -> None:
    reader = Reader(dialect, None, obey)
    reader.session.run("histogram = 1;")
    assert completed(reader, typed) == texts


def test_cells_are_completed_out_of_the_catalog(folder: Path) -> None:
    with Catalog(folder / "catalog") as catalog:
        blob = catalog.blobs.put(b"weights")
        circuit = Circuit(name="add_mod_37", blob=blob, config={}, n_edges=1, n_components=1, n_parameters=1)
        catalog.add([circuit], [], {"adder": circuit.id})
        reader = Reader("cell", catalog, obey)
        assert completed(reader, "use circuit a") == ["use circuit adder"]
        assert completed(reader, "use formula a") == []


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PipeInput]:
    """The keys of a terminal without a screen."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("indices;\r", "indices;"),
        ("indices +\r1;\r", "indices +\n1;"),
        ("def f(x) {\rreturn x;\r}\r", "def f(x) {\nreturn x;\n}"),
        (":type indices +\r", ":type indices +"),
        ("exit\r", "exit"),
        ("for in\r", "for in"),
    ],
)
def test_enter_goes_on_until_the_item_is_complete(keys: PipeInput, typed: str, text: str) -> None:
    reader = Reader("rasp", None, obey)
    keys.send_text(typed)
    assert Terminal(reader).read(reader) == text


def test_the_next_terminal_remembers_what_was_typed(keys: PipeInput) -> None:
    reader = Reader("rasp", None, obey)
    keys.send_text("indices;\r")
    Terminal(reader).read(reader)
    assert "+indices;" in history_file().read_text(encoding="utf-8")


def test_a_history_that_cannot_be_kept_does_not_matter(keys: PipeInput, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder would be", encoding="utf-8")
    reader = Reader("rasp", None, obey)
    keys.send_text("indices;\r")
    assert Terminal(reader).read(reader) == "indices;"


def test_keys_that_cancel_and_end_are_told_apart(keys: PipeInput) -> None:
    reader = Reader("rasp", None, obey)
    terminal = Terminal(reader)
    keys.send_text("nosuch\x03")
    with pytest.raises(KeyboardInterrupt):
        terminal.read(reader)
    keys.send_text("\x04")
    with pytest.raises(EOFError):
        terminal.read(reader)
