"""Trees to text: the parentheses of both dialects, the layout, and the law that the text parses to the tree."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from stdcell.dsl.syntax import tree
from stdcell.dsl.syntax.parser import parse_expression, parse_items, parse_type
from stdcell.dsl.syntax.printer import print_expression, print_item, print_type
from stdcell.errors import Source

from .programs import EXPRESSIONS, ITEMS, NOWHERE, in_a_dialect

CELL_EXPRESSIONS = [
    "(a or b) and c",
    "not a == b",
    "(not a) == b",
    "(a implies b) implies c",
    "a implies b implies c",
    "(a if b else c) if d else e",
    "a if b else c if d else e",
    "(a < b) == (c < d)",
    "0 <= x < 5",
    "x not in y",
    "(-2) ^ 2",
    "-2 ^ 2",
    "2 ^ -1",
    "2 ^ 3 ^ 2",
    "(2 ^ 3) ^ 2",
    "a - (b - c)",
    "(a - b) mod c",
    "-a * b",
    "-(a * b)",
    "(a + b)[i, j](c)",
    "f(==, k=a or b)",
    "(forall i: a) and b",
    "a and forall i in range(3): exists j, k: b and c",
    "(forall i: a) if (forall i: b) or c else forall i: d",
    '{("a", "b"): 1, ("b", "a"): 2}["a", "b"]',
]
RASP_EXPRESSIONS = [
    "a or b and c",
    "a or (b and c)",
    "not (a == b)",
    "not a == b",
    "a if b else (c if d else e)",
    "a if b else c if d else e",
    "a if b in c else d",
    "a < b == c",
    "a < (b == c)",
    "-2 ^ 2",
    "-(2 ^ 2)",
    "2 ^ 3 ^ 2",
    "2 ^ (3 ^ 2)",
    "(a % b) * c",
    "a % b * c",
    "a and (b in c)",
    "a and b in c in d",
    "a in (b in c)",
    "(a and b)[-1]",
    "[a in b for a, b in zip(c, d)]",
    "{k: a or b for k in c in d}",
    "{}",
]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [("cell", text) for text in CELL_EXPRESSIONS] + [("rasp", text) for text in RASP_EXPRESSIONS],
)
def test_an_expression_keeps_the_parentheses_that_it_needs(dialect: str, text: str) -> None:
    assert print_expression(parse_expression(Source(text), dialect), dialect) == text


@pytest.mark.parametrize(
    ("dialect", "text", "printed"),
    [
        ("cell", "((a)) or (b and (c))", "a or b and c"),
        ("rasp", "(a or b) and c", "a or b and c"),
        ("cell", "(not (a)) or (forall i: (b))", "not a or forall i: b"),
        ("rasp", "(-2)^2", "-2 ^ 2"),
        ("cell", "-(2^2)", "-2 ^ 2"),
    ],
)
def test_an_expression_loses_the_parentheses_that_it_does_not_need(dialect: str, text: str, printed: str) -> None:
    assert print_expression(parse_expression(Source(text), dialect), dialect) == printed


def test_a_pipe_is_printed_between_its_parts() -> None:
    pipe = tree.Binary(">>", tree.Name("xs", NOWHERE), tree.Name("sort", NOWHERE), NOWHERE)
    assert print_expression(pipe, "cell") == "xs >> sort"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (Fraction(1, 10), "0.1"),
        (Fraction(5, 2), "2.5"),
        (Fraction(2), "2.0"),
        (Fraction(1, 2**30), "0.000000000931322574615478515625"),
        (10**999, "1" + "0" * 999),
    ],
)
def test_a_number_is_printed_exactly_and_a_decimal_stays_one(value: int | Fraction, text: str) -> None:
    assert print_expression(tree.Number(value, NOWHERE), "cell") == text


@pytest.mark.parametrize(("token", "text"), [("a", '"a"'), ("", '""'), ('say "a"', "'say \"a\"'"), ("it's", '"it\'s"')])
def test_a_token_is_quoted_with_the_quote_that_it_does_not_hold(token: str, text: str) -> None:
    assert print_expression(tree.Text(token, NOWHERE), "rasp") == text


@pytest.mark.parametrize(
    "text",
    ["bool", "int -3..5", "int ..5", "real 0.0..", "token", 'token {"a", "b"}', 'seq[token {"a"}]', "vector[8]"],
)
def test_a_type_is_printed_as_it_is_written(text: str) -> None:
    assert print_type(parse_type(Source(text))) == text


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("cell", "use circuit add_mod_37@2 as add;"),
        ("cell", 'use formula "0123abcd" as add;'),
        ("cell", 'use program "stdcell/sort" (sort, rank);'),
        ("cell", 'use circuit "where";'),
        ("cell", 'use circuit where task == "add" and accuracy >= 0.99 and exact == True as add;'),
        ("cell", "type Digit = int 0..36;"),
        ("cell", "x: seq[int] = f(k=1);"),
        ("cell", 'def f[T, N: int](x: seq[T], y=1, z: token {"a"} = "a") -> T {\n    return x;\n}'),
        ("cell", "main(x: int) -> int\n    requires x > 0\n    = x;"),
        ("rasp", "a, b = b, a;"),
        ("rasp", "aggregate(s, tokens);"),
        ("rasp", "for a, b in zip(x, y) {\n    c = a;\n}"),
        ("rasp", "def f() {\n    def g(x) {\n        return x;\n    }\n    return g(1), 2;\n}"),
        ("rasp", 'load "lib";'),
        ("rasp", 'draw(sort, "abc");'),
        ("rasp", "set s-op example [1, 2]"),
        ("rasp", "show selector example"),
        ("rasp", "selector examples off"),
        ("rasp", "full seq display on"),
        ("rasp", "exit"),
    ],
)
def test_an_item_is_printed_as_it_is_written(dialect: str, text: str) -> None:
    [item], _ = parse_items(Source(text), dialect)
    assert print_item(item, dialect) == text


LONG_CALL = """\
query = aggregate(
    select(relative_clause_position == 0 and question_clause, True, ==),
    tokens,
    "-" if is_short else "a longer mark"
);"""
LONG_LOGIC = """\
open_for_close =
    select(opens, True, ==)
    and select(delay_closer, delay_closer, ==)
    and select(depth_index, depth_index - 1, ==);"""
LONG_CHOICE = """\
return_value =
    aggregate(select(indices, 0, ==), tokens)
    if selector_width(same_token) > 1
    else aggregate(select(indices, 1, ==), tokens)
    if selector_width(same_token) == 1
    else tokens;"""
LONG_COMPREHENSION = """\
right_sender = {
    n: not_contains_element[n] if right_operator == in_token else contains_element[n]
    for n in contains_element
};"""
LONG_SIGNATURE = """\
def compare_the_lengths_of_two(
    left_sequence: seq[int 0..36],
    right_sequence: seq[int 0..36],
    default: int = 0
) -> seq[int 0..36]
    ensures
        count(result) == count(left_sequence) + count(right_sequence)
        and forall i: result[i] <= left_sequence[i] + right_sequence[i]
{
    return left_sequence;
}"""
LONG_VOCABULARY = """\
type Word = token {
    "a word of a certain length",
    "a word of a certain length or longer",
    "a word of a certain length or shorter"
};"""


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("cell", LONG_CALL),
        ("rasp", LONG_LOGIC),
        ("cell", LONG_CHOICE),
        ("rasp", LONG_COMPREHENSION),
        ("cell", LONG_SIGNATURE),
        ("cell", LONG_VOCABULARY),
    ],
    ids=["call", "logic", "choice", "comprehension", "signature", "vocabulary"],
)
def test_what_is_too_long_for_a_line_breaks_at_all_its_places(dialect: str, text: str) -> None:
    [item], _ = parse_items(Source(text), dialect)
    assert print_item(item, dialect) == text


@pytest.mark.parametrize(("length", "n_lines"), [(89, 1), (90, 4)])
def test_a_line_is_at_most_a_hundred_characters_wide(length: int, n_lines: int) -> None:
    printed = print_item(parse_items(Source(f"x = f({'a' * length}, b);"), "cell")[0][0], "cell")
    assert len(printed.split("\n")) == n_lines


def test_a_sum_of_any_length_is_printed() -> None:
    total = parse_expression(Source(" + ".join(["indices"] * 3000)))
    assert len(print_expression(total, "cell").split("\n")) == 3000


@given(in_a_dialect(ITEMS))
@settings(max_examples=200, deadline=5000, derandomize=True)
def test_a_printed_item_parses_to_the_same_tree(drawn: tuple[str, tree.Item]) -> None:
    dialect, item = drawn
    assert parse_items(Source(print_item(item, dialect)), dialect) == ([item], [])


@given(in_a_dialect(EXPRESSIONS))
@settings(max_examples=200, deadline=5000, derandomize=True)
def test_a_printed_expression_parses_to_the_same_tree(drawn: tuple[str, tree.Expr]) -> None:
    dialect, expression = drawn
    assert parse_expression(Source(print_expression(expression, dialect)), dialect) == expression
