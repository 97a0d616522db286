"""What an editor is told of its documents, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from .editor import Editor

SIMPLE = "a = indices + 1;\n"


def rows(diagnostics: list[dict[str, object]]) -> list[object]:
    """The ranges alone."""
    return [diagnostic["range"] for diagnostic in diagnostics]


def on(line: int, start: int, stop: int) -> dict[str, dict[str, int]]:
    """A range within one line."""
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": stop}}


def test_a_program_that_uses_a_cell_of_the_catalog_has_no_fault(editor: Editor, checksum: str) -> None:
    assert editor.diagnostics(checksum) == []


def test_every_fault_is_told_with_its_hint_on_a_line_of_its_own(editor: Editor) -> None:
    uri = editor.open("faults.cell", "a = selector_width(tokens);\nb = lenght + 1;\n")
    found = editor.diagnostics(uri)
    assert rows(found) == [on(0, 19, 25), on(1, 4, 10)]
    assert found[1]["message"].endswith("\nhint: did you mean 'length'?")
    assert {(one["severity"], one["source"]) for one in found} == {(1, "stdcell")}


def test_a_change_is_judged_by_its_newest_text(editor: Editor) -> None:
    uri = editor.open("changed.cell", SIMPLE)
    assert editor.diagnostics(uri) == []
    editor.change(uri, "a = indicse;\n")
    assert rows(editor.diagnostics(uri)) == [on(0, 4, 11)]
    editor.change(uri, SIMPLE)
    assert editor.diagnostics(uri) == []


def test_a_burst_of_edits_ends_with_the_faults_of_the_last_one(editor: Editor) -> None:
    uri = editor.open("burst.cell", SIMPLE)
    editor.diagnostics(uri)
    for length in range(60):
        editor.change(uri, "a = unknown" + "n" * length + ";\n")
    assert rows(editor.diagnostics(uri)) == [on(0, 4, 70)]
    versions = [told["params"]["version"] for told in editor.published if told["params"]["uri"] == uri]
    assert versions == sorted(versions)


def test_columns_count_utf_16_units(editor: Editor) -> None:
    uri = editor.open("emoji.cell", 'a = tokens == "😀" and lenght == 1;\n')
    assert rows(editor.diagnostics(uri))[-1] == on(0, 23, 29)


def test_a_tab_is_one_column(editor: Editor) -> None:
    uri = editor.open("tab.cell", "a =\t\tlenght;\n")
    assert rows(editor.diagnostics(uri)) == [on(0, 5, 11)]


def test_lines_may_end_as_on_windows(editor: Editor) -> None:
    uri = editor.open("windows.cell", "a = 1;\r\nb = lenght;\r\n")
    assert rows(editor.diagnostics(uri)) == [on(1, 4, 10)]


@pytest.mark.parametrize(
    "text",
    ["def f(", "}}}}", '"', "use", "main(xs: seq[", "a = ((((", "\x00\x01", "\ud83d", "def def def;", "type = = ;"],
)
def test_a_text_that_is_no_program_has_faults_and_does_no_harm(editor: Editor, text: str) -> None:
    uri = editor.open("broken.cell", text)
    assert editor.diagnostics(uri) != []
    editor.request("textDocument/hover", editor.at(uri, text))
    editor.request("textDocument/completion", editor.at(uri, text, behind=True))
    assert editor.messages == []


def test_a_huge_line_is_judged(editor: Editor) -> None:
    uri = editor.open("huge.cell", "a = [" + ", ".join(["1"] * 5_000) + "] + lenght;\n")
    assert rows(editor.diagnostics(uri))[-1] == on(0, 15_007, 15_013)


def test_a_deeply_nested_text_is_judged(editor: Editor) -> None:
    uri = editor.open("deep.cell", "a = " + "(" * 5_000 + "1" + ")" * 5_000 + ";\nb = lenght;\n")
    assert rows(editor.diagnostics(uri))[-1] == on(1, 4, 10)


def test_a_rasp_file_is_read_as_rasp(editor: Editor) -> None:
    uri = editor.open("original.rasp", 'a = 1 if True else 2;\nset example "abc"\na;\n', "rasp")
    assert editor.diagnostics(uri) == []


def test_a_file_of_another_kind_is_told_so_once(editor: Editor) -> None:
    uri = editor.open("notes.txt", "remember the milk", "plaintext")
    (told,) = editor.diagnostics(uri)
    assert told["message"].endswith("is no program: expected a file that ends in .cell or .rasp")
    assert told["severity"] == 2


def test_a_document_without_a_file_is_of_the_language_that_the_editor_says(editor: Editor) -> None:
    document = {"uri": "untitled:Untitled-1", "languageId": "cell", "version": 1, "text": "a = lenght;"}
    editor.notify("textDocument/didOpen", {"textDocument": document})
    assert rows(editor.next_published("untitled:Untitled-1")) == [on(0, 4, 10)]


def test_closing_a_document_takes_its_faults_back(editor: Editor) -> None:
    uri = editor.open("closed.cell", "a = lenght;\n")
    assert len(editor.diagnostics(uri)) == 1
    editor.shut(uri)
    assert editor.next_published(uri) == []


def test_a_fault_of_an_imported_file_is_shown_at_the_import_and_in_that_file(editor: Editor, workspace: Path) -> None:
    (workspace / "part.cell").write_text("def f(x: int) -> int { return x + y; }\n")
    uri = editor.open("whole.cell", '# imports\nuse program "part.cell" (f);\nmain(x: int) = f(x);\n')
    (told,) = editor.diagnostics(uri)
    assert told["range"]["start"]["line"] == 1
    assert told["message"].startswith(f"{workspace / 'part.cell'}:1:35: ")
    assert told["relatedInformation"][0]["location"] == {
        "uri": (workspace / "part.cell").as_uri(),
        "range": on(0, 34, 35),
    }
    (there,) = editor.next_published((workspace / "part.cell").as_uri())
    assert there["range"] == on(0, 34, 35)
    assert there["relatedInformation"][0]["location"]["uri"] == uri


def test_a_file_that_is_mended_on_the_disk_is_read_again(editor: Editor, workspace: Path) -> None:
    (workspace / "mended.cell").write_text("def f(x: int) -> int { return x + y; }\n")
    uri = editor.open("importing.cell", 'use program "mended.cell" (f);\nmain(x: int) = f(x);\n')
    assert len(editor.diagnostics(uri)) == 1
    (workspace / "mended.cell").write_text("def f(x: int) -> int { return x + x; }\n")
    editor.notify("textDocument/didSave", {"textDocument": {"uri": (workspace / "mended.cell").as_uri()}})
    assert editor.next_published(uri) == []
    assert editor.next_published((workspace / "mended.cell").as_uri()) == []
