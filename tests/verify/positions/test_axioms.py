"""The axioms hold of true values: with what the interpreter says of every node beside them, they do not contradict."""

from __future__ import annotations

from typing import Any

import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell import parse
from stdcell.dsl.graph import SOp, substitute
from stdcell.dsl.program import Program
from stdcell.dsl.types import Seq, element_of
from stdcell.runtime.reference import run
from stdcell.verify.encoding.codes import Codes
from stdcell.verify.positions.inner import closed_within
from stdcell.verify.positions.lemmas import find_lemmas
from stdcell.verify.positions.symbolic import Symbolic
from stdcell.verify.solver import Solver
from stdcell.verify.terms import as_term, sort_of

COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
LEAVES = st.sampled_from(["xs", "indices", "length", "1", "length - indices - 1", "xs + indices"])
SELECTORS = st.builds("select({}, {}, {})".format, LEAVES, LEAVES, COMPARISONS)
JOINED = st.one_of(
    SELECTORS,
    st.builds("({} and {})".format, SELECTORS, SELECTORS),
    st.builds("({} and select(indices, indices, {}))".format, SELECTORS, COMPARISONS),
    st.builds("({} or not {})".format, SELECTORS, SELECTORS),
)
WIDTHS = st.builds("selector_width({})".format, JOINED)
OPERATORS = st.sampled_from(["aggregate", "sum", "min", "max", "first", "last", "nearest"])
SUMS = st.one_of(
    st.builds("sum({}, {})".format, JOINED, LEAVES),
    st.builds("sum(select(indices, indices, {}), xs)".format, st.sampled_from(["<", "<="])),
)
SEQUENCES = st.one_of(
    WIDTHS,
    SUMS,
    st.builds("scan(add, {}, 1)".format, st.sampled_from(["xs", "indices", "xs + indices"])),
    st.builds("{}({}, {}, {})".format, OPERATORS, JOINED, LEAVES, st.sampled_from(["0", "7"])),
    st.builds("aggregate(select({}, indices, ==), xs, 0)".format, WIDTHS),
    st.builds("min(select({}, indices, >), xs, 9)".format, WIDTHS),
)
CONDITIONS = st.one_of(
    st.builds("forall i: count(xs {} xs[i], True) {} result[i]".format, COMPARISONS, COMPARISONS),
    st.builds("forall i: sum(xs * xs[i]) {} result[i]".format, COMPARISONS),
    st.builds("exists i: max(select(xs, xs[i], {}), indices, 0) == result".format, COMPARISONS),
    st.builds("forall i: selector_width(select(xs, xs[i], {})) >= result[i]".format, COMPARISONS),
    st.sampled_from(
        ["sum(result) == sum(xs)", "sorted(result)", "count(result, 1) > count(xs, 1)", "min(xs) <= max(result)"]
    ),
)
STEP = "def add(s, x) { return s + x; }\n"
INPUTS = st.lists(st.integers(0, 2), max_size=4)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(body=SEQUENCES, condition=CONDITIONS, xs=INPUTS)
def test_axioms_do_not_contradict_what_is_true(body: str, condition: str, xs: list[int]) -> None:
    program = parse(f"{STEP}main(xs: seq[int 0..2]) ensures {condition} = {body};")
    solver = Solver(200_000)
    solver.add(*axioms_of(program), *facts_of(program, xs))
    assert solver.check() != z3.unsat


def axioms_of(program: Program) -> list[Any]:
    """What a proof of the promise may use."""
    function = program.functions["main"]
    condition = substitute(function.ensures[0].condition, {function.result_input: function.result})
    roots = [function.result, condition]
    codes = Codes([])
    symbolic = Symbolic(codes, find_lemmas(roots, [], codes, 100_000), adds_up=True)
    symbolic.scalar(condition)
    for node in closed_within(roots):
        explain(symbolic, node)
    return symbolic.axioms


def explain(symbolic: Symbolic, node: SOp) -> None:
    """Everything that there is to know of a node."""
    if isinstance(node.type, Seq):
        symbolic.at(node, z3.Int("place"))
    symbolic.explain_further(node)


def facts_of(program: Program, xs: list[int]) -> list[Any]:
    """The length, and what the interpreter says of each sequence at each position."""
    values = run(program, program.functions["main"], xs)
    sequences = [node for node in values if isinstance(node.type, Seq)]
    told = [
        fact for node in sequences for place, value in enumerate(values[node]) for fact in fact_of(node, place, value)
    ]
    return [z3.Int("n") == len(xs), *told]


def fact_of(node: SOp, place: int, value: Any) -> list[Any]:
    name = f"{type(node).__name__}.{node.digest[:16]}"
    function = z3.Function(name, z3.IntSort(), sort_of(element_of(node.type)))
    return [function(place) == as_term(value)]
