"""The graph of s-ops at a symbolic position of a sequence of symbolic length.

A sequence is a function of the position, n is a number of which only n ≥ 0 is known, and what is proved of them holds
for all lengths. Sums over positions are never written out; the solver is given axioms instead (`axioms.py`).

Where the key s-op of an aggregate is affine in the position (key = ±position + t), or was proved to permute the
positions, the only key that equals a query is known, and the aggregate is the value there: a *gather*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import z3

from ...dsl.graph import (
    DEFINED_WHEN_EMPTY,
    Aggregate,
    Ascribe,
    At,
    CellCall,
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
    inputs_of,
    substitute,
)
from ...dsl.types import Bool, Element, Int, Real, Selector, Seq, Token, element_of
from ...errors import VerificationError
from ..numeric.tolerance import meaning_of
from ..solver import Query
from ..terms import TokenCodes, apply, apply_at, as_term, conjunction, fresh, looked_up, sort_of, within
from .axioms import (
    Axiom,
    average_axiom,
    end_axioms,
    extreme_axioms,
    inverse_axioms,
    mean_axioms,
    parity_axiom,
    recurrence_axioms,
    selection_axioms,
    sum_axioms,
    total_axioms,
    witness_axiom,
)
from .families import Family, PairRule, counted_axioms, disjoint_rule, other_axiom, pair_rule, size_axioms

__all__ = ["Lemmas", "Symbolic"]


_OF_NOTHING: Mapping[str, Any] = {"sum": 0, "any": False, "all": True}


@dataclass(frozen=True, slots=True)
class Lemmas:
    """What was proved of a graph before.

    `inverses`: s-ops that permute the positions, each with its inverse function. `witnesses`: aggregates whose
    selected values agree, each with a function from the query to a selected key. `queries`: the questions that they
    were proved with, and `schemas` those that the questions use.
    """

    inverses: dict[SOp, Any] = field(default_factory=dict)
    witnesses: dict[SOp, Any] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)
    schemas: dict[str, None] = field(default_factory=dict)

    def rest_on(self, *named: tuple[str, Any]) -> None:
        """Note each schema that is made use of."""
        self.schemas.update((name, None) for name, use in named if use)


class Symbolic:
    """Terms for nodes at symbolic positions, and the axioms about them.

    `adds_up` asks for what holds of sums of sizes as well.

    Attributes:
        length: how many positions there are.
        axioms: what is known.
        schemas: for each axiom the name of the schema that it is an instance of; empty where it is none.
    """

    def __init__(self, codes: TokenCodes, lemmas: Lemmas, *, adds_up: bool = False) -> None:
        self.length = z3.Int("n")
        self.axioms: list[Any] = [self.length >= 0]
        self.schemas: list[str] = [""]
        self.lemmas = lemmas
        self.codes = codes
        self._functions: dict[SOp, tuple[Any, tuple[Input, ...]]] = {}
        self._scalars: dict[SOp, Any] = {}
        self._families: list[Family] = []
        self._depths: dict[SOp, int] = {}
        self._bound: Mapping[SOp, Any] = {}
        self._adds_up = adds_up
        self._reads: dict[SOp, frozenset[Input]] = {}
        for permuting, inverse in lemmas.inverses.items():
            self.state(inverse_axioms(self, permuting, inverse))
        for aggregate, witness in lemmas.witnesses.items():
            self.state([witness_axiom(self, aggregate, witness)])

    def state(self, axioms: Iterable[Axiom], variables: Sequence[Any] = ()) -> None:
        """Assert instances of schemas, of all positions and of all values of the variables."""
        for axiom in axioms:
            places = [z3.FreshInt("p") for _ in range(axiom.n_positions)]
            condition = as_term(axiom.condition(*places))
            ranged = z3.Implies(conjunction([*map(self.in_range, places)]), condition) if places else condition
            patterns = [axiom.patterns(*places)] if axiom.patterns is not None else []
            self._assert(axiom.schema, [*variables, *places], ranged, patterns)

    def _assert(self, schema: str, variables: Sequence[Any], condition: Any, patterns: Sequence[Any]) -> None:
        self.schemas.append(schema)
        self.axioms.append(z3.ForAll(list(variables), condition, patterns=patterns) if variables else condition)

    def in_range(self, position: Any) -> Any:
        """That a term is a position of the sequence."""
        return z3.And(position >= 0, position < self.length)

    def at(self, node: SOp, position: Any) -> Any:
        """The value of a node at a position; a scalar has the same at each."""
        if not isinstance(node.type, Seq):
            return self.scalar(node)
        match node:
            case Indices():
                return position
            case Elementwise(operator=operator):
                return apply_at(node, operator, [self.at(argument, position) for argument in node.arguments])
            case Lookup():
                return looked_up(node, [self.at(argument, position) for argument in node.arguments], self.codes)
            case At(arguments=(sequence, places)):
                return self._element(sequence, places, self.at(places, position))
            case CellCall():
                return self.at(_meaning(node), position)
            case Ascribe(arguments=(value,)):
                return _narrowed(self.at(value, position), element_of(node.type))
            case Aggregate():
                return self._aggregated(node, position)
            case Input() | SelectorWidth():
                return self._function(node)(position)
            case Fold():
                self._demand_closed(node)
                return self._function(node)(position)
        raise AssertionError(f"an unforeseen sequence: {type(node).__name__}")

    def scalar(self, node: SOp) -> Any:
        """The value of a scalar node; of a boolean one, what has to hold for it to be true."""
        if node in self._bound:
            return self._bound[node]
        if self._is_open(node):
            return self._scalar(node)
        if node not in self._scalars:
            self._scalars[node] = self._scalar(node)
        return self._scalars[node]

    def _scalar(self, node: SOp) -> Any:
        match node:
            case Constant(value=value):
                return self.codes.code(value) if isinstance(value, str) else value
            case Length():
                return self.length
            case Elementwise(operator=operator):
                return apply_at(node, operator, [self.scalar(argument) for argument in node.arguments])
            case Lookup():
                return looked_up(node, [self.scalar(argument) for argument in node.arguments], self.codes)
            case At(arguments=(sequence, place)):
                return self._element(sequence, place, self.scalar(place))
            case Quantified():
                return self._quantified(node)
            case CellCall():
                return self.scalar(_meaning(node))
            case Ascribe(arguments=(value,)):
                return _narrowed(self.scalar(value), element_of(node.type))
            case Input(key=key):
                return self._unknown(node, key)
            case Fold():
                return self._unknown(node, f"fold.{node.digest[:16]}")
            case Reduce():
                return self._reduction(node)
        raise AssertionError(f"an unforeseen scalar: {type(node).__name__}")

    def _unknown(self, node: SOp, name: str) -> Any:
        """A solver constant of which only the type is known."""
        self._demand_closed(node)
        term = fresh(element_of(node.type), name)
        self._assert("", (), within(element_of(node.type), term, self.codes), ())
        return term

    def _element(self, sequence: SOp, place: SOp, position: Any) -> Any:
        """The element at a position; a negative one counts from the end.

        Where the type says that it is not negative, it is not wherever the element is asked for.
        """
        if isinstance(position, int):
            return self.at(sequence, position if position >= 0 else position + self.length)
        low = getattr(element_of(place.type), "low", None)
        if low is not None and low >= 0:
            return self.at(sequence, position)
        from_end, from_start = self.at(sequence, as_term(position) + self.length), self.at(sequence, position)
        return apply("if", (apply("<", (position, 0)), from_end, from_start))

    # What inner graphs bind.

    def within(self, values: Mapping[SOp, Any], root: SOp) -> Any:
        """The value of an inner graph, whose inputs have these values."""
        with self._binding({**self._bound, **values}):
            return self.scalar(root)

    @contextmanager
    def _binding(self, values: Mapping[SOp, Any]) -> Iterator[None]:
        before, self._bound = self._bound, values
        try:
            yield
        finally:
            self._bound = before

    def _quantified(self, node: Quantified) -> Any:
        variable = z3.FreshInt("i")
        start, stop = (as_term(self.scalar(bound)) for bound in node.arguments)
        body, ranged = (
            as_term(self.within({node.variable: variable}, node.body)),
            z3.And(start <= variable, variable < stop),
        )
        if node.operator == "exists":
            return z3.Exists([variable], z3.And(ranged, body))
        return z3.ForAll([variable], z3.Implies(ranged, body))

    def _is_open(self, node: SOp) -> bool:
        """Whether a node reads what a graph around it binds, so that its value is not one and the same."""
        return bool(self._bound) and bool(self._free(node))

    def _free(self, node: SOp) -> tuple[Input, ...]:
        """What a node reads of what is bound, in an order that does not depend on where the node stands."""
        if node not in self._reads:
            self._reads[node] = frozenset(inputs_of([node]))
        read = [variable for variable in self._bound if variable in self._reads[node] and isinstance(variable, Input)]
        return tuple(sorted(read, key=lambda variable: variable.key))

    def _demand_closed(self, node: SOp) -> None:
        if self._is_open(node):
            raise VerificationError(
                f"a {type(node).__name__.lower()} that depends on a bound variable is proved up to a length only"
            )

    def for_all(self, n_positions: int, condition: Callable[..., Any]) -> Any:
        """That a condition holds for all choices of positions of the sequence."""
        bound = [z3.FreshInt("p") for _ in range(n_positions)]
        return z3.ForAll(bound, z3.Implies(conjunction([*map(self.in_range, bound)]), as_term(condition(*bound))))

    def exists(self, condition: Callable[[Any], Any]) -> Any:
        """That a condition holds at some position of the sequence."""
        bound = z3.FreshInt("p")
        return z3.Exists([bound], z3.And(self.in_range(bound), as_term(condition(bound))))

    # What is known by axioms only: functions of what is bound and, of sequences, of the position.

    def _function(self, node: SOp) -> Callable[..., Any]:
        """The node's values; at a position, if it is a sequence."""
        if node not in self._functions:
            self._declare(node)
        function, free = self._functions[node]
        values = [self._bound_value(variable) for variable in free]
        return lambda *position: function(*values, *position)

    def _bound_value(self, variable: Input) -> Any:
        """The term that is bound to a variable, of the variable's sort."""
        term, sort = as_term(self._bound[variable]), sort_of(element_of(variable.type))
        if term.sort() == z3.IntSort() and sort == z3.RealSort():
            return z3.ToReal(term)
        if term.sort() != sort:
            raise VerificationError(f"a value of type {variable.type} is expected where the solver has a {term.sort()}")
        return term

    def _declare(self, node: SOp) -> None:
        free = self._free(node)
        place = [z3.IntSort()] if isinstance(node.type, Seq) else []
        sorts = [*(sort_of(element_of(variable.type)) for variable in free), *place]
        element, name = element_of(node.type), f"{type(node).__name__}.{node.digest[:16]}"
        function = z3.Function(name, *sorts, sort_of(element)) if sorts else _constant(fresh(element, name))
        self._functions[node] = function, free
        variables = [z3.FreshConst(sort_of(element_of(variable.type)), "bound") for variable in free]
        with self._binding(dict(zip(free, variables, strict=True))):
            if not free:
                self._assert_typed(node, function)
            self.state(self._about(node, self._function(node)), variables)
            family = self._family(node)
        if family:
            self._compare(family)

    def _assert_typed(self, node: SOp, function: Any) -> None:
        element = element_of(node.type)
        if isinstance(node.type, Seq) and not isinstance(element, Bool) and not isinstance(node, SelectorWidth):
            typed = Axiom("", 1, lambda p: within(element, function(p), self.codes), function)
            self.state([typed])

    def _about(self, node: SOp, function: Callable[..., Any]) -> Iterable[Axiom]:
        """What is known of a node's values by themselves."""
        match node:
            case SelectorWidth(arguments=(selector,)):
                row = partial(self.selects, selector)
                return counted_axioms(self, selector, function, row, self._only_key(selector))
            case Aggregate(operator="mean"):
                return mean_axioms(self, node, function)
            case Aggregate(operator="sum"):
                return sum_axioms(self, node, function)
            case Aggregate():
                return self._about_picked(node, function)
            case Fold(running=True):
                return self._about_running(node, function)
            case Reduce(operator="count", arguments=(condition,)):
                return size_axioms(self, function, lambda key: self._holds(condition, key), asks=False)
            case Reduce(operator="sum", arguments=(SelectorWidth(arguments=(selector,)) as widths,)):
                return [*total_axioms(self, widths, function()), parity_axiom(self, selector, function())]
            case Reduce(operator="sum", arguments=(sequence,)):
                return total_axioms(self, sequence, function())
            case Reduce(operator="min" | "max" as operator, arguments=(sequence,)):
                return extreme_axioms(self, operator, sequence, function())
        return ()

    def _about_picked(self, node: Aggregate, answer: Callable[[Any], Any]) -> Iterator[Axiom]:
        _, free = self._functions[node]
        sorts = [*(sort_of(element_of(variable.type)) for variable in free), z3.IntSort()]
        pick = z3.Function(f"pick.{node.digest[:16]}", *sorts, z3.IntSort())
        values = [self._bound_value(variable) for variable in free]
        return selection_axioms(self, node, answer, lambda query: pick(*values, query))

    def _about_running(self, node: Fold, running: Callable[[Any], Any]) -> Iterator[Axiom]:
        """The recurrence; nothing where the step has no terms at a symbolic position."""
        state, *items = node.parameters

        def step(before: Any, position: Any) -> Any:
            elements = (self.at(sequence, position) for sequence in node.arguments[:-1])
            return self.within({state: before, **dict(zip(items, elements, strict=True))}, node.step)

        with suppress(VerificationError):
            yield from recurrence_axioms(self, node, running, step)

    def range_of(self, values: SOp) -> tuple[Any, Any]:
        """The ends of the type of numbers, None where it has none or does not count: of what depends on a variable."""
        type_ = element_of(values.type)
        return (type_.low, type_.high) if isinstance(type_, Int | Real) and not self._is_open(values) else (None, None)

    # Sums, by themselves and beside those before.

    def _family(self, node: SOp) -> Family | None:
        """The sums that a node is, one for each choice of what it reads of what is bound, and of the query."""
        function, free = self._functions[node]
        asks = isinstance(node.type, Seq)
        sorts = (*(sort_of(element_of(variable.type)) for variable in free), *([z3.IntSort()] if asks else []))

        def bound(read: Callable[..., Any]) -> Callable[[Sequence[Any], Any], Any]:
            def at(values: Sequence[Any], key: Any) -> Any:
                with self._binding(dict(zip(free, values[: len(free)], strict=True))):
                    return read(*values[len(free) :], key)

            return at

        family = partial(Family, max(map(self._depth, node.arguments), default=0), sorts, asks, function)
        match node:
            case SelectorWidth(arguments=(selector,)) if self._only_key(selector) is None:
                return family(holds=bound(partial(self.selects, selector)))
            case Reduce(operator="count", arguments=(condition,)):
                return family(holds=bound(partial(self._holds, condition)))
            case Aggregate(operator="sum", arguments=(selector, values)):
                return family(adds=bound(partial(self._added, selector, values)))
            case Reduce(operator="sum", arguments=(sequence,)):
                return family(adds=bound(partial(self.at, sequence)))
        return None

    def _depth(self, node: SOp) -> int:
        """How many sums of the key, one within another, a node's value at a key is made of."""
        if node not in self._depths:
            arguments = node.arguments[:1] if isinstance(node, Select) else node.arguments
            inner = (argument for argument in arguments if isinstance(argument.type, Seq | Selector))
            is_known = isinstance(node, Aggregate) and self._source(node) is not None
            is_sum = isinstance(node, SelectorWidth | Aggregate) and not is_known
            self._depths[node] = int(is_sum) + max(map(self._depth, inner), default=0)
        return self._depths[node]

    def _added(self, selector: SOp, values: SOp, query: Any, key: Any) -> Any:
        return apply("if", (self.selects(selector, query, key), self.at(values, key), 0))

    def _holds(self, condition: SOp, key: Any) -> Any:
        return as_term(apply("and", (True, self.at(condition, key))))

    def _compare(self, family: Family) -> None:
        """State what holds of a family and each one before, itself included."""
        self._families.append(family)
        for other in (other for other in self._families if other.depth == family.depth):
            for left, right in ((family, other), (other, family))[: 1 if other is family else 2]:
                self._state_pair(left, right)

    def _state_pair(self, left: Family, right: Family) -> None:
        self._state_rule(left, right, pair_rule)
        if self._adds_up and left.holds and right.holds:
            self._state_rule(left, right, disjoint_rule)

    def _state_rule(self, left: Family, right: Family, rule: PairRule) -> None:
        a, b = ([z3.FreshConst(sort, "p") for sort in family.sorts] for family in (left, right))
        queries = [values[-1] for family, values in ((left, a), (right, b)) if family.asks]
        called = [family.total(*values) for family, values in ((left, a), (right, b)) if values]
        schema, condition = rule(self, left, a, right, b)
        ranged = z3.Implies(conjunction([*map(self.in_range, queries)]), condition) if queries else condition
        self._assert(schema, [*a, *b], ranged, [z3.MultiPattern(*called)] if called else [])

    def explain_further(self, node: SOp) -> None:
        """State more of a closed node than is mostly of use: means as quotients, ends of an order, single keys."""
        match node:
            case Aggregate(operator="mean") if self._source(node) is None:
                self.state([average_axiom(self, node, self._function(node))])
            case SelectorWidth(arguments=(selector,)) if self._only_key(selector) is None:
                width, row = self._function(node), partial(self.selects, selector)
                self.state([*end_axioms(self, selector, width), other_axiom(self, width, row)])

    # Selectors.

    def selects(self, selector: SOp, query: Any, key: Any) -> Any:
        """That a query selects a key."""
        return as_term(self._selected(selector, query, key))

    def _selected(self, selector: SOp, query: Any, key: Any) -> Any:
        match selector:
            case Select(comparison=comparison, arguments=(keys, queries)):
                return apply(comparison, (self.at(keys, key), self.at(queries, query)))
            case SelectorLogic(operator=operator):
                return apply(operator, [self._selected(argument, query, key) for argument in selector.arguments])
        raise AssertionError(f"an unforeseen selector: {type(selector).__name__}")

    # Gathers: aggregates whose one selected key is known.

    def gathered_from(self, node: Aggregate) -> Callable[[Any], Any] | None:
        """The position that each query gathers from, wherever that is one; None where it is not known."""
        return self._only_key(node.arguments[0])

    def _only_key(self, selector: SOp) -> Callable[[Any], Any] | None:
        """The only key that each query can select; None where it is not known."""
        if not isinstance(selector, Select) or selector.comparison != "==":
            return None
        keys, queries = selector.arguments
        known = self._solved(keys, self.at(queries, z3.FreshInt("p"))) is not None
        return (lambda query: self._solved(keys, self.at(queries, query))) if known else None

    def _source(self, node: Aggregate) -> Callable[[Any], Any] | None:
        """The position whose value an aggregate is, where it is that of one."""
        return self.lemmas.witnesses.get(node, self.gathered_from(node))

    def _aggregated(self, node: Aggregate, query: Any) -> Any:
        source = self._source(node)
        if source is not None:
            return self._gather(node, query, source(query))
        if node.operator in ("any", "all"):
            return self._whether(node, query)
        return self._function(node)(query)

    def _gather(self, node: Aggregate, query: Any, key: Any) -> Any:
        """The value at the only key that can be selected, or what the answer is where nothing is selected."""
        selector, values, *default = node.arguments
        value = self.at(values, key)
        if not default and node.operator not in DEFINED_WHEN_EMPTY:
            return value
        is_selected = z3.And(self.in_range(key), self.selects(selector, query, key))
        return apply("if", (is_selected, value, self.at(default[0], query) if default else _OF_NOTHING[node.operator]))

    def _whether(self, node: Aggregate, query: Any) -> Any:
        """Whether any, or all, of the selected values hold."""
        selector, values, *default = node.arguments
        is_any = self.exists(lambda key: self.selects(selector, query, key))
        if node.operator == "any":
            holds = self.exists(lambda key: z3.And(self.selects(selector, query, key), as_term(self.at(values, key))))
        else:
            holds = self.for_all(
                1, lambda key: z3.Implies(self.selects(selector, query, key), as_term(self.at(values, key)))
            )
        return apply("if", (is_any, holds, self.at(default[0], query))) if default else holds

    def _solved(self, keys: SOp, wanted: Any) -> Any:
        """The position where the key s-op has the wanted whole value, if there is one; None where unknown."""
        target = as_term(wanted)
        if not z3.is_int(target) or not isinstance(element_of(keys.type), Int):
            return None
        inverse = self.lemmas.inverses.get(keys)
        if inverse is not None:
            return inverse(target)
        slope = self._slope(keys)
        return None if slope is None else slope * (target - as_term(self.at(keys, z3.IntVal(0))))

    def _slope(self, keys: SOp) -> int | None:
        """1 or -1 where the key s-op is that times the position, plus a constant."""
        position = z3.FreshInt("p")
        step = z3.simplify(as_term(self.at(keys, position + 1)) - as_term(self.at(keys, position)), som=True)
        return int(step.as_long()) if z3.is_int_value(step) and abs(step.as_long()) == 1 else None

    # Properties of whole sequences.

    def _reduction(self, node: Reduce) -> Any:
        first = node.arguments[0]
        match node.operator:
            case "all":
                return self.for_all(1, lambda p: self.at(first, p))
            case "any":
                return self.exists(lambda p: self.at(first, p))
            case "sorted":
                return self.for_all(
                    2, lambda i, j: z3.Implies(i < j, as_term(apply("<=", (self.at(first, i), self.at(first, j)))))
                )
            case "distinct":
                return self.for_all(
                    2, lambda i, j: z3.Implies(i < j, as_term(apply("!=", (self.at(first, i), self.at(first, j)))))
                )
            case "permutation":
                self._demand_closed(node)
                return z3.Bool(f"permutation.{node.digest[:16]}")
        return self._function(node)()


def _constant(term: Any) -> Callable[[], Any]:
    return lambda: term


def _meaning(call: CellCall) -> SOp:
    """What the contract says that the call answers, over the call's own arguments."""
    meaning = meaning_of(call)
    arguments = {f"port.{place}": argument for place, argument in enumerate(call.arguments)}
    return substitute(meaning, {port: arguments[port.key] for port in inputs_of([meaning])})


def _narrowed(value: Any, element: Element) -> Any:
    """A value that is known to be whole, as a whole number."""
    term = as_term(value)
    return z3.ToInt(term) if isinstance(element, Int | Token) and z3.is_real(term) else value
