"""Aggregations, tables, positions and running folds: compiled as interpreted, on every short input, or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from stdcell.dsl import Program, parse
from stdcell.dsl.graph import (
    AGGREGATIONS,
    DEFINED_WHEN_EMPTY,
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
    SelectorLogic,
    SelectorWidth,
    SOp,
)
from stdcell.dsl.types import Bool, Element, Int, Seq, Token, Value
from stdcell.errors import NotCompilable, RuntimeFault
from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.interpreter import interpret

DIGITS: Sequence[Any] = (0, 1, 2)
WORDS: Sequence[Any] = ("a", "b", "c")
BOOLEANS: Sequence[Any] = (False, True)
TYPES: dict[Sequence[Any], Element] = {DIGITS: Int(0, 2), WORDS: Token(("a", "b", "c")), BOOLEANS: Bool()}


def entry(vocabulary: Sequence[Any]) -> Input:
    return Input((), "main.0", Seq(TYPES[vocabulary]), "xs")


XS, WS, BS = entry(DIGITS), entry(WORDS), entry(BOOLEANS)
INDICES = Indices()


def number(value: Value) -> SOp:
    return Constant((), value)


def apply(operator: str, *arguments: SOp) -> SOp:
    return Elementwise(arguments, operator)


def select(keys: SOp, queries: SOp, comparison: str) -> SOp:
    return Select((keys, queries), comparison)


def aggregate(operator: str, selector: SOp, values: SOp, *default: SOp) -> SOp:
    return Aggregate((selector, values, *default), operator)


def program_of(node: SOp, parameter: Input, dialect: str = "cell") -> Program:
    """A program of one entry point that answers with the node, which stands at its beginning."""
    program = parse("main(xs: seq[int 0..1]) = xs;")
    main = program.functions["main"]
    function = replace(main, parameters=(parameter,), result=node)
    return replace(program, dialect=dialect, functions={"main": function}, spans={node: main.span})


def answer(run: Callable[[list[Any]], list[Any]], given: Any) -> Any:
    """What a backend answers to one input, or the fault that it finds."""
    try:
        return run([given])
    except RuntimeFault as fault:
        return str(fault)


def disagreements(program: Program, vocabulary: Sequence[Any], max_length: int, **options: Any) -> list[Any]:
    """Inputs on which the transformer does not answer, or fault, as the interpreter; with both answers."""
    compiled = compile_transformer(program, vocabulary=vocabulary, max_length=max_length, **options)
    inputs = [list(tokens) for n in range(max_length + 1) for tokens in product(vocabulary, repeat=n)]
    pairs = [(given, answer(compiled, given), answer(lambda xs: interpret(program, xs), given)) for given in inputs]
    return [pair for pair in pairs if pair[1] != pair[2]]


EARLIER = select(INDICES, INDICES, "<")
UP_TO_HERE = select(INDICES, INDICES, "<=")
OTHERS = select(INDICES, INDICES, "!=")
SAME = select(XS, XS, "==")
OTHER_SAME = SelectorLogic((SAME, OTHERS), "and")
ONES = select(XS, number(1), "==")
NEVER = select(XS, number(7), "==")
MIRRORED = select(INDICES, apply("-", Length(), INDICES), "==")
SELECTORS = {
    "earlier": EARLIER,
    "up to here": UP_TO_HERE,
    "others": OTHERS,
    "other same": OTHER_SAME,
    "ones": ONES,
    "mirrored": MIRRORED,
    "ones or earlier": SelectorLogic((ONES, EARLIER), "or"),
    "never": NEVER,
}


@pytest.mark.parametrize("operator", AGGREGATIONS)
@pytest.mark.parametrize("selector", ["earlier", "ones", "ones or earlier", "never"])
@pytest.mark.parametrize("default", [(number(5),), (INDICES,)], ids=["constant", "varying"])
def test_an_aggregation_of_numbers_with_a_default_is_compiled(
    operator: str, selector: str, default: tuple[SOp, ...]
) -> None:
    program = program_of(aggregate(operator, SELECTORS[selector], XS, *default), XS)
    assert disagreements(program, DIGITS, 3) == []


@pytest.mark.parametrize("operator", AGGREGATIONS)
@pytest.mark.parametrize("selector", ["earlier", "up to here", "others", "other same", "ones", "mirrored"])
def test_an_aggregation_of_numbers_is_compiled(operator: str, selector: str) -> None:
    assert disagreements(program_of(aggregate(operator, SELECTORS[selector], XS), XS), DIGITS, 3) == []


@pytest.mark.parametrize("operator", DEFINED_WHEN_EMPTY)
def test_an_aggregation_of_nothing_is_compiled(operator: str) -> None:
    assert disagreements(program_of(aggregate(operator, NEVER, XS), XS), DIGITS, 3) == []


@pytest.mark.parametrize("operator", ["min", "max", "any", "all", "first", "last", "nearest_left", "nearest_right"])
@pytest.mark.parametrize("selector", [OTHERS, EARLIER, MIRRORED], ids=["others", "earlier", "mirrored"])
@pytest.mark.parametrize("default", [(), (number("-"),)], ids=["no default", "default"])
def test_an_aggregation_of_tokens_is_compiled(operator: str, selector: SOp, default: tuple[SOp, ...]) -> None:
    assert disagreements(program_of(aggregate(operator, selector, WS, *default), WS), WORDS, 3) == []


@pytest.mark.parametrize("operator", AGGREGATIONS)
@pytest.mark.parametrize("selector", [OTHERS, EARLIER, UP_TO_HERE], ids=["others", "earlier", "up to here"])
def test_an_aggregation_of_booleans_is_compiled(operator: str, selector: SOp) -> None:
    assert disagreements(program_of(aggregate(operator, selector, BS), BS), BOOLEANS, 4) == []


@pytest.mark.parametrize("operator", AGGREGATIONS)
@pytest.mark.parametrize("selector", [EARLIER, UP_TO_HERE], ids=["earlier", "up to here"])
def test_an_aggregation_is_compiled_for_a_causal_transformer(operator: str, selector: SOp) -> None:
    joined = SelectorLogic((selector, select(XS, number(0), "!=")), "and")
    program = program_of(aggregate(operator, joined, XS, number(0)), XS)
    assert disagreements(program, DIGITS, 4, causal=True) == []


@pytest.mark.parametrize("operator", ["first", "last", "nearest_left", "nearest_right"])
def test_the_key_that_is_read_is_told_among_many(operator: str) -> None:
    selector = SelectorLogic((select(BS, number(True), "=="), OTHERS), "and")
    values = apply("*", INDICES, INDICES)
    assert disagreements(program_of(aggregate(operator, selector, values, number(-1)), BS), BOOLEANS, 7) == []


def lookup(entries: Sequence[tuple[tuple[Value, ...], Value]], *arguments: SOp) -> SOp:
    return Lookup(arguments, tuple(entries))


@pytest.mark.parametrize(
    ("node", "parameter", "vocabulary"),
    [
        (lookup([(("a",), 1), (("b",), 2), (("c",), 1)], WS), WS, WORDS),
        (lookup([(("a",), 1), (("b",), 2)], WS), WS, WORDS),
        (lookup([((True,), "yes"), ((False,), "no")], BS), BS, BOOLEANS),
        (lookup([((1,), "yes"), ((0,), "no")], BS), BS, BOOLEANS),
        (lookup([(("a", 0), "x"), (("b", 1), "y"), (("a", 1), "z")], WS, INDICES), WS, WORDS),
        (lookup([((n,), n * n) for n in range(1, 3)], Length()), XS, DIGITS),
    ],
    ids=["all", "some", "booleans", "numbers for booleans", "pairs", "length"],
)
def test_a_table_is_compiled(node: SOp, parameter: Input, vocabulary: Sequence[Any]) -> None:
    assert disagreements(program_of(node, parameter), vocabulary, 3) == []


@pytest.mark.parametrize(
    "position",
    [
        *map(number, (0, 1, -1, -3)),
        XS,
        apply("-", XS, number(2)),
        apply("-", apply("-", Length(), INDICES), number(1)),
        apply("/", XS, number(2)),
        apply("-", Length(), number(2)),
    ],
)
def test_reading_at_a_position_is_compiled(position: SOp) -> None:
    assert disagreements(program_of(At((XS, position)), XS), DIGITS, 3) == []


def test_reading_words_at_a_position_is_compiled() -> None:
    assert disagreements(program_of(At((WS, apply("-", number(1), INDICES))), WS), WORDS, 3) == []


@pytest.mark.parametrize("operator", ["any", "all", "count", "sum", "min", "max", "sorted", "distinct"])
def test_a_reduction_is_compiled(operator: str) -> None:
    assert disagreements(program_of(Reduce((XS,), operator), XS), DIGITS, 4) == []


@pytest.mark.parametrize("operator", ["any", "all", "min", "max", "sorted", "distinct"])
def test_a_reduction_of_tokens_is_compiled(operator: str) -> None:
    assert disagreements(program_of(Reduce((WS,), operator), WS), WORDS, 3) == []


STATE = Input((), "fold1.state", Int(0, 4), "state")
ITEM = Input((), "fold1.item", Int(0, 2), "item")
OTHER = Input((), "fold1.item1", Int(0, 3), "other")
ADD_MOD = apply("%", apply("+", STATE, ITEM), number(5))
DOT_MOD = apply("%", apply("+", STATE, apply("*", ITEM, OTHER)), number(5))
FAULTY = apply("%", apply("+", STATE, number(1)), ITEM)
TABLED = lookup([((s, x), (s * x + 1) % 5) for s in range(5) for x in range(3)], STATE, ITEM)


def fold(step: SOp, *sequences: SOp, running: bool) -> SOp:
    return Fold((*sequences, number(0)), (STATE, ITEM, OTHER)[: len(sequences) + 1], step, running)


@pytest.mark.parametrize("running", [False, True], ids=["last", "running"])
@pytest.mark.parametrize(
    "node",
    [(ADD_MOD, XS), (DOT_MOD, XS, INDICES), (FAULTY, XS), (TABLED, XS), (STATE, XS), (ITEM, XS)],
    ids=["sum", "two sequences", "faults", "table", "state", "item"],
)
def test_a_fold_is_compiled(node: tuple[SOp, ...], running: bool) -> None:
    assert disagreements(program_of(fold(*node, running=running), XS), DIGITS, 4) == []


def test_a_running_fold_is_compiled_for_a_causal_transformer() -> None:
    assert disagreements(program_of(fold(ADD_MOD, XS, running=True), XS), DIGITS, 5, causal=True) == []


def test_the_positions_of_a_running_fold_are_read_by_others() -> None:
    running = fold(ADD_MOD, XS, running=True)
    widths = SelectorWidth((select(running, running, "=="),))
    assert disagreements(program_of(widths, XS), DIGITS, 4) == []


N = Input((), "quantifier1", Int(), "n")
IS_SQUARE = Quantified((number(0), Length()), "exists", N, apply("==", apply("*", N, N), Length()))
IS_COMPOSITE = Quantified((number(2), ITEM), "exists", N, apply("==", apply("%", ITEM, N), number(0)))
UNEVEN = Quantified((number(0), apply("+", Reduce((XS,), "max"), number(1))), "forall", N, apply("!=", N, number(2)))
DIVIDES = Quantified((apply("-", number(1), Length()), number(1)), "forall", N, apply("<", apply("/", number(6), N), N))


@pytest.mark.parametrize(
    "node",
    [
        IS_SQUARE,
        UNEVEN,
        DIVIDES,
        fold(apply("+", STATE, apply("indicator", IS_COMPOSITE)), apply("+", XS, number(3)), running=True),
    ],
    ids=["length", "bounds", "faults", "step"],
)
def test_a_quantifier_that_reads_no_sequence_is_compiled(node: SOp) -> None:
    assert disagreements(program_of(node, XS), DIGITS, 4) == []


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    ("text", "vocabulary"),
    [
        ("ans = aggregate(select(indices, indices, <), tokens);", WORDS),
        ("ans = tokens;", (0, "a", True)),
        ("ans = 1 if indices == 2 else tokens;", WORDS),
        ("ans = aggregate(select(indices, indices, <=), tokens_int);", (0, 1, 2)),
        ("ans = aggregate(select(indices, indices, <=), tokens);", BOOLEANS),
        ("ans = aggregate(select(indices, indices, <=), tokens == 1);", (1, 2)),
    ],
)
def test_a_sequence_of_mixed_kinds_faults_as_in_the_interpreter(
    text: str, vocabulary: Sequence[Any], causal: bool
) -> None:
    single = text.replace("indices, <=)", "indices, ==)") if vocabulary == WORDS else text
    assert disagreements(parse(single, dialect="rasp"), vocabulary, 4, causal=causal) == []


@pytest.mark.parametrize(
    ("node", "parameter", "options", "message"),
    [
        (
            Quantified((number(0), Length()), "forall", ITEM, Reduce((apply("<", XS, ITEM),), "all")),
            XS,
            {},
            "the body of 'forall' makes or folds a sequence that depends on its variable; "
            "write it with selectors, or run it in the interpreter",
        ),
        (
            aggregate("sum", UP_TO_HERE, WS),
            WS,
            {},
            "'sum' of these values has no compilation; give it numbers of few values, or run it in the interpreter",
        ),
        (
            Reduce((WS,), "sum"),
            WS,
            {},
            "'sum' of this sequence has no compilation; write it with selectors, or run it in the interpreter",
        ),
        (
            fold(apply("+", STATE, Length()), XS, running=True),
            XS,
            {},
            "the step reads more than the state and the item; make what it needs a part of the items",
        ),
        (
            At((XS, number(1))),
            XS,
            {"causal": True},
            "the selector may select a key after its query; compile with causal=False, "
            "or add `and select(indices, indices, <=)`",
        ),
        *(
            (
                At((XS, position)),
                XS,
                {},
                "it has no value for any input: no sequence of up to 3 elements has such a position; "
                "mend the program, or take a larger max_length",
            )
            for position in (number(3), number(-4), number("a"), number(Fraction(1, 2)))
        ),
        (
            aggregate("first", NEVER, XS),
            XS,
            {},
            "it has no value for any input: nothing is selected, and there is no default; mend the program",
        ),
        (
            lookup([(("z",), 1)], WS),
            WS,
            {},
            "it has no value for any input: the table has no entry for 'a'; mend the program",
        ),
    ],
)
def test_what_has_no_exact_transformer_is_refused(
    node: SOp, parameter: Input, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(NotCompilable) as fault:
        compile_transformer(program_of(node, parameter), max_length=3, **options)
    assert str(fault.value) == f"<program>:1:1: {message}"


def test_a_mean_of_what_may_be_booleans_or_numbers_is_refused() -> None:
    text = "b = aggregate(select(indices, indices, <), tokens == 1);\nans = aggregate(select(indices, indices, <=), b);"
    with pytest.raises(NotCompilable) as fault:
        compile_transformer(parse(text, dialect="rasp"), vocabulary=[1, 2], max_length=3)
    assert str(fault.value) == (
        "<program>:2:7: several values may be selected, booleans and numbers among them; "
        "make numbers of the booleans by indicator(…), or select at most one key, by its index"
    )
