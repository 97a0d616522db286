"""RASP programs as programs of the strict dialect: the same answers, a text that reads well, and what is refused."""

from __future__ import annotations

import json
from itertools import compress, product
from pathlib import Path
from typing import Any

import pytest

from stdcell.dsl import Program, parse
from stdcell.dsl.conversion.convert import convert
from stdcell.dsl.syntax.formatting import format_text
from stdcell.errors import LanguageError, RuntimeFault, Source
from stdcell.runtime.inputs import Given
from stdcell.runtime.interpreter import interpret

GOLDEN = Path(__file__).parents[2] / "golden"
WORDS = [list(word) for n in range(4) for word in product("a(1", repeat=n)]
NUMBERS = [list(numbers) for n in range(4) for numbers in product((-1, 0, 2), repeat=n)]

PROGRAMS = {
    "precedence": """
        a = -2 ^ 2; b = -indices ^ 2; c = indices % 2 * 3; d = indices - 1 - 1; e = 2 / (indices + 1) / 2;
        f = indices > 0 or indices > 1 and indices > 2; g = not (indices == 1) == False; h = (indices == 1) == False;
        i = indices - (1 - indices) * (2 + indices); j = (indices + 1) ^ (1 + 1) ^ 2; k = -(-indices); l = 2 ^ -1;
    """,
    "lists": """
        a = not tokens in ["a"]; b = not (tokens in ["a", "1"]); c = tokens + tokens in ["aa"]; d = "a" in tokens;
        e = not ("a" in tokens); f = indices in [0, 2, -1]; g = tokens == "a" or tokens == "1" or indices == 0;
        h = (tokens == "a" or tokens == "1") and tokens == "1"; i = indices in [indices, 3];
    """,
    "choices": """
        a = "x" if indices == 0 else "y" if indices == 1 else "z"; b = 1 if tokens == "a" else tokens == "1";
        c = ("x" if indices == 0 else "y") if indices < 2 else ("z" if tokens == "a" else "w");
        d = 1 if indices else 0; e = 1 if tokens else 0; f = "x" if "a" else tokens; g = indices or tokens == "a";
        h = not indices; i = not (indices % 2 and indices); j = indicator(indices - 1); k = 3 or 0; l = not "a";
    """,
    "booleans as numbers": """
        a = (tokens == "a") + 1; b = (tokens == "a") * (indices > 0) - True; c = -(tokens == "a"); d = True + indices;
        e = round((tokens == "a") / 2); f = (tokens == "a") < (indices > 0); g = (tokens == "a") == 1;
        h = (tokens == "a") > indices; i = selector_width(select(tokens == "a", 1, ==)); j = 2 ^ (tokens == "a");
        k = selector_width(select(tokens == "a", indices == 0, <)); l = {1: "x", 0: "y"}[(tokens == "a") + 0];
        m = (tokens == "a") == "a"; n = (tokens == "a") != 2.5; o = "a" == 1; p = "b" * (tokens == "a");
    """,
    "defaults": """
        before = select(indices, indices, <);
        one_before = select(indices + 1, indices, ==);
        a = aggregate(before, indices); b = aggregate(before, indices, -1); c = aggregate(one_before, tokens, "-");
        d = aggregate(one_before, tokens == "a"); e = aggregate(one_before, tokens == "a", True) + 1;
        f = aggregate(one_before, tokens == "a", 2); g = aggregate(before, indicator(tokens == "a")) > 0.5;
        h = aggregate(one_before, tokens == "a") == 0; i = aggregate(before, 1);
        j = aggregate(one_before, tokens == "a", 1);
        n = aggregate(select(1, 1, ==), aggregate(one_before, tokens == "a"));
        o = 1 if aggregate(one_before, tokens_str) else aggregate(one_before, "a") == "a" or length > 2;
        k = aggregate(one_before, indices, tokens == "a"); l = aggregate(one_before, indices)[-1]; m = indices[1];
    """,
    "selectors": """
        s = select(1, 1, ==); t = select(tokens, "a", ==) and not select(indices, indices, <);
        a = selector_width(s) + 0.5; b = selector_width(not s or t and s); c = selector_width(not (t and s) or t);
        d = selector_width(select(tokens, 3, ==)); e = selector_width(select(tokens == "a", "a", !=));
        f = selector_width(select(indices, "a", ==)); g = selector_width(select(indices, "a", !=) and t);
    """,
    "functions": """
        def outer(x, k) {
            def inner(y) { return y + k; }
            z = inner(x);
            return inner(z), z;
        }
        def power(x, n) { return x * power(x, n - 1) if n > 0 else 1; }
        k = 10;
        a, b = outer(indices, 2);
        c = power(indices, 5); d = outer(indices, indices)[0];
        e = sort(tokens, indices); f = count(tokens, "a"); g = shift(tokens, 1, "-");
        h = contains(tokens, "a") or length > 3;
        i = max(indices, length - 2); j = average(indices); k = aggregate(select_next_identical(tokens), indices, -1);
        l = average(indicator(select_last_instance(tokens, "a") == 0) if False else indices);
    """,
    "loops and tables": """
        codes = {"a": 3, "(": 1, "1": 2};
        words = {"a": "one", "(": "two", "1": "one two"};
        total = 0;
        for key in codes { total = total + (codes[key] if tokens == key else 0); }
        for i, w in zip(range(3), ["x", "y", "z"]) { last = (w if indices == i else "-"); }
        a = codes[tokens]; b = words[tokens]; c = codes[words[tokens][0]] if False else [5, 6, 7, 8][indices % 4];
        d = {k: indices + codes[k] for k in codes}["a"]; e = [i * i for i in range(4)][indices % 3];
        f = len(codes) if False else 3;
        g = codes[tokens] + codes[tokens] * 2; h = {0.5: 1, 1: "a", 0: "b"}[indices % 2] == "a"; f = f + 1;
        i = codes["(" if tokens == "a" else "a"];
    """,
    "names": """
        sum = tokens == "a"; bool = indicator(sum); length = length + 1; n = length; value = n / 3; width = value - 1;
        res = indices; res = res + 1; res = res * res; main = res * (res - 1); any = main;
        tokens = aggregate(select(indices, indices + 1, ==), tokens, "."); x = tokens == "a"; length * 2;
    """,
    "constants": """
        a = 1 / 3; b = -0.25; c = 'say "it' + "'s"; d = tokens_asis == 'say "it' + "'s" ; e = 0.1 + 0.2;
        f = 2 ^ 100; g = -1 / 7;
        h = True; i = {-1: "x", 1 / 3: "y", 0: 'q"'}[indices * 0]; j = length; k = length / 2; l = -3;
    """,
    "numbers": """
        a = tokens_int + 1; b = tokens_float / 2; c = tokens_bool; d = tokens_str + "!";
        e = aggregate(select(tokens_int, tokens_int, <), tokens_int);
        f = "neg" if tokens_int < 0 else "pos"; g = sort(tokens_int, -tokens_int);
        h = tokens_str == 3; i = tokens_str in [1, "2"];
        j = tokens_int if tokens_bool else tokens_float; k = tokens_bool == tokens_int;
        l = tokens_int and tokens_str; m = tokens_int in ["a"];
    """,
}  # fmt: skip


def outcome(program: Program, given: Given, output: str) -> Any:
    """The answer, or that there is none."""
    try:
        (answer,) = interpret(program, [given], output=output)
    except RuntimeFault:
        return "fault"
    return answer


def outcomes(program: Program, inputs: list[Any], outputs: tuple[str, ...]) -> dict[str, list[Any]]:
    return {name: [outcome(program, given, name) for given in inputs] for name in outputs}


def both(text: str) -> tuple[Program, Program]:
    """A RASP program, and what it converts to."""
    return parse(text, dialect="rasp"), parse(converted(text))


def converted(text: str) -> str:
    return convert(Source(text))


def faults_of(text: str) -> str:
    with pytest.raises(LanguageError) as error:
        converted(text)
    return str(error.value)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_reference_program_converts_to_one_with_the_same_answers(path: Path) -> None:
    reference = json.loads(path.read_text(encoding="utf-8"))
    original, strict = both(reference["text"])
    inputs = [case["input"] for case in reference["cases"]]
    assert outcomes(strict, inputs, original.outputs) == outcomes(original, inputs, original.outputs)
    assert strict.main == original.main


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("inputs", [WORDS, NUMBERS], ids=["words", "numbers"])
def test_a_program_converts_to_one_with_the_same_answers(name: str, inputs: list[Any]) -> None:
    original, strict = both(PROGRAMS[name])
    expected = outcomes(original, inputs, original.outputs)
    found = outcomes(strict, inputs, original.outputs)
    # The original RASP also refuses sequences of tokens and numbers, which the strict dialect answers with.
    answered = {name: [answer != "fault" for answer in answers] for name, answers in expected.items()}
    assert any(any(answers) for answers in answered.values())
    for answers in (expected, found):
        answers.update({name: list(compress(answers[name], kept)) for name, kept in answered.items()})
    assert found == expected
    assert strict.main == original.main


@pytest.mark.parametrize(
    "text",
    [
        "a = 1 / indices;",
        "a = 2 ^ tokens;",
        "a = aggregate(select(1, 1, ==), tokens);",
        'a = aggregate(select(1, 1, ==), tokens == "a");',
        'a = {"a": 1, "1": 2}[tokens];',
        "a = tokens_int + 1;",
        'a = tokens < 3 or tokens == "a";',
    ],
)
def test_a_converted_program_has_no_answer_where_the_original_has_none(text: str) -> None:
    original, strict = both(text)
    expected = outcomes(original, WORDS, ("a",))
    assert outcomes(strict, WORDS, ("a",)) == expected
    assert "fault" in expected["a"]


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_converted_program_is_in_the_canonical_layout(text: str) -> None:
    assert format_text(Source(converted(text)), "cell") == converted(text)


@pytest.mark.parametrize(
    ("rasp", "cell"),
    [
        ('a = indicator(tokens == "x") + (tokens == "y");', 'a = indicator(tokens == "x") + indicator(tokens == "y");'),
        ("a = 1 if indices else 0;", "a = 1 if indices != 0 else 0;"),
        ('a = 1 if tokens_str else 0;', 'a = 1 if tokens_str != "" else 0;'),
        ("a = aggregate(select(indices, 0, ==), tokens);", "a = aggregate(select(indices, 0, ==), tokens, 0);"),
        ("a = tokens in ['x', 'y'];", 'a = tokens in ["x", "y"];'),
        ("a = not ((tokens in ['x', 'y']));", 'a = tokens not in ["x", "y"];'),
        ("a = -indices ^ 2;", "a = (-indices) ^ 2;"),
        (
            's = select(indices, 0, <); a = aggregate(s, tokens_str) == "x";',
            's = select(indices, 0, <);\na = aggregate(s, tokens_str, "") == "x";',
        ),
        ("a = indices[-2];", "a = aggregate(select(indices, length - 2, ==), indices, 0);"),
        ("a = length;", "a = aggregate(select(indices, indices, ==), length);"),
        ('a = {"x": 1, "y": 2}[tokens];', 'a = {"x": 1, "y": 2}[tokens];'),
        ("a = tokens_str == 1 or indices > 0;", "a = indices > 0;"),
        ("s = select(indices, 0, ==); a = selector_width(s);", "s = select(indices, 0, ==);\na = selector_width(s);"),
        ("a = indices; a = a + 1; a = a * a;", "a_1 = indices + 1;\na = a_1 * a_1;"),
        ("def f(x) { mod = x * 2; return mod / mod; } a = f(indices);", "mod_1 = indices * 2;\na = mod_1 / mod_1;"),
    ],
)  # fmt: skip
def test_what_rasp_leaves_out_is_written(rasp: str, cell: str) -> None:
    assert converted(rasp) == f"{cell}\n"


def test_a_table_that_is_read_twice_is_written_once() -> None:
    text = 'codes = {"x": 1, "y": 2}; a = codes[tokens]; b = codes[aggregate(select(indices, 0, ==), tokens, "x")];'
    assert converted(text) == (
        'table = {"x": 1, "y": 2};\na = table[tokens];\nb = table[aggregate(select(indices, 0, ==), tokens, "x")];\n'
    )


def test_comments_at_the_head_and_before_outputs_are_kept() -> None:
    text = """# The head,
# of two lines.

# Where x stands.
a = tokens == "x";  # of this line
# of nothing

def f(y) {
    # within
    return y;
}
    # What b is,
# and why.
b, c = f([indices, indices + 1]);
"""
    assert converted(text) == (
        "# The head,\n# of two lines.\n\n"
        '# Where x stands.\na = tokens == "x";\n\n'
        "# What b is,\n# and why.\nb = indices;\nc = indices + 1;\n"
    )


def test_a_default_that_tokens_cannot_have_is_left_out_and_told() -> None:
    text = "b = indices; a = aggregate(select(indices, indices + 1, <), tokens_str);"
    assert converted(text) == (
        "b = indices;\n\n"
        "# RASP answers 0 where nothing is selected; 0 is no token, so here something has to be selected.\n"
        "a = aggregate(select(indices, indices + 1, <), tokens_str);\n"
    )


def test_sums_of_sums_convert_to_a_text_that_grows_with_the_graph() -> None:
    text = "x = [indices]; for _ in range(60) { x = [x[0] + x[0] * 2]; } a = x[0];"
    original, strict = both(text)
    assert len(converted(text).splitlines()) < 70
    assert interpret(strict, ["abc"], output="a") == interpret(original, ["abc"], output="a")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            'a = "x" if indices == 0 else 1;',
            "<program>:1:5: 'if' chooses between two values of one kind, found the token 'x' and the number 1\n"
            'a = "x" if indices == 0 else 1;\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^\n'
            "hint: choose between two tokens or between two numbers",
        ),
        (
            "b = 1;\ntype = tokens;",
            "<program>:2:1: 'type' is a word of the strict dialect, found as the name of a variable\n"
            "type = tokens;\n^^^^\nhint: give the variable another name",
        ),
        (
            "round = tokens;",
            "<program>:1:1: 'round' is a word of the strict dialect, found as the name of a variable\n"
            "round = tokens;\n^^^^^\nhint: give the variable another name",
        ),
        (
            "s = select(indices, 0, ==);\na = aggregate(s, tokens_str, 5);",
            "<program>:2:5: expected a default of the values' kind, found the number 5, where the values are token\n"
            "a = aggregate(s, tokens_str, 5);\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "hint: give it as third argument: aggregate(selector, values, default)",
        ),
        (
            "s = select(indices, 0, ==);\na = aggregate(s, tokens_str) == 0;",
            "<program>:2:5: an aggregate of tokens answers 0 where nothing is selected, which is compared here\n"
            "a = aggregate(s, tokens_str) == 0;\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            'hint: give the aggregate a default token: aggregate(selector, values, "")',
        ),
        (
            "s = select(indices, 0, ==);\na = aggregate(s, tokens_str) + 1;",
            "<program>:2:5: '+' expects two numbers or two tokens, found seq[token] and the number 1\n"
            "a = aggregate(s, tokens_str) + 1;\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        ),
        (
            "a = 1 / (tokens_str == 1);",
            "<program>:1:5: division by zero\na = 1 / (tokens_str == 1);\n    ^^^^^^^^^^^^^^^^^^^^^",
        ),
        (
            'a = {"x": 1}[aggregate(select(indices, 0, ==), tokens == "x")];',
            "<program>:1:5: the table has no entry for a key of int 0..1\n"
            'a = {"x": 1}[aggregate(select(indices, 0, ==), tokens == "x")];\n'
            "    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        ),
        (
            "def f(x) { return x; }",
            "<program>:1:1: the program has no output to convert\n"
            "def f(x) { return x; }\n^\nhint: end it with one: name = f(tokens);",
        ),
        (
            "a = tokns;",
            "<program>:1:5: unknown name 'tokns'\na = tokns;\n    ^^^^^\nhint: did you mean 'tokens'?",
        ),
    ],
)
def test_what_the_strict_dialect_cannot_say_is_refused(text: str, fault: str) -> None:
    assert faults_of(text) == fault


def test_all_that_cannot_be_said_is_told_together() -> None:
    told = faults_of('a = "x" if indices == 0 else 1;\nb = 1 if indices == 0 else "y";\nmod = 1;')
    assert [line.split(": ")[0] for line in told.splitlines() if line.startswith("<program>")] == [
        "<program>:1:5",
        "<program>:2:5",
        "<program>:3:1",
    ]
