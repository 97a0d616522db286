"""Laws of the compiler: random programs on all short inputs, known programs on long ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stdcell.dsl import parse
from stdcell.errors import NotCompilable, RuntimeFault
from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.interpreter import interpret

LENGTHS = range(1, 4)
INPUTS = [list(tokens) for n in LENGTHS for tokens in product([0, 1, 2], repeat=n)]
COMPARISONS = st.sampled_from(["<", "<=", "==", "!=", ">", ">="])
LEAVES = st.sampled_from(["tokens_int", "indices", "length", "0", "1", "2"])


def extended(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Numbers one level deeper: arithmetic, ternaries, widths and means."""
    compared = st.tuples(numbers, COMPARISONS, numbers)
    condition = compared.map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")
    atom = compared.map(lambda parts: f"select({parts[0]}, {parts[2]}, {parts[1]})")
    joined = st.tuples(atom, st.sampled_from(["and", "or", "and not", "or not"]), atom)
    selector = atom | joined.map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")
    operator = st.sampled_from(["+", "-", "*", "/", "%"])
    return (
        st.tuples(numbers, operator, numbers).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})")
        | st.tuples(numbers, condition, numbers).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})")
        | selector.map(lambda text: f"selector_width({text})")
        | st.tuples(selector, numbers, numbers).map(lambda parts: f"aggregate({parts[0]}, {parts[1]}, {parts[2]})")
    )


def has_answer(run: Callable[[list[list[int]]], Any], given: list[int]) -> bool:
    """Whether a call on one input does not fault."""
    try:
        run([given])
    except RuntimeFault:
        return False
    return True


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.recursive(LEAVES, extended, max_leaves=6))
def test_a_random_program_answers_as_interpreted_or_is_refused(expression: str) -> None:
    program = parse(f"ans = {expression};", dialect="rasp")
    try:
        compiled = compile_transformer(program, vocabulary=[0, 1, 2], max_length=3)
    except NotCompilable:
        assume(False)
    answered = [given for given in INPUTS if has_answer(partial(interpret, program), given)]
    assert compiled(answered) == interpret(program, answered)
    assert not [given for given in INPUTS if given not in answered and has_answer(compiled, given)]


def long_inputs(vocabulary: Sequence[int], length: int) -> list[list[int]]:
    """All equal, all different as far as possible, both ways, and at random."""
    draw = random.Random(0)
    rotation = [vocabulary[place % len(vocabulary)] for place in range(length)]
    return [
        [vocabulary[0]] * length,
        [vocabulary[-1]] * length,
        rotation,
        rotation[::-1],
        *([draw.choice(vocabulary) for _ in range(length)] for _ in range(8)),
        *([draw.choice(vocabulary) for _ in range(draw.randrange(1, length))] for _ in range(8)),
    ]


@pytest.mark.parametrize(
    ("text", "n_values", "length"),
    [
        ("ans = selector_width(select(tokens, tokens, ==));", 10, 100),
        ("ans = selector_width(select(tokens, tokens, ==));", 2, 400),
        (
            "rank = selector_width(select(tokens, tokens, <) or (select(tokens, tokens, ==) and "
            "select(indices, indices, <))); ans = aggregate(select(rank, indices, ==), tokens);",
            50,
            100,
        ),
        ("ans = aggregate(select(indices, length - indices - 1, ==), tokens);", 10, 50),
        ("ans = aggregate(select(indices, indices, <=), indicator(tokens == 0));", 3, 100),
        (
            "count = selector_width(select(tokens, tokens, ==)); ans = selector_width(select(count, 2, <=));",
            10,
            100,
        ),
    ],
    ids=["hist", "hist of 400", "sort", "reverse", "fractions", "rare"],
)
def test_long_inputs_are_answered_exactly(text: str, n_values: int, length: int) -> None:
    program = parse(text, dialect="rasp")
    compiled = compile_transformer(program, vocabulary=range(n_values), max_length=length)
    inputs = long_inputs(range(n_values), length)
    assert compiled(inputs) == interpret(program, inputs)
