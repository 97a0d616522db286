"""Nodes that are known by axioms only, as functions of the position and of what is bound.

What reads the variable of a quantifier is a function of the variable too: the axioms about it are said of all its
values, those behind no guard included, and so count on no type (`range_of`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import combinations
from typing import Any

import z3

from ...dsl.graph import Aggregate, Fold, Input, Reduce, Select, SelectorWidth, SOp
from ...dsl.types import Bool, Int, Real, Selector, Seq, element_of
from ...errors import VerificationError
from ..encoding.codes import Codes
from ..terms import apply, as_term, conjunction, fresh, sort_of, unknown, within
from .axioms import (
    Axiom,
    average_axiom,
    end_axioms,
    extreme_axioms,
    mean_axioms,
    parity_axiom,
    recurrence_axioms,
    selection_axioms,
    sum_axioms,
    total_axioms,
)
from .families import Family, Rule, counted_axioms, joint_rule, other_axiom, pair_rule, size_axioms
from .knowledge import Knowledge

__all__ = ["Functions"]


class Functions(Knowledge, ABC):
    """Functions for nodes, and the axioms about each; `adds_up` asks for what holds of sums of so many sizes."""

    def __init__(self, codes: Codes, *, adds_up: int) -> None:
        super().__init__(codes)
        self._adds_up = adds_up
        self._functions: dict[SOp, tuple[Any, tuple[Input, ...]]] = {}
        self._families: list[Family] = []
        self._depths: dict[SOp, int] = {}

    @abstractmethod
    def at(self, node: SOp, position: Any) -> Any:
        """The value of a node at a position; a scalar has the same at each."""

    @abstractmethod
    def selects(self, selector: SOp, query: Any, key: Any) -> Any:
        """That a query selects a key."""

    @abstractmethod
    def within(self, values: Mapping[SOp, Any], root: SOp) -> Any:
        """The value of an inner graph, whose inputs have these values."""

    @abstractmethod
    def only_key(self, selector: SOp) -> Callable[[Any], Any] | None:
        """The only key that each query can select; None where it is not known."""

    @abstractmethod
    def source(self, node: Aggregate) -> Callable[[Any], Any] | None:
        """The position whose value an aggregate is, where it is that of one."""

    def _function(self, node: SOp) -> Callable[..., Any]:
        """The node's values; at a position, if it is a sequence."""
        if node not in self._functions:
            self._declare(node)
        function, free = self._functions[node]
        values = [self._bound_value(variable) for variable in free]
        return lambda *position: function(*values, *position)

    def _declare(self, node: SOp) -> None:
        free = self._free(node)
        place = [z3.IntSort()] if isinstance(node.type, Seq) else []
        sorts = [*(sort_of(element_of(variable.type)) for variable in free), *place]
        element, name = element_of(node.type), f"{type(node).__name__}.{node.digest[:16]}"
        function = z3.Function(name, *sorts, sort_of(element)) if sorts else _constant(fresh(element, name))
        self._functions[node] = function, free
        variables = [unknown(sort_of(element_of(variable.type)), "bound") for variable in free]
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
                return counted_axioms(self, selector, function, row, self.only_key(selector))
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

    def explain_further(self, node: SOp) -> None:
        """State more of a closed node than is mostly of use: means as quotients, ends of an order, single keys."""
        match node:
            case Aggregate(operator="mean") if self.source(node) is None:
                self.state([average_axiom(self, node, self._function(node))])
            case SelectorWidth(arguments=(selector,)) if self.only_key(selector) is None:
                width, row = self._function(node), partial(self.selects, selector)
                self.state([*end_axioms(self, selector, width), other_axiom(self, width, row)])

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
            case SelectorWidth(arguments=(selector,)) if self.only_key(selector) is None:
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
            is_known = isinstance(node, Aggregate) and self.source(node) is not None
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
        level = [other for other in self._families if other.depth == family.depth]
        for other in level:
            for pair in ((family, other), (other, family))[: 1 if other is family else 2]:
                self._state_rule(pair, pair_rule)
        sizes = [other for other in level if other.holds] if family.holds else []
        for other in sizes if self._adds_up > 1 else ():
            self._state_rule((family, other), joint_rule)
        for two in combinations(sizes[:-1], 2) if self._adds_up > 2 else ():
            self._state_rule((family, *two), joint_rule)

    def _state_rule(self, families: Sequence[Family], rule: Rule) -> None:
        members = [(family, [unknown(sort, "p") for sort in family.sorts]) for family in families]
        queries = [values[-1] for family, values in members if family.asks]
        called = [family.total(*values) for family, values in members if values]
        schema, condition = rule(self, *members)
        ranged = z3.Implies(conjunction([*map(self.in_range, queries)]), condition) if queries else condition
        self._assert(schema, [value for _, values in members for value in values], ranged, called)


def _constant(term: Any) -> Callable[[], Any]:
    return lambda: term
