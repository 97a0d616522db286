"""Text to syntax tree: precedence of both dialects, and where the parts of a program stand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.dsl import parse
from stdcell.dsl.syntax import tree
from stdcell.dsl.syntax.parser import parse_expression, parse_items
from stdcell.errors import LanguageError, Source

CELL_GROUPING = [
    ("a or b and c", "a or (b and c)"),
    ("not a in b", "not (a in b)"),
    ("not a == b", "not (a == b)"),
    ("-2 ^ 2", "-(2 ^ 2)"),
    ("2 ^ 3 ^ 2", "2 ^ (3 ^ 2)"),
    ("2 ^ -1", "2 ^ (-1)"),
    ("a % b * c", "(a % b) * c"),
    ("a mod b * c", "(a mod b) * c"),
    ("a - b - c", "(a - b) - c"),
    ("a + b == c * d", "(a + b) == (c * d)"),
    ("a if b else c if d else e", "a if b else (c if d else e)"),
    ("a or b if c else d", "(a or b) if c else d"),
    ("a < b and b < c", "(a < b) and (b < c)"),
]
RASP_GROUPING = [
    ("a or b and c", "(a or b) and c"),
    ("a and b or c", "(a and b) or c"),
    ("not a in b", "(not a) in b"),
    ("not a == b", "(not a) == b"),
    ("-2 ^ 2", "(-2) ^ 2"),
    ("2 ^ 3 ^ 2", "(2 ^ 3) ^ 2"),
    ("a % b * c", "a % (b * c)"),
    ("a * b % c", "(a * b) % c"),
    ("a + b % c", "a + (b % c)"),
    ("a if b else c if d else e", "(a if b else c) if d else e"),
    ("a < b < c", "(a < b) < c"),
    ("a + b in c", "(a + b) in c"),
]


def expression(text: str, dialect: str = "cell") -> tree.Expr:
    return parse_expression(Source(text), dialect)


@pytest.mark.parametrize(("text", "grouped"), CELL_GROUPING)
def test_the_strict_dialect_groups_as_python_does(text: str, grouped: str) -> None:
    assert expression(text) == expression(grouped)


@pytest.mark.parametrize(("text", "grouped"), RASP_GROUPING)
def test_the_original_rasp_groups_in_its_own_way(text: str, grouped: str) -> None:
    assert expression(text, "rasp") == expression(grouped, "rasp")


def test_comparisons_of_the_strict_dialect_share_their_operands() -> None:
    chain = expression("0 <= x not in y")
    assert isinstance(chain, tree.Chain)
    assert chain.operators == ("<=", "not in")


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("007", 7), ("0.1", Fraction(1, 10)), ("2.50", Fraction(5, 2)), ("9" * 1000, 10**1000 - 1)],
)
def test_a_number_means_exactly_what_is_written(text: str, value: int | Fraction) -> None:
    number = expression(text)
    assert isinstance(number, tree.Number)
    assert number.value == value


@pytest.mark.parametrize(
    ("text", "token"), [('"a"', "a"), ("'a'", "a"), ('""', ""), ('"it\'s"', "it's"), ('"#;}"', "#;}")]
)
def test_a_quoted_token_holds_what_stands_between_its_quotes(text: str, token: str) -> None:
    quoted = expression(text)
    assert isinstance(quoted, tree.Text)
    assert quoted.value == token


def test_a_call_knows_its_function_and_its_arguments() -> None:
    call = expression("select(keys, queries, <=)")
    assert isinstance(call, tree.Call)
    assert (call.name, len(call.arguments), call.function.span.text) == ("select", 3, "select")


def test_a_node_knows_the_text_that_it_comes_from() -> None:
    source = Source("a = 1;\nb = indices + (2 * length);")
    items, _ = parse_items(source, "cell")
    binding = items[1]
    assert isinstance(binding, tree.Assignment)
    (value,) = binding.values
    assert isinstance(value, tree.Binary)
    assert value.span.text == "indices + (2 * length)"
    assert (value.right.span.line, value.right.span.text) == (2, "2 * length")


@pytest.mark.parametrize(
    "text",
    [
        "a = indices;",
        "a = indices; # the end",
        "# nothing before\r\na = indices;\r\n",
        "\t a\t=\n\n  indices\f;",
        "a = indices;\n\n\n# } a brace in a comment",
    ],
)
def test_blanks_comments_and_line_ends_do_not_count(text: str) -> None:
    assert parse_items(Source(text), "cell") == parse_items(Source("a=indices;"), "cell")


@pytest.mark.parametrize("text", ["", " \n ", "# only a comment", "\n# one\n# two\n"])
def test_a_text_without_statements_is_an_empty_program(text: str) -> None:
    assert parse_items(Source(text), "cell") == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        'main(xs: seq[token {"a", "b"}]) = xs;',
        'type Letter = token {"a", "b"};',
        'main(xs: seq[int]) -> token {"a"} { return "a"; }',
        'main(xs: seq[int]) -> token {"a"} = "a";',
        'main(xs: seq[int]) -> token {"a"} # of one letter\n    ensures result == "a" = "a";',
        'main(x: token {"a"}, y: token {"b"}) -> bool requires x != y = x == y;',
    ],
)
def test_the_brace_of_a_vocabulary_does_not_end_a_statement(text: str) -> None:
    items, faults = parse_items(Source(text), "cell")
    assert (len(items), faults) == (1, [])


def test_one_fault_does_not_hide_the_next_statement() -> None:
    items, faults = parse_items(Source("a = ;\nb = 2;\nc = );\n"), "cell")
    assert [type(item).__name__ for item in items] == ["Broken", "Assignment", "Broken"]
    assert [fault.span.line for fault in faults] == [1, 3]


def test_chains_of_operators_may_be_of_any_length() -> None:
    program = parse("a = " + " + ".join(["indices"] * 3000) + ";")
    assert program.outputs == ("a",)


def test_chains_of_choices_may_be_of_any_length() -> None:
    program = parse("a = " + "1 if indices == 0 else " * 1000 + "2;")
    assert program.outputs == ("a",)


def test_parentheses_may_be_of_any_depth() -> None:
    assert expression("(" * 5000 + "1" + ")" * 5000) == expression("1")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a = " + "not " * 5000 + "True;", 1605),
        ("a = " + "round(" * 500 + "1" + ")" * 500 + ";", 2405),
        ("a = " + "2 ^ " * 2000 + "1;", 1605),
    ],
)
def test_what_is_nested_too_deeply_is_a_fault_where_it_becomes_so(text: str, column: int) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text)
    assert (fault.value.message, fault.value.column) == ("the expression is nested too deeply", column)
    assert fault.value.hint == "name its parts"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a = " + "9" * 5000 + ";", 5),
        ("main(x: int 0.." + "9" * 5000 + ") = x;", 16),
        ("main(x: vector[" + "9" * 5000 + "]) = x;", 16),
        ("use circuit add@" + "9" * 5000 + ";", 17),
    ],
)
def test_a_number_of_too_many_digits_is_a_fault(text: str, column: int) -> None:
    with pytest.raises(LanguageError) as fault:
        parse(text)
    assert fault.value.message == "a number has at most 1000 digits, found 5000"
    assert (fault.value.line, fault.value.column) == (1, column)


def test_an_unknown_dialect_is_a_fault_that_names_those_there_are() -> None:
    with pytest.raises(LanguageError) as fault:
        parse("a = 1;", dialect="python")
    assert fault.value.message == "unknown dialect 'python'"
    assert fault.value.hint == "the dialects are cell and rasp"


WORDS = """use def type main f a b xs 0 1 2.5 "a" in not and or if else return mod indices length tokens select
aggregate selector_width fold sum max round == < <= + - * / % ^ ( ) [ ] { } , ; : = -> .. @ int seq token #"""
SOUP = st.sampled_from([*WORDS.split(), "\n", "\ufeff", "\x00"])
TEXTS = st.one_of(st.text(max_size=40), st.lists(SOUP, max_size=25).map(" ".join))


@given(TEXTS, st.sampled_from(["cell", "rasp"]))
@settings(max_examples=200, deadline=5000, derandomize=True)
def test_any_text_is_a_program_or_a_language_error(text: str, dialect: str) -> None:
    try:
        parse(text, dialect=dialect)
    except LanguageError as error:
        assert str(error).startswith("<program>:")
