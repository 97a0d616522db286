"""What an editor shows of a name, and where it goes from it."""

from __future__ import annotations

from pathlib import Path

import pytest

import stdcell.library

from .editor import Editor

LIBRARY = Path(stdcell.library.__file__).parent


def hover(editor: Editor, uri: str, text: str) -> str:
    shown: str = editor.request("textDocument/hover", editor.at(uri, text))["contents"]["value"]
    return shown


def test_hovering_a_function_shows_its_type_contract_and_comment(editor: Editor, checksum: str) -> None:
    assert hover(editor, checksum, "checksum(sort") == (
        "**checksum**: function\n\n"
        "```cell\nchecksum(xs: seq[Digit]) -> Digit\n    ensures result == sum(xs) mod 37\n```\n\n"
        "Adds up digits.\nThe order does not matter."
    )


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("add, xs", "ensures result == (a + b) mod 37"),
        ("sort(ys", "ensures permutation(result, keys)"),
        ("ys)", "ys: seq["),
        ("total =", "total: int"),
        ("Digit =", "int 0..36"),
        ("fold(", "**fold**: built in"),
    ],
)
def test_hovering_a_name_shows_what_is_known_of_it(editor: Editor, checksum: str, place: str, shown: str) -> None:
    assert shown in hover(editor, checksum, place)


def test_the_shown_range_is_the_name(editor: Editor, checksum: str) -> None:
    found = editor.request("textDocument/hover", editor.at(checksum, "checksum(xs", behind=False))
    assert found["range"] == {"start": {"line": 5, "character": 4}, "end": {"line": 5, "character": 12}}


@pytest.mark.parametrize("place", ["Adds", "37\n{", "\n{"])
def test_hovering_what_is_no_name_shows_nothing(editor: Editor, checksum: str, place: str) -> None:
    assert editor.request("textDocument/hover", editor.at(checksum, place)) is None


@pytest.mark.parametrize(
    ("place", "line", "character"),
    [("xs) mod", 5, 13), ("total;", 8, 4), ("add, xs", 0, 26), ("Digit])", 2, 5), ("checksum(sort", 5, 4)],
)
def test_a_name_leads_to_where_it_is_defined(
    editor: Editor, checksum: str, place: str, line: int, character: int
) -> None:
    found = editor.request("textDocument/definition", editor.at(checksum, place))
    assert (found["uri"], found["range"]["start"]) == (checksum, {"line": line, "character": character})


def test_an_imported_name_leads_into_its_file(editor: Editor, checksum: str) -> None:
    found = editor.request("textDocument/definition", editor.at(checksum, "sort(ys"))
    lines = (LIBRARY / "sort.cell").read_text().splitlines()
    start = found["range"]["start"]
    assert found["uri"] == (LIBRARY / "sort.cell").as_uri()
    assert lines[start["line"]][start["character"] :].startswith("sort(")


def test_a_name_of_the_library_of_rasp_leads_into_it(editor: Editor) -> None:
    uri = editor.open("original.rasp", "a = shift(tokens, 1, 0);\n", "rasp")
    assert "shift(sequence, distance, filler)" in hover(editor, uri, "shift")
    found = editor.request("textDocument/definition", editor.at(uri, "shift"))
    assert found["uri"] == (LIBRARY / "rasp.rasp").as_uri()


def test_the_name_of_an_imported_file_leads_to_it(editor: Editor, checksum: str) -> None:
    found = editor.request("textDocument/definition", editor.at(checksum, "stdcell/sort"))
    assert (found["uri"], found["range"]["start"]["line"]) == ((LIBRARY / "sort.cell").as_uri(), 0)


def test_a_definition_behind_an_emoji_is_found(editor: Editor) -> None:
    uri = editor.open("behind.cell", 'word = tokens == "😀"; other = indices if word else 0;\n')
    found = editor.request("textDocument/definition", editor.at(uri, "word else"))
    assert found["range"]["start"] == {"line": 0, "character": 0}


def test_every_place_that_reads_a_name_is_listed(editor: Editor, checksum: str) -> None:
    asked = {**editor.at(checksum, "xs: seq"), "context": {"includeDeclaration": True}}
    found = editor.request("textDocument/references", asked)
    assert [(one["range"]["start"]["line"], one["range"]["start"]["character"]) for one in found] == [
        (5, 13),
        (6, 26),
        (8, 22),
    ]


def test_the_outline_holds_definitions_with_what_only_they_see(editor: Editor, checksum: str) -> None:
    outline = editor.request("textDocument/documentSymbol", {"textDocument": {"uri": checksum}})
    assert [(node["name"], [child["name"] for child in node["children"]]) for node in outline] == [
        ("add", []),
        ("Digit", []),
        ("checksum", ["xs", "total"]),
        ("main", ["ys"]),
    ]
