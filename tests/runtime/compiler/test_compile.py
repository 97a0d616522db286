"""A compiled transformer answers as the interpreter does, on every short input."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from stdcell.dsl import Program, parse
from stdcell.dsl.graph import SelectorWidth
from stdcell.errors import RuntimeFault
from stdcell.runtime.compiler import CompiledTransformer, compile_transformer
from stdcell.runtime.interpreter import interpret

HISTOGRAM = "ans = selector_width(select(tokens, tokens, ==));"
REVERSE = "ans = aggregate(select(indices, length - indices - 1, ==), tokens);"
SORT = """
smaller = select(tokens_int, tokens_int, <);
earlier = select(tokens_int, tokens_int, ==) and select(indices, indices, <);
rank = selector_width(smaller or earlier);
ans = aggregate(select(rank, indices, ==), tokens_int);
"""
SHIFT = 'ans = aggregate(select(indices + 1, indices, ==), tokens, "~");'
FRACTIONS = 'ans = aggregate(select(indices, indices, <=), indicator(tokens == "x"));'
BALANCE = """
before = select(indices, indices, <=);
ans = aggregate(before, indicator(tokens == "(")) - aggregate(before, indicator(tokens == ")"));
"""
RARE = "count = selector_width(select(tokens, tokens, ==)); ans = selector_width(select(count, 2, <=));"


def every_input(vocabulary: Sequence[Any], max_length: int) -> list[list[Any]]:
    return [list(tokens) for n in range(max_length + 1) for tokens in product(vocabulary, repeat=n)]


def disagreements(program: Program, compiled: CompiledTransformer) -> list[Any]:
    """Inputs, of all that the transformer takes, on which it does not answer as the interpreter."""
    inputs = every_input(compiled.vocabulary or [0], compiled.max_length)
    answers = zip(inputs, compiled(inputs), interpret(program, inputs), strict=True)
    return [given for given, answer, expected in answers if answer != expected]


def compiled_rasp(text: str, vocabulary: Sequence[Any], max_length: int, **options: Any) -> CompiledTransformer:
    program = parse(text, dialect="rasp")
    return compile_transformer(program, vocabulary=vocabulary, max_length=max_length, **options)


@pytest.mark.parametrize(
    ("text", "given", "answer"),
    [
        (HISTOGRAM, "abaca", [3, 1, 3, 1, 3]),
        (REVERSE, "abcd", ["d", "c", "b", "a"]),
        (SHIFT, "abc", ["~", "a", "b"]),
        (FRACTIONS, "xax", [1, 0.5, 2 / 3]),
        (BALANCE, "())", [1, 0, -1 / 3]),
        (RARE, "aaabc", [2, 2, 2, 2, 2]),
        ("ans = length / 2;", "abc", [1.5, 1.5, 1.5]),
        ('ans = "a" in tokens;', "bab", [True, True, True]),
        ('ans = selector_width(select(tokens, "a", ==));', "bab", [1, 1, 1]),
        ('ans = tokens + "!";', "ab", ["a!", "b!"]),
        ("ans = indices % 2 == 0;", "abc", [True, False, True]),
        ("ans = 7;", "ab", [7, 7]),
    ],
)
def test_a_transformer_answers_by_hand_checked_examples(text: str, given: str, answer: list[Any]) -> None:
    assert compiled_rasp(text, "abcdx()", 5)([given]) == [answer]


@pytest.mark.parametrize(
    ("text", "vocabulary", "max_length"),
    [
        (HISTOGRAM, "abc", 5),
        (REVERSE, "abc", 5),
        (SORT, [1, 2, 3, 4], 5),
        (SHIFT, "abc", 5),
        (FRACTIONS, "xyz", 5),
        (BALANCE, "()a", 5),
        (RARE, "abc", 5),
        ("ans = selector_width(select(1, 1, ==));", "ab", 5),
        # Two selections joined by `or` need one table over tokens and positions at once.
        ("ans = aggregate(select(tokens_int, 1, ==) or select(indices, indices, ==), tokens_int);", [0, 1, 2], 4),
        # Terms that overlap: 1 - (1 - P)(1 - Q) and the like.
        ("ans = selector_width(not (select(tokens_int, 1, <) or select(indices, tokens_int, <=)));", [0, 1, 2], 4),
        # A default that differs from position to position, as a number and as a token.
        ("ans = aggregate(select(indices, indices, <), tokens_int, indices + tokens_int);", [0, 1, 2], 4),
        ("ans = aggregate(select(indices + 2, indices, ==), tokens, tokens);", "abc", 4),
        # Means of means.
        ("m = aggregate(select(indices, indices, <=), tokens_int); ans = aggregate(select(1, 1, ==), m);", [0, 1], 4),
        ("ans = aggregate(select(indices, indices, <=), tokens_int) > 1 / 2;", [0, 1], 5),
        ("ans = round(aggregate(select(indices, indices, <=), tokens_int)) * indices;", [0, 1, 2], 4),
        ("ans = indicator(selector_width(select(tokens, tokens, ==)) == length - indices);", "ab", 5),
    ],
)
def test_compiled_equals_interpreted_on_every_input(text: str, vocabulary: Sequence[Any], max_length: int) -> None:
    program = parse(text, dialect="rasp")
    assert disagreements(program, compile_transformer(program, vocabulary=vocabulary, max_length=max_length)) == []


ADD = "def add(a: int 0..4, b: int 0..4) -> int 0..4 { return (a + b) mod 5; }"


@pytest.mark.parametrize(
    "text",
    [
        'use program "stdcell/sort" (sort); main(xs: seq[int 0..4]) = sort(xs);',
        f"{ADD} main(xs: seq[int 0..4]) = fold(add, xs, 0);",
        "def last(a: int 0..4, b: int 0..4) { return b if b > 0 else a; } main(xs: seq[int 0..4]) = fold(last, xs, 4);",
        "main(xs: seq[int -2..2]) = sum(xs);",
        "main(xs: seq[int 0..4]) = count(xs, 3);",
        "main(xs: seq[bool]) = aggregate(select(indices, indices, ==), not xs);",
        'main(xs: seq[token {"a", "b"}]) = aggregate(select(indices, length - 1 - indices, ==), xs);',
        "main(xs: seq[int 0..2]) = length;",
    ],
)
def test_a_typed_entry_point_needs_no_vocabulary(text: str) -> None:
    program = parse(text)
    assert disagreements(program, compile_transformer(program, max_length=4)) == []


@pytest.mark.parametrize(
    ("text", "given", "answer"),
    [
        ('use program "stdcell/sort" (sort); main(xs: seq[int 0..4]) = sort(xs);', [3, 1, 4, 1], [1, 1, 3, 4]),
        (f"{ADD} main(xs: seq[int 0..4]) = fold(add, xs, 0);", [3, 4, 1], 3),
        ("main(xs: seq[int 0..4]) = sum(xs);", [3, 4, 1], 8),
        ("main(xs: seq[int 0..4]) = max(xs) - min(xs);", [3, 4, 1], 3),
    ],
)
def test_a_scalar_output_is_answered_by_one_value(text: str, given: list[int], answer: Any) -> None:
    assert compile_transformer(parse(text), max_length=4)([given]) == [answer]


@pytest.mark.parametrize("text", [HISTOGRAM, SHIFT, FRACTIONS, "ans = indices;"])
def test_a_causal_transformer_answers_what_needs_no_foresight(text: str) -> None:
    program = parse(
        text.replace("tokens, tokens, ==)", "tokens, tokens, ==) and select(indices, indices, <=)"), dialect="rasp"
    )
    compiled = compile_transformer(program, vocabulary="xy", max_length=5, causal=True)
    assert (compiled.config.causal, disagreements(program, compiled)) == (True, [])


def test_inputs_of_different_lengths_may_share_a_batch() -> None:
    assert compiled_rasp(REVERSE, "abc", 4)(["abca", "b", "", "ac"]) == [
        ["a", "c", "b", "a"],
        ["b"],
        [],
        ["c", "a"],
    ]


def test_no_inputs_give_no_answers() -> None:
    assert compiled_rasp(HISTOGRAM, "ab", 3)([]) == []


def test_a_program_that_reads_no_token_takes_any() -> None:
    compiled = compile_transformer(parse("ans = length - indices;", dialect="rasp"), max_length=3)
    assert compiled(["xyz", [7, 8]]) == [[3, 2, 1], [2, 1]]


@pytest.mark.parametrize("comparison", ["<", "<=", "==", "!=", ">", ">="])
def test_a_mean_of_very_many_values_is_compared_on_either_side(comparison: str) -> None:
    program = parse(f"m = aggregate(select(1, 1, ==), length * indices); ans = m {comparison} 68;", dialect="rasp")
    inputs = ["a" * n for n in range(1, 19)]
    assert compile_transformer(program, vocabulary="a", max_length=18)(inputs) == interpret(program, inputs)


def test_a_fraction_too_large_for_a_float_is_a_fault_where_it_is_the_answer() -> None:
    compiled = compiled_rasp("ans = tokens_int * 2 ^ 3000 / 3;", [0, 1], 3)
    assert compiled([[0, 0]]) == [[0, 0]]
    with pytest.raises(RuntimeFault, match="the answer is a fraction too large for a float"):
        compiled([[0, 1]])


def test_a_chain_of_very_many_steps_is_compiled() -> None:
    text = "def flip(s: bool, x: int 0..1) -> bool { return s != (x == 1); }\n"
    program = parse(f"{text}main(xs: seq[int 0..1]) = fold(flip, xs, False);")
    inputs = [[1] * 150, [1, 0] * 70, [0]]
    assert compile_transformer(program, max_length=150)(inputs) == interpret(program, inputs)


def test_every_dimension_of_the_residual_stream_has_a_label() -> None:
    assert compiled_rasp("count = selector_width(select(tokens, tokens, ==));", "ab", 3).residual_labels == (
        "one",
        "bos",
        "token == 'a'",
        "token == 'b'",
        "1 / (1 + count)",
        "count",
    )


def test_the_residual_stream_holds_the_value_of_each_encoded_s_op() -> None:
    program = parse(SORT, dialect="rasp")
    compiled = compile_transformer(program, vocabulary=[1, 2, 3], max_length=4)
    named = {
        program.names[node]: value for node, value in compiled.values([3, 1, 3, 2]).items() if node in program.names
    }
    assert named == {"rank": [2, 0, 3, 1], "ans": [1, 2, 3, 3]}


def test_selectors_that_exclude_each_other_cost_nothing() -> None:
    contradiction = "ans = selector_width(select(tokens, tokens, <) and select(tokens, tokens, ==));"
    assert compiled_rasp(contradiction, "ab", 4).config.layers == ()


def test_equal_selectors_share_a_head() -> None:
    text = "ans = selector_width(select(tokens, tokens, ==)) * selector_width(not select(tokens, tokens, !=));"
    assert compiled_rasp(text, "ab", 4).config.layers[0].n_heads == 1


def test_all_numbers_of_the_weights_are_counted() -> None:
    compiled = compiled_rasp("ans = tokens;", "ab", 3)
    # Embedding 3 x 2, positions 4 x 2, unembedding 2 x 2 with its bias of 2: no constant is read.
    assert compiled.n_parameters == 6 + 8 + 4 + 2


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("ans = tokens_int / (tokens_int - 1);", [2, 1], "<program>:1:7: division by zero"),
        (
            "ans = aggregate(select(tokens, 1, ==), tokens_str);",
            [1, 1],
            "<program>:1:7: the mean of the tokens '1', '1' is not defined",
        ),
        ("ans = indices % (tokens_int - indices);", [2, 1], "<program>:1:7: division by zero"),
    ],
)
def test_an_input_without_an_answer_faults_as_in_the_interpreter(text: str, given: list[int], message: str) -> None:
    with pytest.raises(RuntimeFault) as fault:
        compiled_rasp(text, [1, 2], 3)([given])
    assert str(fault.value) == message


def test_a_promised_type_is_watched() -> None:
    program = parse("main(xs: seq[int 0..3]) -> seq[int 0..1] = selector_width(select(xs, xs, ==)) - 1;")
    compiled = compile_transformer(program, max_length=3)
    assert compiled([[1, 2, 1]]) == [[1, 0, 1]]
    with pytest.raises(RuntimeFault, match=r"2 is not a value of int 0\.\.1"):
        compiled([[1, 1, 1]])


def test_an_empty_selection_without_a_default_faults() -> None:
    program = parse('main(xs: seq[token {"a", "b"}]) = aggregate(select(indices, indices + 1, ==), xs);')
    with pytest.raises(RuntimeFault, match="nothing is selected, and there is no default"):
        compile_transformer(program, max_length=3)(["ab"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("abcde", "an input of 5 tokens, compiled for at most 4"),
        ("abz", "token 'z' at position 2 is not in the vocabulary 'a', 'b', 'c', 'd', 'e'"),
        (3, "input 'tokens': expected seq[token or number], found 3"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(given: Any, message: str) -> None:
    with pytest.raises(RuntimeFault) as fault:
        compiled_rasp(HISTOGRAM, "abcde", 4)([given])
    assert str(fault.value) == message


def test_widths_are_numbers_of_the_graph() -> None:
    program = parse(HISTOGRAM, dialect="rasp")
    values = compile_transformer(program, vocabulary="ab", max_length=3).values("aba")
    assert [value for node, value in values.items() if isinstance(node, SelectorWidth)] == [[2, 1, 2]]


def test_an_input_without_an_answer_has_no_values_to_read() -> None:
    with pytest.raises(RuntimeFault, match="division by zero"):
        compiled_rasp("ans = 6 / tokens_int;", [0, 1], 2).values([1, 0])


@pytest.mark.parametrize("max_length", [1, 2, 3])
def test_a_fold_is_compiled_for_every_length(max_length: int) -> None:
    text = "def add(a: int, b: int) -> int { return a + b; }\nmain(xs: seq[int 0..2]) = fold(add, xs, 0);"
    program = parse(text)
    compiled = compile_transformer(program, vocabulary=None, max_length=max_length)
    assert compiled([[2] * max_length]) == [2 * max_length]
