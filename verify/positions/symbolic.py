"""The graph of s-ops at a symbolic position of a sequence of symbolic length.

A sequence is a function of the position, n is a number of which only n ≥ 0 is known, and what is proved of them holds
for all lengths. Sums over positions are never written out; the solver is given axioms instead (`axioms.py`).

Where the key s-op of an aggregate is affine in the position (key = ±position + t), or was proved to permute the
positions, the only key that equals a query is known, and the aggregate is the value there: a *gather*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
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
from ...dsl.types import Bool, Element, Int, Seq, Token, element_of
from ...errors import VerificationError
from ..solver import Query
from ..terms import TokenCodes, apply, apply_at, as_term, conjunction, fresh, looked_up, sort_of, within
from .axioms import (
    contained_axioms,
    inverse_axioms,
    mean_axioms,
    recurrence_axioms,
    selection_axioms,
    sum_axioms,
    total_axioms,
    width_axioms,
    witness_axiom,
)

__all__ = ["Lemmas", "Symbolic"]


_OF_NOTHING: Mapping[str, Any] = {"sum": 0, "any": False, "all": True}


@dataclass(frozen=True, slots=True)
class Lemmas:
    """What was proved of a graph before.

    `inverses`: s-ops that permute the positions, each with its inverse function. `witnesses`: aggregates whose
    selected values agree, each with a function from the query to a selected key. `queries`: the questions that they
    were proved with.
    """

    inverses: dict[SOp, Any] = field(default_factory=dict)
    witnesses: dict[SOp, Any] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)


class Symbolic:
    """Terms for nodes at symbolic positions, and the axioms about them."""

    def __init__(self, codes: TokenCodes, lemmas: Lemmas) -> None:
        self.length = z3.Int("n")
        self.axioms: list[Any] = [self.length >= 0]
        self._codes = codes
        self.lemmas = lemmas
        self._functions: dict[SOp, Any] = {}
        self._scalars: dict[SOp, Any] = {}
        self._widths: dict[SOp, Any] = {}
        self._bound: Mapping[SOp, Any] = {}
        self._reads: dict[SOp, frozenset[Input]] = {}
        for permuting, inverse in lemmas.inverses.items():
            self.axioms += inverse_axioms(self, permuting, inverse)
        for aggregate, witness in lemmas.witnesses.items():
            self.axioms.append(witness_axiom(self, aggregate, witness))

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
                return looked_up(node, [self.at(argument, position) for argument in node.arguments], self._codes)
            case At(arguments=(sequence, places)):
                return self.at(sequence, self._counted(self.at(places, position)))
            case CellCall():
                return self.at(_meaning(node), position)
            case Ascribe(arguments=(value,)):
                return _narrowed(self.at(value, position), element_of(node.type))
            case Aggregate():
                return self._aggregated(node, position)
            case Input() | SelectorWidth() | Fold():
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
                return self._codes.code(value) if isinstance(value, str) else value
            case Length():
                return self.length
            case Elementwise(operator=operator):
                return apply_at(node, operator, [self.scalar(argument) for argument in node.arguments])
            case Lookup():
                return looked_up(node, [self.scalar(argument) for argument in node.arguments], self._codes)
            case At(arguments=(sequence, place)):
                return self.at(sequence, self._counted(self.scalar(place)))
            case Quantified():
                return self._quantified(node)
            case CellCall():
                return self.scalar(_meaning(node))
            case Ascribe(arguments=(value,)):
                return _narrowed(self.scalar(value), element_of(node.type))
            case Input(key=key):
                return self._unknown(node, key)
            case Fold():
                return self._unknown(node, f"fold.{node.digest[:8]}")
            case Reduce():
                return self._reduction(node)
        raise AssertionError(f"an unforeseen scalar: {type(node).__name__}")

    def _unknown(self, node: SOp, name: str) -> Any:
        """A solver constant of which only the type is known."""
        self._demand_closed(node)
        term = fresh(element_of(node.type), name)
        self.axioms.append(within(element_of(node.type), term, self._codes))
        return term

    def _counted(self, place: Any) -> Any:
        """The position that is meant, where a negative one counts from the end."""
        return apply("if", (apply("<", (place, 0)), as_term(place) + self.length, place))

    # What inner graphs bind.

    def within(self, values: Mapping[SOp, Any], root: SOp) -> Any:
        """The value of an inner graph, whose inputs have these values."""
        before = self._bound
        self._bound = {**before, **values}
        try:
            return self.scalar(root)
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
        if not self._bound:
            return False
        if node not in self._reads:
            self._reads[node] = frozenset(inputs_of([node]))
        return not self._reads[node].isdisjoint(self._bound)

    def _demand_closed(self, node: SOp) -> None:
        if self._is_open(node):
            raise VerificationError(
                "a total or a selection that depends on a bound variable is proved up to a length only"
            )

    def for_all(
        self, n_positions: int, condition: Callable[..., Any], patterns: Callable[..., Any] | None = None
    ) -> Any:
        """That a condition holds for all choices of positions of the sequence."""
        bound = [z3.FreshInt("p") for _ in range(n_positions)]
        ranged = z3.Implies(conjunction([*map(self.in_range, bound)]), as_term(condition(*bound)))
        return z3.ForAll(bound, ranged, patterns=[] if patterns is None else [patterns(*bound)])

    def exists(self, condition: Callable[[Any], Any]) -> Any:
        """That a condition holds at some position of the sequence."""
        bound = z3.FreshInt("p")
        return z3.Exists([bound], z3.And(self.in_range(bound), as_term(condition(bound))))

    # Sequences as functions of the position.

    def _function(self, node: SOp) -> Any:
        if node not in self._functions:
            self._demand_closed(node)
            name = f"{type(node).__name__}.{node.digest[:8]}"
            function = z3.Function(name, z3.IntSort(), sort_of(element_of(node.type)))
            self._functions[node] = function
            self._explain(node, function)
        return self._functions[node]

    def _explain(self, node: SOp, function: Any) -> None:
        """Add what is known of a node's values."""
        element = element_of(node.type)
        if not isinstance(element, Bool):
            typed = self.for_all(1, lambda p: within(element, function(p), self._codes), function)
            self.axioms.append(typed)
        match node:
            case SelectorWidth(arguments=(selector,)):
                self._explain_width(selector, function)
            case Aggregate(operator="mean"):
                self.axioms += mean_axioms(self, node, function)
            case Aggregate(operator="sum"):
                self.axioms += sum_axioms(self, node, function)
            case Aggregate():
                pick = z3.Function(f"pick.{node.digest[:8]}", z3.IntSort(), z3.IntSort())
                self.axioms += selection_axioms(self, node, function, pick)
            case Fold():
                self._explain_running(node, function)

    def _explain_running(self, node: Fold, running: Any) -> None:
        """Add the recurrence; nothing where the step has no terms at a symbolic position."""
        state, *items = node.parameters

        def step(before: Any, position: Any) -> Any:
            elements = (self.at(sequence, position) for sequence in node.arguments[:-1])
            return self.within({state: before, **dict(zip(items, elements, strict=True))}, node.step)

        with suppress(VerificationError):
            self.axioms += recurrence_axioms(self, node, running, step)

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

    def _explain_width(self, selector: SOp, width: Any) -> None:
        """Add what is known of a selector's widths, by themselves and beside those of the selectors before."""
        self.axioms += width_axioms(self, selector, width, self._only_key(selector))
        self._widths[selector] = width
        for other, other_width in self._widths.items():
            self.axioms += contained_axioms(self, selector, width, other, other_width)
            if other != selector:
                self.axioms += contained_axioms(self, other, other_width, selector, width)

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

    def _aggregated(self, node: Aggregate, query: Any) -> Any:
        source = self.lemmas.witnesses.get(node, self.gathered_from(node))
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
                return z3.Bool(f"permutation.{node.digest[:8]}")
        self._demand_closed(node)
        total = fresh(element_of(node.type), f"{node.operator}.{node.digest[:8]}")
        self.axioms += total_axioms(self, node.operator, first, total)
        return total


def _meaning(call: CellCall) -> SOp:
    """What the contract says that the call answers, over the call's own arguments."""
    if call.meaning is None:
        raise VerificationError(f"the contract of {call.cell.name!r} does not say `result == …`")
    arguments = {f"port.{place}": argument for place, argument in enumerate(call.arguments)}
    return substitute(call.meaning, {port: arguments[port.key] for port in inputs_of([call.meaning])})


def _narrowed(value: Any, element: Element) -> Any:
    """A value that is known to be whole, as a whole number."""
    term = as_term(value)
    return z3.ToInt(term) if isinstance(element, Int | Token) and z3.is_real(term) else value
