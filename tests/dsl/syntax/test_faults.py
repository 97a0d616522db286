"""What a text that does not parse is told: what was found, what was expected, where, and a way out."""

from __future__ import annotations

import pytest

from stdcell.dsl import parse
from stdcell.errors import LanguageError

SEMICOLON = "end the statement with ';'"
CHOICE = "choose with `then if condition else otherwise`"
STATEMENT = "a statement is written name = value;"
LOOP = "there are no loops: an s-op has a value at every position, and fold runs along them"
IMPORT = 'write use program "file.cell" (name);'
BODY = "a body stands in braces: { return …; }"

CELL_FAULTS = [
    ("a = 3\nb = 4;", 1, 6, "expected ';' or an operator, found 'b' on line 2", SEMICOLON),
    ("a = 3  # three\n\nb = 4;", 1, 6, "expected ';' or an operator, found 'b' on line 3", SEMICOLON),
    ("type D = int 0..9\nmain(x: D) = x;", 1, 18, "expected ';', found 'main' on line 2", SEMICOLON),
    ("a = 3", 1, 6, "expected ';' or an operator, found the end of the text", SEMICOLON),
    ("a = 3\n# the end\n", 1, 6, "expected ';' or an operator, found the end of the text", SEMICOLON),
    ("a = x y = 4;", 1, 7, "expected ';' or an operator, found 'y'", "end the statement before this with ';'"),
    ("a = 3 b;", 1, 7, "expected ';' or an operator, found 'b'", "write 3 * b for a product"),
    ("a = (3 + 4;", 1, 11, "expected ')', found ';'", "close the parenthesis with ')'"),
    ("a = x in [1, 2;", 1, 15, "expected ',' or ']', found ';'", "close the bracket with ']'"),
    ("a = f(1", 1, 8, "expected ')', ',' or an operator, found the end of the text", "close the parenthesis with ')'"),
    ("a = f(1, );", 1, 10, "expected an expression, found ')'", "leave out the ',' before ')'"),
    ("a = ;", 1, 5, "expected an expression, found ';'", "write the value before the ';'"),
    ("a = 3 = 4;", 1, 7, "expected '==', found '='", "compare with '==', or give each name a statement of its own"),
    ("a == 3;", 1, 3, "expected '=', found '=='", "name a value with '='"),
    ("a := 3;", 1, 3, "expected '=', found ':='", "name a value with '='"),
    ("let a = 3;", 1, 5, "expected '=', found 'a'", "write the name alone: a = 1;"),
    ("return 3;", 1, 1, "expected a statement, found 'return'", "'return' ends the body of a def"),
    ("a = 3;;", 1, 7, "expected a statement, found ';'", "leave out this ';'"),
    ("}", 1, 1, "expected a statement, found '}'", "nothing is open that this closes: leave out the '}'"),
    ("if x { y = 3; }", 1, 1, "expected a statement, found 'if'", CHOICE),
    ("a = if x then y;", 1, 5, "expected an expression, found 'if'", CHOICE),
    ("a = x if y;", 1, 11, "expected 'else', found ';'", CHOICE),
    ("for i in x { y = 1; }", 1, 5, "expected '=', found 'i'", LOOP),
    ("import numpy;", 1, 8, "expected '=', found 'numpy'", IMPORT),
    ("a = x && y;", 1, 7, "unexpected character '&'", "write 'and'"),
    ("a = x || y;", 1, 7, "unexpected character '|'", "write 'or'"),
    ("a = !x;", 1, 5, "unexpected character '!'", "write 'not' or '!='"),
    ("a = x ? 1 : 2;", 1, 7, "unexpected character '?'", "write `then if condition else otherwise`"),
    ("a = x ≤ y;", 1, 7, "unexpected character '≤'", "write '<='"),
    ("a = “b”;", 1, 5, "unexpected character '“'", 'quote with "'),
    ("a\u00a0= 3;", 1, 2, r"unexpected character '\xa0'", "write a plain space"),
    ("\ufeffa = 3;", 1, 1, r"unexpected character '\ufeff'", "save the file without a byte order mark"),
    ("a = \x00;", 1, 5, r"unexpected character '\x00'", None),
    ("a = .5;", 1, 5, "a number starts with a digit", "write 0.5"),
    ("a = 1e5;", 1, 6, "expected ';' or an operator, found 'e5'", "write the number without an exponent"),
    ("a = 2 ** 3;", 1, 7, "expected an operator, found '**'", "write '^' for a power"),
    ("a = 'b;\nc = 1;", 1, 5, "a quoted token is not closed on its line", "close it with '"),
    ("def f(x) { y = x }", 1, 18, "expected ';', found '}'", SEMICOLON),
    ("def f(x) { return x; y = 3; }", 1, 22, "expected '}', found 'y'", "a body ends after its return, with '}'"),
    ("x + 1;", 1, 3, "expected '=', found '+'", STATEMENT),
    ("def f(x) { x + 1; }", 1, 14, "expected '=', found '+'", "a body ends with return …;"),
    ("def f(x) return x;", 1, 10, "expected '{', found 'return'", BODY),
    ("def f(x): return x;", 1, 9, "expected '{', found ':'", BODY),
    ("def (x) { return x; }", 1, 5, "expected a name, found '('", None),
    ("main(x: token {a}) = x;", 1, 16, "expected a quoted token, found 'a'", 'quote each word: token {"a", "b"}'),
]
RASP_FAULTS = [
    ("a = x mod 3;", 1, 7, "expected ';' or an operator, found 'mod'", "write '%'"),
    ("a = x not in [1];", 1, 7, "expected ';' or an operator, found 'not'", "write not (x in …)"),
    ('d = {"a" 1};', 1, 10, "expected ':' or an operator, found '1'", None),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), CELL_FAULTS)
def test_a_fault_of_the_strict_dialect_says_what_and_where(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text)
    first = fault.value
    assert (first.message, first.line, first.column) == (message, line, column)
    assert first.hint == hint


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), RASP_FAULTS)
def test_a_fault_of_the_original_rasp_says_what_and_where(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text, dialect="rasp")
    first = fault.value
    assert (first.message, first.line, first.column) == (message, line, column)
    assert first.hint == hint


def test_a_statement_without_its_end_is_shown_with_the_caret_behind_it() -> None:
    with pytest.raises(LanguageError) as fault:
        parse("a = 3\nb = 4;")
    assert str(fault.value) == (
        "<program>:1:6: expected ';' or an operator, found 'b' on line 2\n"
        "a = 3\n"
        "     ^\n"
        "hint: end the statement with ';'"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a = 3\nb = 4;\nc = a + b;",
        "def f(x) { return x + ; }\nc = f(1);",
        "type D = int 0...9;\nmain(x: D) = x;",
        "use circuit add as sum_of (;\nc = sum_of(1, 2);",
        "def f(x, y) { return x +; }\nc = fold(f, indices, 0);",
    ],
)
def test_what_a_broken_statement_defines_is_not_reported_as_unknown(text: str) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text)
    assert len(fault.value.faults) == 1


def test_a_text_that_is_no_program_is_given_up_after_a_hundred_faults() -> None:
    with pytest.raises(LanguageError) as fault:
        parse("a = ;\n" * 10_000)
    assert len(fault.value.faults) == 100


RECOVERIES = [
    ("a = 3\nb = lenght;", [(1, "expected ';' or an operator, found 'b' on line 2"), (2, "unknown name 'lenght'")]),
    (
        "def f(x) {\n  return x;\n\nb = lenght;",
        [(2, "expected '}', found 'b' on line 4"), (4, "unknown name 'lenght'")],
    ),
    ("a = f(1,\nb = lenght;", [(1, "expected an expression, found 'b' on line 2"), (2, "unknown name 'lenght'")]),
    ("t = {1: 2;\nb = lenght;", [(1, "expected ',' or '}', found ';'"), (2, "unknown name 'lenght'")]),
    ("def f(x):\n  y = x;\n  return y;\nb = lenght;", [(1, "expected '{', found ':'"), (4, "unknown name 'lenght'")]),
    ("a = 'x;\nb = lenght;", [(1, "a quoted token is not closed on its line"), (2, "unknown name 'lenght'")]),
    ("a = g(1; 2);\nb = lenght;", [(1, "expected ')' or ',', found ';'"), (2, "unknown name 'lenght'")]),
    (
        "if a { b = 1; }\nelse { b = 2; }\nc = lenght;",
        [(1, "expected a statement, found 'if'"), (3, "unknown name 'lenght'")],
    ),
    (
        "def f(x) {\ny = x\nreturn y;\n}\nb = lenght;",
        [(2, "expected ';' or an operator, found 'return' on line 3"), (5, "unknown name 'lenght'")],
    ),
    ("a = 1;;;;\nb = lenght;", [(1, "expected a statement, found ';'"), (2, "unknown name 'lenght'")]),
    ("a = (;\na = 1;\na = 2;", [(1, "expected an expression, found ';'"), (3, "'a' is defined twice")]),
]


@pytest.mark.parametrize(("text", "told"), RECOVERIES)
def test_what_follows_a_broken_item_is_still_checked(text: str, told: list[tuple[int, str]]) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text)
    assert [(found.span.line, found.message) for found in fault.value.faults] == told
