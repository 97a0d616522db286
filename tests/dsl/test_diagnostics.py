"""Malformed programs by example, each with every fault it is told of; faults of imported files; faults as shown.

`faults.cell.txt` and `faults.rasp.txt` hold the examples: `## name`, the program, and a line `-- line:column message`
for each fault (or, of a program without faults, for each warning), with its hint below.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stdcell.dsl import parse
from stdcell.dsl.analysis import analyse
from stdcell.errors import LanguageError, Source

HERE = Path(__file__).parent
TOLD = re.compile(r"-- (\d+):(\d+) (.*)\n(?:--   hint: (.*)\n)?")


def examples(dialect: str) -> list[tuple[str, str, str]]:
    """Name, program and what is told of it."""
    found = re.split(r"(?m)^## ", (HERE / f"faults.{dialect}.txt").read_text(encoding="utf-8"))[1:]
    parts = [(*example.split("\n", 1)[:1], example.split("\n", 1)[1]) for example in found]
    return [(name, *re.split(r"(?m)^(?=-- )", rest, maxsplit=1)) for name, rest in parts]


EXAMPLES = [(dialect, *example) for dialect in ("cell", "rasp") for example in examples(dialect)]


def test_there_are_hundreds_of_examples() -> None:
    assert len(EXAMPLES) > 300


@pytest.mark.parametrize(
    ("dialect", "program", "told"),
    [(dialect, program, told) for dialect, _, program, told in EXAMPLES],
    ids=[f"{dialect}-{name}" for dialect, name, _, _ in EXAMPLES],
)
def test_a_malformed_program_is_told_all_its_faults(dialect: str, program: str, told: str) -> None:
    found = analyse(Source(program), dialect=dialect)
    assert [
        (str(fault.span.line), str(fault.span.column), fault.message, fault.hint or "")
        for fault in found.faults or found.warnings
    ] == TOLD.findall(told)


CHARACTERS = [
    ("\ufeffa = 3;", 1, 1, r"unexpected character '\ufeff'", "save the file without a byte order mark"),
    ("a\u00a0= 3;", 1, 2, r"unexpected character '\xa0'", "write a plain space"),
    ("a = 3\u200b;", 1, 6, r"unexpected character '\u200b'", "leave out this invisible character"),
    ("a = 1;\r\nb = lenght;\r\n", 2, 5, "unknown name 'lenght'", "did you mean 'length'?"),
    ("a = (1;\r\n", 1, 7, "expected ')', found ';'", "close the parenthesis with ')'"),
    ("a = 1\r\nb = 2;\r\n", 1, 6, "expected ';' or an operator, found 'b' on line 2", "end the statement with ';'"),
    ("\tdef f(x) {\treturn x\t}", 1, 22, "expected ';', found '}'", "end the statement with ';'"),
    ("\x7fELF\x02\x00\x00\x00\x00\x00;", 1, 1, "expected a program, found binary data", "a program is text"),
    ("%PDF-1.4\n%\u00e2;", 1, 1, "expected a program, found binary data", "a program is text"),
    ("a = \x00;", 1, 5, r"unexpected character '\x00'", None),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), CHARACTERS)
def test_a_character_that_cannot_be_seen_is_named(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text)
    first = fault.value
    assert (first.line, first.column, first.message, first.hint) == (line, column, message, hint)
    assert len(first.faults) == 1


INDEPENDENT = """\
use module x;
a = lenght;
b = (1 + 2;
type T = strng;
def f(x) { return x }
def g(x: int) -> int {
    y = x + 1;

c = True * 2;
d = select(tokens, ==);
e = "open;
h = f(1);
if a { h = 2; } else { h = 3; }
i = fold(lambda a, b: a + b, indices, 0);
j = g(2) + tokens[1:2];
k = indicess;
"""


def test_independent_faults_are_all_told_in_the_order_of_the_text() -> None:
    with pytest.raises(LanguageError) as fault:
        parse(INDEPENDENT)
    assert [(found.span.line, found.span.column, found.message) for found in fault.value.faults] == [
        (1, 5, "unknown kind of cell 'module'"),
        (2, 5, "unknown name 'lenght'"),
        (3, 11, "expected ')', found ';'"),
        (4, 10, "unknown type 'strng'"),
        (5, 21, "expected ';', found '}'"),
        (7, 15, "expected a statement or 'return', found 'c' on line 9"),
        (9, 5, "'*' expects two numbers, found True and the number 2"),
        (10, 20, "expected an s-op for the queries, found '=='"),
        (11, 5, "a quoted token is not closed on its line"),
        (13, 1, "expected a statement, found 'if'"),
        (14, 17, "expected ')', ',' or an operator, found 'a'"),
        (15, 20, "expected ',' or ']', found ':'"),
        (16, 5, "unknown name 'indicess'"),
    ]


def test_a_fault_three_files_deep_shows_how_it_was_imported(tmp_path: Path) -> None:
    (tmp_path / "middle.cell").write_text('# the middle\nuse program "deep.cell" (deep);\nmiddle = deep(indices);\n')
    (tmp_path / "deep.cell").write_text("def deep(x) {\n    return x + lenght;\n}\n")
    top = Source('use program "middle.cell" (middle);\na = middle;\n', str(tmp_path / "top.cell"))
    with pytest.raises(LanguageError) as fault:
        parse(top)
    assert str(fault.value).replace(str(tmp_path), "…") == (
        "…/deep.cell:2:16: unknown name 'lenght'\n"
        "    return x + lenght;\n"
        "               ^^^^^^\n"
        "hint: did you mean 'length'?\n"
        'imported at …/middle.cell:2:1: use program "deep.cell" (deep);\n'
        'imported at …/top.cell:1:1: use program "middle.cell" (middle);'
    )


def test_a_syntax_fault_and_a_warning_of_a_loaded_file_show_how_it_was_loaded(tmp_path: Path) -> None:
    (tmp_path / "middle.rasp").write_text('load "deep";\n')
    (tmp_path / "deep.rasp").write_text("def deep(x) {\n  return x +;\n}\nb = -2 ^ 2;\n")
    found = analyse(Source('load "middle";\na = deep(1);\n', str(tmp_path / "top.rasp")), dialect="rasp")
    trail = '\nimported at …/middle.rasp:1:1: load "deep";\nimported at …/top.rasp:1:1: load "middle";'
    assert [str(one).replace(str(tmp_path), "…") for one in (*found.faults, *found.warnings)] == [
        "…/deep.rasp:2:13: expected an expression, found ';'\n"
        "  return x +;\n"
        "            ^\n"
        f"hint: a value is missing behind '+'{trail}",
        "…/deep.rasp:4:5: '-' is read before '^'\n"
        "b = -2 ^ 2;\n"
        "    ^^^^^^\n"
        f"hint: write (-2) ^ 2 for that, or -(2 ^ 2){trail}",
    ]


CIRCLES = [
    ("cell", 'use program "one.cell";\n', 'use program "two.cell";\n', 1, 13),
    ("rasp", 'load "one";\n', 'load "two";\n', 1, 6),
]


@pytest.mark.parametrize(("dialect", "two", "one", "line", "column"), CIRCLES)
def test_files_that_import_each_other_are_a_fault(
    tmp_path: Path, dialect: str, two: str, one: str, line: int, column: int
) -> None:
    (tmp_path / f"two.{dialect}").write_text(two)
    (tmp_path / f"one.{dialect}").write_text(one)
    with pytest.raises(LanguageError) as fault:
        parse(Source(one, str(tmp_path / f"one.{dialect}")), dialect=dialect)
    names = [str(tmp_path / f"{name}.{dialect}") for name in ("one", "two", "one")]
    assert (fault.value.message, fault.value.line, fault.value.column) == (
        f"the import runs in a circle: {' → '.join(names)}",
        line,
        column,
    )


def test_a_file_that_is_not_there_is_told_with_the_places_it_was_looked_for_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LanguageError) as fault:
        parse(Source('load "not_there";\na = not_there(1);', "top.rasp"), dialect="rasp")
    message = f"there is no file 'not_there.rasp' beside 'top.rasp' nor in {str(tmp_path)!r}"
    assert [(found.message, found.span.text) for found in fault.value.faults] == [(message, '"not_there"')]


def test_a_caret_stands_under_the_culprit_behind_tabs() -> None:
    with pytest.raises(LanguageError) as fault:
        parse("a = 1;\n\tb\t=\tlenght;")
    assert str(fault.value) == (
        "<program>:2:6: unknown name 'lenght'\n\tb\t=\tlenght;\n\t \t \t^^^^^^\nhint: did you mean 'length'?"
    )


def test_of_a_long_line_only_what_is_near_is_shown() -> None:
    with pytest.raises(LanguageError) as fault:
        parse("a = " + "indices + " * 60 + "lenght" + " + indices" * 60 + ";")
    place, line, caret, hint = str(fault.value).split("\n")
    assert place == "<program>:1:605: unknown name 'lenght'"
    assert (line[0], line[-1], len(line)) == ("…", "…", 162)
    assert line[caret.index("^") : caret.rindex("^") + 1] == "lenght"
    assert hint == "hint: did you mean 'length'?"
