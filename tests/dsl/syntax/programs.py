"""Syntax trees of both dialects for laws: every kind of node, in every place where the grammars allow it."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from stdcell.dsl.syntax import tree
from stdcell.errors import Source, Span

T = TypeVar("T")

NOWHERE = Span(Source(""), 0, 0)
NAMES = st.sampled_from(
    ["a", "b", "xs", "rank_1", "_p", "Digit", "keys", "set", "full", "example", "on", "forall_", "R"]
)
LONG_NAMES = st.sampled_from(
    ["num_prev_def_non_carries", "mutual_inference_set_loader", "is_a_name_of_forty_characters_or_less"]
)
WORDS = st.text("ab0 \"'#;{}()[]\t§\r", max_size=6).filter(lambda word: not ('"' in word and "'" in word))
DECIMALS = st.builds(lambda digits, n: Fraction(digits, 10**n), st.integers(0, 10**6), st.integers(1, 30))
NUMBERS = st.one_of(st.integers(0, 1000), DECIMALS)
COMPARISONS = ["==", "!=", "<=", ">=", "<", ">"]


def some(elements: SearchStrategy[T], least: int = 0, most: int = 3) -> SearchStrategy[tuple[T, ...]]:
    """A tuple of a few."""
    return st.lists(elements, min_size=least, max_size=most).map(tuple)


def perhaps(elements: SearchStrategy[T]) -> SearchStrategy[T | None]:
    """One or None."""
    return st.one_of(st.none(), elements)


ATOMS: SearchStrategy[tree.Expr] = st.one_of(
    st.builds(tree.Name, st.one_of(NAMES, LONG_NAMES), st.just(NOWHERE)),
    st.builds(tree.Number, NUMBERS, st.just(NOWHERE)),
    st.builds(tree.Text, WORDS, st.just(NOWHERE)),
    st.builds(tree.Boolean, st.booleans(), st.just(NOWHERE)),
)


def spans_of(names: tuple[str, ...]) -> tuple[Span, ...]:
    """A place for each name, nowhere."""
    return (NOWHERE,) * len(names)


def unary(operand: tree.Expr, operator: str) -> tree.Unary:
    return tree.Unary(operator, operand, NOWHERE)


def binary(left: tree.Expr, right: tree.Expr, operator: str) -> tree.Binary:
    return tree.Binary(operator, left, right, NOWHERE)


def conditional(then: tree.Expr, condition: tree.Expr, otherwise: tree.Expr) -> tree.Conditional:
    return tree.Conditional(then, condition, otherwise, NOWHERE)


def chain(operands: tuple[tree.Expr, ...], operators: list[str]) -> tree.Chain:
    return tree.Chain(operands, tuple(operators[: len(operands) - 1]), NOWHERE)


def quantifier(operator: str, names: tuple[str, ...], domain: tree.Expr | None, body: tree.Expr) -> tree.Quantifier:
    return tree.Quantifier(operator, names, domain, body, NOWHERE, spans_of(names))


def comprehension(
    key: tree.Expr | None, value: tree.Expr, names: tuple[str, ...], iterable: tree.Expr
) -> tree.Comprehension:
    return tree.Comprehension(key, value, names, iterable, NOWHERE, spans_of(names))


def named(name: str, value: tree.Expr) -> tree.Named:
    return tree.Named(name, value, NOWHERE, NOWHERE)


def _shared(inner: SearchStrategy[tree.Expr], operators: list[str]) -> list[SearchStrategy[tree.Expr]]:
    """The kinds of both dialects."""
    return [
        st.builds(unary, inner, st.sampled_from(["not", "-", "+"])),
        st.builds(binary, inner, inner, st.sampled_from(operators)),
        st.builds(binary, inner, inner, st.sampled_from(["and", "or"])),
        st.builds(conditional, inner, inner, inner),
        st.builds(tree.ListOf, some(inner), st.just(NOWHERE)),
    ]


def _call(inner: SearchStrategy[tree.Expr], *others: SearchStrategy[tree.Argument]) -> SearchStrategy[tree.Expr]:
    comparator = st.builds(tree.Comparator, st.sampled_from(COMPARISONS), st.just(NOWHERE))
    return st.builds(tree.Call, inner, some(st.one_of(inner, comparator, *others)), st.just(NOWHERE))


def _table(inner: SearchStrategy[tree.Expr], least: int, most_keys: int) -> SearchStrategy[tree.Expr]:
    entries = some(st.tuples(some(inner, 1, most_keys), inner), least)
    return st.builds(tree.TableOf, entries, st.just(NOWHERE))


def _more_cell(inner: SearchStrategy[tree.Expr]) -> SearchStrategy[tree.Expr]:
    comparisons = st.lists(st.sampled_from([*COMPARISONS, "in", "not in"]), min_size=3, max_size=3)
    return st.one_of(
        *_shared(inner, ["implies", ">>", "+", "-", "*", "/", "%", "mod", "^"]),
        st.builds(chain, some(inner, 2, 4), comparisons),
        st.builds(quantifier, st.sampled_from(["forall", "exists"]), some(NAMES, 1), perhaps(inner), inner),
        _call(inner, st.builds(named, NAMES, inner)),
        st.builds(tree.Index, inner, some(inner, 1), st.just(NOWHERE)),
        _table(inner, 1, 3),
    )


def _more_rasp(inner: SearchStrategy[tree.Expr]) -> SearchStrategy[tree.Expr]:
    comparisons = st.lists(st.sampled_from([*COMPARISONS, "in"]), min_size=1, max_size=1)
    return st.one_of(
        *_shared(inner, ["+", "-", "*", "/", "%", "^"]),
        st.builds(chain, some(inner, 2, 2), comparisons),
        st.builds(comprehension, perhaps(inner), inner, some(NAMES, 1), inner),
        _call(inner),
        st.builds(tree.Index, inner, some(inner, 1, 1), st.just(NOWHERE)),
        _table(inner, 0, 1),
    )


CELL_EXPRESSIONS = st.recursive(ATOMS, _more_cell, max_leaves=10)
RASP_EXPRESSIONS = st.recursive(ATOMS, _more_rasp, max_leaves=10)

BOUNDS = st.one_of(NUMBERS, NUMBERS.map(lambda number: -number))
RANGES = st.tuples(perhaps(BOUNDS), perhaps(BOUNDS)).filter(lambda bounds: bounds != (None, None))
SIMPLE_TYPES = st.one_of(
    st.builds(tree.TypeExpr, NAMES, st.just(NOWHERE), bounds=perhaps(RANGES)),
    st.builds(tree.TypeExpr, st.just("token"), st.just(NOWHERE), vocabulary=some(WORDS, 1, 5)),
)
TYPES = st.recursive(
    st.one_of(SIMPLE_TYPES, st.just(tree.TypeExpr("token", NOWHERE))),
    lambda inner: st.builds(
        tree.TypeExpr,
        st.sampled_from(["seq", "vector"]),
        st.just(NOWHERE),
        element=st.one_of(inner, st.integers(1, 99)),
    ),
    max_leaves=3,
)


def use(
    kind: str,
    target: str,
    version: int | None,
    wanted: tuple[tree.Wanted, ...],
    alias: str | None,
    names: tuple[str, ...],
) -> tree.Use:
    is_named = not wanted and target.isidentifier() and target != "def"
    asked = ("", None) if wanted else (target, version if is_named else None)
    alias_span = None if alias is None else NOWHERE
    return tree.Use(kind, *asked, wanted, alias, names, NOWHERE, NOWHERE, NOWHERE, alias_span, spans_of(names))


LITERALS = st.one_of(BOUNDS, WORDS, st.booleans())
WANTED = st.builds(tree.Wanted, NAMES, st.sampled_from(COMPARISONS), LITERALS, st.just(NOWHERE))
TARGETS = st.one_of(NAMES, WORDS, st.sampled_from(["stdcell/sort", "0123abcd", "def", "abc-d", "it's"]))
USES = st.builds(
    use,
    st.sampled_from(["circuit", "formula", "program", "cell"]),
    TARGETS,
    perhaps(st.integers(0, 20)),
    st.one_of(st.just(()), some(WANTED)),
    perhaps(NAMES),
    some(NAMES),
)


def assignment(names: tuple[str, ...], values: tuple[tree.Expr, ...], type_: tree.TypeExpr | None) -> tree.Assignment:
    return tree.Assignment(names, values, type_, NOWHERE, spans_of(names))


def parameter(name: str, type_: tree.TypeExpr | None, default: tree.Expr | None) -> tree.Parameter:
    return tree.Parameter(name, type_, default, NOWHERE, NOWHERE)


def definition(
    name: str,
    type_parameters: tuple[tree.TypeParameter, ...],
    parameters: tuple[tree.Parameter, ...],
    returns: tree.TypeExpr | None,
    clauses: tuple[tree.Clause, ...],
    body: tuple[tree.Statement, ...],
    results: tuple[tree.Expr, ...],
    is_entry: bool,
) -> tree.Definition:
    if not clauses and returns == tree.TypeExpr("token", NOWHERE):
        returns = None  # `token {` opens a vocabulary
    return tree.Definition(
        name, type_parameters, parameters, returns, clauses, body, results, is_entry, NOWHERE, NOWHERE
    )


def loop(names: tuple[str, ...], iterable: tree.Expr, body: tuple[tree.Statement, ...]) -> tree.Loop:
    return tree.Loop(names, iterable, body, NOWHERE, spans_of(names))


CELL_ASSIGNMENTS = st.builds(assignment, some(NAMES, 1, 1), some(CELL_EXPRESSIONS, 1, 1), perhaps(TYPES))
TYPE_PARAMETERS = st.builds(tree.TypeParameter, NAMES, perhaps(TYPES), st.just(NOWHERE))
CLAUSES = st.builds(tree.Clause, st.sampled_from(["requires", "ensures"]), CELL_EXPRESSIONS, st.just(NOWHERE))
CELL_DEFINITIONS = st.builds(
    definition,
    NAMES,
    some(TYPE_PARAMETERS, 0, 2),
    some(st.builds(parameter, NAMES, perhaps(TYPES), perhaps(CELL_EXPRESSIONS))),
    perhaps(TYPES),
    some(CLAUSES, 0, 2),
    some(CELL_ASSIGNMENTS, 0, 2),
    some(CELL_EXPRESSIONS, 1, 1),
    st.booleans(),
)
ALIASES = st.builds(tree.Alias, NAMES, TYPES, st.just(NOWHERE), st.just(NOWHERE))
CELL_ITEMS: SearchStrategy[tree.Item] = st.one_of(USES, ALIASES, CELL_ASSIGNMENTS, CELL_DEFINITIONS)

RASP_PARAMETERS = st.builds(parameter, NAMES, st.none(), st.none())


def _more_statements(inner: SearchStrategy[tree.Statement]) -> SearchStrategy[tree.Statement]:
    return st.one_of(
        st.builds(loop, some(NAMES, 1), RASP_EXPRESSIONS, some(inner)),
        st.builds(
            definition,
            NAMES,
            st.just(()),
            some(RASP_PARAMETERS),
            st.none(),
            st.just(()),
            some(inner),
            some(RASP_EXPRESSIONS, 1),
            st.just(False),
        ),
    )


RASP_STATEMENTS = st.recursive(
    st.one_of(
        st.builds(assignment, some(NAMES, 1), some(RASP_EXPRESSIONS, 1), st.none()),
        st.builds(tree.Evaluation, RASP_EXPRESSIONS, st.just(NOWHERE)),
        st.builds(tree.Load, WORDS, st.just(NOWHERE), st.just(NOWHERE)),
        st.builds(tree.Draw, RASP_EXPRESSIONS, perhaps(RASP_EXPRESSIONS), st.just(NOWHERE)),
    ),
    _more_statements,
    max_leaves=4,
)
SUBSETS = st.sampled_from([None, "s-op", "selector"])
COMMANDS = st.one_of(
    st.builds(tree.Command, st.just("set example"), SUBSETS, RASP_EXPRESSIONS, st.just(NOWHERE)),
    st.builds(tree.Command, st.just("show example"), SUBSETS, st.none(), st.just(NOWHERE)),
    st.builds(tree.Command, st.just("examples"), SUBSETS, st.sampled_from(["on", "off"]), st.just(NOWHERE)),
    st.builds(tree.Command, st.just("full seq display"), st.none(), st.sampled_from(["on", "off"]), st.just(NOWHERE)),
    st.just(tree.Command("exit", None, None, NOWHERE)),
)
RASP_ITEMS: SearchStrategy[tree.Item] = st.one_of(RASP_STATEMENTS, COMMANDS)

EXPRESSIONS: dict[str, SearchStrategy[tree.Expr]] = {"cell": CELL_EXPRESSIONS, "rasp": RASP_EXPRESSIONS}
ITEMS: dict[str, SearchStrategy[tree.Item]] = {"cell": CELL_ITEMS, "rasp": RASP_ITEMS}


def in_a_dialect(strategies: dict[str, SearchStrategy[T]]) -> SearchStrategy[tuple[str, T]]:
    """The dialect and what was drawn of it."""
    return st.one_of(*(st.tuples(st.just(dialect), strategy) for dialect, strategy in strategies.items()))


PROGRAMS = in_a_dialect({dialect: some(items, 0, 4) for dialect, items in ITEMS.items()})
