"""Edits that an editor asks for: another name, and the text laid out."""

from __future__ import annotations

import pytest

from .editor import Editor, Refused


def renamed(editor: Editor, uri: str, place: str, new_name: str) -> str:
    """The document's text after a rename; the last edit is made first, so that places stay right."""
    answer = editor.request("textDocument/rename", {**editor.at(uri, place), "newName": new_name})
    return applied(editor.texts[uri], answer["changes"][uri])


def applied(text: str, edits: list[dict[str, object]]) -> str:
    lines = text.split("\n")
    for edit in sorted(edits, key=str, reverse=True):
        match edit:
            case {"range": {"start": {"line": row, "character": start}, "end": {"character": stop}}, "newText": new}:
                lines[row] = lines[row][:start] + str(new) + lines[row][stop:]
    return "\n".join(lines)


def test_a_name_is_changed_wherever_the_document_has_it(editor: Editor, checksum: str) -> None:
    changed = renamed(editor, checksum, "checksum(xs", "digest")
    assert changed == editor.texts[checksum].replace("checksum(", "digest(")


def test_a_parameter_is_changed_in_contract_and_body(editor: Editor, checksum: str) -> None:
    changed = renamed(editor, checksum, "xs, 0", "digits")
    assert changed == editor.texts[checksum].replace("xs", "digits")


def test_the_local_name_of_a_cell_is_changed(editor: Editor, checksum: str) -> None:
    changed = renamed(editor, checksum, "add;", "plus")
    assert changed == editor.texts[checksum].replace(" add;", " plus;").replace("(add,", "(plus,")


@pytest.mark.parametrize(
    ("place", "new_name", "message"),
    [
        ("checksum(xs", "def", "'def' is a word of the language; choose another name"),
        ("checksum(xs", "9lives", "'9lives' cannot be a name: expected letters, digits and '_', no digit first"),
        ("checksum(xs", "", "'' cannot be a name: expected letters, digits and '_', no digit first"),
        ("checksum(xs", "fold", "'fold' is built in; choose another name"),
        ("fold(", "step", "'fold' is built in"),
        ("return", "give", "'return' is a word of the language"),
        ("sort(ys", "order", "'sort' is defined in stdcell/sort.cell: rename it there"),
    ],
)
def test_a_rename_that_cannot_be_says_why(
    editor: Editor, checksum: str, place: str, new_name: str, message: str
) -> None:
    with pytest.raises(Refused) as refused:
        renamed(editor, checksum, place, new_name)
    assert refused.value.error == {"code": -32803, "message": message}


@pytest.mark.parametrize(("place", "new_name"), [("checksum(xs", "main"), ("total;", "xs"), ("total;", "checksum")])
def test_a_name_that_is_taken_is_refused(editor: Editor, checksum: str, place: str, new_name: str) -> None:
    with pytest.raises(Refused, match=f"'{new_name}' is taken: it is defined at "):
        renamed(editor, checksum, place, new_name)


def test_two_functions_may_use_one_name_for_their_own(editor: Editor) -> None:
    text = "def f(a: int) -> int { return a; }\ndef g(b: int) -> int { return b; }\n"
    assert renamed(editor, editor.open("own.cell", text), "b: int", "a") == text.replace("b", "a")


def test_the_catalogs_name_of_a_cell_is_not_changed(editor: Editor) -> None:
    uri = editor.open("direct.cell", "use circuit add_mod_37;\nmain(x: int 0..36) = add_mod_37(x, x);\n")
    with pytest.raises(Refused, match="is the catalog's name: write `use … add_mod_37 as another_name`"):
        renamed(editor, uri, "add_mod_37(", "plus")


def test_before_a_rename_the_name_is_shown(editor: Editor, checksum: str) -> None:
    found = editor.request("textDocument/prepareRename", editor.at(checksum, "checksum(xs"))
    assert found == {
        "range": {"start": {"line": 5, "character": 4}, "end": {"line": 5, "character": 12}},
        "placeholder": "checksum",
    }


def test_there_is_nothing_to_rename_in_a_comment(editor: Editor, checksum: str) -> None:
    assert editor.request("textDocument/prepareRename", editor.at(checksum, "Adds up")) is None


def formatted(editor: Editor, uri: str) -> list[dict[str, object]]:
    options = {"tabSize": 4, "insertSpaces": True}
    edits: list[dict[str, object]] = editor.request(
        "textDocument/formatting", {"textDocument": {"uri": uri}, "options": options}
    )
    return edits


def test_formatting_is_one_edit_of_the_whole_document(editor: Editor) -> None:
    uri = editor.open("loose.cell", "a   =  1 ;\n")
    (edit,) = formatted(editor, uri)
    assert edit == {
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}},
        "newText": "a = 1;\n",
    }


def test_a_document_that_does_not_parse_is_left_as_it_is(editor: Editor) -> None:
    assert formatted(editor, editor.open("unfinished.cell", "a   =  ( ;\n")) == []


def test_a_document_in_order_needs_no_edit(editor: Editor) -> None:
    assert formatted(editor, editor.open("tidy.cell", "a = 1;\n")) == []
