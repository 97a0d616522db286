"""Programs in the canonical layout: nothing is lost, nothing moves twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.dsl.syntax import tree
from stdcell.dsl.syntax.formatting import format_text
from stdcell.dsl.syntax.layout import Document, lay_out
from stdcell.dsl.syntax.parser import parse_items
from stdcell.dsl.syntax.printer import TreePrinter
from stdcell.errors import LanguageError, Source

from .programs import PROGRAMS

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(path for folder in ("library", "examples") for path in (ROOT / folder).rglob("*.*"))
SHIPPED_PROGRAMS = [path for path in SHIPPED if path.suffix in (".cell", ".rasp")]

TOKEN = re.compile(r"""#[^\n]*|"[^"\n]*"|'[^'\n]*'|\w+(?:\.\d+)?|->|\.\.|>>|[=!<>]=|\S""")
BLANKS = st.sampled_from([" ", " ", "  ", "\t", "\n", "\n\n", "\r\n", "\n\n\n", "\n    "])
COMMENTS = st.sampled_from(["#", "# it's", '#"', "# a; b", "#{", "# )", "# ends here  ", "#\t}", "## x = [1,"])


class GenerousPrinter(TreePrinter):
    """Puts every expression in parentheses."""

    def expression(self, expression: tree.Expr, least: int = 0, is_last: bool = True) -> Document:
        return ("(", super().expression(expression, least, is_last), ")")


def comments_of(text: str) -> list[str]:
    return [token.rstrip() for token in TOKEN.findall(text) if token.startswith("#")]


@st.composite
def gaps(draw: st.DrawFn, density: int) -> str:
    """What may stand between two tokens."""
    n_comments = draw(st.integers(0, 2)) if draw(st.integers(0, density)) == 0 else 0
    comments = [draw(BLANKS) + draw(COMMENTS) + str(draw(st.integers(0, 99))) + "\n" for _ in range(n_comments)]
    return "".join(comments) + draw(BLANKS)


@st.composite
def written_programs(draw: st.DrawFn) -> tuple[str, str]:
    """A dialect, and a program with blanks, comments and parentheses wherever they may stand."""
    dialect, items = draw(PROGRAMS)
    printer = draw(st.sampled_from([TreePrinter, GenerousPrinter]))(dialect)
    density = draw(st.sampled_from([1, 5, 30]))
    text = draw(gaps(density))
    for item in items:
        printed = lay_out(printer.item(item))
        if isinstance(item, tree.Command):
            text += printed + draw(st.sampled_from(["\n", " # said\n", "  # said \r\n\r\n"])) + draw(gaps(density))
        else:
            text += "".join(token + draw(gaps(density)) for token in TOKEN.findall(printed))
    return dialect, text


@given(written_programs())
@settings(max_examples=100, deadline=5000, derandomize=True)
def test_formatting_keeps_the_tree_and_every_comment_in_order(program: tuple[str, str]) -> None:
    dialect, text = program
    formatted = format_text(Source(text), dialect)
    assert parse_items(Source(formatted), dialect) == parse_items(Source(text), dialect)
    assert comments_of(formatted) == comments_of(text)


@given(written_programs())
@settings(max_examples=100, deadline=5000, derandomize=True)
def test_what_is_formatted_stays_as_it_is(program: tuple[str, str]) -> None:
    dialect, text = program
    formatted = format_text(Source(text), dialect)
    assert format_text(Source(formatted), dialect) == formatted
    assert not [line for line in formatted.split("\n") if line != line.rstrip(" \t")]


def formatted(text: str, dialect: str = "cell") -> str:
    return format_text(Source(text), dialect)


@pytest.mark.parametrize("path", SHIPPED_PROGRAMS, ids=lambda path: path.name)
def test_the_programs_that_we_ship_are_formatted(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(text, path.suffix[1:]) == text


BEFORE_A_STATEMENT = ("# one\n  # two\n\n\nx=1;", "# one\n# two\n\nx = 1;\n")
BEHIND_A_STATEMENT = ("x=1;# one\ny=2 ; # two", "x = 1;  # one\ny = 2;  # two\n")
IN_AN_EXPRESSION = ("x=1+ # one\n2; # two", "# one\nx = 1 + 2;  # two\n")
BEFORE_THE_END = ("x=1 # one\n;", "# one\nx = 1;\n")
IN_A_LIST = (
    "x=f([ # one\n1, # two\n# three\n2\n# four\n]);",
    "x = f(\n    [  # one\n        1,  # two\n        # three\n        2\n        # four\n    ]\n);\n",
)
BEFORE_A_COMMA = ("x=[1 # one\n,2 # two\n];", "x = [\n    1,  # one\n    2  # two\n];\n")
IN_AN_ELEMENT = ("x=[1,2+ # one\n3];", "x = [\n    1,\n    # one\n    2 + 3\n];\n")
IN_A_TABLE = ("x={1: 2, # one\n3: 4 # two\n};", "x = {\n    1: 2,  # one\n    3: 4  # two\n};\n")
IN_LOGIC = ("x=a # one\nand b # two\nor c;", "x =\n    a  # one\n        and b  # two\n    or c;\n")
WITHOUT_ARGUMENTS = ("x=f( # one\n);", "x = f(  # one\n);\n")
OVERTAKEN = ("x=[1, # one\n2]+ # two\n3;", "# one\n# two\nx = [1, 2] + 3;\n")
IN_A_DEFINITION = (
    "def f(x, # one\ny) # two\n# three\nrequires x # four\n{ # five\n# six\nreturn x; # seven\n# eight\n} # nine",
    "def f(\n    x,  # one\n    y\n)  # two\n    # three\n    requires x  # four\n"
    "{  # five\n    # six\n    return x;  # seven\n    # eight\n}  # nine\n",
)
BEFORE_A_BLOCK = ("def f(x) # one\n{ return x; }", "def f(x) {  # one\n    return x;\n}\n")
AT_THE_END = ("x = 1;\n\n# one\n# two", "x = 1;\n\n# one\n# two\n")
ALONE = ("\n\n#! one \n\n\n# two\n", "#! one\n\n# two\n")
IN_A_TOKEN = ("x='#'; # \"", 'x = "#";  # "\n')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        BEFORE_A_STATEMENT,
        BEHIND_A_STATEMENT,
        IN_AN_EXPRESSION,
        BEFORE_THE_END,
        IN_A_LIST,
        BEFORE_A_COMMA,
        IN_AN_ELEMENT,
        IN_A_TABLE,
        IN_LOGIC,
        WITHOUT_ARGUMENTS,
        OVERTAKEN,
        IN_A_DEFINITION,
        BEFORE_A_BLOCK,
        AT_THE_END,
        ALONE,
        IN_A_TOKEN,
    ],
)
def test_a_comment_stays_with_what_it_speaks_of(text: str, expected: str) -> None:
    assert formatted(text) == expected


def test_a_comment_behind_an_operand_of_logic_stays_behind_it() -> None:
    text = "def f(x)\n    ensures a # one\n and b # two\n{ return x; }"
    assert formatted(text).split("\n")[1:4] == ["    ensures", "        a  # one", "        and b  # two"]


def test_a_comment_of_a_command_stays_on_its_line() -> None:
    text = "set example [1, # one\n 2] # two\nshow example # three\nx;"
    expected = "# one\nset example [1, 2]  # two\nshow example  # three\nx;\n"
    assert formatted(text, "rasp") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1;     # one\n", "x = 1;     # one\n"),
        ("x=1;       # one\n", "x = 1;  # one\n"),
        ("x = 1; # one\n", "x = 1;  # one\n"),
        ("x = 1;\t\t# one\n", "x = 1;  # one\n"),
    ],
)
def test_a_comment_keeps_its_distance_from_a_line_that_stays_as_it_is(text: str, expected: str) -> None:
    assert formatted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n\na = 1;\n\n\n\nb = 2;\nc = 3;\n\n", "a = 1;\n\nb = 2;\nc = 3;\n"),
        ("a = 1; b = 2;", "a = 1;\nb = 2;\n"),
        ("a = 1;\r\n\r\nb = 2;\r\n", "a = 1;\n\nb = 2;\n"),
        (
            "def f(x) {\n\n    y = x;\n\n\n    return y;\n\n}\na = 1;\n# one\ndef g(x) { return x; }\n# two",
            "def f(x) {\n    y = x;\n\n    return y;\n}\n\na = 1;\n\n# one\ndef g(x) {\n    return x;\n}\n\n# two\n",
        ),
        ("", ""),
        (" \n\n", ""),
    ],
)
def test_one_blank_line_stays_where_there_were_some_and_stands_around_definitions(text: str, expected: str) -> None:
    assert formatted(text) == expected


def test_tabs_within_a_token_stay() -> None:
    assert formatted('x\t=\t"a\tb";') == 'x = "a\tb";\n'


def test_a_program_that_does_not_parse_is_refused_with_all_its_faults() -> None:
    with pytest.raises(LanguageError) as fault:
        formatted("a = ;\nb = 2;\nc = );\n")
    assert [found.span.line for found in fault.value.faults] == [1, 3]


def test_what_is_nested_too_deeply_is_a_fault() -> None:
    with pytest.raises(LanguageError) as fault:
        formatted("a = 1;\nb = " + "not " * 5000 + "True;")
    assert (fault.value.line, fault.value.message) == (2, "the statement is nested too deeply")
    assert fault.value.hint == "name its parts"
