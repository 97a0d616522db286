"""What programs of the original RASP answer: lists, tables, loops, functions, loading, and the quirks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stdcell.dsl import parse
from stdcell.errors import LanguageError, RuntimeFault, Source
from stdcell.runtime.interpreter import interpret


def answer(text: str, given: Any = "abc", output: str | None = None) -> Any:
    (only,) = interpret(parse(text, dialect="rasp"), [given], output=output)
    return only


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, b = 1, 2;\nc = indices + a * b;", [2, 3, 4]),
        ("def f(x) { y = x + 1; return y, x; }\na, b = f(indices);\nc = a * 10 + b;", [10, 21, 32]),
        ("def f(x) { def g(y) { return y * x; } return g(x + 1); }\na = f(indices);", [0, 2, 6]),
        ("t = 0;\nfor k in [1, 2, 3] { t = t + k * indices; }", [0, 6, 12]),
        ("t = 0;\nfor a, b in zip([1, 2], [10, 20]) { t = t + a * b; }\nc = t + 0 * indices;", [50, 50, 50]),
        ('t = 0;\nd = {"a": 5, "b": 7};\nfor k in d { t = t + (d[k] if tokens == k else 0); }', [5, 7, 0]),
        ("c = [k * k for k in range(4)][3] + 0 * indices;", [9, 9, 9]),
        ('d = {k: indicator(tokens == k) for k in ["a", "b"]};\nc = d["a"] + 2 * d["b"];', [1, 2, 0]),
        ('d = {"a": 1, "b": 2, "c": 3};\nc = d[tokens];', [1, 2, 3]),
        ("l = [10, 20, 30] + [40];\nc = l[indices] + len(l);", [14, 24, 34]),
        ("l = [10, 20, 30];\nc = l[indices - 1];", [30, 10, 20]),
        ('s = "xyz";\nc = s[indices];', ["x", "y", "z"]),
        ("c = tokens[0];", ["a", "a", "a"]),
        ("c = tokens[-1];", ["c", "c", "c"]),
        ("c = tokens[7];", [0, 0, 0]),
        ("def pow(x, n) { return x * pow(x, n - 1) if n > 0 else 1; }\nc = pow(indices, 3);", [0, 1, 8]),
        ("def twice(f, x) { return f(f(x)); }\ndef inc(x) { return x + 1; }\nc = twice(inc, indices);", [2, 3, 4]),
        ("def late(x) { return x + k; }\nk = 5;\nc = late(indices);", [5, 6, 7]),
        ('fs = {"up": select(indices, indices, >)};\nc = selector_width(fs["up"]);', [2, 1, 0]),
        ("indices * 2;", [0, 2, 4]),
        ("c = 3 * tokens;", ["aaa", "bbb", "ccc"]),
        ("c = (indices > 0) + 1;", [1, 2, 2]),
        ('c = "x" if indices else "y";', ["y", "x", "x"]),
        ("c = not indices;", [True, False, False]),
        ("c = (1 and 5) + 0 * indices;", [5, 5, 5]),
        ("c = tokens == 1;", [False, False, False]),
        ("c = tokens_str == tokens_asis;", [True, True, True]),
        ("c = round(indices / 2);", [0, 0, 1]),
        ("c = selector_width(select(indices, indices, !=));", [2, 2, 2]),
        ("c = selector_width(not (select(1, 1, ==) and select(indices, 1, <)));", [2, 2, 2]),
        ("c = aggregate(select(indices, indices, <), indices);", [0, 0, 0.5]),
        ("c = max(indices, 1) + min(indices, 1);", [1, 2, 3]),
        ("c = +(indices > 0);", [0, 1, 1]),
        ("c = [5, 7][indices > 0];", [5, 7, 7]),
        ('c = {True: "x", False: "y"}[indices > 0];', ["y", "x", "x"]),
        ("c = [5, 6, 7, [8]][indices];", [5, 6, 7]),
        ('a, b = "xy";\nc = a + b + tokens;', ["xya", "xyb", "xyc"]),
        ("a, b = {1: 2, 3: 4};\nc = a * 10 + b + indices;", [13, 14, 15]),
        ('c = tokens;\nfor a, b in ["12", "34"] { c = c + b + a; }', ["a2143", "b2143", "c2143"]),
        ('c = [[k, j] for k, j in {"ab": 1}][0][1] + tokens;', ["ba", "bb", "bc"]),
        ("f = selector_width;\nc = f(select(indices, indices, <));", [0, 1, 2]),
        ("def on(f, x) { return f(x); }\nc = on(selector_width, full_s);", [3, 3, 3]),
        ("def f(length) { return tokens[-1]; }\nc = f(2 + 0 * indices);", ["b", "b", "b"]),
        ("c = length[1];", [3, 3, 3]),
        ("c = 3 in length;", [True, True, True]),
        ("3 + indices;\nc = out * 2;", [6, 8, 10]),
        ("b = indices + 1;\nc = out * out;", [1, 4, 9]),
        ("def f(x) { y = x + 1; return out; }\nc = f(indices);", [1, 2, 3]),
        ("c = out;", ["a", "b", "c"]),
        ("c = 2 ^ ((indices + 1) * aggregate(select(indices, indices, <=), indicator(indices > 0)));", [1, 2, 4]),
        ("c = 2 ^ (indices / -1);", [1, 0.5, 0.25]),
        ('c = "x" * aggregate(select(indices, indices, ==), indices);', ["", "x", "xx"]),
        ("c = aggregate(select(indices, indices, ==), tokens, [1]);", ["a", "b", "c"]),
    ],
)
def test_a_rasp_program_answers_as_the_original_does(text: str, expected: Any) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c = 1 if [] else 2;", 2),
        ("c = 1 if [0] else 2;", 1),
        ("c = 1 if {} else 2;", 2),
        ("c = 1 if max else 2;", 1),
        ("c = not [];", True),
        ("c = not {1: 2};", False),
        ("c = ([] or [4])[0];", 4),
        ("c = [1] and 5;", 5),
        ("c = 0 or max;\nc = c(3, 4);", 4),
        ("c = [1, [2]] == [1, [2]];", True),
        ("c = [1, 2] == [True, 2.0];", True),
        ("c = [1] == 1;", False),
        ("c = [indices] == [tokens];", True),
        ("c = {1: [2]} == {1: [3]};", False),
        ("c = max == max;", True),
        ("c = max == min;", False),
        ("c = [1, 2] < [1, 3];", True),
        ("c = [1] < [1, 2];", True),
        ("c = max([1, 2], [2])[0];", 2),
        ("c = indices == [1];", False),
        ("c = length == [3];", False),
        ("c = ([4, 5] * 2)[3];", 5),
        ("c = len(2 * [1]) + len([1] * -1);", 2),
        ("c = 1 in [[1]];", False),
        ("c = 3 in [indices];", True),
        ("c = indices in [];", False),
        ("c = 1 + out;", 2),
    ],
)
def test_lists_tables_and_functions_are_values_as_in_python(text: str, expected: Any) -> None:
    assert answer(text) == [expected] * 3


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("c = tokens_float;", [True, False], [1, 0]),
    ],
)
def test_tokens_are_converted_as_python_does(text: str, given: Any, expected: Any) -> None:
    assert answer(text, given) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("c = aggregate(select(1, 1, ==), tokens);", "the mean of the tokens 'a', 'b', 'c' is not defined"),
        (
            'c = aggregate(select(1, 1, ==), tokens == "a");',
            "the mean of the booleans True, False, False is not defined",
        ),
        ("c = aggregate(select(indices + 1, indices, ==), tokens);", "a sequence holds values of one kind"),
        ('d = {"a": 1};\nc = d[tokens];', "the table has no entry for 'b'"),
        ("l = [1, 2];\nc = l[indices];", "the table has no entry for 2"),
        ("c = 1 / indices;", "division by zero"),
        ("c = tokens_int;", "is not a whole number"),
        ("c = 2 ^ (indices / 2);", "the exponent 1/2 is not a whole number"),
        ("c = aggregate(select(indices, indices, <), tokens, [1]);", "nothing is selected"),
    ],
)
def test_what_the_original_refuses_when_it_runs_is_a_fault(text: str, message: str) -> None:
    with pytest.raises(RuntimeFault, match=message):
        answer(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a, b = 5;", 1, 1, "expected 2 values for a, b, found the number 5"),
        ("a, b = [1, 2, 3];", 1, 1, "expected 2 values for a, b, found a list of 3"),
        ("for x in indices { a = x; }", 1, 10, "'for' runs over a list or a dictionary, found seq[int 0..]"),
        ('l = [1];\na = l["x"];', 2, 7, "an index is a whole number, found the token 'x'"),
        ("l = [1];\na = l[3];", 2, 5, "the index 3 is outside a list of 1"),
        ('d = {"a": 1};\na = d[4];', 2, 5, "the table has no entry for the number 4"),
        ('d = {"a": 1};\na = d[indices];', 2, 5, "the table has no entry for a key of int 0.."),
        ("a = tokens[indices];", 1, 12, "the index of an s-op is a whole number, found seq[int 0..]"),
        ("a = range(7) + 6;", 1, 5, "'+' joins two lists, found a list and the number 6"),
        ("d = {indices: 1};", 1, 6, "a key is a number, a token or a boolean, found seq[int 0..]"),
        ('1("hi");', 1, 1, "this is the number 1, not a function"),
        ("indices = 3;", 1, 1, "cannot set 'indices': the name is reserved"),
        ("len(indices);", 1, 5, "'len' is of lists, found an s-op"),
        ("a = zip([1], [1, 2]);", 1, 5, "'zip' expects lists of one length, found lengths 1, 2"),
        ("def f(x) { return f(x); }\na = f(1);", 1, 19, "the calls of 'f' are nested too deeply"),
        ("for i in range(1000000) { a = i; }", 1, 10, "a list has at most 100000 elements"),
        ("a = indices in indices;", 1, 16, "'in' of an s-op expects a list, found an s-op"),
        ('a = [1] < ["x"];', 1, 5, "1 and 'x' have no order"),
        ("a = [1] < 2;", 1, 5, "'<' expects two values of one kind, found a list and the number 2"),
        ("a = [1] * 1.5;", 1, 5, "'*' repeats a list as often as a whole number says, found a list and the number 1.5"),
        ("length = 3;\na = tokens[-1];", 2, 5, "'length' is the number 3, where an s-op is expected"),
    ],
)
def test_what_the_checker_refuses_says_what_and_where(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text, dialect="rasp")
    first = fault.value
    assert (first.line, first.column, first.message) == (line, column, message)


def test_a_loaded_file_brings_its_public_names(tmp_path: Path) -> None:
    (tmp_path / "parts.rasp").write_text("_step = 2;\ndef up(x) { return x + _step; }\nbase = 10;\n")
    source = Source('load "parts";\nc = up(indices) + base;', str(tmp_path / "main.rasp"))
    assert interpret(parse(source, dialect="rasp"), ["ab"], output="c") == [[12, 13]]


def test_a_loaded_file_keeps_its_private_names_and_does_not_see_ours(tmp_path: Path) -> None:
    (tmp_path / "parts.rasp").write_text("_hidden = 1;\nc = ours;\n")
    source = Source('ours = 1;\nload "parts";\nd = _hidden;', str(tmp_path / "main.rasp"))
    with pytest.raises(LanguageError) as fault:
        parse(source, dialect="rasp")
    assert [one.message for one in fault.value.faults] == ["unknown name '_hidden'", "unknown name 'ours'"]


def test_a_file_is_found_from_the_folder_above_as_the_original_finds_it(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "parts.rasp").write_text("base = 10;\n")
    source = Source('load "inner/parts";\nc = base + indices;', str(tmp_path / "inner" / "main.rasp"))
    assert interpret(parse(source, dialect="rasp"), ["ab"], output="c") == [[10, 11]]


def test_a_file_that_loads_itself_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "main.rasp"
    path.write_text('load "main";\n')
    with pytest.raises(LanguageError, match="the import runs in a circle"):
        parse(Source(path.read_text(), str(path)), dialect="rasp")


def test_commands_of_the_interactive_reader_may_stand_in_a_file() -> None:
    text = 'e = "abca";\nset example e\nfull seq display on\nc = selector_width(select(tokens, tokens, ==));\n'
    assert answer(text + "show example\nexamples off", "aab") == [2, 2, 1]


def test_what_follows_the_command_to_leave_is_not_read() -> None:
    assert parse("a = 1;\nexit\nb = nonsense;\n)", dialect="rasp").outputs == ("a",)


def test_a_function_that_nothing_calls_may_speak_of_what_is_not_there() -> None:
    program = parse("def unused(x) { return x + nothing; }\na = indices;", dialect="rasp")
    assert [one.message for one in program.warnings] == ["unknown name 'nothing', in a function that is not called"]
