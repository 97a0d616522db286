"""The server as a process: what it can do, what it does with nonsense, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Task

from .conftest import CHECKSUM, fill
from .editor import Editor, Refused


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor that counts in UTF-8 and has a catalog named that is not there."""
    general = {"positionEncodings": ["utf-8", "utf-16"]}
    editor = Editor(tmp_path_factory.mktemp("lonely"), "--catalog", "mine", capabilities={"general": general})
    yield editor
    editor.close()


def test_it_says_what_it_can_do(editor: Editor) -> None:
    capabilities = editor.server["capabilities"]
    provided = {name for name in capabilities if name.endswith("Provider") and capabilities[name]}
    assert editor.server["serverInfo"]["name"] == "stdcell"
    assert provided >= {
        "completionProvider",
        "definitionProvider",
        "documentFormattingProvider",
        "documentSymbolProvider",
        "hoverProvider",
        "referencesProvider",
        "renameProvider",
    }


def test_a_request_with_malformed_parameters_is_answered_with_an_error(editor: Editor) -> None:
    with pytest.raises(Refused) as refused:
        editor.request("textDocument/hover", {"text": 1})
    assert refused.value.error == {"code": -32602, "message": "Invalid Params"}


def test_a_request_that_it_does_not_know_is_answered_with_an_error(editor: Editor) -> None:
    with pytest.raises(Refused) as refused:
        editor.request("textDocument/telepathy", {})
    assert refused.value.error["code"] == -32601


def test_it_survives_what_is_no_message(editor: Editor, checksum: str) -> None:
    editor.send(b"{no json")
    assert editor.request("textDocument/hover", editor.at(checksum, "fold(")) is not None


def test_a_document_that_is_not_open_is_answered_with_nothing(editor: Editor) -> None:
    place = {"textDocument": {"uri": "file:///nowhere.cell"}, "position": {"line": 0, "character": 0}}
    assert editor.request("textDocument/hover", place) is None


def test_a_place_beyond_the_text_is_answered_with_nothing(editor: Editor, checksum: str) -> None:
    place = {"textDocument": {"uri": checksum}, "position": {"line": 999, "character": 999}}
    assert editor.request("textDocument/hover", place) is None


def test_columns_count_the_units_that_the_editor_wants(lonely: Editor) -> None:
    uri = lonely.open("emoji.cell", 'a = tokens == "😀" and lenght == 1;\n')
    assert lonely.diagnostics(uri)[-1]["range"]["start"] == {"line": 0, "character": 25}


def test_an_unknown_catalog_is_a_fault_at_the_cell_and_the_rest_goes_on(lonely: Editor) -> None:
    uri = lonely.open("unknown.cell", CHECKSUM)
    (told,) = lonely.diagnostics(uri)
    assert told["message"].startswith("no catalog at 'mine'; ")
    assert lonely.request("textDocument/hover", lonely.at(uri, "fold(")) is not None
    lonely.change(uri, "use circuit ")
    found = lonely.request("textDocument/completion", lonely.at(uri, "use circuit ", behind=True))
    assert found["items"] == []


def test_a_catalog_that_is_made_and_written_while_the_editor_is_open_is_seen(lonely: Editor) -> None:
    uri = lonely.open("later.cell", CHECKSUM)
    assert len(lonely.diagnostics(uri)) == 1
    fill(lonely.folder / "mine")
    lonely.change(uri, CHECKSUM + "\n")
    assert lonely.diagnostics(uri) == []
    with Catalog(lonely.folder / "mine", create=False) as catalog:
        catalog.add(Task(name="late", description="written while the server has read the catalog"))


def test_without_a_catalog_it_serves_and_ends_in_order(tmp_path: Path) -> None:
    editor = Editor(tmp_path)
    (told,) = editor.diagnostics(editor.open("a.cell", CHECKSUM))
    assert "no catalog is open to find the circuit 'add_mod_37' in" in told["message"]
    assert (editor.close(), editor.log) == (0, "")
