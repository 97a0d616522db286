"""The programs that are compiled here and evaluated by TransformerLens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

__all__ = ["PROGRAMS", "Example"]


class Example(NamedTuple):
    """A program with what it is compiled for."""

    name: str
    text: str
    dialect: str
    vocabulary: Sequence[Any] | None
    max_length: int
    causal: bool = False


PROGRAMS = (
    Example("histogram", "ans = selector_width(select(tokens, tokens, ==));", "rasp", "abcd", 8),
    Example("reverse", "ans = aggregate(select(indices, length - indices - 1, ==), tokens);", "rasp", "abcdefgh", 10),
    Example("sort", 'use program "stdcell/sort" (sort); main(xs: seq[int 0..7]) = sort(xs);', "cell", None, 6),
    Example(
        "fractions",
        'ans = aggregate(select(indices, indices, <=), indicator(tokens == "x"));',
        "rasp",
        "xyz",
        10,
        causal=True,
    ),
    Example(
        "balance",
        "before = select(indices, indices, <=);"
        'ans = aggregate(before, indicator(tokens == "(")) - aggregate(before, indicator(tokens == ")"));',
        "rasp",
        "()a",
        10,
    ),
    Example("sum", "main(xs: seq[int 0..4]) = sum(xs);", "cell", None, 8),
    Example("tokens", "ans = tokens;", "rasp", "ab", 4),
)
