"""Number formats, and what stands at the beginning: answers are the same, and errors stay within what is stated."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import torch

from stdcell.dsl import Program, parse
from stdcell.errors import RuntimeFault
from stdcell.runtime.compiler import CompiledTransformer, compile_transformer
from stdcell.runtime.interpreter import interpret
from stdcell.runtime.reference import run

HISTOGRAM = "ans = selector_width(select(tokens, tokens, ==));"
REVERSE = "ans = aggregate(select(indices, length - 1 - indices, ==), tokens);"
SHIFT = "ans = aggregate(select(indices + 1, indices, ==), tokens, 7);"
SORT = """
earlier = select(tokens, tokens, <) or (select(tokens, tokens, ==) and select(indices, indices, <));
ans = aggregate(select(selector_width(earlier), indices, ==), tokens);
"""
FREQUENCY_SORT = """
often = selector_width(select(tokens, tokens, ==));
earlier = select(often, often, <) or (select(often, often, ==) and select(indices, indices, <));
ans = aggregate(select(selector_width(earlier), indices, ==), tokens);
"""
DEFAULTS = "ans = aggregate(select(tokens, 1, ==) or select(indices, indices, ==), tokens, length);"
LOOKED_BACK = "r = aggregate(select(indices, length - 1 - indices, ==), tokens); ans = shift(r, 2, -1);"
LENGTH_AT_NOTHING = "ans = aggregate(select(indices, indices, <), length, 0);"
DIFFERENT = "ans = tokens - tokens;"
PROGRAMS = [HISTOGRAM, REVERSE, SHIFT, SORT, FREQUENCY_SORT, LOOKED_BACK, DIFFERENT]
MEANS = [DEFAULTS, LENGTH_AT_NOTHING]
INPUTS = [list(tokens) for n in range(5) for tokens in product([0, 1, 2], repeat=n)]
VARIANTS = [("float64", "token"), ("float32", "sink"), ("bfloat16", "token"), ("bfloat16", "sink")]


def rasp(text: str) -> Program:
    return parse(text, dialect="rasp")


def compiled(text: str, max_length: int = 4, **options: Any) -> CompiledTransformer:
    return compile_transformer(rasp(text), vocabulary=[0, 1, 2], max_length=max_length, **options)


@pytest.mark.parametrize(
    ("text", "dtype", "beginning"),
    [*((text, *variant) for text in PROGRAMS for variant in VARIANTS), *((m, *v) for m in MEANS for v in VARIANTS[:2])],
)
def test_every_format_and_beginning_answers_as_interpreted(text: str, dtype: str, beginning: str) -> None:
    assert compiled(text, dtype=dtype, beginning=beginning)(INPUTS) == interpret(rasp(text), INPUTS)


@pytest.mark.parametrize("text", [HISTOGRAM, SHIFT, SORT, FREQUENCY_SORT])
def test_long_inputs_are_answered_exactly_in_bfloat16(text: str) -> None:
    inputs = [[0] * 32, [2] * 32, [n % 3 for n in range(32)], [n // 11 for n in range(32)], [2, 1, 0] * 7, [1]]
    assert compiled(text, 32, dtype="bfloat16")(inputs) == interpret(rasp(text), inputs)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_the_weights_are_of_the_format_asked_for(dtype: str) -> None:
    found = {parameter.dtype for parameter in compiled(HISTOGRAM, dtype=dtype).module.parameters()}
    assert found == {getattr(torch, dtype)}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "text",
    [
        "ans = aggregate(select(indices, indices, <=), tokens);",
        "ans = aggregate(select(tokens, tokens, ==), indices) - indices;",
        "ans = selector_width(select(tokens, tokens, <=)) / 3;",
    ],
)
def test_a_numerical_output_keeps_the_error_that_it_states(text: str, dtype: str) -> None:
    model, program = compiled(text, 40, dtype=dtype), rasp(text)
    given = [n * n // 5 % 3 for n in range(40)]
    with torch.no_grad():
        measured = model.module(torch.tensor([[0, *(token + 1 for token in given)]]))[0, 1:, 0].tolist()
    exact = run(program, program.output(), given)[program.output().result]
    errors = [abs(Fraction(logit) - value) for logit, value in zip(measured, exact, strict=True)]
    assert 0 < max(errors) <= model.error_bound < 1e-3


@pytest.mark.parametrize("text", [*PROGRAMS, *MEANS])
def test_what_stands_at_the_beginning_token_does_not_depend_on_the_input(text: str) -> None:
    model = compiled(text).module
    streams = [model.edgewise(torch.tensor([[0, *given]])).outputs_wbnd[:, 0, 0] for given in ([1, 2, 3], [3, 3, 1])]
    # Keys that are not attended to weigh e^-64 and less.
    torch.testing.assert_close(*streams, rtol=0, atol=1e-25)


def test_a_sink_leaves_no_token_at_the_beginning() -> None:
    config = compiled(HISTOGRAM, beginning="sink").config
    assert (config.n_vocabulary, config.n_context, config.sink) == (3, 4, True)


def test_an_input_of_no_tokens_is_answered_beside_a_sink() -> None:
    assert compiled(HISTOGRAM, beginning="sink")([[], []]) == [[], []]


@pytest.fixture
def coarse_products() -> Iterator[None]:
    torch.set_float32_matmul_precision("high")
    yield
    torch.set_float32_matmul_precision("highest")


@pytest.mark.usefixtures("coarse_products")
def test_coarse_products_are_refused() -> None:
    with pytest.raises(RuntimeFault, match=r"PyTorch multiplies float32 with 'high' precision"):
        compiled(HISTOGRAM)([[0, 1]])


@pytest.mark.usefixtures("coarse_products")
def test_coarse_products_of_float32_do_not_touch_other_formats() -> None:
    assert compiled(HISTOGRAM, dtype="float64")([[0, 1, 0]]) == [[2, 1, 2]]
