"""Constant folding and the canonical graph: what does not change a digest, and what does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stdcell.dsl import parse
from stdcell.dsl.graph import Constant, Elementwise, Indices, Lookup, Quantified, topological
from stdcell.dsl.passes import canonical, fold_constants

SEQUENCES = "xs: seq[int 0..9], ys: seq[int 0..9]"


def digest(text: str, dialect: str = "cell") -> str:
    return parse(text, dialect=dialect).digest


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("main(xs: seq[int]) = xs + 1;", "go(values: seq[int]) = values + 1;"),
        ("main(xs: seq[int]) = xs + 1;", "main(xs: seq[int]) { one = 1; return xs + one; }"),
        ("main(xs: seq[int]) = xs + 2;", "main(xs: seq[int]) = xs + (4 - 2);"),
        ("a = indices + 1;\nb = length;", "c = length;\n\n# a comment\nd = indices+1;"),
        ("main() = forall i: i >= 0;", "main() = forall position: position >= 0;"),
        ("main() = forall i, j: i < j;", "main() = forall i: forall j: i < j;"),
        (
            "def f(s, x) { return s + x; }\nmain(xs: seq[int]) = fold(f, xs, 0);",
            "def g(a, b) { return a + b; }\nmain(ys: seq[int]) = fold(g, ys, 0);",
        ),
        ("main(xs: seq[int]) = xs >> sum;", "main(xs: seq[int]) = sum(xs);"),
        ("main(xs: seq[int]) -> int = sum(xs);", "main(xs: seq[int]) = sum(xs);"),
    ],
)
def test_what_only_the_text_says_does_not_change_the_digest(text: str, same: str) -> None:
    assert digest(text) == digest(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("main(xs: seq[int]) = xs + 1;", "main(xs: seq[int]) = xs + 2;"),
        ("main(xs: seq[int]) = xs + 1;", "main(xs: seq[int 0..9]) = xs + 1;"),
        (f"main({SEQUENCES}) = xs - ys;", f"main({SEQUENCES}) = ys - xs;"),
        ("main() = forall i: i >= 0;", "main() = exists i: i >= 0;"),
        ("main() = forall i: exists j: i < j;", "main() = forall i: exists j: j < i;"),
        ("main(xs: seq[int]) = first(xs >> select(0, ==), xs);", "main(xs: seq[int]) = last(xs >> select(0, ==), xs);"),
        ("t = {1: 2, 2: 1};\nmain(xs: seq[int 1..2]) = t[xs];", "t = {1: 2, 2: 2};\nmain(xs: seq[int 1..2]) = t[xs];"),
    ],
)
def test_what_is_computed_changes_the_digest(text: str, other: str) -> None:
    assert digest(text) != digest(other)


def test_a_program_of_both_dialects_has_one_digest() -> None:
    assert digest("a = indices * 2 + 1;") == digest("a = indices*2 + 1;", "rasp")


def test_the_digest_is_the_same_in_another_process() -> None:
    text = "main(xs: seq[int 0..9]) = aggregate(select(xs, xs, <), xs, -1);"
    code = f"import stdcell; print(stdcell.parse({text!r}).digest)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest(text)


def test_the_digest_of_a_program_is_stable() -> None:
    assert digest("a = indices + 1;") == "68714d7686f84893719199ef2434369a4d0bf9e7c193e054d65f87f14ede709f"


def test_constants_are_folded_within_what_is_not_constant() -> None:
    inner = Elementwise((Constant((), 2), Constant((), 3)), "*")
    assert fold_constants(Elementwise((Indices(), inner), "+")) == Elementwise((Indices(), Constant((), 6)), "+")


def test_a_table_is_looked_up_where_its_key_is_known() -> None:
    assert fold_constants(Lookup((Constant((), "a"),), ((("a",), 7),))) == Constant((), 7)


def test_what_has_no_value_stays_as_it_is_written() -> None:
    division = Elementwise((Constant((), 1), Constant((), 0)), "/")
    assert fold_constants(division) == division


def test_equal_expressions_are_one_node_and_dead_ones_none() -> None:
    program = parse("a = (indices + 1) * (indices + 1);\nmain(xs: seq[int]) { dead = xs * 9; return xs + 1; }")
    assert len(topological([program.functions["a"].result])) == 4
    assert len(topological([program.functions["main"].result])) == 3


def test_the_canonical_graph_names_inputs_by_their_places() -> None:
    function = parse("main(first: seq[int], second: seq[int]) = second;").functions["main"]
    node = canonical(function.result, function.parameters)
    assert getattr(node, "key", None) == "input1"


def test_a_quantifier_of_a_called_function_keeps_its_own_variable() -> None:
    inner = "f(x: int) -> bool = exists j: j == x;\n"
    called, written = inner + "main() = forall i: f(i);", inner + "main() = forall i: exists j: j == i;"
    assert parse(called).functions["main"].digest == parse(written).functions["main"].digest


@pytest.mark.parametrize(
    ("domain", "type_"), [("", "int 0.."), (" in range(-2, 2)", "int -2..1"), (" in range(3)", "int 0..2")]
)
def test_a_variable_has_the_type_of_its_range(domain: str, type_: str) -> None:
    node = parse(f"main() = forall i{domain}: i == i;").functions["main"].result
    assert isinstance(node, Quantified)
    assert str(node.variable.type) == type_
