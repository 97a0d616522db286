"""Conditions on values, as boolean nodes: conjunctions, disjunctions and membership in a type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from ...dsl.graph import Constant, Elementwise, Reduce, SOp
from ...dsl.passes import fold_constants
from ...dsl.types import Element, Int, Real, Seq, Token, element_of

__all__ = [
    "all_of",
    "any_of",
    "are_of_one_kind",
    "compared",
    "conjuncts",
    "everywhere",
    "implied",
    "in_one_form",
    "is_member",
    "negated",
]


def compared(left: SOp, comparison: str, value: int | SOp) -> SOp:
    """A comparison with a node or with a whole number."""
    return Elementwise((left, Constant((), value) if isinstance(value, int) else value), comparison)


def all_of(conditions: Iterable[SOp]) -> SOp:
    """That every condition holds; True of none."""
    return _joined("and", conditions, True)


def any_of(conditions: Iterable[SOp]) -> SOp:
    """That some condition holds; False of none."""
    return _joined("or", conditions, False)


def _joined(operator: str, conditions: Iterable[SOp], empty: bool) -> SOp:
    first, *others = list(conditions) or [Constant((), empty)]
    return reduce(lambda left, right: Elementwise((left, right), operator), others, first)


def negated(condition: SOp) -> SOp:
    """That a condition does not hold."""
    return Elementwise((condition,), "not")


def implied(guard: SOp, condition: SOp) -> SOp:
    """That the condition holds where the guard does."""
    return Elementwise((negated(guard), condition), "or")


def everywhere(condition: SOp) -> SOp:
    """A condition on a sequence as one that holds at every position; a scalar one as it is."""
    return Reduce((condition,), "all") if isinstance(condition.type, Seq) else condition


def conjuncts(condition: SOp) -> list[SOp]:
    """The scalar conditions whose conjunction a condition is."""
    if isinstance(condition, Elementwise) and condition.operator == "and" and not isinstance(condition.type, Seq):
        return [part for argument in condition.arguments for part in conjuncts(argument)]
    return [condition]


def in_one_form(condition: SOp) -> SOp:
    """The same condition, however it is written.

    Constants are folded, comparisons are `<` and `<=`, and the sides of `==` and `!=` stand in a fixed order.
    """
    return _ordered(fold_constants(condition))


def _ordered(condition: SOp) -> SOp:
    match condition:
        case Elementwise(operator=">" | ">=" as operator, arguments=(left, right)):
            return replace(condition, arguments=(right, left), operator="<" if operator == ">" else "<=")
        case Elementwise(operator="==" | "!=", arguments=arguments):
            return replace(condition, arguments=tuple(sorted(arguments, key=lambda node: node.digest)))
        case Reduce(operator="all", arguments=(inner,)):
            return replace(condition, arguments=(_ordered(inner),))
    return condition


def is_member(value: SOp, wanted: Element, found: Element) -> SOp:
    """That a value, known to be of the type `found`, is of the type `wanted`."""
    conditions: list[SOp] = []
    match wanted:
        case Int(low, high) | Real(low, high):
            if low is not None:
                conditions.append(Elementwise((value, Constant((), low)), ">="))
            if high is not None:
                conditions.append(Elementwise((value, Constant((), high)), "<="))
            if isinstance(wanted, Int) and not isinstance(found, Int):
                remainder = Elementwise((value, Constant((), 1)), "%")
                conditions.append(compared(remainder, "==", 0))
        case Token(tuple() as vocabulary):
            return any_of(Elementwise((value, Constant((), token)), "==") for token in vocabulary)
    return all_of(conditions)


def are_of_one_kind(nodes: Iterable[SOp]) -> bool:
    """Whether the elements of nodes are all numbers, all truths or all tokens: True and 1 are equal, but two values."""
    elements = (element_of(node.type) for node in nodes)
    return len({Int if isinstance(element, Real) else type(element) for element in elements}) == 1
