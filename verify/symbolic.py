"""The graph of s-ops at a symbolic position of a sequence of symbolic length.

A sequence is a function of the position, n is a number of which only n ≥ 0 is known, and what is proved of them holds
for all lengths. Sums over positions are never written out; instead the solver is given axioms, each an instance of a
schema that holds for every finite selection:

- *cardinality*: a width is between 0 and n; a contained selection is not wider, a strictly contained one is
  narrower; a selection that misses a key is narrower than n, one with a key is not 0.
- *uniform mean*: where all selected values are equal, their mean is that value; where none is selected it is the
  default; a mean lies within the type that was inferred for it.
- *gather*: where the key s-op is affine in the position (k = ±position + t), the only key that equals a query is known.
- *choice*: where any two keys that a query selects were proved to have equal values, the aggregate is the value at some
  selected key.
- *pigeonhole*: an s-op that was proved to be injective from positions to positions has an inverse, so that the key
  which equals a query exists and is unique.
- *totals*: the sum of no elements is 0, and the sum of n elements of a range lies in n times the range.

The premises of *choice* and *pigeonhole* are proved in `lemmas.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import z3

from ..dsl.graph import (
    Aggregate,
    Ascribe,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    inputs_of,
    substitute,
)
from ..dsl.types import Bool, Element, Int, Real, Seq, Token, element_of
from ..errors import VerificationError
from .terms import TokenCodes, apply, as_term, fresh, sort_of, within

__all__ = ["Lemmas", "Symbolic"]


@dataclass(frozen=True, slots=True)
class Lemmas:
    """What was proved of a graph before.

    `inverses`: s-ops that permute the positions, each with its inverse function. `witnesses`: aggregates whose
    selected values agree, each with a function from the query to a selected key.
    """

    inverses: dict[SOp, Any] = field(default_factory=dict)
    witnesses: dict[SOp, Any] = field(default_factory=dict)


class Symbolic:
    """Terms for nodes at symbolic positions, and the axioms about them."""

    def __init__(self, codes: TokenCodes, lemmas: Lemmas) -> None:
        self.length = z3.Int("n")
        self.axioms: list[Any] = [self.length >= 0]
        self._codes = codes
        self._lemmas = lemmas
        self._functions: dict[SOp, Any] = {}
        self._scalars: dict[SOp, Any] = {}
        self._widths: dict[SOp, Any] = {}
        for permuting, inverse in lemmas.inverses.items():
            self._explain_inverse(permuting, inverse)
        for aggregate, witness in lemmas.witnesses.items():
            self._explain_witness(aggregate, witness)

    def in_range(self, position: Any) -> Any:
        """That a term is a position of the sequence."""
        return z3.And(position >= 0, position < self.length)

    @staticmethod
    def equal(left: Any, right: Any) -> Any:
        """That two terms are equal."""
        return as_term(apply("==", (left, right)))

    def at(self, node: SOp, position: Any) -> Any:
        """The value of a node at a position; a scalar has the same at each."""
        if not isinstance(node.type, Seq):
            return self.scalar(node)
        match node:
            case Indices():
                return position
            case Elementwise(operator=operator):
                return apply(operator, [self.at(argument, position) for argument in node.arguments])
            case CellCall():
                return self.at(_meaning(node), position)
            case Ascribe(arguments=(value,)):
                return _narrowed(self.at(value, position), element_of(node.type))
            case Aggregate():
                gathered = self._gather(node, position)
                return self._function(node)(position) if gathered is None else gathered
            case Input() | SelectorWidth():
                return self._function(node)(position)
        raise AssertionError(f"an unforeseen sequence: {type(node).__name__}")

    def scalar(self, node: SOp) -> Any:
        """The value of a scalar node; of a boolean one, what has to hold for it to be true."""
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
                return apply(operator, [self.scalar(argument) for argument in node.arguments])
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
        term = fresh(element_of(node.type), name)
        self.axioms.append(within(element_of(node.type), term, self._codes))
        return term

    def for_all(
        self, n_positions: int, condition: Callable[..., Any], patterns: Callable[..., Any] | None = None
    ) -> Any:
        """That a condition holds for all choices of positions of the sequence."""
        bound = [z3.FreshInt("p") for _ in range(n_positions)]
        ranged = z3.Implies(z3.And(*map(self.in_range, bound)), as_term(condition(*bound)))
        return z3.ForAll(bound, ranged, patterns=[] if patterns is None else [patterns(*bound)])

    def exists(self, condition: Callable[[Any], Any]) -> Any:
        """That a condition holds at some position of the sequence."""
        bound = z3.FreshInt("p")
        return z3.Exists([bound], z3.And(self.in_range(bound), as_term(condition(bound))))

    # Sequences as functions of the position.

    def _function(self, node: SOp) -> Any:
        if node not in self._functions:
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
            case Aggregate():
                self._explain_mean(node, function)

    def selected(self, selector: SOp, query: Any, key: Any) -> Any:
        """Whether a query selects a key."""
        match selector:
            case Select(comparison=comparison, arguments=(keys, queries)):
                return apply(comparison, (self.at(keys, key), self.at(queries, query)))
            case SelectorLogic(operator=operator):
                return apply(operator, [self.selected(argument, query, key) for argument in selector.arguments])
        raise AssertionError(f"an unforeseen selector: {type(selector).__name__}")

    def _explain_width(self, selector: SOp, width: Any) -> None:
        """The cardinality schema, for this selector and between it and those before."""

        def row(query: Any, key: Any) -> Any:
            return as_term(self.selected(selector, query, key))

        self.axioms += [
            self.for_all(1, lambda q: z3.And(width(q) >= 0, width(q) <= self.length), width),
            self.for_all(1, lambda q: z3.Implies(z3.Not(row(q, q)), width(q) < self.length), width),
            self.for_all(1, lambda q: z3.Implies(row(q, q), width(q) > 0), width),
            self.for_all(1, lambda q: (width(q) == 0) == z3.Not(self.exists(lambda k: row(q, k))), width),
            self.for_all(
                1, lambda q: (width(q) == self.length) == self.for_all(1, lambda k: row(q, k)), lambda q: width(q)
            ),
        ]
        closed = self._closed_width(selector)
        if closed is not None:
            self.axioms.append(self.for_all(1, lambda q: width(q) == closed(q), width))
        self._widths[selector] = width
        for other, other_width in self._widths.items():
            self.axioms += self._contained(selector, width, other, other_width)
            if other != selector:
                self.axioms += self._contained(other, other_width, selector, width)

    def _contained(self, inner: SOp, inner_width: Any, outer: SOp, outer_width: Any) -> list[Any]:
        """A contained selection is not wider; if it misses a key of the other, it is narrower."""

        def is_contained(i: Any, j: Any) -> Any:
            return self.for_all(1, lambda k: z3.Implies(self._holds(inner, i, k), self._holds(outer, j, k)))

        def misses(i: Any, j: Any) -> Any:
            return self.exists(lambda k: z3.And(self._holds(outer, j, k), z3.Not(self._holds(inner, i, k))))

        def patterns(i: Any, j: Any) -> Any:
            return z3.MultiPattern(inner_width(i), outer_width(j))

        def rule(i: Any, j: Any) -> Any:
            narrower = z3.Implies(misses(i, j), inner_width(i) < outer_width(j))
            return z3.Implies(is_contained(i, j), z3.And(inner_width(i) <= outer_width(j), narrower))

        return [self.for_all(2, rule, patterns)]

    def _holds(self, selector: SOp, query: Any, key: Any) -> Any:
        return as_term(self.selected(selector, query, key))

    def _closed_width(self, selector: SOp) -> Callable[[Any], Any] | None:
        """How many positions compare so to this one, where positions alone decide."""
        match selector:
            case Select(comparison=comparison, arguments=(Indices(), Indices())):
                n = self.length
                counts: dict[str, Callable[[Any], Any]] = {
                    "<": lambda q: q,
                    "<=": lambda q: q + 1,
                    ">": lambda q: n - q - 1,
                    ">=": lambda q: n - q,
                    "==": lambda q: z3.IntVal(1),
                    "!=": lambda q: n - 1,
                }
                return counts[comparison]
        return None

    def _explain_mean(self, node: Aggregate, mean: Any) -> None:
        selector, values, *default = node.arguments

        def agrees(query: Any, key: Any, other: Any) -> Any:
            same = self.equal(self.at(values, other), self.at(values, key))
            return z3.Implies(self._holds(selector, query, other), same)

        def uniform(query: Any, key: Any) -> Any:
            all_agree = self.for_all(1, lambda other: agrees(query, key, other))
            chosen = z3.And(self._holds(selector, query, key), all_agree)
            return z3.Implies(chosen, self.equal(mean(query), self.at(values, key)))

        def empty(query: Any) -> Any:
            nothing = z3.Not(self.exists(lambda key: self._holds(selector, query, key)))
            return z3.Implies(nothing, self.equal(mean(query), self.at(default[0], query)))

        self.axioms.append(self.for_all(2, uniform))
        if default:
            self.axioms.append(self.for_all(1, empty, mean))

    # Gathers: aggregates whose one selected key is known.

    def gathered_from(self, node: Aggregate) -> Callable[[Any], Any] | None:
        """The position that each query gathers from, wherever that is one; None where it is not known."""
        selector = node.arguments[0]
        if not isinstance(selector, Select) or selector.comparison != "==":
            return None
        keys, queries = selector.arguments
        known = self._solved(keys, self.at(queries, z3.FreshInt("p"))) is not None
        return (lambda query: self._solved(keys, self.at(queries, query))) if known else None

    def _gather(self, node: Aggregate, query: Any) -> Any:
        """The value at the only key that can be selected, or the default; None where that key is not known."""
        selector, values, *default = node.arguments
        source = self._lemmas.witnesses.get(node, self.gathered_from(node))
        if source is None:
            return None
        key = source(query)
        value = self.at(values, key)
        if not default:
            return value
        is_selected = z3.And(self.in_range(key), self._holds(selector, query, key))
        return apply("if", (is_selected, value, self.at(default[0], query)))

    def assume_rearranged(self, left: SOp, right: SOp) -> None:
        """Add that the elements of one sequence are those of the other, in another order."""
        name = f"{left.digest[:8]}.{right.digest[:8]}"
        there, back = (z3.Function(f"{way}.{name}", z3.IntSort(), z3.IntSort()) for way in ("there", "back"))
        for one, other, move, undo in ((left, right, there, back), (right, left, back, there)):
            self.axioms += [
                self.for_all(1, lambda p, m=move: self.in_range(m(p)), move),
                self.for_all(1, lambda p, m=move, u=undo: m(u(p)) == p, undo),
                self.for_all(1, lambda p, a=one, b=other, m=move: self.equal(self.at(a, p), self.at(b, m(p)))),
            ]

    def _solved(self, keys: SOp, wanted: Any) -> Any:
        """The position where the key s-op has the wanted whole value, if there is one; None where unknown."""
        target = as_term(wanted)
        if not z3.is_int(target) or not isinstance(element_of(keys.type), Int):
            return None
        inverse = self._lemmas.inverses.get(keys)
        if inverse is not None:
            return inverse(target)
        slope = self._slope(keys)
        return None if slope is None else slope * (target - as_term(self.at(keys, z3.IntVal(0))))

    def _slope(self, keys: SOp) -> int | None:
        """1 or -1 where the key s-op is that times the position, plus a constant."""
        position = z3.FreshInt("p")
        step = z3.simplify(as_term(self.at(keys, position + 1)) - as_term(self.at(keys, position)), som=True)
        return int(step.as_long()) if z3.is_int_value(step) and abs(step.as_long()) == 1 else None

    def _explain_inverse(self, permuting: SOp, inverse: Any) -> None:
        self.axioms += [
            self.for_all(1, lambda p: self.in_range(inverse(p)), inverse),
            self.for_all(1, lambda p: self.at(permuting, inverse(p)) == p, inverse),
            self.for_all(1, lambda p: inverse(self.at(permuting, p)) == p),
        ]

    def _explain_witness(self, aggregate: SOp, witness: Any) -> None:
        """If a query selects any key, it selects the chosen one."""
        selector = aggregate.arguments[0]

        def chosen(query: Any, key: Any) -> Any:
            some = z3.And(self.in_range(witness(query)), self._holds(selector, query, witness(query)))
            return z3.Implies(self._holds(selector, query, key), some)

        self.axioms.append(self.for_all(2, chosen))

    # Properties of whole sequences.

    def _reduction(self, node: Reduce) -> Any:
        first = node.arguments[0]
        match node.operator:
            case "all":
                return self.for_all(1, lambda p: self.at(first, p))
            case "sorted":
                return self.for_all(
                    2, lambda i, j: z3.Implies(i < j, as_term(apply("<=", (self.at(first, i), self.at(first, j)))))
                )
            case "distinct":
                return self.for_all(
                    2, lambda i, j: z3.Implies(i < j, as_term(apply("!=", (self.at(first, i), self.at(first, j)))))
                )
            case "permutation":
                return z3.Bool(f"permutation.{node.digest[:8]}")
        total = fresh(element_of(node.type), f"{node.operator}.{node.digest[:8]}")
        self._explain_total(node.operator, first, total)
        return total

    def _explain_total(self, operator: str, sequence: SOp, total: Any) -> None:
        match operator:
            case "sum":
                element = element_of(sequence.type)
                low, high = (element.low, element.high) if isinstance(element, Int | Real) else (None, None)
                self.axioms.append(z3.Implies(self.length == 0, total == 0))
                self.axioms += [total >= as_term(low) * self.length] if low is not None else []
                self.axioms += [total <= as_term(high) * self.length] if high is not None else []
            case "count":
                true_at = lambda p: self.at(sequence, p)  # noqa: E731 - the condition itself, twice
                self.axioms += [
                    z3.And(total >= 0, total <= self.length),
                    (total == 0) == z3.Not(self.exists(true_at)),
                    (total == self.length) == self.for_all(1, true_at),
                ]
            case "min" | "max":
                order = "<=" if operator == "min" else ">="
                self.axioms += [
                    self.for_all(1, lambda p: apply(order, (total, self.at(sequence, p)))),
                    z3.Implies(self.length > 0, self.exists(lambda p: apply("==", (total, self.at(sequence, p))))),
                ]


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
