"""Quantifiers over elements of sequences: compiled as interpreted, faults included, on short inputs, or refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stdcell.dsl import Program, parse
from stdcell.errors import LanguageError, NotCompilable, RuntimeFault
from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.interpreter import interpret


def program_of(condition: str, element: str = "int 0..2") -> Program:
    return parse(f"main(xs: seq[{element}]) = {condition};")


def answer(run: Callable[[list[Any]], list[Any]], given: Any) -> Any:
    """What a backend answers to one input, or the fault that it finds."""
    try:
        return run([given])
    except RuntimeFault as fault:
        return str(fault)


def disagreements(program: Program, max_length: int) -> list[Any]:
    """Inputs on which the transformer does not answer, or fault, as the interpreter; with both answers."""
    compiled = compile_transformer(program, max_length=max_length)
    inputs = [list(tokens) for n in range(max_length + 1) for tokens in product(compiled.vocabulary or (), repeat=n)]
    pairs = [(xs, answer(compiled, xs), answer(lambda given: interpret(program, given), xs)) for xs in inputs]
    return [pair for pair in pairs if pair[1] != pair[2]]


@pytest.mark.parametrize(
    "condition",
    [
        "forall x in xs: x % 2 == 0",
        "exists x in xs: x + 1 == length",
        "forall i in range(length - 1): xs[i] <= xs[i + 1]",
        "forall i in range(1, length): xs[i - 1] != xs[i]",
        "forall i in range(1, length + 1): xs[i - 1] < 2",
        "exists i in range(-length, 0): xs[i] == i + 3",
        "exists i: xs[i] == xs[length - 1 - i] and xs[i] == i",
        "exists i in range(2, 1): xs[i] == 0",
    ],
)
def test_a_quantifier_over_elements_is_compiled(condition: str) -> None:
    assert disagreements(program_of(condition), 4) == []


def test_a_quantifier_over_tokens_is_compiled() -> None:
    assert disagreements(program_of('forall i: xs[i] == "a" or xs[-1 - i] == "b"', 'token {"a", "b"}'), 4) == []


@pytest.mark.parametrize(
    "condition",
    [
        "forall i: i == 0 or xs[i - 1] <= xs[i]",
        "forall i: i + 1 < length implies xs[i] <= xs[i + 1]",
        "exists i: i + 1 < length and xs[i + 1] == xs[i]",
        "exists i: (xs[i + 1] if i + 1 < length else 0) == 2",
        "forall i: xs[i] == 0 or 2 / xs[i] == 1",
        "forall i in range(5): i >= length or xs[i] < 2",
    ],
)
def test_a_guard_keeps_its_body_from_faulting(condition: str) -> None:
    program = program_of(condition)
    compiled = compile_transformer(program, max_length=4)
    inputs = [list(tokens) for n in range(5) for tokens in product(range(3), repeat=n)]
    assert compiled(inputs) == interpret(program, inputs)


@pytest.mark.parametrize(
    "condition",
    [
        "exists i: xs[i + 1] == 2",
        "forall i: xs[i + 1] == 2",
        "forall i: xs[i - 3] < 2",
        "exists i: 2 / xs[i] == 2",
        "forall i: xs[i] < 2 or xs[i + 1] == 0",
        "forall i in range(3): xs[i] < 2",
        "forall i in range(xs[0]): xs[i] == xs[0]",
        "exists i: xs[xs[i]] == 2",
        "exists i: xs[i / 2] == 2",
        "exists i: 1 / (length - 2) == xs[i] or xs[i] == 2",
    ],
)
def test_a_fault_counts_only_before_the_decision(condition: str) -> None:
    assert disagreements(program_of(condition), 4) == []


def test_a_fault_is_told_in_the_words_of_the_interpreter() -> None:
    compiled = compile_transformer(program_of("forall i: xs[i + 1] < 2"), max_length=3)
    assert compiled([[1, 1, 2]]) == [False]
    with pytest.raises(RuntimeFault) as fault:
        compiled([[1, 1, 1]])
    assert "position 3 is outside a sequence of length 3" in str(fault.value)


@pytest.mark.parametrize(
    "condition",
    [
        "exists i, j: i < j and xs[i] == xs[j]",
        "exists i, j: i < j and xs[i] + xs[j] == 3",
        "forall i, j: i < j implies xs[i] <= xs[j]",
        "forall i: exists j: xs[i] + 1 == xs[j] or xs[i] == 2",
        "forall i: exists j in range(i): xs[i] >= xs[j]",
        "exists i: forall j in range(i, length): xs[i] * xs[j] < 2",
        "exists i: (forall j: xs[j] <= xs[i]) and (exists j: j != i and xs[j] == xs[i])",
        "forall i: not (exists j in range(i + 1, length): xs[j] == xs[i])",
        "exists i: xs[i] == 1 and (forall j in range(1, length): xs[j] != xs[j - 1])",
        "exists i, j, k: i < j and j < k and xs[i] + xs[j] == xs[k] + 1",
        "exists i: forall j: i == j or 2 / xs[j] > xs[i]",
        "exists i, j: xs[i + j] == 2",
    ],
)
def test_a_quantifier_within_another_is_compiled(condition: str) -> None:
    assert disagreements(program_of(condition), 4) == []


@pytest.mark.parametrize(
    "text",
    [
        "xs if forall i: i == 0 or xs[i - 1] <= xs[i] else 2 - xs",
        "indicator(exists x in xs: x == 2) + sum(xs)",
        "(exists x in xs: 2 / x == 2) and (forall x in xs: x < 2)",
        "exists i: (selector_width(select(xs, xs, <)))[i] == xs[i]",
        "exists i: (xs + indices)[i] == length",
    ],
)
def test_a_quantifier_is_a_part_of_an_expression(text: str) -> None:
    assert disagreements(program_of(text), 3) == []


@pytest.mark.parametrize("max_length", [24, 48])
def test_neighbours_are_compared_in_long_inputs(max_length: int) -> None:
    program = program_of("forall i: i == 0 or xs[i - 1] <= xs[i]", "int 0..4")
    ascending = [5 * place // max_length for place in range(max_length)]
    swapped = [*ascending[:-2], 4, 3]
    compiled = compile_transformer(program, max_length=max_length)
    assert compiled([ascending, swapped, ascending[1:]]) == [True, False, True]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("exists i, j: i < j and xs[i] == xs[j]", [False, True, False]),
        ("exists i, j: i < j and xs[i] + xs[j] == 77", [True, False, False]),
        ("forall i, j: i < j implies xs[i] < xs[j]", [True, False, True]),
    ],
)
def test_pairs_are_compared_in_long_inputs(condition: str, expected: list[bool]) -> None:
    compiled = compile_transformer(program_of(condition, "int 0..39"), max_length=40)
    ascending = list(range(40))
    assert compiled([ascending, [*ascending[:-1], 38], ascending[:38]]) == expected


VARIABLES = ("i", "j")


def numbers(n_variables: int) -> st.SearchStrategy[str]:
    """Variables, constants, the length, and elements at positions that may lie outside."""
    leaves = st.sampled_from([*VARIABLES[:n_variables], "1", "2", "length"])
    offsets = st.sampled_from(["", " + 1", " - 1"])
    elements = st.tuples(leaves, offsets).map(lambda parts: f"xs[{parts[0]}{parts[1]}]")
    operators = st.sampled_from(["+", "-", "*", "%"])
    return leaves | elements | st.tuples(elements, operators, leaves | elements).map(lambda p: f"({' '.join(p)})")


def conditions(n_variables: int) -> st.SearchStrategy[str]:
    """Comparisons, one or two of them, or a quantifier within."""
    comparisons = st.tuples(numbers(n_variables), st.sampled_from(["<", "==", "!=", ">="]), numbers(n_variables))
    compared = comparisons.map(" ".join)
    joined = st.tuples(compared, st.sampled_from(["and", "or", "implies"]), compared).map(lambda p: f"({' '.join(p)})")
    return compared | joined | quantifiers(n_variables) if n_variables < len(VARIABLES) else compared | joined


def quantifiers(n_around: int = 0) -> st.SearchStrategy[str]:
    """A quantifier within others."""
    ranges = ["", " in range(length - 1)", " in range(1, length)", " in range(2)", " in range(-1, length - 1)"]
    ranges += [f" in range({variable} + 1)" for variable in VARIABLES[:n_around]]
    parts = st.tuples(st.sampled_from(["forall", "exists"]), st.sampled_from(ranges), conditions(n_around + 1))
    return parts.map(lambda p: f"({p[0]} {VARIABLES[n_around]}{p[1]}: {p[2]})")


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(quantifiers())
def test_a_random_quantifier_answers_and_faults_as_interpreted(condition: str) -> None:
    try:
        program = program_of(condition)
    except LanguageError:
        assume(False)
    try:
        found = disagreements(program, 3)
    except NotCompilable:
        assume(False)
    assert found == []


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (
            "forall i: xs <= xs[i] + 1",
            "the body of 'forall' makes or folds a sequence that depends on its variable; "
            "write it with selectors, or run it in the interpreter",
        ),
        (
            "exists i: i > 0 and (2 / xs)[i] == 1",
            "the body of 'exists' reads a sequence that may have no value; "
            "let its body compute the element, or run it in the interpreter",
        ),
        (
            "exists i: exists j: j > i and (2 / xs)[j] == 1",
            "the body of 'exists' reads a sequence that may have no value; "
            "let its body compute the element, or run it in the interpreter",
        ),
        (
            "forall i: exists j in range(xs[i + 1]): xs[j] == 1",
            "the bounds of a range in 'forall' may be no whole numbers, or have no value; "
            "round or guard them, or run it in the interpreter",
        ),
        (
            "exists i, j, k: xs[i + j] * xs[k] == 7 or xs[j * k] > 2",
            "'exists' takes more than 512 cases, one for each combination of its inner variables; "
            "take a smaller max_length, or write it with selectors",
        ),
    ],
)
def test_a_quantifier_without_a_compilation_is_refused(condition: str, reason: str) -> None:
    with pytest.raises(NotCompilable) as fault:
        compile_transformer(program_of(condition), max_length=30)
    assert str(fault.value) == f"<program>:1:27: {reason}"


def test_a_causal_transformer_does_not_decide_a_quantifier() -> None:
    with pytest.raises(NotCompilable) as fault:
        compile_transformer(program_of("exists x in xs: x == 2"), max_length=3, causal=True)
    assert "a causal transformer does not know the length before the input ends" in str(fault.value)
