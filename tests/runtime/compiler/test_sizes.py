"""Programs compile to small transformers: what needs no layer, head or dimension has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from stdcell.dsl import parse
from stdcell.runtime.compiler import CompiledTransformer, compile_transformer
from stdcell.runtime.interpreter import interpret


def compiled_rasp(text: str, max_length: int, vocabulary: Sequence[Any] = "abc") -> CompiledTransformer:
    return compile_transformer(parse(text, dialect="rasp"), vocabulary=vocabulary, max_length=max_length)


def n_layers(text: str, max_length: int, vocabulary: Sequence[Any] = "abc") -> int:
    return len(compiled_rasp(text, max_length, vocabulary).config.layers)


RANK = "r = selector_width(select(tokens, tokens, <) or (select(tokens, tokens, ==) and select(indices, indices, <)));"


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("ans = selector_width(select(indices, indices, <=));", 0),
        ("ans = selector_width(select(indices, indices, <)) + 2 * indices;", 0),
        ("ans = selector_width(select(1, 1, ==)) - length;", 0),
        ("ans = round(selector_width(select(tokens, tokens, ==)));", 1),
        ("ans = round(aggregate(select(indices, indices, <=), indicator(tokens == 'a')) * (indices + 1));", 1),
        ("ans = aggregate(select(indices, length - 1 - indices, ==), tokens);", 2),
    ],
)
def test_what_positions_tell_takes_no_layers(text: str, layers: int) -> None:
    assert n_layers(text.replace("'", '"'), 20) == layers


@pytest.mark.parametrize(
    "text",
    [
        "ans = aggregate(select(indices, length - 1 - indices, ==), tokens);",
        f"{RANK} ans = aggregate(select(r, indices, ==), tokens);",
        "ans = aggregate(select(tokens, tokens, ==), indicator(tokens == 'a'));",
    ],
)
def test_a_selection_that_is_never_empty_needs_no_check(text: str) -> None:
    compiled = compiled_rasp(text.replace("'", '"'), 6)
    assert compiled.config.n_outputs == len(compiled.answer.functionals)


def test_a_selection_that_may_be_empty_has_a_check() -> None:
    program = parse("main(xs: seq[int 0..2]) = aggregate(select(indices, indices + 1, ==), xs);")
    compiled = compile_transformer(program, max_length=6)
    assert compiled.config.n_outputs == len(compiled.answer.functionals) + 1


@pytest.mark.parametrize("length", [20, 200])
def test_positions_are_matched_in_few_channels_however_many_there_are(length: int) -> None:
    (layer,) = compiled_rasp('ans = aggregate(select(indices + 1, indices, ==), tokens, "-");', length).config.layers
    assert layer.d_key <= 5


@pytest.mark.parametrize("step", ["s + x", "(s + x) mod 5", "min(s, x)", "max(s, x + 1)", "s - x", "(x + s + 0) mod 3"])
@pytest.mark.parametrize("loop", ["fold", "scan"])
def test_a_fold_whose_order_does_not_matter_takes_as_many_layers_however_long(step: str, loop: str) -> None:
    text = f"def f(s: int, x: int) -> int {{ return {step}; }}\nmain(xs: seq[int 0..3]) = {loop}(f, xs, 2);"
    short, long = (compile_transformer(parse(text), max_length=n) for n in (6, 12))
    assert len(short.config.layers) <= len(long.config.layers) <= 5
    inputs = [[0], [3, 3, 3], [0, 1, 2, 3, 0, 1, 2, 3, 3, 3, 3, 3], [1, 0] * 6]
    assert long(inputs) == interpret(parse(text), inputs)


def test_a_key_of_one_number_that_decides_and_one_that_breaks_ties_is_compared_by_both() -> None:
    text = """
    often = selector_width(select(tokens, tokens, ==));
    key = often + indices / 100;
    ans = aggregate(select(selector_width(select(key, key, <)), indices, ==), tokens);
    """
    compiled = compiled_rasp(text, 50)
    inputs = ["abc" * 16, "a" * 50, "cba", "abacab" * 8]
    assert compiled(inputs) == interpret(parse(text, dialect="rasp"), inputs)
    assert compiled.n_parameters < 250_000


def test_a_fraction_is_compared_with_positions_by_its_whole_part() -> None:
    text = """
    middle = aggregate(select(tokens, "a", ==), indices);
    ans = aggregate(select(indices + length - middle, indices, ==), tokens, "-");
    """
    compiled = compiled_rasp(text, 20)
    inputs = ["abc", "bcabcb", "aabb", "a" * 20, "bcb" * 6 + "a", "cbcba", "ba" * 10, "b"]
    assert compiled(inputs) == interpret(parse(text, dialect="rasp"), inputs)


def test_dimensions_are_held_by_one_value_after_the_other() -> None:
    text = "def f(s: int 0..2, x: int 0..2) -> int 0..2 { return (s * x + 1) mod 3; }\n"
    compiled = compile_transformer(parse(f"{text}main(xs: seq[int 0..2]) = fold(f, xs, 0);"), max_length=12)
    assert any(label.count("; then ") > 3 for label in compiled.residual_labels)
    assert len(compiled.residual_labels) == compiled.config.d_model < 40


def test_values_are_read_where_they_are_held() -> None:
    text = "def f(s: int 0..2, x: int 0..2) -> int 0..2 { return (s * x + 1) mod 3; }\n"
    program = parse(f"{text}main(xs: seq[int 0..2]) = fold(f, xs[length - 1 - indices], 0);")
    compiled = compile_transformer(program, max_length=6)
    values = compiled.values([2, 1, 0, 2, 2])
    assert values[program.output().result] == interpret(program, [[2, 1, 0, 2, 2]])[0]


@pytest.mark.parametrize(
    ("text", "vocabulary", "length", "most"),
    [
        ("ans = selector_width(select(tokens, tokens, ==));", 10, 100, 60_000),
        ("ans = aggregate(select(indices, length - 1 - indices, ==), tokens);", 10, 50, 200_000),
        (f"{RANK} ans = aggregate(select(r, indices, ==), tokens);", 50, 20, 500_000),
        (
            "often = selector_width(select(tokens, tokens, ==));"
            + RANK.replace("tokens", "often")
            + "ans = aggregate(select(r, indices, ==), tokens);",
            10,
            50,
            2_000_000,
        ),
    ],
    ids=["hist", "reverse", "sort", "frequency sort"],
)
def test_known_programs_stay_within_their_parameters(text: str, vocabulary: int, length: int, most: int) -> None:
    assert compiled_rasp(text, length, range(vocabulary)).n_parameters <= most
