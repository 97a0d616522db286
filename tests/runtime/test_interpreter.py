"""The meaning of the language: exact answers, the reference outputs, and faults with their place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.dsl import CellPort, CellSignature, parse
from stdcell.dsl.scope import Condition
from stdcell.dsl.types import Int
from stdcell.errors import LanguageError, RuntimeFault, Source
from stdcell.runtime.interpreter import interpret, interpret_stream

GOLDEN = Path(__file__).parent.parent / "golden"
ORIGINAL = ("language_semantics", "library_functions")
TRACR = sorted(path.stem for path in GOLDEN.glob("*.json") if path.stem not in ORIGINAL)
DIGIT = Int(0, 36)


def golden(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def as_number(value: Any) -> Any:
    """A boolean of the reference may stand for 0 or 1."""
    return value if isinstance(value, str) else float(value)


def answer(text: str, given: Any = "abc", *, dialect: str = "cell", output: str | None = None) -> Any:
    (only,) = interpret(parse(text, dialect=dialect), [given], output=output)
    return only


def fault_of(text: str, given: Any = "abc", *, dialect: str = "cell", output: str | None = None) -> str:
    program = parse(text, dialect=dialect)
    with pytest.raises(RuntimeFault) as fault:
        interpret(program, [given], output=output)
    return str(fault.value)


def test_all_reference_programs_are_there() -> None:
    assert len(TRACR) == 14


@pytest.mark.parametrize("name", TRACR)
def test_a_reference_program_gives_the_reference_outputs(name: str) -> None:
    reference = golden(name)
    inputs, outputs = zip(*((case["input"], case["output"]) for case in reference["cases"]), strict=True)
    answers = interpret(parse(reference["text"], dialect="rasp"), inputs, output=reference["output"])
    found = [[as_number(value) for value in sequence] for sequence in answers]
    assert found == [pytest.approx([as_number(value) for value in output]) for output in outputs]


@pytest.mark.parametrize(
    ("file", "name"), [(file, name) for file in ORIGINAL for name in golden(file)["cases"][0]["outputs"]]
)
def test_rasp_means_what_its_original_interpreter_answers(file: str, name: str) -> None:
    reference = golden(file)
    inputs, outputs = zip(*((case["input"], case["outputs"][name]) for case in reference["cases"]), strict=True)
    answers = interpret(parse(reference["text"], dialect="rasp"), inputs, output=name)
    found = [[as_number(value) for value in sequence] for sequence in answers]
    assert found == [pytest.approx([as_number(value) for value in output]) for output in outputs]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1 + 0.2 == 0.3", True),
        ("1 / 3 * 3 == 1", True),
        ("1 / 3", 1 / 3),
        ("0.5 + 0.5", 1),
        ("round(0.5)", 0),
        ("round(1.5)", 2),
        ("round(2.5)", 2),
        ("round(-2.5)", -2),
        ("-7 % 3", 2),
        ("7 mod -3", -2),
        ("5.5 % 2", 1.5),
        ("-2 ^ 2", -4),
        ("2 ^ 3 ^ 2", 512),
        ("2 ^ -2", 0.25),
        ("7 % 4 * 3", 9),
        ("True or True and False", True),
        ("not 1 == 2", True),
        ("0 < 1 < 1", False),
        ("1 in [1, 2] and 3 not in [1, 2]", True),
        ("1 in []", False),
        ("1 if False else 2 if True else 3", 2),
        ('"a" + "b"', "ab"),
        ('"a" < "b"', True),
        ("abs(-3) + indicator(True)", 4),
        ("min(1, 2) + max(1, 2)", 3),
    ],
)
def test_a_scalar_of_the_strict_dialect_is_exact(expression: str, value: Any) -> None:
    found = answer(f"main() = {expression};", "")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("-2 ^ 2", 4),
        ("2 ^ 3 ^ 2", 64),
        ("7 % 4 * 3", 7),
        ("True or True and False", False),
        ("not 1 in [0]", True),
        ("(not 1) in [False]", True),
        ("not 1 == 2", False),
        ('"x" if True else "y" if False else "z"', "z"),
        ("True + 1", 2),
        ("1 if 2 else 3", 1),
        ("0.1 + 0.2 == 0.3", True),
    ],
)
def test_a_scalar_of_the_original_rasp_keeps_its_quirks(expression: str, value: Any) -> None:
    assert answer(f"a = {expression};", "bc", dialect="rasp") == [value, value]


@pytest.mark.parametrize(
    ("expression", "given", "value"),
    [
        ("aggregate(select(indices, indices, <=), indices)", "abcd", [0, 0.5, 1, 1.5]),
        ("aggregate(select(indices, indices, <), indices, 0)", "abc", [0, 0, 0.5]),
        ("aggregate(select(indices, indices, <), indices, -1)", "abc", [-1, 0, 0.5]),
        ("aggregate(select(indices, indices, <), indices, indices * 10)", "abc", [0, 0, 0.5]),
        ("aggregate(select(indices, indices, <), indices > 0, False)", "ab", [False, False]),
        ("aggregate(select(indices, length - indices - 1, ==), tokens)", "abc", ["c", "b", "a"]),
        ('aggregate(select(indices + 1, indices, ==), tokens, "-")', "abc", ["-", "a", "b"]),
        ("selector_width(select(tokens, tokens, ==))", "aba", [2, 1, 2]),
        ('selector_width(select(tokens, "a", ==))', "aba", [2, 2, 2]),
        ("selector_width(not select(indices, indices, <=))", "abc", [2, 1, 0]),
        (
            "selector_width(select(indices, indices, <) and select(tokens, tokens, ==))",
            "aaba",
            [0, 1, 0, 2],
        ),
        ("selector_width(select(indices, 0, ==) or select(indices, 2, ==))", "abc", [2, 2, 2]),
        ("indices % 2 == 0", "abc", [True, False, True]),
        ('tokens in ["a", "c"]', "abc", [True, False, True]),
        ("length", "abc", 3),
        ('"b" in tokens', "abc", True),
        ("sum(indices) + max(indices) - min(indices)", "abc", 5),
        ('count(tokens, "a")', "aba", 2),
        ("sorted(indices) and distinct(indices)", "abc", True),
        ("distinct(tokens)", "aba", False),
        ("permutation(indices, length - 1 - indices)", "abc", True),
        ("permutation(indices, indices + 1)", "abc", False),
        ("indices", "", []),
        ("sum(indices)", "", 0),
    ],
)
def test_an_s_op_answers_at_every_position(expression: str, given: str, value: Any) -> None:
    assert answer(f"a = {expression};", given) == value


def test_the_mean_of_booleans_in_rasp_is_the_mean_of_ones_and_zeros() -> None:
    text = 'a = aggregate(select(indices, indices, <=), indicator(tokens == "a"));'
    assert answer(text, "abab", dialect="rasp") == [1, 0.5, pytest.approx(2 / 3), 0.5]


def test_a_fold_runs_from_left_to_right() -> None:
    text = "def f(total, x) { return total * 2 + x; }\nmain(xs: seq[int 0..1]) = fold(f, xs, 0);"
    assert answer(text, [1, 0, 1, 1]) == 11


def test_a_fold_over_nothing_is_where_it_starts() -> None:
    assert answer("def f(a: int, b: int) { return a + b; }\nmain(xs: seq[int]) = fold(f, xs, 7);", []) == 7


def test_a_step_of_a_fold_sees_whole_sequences() -> None:
    text = 'def f(n, i) { return n + i * count(tokens, "a"); }\na = fold(f, indices, 0);'
    assert answer(text, "aba") == 6


def test_folds_stand_within_folds() -> None:
    text = (
        "def add(a, b) { return a + b; }\ndef f(a, b) { return a + fold(add, indices, b); }\na = fold(f, indices, 0);"
    )
    assert answer(text, "abc") == 12


@pytest.mark.parametrize(
    ("parameters", "given", "value"),
    [
        ("xs: seq[int 0..9], k: int", {"xs": [1, 2], "k": 3}, [4, 5]),
        ("k: int, xs: seq[int 0..9]", {"xs": [1, 2], "k": 3}, [4, 5]),
        ("xs: seq[real], k: real", {"xs": [0.1, 0.5], "k": Fraction(1, 2)}, [0.6, 1]),
        ("xs: int, k: int", {"xs": 1, "k": 3}, 4),
    ],
)
def test_several_inputs_are_given_by_name(parameters: str, given: Any, value: Any) -> None:
    assert answer(f"main({parameters}) = xs + k;", given) == value


def test_a_float_means_the_decimal_that_it_is_written_as() -> None:
    assert answer("main(xs: seq[real]) = xs == 0.1;", [0.1, 0.25]) == [True, False]


def test_rasp_reads_tokens_as_text_and_as_numbers() -> None:
    text = "a = tokens_int + 1;\nb = tokens_float * 2;\nc = tokens_str + tokens_str;"
    program = parse(text, dialect="rasp")
    assert [interpret(program, ["12"], output=name) for name in "abc"] == [[[2, 3]], [[2, 4]], [["11", "22"]]]


def test_a_rasp_scalar_answers_at_every_position_of_inputs_given_by_name() -> None:
    assert answer("a = 2 in tokens;", {"tokens": [1, 2, 3]}, dialect="rasp") == [True] * 3


def test_any_output_can_be_asked_for() -> None:
    assert answer("a = indices;\nb = a + 1;", "ab", output="a") == [0, 1]


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("main(xs: seq[int 0..9]) = xs;", [1, 12], "input 'xs': 12 at position 1 is not a value of int 0..9"),
        ("main(xs: seq[int]) = xs;", [1, 0.5], "input 'xs': 0.5 at position 1 is not a value of int"),
        ("main(xs: seq[int]) = xs;", "ab", "input 'xs': 'a' at position 0 is not a value of int"),
        ("main(xs: seq[int]) = xs;", [True], "input 'xs': True at position 0 is not a value of int"),
        ('main(xs: seq[token {"a"}]) = xs;', "ab", "input 'xs': 'b' at position 1 is not a value of token {\"a\"}"),
        ("main(xs: seq[real]) = xs;", [float("nan")], "input 'xs': nan at position 0 is not a value of real"),
        ("main(xs: seq[real]) = xs;", [float("inf")], "input 'xs': inf at position 0 is not a value of real"),
        ("main(xs: seq[int]) = xs;", [None], "input 'xs': None at position 0 is not a value of int"),
        ("main(x: int 0..3) = x;", 4, "input 'x': 4 is not a value of int 0..3"),
        ("main(xs: seq[int]) = xs;", 3, "input 'xs': expected seq[int], found 3"),
        ("a = length;", 3, "expected a string or a list of tokens, found 3"),
        (
            "main(xs: seq[int], ys: seq[int]) = xs + ys;",
            {"xs": [1], "ys": [1, 2]},
            "the input sequences differ in length: 1, 2",
        ),
        (
            "main(xs: seq[int], k: int) = xs + k;",
            [1, 2],
            '\'main\' takes 2 inputs: give them by name, as {"xs": …, "k": …}',
        ),
        ("main(xs: seq[int], k: int) = xs + k;", {"xs": [1]}, "expected inputs named xs, k, found xs"),
        ("a = 1;", {"xs": [1]}, "expected no inputs by name, found xs"),
    ],
)
def test_an_input_outside_its_declared_type_is_a_fault(text: str, given: Any, message: str) -> None:
    assert fault_of(text, given) == message


def test_an_input_of_too_many_digits_is_a_fault() -> None:
    message = "input 'x': a number of more than 4300 digits is not a value of int"
    assert fault_of("main(x: int) = x;", 10**5000) == message


@pytest.mark.parametrize("token", ["x", "1/0", "1e999999999", ""])
def test_a_token_that_is_no_number_is_not_read_as_one(token: str) -> None:
    found = fault_of("a = tokens_float;", [token], dialect="rasp")
    assert found == f"input 'tokens_float': {token!r} at position 0 is not a number"


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("a = 1;\nb = 1 / (indices - 1);", "abc", "<program>:2:5: division by zero"),
        ("a = indices mod 0;", "a", "<program>:1:5: division by zero"),
        ("a = tokens + 1;", "ab", "<program>:1:5: the token 'a' is not a number"),
        ("a = tokens < 1;", "ab", "<program>:1:5: 'a' and 1 have no order"),
        ("a = indices ^ tokens;", [0.5], "<program>:1:5: the exponent 1/2 is not a whole number"),
        ("a = (indices + 2) ^ 99999999;", "a", "<program>:1:5: the exponent is larger than 4096"),
        ("a = (indices + 10 ^ 999) ^ 999;", "a", "<program>:1:5: the number has more than 4000 digits"),
        (
            "a = aggregate(select(1, 1, ==), tokens);",
            "ab",
            "<program>:1:5: the mean of the tokens 'a', 'b' is not defined",
        ),
        (
            "main(xs: seq[token]) = aggregate(select(indices, indices, <), xs);",
            "ab",
            "<program>:1:24: nothing is selected, and there is no default",
        ),
        ("a = max(indices);", "", "<program>:1:5: the max of an empty sequence is not defined"),
        ("a = sum(tokens);", "ab", "<program>:1:5: the sum of tokens is not defined"),
        ("a = max(tokens);", ["a", 1], "<program>:1:5: tokens and numbers have no order"),
        ("a = sorted(tokens);", ["a", 1], "<program>:1:5: tokens and numbers have no order"),
        (
            "main(xs: seq[int 0..9]) -> seq[int 0..9] = xs + 1;",
            [3, 9],
            "<program>:1:44: 10 is not a value of int 0..9",
        ),
        ("a = 10 ^ 400 / 3;", "", "the answer is a fraction too large for a float"),
    ],
)
def test_a_fault_at_run_time_names_its_place(text: str, given: Any, message: str) -> None:
    assert fault_of(text, given) == message


def test_a_value_that_squares_at_every_step_is_a_fault_and_no_hang() -> None:
    steps = "".join(f"a{n + 1} = a{n} * a{n};\n" for n in range(60))
    assert fault_of(f"a0 = indices + 2;\n{steps}") == "<program>:14:7: the number has more than 4000 digits"


def test_an_unknown_output_names_the_nearest() -> None:
    assert fault_of("first = 1;\nsecond = 2;", output="frist") == (
        "the program has no output 'frist'; did you mean 'first'?"
    )


def test_a_program_without_an_output_says_how_to_end_it() -> None:
    assert fault_of("def f(x) { return x; }") == (
        "<program> has no output: end it with `name = …;` or `main(xs: seq[…]) = …;`"
    )


def test_a_program_of_several_functions_and_no_output_names_them() -> None:
    text = "def f(xs: seq[int]) -> seq[int] { return xs; }\ndef g(xs: seq[int]) -> seq[int] { return xs; }"
    with pytest.raises(RuntimeFault) as fault:
        interpret(parse(text), [[1]])
    assert str(fault.value) == (
        "<program> has no output: ask for one of its functions (f, g), "
        "or end it with `name = …;` or `main(xs: seq[…]) = …;`"
    )


def test_the_only_function_of_a_program_without_an_output_is_what_runs() -> None:
    assert interpret(parse("def f(xs: seq[int]) -> seq[int] { return xs + 1; }"), [[1, 2]]) == [[2, 3]]


@dataclass(frozen=True)
class Shelf:
    """A scope that holds one cell under every name."""

    cell: CellSignature

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        return self.cell

    def find_matching(self, kind: str, conditions: Sequence[Condition]) -> CellSignature:
        raise AssertionError("no cell is asked for by conditions")

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        raise AssertionError("no program is asked for")


def adder(ensures: str | None) -> Shelf:
    ports = (CellPort("a", DIGIT), CellPort("b", DIGIT))
    return Shelf(CellSignature("circuit", "add", "0123", ports, CellPort("sum", DIGIT), None, ensures))


def test_a_cell_means_what_its_contract_promises() -> None:
    program = parse(
        "use circuit add;\nmain(xs: seq[int 0..36]) = add(xs, 30);", scope=adder("result == (a + b) mod 37")
    )
    assert interpret(program, [[1, 10]]) == [[31, 3]]


def test_a_fold_with_a_cell_chains_its_contract() -> None:
    text = "use circuit add;\nmain(xs: seq[int 0..36]) = fold(add, xs, 0);"
    program = parse(text, scope=adder("result == (a + b) mod 37"))
    assert interpret(program, [[30, 30, 30], []]) == [16, 0]


@pytest.mark.parametrize(
    ("ensures", "said"), [("result >= a", "its contract (result >= a)"), (None, "its contract (no contract)")]
)
def test_a_cell_whose_contract_leaves_its_answer_open_is_not_interpreted(ensures: str | None, said: str) -> None:
    program = parse("use circuit add;\nmain(xs: seq[int 0..36]) = add(xs, 30);", scope=adder(ensures))
    with pytest.raises(RuntimeFault) as fault:
        interpret(program, [[1]])
    assert str(fault.value) == (
        f"<program>:2:28: the circuit 'add' cannot be interpreted: {said} does not say `result == …`; "
        "run it with the stitched backend"
    )


LEAVES = st.sampled_from(["indices", "length", "tokens", "0", "2", "0.5", '"a"', "True"])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%", "^", "==", "<", "and", "in"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        st.tuples(st.sampled_from(["round", "sum", "max", "indicator", "sorted", "not "]), inner).map(
            lambda parts: f"{parts[0]}({parts[1]})"
        ),
        st.tuples(inner, inner, inner).map(lambda parts: "({} if {} else {})".format(*parts)),
        st.tuples(inner, inner, inner).map(lambda parts: "aggregate(select({}, {}, <=), {})".format(*parts)),
    ),
    max_leaves=8,
)
TOKENS = st.lists(
    st.one_of(st.integers(-2, 3), st.sampled_from(["a", "b", ""]), st.booleans(), st.floats()), max_size=4
)


@given(EXPRESSIONS, TOKENS)
@settings(max_examples=300, deadline=5000, derandomize=True)
def test_any_program_answers_any_input_or_says_why_not(expression: str, tokens: list[Any]) -> None:
    with suppress(LanguageError, RuntimeFault):
        assert len(answer(f"a = {expression};", tokens, dialect="rasp")) == len(tokens)


class Numbers:
    """Inputs without end, that know how many of them were taken."""

    def __init__(self) -> None:
        self.n_taken = 0

    def __iter__(self) -> Iterator[list[int]]:
        for number in count():
            self.n_taken += 1
            yield [number, number + 1]


INCREMENT = "main(xs: seq[int]) = xs + 1;"


def test_a_stream_without_end_is_answered_a_batch_at_a_time() -> None:
    inputs = Numbers()
    answers = interpret_stream(parse(INCREMENT), inputs, batch_size=10)
    assert (list(islice(answers, 3)), inputs.n_taken) == ([[1, 2], [2, 3], [3, 4]], 10)
    assert (list(islice(answers, 7))[-1], inputs.n_taken) == ([10, 11], 10)
    assert (next(answers), inputs.n_taken) == ([11, 12], 20)


def test_nothing_of_a_stream_is_taken_before_an_answer_is_asked_for() -> None:
    inputs = Numbers()
    interpret_stream(parse(INCREMENT), inputs)
    assert inputs.n_taken == 0


@pytest.mark.parametrize("batch_size", [1, 3, 8, 100])
def test_a_stream_is_answered_as_a_whole_whatever_the_batch(batch_size: int) -> None:
    inputs = [list(range(length)) for length in range(20)]
    program = parse(INCREMENT)
    assert list(interpret_stream(program, inputs, batch_size=batch_size)) == interpret(program, inputs)


def test_a_stream_gives_the_answers_before_a_fault() -> None:
    answers = interpret_stream(parse(INCREMENT), [[n] for n in range(9)] + [["a"]], batch_size=20)
    assert list(islice(answers, 9)) == [[n + 1] for n in range(9)]
    with pytest.raises(RuntimeFault, match="'a' at position 0 is not a value of int"):
        next(answers)


def test_an_unknown_output_of_a_stream_is_a_fault_at_once() -> None:
    with pytest.raises(RuntimeFault, match="the program has no output 'b'"):
        interpret_stream(parse("a = 1;"), [], output="b")


def test_a_batch_of_less_than_one_input_is_a_fault() -> None:
    with pytest.raises(RuntimeFault, match="a batch holds at least 1 input, found a batch size of 0"):
        interpret_stream(parse("a = 1;"), [], batch_size=0)


def test_a_few_inputs_do_not_wait_for_torch() -> None:
    code = (
        "import sys; from stdcell import parse; from stdcell.runtime import interpret; "
        "interpret(parse('a = indices;'), ['abc'] * 7); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
