"""What has no exact transformer is refused at compile time, with its place, the reason and a way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from stdcell.dsl import CellPort, CellSignature, Program, parse
from stdcell.dsl.scope import Condition
from stdcell.dsl.types import Int
from stdcell.errors import NotCompilable, RuntimeFault, Source
from stdcell.runtime.compiler import compile_transformer


def refusal(program: Program, **options: Any) -> str:
    with pytest.raises(NotCompilable) as fault:
        compile_transformer(program, **options)
    return str(fault.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "ans = selector_width(select(tokens, tokens, ==));",
            "<program>:1:22: the selector may select a key after its query; compile with causal=False, "
            "or add `and select(indices, indices, <=)`",
        ),
        (
            "ans = aggregate(select(indices, indices, >=), tokens_int);",
            "<program>:1:17: the selector may select a key after its query; compile with causal=False, "
            "or add `and select(indices, indices, <=)`",
        ),
        (
            "\nans = indices + length;",
            "<program>:2:17: a causal transformer does not know the length before the input ends; "
            "compile with causal=False",
        ),
    ],
)
def test_a_causal_transformer_cannot_look_ahead(text: str, message: str) -> None:
    assert refusal(parse(text, dialect="rasp"), vocabulary=[1, 2], max_length=4, causal=True) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "ans = tokens / 0;",
            "<program>:1:7: it has no value for any input: division by zero; mend the program",
        ),
        (
            'ans = selector_width(select(tokens, "a", <));',
            "<program>:1:22: 1 and 'a' have no order; compare values of one kind; "
            "an aggregate of tokens may need a default that is a token",
        ),
        (
            'ans = aggregate(select(tokens, 1, ==), tokens, "none");',
            "<program>:1:7: several values may be selected, numbers and tokens among them; "
            "give values and default of one kind, or select at most one key, by its index",
        ),
    ],
)
def test_what_has_no_meaning_is_refused(text: str, message: str) -> None:
    assert refusal(parse(text, dialect="rasp"), vocabulary=[1, 2], max_length=4) == message


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "ans = selector_width(select(tokens, tokens, ==));",
            {"max_length": 64, "dtype": "bfloat16"},
            "<program>:1:7: widths up to 64 cannot be told apart in bfloat16 (relative error 0.0039, 0.0078 allowed); "
            "take a smaller max_length",
        ),
        (
            "ans = aggregate(select(indices, indices, <=), tokens);",
            {"max_length": 20, "dtype": "bfloat16"},
            "<program>:1:7: the values of 'ans' lie too close for bfloat16 (error 0.031, 0.0013 allowed); "
            "take a smaller max_length, or round before",
        ),
        (
            "m = aggregate(select(tokens, tokens, ==), indices);\nans = m * m;",
            {"max_length": 200},
            "<program>:2:7: 'm' takes too many values to tabulate; "
            "round it, or take a smaller max_length or vocabulary",
        ),
        (
            "m = aggregate(select(tokens, tokens, ==), indices);\nans = selector_width(select(m, 1 / 2, <));",
            {"max_length": 200},
            "<program>:2:22: 'm' takes too many values to compare in a selector; "
            "round it, or take a smaller max_length or vocabulary",
        ),
        (
            "ans = aggregate(select(indices * tokens, indices, ==) or select(tokens, 1, ==), tokens);",
            {"max_length": 80},
            "<program>:1:17: 'select(indices * tokens, indices, ==) o…' needs 239 neurons, more than 100; "
            "take a smaller max_length or vocabulary, or compute it in parts",
        ),
    ],
)
def test_what_a_number_format_or_a_table_cannot_hold_is_refused(
    text: str, options: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stdcell.runtime.compiler.neurons.NEURON_LIMIT", 100)
    assert refusal(parse(text, dialect="rasp"), vocabulary=[1, 2], **options) == message


def test_the_name_of_the_file_is_part_of_the_place() -> None:
    program = parse(Source("ans = length;", "lab.rasp"), dialect="rasp")
    assert refusal(program, max_length=3, causal=True).startswith("lab.rasp:1:7: ")


def test_a_transformer_reads_one_sequence() -> None:
    program = parse("main(xs: seq[int 0..1], ys: seq[int 0..1]) = xs + ys;")
    assert refusal(program, max_length=3) == (
        "<program>:1:1: 'main' takes (xs: seq[int 0..1], ys: seq[int 0..1]), and a transformer reads one sequence of "
        "tokens; give it one sequence, or run it in the interpreter"
    )


class OneCell:
    """A scope with one circuit, whose contract does not say what it answers."""

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        digit = Int(0, 4)
        return CellSignature(kind, name, "d" * 64, (CellPort("a", digit),), CellPort("result", digit))

    def find_matching(self, kind: str, conditions: Sequence[Condition]) -> CellSignature:
        raise AssertionError("no cell is looked up by conditions here")

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        raise AssertionError("no program is looked up here")


def test_a_cell_whose_contract_is_silent_is_refused() -> None:
    program = parse("use circuit mystery; main(xs: seq[int 0..4]) = mystery(xs);", scope=OneCell())
    assert refusal(program, max_length=3) == (
        "<program>:1:48: the contract of 'mystery' does not say `result == …`; run it with the stitched backend"
    )


@pytest.mark.parametrize(
    ("text", "dialect", "options", "message"),
    [
        ("ans = tokens;", "rasp", {"max_length": 0, "vocabulary": "a"}, "expected a max_length of at least 1, found 0"),
        (
            "ans = tokens;",
            "rasp",
            {"max_length": 2.5, "vocabulary": "a"},
            "expected a max_length of at least 1, found 2.5",
        ),
        (
            "ans = tokens;",
            "rasp",
            {"max_length": 3, "vocabulary": [[1]]},
            "expected a vocabulary of different tokens, found [[1]]",
        ),
        (
            "ans = tokens;",
            "rasp",
            {"max_length": 3, "vocabulary": 5},
            "expected a vocabulary of different tokens, found 5",
        ),
        (
            "ans = tokens;",
            "rasp",
            {"max_length": 3},
            "input 'tokens' may hold any token or number: say which in `vocabulary`, "
            "or declare a finite type such as seq[int 0..9]",
        ),
        (
            "ans = tokens;",
            "rasp",
            {"max_length": 3, "vocabulary": "aba"},
            "expected a vocabulary of different tokens, found 'aba'",
        ),
        (
            "main(xs: seq[int 0..2]) = xs;",
            "cell",
            {"max_length": 3, "vocabulary": [1, 2, 3]},
            "input 'xs': 3 at position 0 is not a value of int 0..2",
        ),
        (
            "ans = tokens;",
            "rasp",
            {"max_length": 3, "vocabulary": "ab", "dtype": "float31"},
            "programs are not compiled to 'float31'; did you mean 'float32'?",
        ),
        (
            "ans = tokens;",
            "rasp",
            {"max_length": 3, "vocabulary": "ab", "beginning": "none"},
            "expected the beginning to be 'token' or 'sink', found 'none'",
        ),
        (
            "ans = tokens;",
            "rasp",
            {"max_length": 3, "vocabulary": "ab", "output": "anz"},
            "the program has no output 'anz'; did you mean 'ans'?",
        ),
    ],
)
def test_wrong_options_are_refused(text: str, dialect: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(RuntimeFault) as fault:
        compile_transformer(parse(text, dialect=dialect), **options)
    assert str(fault.value) == message
