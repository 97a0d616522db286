"""What each kind of node means: aggregations, tables, positions, running folds and quantifiers, in exact values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from stdcell.dsl import Program, parse
from stdcell.dsl.graph import (
    Aggregate,
    At,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Lookup,
    Quantified,
    Reduce,
    Select,
    SOp,
)
from stdcell.dsl.types import Bool, Element, Int, Seq, Unknown
from stdcell.errors import RuntimeFault
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.interpreter import interpret
from stdcell.runtime.reference import Exact, call_by_contract

XS = Input((), "main.0", Seq(Unknown()), "xs")
STATE = Input((), "fold1.state", Int(), "state")
ITEM = Input((), "fold1.item", Int(), "item")
OTHER = Input((), "fold1.item1", Int(), "other")
N = Input((), "quantifier1", Int(), "i")
M = Input((), "quantifier2", Int(), "j")
EVERYWHERE = Select((Indices(), Indices()), ">=")
NOWHERE = Select((Indices(), Constant((), -1)), "==")


def number(value: int) -> SOp:
    return Constant((), value)


def apply(operator: str, *arguments: SOp) -> SOp:
    return Elementwise(arguments, operator)


def implies(condition: SOp, conclusion: SOp) -> SOp:
    return apply("or", apply("not", condition), conclusion)


def forall(start: int, stop: SOp, body: SOp, variable: Input = N) -> SOp:
    return Quantified((number(start), stop), "forall", variable, body)


def exists(start: int, stop: SOp, body: SOp, variable: Input = N) -> SOp:
    return Quantified((number(start), stop), "exists", variable, body)


def table(entries: Mapping[Any, Any], argument: SOp = XS) -> SOp:
    return Lookup((argument,), tuple(((key,), answer) for key, answer in entries.items()))


def value_of(node: SOp, xs: Sequence[Any] = ()) -> Any:
    return evaluate([node], Exact(None, call_by_contract), len(xs), {"main.0": list(xs)})[node]


def program_of(node: SOp, dialect: str = "cell") -> Program:
    """A program of one entry point that answers with the node, which stands at its beginning."""
    program = parse("main(xs: seq[int]) = xs;")
    main = program.functions["main"]
    function = replace(main, parameters=(XS,), result=node)
    return replace(program, dialect=dialect, functions={"main": function}, spans={node: main.span})


def fault_of(node: SOp, xs: Sequence[Any] = ()) -> str:
    with pytest.raises(RuntimeFault) as fault:
        interpret(program_of(node), [list(xs)])
    return str(fault.value)


def aggregate(operator: str, selector: SOp, *default: SOp, values: SOp = XS) -> SOp:
    return Aggregate((selector, values, *default), operator)


UP_TO_HERE = Select((Indices(), Indices()), "<=")
OTHERS = Select((Indices(), Indices()), "!=")


@pytest.mark.parametrize(
    ("operator", "selector", "xs", "answer"),
    [
        ("mean", UP_TO_HERE, [1, 2, 6], [1, Fraction(3, 2), 3]),
        ("mean", UP_TO_HERE, [True, 2, 3], [True, Fraction(3, 2), 2]),
        ("mean", Select((Indices(), Indices()), "=="), [True, False], [True, False]),
        ("sum", UP_TO_HERE, [1, 2, 6], [1, 3, 9]),
        ("sum", UP_TO_HERE, [True, True], [1, 2]),
        ("sum", UP_TO_HERE, [Fraction(1, 2), Fraction(1, 2)], [Fraction(1, 2), 1]),
        ("min", UP_TO_HERE, [3, 1, 2], [3, 1, 1]),
        ("max", UP_TO_HERE, [1, 3, 2], [1, 3, 3]),
        ("min", UP_TO_HERE, ["b", "a"], ["b", "a"]),
        ("max", UP_TO_HERE, ["b", "a"], ["b", "b"]),
        ("any", UP_TO_HERE, [False, True, False], [False, True, True]),
        ("all", UP_TO_HERE, [True, False, True], [True, False, False]),
        ("any", UP_TO_HERE, [0, 2], [False, True]),
        ("first", UP_TO_HERE, ["a", "b", "c"], ["a", "a", "a"]),
        ("last", UP_TO_HERE, ["a", "b", "c"], ["a", "b", "c"]),
        ("nearest_left", OTHERS, ["a", "b", "c"], ["b", "a", "b"]),
        ("nearest_right", OTHERS, ["a", "b", "c"], ["b", "c", "b"]),
        ("nearest_left", UP_TO_HERE, ["a", "b", "c"], ["a", "b", "c"]),
    ],
)
def test_an_aggregation_answers_for_what_is_selected(
    operator: str, selector: SOp, xs: list[Any], answer: list[Any]
) -> None:
    assert value_of(aggregate(operator, selector), xs) == answer


@pytest.mark.parametrize(("operator", "answer"), [("sum", 0), ("any", False), ("all", True)])
def test_some_aggregations_answer_where_nothing_is_selected(operator: str, answer: Any) -> None:
    (found,) = value_of(aggregate(operator, NOWHERE), [7])
    assert (found, type(found)) == (answer, type(answer))


@pytest.mark.parametrize("operator", ["mean", "sum", "min", "any", "all", "first", "nearest_right"])
def test_a_default_answers_where_nothing_is_selected(operator: str) -> None:
    assert value_of(aggregate(operator, NOWHERE, Indices()), [7, 7]) == [0, 1]


@pytest.mark.parametrize(
    ("operator", "selector", "xs", "message"),
    [
        ("mean", EVERYWHERE, ["a", "b"], "the mean of the tokens 'a', 'b' is not defined"),
        ("mean", EVERYWHERE, [True, False], "the mean of the booleans True, False is not defined"),
        ("sum", EVERYWHERE, ["a", "b"], "the sum of tokens is not defined"),
        ("max", EVERYWHERE, ["a", 1], "tokens and numbers have no order"),
        ("min", NOWHERE, [1], "nothing is selected, and there is no default"),
        ("first", NOWHERE, [1], "nothing is selected, and there is no default"),
        ("nearest_left", NOWHERE, [1], "nothing is selected, and there is no default"),
    ],
)
def test_an_aggregation_without_an_answer_is_a_fault(operator: str, selector: SOp, xs: list[Any], message: str) -> None:
    assert fault_of(aggregate(operator, selector), xs) == f"<program>:1:1: {message}"


def test_a_table_answers_each_element() -> None:
    assert value_of(table({"a": 1, "b": 2}), ["b", "a", "b"]) == [2, 1, 2]


def test_a_table_of_pairs_answers_each_pair() -> None:
    pairs = Lookup((XS, Indices()), ((("a", 0), "x"), (("a", 1), "y")))
    assert value_of(pairs, ["a", "a"]) == ["x", "y"]


def test_a_table_of_a_scalar_answers_once() -> None:
    assert value_of(table({2: "two"}, Length()), [0, 0]) == "two"


@pytest.mark.parametrize("key", [True, 1, Fraction(1)])
def test_equal_keys_of_a_table_are_one_key(key: Any) -> None:
    assert value_of(table({key: "one"}), [True, 1]) == ["one", "one"]


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (table({"a": 1}), "the table has no entry for 'x'"),
        (table({0: 1}, Indices()), "the table has no entry for 1"),
        (table({0: 1}, apply("/", number(1), number(2))), "the table has no entry for 0.5"),
        (Lookup((XS, Length()), ()), "the table has no entry for 'x', 2"),
    ],
)
def test_a_key_that_no_table_has_is_a_fault(node: SOp, message: str) -> None:
    assert fault_of(node, ["x", "x"]) == f"<program>:1:1: {message}"


@pytest.mark.parametrize(("position", "answer"), [(0, "a"), (2, "c"), (-1, "c"), (-3, "a")])
def test_a_sequence_is_read_at_a_position(position: int, answer: str) -> None:
    assert value_of(At((XS, number(position))), "abc") == answer


def test_a_sequence_is_read_at_each_of_many_positions() -> None:
    positions = apply("-", apply("-", Length(), Indices()), number(1))
    assert value_of(At((XS, positions)), "abc") == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("position", "message"),
    [
        (number(7), "position 7 is outside a sequence of length 3"),
        (number(3), "position 3 is outside a sequence of length 3"),
        (number(-4), "position -4 is outside a sequence of length 3"),
        (Constant((), Fraction(1, 2)), "the position 0.5 is not a whole number"),
        (Constant((), "a"), "the position 'a' is not a whole number"),
    ],
)
def test_a_position_outside_of_a_sequence_is_a_fault(position: SOp, message: str) -> None:
    assert fault_of(At((XS, position)), [1, 2, 3]) == f"<program>:1:1: {message}"


def fold(step: SOp, *sequences: SOp, start: int = 0, running: bool = False) -> SOp:
    return Fold((*sequences, number(start)), (STATE, ITEM, OTHER)[: len(sequences) + 1], step, running)


PLUS = apply("+", STATE, ITEM)


def test_a_running_fold_keeps_the_state_after_each_element() -> None:
    assert value_of(fold(PLUS, XS, running=True), [1, 2, 3]) == [1, 3, 6]


def test_a_running_fold_over_nothing_is_empty() -> None:
    assert value_of(fold(PLUS, XS, running=True)) == []


def test_a_fold_walks_over_several_sequences_at_once() -> None:
    assert value_of(fold(apply("+", STATE, apply("*", ITEM, OTHER)), XS, Indices()), [5, 6, 7]) == 20


def test_what_a_step_holds_that_reads_neither_state_nor_item_is_evaluated_only_if_there_is_an_element() -> None:
    step = apply("+", PLUS, apply("/", number(1), number(0)))
    assert value_of(fold(step, XS, start=4)) == 4
    assert fault_of(fold(step, XS), [1]) == "division by zero"


def test_a_step_evaluates_both_sides_of_a_choice() -> None:
    step = apply("if", apply("==", ITEM, number(0)), STATE, apply("/", STATE, ITEM))
    assert fault_of(fold(step, XS, start=6), [2, 0]) == "division by zero"


SORTED = forall(
    0,
    Length(),
    implies(
        apply("<", apply("+", N, number(1)), Length()),
        apply("<=", At((XS, N)), At((XS, apply("+", N, number(1))))),
    ),
)


@pytest.mark.parametrize(("xs", "answer"), [([1, 2, 2], True), ([1, 3, 2], False), ([5], True), ([], True)])
def test_a_guard_keeps_a_quantifier_within_the_sequence(xs: list[int], answer: bool) -> None:
    assert value_of(SORTED, xs) is answer


def test_a_quantifier_without_a_guard_reads_beyond_the_end() -> None:
    body = apply("<=", At((XS, N)), At((XS, apply("+", N, number(1)))))
    assert fault_of(forall(0, Length(), body), [1, 2]) == "position 2 is outside a sequence of length 2"


@pytest.mark.parametrize(
    ("node", "answer"),
    [
        (forall(0, number(0), Constant((), False)), True),
        (exists(0, number(0), Constant((), True)), False),
        (forall(2, number(1), Constant((), False)), True),
        (exists(0, Length(), apply("==", At((XS, N)), number(6))), True),
        (exists(0, Length(), apply("==", At((XS, N)), number(8))), False),
        (forall(0, Length(), apply(">", At((XS, N)), number(4))), True),
        (forall(-1, number(1), apply("<", N, number(0))), False),
    ],
)
def test_a_quantifier_tries_each_number_of_its_range(node: SOp, answer: bool) -> None:
    assert value_of(node, [5, 6, 7]) is answer


@pytest.mark.parametrize(
    ("node", "answer"),
    [
        (forall(-3, number(4), apply("!=", apply("/", number(6), N), number(-6))), False),
        (exists(-3, number(4), apply("==", apply("/", number(6), N), number(-6))), True),
    ],
)
def test_a_quantifier_stops_where_it_is_decided(node: SOp, answer: bool) -> None:
    assert value_of(node) is answer


@pytest.mark.parametrize(
    ("guarded", "answer"),
    [
        (apply("and", apply("!=", N, number(0)), apply(">", apply("/", number(6), N), number(0))), False),
        (apply("or", apply("==", N, number(0)), apply(">", apply("/", number(6), N), number(0))), True),
        (apply("if", apply("==", N, number(0)), Constant((), True), apply(">", apply("/", number(6), N), N)), True),
    ],
)
def test_a_body_is_evaluated_from_the_left_as_far_as_its_answer_needs(guarded: SOp, answer: bool) -> None:
    assert value_of(forall(0, number(2), guarded)) is answer


def test_a_part_that_reads_no_bound_variable_is_guarded_as_well() -> None:
    impossible = apply("==", At((XS, number(9))), number(0))
    guarded = apply("and", apply("<", number(9), Length()), impossible)
    assert value_of(exists(0, Length(), apply("or", guarded, apply("==", N, number(1)))), [4, 4]) is True


def test_quantifiers_stand_within_quantifiers() -> None:
    differ = apply("!=", At((XS, N)), At((XS, M)))
    distinct = forall(0, Length(), forall(0, Length(), implies(apply("<", N, M), differ), M))
    assert [value_of(distinct, xs) for xs in ([3, 1, 2], [3, 1, 3])] == [True, False]


def test_an_inner_quantifier_may_bind_the_variable_of_an_outer_one_anew() -> None:
    inner = exists(5, number(6), apply("==", N, number(5)))
    assert value_of(forall(0, number(3), apply("and", apply("<", N, number(3)), inner))) is True


def test_a_fold_stands_within_a_quantifier() -> None:
    below = fold(apply("+", STATE, apply("indicator", apply("<", ITEM, N))), XS)
    assert value_of(exists(0, number(9), apply("==", below, number(2))), [5, 1, 3]) is True


def test_a_quantifier_stands_within_a_fold() -> None:
    divides = exists(2, ITEM, apply("==", apply("%", ITEM, N), number(0)))
    n_composite = fold(apply("+", STATE, apply("indicator", divides)), XS)
    assert value_of(n_composite, [4, 5, 6, 7, 8]) == 3


def test_a_guard_within_a_fold_within_a_quantifier_is_kept() -> None:
    safe = apply("if", apply("==", ITEM, number(0)), number(0), apply("/", N, ITEM))
    total = fold(apply("+", STATE, safe), XS)
    assert value_of(exists(0, number(9), apply("==", total, number(3))), [0, 2, 0, 1]) is True


@pytest.mark.parametrize(("bound", "shown"), [(Constant((), Fraction(1, 2)), "0.5"), (Constant((), "a"), "'a'")])
def test_a_bound_of_a_range_is_a_whole_number(bound: SOp, shown: str) -> None:
    message = f"<program>:1:1: the bound {shown} of a range is not a whole number"
    assert fault_of(forall(0, bound, Constant((), True))) == message


class Counting(Exact):
    """Exact values, and how many operators were applied."""

    n_applied = 0

    def elementwise(self, operator: str, operands: Sequence[Any], node: SOp) -> Any:
        self.n_applied += 1
        return super().elementwise(operator, operands, node)


def n_applied(node: SOp, xs: Sequence[Any]) -> int:
    algebra = Counting(None, call_by_contract)
    evaluate([node], algebra, len(xs), {"main.0": list(xs)})
    return algebra.n_applied


SLOW = apply("+", apply("*", Length(), Length()), number(1))


def test_what_reads_no_bound_variable_is_evaluated_once() -> None:
    # Two for the sum, and one comparison for each number.
    assert n_applied(forall(0, number(10), apply("<", N, SLOW)), [0] * 4) == 2 + 10


def test_what_reads_neither_state_nor_item_is_evaluated_once() -> None:
    # Two for the sum, and two additions for each element.
    assert n_applied(fold(apply("+", PLUS, SLOW), XS), [0] * 10) == 2 + 2 * 10


def test_what_an_inner_quantifier_holds_of_an_outer_one_is_evaluated_once_for_each_outer_number() -> None:
    body = apply("<", M, apply("+", apply("*", N, N), number(99)))
    # For each of 3 numbers two operators, and for each of 3 x 5 pairs a comparison.
    assert n_applied(forall(0, number(3), forall(0, number(5), body, M)), []) == 3 * 2 + 3 * 5


def test_any_holds_where_one_element_does() -> None:
    some = Reduce((apply(">", XS, number(2)),), "any")
    assert [value_of(some, xs) for xs in ([1, 3], [1, 2], [])] == [True, False, False]


def test_a_long_chain_within_a_body_is_no_deep_recursion() -> None:
    chain: SOp = N
    for _ in range(3000):
        chain = apply("+", chain, number(1))
    assert value_of(exists(0, number(2), apply("==", chain, number(3001)))) is True


def test_a_sequence_of_the_original_rasp_holds_values_of_one_kind() -> None:
    program = parse("ans = aggregate(select(indices, indices, <), tokens);", dialect="rasp")
    with pytest.raises(RuntimeFault) as fault:
        interpret(program, ["hi"])
    message = "a sequence holds values of one kind, found the token 'h' and the number 0"
    assert str(fault.value) == f"<program>:1:7: {message}"


def test_booleans_and_numbers_are_of_one_kind_in_rasp_and_tokens_and_booleans_are_not() -> None:
    program = parse("ans = tokens;", dialect="rasp")
    assert interpret(program, [[True, 2]]) == [[True, 2]]
    with pytest.raises(RuntimeFault) as fault:
        interpret(program, [[True, "a"]])
    message = "a sequence holds values of one kind, found the token 'a' and the boolean True"
    assert str(fault.value) == f"<program>:1:7: {message}"


def test_the_strict_dialect_lets_kinds_mix() -> None:
    assert interpret(parse("a = tokens;"), [["a", 1]]) == [["a", 1]]


def rasp_input(key: str, element: Element) -> Program:
    node = Input((), key, Seq(element), key)
    program = program_of(node, "rasp")
    return replace(program, functions={"main": replace(program.functions["main"], parameters=())})


def test_tokens_are_read_as_booleans() -> None:
    program = rasp_input("tokens_bool", Bool())
    assert interpret(program, [["a", "", 0, 2, 0.5, True]]) == [[True, False, False, True, True, True]]


def test_tokens_are_read_as_they_are() -> None:
    assert interpret(rasp_input("tokens_asis", Unknown()), [[1, 2.5], "ab"]) == [[1, 2.5], ["a", "b"]]


@pytest.mark.parametrize(
    ("key", "element", "given", "message"),
    [
        ("tokens_int", Int(), "1h", "input 'tokens_int': 'h' at position 1 is not a whole number"),
        ("tokens_float", Unknown(), "h", "input 'tokens_float': 'h' at position 0 is not a number"),
        ("tokens_bool", Bool(), [None], "input 'tokens_bool': None at position 0 is not a value of bool"),
    ],
)
def test_a_token_that_cannot_be_read_is_a_fault(key: str, element: Element, given: Any, message: str) -> None:
    with pytest.raises(RuntimeFault) as fault:
        interpret(rasp_input(key, element), [given])
    assert str(fault.value) == message
