"""The interactive reader: lines in, lines out."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell.app.repl import run_repl

Type = Callable[..., list[str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types lines into a reader in an empty folder, and gives the lines that it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def type_in(*lines: str, dialect: str = "rasp") -> list[str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
        run_repl(dialect)
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out.splitlines()

    return type_in


VALUES = {
    "an s-op": (
        ["indices + 1;"],
        ["     s-op: out", '         Example: out("hello") = [1, 2, 3, 4, 5] (ints)'],
    ),
    "one value everywhere": (
        ["n = length;"],
        ["     s-op: n", '         Example: n("hello") = [5]*5 (ints)'],
    ),
    "numbers to three digits": (
        ['share = aggregate(full_s, indicator(tokens == "l")) / 3;'],
        ["     s-op: share", '         Example: share("hello") = [0.133]*5 (floats)'],
    ),
    "whole results of a division": (
        ["indices / 2;"],
        ["     s-op: out", '         Example: out("hello") = [0.0, 0.5, 1.0, 1.5, 2.0] (floats)'],
    ),
    "booleans": (
        ['tokens == "l";'],
        ["     s-op: out", '         Example: out("hello") = [F, F, T, T, F] (bools)'],
    ),
    "a selector": (
        ['set example "abc"', "before = select(indices, indices, <);"],
        [
            "     selector: before",
            "         Example:",
            "                 a b c",
            "             a |",
            "             b | 1",
            "             c | 1 1",
        ],
    ),
    "a selector on wide elements": (
        ["set example [7, 10]", "select(indices, indices, ==);"],
        [
            "     selector: out",
            "         Example:",
            "                   7 10",
            "              7 |  1",
            "             10 |     1",
        ],
    ),
    "a value": (['word = "ab";', "word[0];"], ['     value: word = "ab"', '     value: out = "a"']),
    "several names": (["a, b = 1, 0.5;"], ["     value: a = 1", "     value: b = 0.5"]),
    "plain lists and dictionaries": (
        ['[1, ["a", 0.5]];', 'd = {"a": 1, 2: True};'],
        ["     list: out = [1, ['a', 0.5]]", "     dict: d = {'a': 1, 2: True}"],
    ),
    "a list of s-ops": (
        ["examples off", "l = [indices, 2];"],
        ["     list: l = [", "         s-op: l[0]", "         value: l[1] = 2", "     ]"],
    ),
    "functions": (
        ["def f(x, y) { return x; }", "f;", "sort;"],
        ["     function: f(x, y)"] * 2 + ["     function: sort(sequence, keys)"],
    ),
    "an s-op on an example": (
        ['indices("ab");', "tokens_int([4, 5]);", 'full_s("ab");'],
        [
            "          =  [0, 1] (ints)",
            "          =  [4, 5] (ints)",
            "          =",
            "                 a b",
            "             a | 1 1",
            "             b | 1 1",
        ],
    ),
    "nothing of a loop": (
        ["a = 1;", "for i in range(3) {", "  a = a + i;", "}", "a;"],
        [
            "     value: a = 1",
            "     value: a = 4",
        ],
    ),
    "several lines to an item": (
        ["indices", "", "# more", "+ 1", ";"],
        [
            "     s-op: out",
            '         Example: out("hello") = [1, 2, 3, 4, 5] (ints)',
        ],
    ),
}


@pytest.mark.parametrize(("lines", "printed"), VALUES.values(), ids=VALUES.keys())
def test_values_are_shown_on_the_running_example(typed: Type, lines: list[str], printed: list[str]) -> None:
    assert typed(*lines) == printed


COMMANDS = {
    "both examples": (
        ["set example [1, 0.5]", "show example"],
        ["     s-op example: [1, 0.5]", "     selector example: [1, 0.5]"],
    ),
    "one example": (
        ['set s-op example "ab"', "show s-op example", "show selector example"],
        ['     s-op example: "ab"', '     selector example: "hello"'],
    ),
    "no examples": (["examples off", "indices;", "full_s;"], ["     s-op: indices", "     selector: full_s"]),
    "examples again": (
        ["examples off", "s-op examples on", "full_s;", 'tokens == "l";'],
        ["     selector: full_s", "     s-op: out", '         Example: out("hello") = [F, F, T, T, F] (bools)'],
    ),
    "the full display": (
        ["full seq display on", 'tokens == "h";', "length;", "full seq display off", "indices;"],
        [
            "     s-op: out",
            '         Example: out("hello") =',
            "             input:  h e l l o  (strings)",
            "             output: T          (bools)",
            "     s-op: length",
            '         Example: length("hello") = [5]*5 (ints) [skipped full display: identical values]',
            "     s-op: indices",
            '         Example: indices("hello") = [0, 1, 2, 3, 4] (ints)',
        ],
    ),
    "the input's type": (
        ["set example [10, 9]", "tokens;", "tokens = tokens_int;"],
        [
            "     s-op: tokens",
            "         Example: tokens([10, 9]) = [10, 9] (strings)",
            "     s-op: tokens",
            "         Example: tokens([10, 9]) = [10, 9] (ints)",
        ],
    ),
}


@pytest.mark.parametrize(("lines", "printed"), COMMANDS.values(), ids=COMMANDS.keys())
def test_the_originals_commands_set_what_is_shown(typed: Type, lines: list[str], printed: list[str]) -> None:
    assert typed(*lines) == printed


@pytest.mark.parametrize("ending", ["exit", "quit", "exit()", "quit()", "exit;", ":quit", "  quit  # enough"])
def test_what_stands_after_the_end_is_not_read(typed: Type, ending: str) -> None:
    assert typed("3;", ending, "4;") == ["     value: out = 3"]


FAULTS = {
    "a name that nothing defines": (
        ["a = indcies;"],
        ["<repl>:1:5: unknown name 'indcies'", "a = indcies;", "    ^^^^^^^", "hint: did you mean 'indices'?"],
    ),
    "a value that the example has not": (
        ["tokens_int + 1;"],
        [
            "<repl>:1:1: input 'tokens_int': 'h' at position 0 is not a whole number, on the example \"hello\"",
            "tokens_int + 1;",
            "^^^^^^^^^^^^^^^",
            "hint: change the running example: set example …",
        ],
    ),
    "a value that another example has not": (
        ['tokens_asis(["a", 3]);'],
        [
            "<repl>:1:1: a sequence holds values of one kind, found the token 'a' and the number 3, "
            "on the example ['a', 3]",
            'tokens_asis(["a", 3]);',
            "^^^^^^^^^^^",
        ],
    ),
    "an example that is none": (
        ["set example 5"],
        [
            "<repl>:1:1: an example is a text or a list of plain values, not empty, found the number 5",
            "set example 5",
            "^^^^^^^^^^^^^",
            'hint: write "hello" or [1, 2, 3]',
        ],
    ),
}


@pytest.mark.parametrize(("lines", "printed"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_its_place(typed: Type, lines: list[str], printed: list[str]) -> None:
    assert typed(*lines) == printed


@pytest.mark.parametrize(("line", "column"), [("for in;", 5), ("1 + ;", 5), ("indices +", 10)])
def test_what_does_not_parse_is_told_where_it_breaks_off(typed: Type, line: str, column: int) -> None:
    message, excerpt, caret, *_ = typed(line)
    assert message.startswith(f"<repl>:1:{column}: ")
    assert (excerpt, caret.index("^")) == (line, column - 1)


@pytest.mark.parametrize(
    "refused",
    [
        "a = 1 / tokens;",
        "a = 1 / indices;",
        "a = aggregate(full_s, tokens);",
        'a = {"0": 1}[indices];',
        "a = [1 / indices];",
        "a, b = 5, nosuch;",
        "a = 1 % 0;",
    ],
)
def test_a_definition_without_a_value_on_the_example_is_refused(typed: Type, refused: str) -> None:
    *_, last = typed("a = 4;", refused, "a;")
    assert last == "     value: a = 4"


def test_a_file_is_told_by_what_it_defines_in_the_end(typed: Type, tmp_path: Path) -> None:
    (tmp_path / "parts.rasp").write_text(
        'a = 1;\nb = nosuch;\n_c = 2;\na = a + _c;\ns = indices;\nindices("abc");\ndef f(x) { return x; }\n'
        'set example "xy"\nexamples off\n',
        encoding="utf-8",
    )
    assert typed('load "parts";', "b;", "s;") == [
        "parts.rasp:2:5: unknown name 'nosuch'",
        "b = nosuch;",
        "    ^^^^^^",
        'imported at <repl>:1:1: load "parts";',
        "     value: a = 3",
        "     s-op: s",
        "     function: f(x)",
        "<repl>:1:1: unknown name 'b'",
        "b;",
        "^",
        "     s-op: s",
        '         Example: s("xy") = [0, 1] (ints)',
    ]


def test_draw_writes_a_picture_and_shows_the_value(typed: Type, tmp_path: Path) -> None:
    assert typed("twice = 2 * indices;", "examples off", 'draw(twice, "abc");')[2:] == [
        "          =  [0, 2, 4] (ints)",
        "     drawn: comp_flows/twice-abc.svg",
    ]
    assert (tmp_path / "comp_flows" / "twice-abc.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_a_value_that_shares_its_parts_is_shown_at_once(typed: Type) -> None:
    *_, last = typed("def twice(x, n) { return x if n == 0 else twice(x + x, n - 1); }", "twice(indices, 60);")
    assert last == f'         Example: out("hello") = [0, {2**60}, {2**61}, {3 * 2**60}, {2**62}] (ints)'


def test_draw_of_a_selector_is_refused(typed: Type) -> None:
    message, *_ = typed("draw(full_s);")
    assert message == "<repl>:1:6: 'draw' draws an s-op, found a selector"


STRICT = {
    "an expression": (["1 + 2;"], ["     value: out = 3"]),
    "a scalar": (["total = sum(indices);"], ["     s-op: total", '         Example: total("hello") = 10']),
    "a definition and its use": (
        ["def double(xs: seq[int]) -> seq[int] {", "  return 2 * xs;", "}", "double([1, 2]);"],
        ["     function: double(xs: seq[int]) -> seq[int]", "          =  [2, 4] (ints)"],
    ),
    "a name defined again": (["a = 1;", "a = a + 1;"], ["     value: a = 1", "     value: a = 2"]),
    "a type": (["type Digit = int 0..9;"], ["     type: Digit = int 0..9"]),
    "a standard program": (
        ['use program "stdcell/sort" (sort);', "sort([3, 1, 2]);"],
        ["     function: sort(keys: seq[int]) -> seq[int]", "          =  [1, 2, 3] (ints)"],
    ),
    "a value that the example has not": (
        ["n = sum(tokens_int);"],
        [
            "     s-op: n",
            "         Example: n(\"hello\") cannot be computed: input 'tokens_int': 'h' at position 0 is not a whole "
            "number",
        ],
    ),
}


@pytest.mark.parametrize(("lines", "printed"), STRICT.values(), ids=STRICT.keys())
def test_the_strict_dialect_is_read_too(typed: Type, lines: list[str], printed: list[str]) -> None:
    assert typed(*lines, dialect="cell") == printed


OWN = {
    "types": (
        [":type indices + 1", ":type full_s", ":type [1, 2]", ":type sort", ":type 3"],
        ["     seq[int 1..]", "     selector", "     list of 2", "     function(sequence, keys)", "     int 3..3"],
    ),
    "a type of nothing": ([":type nosuch"], ["<repl>:1:1: unknown name 'nosuch'", "nosuch", "^^^^^^"]),
    "names": (
        ["examples off", "a = 1;", "bc = indices;", ":names"],
        ["     value: a = 1", "     s-op: bc", "     a   int 1..1", "     bc  seq[int 0..]"],
    ),
    "another example": (
        [":example [1, 2]", ":example"],
        ["     s-op example: [1, 2]", "     selector example: [1, 2]"] * 2,
    ),
    "an example without quotes": (
        [":example ab"],
        ['     s-op example: "ab"', '     selector example: "ab"'],
    ),
    "a heat map": (
        [":example abc", ":draw select(indices, indices, <=)"],
        [
            '     s-op example: "abc"',
            '     selector example: "abc"',
            "         a  b  c",
            "      a  ██ ·  ·",
            "      b  ▓▓ ▓▓ ·",
            "      c  ▒▒ ▒▒ ▒▒",
            "     keys across, queries down; a key counts █ alone, ▓ a half or more, ▒ a quarter or more, ░ less",
        ],
    ),
    "a heat map of an s-op": (
        [":draw indices"],
        ["a heat map is of a selector, found seq[int 0..]; draw an s-op with draw(…);"],
    ),
    "an unknown command": ([":tipe indices"], ["there is no command ':tipe'; did you mean ':type'?"]),
    "a command without what it is of": ([":type"], ["expected EXPR after the command"]),
}


@pytest.mark.parametrize(("lines", "printed"), OWN.values(), ids=OWN.keys())
def test_the_readers_own_commands_begin_with_a_colon(typed: Type, lines: list[str], printed: list[str]) -> None:
    assert typed(*lines) == printed


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (":trace selector_width(select(tokens, tokens, ==))", "[1, 1, 2, 2, 1]"),
        (':trace selector_width(select(tokens, tokens, ==)) on "aab"', "[2, 2, 1]"),
        (":trace tokens_int + 1 on [1, 2]", "[2, 3]"),
        (':trace indices("ab")', "[0, 1]"),
    ],
)
def test_a_trace_ends_with_the_answer(typed: Type, command: str, answer: str) -> None:
    *steps, last = typed(command)
    assert last == answer
    assert "indices" in command or any("tokens" in step for step in steps)


def test_looking_at_an_expression_changes_no_name(typed: Type) -> None:
    assert typed("7;", ":type 1 + 1", "out;")[-1] == "     value: out = 7"


def test_help_lists_every_command(typed: Type) -> None:
    printed = "\n".join(typed(":help"))
    assert all(command in printed for command in (":type", ":trace", ":draw", ":names", ":example", ":quit"))
