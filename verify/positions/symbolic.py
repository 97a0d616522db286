"""The graph of s-ops at a symbolic position of a sequence of symbolic length.

A sequence is a function of the position, n is a number of which only n ≥ 0 is known, and what is proved of them holds
for all lengths. Sums over positions are never written out; the solver is given axioms instead (`axioms.py`).

Where the key s-op of an aggregate is affine in the position (key = ±position + t), or was proved to permute the
positions, the only key that equals a query is known, and the aggregate is the value there: a *gather*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
from ...dsl.types import Element, Int, Seq, element_of
from ..claims.tolerance import meaning_of
from ..encoding.codes import Codes
from ..solver import Query
from ..terms import apply, apply_at, as_term, fresh, looked_up, sort_of, unknown, within
from .axioms import Axiom, inverse_axioms, witness_axiom
from .functions import Functions

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

    def take(self, found: Lemmas | None) -> bool:
        """Rest on what others were proved with; whether there are any."""
        if found is not None:
            self.queries.extend(query for query in found.queries if query not in self.queries)
            self.schemas.update(found.schemas)
        return found is not None

    def invert(self, keys: SOp) -> None:
        """Give keys that permute the positions an inverse."""
        self.rest_on(("pigeonhole", True))
        self.inverses[keys] = z3.Function(f"inverse.{keys.digest[:16]}", z3.IntSort(), z3.IntSort())

    def choose(self, node: SOp) -> None:
        """Give an aggregate whose selected values agree a function from the query to a selected key."""
        self.rest_on(("choice", True), ("uniform mean", True))
        self.witnesses[node] = z3.Function(f"witness.{node.digest[:16]}", z3.IntSort(), z3.IntSort())


class Symbolic(Functions):
    """Terms for nodes at symbolic positions, and the axioms about them.

    `adds_up` asks for what holds of sums of so many sizes.
    """

    def __init__(self, codes: Codes, lemmas: Lemmas, *, adds_up: int = 0) -> None:
        super().__init__(codes, adds_up=adds_up)
        self.lemmas = lemmas
        self._scalars: dict[SOp, Any] = {}
        self._explained: dict[SOp, None] = {}

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

    def _quantified(self, node: Quantified) -> Any:
        variable = unknown(z3.IntSort(), "i")
        start, stop = (as_term(self.scalar(bound)) for bound in node.arguments)
        body, ranged = (
            as_term(self.within({node.variable: variable}, node.body)),
            z3.And(start <= variable, variable < stop),
        )
        if node.operator == "exists":
            return z3.Exists([variable], z3.And(ranged, body))
        return z3.ForAll([variable], z3.Implies(ranged, body))

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
        return self.only_key(node.arguments[0])

    def only_key(self, selector: SOp) -> Callable[[Any], Any] | None:
        """The only key that each query can select; None where it is not known."""
        if not isinstance(selector, Select) or selector.comparison != "==":
            return None
        keys, queries = selector.arguments
        wanted = as_term(self.at(queries, unknown(z3.IntSort(), "p")))
        known = z3.is_int(wanted) and (keys in self.lemmas.inverses or self._solved(keys, wanted) is not None)
        return (lambda query: self._solved(keys, self.at(queries, query))) if known else None

    def source(self, node: Aggregate) -> Callable[[Any], Any] | None:
        """The position whose value an aggregate is, where it is that of one."""
        if node not in self.lemmas.witnesses:
            return self.gathered_from(node)
        witness: Callable[[Any], Any] = self.lemmas.witnesses[node]
        self._explain(node, lambda: [witness_axiom(self, node, witness)])
        return witness

    def _aggregated(self, node: Aggregate, query: Any) -> Any:
        source = self.source(node)
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
            self._explain(keys, lambda: inverse_axioms(self, keys, inverse))
            return inverse(target)
        slope = self._slope(keys)
        return None if slope is None else slope * (target - as_term(self.at(keys, z3.IntVal(0))))

    def _explain(self, node: SOp, axioms: Callable[[], Iterable[Axiom]]) -> None:
        """State what a lemma says of a node, once it is made use of; the node reads nothing that is bound."""
        if node not in self._explained:
            self._explained[node] = None
            with self._binding({}):
                self.state(axioms())

    def _slope(self, keys: SOp) -> int | None:
        """1 or -1 where the key s-op is that times the position, plus a constant."""
        position = unknown(z3.IntSort(), "p")
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


def _meaning(call: CellCall) -> SOp:
    """What the contract says that the call answers, over the call's own arguments."""
    meaning = meaning_of(call)
    arguments = {f"port.{place}": argument for place, argument in enumerate(call.arguments)}
    return substitute(meaning, {port: arguments[port.key] for port in inputs_of([meaning])})


def _narrowed(value: Any, element: Element) -> Any:
    """A value that is known to be whole, as a whole number."""
    term = as_term(value)
    return z3.ToInt(term) if z3.is_real(term) and sort_of(element) == z3.IntSort() else value
