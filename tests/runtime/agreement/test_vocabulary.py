"""Which values a program is tried on where nobody says."""

from __future__ import annotations

from typing import Any

import pytest

from stdcell import parse
from stdcell.errors import RuntimeFault
from stdcell.runtime.agreement import read_tokens, vocabularies_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("ans = length;", ("a",)),
        ("ans = tokens;", ("a", "b", "c")),
        ('ans = tokens == "(" or tokens_str == ")";', ("(", ")", "a", "b")),
        ('ans = selector_width(select(tokens, "a", ==));', ("a", "b", "c")),
        ("ans = indices if tokens == 7 else 0;", (7, 0, 1)),
        ('ans = tokens in ["c", "a", "d"];', ("a", "c", "d", "b", "e")),
        ("ans = tokens / 2;", (0, 1, 2)),
        ("ans = tokens_int + 1;", (0, 1, 2)),
        ('ans = tokens_int if tokens != "+" else 0;', ("+", "0", "1")),
        ("ans = tokens_bool;", (False, True)),
    ],
)
def test_a_rasp_program_is_tried_on_what_it_compares_its_tokens_with(text: str, tokens: tuple[Any, ...]) -> None:
    program = parse(text, dialect="rasp")
    assert vocabularies_of(program, program.output(None)) == {"tokens": tokens}


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        ("bool", (False, True)),
        ("int 0..4", (0, 1, 2, 3, 4)),
        ('token {"x", "y"}', ("x", "y")),
        ("int", (0, 1, 2)),
        ("int 5..", (5, 6, 7)),
        ("real 0..1", (0, 0.5, 1)),
        ("real", (0, 0.5, 1)),
        ("token", ("a", "b", "c")),
    ],
)
def test_a_declared_input_is_tried_on_all_values_or_on_a_few(declared: str, values: tuple[Any, ...]) -> None:
    program = parse(f"main(x: {declared}) = x;")
    assert vocabularies_of(program, program.output(None)) == {"x": values}


def test_the_keys_of_a_table_are_tried() -> None:
    program = parse('t = {"up": 1, "down": 2};\nmain(xs: seq[token]) = t[xs];')
    assert vocabularies_of(program, program.output(None)) == {"xs": ("down", "up", "a", "b")}


@pytest.mark.parametrize(
    ("text", "dialect", "words", "tokens"),
    [
        ("ans = tokens;", "rasp", ["0", "1"], ("0", "1")),
        ('ans = tokens == "1";', "rasp", ["0", "1"], ("0", "1")),
        ("ans = tokens == 1;", "rasp", ["0", "1"], (0, 1)),
        ("ans = tokens - 1;", "rasp", ["0", "0.5"], (0, 0.5)),
        ("main(xs: seq[int]) = xs;", "cell", ["3", "-4"], (3, -4)),
        ("main(xs: seq[bool]) = xs;", "cell", ["true", "False"], (True, False)),
        ("main(xs: seq[token]) = xs;", "cell", ["0", "b"], ("0", "b")),
    ],
)
def test_a_vocabulary_written_as_words_is_read_as_the_program_takes_it(
    text: str, dialect: str, words: list[str], tokens: tuple[Any, ...]
) -> None:
    program = parse(text, dialect=dialect)
    found = read_tokens(program, program.output(None), words)
    assert [(type(value), value) for value in found] == [(type(value), value) for value in tokens]


def test_words_for_numbers_are_refused() -> None:
    program = parse("main(xs: seq[int 0..4]) = xs;")
    with pytest.raises(RuntimeFault, match=r"the vocabulary 'a', '1' holds other values than those of int 0\.\.4"):
        read_tokens(program, program.output(None), ["a", "1"])
