"""The graph of s-ops: equal programs have equal digests, and only those."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.dsl import parse
from stdcell.dsl.graph import Constant, Elementwise, Indices, Input, inputs_of, substitute, topological
from stdcell.dsl.types import Int, Seq

BASE = """
def step(total: int, x: int) -> int { return total + x; }
main(xs: seq[int 0..9]) -> int 0..99 {
    before = select(indices, indices, <=);
    mean = aggregate(before, xs, 0);
    return fold(step, round(mean), 0);
}
"""


def digest(text: str, dialect: str = "cell") -> str:
    return parse(text, dialect=dialect).digest


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mean", "average"),
        ("xs", "values"),
        ("total", "so_far"),
        ("step", "add"),
        ("    ", "\t"),
        ("\n", "  # comment\n"),
        ("\n", "\r\n"),
        ("{ return total + x; }", "{ sum_of_both = total + x; return sum_of_both; }"),
        ("round(mean)", "(round((mean)))"),
        ("int 0..9]", "Digit]"),
    ],
)
def test_names_and_layout_do_not_change_the_digest(before: str, after: str) -> None:
    aliases = "type Digit = int 0..9;\n"
    assert digest(aliases + BASE.replace(before, after)) == digest(BASE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("xs, 0)", "xs, 1)"),
        ("<=", "<"),
        ("total + x", "total - x"),
        ("total + x", "x + total"),
        ("round(mean), 0)", "round(mean), 1)"),
        ("seq[int 0..9]", "seq[int 0..8]"),
        ("seq[int 0..9]", "seq[real 0..9]"),
        ("int 0..99", "int 0..98"),
        ("select(indices, indices", "select(indices, xs"),
    ],
)
def test_what_a_program_computes_changes_the_digest(before: str, after: str) -> None:
    assert digest(BASE.replace(before, after)) != digest(BASE)


def test_the_order_of_independent_statements_does_not_count() -> None:
    assert digest("a = indices + 1;\nb = length;") == digest("b = length;\na = indices + 1;")


def test_a_function_is_what_it_does() -> None:
    assert digest("def f(x) { return x + 1; }\na = f(indices);") == digest("a = indices + 1;")


def test_one_and_true_and_the_token_1_are_three_constants() -> None:
    assert len({Constant((), 1), Constant((), True), Constant((), "1")}) == 3


def test_equal_subexpressions_are_one_node() -> None:
    program = parse("a = (indices + 1) * (indices + 1);")
    assert len(topological([program.functions["a"].result])) == 4


def test_arguments_come_before_the_nodes_that_read_them() -> None:
    names = [type(node).__name__ for node in topological([parse("a = indices + length;").functions["a"].result])]
    assert names == ["Indices", "Length", "Elementwise"]


def test_substitution_replaces_a_parameter_everywhere() -> None:
    x = Input((), "x", Seq(Int()), "x")
    root = Elementwise((x, Elementwise((x,), "negate")), "+")
    replaced = substitute(root, {x: Indices()})
    assert replaced == Elementwise((Indices(), Elementwise((Indices(),), "negate")), "+")


def test_substitution_keeps_what_it_does_not_change() -> None:
    root = Elementwise((Indices(), Constant((), 1)), "+")
    assert substitute(root, {Constant((), 2): Constant((), 3)}) is root


def test_the_inputs_of_a_fold_are_found_within_its_step() -> None:
    program = parse('def f(n, i) { return n + i * count(tokens, "a"); }\na = fold(f, indices, 0);')
    assert [found.key for found in inputs_of([program.functions["a"].result])] == ["tokens"]


EXPRESSIONS = st.recursive(
    st.sampled_from(["indices", "length", "1", "2", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda text: f"round({text})"),
    ),
    max_leaves=8,
)


def test_a_graph_that_doubles_as_a_tree_is_written_in_a_line() -> None:
    program = parse("a0 = indices;\n" + "".join(f"a{n + 1} = a{n} + a{n};\n" for n in range(60)))
    assert repr(program.functions["a60"].result).startswith("Elementwise('+',)#")


@given(EXPRESSIONS, EXPRESSIONS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_naming_a_part_does_not_change_the_digest(left: str, right: str) -> None:
    named = parse(f"p = {left};\nq = {right};\na = p + q;").functions["a"].result.digest
    assert named == parse(f"a = {left} + {right};").functions["a"].result.digest
