"""Tracr's own library programs, taken over: its compiled models as ours, and its programs compiled here.

Run, in the environment of `requirements.txt`: python benchmarks/peers/tracr_check.py

For each program of `tracr.compiler.lib`, over every input of its vocabulary up to its length:

- *model*: Tracr compiles it, the model is loaded, and the logits of both are compared; `tracr wrong` counts the inputs
  on which Tracr's own model answers otherwise than Tracr's own evaluator, `loaded other` those on which the loaded
  model answers otherwise than Tracr's. Positions without an answer, where the evaluator says None, are left out.
- *program*: it is translated and compiled here; `ours wrong` counts the inputs on which our transformer answers
  otherwise than Tracr's evaluator.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from time import perf_counter
from typing import Any, NamedTuple

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import numpy as np
import torch
from tracr.compiler import compiling, lib
from tracr.rasp import rasp

from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.exchange import TracrModel, from_tracr, from_tracr_model

BEGINNING = "BOS"


class Case(NamedTuple):
    """A program with what it is compiled for; `none` stands for Tracr's None where that is an answer."""

    name: str
    program: Any
    vocabulary: Sequence[Any]
    max_length: int
    none: Any = None
    is_distinct: bool = False


def cases() -> list[Case]:
    """The library's programs that Tracr can compile."""
    tokens = rasp.tokens
    return [
        Case("length", lib.make_length(), "ab", 6),
        Case("length to 12", lib.make_length(), "a", 12),
        Case("reverse", lib.make_reverse(tokens), "abc", 5),
        Case("pair_balance", lib.make_pair_balance(tokens, "(", ")"), "()a", 5),
        Case("shuffle_dyck", lib.make_shuffle_dyck(["()"]), "()", 6),
        Case("shuffle_dyck2", lib.make_shuffle_dyck2(), "(){}", 4),
        Case("hist", lib.make_hist(), "abc", 5),
        Case("sort_unique", lib.make_sort_unique(tokens, tokens), [1, 2, 3, 4], 4, is_distinct=True),
        Case("sort", lib.make_sort(tokens, tokens, max_seq_len=4, min_key=1), [1, 2, 3], 4),
        Case("sort_freq", lib.make_sort_freq(4), "abc", 4),
        Case("frac_prevs", lib.make_frac_prevs(tokens == "x"), "xy", 6),
        Case("shift_by", lib.shift_by(1, tokens), "ab", 4, none="~"),
        Case("detect_pattern", lib.detect_pattern(tokens, "ab"), "ab", 4, none=-1),
        Case("count_less_freq", lib.make_count_less_freq(2), "ab", 5),
        Case("count", lib.make_count(tokens, "a"), "ab", 5),
        Case("nary_sequencemap", lib.make_nary_sequencemap(multiply_add, tokens, rasp.indices, tokens), [1, 2], 3),
    ]


def multiply_add(x: int, y: int, z: int) -> int:
    """A function of three arguments."""
    return x + y * z


def inputs(case: Case) -> list[list[Any]]:
    """Every input; of distinct tokens where the program asks for that."""
    found = [list(x) for n in range(1, case.max_length + 1) for x in product(case.vocabulary, repeat=n)]
    return [x for x in found if not case.is_distinct or len(set(x)) == len(x)]


def are_equal(found: Sequence[Any], expected: Sequence[Any], none: Any = None) -> bool:
    """Whether two answers are the same; numbers up to float32's rounding, positions without an answer left out."""
    return all(
        right is None
        or left == (none if right is None else right)
        or (is_number(left) and is_number(right) and abs(float(left) - float(right)) < 1e-4)
        for left, right in zip(found, expected, strict=True)
    )


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float | Fraction)


def difference(loaded: TracrModel, output: Any, given: Sequence[Any]) -> float:
    """The largest difference of a logit, on one input; Tracr's are read off its stream by the loaded unembedding."""
    numbers = [[loaded.token_numbers[token] for token in (BEGINNING, *given)]]
    with torch.no_grad():
        ours = loaded.module(torch.tensor(numbers))[0].numpy()
    unembed = loaded.module.get_parameter("unembed").detach().numpy()
    return float(np.abs(np.asarray(output.transformer_output)[0] @ unembed - ours).max())


def report(case: Case) -> None:
    """Print a row of the table."""
    given = inputs(case)
    expected = [case.program(x) for x in given]
    start = perf_counter()
    assembled = compiling.compile_rasp_to_model(
        case.program, vocab=set(case.vocabulary), max_seq_len=case.max_length, compiler_bos=BEGINNING
    )
    tracr_seconds = perf_counter() - start
    loaded = from_tracr_model(assembled)
    outputs = [assembled.apply([BEGINNING, *x]) for x in given]
    tracr_answers = [output.decoded[1:] for output in outputs]
    largest = max(difference(loaded, output, x) for output, x in zip(outputs, given, strict=True))
    n_tracr_wrong = sum(not are_equal(*pair) for pair in zip(tracr_answers, expected, strict=True))
    defined = [
        [None if there is None else answer for answer, there in zip(*pair, strict=True)]
        for pair in zip(tracr_answers, expected, strict=True)
    ]
    n_other = sum(not are_equal(*pair) for pair in zip(loaded(given), defined, strict=True))
    start = perf_counter()
    program = from_tracr(case.program, list(case.vocabulary), case.max_length, undefined=case.none)
    compiled = compile_transformer(program, max_length=case.max_length)
    seconds = perf_counter() - start
    n_wrong = sum(not are_equal(*pair, case.none) for pair in zip(compiled(given), expected, strict=True))
    n_parameters = sum(parameter.numel() for parameter in loaded.module.parameters())
    print(
        f"{case.name:17} {len(given):6} {tracr_seconds:7.2f} {n_parameters:9} {largest:10.1e} {n_tracr_wrong:11}"
        f" {n_other:12} {seconds:7.2f} {compiled.n_parameters:9} {n_wrong:10}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    print(
        f"{'program':17} {'inputs':>6} {'tracr s':>7} {'numbers':>9} {'difference':>10} {'tracr wrong':>11}"
        f" {'loaded other':>12} {'ours s':>7} {'numbers':>9} {'ours wrong':>10}"
    )
    for case in cases():
        report(case)


if __name__ == "__main__":
    main()
