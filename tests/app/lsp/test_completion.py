"""What an editor offers while a program is typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .editor import Editor

HEAD = "type Digit = int 0..36;\n# Twice.\ndef double(x: seq[Digit]) -> seq[int] { y = x; return x + y; }\n"


def offered(editor: Editor, name: str, text: str) -> dict[str, dict[str, Any]]:
    """What is offered at the end of a new document, by label."""
    uri = editor.open(name, text)
    found = editor.request("textDocument/completion", editor.at(uri, text, behind=True))
    return {item["label"]: item for item in found["items"]}


def test_cells_of_the_catalog_are_offered_with_their_contract(editor: Editor) -> None:
    item = offered(editor, "cells.cell", "use circuit add")["add_mod_37"]
    assert item["detail"] == "circuit (a: int 0..36, b: int 0..36) -> int 0..36"
    assert item["documentation"]["value"] == "```cell\nensures result == (a + b) mod 37\n```"
    assert item["textEdit"]["range"]["start"] == {"line": 0, "character": 12}


def test_only_cells_of_the_kind_are_offered(editor: Editor) -> None:
    assert list(offered(editor, "formulas.cell", "use formula ")) == []
    assert "add_mod_37" not in offered(editor, "programs.cell", "use program ")


def test_programs_come_from_the_library_the_folder_and_the_catalog(editor: Editor, workspace: Path) -> None:
    (workspace / "neighbour.cell").write_text("def f(x) { return x; }\n")
    found = offered(editor, "use.cell", "use program ")
    assert {"stdcell/sort", "neighbour.cell", "twice"} <= found.keys()
    assert found["neighbour.cell"]["textEdit"]["newText"] == '"neighbour.cell"'


def test_a_begun_path_is_replaced_whole(editor: Editor) -> None:
    item = offered(editor, "path.cell", 'use program "stdcell/s')["stdcell/sort"]
    assert item["textEdit"]["newText"] == "stdcell/sort"
    assert item["textEdit"]["range"]["start"] == {"line": 0, "character": 13}


def test_the_names_of_an_imported_program_are_offered(editor: Editor) -> None:
    item = offered(editor, "names.cell", 'use program "stdcell/sort" (')["sort"]
    assert item["detail"].startswith("sort(keys: ")


def test_names_builtins_and_words_are_offered_in_an_expression(editor: Editor) -> None:
    found = offered(editor, "expression.cell", HEAD + "a = dou")
    assert {"double", "selector_width", "if", "indices"} <= found.keys()
    assert found["double"]["documentation"]["value"].endswith("Twice.")
    assert found["selector_width"]["documentation"]["value"].startswith("**selector_width**: built in")


def test_names_of_another_function_are_not_offered(editor: Editor) -> None:
    found = offered(editor, "foreign.cell", HEAD + "a = ")
    assert {"x", "y"} & found.keys() == set()


def test_names_of_the_function_that_is_being_written_are_offered(editor: Editor) -> None:
    assert {"first", "z"} <= offered(editor, "own.cell", "def f(first: seq[int]) { z = first; return z + ").keys()


@pytest.mark.parametrize("begun", ["def f(x: seq[", "type Other = ", "def f(x) -> "])
def test_only_types_are_offered_where_only_a_type_can_stand(editor: Editor, begun: str) -> None:
    found = offered(editor, "types.cell", HEAD + begun)
    assert list(found) == ["Digit", "bool", "int", "real", "token", "vector", "seq"]


@pytest.mark.parametrize("text", ["# see so", 'a = tokens == "so'])
def test_nothing_is_offered_in_comments_and_tokens(editor: Editor, text: str) -> None:
    assert offered(editor, "quiet.cell", text) == {}


def test_a_blank_offers_nothing_by_itself_except_after_use(editor: Editor) -> None:
    uri = editor.open("blank.cell", "use circuit ")
    typed = {"context": {"triggerKind": 2, "triggerCharacter": " "}}
    found = editor.request("textDocument/completion", {**editor.at(uri, "circuit ", behind=True), **typed})
    assert [item["label"] for item in found["items"]] == ["add_mod_37"]
    editor.change(uri, "a = ")
    found = editor.request("textDocument/completion", {**editor.at(uri, "a = ", behind=True), **typed})
    assert found["items"] == []


def test_rasp_files_are_offered_without_their_ending(editor: Editor, workspace: Path) -> None:
    (workspace / "beside.rasp").write_text("b = 1;\n")
    uri = editor.open("loading.rasp", 'load "', "rasp")
    found = editor.request("textDocument/completion", editor.at(uri, 'load "', behind=True))
    assert "beside" in [item["label"] for item in found["items"]]


def test_rasp_offers_its_own_words(editor: Editor) -> None:
    uri = editor.open("words.rasp", "x = 1;\ny = ", "rasp")
    found = editor.request("textDocument/completion", editor.at(uri, "y = ", behind=True))
    labels = {item["label"] for item in found["items"]}
    assert {"x", "for", "load", "full_s", "mark_last_instance"} <= labels
    assert {"ensures", "use"} & labels == set()
