"""Random graphs of every kind of node, and random batches, for the laws of the batch evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from stdcell.dsl import Program, parse
from stdcell.dsl.graph import (
    AGGREGATIONS,
    REDUCTIONS,
    Aggregate,
    Ascribe,
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
from stdcell.dsl.operators import COMPARISONS, OPERATORS
from stdcell.dsl.types import Bool, Element, Int, Real, Seq, Token, Unknown

XS = Input((), "main.0", Seq(Unknown()), "xs")
K = Input((), "main.1", Unknown(), "k")
CONSTANTS = (0, 1, -1, 2, 7, True, False, "a", "b", Fraction(1, 2), Fraction(-2, 3), 2**61, 10**30)
TYPES: Sequence[Element] = (
    Bool(),
    Int(),
    Int(0, 5),
    Real(),
    Real(-1, Fraction(5, 2)),
    Token(),
    Token(("a",)),
    Unknown(),
)
ENTRIES = tuple(((key,), answer) for key, answer in ((0, 5), (1, "a"), (2, True), ("a", "b"), ("b", 0), (True, 3)))


@st.composite
def nodes(draw: st.DrawFn, leaves: Sequence[SOp] = (XS, K), depth: int = 3) -> SOp:
    """A node that is no selector, over some inputs."""
    if depth == 0 or draw(st.integers(0, 7)) == 0:
        constants = [Constant((), value) for value in CONSTANTS]
        return draw(st.sampled_from([*leaves, *leaves, Indices(), Length(), *constants]))
    return draw(draw(st.sampled_from(KINDS))(leaves, depth - 1))


@st.composite
def selectors(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    kind = draw(st.sampled_from(["select", "select", "select", "not", "and", "or"]))
    if depth == 0 or kind == "select":
        arguments = (draw(nodes(leaves, depth)), draw(nodes(leaves, depth)))
        return Select(arguments, draw(st.sampled_from(list(COMPARISONS))))
    n_parts = 1 if kind == "not" else 2
    return SelectorLogic(tuple(draw(selectors(leaves, depth - 1)) for _ in range(n_parts)), kind)


@st.composite
def elementwise(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    operator = OPERATORS[draw(st.sampled_from(list(OPERATORS)))]
    return Elementwise(tuple(draw(nodes(leaves, depth)) for _ in range(operator.arity)), operator.name)


@st.composite
def aggregates(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    defaults = draw(st.lists(nodes(leaves, depth), max_size=1))
    arguments = (draw(selectors(leaves, depth)), draw(nodes(leaves, depth)), *defaults)
    return Aggregate(arguments, draw(st.sampled_from(AGGREGATIONS)))


def selector_widths(leaves: Sequence[SOp], depth: int) -> st.SearchStrategy[SOp]:
    return selectors(leaves, depth).map(lambda selector: SelectorWidth((selector,)))


@st.composite
def reductions(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    operator = draw(st.sampled_from(REDUCTIONS))
    n_sequences = 2 if operator == "permutation" else 1
    return Reduce(tuple(draw(nodes(leaves, depth)) for _ in range(n_sequences)), operator)


@st.composite
def elements(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    return At((draw(nodes(leaves, depth)), draw(nodes(leaves, depth))))


@st.composite
def lookups(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    return Lookup((draw(nodes(leaves, depth)),), ENTRIES)


@st.composite
def promises(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    return Ascribe((draw(nodes(leaves, depth)),), draw(st.sampled_from(TYPES)))


@st.composite
def folds(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    n_sequences = draw(st.integers(1, 2))
    names = [f"bound{depth}.{place}" for place in range(1 + n_sequences)]
    parameters = tuple(Input((), name, Unknown(), name) for name in names)
    step = draw(nodes(_without_sequences((*leaves, *parameters, *parameters), draw), depth))
    step = step if not isinstance(step.type, Seq) else Reduce((step,), "count")
    arguments = tuple(draw(nodes(leaves, min(1, depth))) for _ in range(n_sequences))
    initial = draw(nodes(leaves, 0).filter(lambda node: not isinstance(node.type, Seq)))
    return Fold((*arguments, initial), parameters, step, draw(st.booleans()))


@st.composite
def quantified(draw: st.DrawFn, leaves: Sequence[SOp], depth: int) -> SOp:
    variable = Input((), f"bound{depth}.9", Int(), "i")
    body = draw(nodes((*leaves, variable, variable), depth))
    body = body if not isinstance(body.type, Seq) else At((body, variable))
    start = Constant((), draw(st.sampled_from([-1, 0, 1])))
    stop = draw(st.sampled_from([Length(), Length(), Constant((), 2), Constant((), "a")]))
    return Quantified((start, stop), draw(st.sampled_from(["forall", "exists"])), variable, body)


def _without_sequences(leaves: Sequence[SOp], draw: st.DrawFn) -> Sequence[SOp]:
    """Most steps are over scalars."""
    scalars = [leaf for leaf in leaves if not isinstance(leaf.type, Seq)]
    return leaves if draw(st.integers(0, 3)) == 0 else scalars


KINDS = (
    elementwise,
    elementwise,
    elementwise,
    aggregates,
    aggregates,
    selector_widths,
    reductions,
    elements,
    lookups,
    promises,
    folds,
    quantified,
)

_OF_ONE_KIND = (
    st.integers(-2, 5),
    st.booleans(),
    st.sampled_from(["a", "b", "1", ""]),
    st.sampled_from([0.5, 0.25, -1.5, 2, 1]),
    st.sampled_from([2**61, 2**62, -(2**63), 10**30, 1]),
)
ELEMENTS = (*_OF_ONE_KIND, st.one_of(_OF_ONE_KIND))
SEQUENCES = st.sampled_from(ELEMENTS).flatmap(lambda element: st.lists(element, max_size=5))
BATCHES = st.lists(
    st.builds(lambda xs, k: {"xs": xs, "k": k}, SEQUENCES, st.one_of(_OF_ONE_KIND)), min_size=1, max_size=6
)


def program_of(node: SOp, dialect: str = "cell", parameters: tuple[Input, ...] = (XS, K)) -> Program:
    """A program of one entry point that answers with the node; every node stands at its beginning."""
    program = parse("main(xs: seq[int]) = xs;")
    main = program.functions["main"]
    function = replace(main, parameters=parameters, result=node)
    return replace(program, dialect=dialect, functions={"main": function}, spans={node: main.span})


def typed(value: Any) -> Any:
    """A value with its kind, so that True is not 1."""
    return [typed(each) for each in value] if isinstance(value, list) else (type(value).__name__, repr(value))
