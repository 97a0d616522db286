"""What strict programs answer: tables, recurrences, pipelines, quantifiers, aggregates, generic definitions."""

from __future__ import annotations

from typing import Any

import pytest

from stdcell.dsl import parse
from stdcell.errors import LanguageError, RuntimeFault
from stdcell.runtime.interpreter import interpret

STEPS = (
    "def add(s: int, x: int) -> int { return s + x; }\ndef mac(s: int, x: int, y: int) -> int { return s + x * y; }\n"
)
SQUARE = "def square(x: int) -> int { return x * x; }\n"
PARITY = 'parity = {("even", 1): "odd", ("odd", 1): "even", ("even", 0): "even", ("odd", 0): "odd"};\n'
UPTO = "select(indices, indices, <=)"


def answer(text: str, given: Any) -> Any:
    (only,) = interpret(parse(text), [given])
    return only


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        (STEPS + "main(xs: seq[int]) = fold(add, xs, 10);", [1, 2, 3], 16),
        (STEPS + "main(xs: seq[int]) = scan(add, xs, 10);", [1, 2, 3], [11, 13, 16]),
        (STEPS + "main(xs: seq[int]) = scan(add, xs, 10);", [], []),
        (STEPS + "main(xs: seq[int], ys: seq[int]) = fold(mac, zip(xs, ys), 0);", {"xs": [1, 2], "ys": [3, 4]}, 11),
        (PARITY + 'main(bits: seq[int 0..1]) = scan(parity, bits, "even");', [1, 0, 1], ["odd", "odd", "even"]),
        (PARITY + 'main(bits: seq[int 0..1]) = fold(parity, bits, "even");', [1, 0, 1], "even"),
        (SQUARE + "main(xs: seq[int]) = map(square, xs);", [1, 2, 3], [1, 4, 9]),
        ("t = {1: 2, 2: 4};\nmain(xs: seq[int 1..2]) = map(t, xs);", [1, 2], [2, 4]),
        (
            "def average(a: int, b: int) -> real { return (a + b) / 2; }\n"
            "main(xs: seq[int], ys: seq[int]) = map(average, zip(xs, ys));",
            {"xs": [1, 2], "ys": [2, 4]},
            [1.5, 3],
        ),
    ],
)
def test_a_function_runs_along_sequences(text: str, given: Any, expected: Any) -> None:
    assert answer(text, given) == expected


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("main(xs: seq[int]) = xs >> sum;", [1, 2], 3),
        (SQUARE + "main(xs: seq[int]) = xs >> map(square) >> sum;", [1, 2, 3], 14),
        (STEPS + "main(xs: seq[int]) = xs >> fold(add, 1);", [1, 2], 4),
        ("def more(x, by = 1) { return x + by; }\nmain(xs: seq[int]) = xs >> more >> more(by=10);", [1], [12]),
        (
            "def one(x) { return x + 1; }\ndef two(x) { return x * 2; }\n"
            "both = one >> two;\nmain(xs: seq[int]) = both(xs);",
            [1, 2],
            [4, 6],
        ),
        ('use program "stdcell/sort" (sort);\nmain(xs: seq[int 0..9]) = xs >> sort;', [3, 1, 2], [1, 2, 3]),
    ],
)
def test_a_pipeline_hands_each_value_to_the_next_function(text: str, given: Any, expected: Any) -> None:
    assert answer(text, given) == expected


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ("forall i: xs[i] >= 0", [0, 1], [0, -1]),
        ("forall i in range(length - 1): xs[i] <= xs[i + 1]", [1, 2, 2], [2, 1]),
        ("forall i: i + 1 < length implies xs[i] <= xs[i + 1]", [1, 2, 2], [2, 1]),
        ("forall i, j: i < j implies xs[i] != xs[j]", [1, 2, 3], [1, 2, 1]),
        ("forall i in range(1, length): xs[i] > xs[0]", [1, 2, 3], [2, 2]),
        ("forall x in xs: x % 2 == 0", [2, 4], [2, 3]),
        ("exists i: xs[i] == 7", [1, 7], [1, 2]),
        ("exists x in xs: forall y in xs: y <= x and x > 0", [1, 2], [0]),
        ("not exists i: xs[i] == xs[-1] and i + 1 < length", [1, 2], [2, 2]),
        ("all(xs > 0) and any(xs > 1)", [1, 2], [1, 1]),
        ("length > 2 or forall i: xs[i] > 0", [0, 0, 0], [0]),
    ],
)
def test_a_quantifier_speaks_of_positions_and_elements(condition: str, holds: list[int], fails: list[int]) -> None:
    text = f"main(xs: seq[int]) -> bool = {condition};"
    assert (answer(text, holds), answer(text, fails)) == (True, False)


@pytest.mark.parametrize(("operator", "expected"), [("forall", True), ("exists", False)])
def test_a_quantifier_over_no_position_holds_for_all_and_for_none(operator: str, expected: bool) -> None:
    assert answer(f"main(xs: seq[int]) = {operator} i: xs[i] > 0;", []) is expected


@pytest.mark.parametrize(
    ("aggregate", "given", "expected"),
    [
        (f"sum({UPTO}, xs)", [1, 2, 3], [1, 3, 6]),
        (f"max({UPTO}, xs)", [1, 3, 2], [1, 3, 3]),
        (f"min({UPTO}, xs)", [3, 1, 2], [3, 1, 1]),
        (f"any({UPTO}, xs == 2)", [1, 2, 3], [False, True, True]),
        (f"all({UPTO}, xs < 3)", [1, 3, 2], [True, False, False]),
        ("any(select(xs, 9, ==), xs > 0)", [1, 2], [False, False]),
        ("all(select(xs, 9, ==), xs > 0)", [1, 2], [True, True]),
        ("sum(select(xs, 9, ==), xs)", [1, 2], [0, 0]),
        ("first(select(xs, 0, !=), xs, -1)", [0, 5, 7], [5, 5, 5]),
        ("last(select(xs, 0, !=), xs, -1)", [0, 5, 7], [7, 7, 7]),
        ("last(select(xs, 9, ==), xs, -1)", [0, 5, 7], [-1, -1, -1]),
        ("nearest(select(xs, 0, ==), indices)", [0, 1, 0, 1, 1], [0, 0, 2, 2, 2]),
        ('nearest(select(xs, 0, ==), indices, ties="right")', [0, 1, 0, 1, 1], [0, 2, 2, 2, 2]),
        ("nearest(select(xs, 9, ==), xs, -1)", [1, 2], [-1, -1]),
        ("max(2, xs)", [1, 3], [2, 3]),
    ],
)
def test_an_aggregate_says_what_the_selected_values_come_to(aggregate: str, given: list[int], expected: Any) -> None:
    assert answer(f"main(xs: seq[int]) = {aggregate};", given) == expected


@pytest.mark.parametrize("name", ["aggregate", "min", "max", "first", "last", "nearest"])
def test_an_empty_selection_without_a_default_is_a_fault(name: str) -> None:
    program = parse(f"main(xs: seq[int]) = {name}(select(indices, indices, <), xs);")
    with pytest.raises(RuntimeFault, match="1:22: nothing is selected, and there is no default"):
        interpret(program, [[1, 2]])


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("def pick[T](xs: seq[T], i: int) -> T { return xs[i]; }\nmain(xs: seq[int 0..9]) = pick(xs, -1);", [1, 2], 2),
        ('def pick[T](xs: seq[T]) -> T { return xs[0]; }\nmain(xs: seq[token {"a", "b"}]) = pick(xs);', "ab", "a"),
        (
            "def top[T: int](xs: seq[T], low: T) -> seq[T] { return max(xs, low); }\n"
            "main(xs: seq[int 0..3]) = top(low=2, xs=xs);",
            [1, 3],
            [2, 3],
        ),
        (
            "def f(x: int, by: int = 10) -> int { return x * by; }\nmain(x: int) = f(x) + f(x, 2) + f(by=1, x=x);",
            {"x": 3},
            39,
        ),
        ("a(xs: seq[int]) = xs + 1;\nmain(xs: seq[int]) = a(a(xs));", [1], [3]),
        ("main(xs: seq[int]) { k: int 0..9 = length; return xs + k; }", [1, 2], [3, 4]),
        ("main(xs: seq[int]) = xs[indices - 1];", [1, 2, 3], [3, 1, 2]),
        ('t = {"a": 1, "b": 2};\nmain(xs: seq[token {"a", "b"}]) = t[xs] + t["b"];', "ab", [3, 4]),
        ('main(xs: seq[int]) = {(1, True): "x", (2, False): "y"}[xs, xs == 1];', [1, 2], ["x", "y"]),
        ("allowed = [1, 2];\nmain(xs: seq[int]) = xs in allowed;", [1, 3], [True, False]),
    ],
)
def test_a_strict_program_answers(text: str, given: Any, expected: Any) -> None:
    assert answer(text, given) == expected


def test_a_generic_function_answers_with_the_type_that_it_is_called_with() -> None:
    text = "def same[T](xs: seq[T]) -> seq[T] { return xs; }\nmain(xs: seq[int 0..9]) = same(xs);"
    assert str(parse(text).functions["main"].result.type) == "seq[int 0..9]"


def test_a_table_without_the_key_is_a_fault_at_its_place() -> None:
    program = parse('t = {"a": 1};\nmain(xs: seq[token {"a", "b"}]) = t[xs];')
    with pytest.raises(RuntimeFault, match="2:35: the table has no entry for 'b'"):
        interpret(program, ["ab"])


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("t = {1: 2, 1: 3};", 1, 12, "the table has two entries for 1"),
        ("t = {1: 2, (1, 2): 3};", 1, 5, "the keys of a table have one length"),
        ("t = {1: 2};\na = t[3];", 2, 5, "the table has no entry for the number 3"),
        ("t = {1: 2};\na = t[1, 2];", 2, 5, "the table has 1 key, found 2"),
        ("t = {1: 2};\na = t(1);", 2, 5, "'t' is a table, not a function"),
        ("t = {1: indices};\na = t[indices];", 2, 5, "only numbers, tokens and booleans can be looked up by an s-op"),
        ("def f(x, k = 1, y) { return x; }", 1, 17, "the parameter 'y' has no default, and one before it has"),
        ("def f(x) { return x; }\na = f(y=1);", 2, 7, "'f' has no parameter 'y'"),
        ("def f(x) { return x; }\na = f(1, x=1);", 2, 10, "the argument 'x' is given twice"),
        ("def f(x, y) { return x; }\na = f(x=1, 2);", 2, 12, "an argument without a name stands after a named one"),
        (
            "def f[T: int](xs: seq[T]) -> T { return xs[0]; }\na = f(tokens_str);",
            2,
            5,
            "the type 'T' of 'f' is within int, found token",
        ),
        (
            "def f[T](x: T, y: T) -> T { return x; }\na = f(1, True);",
            2,
            5,
            "the type 'T' of 'f' would be both int 1..1 and bool",
        ),
        ("a = forall i in 3: i > 0;", 1, 17, "'forall' runs over a range or a sequence, found the number 3"),
        ("a = exists i: i;", 1, 15, "'exists' expects a condition, found int 0.."),
        ("a = zip(tokens, tokens) + 1;", 1, 5, "expected an s-op, found sequences side by side"),
        (
            "def f(x) { return x; }\na = fold(f, tokens, 0);",
            2,
            10,
            "'fold' expects a function or cell of two arguments, found one of 1",
        ),
        ('a = nearest(select(1, 1, ==), indices, ties="up");', 1, 45, '\'ties\' is one of "left", "right", found "up"'),
        ("a: int 0..9 = 12;", 1, 15, "expected int 0..9 for a, found the number 12"),
        ("a = indices[1.5];", 1, 13, "a position is a whole number, found the number 1.5"),
        ("a = any(select(1, 1, ==), indices);", 1, 27, "'any' expects booleans, found seq[int 0..]"),
    ],
)
def test_what_the_checker_refuses_says_what_and_where(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text)
    first = fault.value
    assert (first.line, first.column, first.message) == (line, column, message)
