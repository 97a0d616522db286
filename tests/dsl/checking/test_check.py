"""Names, types and functions of a program: what the checker refuses, and where."""

from __future__ import annotations

import pytest

from stdcell.dsl import parse
from stdcell.errors import LanguageError

RENAME = "give one of them another name"
SELECTOR = "make one: select(keys, queries, ==)"
INDICATOR = "indicator(condition) makes a number of a boolean"
COMPARE = "compare it, as in x > 0"
CONDITION = "compare with == or <="
WIDTH = "use selector_width or aggregate to make an s-op of it"
SELECTED = "of what a selector selects: sum(selector, values)"
LAST = "the comparison stands last: select(keys, queries, ==)"
QUERIES = "select takes keys and queries before the comparison: select(keys, queries, ==)"
ONLY = "a comparison stands only as the last argument of select: select(keys, queries, ==)"
START = "the start stands last: fold(f, xs, 0)"
KINDS = 'a token is quoted, a number is not: tokens_str == "3", tokens_int == 3'
ELEMENT = "xs[i] reads one element, map(f, xs) applies a function to each"
STEP = "name a `def`, a table or a `use`d cell"
TYPED = "write x: seq[int 0..9], for example"

NAMES = [
    ("a = lenght;", 1, 5, "unknown name 'lenght'", "did you mean 'length'?"),
    ("first = 1;\na = frist;", 2, 5, "unknown name 'frist'", "did you mean 'first'?"),
    ("a = zzz;", 1, 5, "unknown name 'zzz'", None),
    ("a = b;\nb = 1;", 1, 5, "unknown name 'b'", "it is defined on line 2: put that before this"),
    ("a = sellect(tokens, tokens, ==);", 1, 5, "unknown function 'sellect'", "did you mean 'select'?"),
    ("def double(x) { return x; }\na = duoble(1);", 2, 5, "unknown function 'duoble'", "did you mean 'double'?"),
    ("a = fold(ad, tokens, 0);", 1, 10, "unknown function 'ad'", None),
    ("main(x: Digit) = x;", 1, 9, "unknown type 'Digit'", "the types are bool, int, real, token, seq, vector"),
    ("type Digit = int;\nmain(x: Digt) = x;", 2, 9, "unknown type 'Digt'", "did you mean 'Digit'?"),
    ("type Digit = int;\nmain(x: Digit 0..3) = x;", 2, 9, "'Digit' has no range", None),
    ("use module add;", 1, 5, "unknown kind of cell 'module'", "the kinds are circuit, formula, program"),
    ("a = 1;\na = 2;", 2, 1, "'a' is defined twice", RENAME),
    ("def a() { return 1; }\na = 2;", 2, 1, "'a' is defined twice", RENAME),
    ("type D = int;\ntype D = real;", 2, 6, "the type 'D' is defined twice", RENAME),
    ("type int = real;", 1, 6, "the type 'int' is built in", "give yours another name"),
    ("def f(x, y, x) { return x; }", 1, 13, "the parameter 'x' is named twice", RENAME),
    ("a = select;", 1, 5, "'select' is a function, found where an s-op is expected", "call it: select(…)"),
    ("def f(x) { return x; }\na = f + 1;", 2, 5, "'f' is a function, found where an s-op is expected", "call it: f(…)"),
    ("a = indices(3);", 1, 5, "'indices' is an s-op, not a function", "read one position with brackets: indices[0]"),
    ("a = 1;\nb = a(3);", 2, 5, "'a' is the number 1, not a function", "multiply with '*'"),
    ("def f() { b = 1; return b; }\na = b;", 2, 5, "unknown name 'b'", None),
]
CALLS = [
    ("a = select(tokens, tokens);", 1, 5, "'select' takes 3 arguments (keys, queries, comparison), found 2", LAST),
    ("a = round(1, 2);", 1, 5, "'round' takes 1 argument (value), found 2", None),
    ("a = min();", 1, 5, "'min' is called as min(xs), min(selector, values) or min(x, y), found no arguments", None),
    ("a = fold(f, 1);", 1, 5, "'fold' takes 3 arguments (function, sequence, initial), found 2", START),
    ("def f(x) { return x; }\na = f(1, 2);", 2, 5, "'f' takes 1 argument (x), found 2", None),
    ("def f(x, y) { return x; }\na = f();", 2, 5, "'f' takes 2 arguments (x, y), found 0", None),
    (
        "a = aggregate(select(tokens, tokens, ==));",
        1,
        5,
        "'aggregate' takes 2 or 3 arguments (selector, values, default), found 1",
        None,
    ),
    ("a = select(tokens, ==);", 1, 20, "expected an s-op for the queries, found '=='", QUERIES),
    ("a = select(==, tokens, ==);", 1, 12, "expected an s-op for the keys, found '=='", ONLY),
    (
        "a = select(tokens, tokens, 1);",
        1,
        28,
        "expected a comparison, found an s-op",
        "write one of ==, !=, <, <=, >, >=",
    ),
    ("a = round(<);", 1, 11, "expected an s-op for the value, found '<'", ONLY),
    ("a = selector_width(==);", 1, 20, "expected a selector, found '=='", ONLY),
    ("a = aggregate(tokens, 1);", 1, 15, "expected a selector, found the s-op 'tokens'", SELECTOR),
    ("a = aggregate(1 + 1, 1);", 1, 15, "expected a selector, found the number 2", SELECTOR),
    (
        "s = select(tokens, tokens, ==);\na = aggregate(s, s);",
        2,
        18,
        "expected an s-op for the values, found a selector",
        None,
    ),
    ("a = fold(tokens, tokens, 0);", 1, 10, "'fold' expects a function or cell of two arguments, found an s-op", STEP),
    (
        "def f(x) { return x; }\na = fold(f, tokens, 0);",
        2,
        10,
        "'fold' expects a function or cell of two arguments, found one of 1",
        STEP,
    ),
    (
        "a = fold(max, tokens, 0);",
        1,
        10,
        "'fold' expects a `def`, a cell or a table, found the builtin 'max'",
        "def step(a, b) { return max(a, b); }",
    ),
    (
        "def f(x, y) { return x; }\na = fold(f, 3, 0);",
        2,
        13,
        "expected a sequence, found the number 3",
        None,
    ),
    (
        "def f(x, y) { return x; }\na = fold(f, indices, indices);",
        2,
        22,
        "'fold' expects a sequence and a scalar to start from, found seq[int 0..] and seq[int 0..]",
        None,
    ),
    ("a = sum(3);", 1, 9, "'sum' expects a sequence, found the number 3", SELECTED),
    (
        "a = sum(indices == 1);",
        1,
        9,
        "'sum' expects numbers, found seq[bool]",
        "count(sequence, True) counts where it holds",
    ),
    ("a = count(1, 2);", 1, 11, "'count' expects a sequence, found the number 1", None),
    ("a = 3 in 4;", 1, 10, "'in' expects a list or a sequence, found the number 4", None),
    ("a = [1, 2] * 2;", 1, 5, "a list stands only after 'in'", "write `x in [1, 2]`"),
]
TYPES = [
    (
        "a = indices + (indices == 1);",
        1,
        5,
        "'+' expects two numbers or two tokens, found seq[int 0..] and seq[bool]",
        INDICATOR,
    ),
    ("a = True + 1;", 1, 5, "'+' expects two numbers or two tokens, found True and the number 1", INDICATOR),
    ('a = "b" * 0.5;', 1, 5, "'*' expects two numbers, found the token 'b' and the number 0.5", KINDS),
    ('a = -"b";', 1, 5, "'-' expects a number, found the token 'b'", None),
    ("a = not 3;", 1, 5, "'not' expects a boolean, found the number 3", COMPARE),
    ("a = 1 and True;", 1, 5, "'and' expects two booleans, found the number 1 and True", COMPARE),
    ('a = "b" < 1;', 1, 5, "'<' expects two values of one kind, found the token 'b' and the number 1", KINDS),
    ("a = 2 ^ 0.5;", 1, 5, "'^' expects a number and a whole exponent, found the number 2 and the number 0.5", None),
    ("a = 1 if indices else 3;", 1, 10, "the condition of 'if' is a boolean, found seq[int 0..]", COMPARE),
    (
        'a = 1 if True else "b";',
        1,
        5,
        "'if' chooses between two values of one kind, found the number 1 and the token 'b'",
        None,
    ),
    ("a = select(1, 1, ==) + 1;", 1, 5, "'+' expects two numbers or two tokens, found a selector", WIDTH),
    (
        "a = select(1, 1, ==) and True;",
        1,
        5,
        "'and' joins two selectors or two booleans, found a selector and True",
        "make a selector of the booleans: select(condition, True, ==)",
    ),
    (
        'a = select("b", 1, ==);',
        1,
        5,
        "'==' expects two values of one kind, found the token 'b' and the number 1",
        KINDS,
    ),
    (
        'a = aggregate(select(1, 1, ==), indices, "b");',
        1,
        42,
        "expected a default of the values' kind, found the token 'b', where the values are int 0..",
        None,
    ),
    ("main(xs: seq[int]) -> seq[bool] = xs;", 1, 35, "expected seq[bool] for main: result, found seq[int]", None),
    ("main(xs: seq[int]) -> int = xs;", 1, 29, "expected int for main: result, found seq[int]", ELEMENT),
    ("main(x: int) -> seq[int] = x;", 1, 28, "expected seq[int] to be returned, found int", None),
    (
        "main(xs: seq[int]) = select(xs, xs, ==);",
        1,
        22,
        "expected an s-op to return, found a selector",
        "return selector_width(…) or aggregate(…)",
    ),
    (
        "def f(x: int 0..9) { return x; }\na = f(12);",
        2,
        7,
        "expected int 0..9 for f.x, found the number 12",
        None,
    ),
    ("main(x) = x;", 1, 6, "an entry point needs a type for its parameter 'x'", TYPED),
    (
        "def f(x) requires x > 0 { return x; }",
        1,
        7,
        "a function with a contract needs a type for its parameter 'x'",
        TYPED,
    ),
    (
        "def f(x) -> int { return x; }",
        1,
        7,
        "a function with a declared result needs a type for its parameter 'x'",
        TYPED,
    ),
    ("def f(y: int, x) { return x; }", 1, 15, "the parameter 'x' has no type, and others have one", TYPED),
    (
        "main(x: int) = tokens;",
        1,
        1,
        "the entry point 'main' reads 'tokens', which is not among its parameters",
        "what it reads comes in by a parameter",
    ),
    ("main(xs: seq[int]) requires sum(xs) = xs;", 1, 29, "'requires' expects a condition, found int", CONDITION),
    ("main(xs: seq[int]) ensures result + 1 = xs;", 1, 28, "'ensures' expects a condition, found seq[int]", CONDITION),
    ('main(x: token) ensures "a" = x;', 1, 24, "'ensures' expects a condition, found token {\"a\"}", CONDITION),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), NAMES + CALLS + TYPES)
def test_a_fault_says_what_was_found_where_and_a_way_out(
    text: str, line: int, column: int, message: str, hint: str | None
) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text)
    assert [(found.message, found.hint) for found in fault.value.faults] == [(message, hint)]
    assert (fault.value.line, fault.value.column) == (line, column)


def test_faults_of_every_kind_are_reported_together_in_text_order() -> None:
    text = 'a = lenght;\nb = 1 + ;\nc = True * 2;\nd = select(tokens, ==);\ne = "open;\nf = e + c;\n'
    with pytest.raises(LanguageError) as fault:
        parse(text)
    assert [(found.span.line, found.message) for found in fault.value.faults] == [
        (1, "unknown name 'lenght'"),
        (2, "expected an expression, found ';'"),
        (3, "'*' expects two numbers, found True and the number 2"),
        (4, "expected an s-op for the queries, found '=='"),
        (5, "a quoted token is not closed on its line"),
    ]


def test_a_mistake_is_reported_once_however_often_its_name_is_used() -> None:
    with pytest.raises(LanguageError) as fault:
        parse("a = lenght;\nb = a + 1;\nc = b * a;\nd = aggregate(select(a, b, ==), c);")
    assert len(fault.value.faults) == 1


def test_a_caret_stands_under_the_culprit() -> None:
    with pytest.raises(LanguageError) as fault:
        parse("\ta = indices + lenght;")
    assert str(fault.value) == (
        "<program>:1:16: unknown name 'lenght'\n"
        "\ta = indices + lenght;\n"
        "\t              ^^^^^^\n"
        "hint: did you mean 'length'?"
    )


@pytest.mark.parametrize(
    "text",
    [
        "s = select(indices, indices, <);\na = selector_width(not s or s and s);",
        "a = 0 <= indices < 3;",
        "a = indices not in [1, 2];",
        'a = "b" in tokens;',
        "a = tokens + 1;",
        "a = 1 if indices == 0 else 0.5;",
        "def f(x, y) { return select(x, y, <); }\na = selector_width(f(indices, 3));",
        "main(xs: seq[int 0..9], k: int) -> seq[int 0..9] = xs if xs > k else 0;",
        "main(xs: seq[real]) = aggregate(select(xs, xs, ==), xs == 0);",
        "type D = int 0..9;\ntype Ds = seq[D];\nmain(xs: Ds) -> D = max(xs);",
        "max = 3;\na = max + 1;",
    ],
)
def test_what_is_well_typed_is_accepted(text: str) -> None:
    assert parse(text).outputs[-1] in ("a", "main")


@pytest.mark.parametrize(
    "text",
    [
        "a = (indices > 1) + 1;",
        "a = 1 and indices;",
        "a = 1 if indices else 2;",
        "a = tokens == 1;",
        "a = aggregate(select(indices, indices, <), tokens, 0);",
        "a = 1;\na = 2;",
        "def f(x) { def g(y) { return y + 1; } return g(x); }\na = f(1);",
    ],
)
def test_the_original_rasp_is_as_lax_as_ever(text: str) -> None:
    assert parse(text, dialect="rasp").outputs == ("a",)


def test_the_outputs_are_the_entry_points_and_variables_in_text_order() -> None:
    program = parse("b = 1;\ns = select(b, b, ==);\ndef f(x) { return x; }\nout(x: int) = x;\na = f(b);")
    assert program.outputs == ("b", "out", "a")


@pytest.mark.parametrize(("text", "main"), [("main(x: int) = x;\na = 1;", "main"), ("a = 1;\nb = 2;", "b")])
def test_the_output_that_is_meant_is_main_or_the_last(text: str, main: str) -> None:
    assert parse(text).main == main


def test_an_overwritten_variable_of_rasp_is_one_output_with_its_last_value() -> None:
    program = parse("a = 1;\nb = a;\na = 2;", dialect="rasp")
    assert program.outputs == ("b", "a")
    assert str(program.functions["a"].result.type) == "int 2..2"


def test_a_rasp_function_sees_what_a_name_means_when_it_is_called() -> None:
    program = parse("k = 1;\ndef f(x) { return x + k; }\nk = 10;\na = f(0);", dialect="rasp")
    assert str(program.functions["a"].result.type) == "int 10..10"


def test_what_could_not_be_inferred_is_owed() -> None:
    program = parse("main(xs: seq[int 0..9]) -> seq[int 0..9] = xs + 1;")
    (owed,) = program.functions["main"].obligations
    assert (owed.wire, str(owed.wanted), owed.span.text) == ("main: result", "seq[int 0..9]", "xs + 1")


def test_a_call_of_a_typed_function_is_remembered() -> None:
    program = parse("def f(x: int) -> int { return x + 1; }\na = f(3);")
    (call,) = program.functions["a"].calls
    assert (call.callee.name, call.span.text) == ("f", "f(3)")


DOUBLING = "def f0(x) { return x + 1; }\n" + "".join(
    f"def f{n + 1}(x) {{ return f{n}(f{n}(x)); }}\n" for n in range(20)
)


def test_a_program_that_doubles_at_every_call_is_a_fault() -> None:
    with pytest.raises(LanguageError) as fault:
        parse(DOUBLING + "a = f20(indices);")
    assert fault.value.message == "the program unfolds into more than 100000 operations"


def test_bounds_that_square_at_every_step_become_unknown() -> None:
    text = "a0 = 0 if tokens == 1 else 2;\n" + "".join(f"a{n + 1} = a{n} * a{n};\n" for n in range(60))
    assert str(parse(text).functions["a60"].result.type) == "seq[int 0..]"
