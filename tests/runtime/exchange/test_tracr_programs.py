"""Programs of Tracr keep their answers: expected values are written out by hand."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import product
from typing import Any

import pytest

from stdcell.dsl.graph import Lookup, nodes_within
from stdcell.errors import RuntimeFault
from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.exchange import from_tracr
from stdcell.runtime.interpreter import interpret

from .tracr_stand_ins import (
    INDICES,
    LENGTH,
    TOKENS,
    Aggregate,
    Comparison,
    ConstantSelector,
    ConstantSOp,
    Expression,
    Full,
    LinearSequenceMap,
    Map,
    Select,
    SelectorAnd,
    SelectorNot,
    SelectorOr,
    SelectorWidth,
    SequenceMap,
)

SAME = Select(TOKENS, TOKENS, Comparison.EQ, "same_token")
EARLIER = Select(INDICES, INDICES, Comparison.LEQ)
ALL = Select(INDICES, INDICES, Comparison.TRUE)
NONE = Select(INDICES, INDICES, Comparison.FALSE)
IS_A = Map(lambda token: token == "a", TOKENS)


def answered(expression: Expression, given: Sequence[Any], vocabulary: Sequence[Any] = "abc", **options: Any) -> Any:
    """What the interpreter answers to the translation, and a compiled transformer with it."""
    program = from_tracr(expression, vocabulary, 4, **options)
    (answer,) = interpret(program, [given])
    vocabulary_or_type = None if program.output().parameters else list(vocabulary)
    compiled = compile_transformer(program, vocabulary=vocabulary_or_type, max_length=4)
    assert compiled([given]) == [answer]
    return answer


@pytest.mark.parametrize(
    ("expression", "given", "answer"),
    [
        (TOKENS, "cab", ["c", "a", "b"]),
        (SelectorWidth(SAME), "abca", [2, 1, 1, 2]),
        (Map(lambda index: index * index, INDICES), "abc", [0, 1, 4]),
        (Map(str.upper, TOKENS), "abc", ["A", "B", "C"]),
        (SequenceMap(lambda x, y: f"{x}{y}", TOKENS, INDICES), "ab", ["a0", "b1"]),
        (LinearSequenceMap(LENGTH, INDICES, 1, -1), "abc", [3, 2, 1]),
        (LinearSequenceMap(LENGTH, INDICES, 0.5, 0.1), "ab", [1, 1.1]),
        (Aggregate(EARLIER, IS_A), "aba", [1, 0.5, 2 / 3]),
        (Aggregate(NONE, IS_A, 7), "ab", [7, 7]),
        (Map(lambda mean: mean > 0.4, Aggregate(ALL, IS_A)), "abb", [0, 0, 0]),
        (Map(lambda mean: mean == 1 / 3, Aggregate(ALL, IS_A)), "abb", [1, 1, 1]),
        (ConstantSOp([3, 1, 4, 1]), "abc", [3, 1, 4]),
        (SelectorWidth(ConstantSelector([[True, False], [True, True]])), "ab", [1, 2]),
        (SelectorWidth(SelectorNot(SAME)), "aab", [1, 1, 2]),
        (SelectorWidth(SelectorAnd(SAME, EARLIER)), "aba", [1, 1, 2]),
        (SelectorWidth(SelectorOr(SAME, EARLIER)), "aba", [2, 2, 3]),
        (SelectorWidth(Select(TOKENS, Full("b"), Comparison.EQ)), "abb", [2, 2, 2]),
    ],
)
def test_a_translation_answers_as_the_expression_says(expression: Expression, given: str, answer: list[Any]) -> None:
    assert answered(expression, given) == answer


@pytest.mark.parametrize(
    ("predicate", "answer"),
    [
        # The keys 0, 1, 2, 3 by the queries 0, 1, 2, 3: how many are selected.
        (lambda key, query: key < query, [0, 1, 2, 3]),
        (lambda key, query: query == key + 2, [0, 0, 1, 1]),
        (lambda key, query: key % 2 == query % 2, [2, 2, 2, 2]),
        (lambda key, query: key >= 3, [1, 1, 1, 1]),
        (lambda key, query: query > 1, [0, 0, 4, 4]),
        (lambda key, query: abs(key - query) <= 1, [2, 3, 3, 2]),
        (lambda key, query: key * query >= 3, [0, 1, 2, 3]),
        (lambda key, query: (key + query) % 3 == 0, [2, 1, 1, 2]),
        (lambda key, query: 1 / key > 0, [3, 3, 3, 3]),
        (lambda key, query: True, [4, 4, 4, 4]),
        (lambda key, query: False, [0, 0, 0, 0]),
    ],
)
def test_any_predicate_becomes_a_selector(predicate: Any, answer: list[int]) -> None:
    assert answered(SelectorWidth(Select(INDICES, INDICES, predicate)), "abca") == answer


@pytest.mark.parametrize(
    "function", [lambda x: 3 * x - 1, lambda x: -x, lambda x: x / 2], ids=["scaled", "negated", "halved"]
)
def test_a_function_that_is_a_straight_line_needs_no_table(function: Any) -> None:
    program = from_tracr(Map(function, INDICES), "ab", 5)
    assert not any(isinstance(node, Lookup) for node in nodes_within([program.output().result]))


def test_a_difference_of_two_s_ops_needs_no_table() -> None:
    program = from_tracr(SequenceMap(lambda x, y: x - y - 1, LENGTH, INDICES), "ab", 5)
    assert program.source.text.count("length - indices - 1") == 1


def test_the_text_keeps_tracrs_names_and_the_vocabulary() -> None:
    rank = SelectorWidth(Select(TOKENS, TOKENS, lambda key, query: key < query, "smaller than-1"))
    assert from_tracr(rank, ["b", "a"], 3).source.text == (
        'main(tokens: seq[token {"a", "b"}]) {\n'
        "    smaller_than_1 = select(tokens, tokens, <);\n"
        "    answer = selector_width(smaller_than_1);\n"
        "    return answer;\n"
        "}\n"
    )


def test_whole_numbers_in_a_row_become_a_range() -> None:
    assert from_tracr(TOKENS, [3, 1, 2], 3).source.text.startswith("main(tokens: seq[int 1..3])")


def test_a_vocabulary_of_other_numbers_is_named_when_the_program_is_compiled() -> None:
    assert answered(Map(lambda token: token * 2, TOKENS), [0.5, 4], [0.5, 4]) == [1, 8]


def test_causal_selectors_see_only_what_stands_before() -> None:
    assert answered(SelectorWidth(SAME), "abaa", causal=True) == [1, 1, 2, 3]


def test_nothing_selected_has_no_answer_where_tracr_says_none() -> None:
    shifted = Aggregate(Select(INDICES, INDICES, lambda key, query: query == key + 1), TOKENS)
    with pytest.raises(RuntimeFault, match="nothing is selected, and there is no default"):
        interpret(from_tracr(shifted, "ab", 4), ["ab"])


def test_a_named_value_stands_for_none_and_passes_through_functions() -> None:
    shifted = Aggregate(Select(INDICES, INDICES, lambda key, query: query == key + 1), TOKENS)
    assert answered(Map(str.upper, shifted), "ab", undefined="~") == ["~", "A"]


def test_a_pair_is_the_token_of_its_text() -> None:
    paired = SequenceMap(lambda x, y: (x, y), TOKENS, INDICES)
    assert answered(paired, "ab") == ["('a', 0)", "('b', 1)"]
    assert answered(Map(lambda pair: pair[1] + 1, paired), "ab") == [1, 2]


def test_a_function_of_too_many_values_says_what_helps() -> None:
    pairs = SequenceMap(lambda x, y: (x, y), INDICES, INDICES)
    with pytest.raises(RuntimeFault, match=r"the function of 'sequencemap' has to be called on .* take a smaller max"):
        from_tracr(SequenceMap(lambda x, y: (x, y), pairs, pairs), "ab", 40)


def test_a_function_that_always_raises_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="the function of 'map' has no answer to any value of its arguments"):
        from_tracr(Map(lambda token: token / 2, TOKENS), "ab", 3)


def test_an_expression_of_an_unknown_kind_is_named() -> None:
    class Sorted(Expression):
        pass

    with pytest.raises(RuntimeFault, match="no expression of Tracr that is known: Sorted; translate it by hand"):
        from_tracr(Sorted(), "ab", 3)


@pytest.mark.parametrize(("vocabulary", "max_length"), [("", 3), ("ab", 0)])
def test_a_program_without_inputs_is_refused(vocabulary: str, max_length: int) -> None:
    with pytest.raises(RuntimeFault, match="expected a max_length of 1 or more and a vocabulary, found"):
        from_tracr(TOKENS, vocabulary, max_length)


@pytest.mark.skipif(not find_spec("tracr"), reason="Tracr is not installed; see benchmarks/peers")
def test_tracrs_own_histogram_and_reversal_keep_their_answers() -> None:
    library, rasp = (importlib.import_module(f"tracr.{name}") for name in ("compiler.lib", "rasp.rasp"))
    inputs = [list(tokens) for n in range(1, 4) for tokens in product("abc", repeat=n)]
    for expression in (library.make_hist(), library.make_reverse(rasp.tokens)):
        assert interpret(from_tracr(expression, "abc", 3), inputs) == [expression(given) for given in inputs]
