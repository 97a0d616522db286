"""Running a function on a whole batch: the order of faults, ragged lengths, nodes' values, cells, devices."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor

from stdcell.dsl import CellPort, CellSignature, Program, parse
from stdcell.dsl.graph import Aggregate, CellCall, Constant, Elementwise, Fold, Indices, Input, Select, SelectorWidth
from stdcell.dsl.types import Int, Unknown
from stdcell.errors import RuntimeFault
from stdcell.runtime.batch import BatchRun, TensorCell, available_devices, find_device, run_batch
from stdcell.runtime.batch.selection import LARGEST_PIECE
from stdcell.runtime.interpreter import interpret

from .graphs import XS, program_of

SORT = 'use program "stdcell/sort" (sort);\nmain(xs: seq[int]) = sort(xs);'
STATE = Input((), "bound1.0", Unknown(), "state")
ITEM = Input((), "bound1.1", Unknown(), "item")
ADD = CellSignature(
    "circuit", "add", "0123", (CellPort("a", Int(0, 36)), CellPort("b", Int(0, 36))), CellPort("sum", Int(0, 36))
)


def batch_of(text: str, inputs: Sequence[Any], *, dialect: str = "cell", cell: TensorCell | None = None) -> BatchRun:
    program = parse(text, dialect=dialect)
    return run_batch(program, program.output(), inputs, cell=cell)


def test_sequences_of_any_lengths_are_sorted_at_once() -> None:
    inputs = [[3, 1, 2], [], [5], [2, 2, 1, 9, 0, -4], [7, 7]]
    assert list(batch_of(SORT, inputs).answers()) == [[1, 2, 3], [], [5], [-4, 0, 1, 2, 2, 9], [7, 7]]


def test_a_batch_of_nothing_has_no_answers() -> None:
    assert list(batch_of(SORT, []).answers()) == []


def test_answers_come_up_to_the_first_faulty_input() -> None:
    answers = batch_of("main(xs: seq[int]) = 6 / xs;", [[1, 4], [2], [0, 3], [1], [0]]).answers()
    assert (next(answers), next(answers)) == ([6, 1.5], [3])
    with pytest.raises(RuntimeFault, match=r"^<program>:1:22: division by zero$"):
        next(answers)


def test_the_first_fault_in_order_wins_whatever_its_kind() -> None:
    answers = batch_of("main(xs: seq[int 0..9]) = 6 / xs;", [[1], [12], [0]]).answers()
    assert next(answers) == [6]
    with pytest.raises(RuntimeFault, match=r"^input 'xs': 12 at position 0 is not a value of int 0\.\.9$"):
        next(answers)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (3, "input 'xs': expected seq[int], found 3"),
        ([None], "input 'xs': None at position 0 is not a value of int"),
        ([[1]], "input 'xs': [1] at position 0 is not a value of int"),
        ([True], "input 'xs': True at position 0 is not a value of int"),
        ([0.5], "input 'xs': 0.5 at position 0 is not a value of int"),
        ({"ys": [1]}, "expected inputs named xs, found ys"),
    ],
)
def test_an_input_that_does_not_fit_is_a_fault_among_others_too(given: Any, message: str) -> None:
    answers = batch_of(SORT, [[2, 1], given, [1]]).answers()
    assert next(answers) == [1, 2]
    with pytest.raises(RuntimeFault) as fault:
        next(answers)
    assert str(fault.value) == message


@pytest.mark.parametrize(
    ("text", "given", "answer"),
    [
        ("main(xs: seq[int]) = xs * xs;", [2**40, 3], [2**80, 9]),
        ("main(xs: seq[int]) = xs + xs;", [2**62, 2**63], [2**63, 2**64]),
        ("main(xs: seq[int]) = -xs;", [-(2**63), 2**61], [2**63, -(2**61)]),
        ("main(xs: seq[int]) = sum(xs);", [2**62, 2**62, 1], 2**63 + 1),
        ("main(xs: seq[int]) = sum(xs);", [2**61] * 4, 2**63),
        ("main(xs: seq[int]) = aggregate(select(1, 1, ==), xs);", [2**61] * 4, [2**61] * 4),
        ("main(xs: seq[int]) = xs > 10 ^ 30;", [10**31, 10**29], [True, False]),
        ("main(xs: seq[int]) = xs mod 7;", [10**30, 8], [10**30 % 7, 1]),
        ("def f(s, x) { return s * x; }\nmain(xs: seq[int]) = fold(f, xs, 1);", [10**9] * 4, 10**36),
    ],
)
def test_numbers_beyond_64_bits_are_exact(text: str, given: list[int], answer: Any) -> None:
    assert list(batch_of(text, [given, [1], given]).answers())[::2] == [answer, answer]


@pytest.mark.parametrize(
    ("text", "dialect", "given"),
    [
        (SORT, "cell", [3, 1, 2]),
        ("main(xs: seq[int]) = xs * xs * xs;", "cell", [2**40, 3]),
        ("a = aggregate(select(indices, indices, <=), indices / 3);", "rasp", "abcd"),
        ('a = tokens + "x" if indices % 2 == 0 else tokens;', "rasp", "abcd"),
        ("a = sort(tokens, tokens);", "rasp", "hello"),
        ("main(xs: seq[int]) = forall i: i + 1 < length implies xs[i] <= xs[i + 1];", "cell", [1, 2, 3]),
        ("main(xs: seq[int]) = exists i: i > 0 and xs[i - 1] == xs[i];", "cell", [1, 2, 2]),
        ("main(xs: seq[int]) = forall i, j: i < j implies xs[i] != xs[j];", "cell", [1, 2, 2]),
    ],
)
def test_tensors_answer_all_that_is_defined(text: str, dialect: str, given: Any) -> None:
    assert batch_of(text, [given, given[:1], given[:0]], dialect=dialect).left_out() == []


@pytest.mark.parametrize("token", [None, float("inf"), (1,)])
def test_a_token_of_any_class_is_read_as_text_as_alone(token: Any) -> None:
    program = parse("a = tokens_str;", dialect="rasp")
    answers = run_batch(program, program.output(), [[1, token], [2]]).answers()
    assert list(answers) == [["1", str(token)], ["2"]]


def test_only_an_undefined_input_is_left_out() -> None:
    assert batch_of("main(xs: seq[int]) = 6 / xs;", [[1], [0, 1], []]).left_out() == [1]


def test_the_values_of_every_node_can_be_had() -> None:
    selector = Select((XS, XS), "<")
    widths = SelectorWidth((selector,))
    mean = Aggregate((selector, XS, Constant((), 0)), "mean")
    program = program_of(Elementwise((widths, mean), "+"), parameters=(XS,))
    run = run_batch(program, program.output(), [[3, 1, 2], [5]])
    assert run.values(selector) == [[[False, True, True], [False, False, False], [False, True, False]], [[False]]]
    assert run.values(widths) == [[2, 0, 1], [0]]
    assert run.values(mean) == [[Fraction(3, 2), 0, 1], [0]]
    assert list(run.answers()) == [[3.5, 0, 2], [0]]


def test_the_values_of_a_batch_with_a_fault_raise_it() -> None:
    program = program_of(Elementwise((Constant((), 1), XS), "/"), parameters=(XS,))
    with pytest.raises(RuntimeFault, match="division by zero"):
        run_batch(program, program.output(), [[1], [0]]).values(XS)


def test_small_pieces_of_selectors_answer_as_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [[(7 * place + shift) % 5 for place in range(length)] for shift, length in enumerate([9, 0, 4, 9, 1, 6])]
    monkeypatch.setitem(LARGEST_PIECE, "cpu", 16)
    assert list(batch_of(SORT, inputs).answers()) == [sorted(xs) for xs in inputs]


def calling(fold: bool) -> Program:
    """A program that maps, or folds, the cell over its input."""
    call = CellCall((STATE, ITEM) if fold else (XS, Constant((), 30)), ADD)
    return program_of(Fold((XS, Constant((), 0)), (STATE, ITEM), call) if fold else call, parameters=(XS,))


class Adder:
    """A tensor cell that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[list[int]]] = []

    def __call__(self, call: CellCall, operands: Sequence[Tensor]) -> Tensor:
        self.asked.append([operand.tolist() for operand in operands])
        return (operands[0] + operands[1]) % 37


def test_a_cell_is_asked_once_about_all_elements_and_no_padding() -> None:
    program, cell = calling(fold=False), Adder()
    answers = run_batch(program, program.output(), [[1, 10], [], [5]], cell=cell).answers()
    assert list(answers) == [[31, 3], [], [35]]
    assert cell.asked == [[[5, 1, 10], [30, 30, 30]]]


def test_a_fold_asks_a_cell_once_a_step_about_the_sequences_that_go_on() -> None:
    program, cell = calling(fold=True), Adder()
    answers = run_batch(program, program.output(), [[30, 30], [], [5], [1, 2, 3]], cell=cell).answers()
    assert list(answers) == [23, 0, 5, 6]
    assert cell.asked == [[[0, 0, 0], [5, 30, 1]], [[30, 1], [30, 2]], [[3], [3]]]


def test_a_cell_that_refuses_an_element_is_asked_about_each_input_alone() -> None:
    def refusing(call: CellCall, operands: Sequence[Tensor]) -> Tensor:
        if bool((operands[0] > 36).any()):
            raise RuntimeFault("the operand is larger than 36")
        return operands[0] + operands[1]

    program = calling(fold=False)
    answers = run_batch(program, program.output(), [[1], [2, 40], [3]], cell=refusing).answers()
    assert next(answers) == [31]
    with pytest.raises(RuntimeFault, match=r"^<program>:1:1: the operand is larger than 36$"):
        next(answers)


def test_a_cell_is_not_asked_about_tokens() -> None:
    program, cell = calling(fold=False), Adder()
    answers = run_batch(program, program.output(), [[1], ["a"]], cell=cell).answers()
    assert next(answers) == [31]
    with pytest.raises(RuntimeFault, match="the circuit 'add' takes integers, found"):
        next(answers)


def test_a_contract_that_says_no_answer_is_the_fault_of_the_first_input() -> None:
    program = calling(fold=False)
    with pytest.raises(RuntimeFault, match="the circuit 'add' cannot be interpreted"):
        next(run_batch(program, program.output(), [[1], [2]]).answers())


def test_an_unknown_device_is_a_fault_that_names_those_there_are() -> None:
    with pytest.raises(RuntimeFault) as fault:
        find_device("tpu")
    assert str(fault.value) == f"there is no device 'tpu' here; there are: {', '.join(available_devices())}"


def test_one_input_on_an_unknown_device_is_a_fault_too() -> None:
    with pytest.raises(RuntimeFault, match="there is no device 'tpu' here"):
        interpret(parse(SORT), [[1]], device="tpu")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_gpu_answers_as_the_cpu_does() -> None:
    inputs = [[(31 * place + shift) % 17 for place in range(shift % 23)] for shift in range(500)]
    text = "a = aggregate(select(tokens, tokens, <=), indices / 3) + selector_width(select(tokens, tokens, <));"
    program = parse(text, dialect="rasp")
    assert interpret(program, inputs, device="cuda") == interpret(program, inputs)


def test_the_positions_of_a_batch_are_each_sequence_its_own() -> None:
    program = program_of(Indices(), parameters=(XS,))
    assert list(run_batch(program, program.output(), ["abc", "", "a"]).answers()) == [[0, 1, 2], [], [0]]
