"""Scalar expressions, simplified as they are built, so that a machine says no more than it has to.

A quotient whose divisor is at least 1 is kept as a fraction: sums of fractions, and comparisons of them by cross
multiplication, so that means are compared without a division.
"""

from __future__ import annotations

from typing import Any

from ...dsl.graph import Constant, Elementwise, SOp
from ...dsl.operators import OPERATORS
from ...dsl.types import Bool, Element, Int, Real, Token, element_of

__all__ = [
    "FALSE",
    "ONE",
    "TRUE",
    "ZERO",
    "applied",
    "choose",
    "conj",
    "disj",
    "fraction",
    "lifted",
    "neg",
    "neutral",
    "plus",
]

TRUE, FALSE, ZERO, ONE = Constant((), True), Constant((), False), Constant((), 0), Constant((), 1)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


def neutral(element: Element) -> Constant:
    """Some value of a type, where any serves."""
    match element:
        case Bool():
            return FALSE
        case Int(low, high) | Real(low, high):
            if low is not None and low > 0:
                return Constant((), low)
            return Constant((), high) if high is not None and high < 0 else ZERO
        case Token(tuple() as vocabulary) if vocabulary:
            return Constant((), vocabulary[0])
        case Token():
            return Constant((), "")
    return ZERO


def neg(condition: SOp) -> SOp:
    """That a condition does not hold."""
    if condition in (TRUE, FALSE):
        return FALSE if condition == TRUE else TRUE
    if isinstance(condition, Elementwise) and condition.operator == "not" and _is_truth(condition.arguments[0]):
        return condition.arguments[0]
    return Elementwise((condition,), "not")


def conj(left: SOp, right: SOp) -> SOp:
    """That both hold."""
    if FALSE in (left, right):
        return FALSE
    if TRUE in (left, right) or left == right:
        other = right if left == TRUE else left
        return other if _is_truth(other) else Elementwise((left, right), "and")
    return Elementwise((left, right), "and")


def disj(left: SOp, right: SOp) -> SOp:
    """That one of them holds."""
    if TRUE in (left, right):
        return TRUE
    if FALSE in (left, right) or left == right:
        other = right if left == FALSE else left
        return other if _is_truth(other) else Elementwise((left, right), "or")
    return Elementwise((left, right), "or")


def choose(condition: SOp, then: SOp, otherwise: SOp) -> SOp:
    """One of two values."""
    if condition in (TRUE, FALSE):
        return then if condition == TRUE else otherwise
    return then if then == otherwise else Elementwise((condition, then, otherwise), "if")


def plus(left: SOp, right: SOp) -> SOp:
    """The sum of two numbers."""
    if ZERO in (left, right):
        other = right if left == ZERO else left
        if isinstance(element_of(other.type), Int | Real):
            return other
    return applied("+", left, right)


def applied(operator: str, *operands: SOp) -> SOp:
    """An operator of the table; computed where all operands are constants."""
    values = [operand.value for operand in operands if isinstance(operand, Constant)]
    if len(values) == len(operands):
        try:
            return Constant((), OPERATORS[operator].apply(*values))
        except (ZeroDivisionError, TypeError):
            return Elementwise(operands, operator)
    rules: dict[str, Any] = {"and": conj, "or": disj, "not": neg, "if": choose}
    if operator in rules:
        simplified: SOp = rules[operator](*operands)
        return simplified
    if operator == "indicator" and isinstance(element_of(operands[0].type), Bool):
        return Elementwise(operands, operator)
    if operator == "max" and operands[1] == ONE and _is_positive(operands[0]):
        return operands[0]
    return Elementwise(operands, operator)


def lifted(operator: str, *operands: SOp) -> SOp:
    """An operator on operands some of which may be fractions."""
    fractions = [fraction(operand) for operand in operands]
    if len(operands) != 2 or all(divisor == ONE for _, divisor in fractions):
        return applied(operator, *operands)
    (first, below), (second, under) = fractions
    crossed = (first, second) if below == under else (_times(first, under), _times(second, below))
    shared = below if below == under else _times(below, under)
    if operator in _COMPARISONS:
        return applied(operator, *crossed)
    if operator in ("+", "-"):
        return Elementwise((applied(operator, *crossed), shared), "/")
    if operator == "*":
        return Elementwise((_times(first, second), _times(below, under)), "/")
    return applied(operator, *operands)


def fraction(node: SOp) -> tuple[SOp, SOp]:
    """The numerator and the divisor, of which it is known that it is at least 1."""
    if isinstance(node, Elementwise) and node.operator == "/" and _is_positive(node.arguments[1]):
        return node.arguments[0], node.arguments[1]
    return node, ONE


def _times(left: SOp, right: SOp) -> SOp:
    if ONE in (left, right):
        return right if left == ONE else left
    if ZERO in (left, right):
        return ZERO
    return applied("*", left, right)


def _is_positive(node: SOp) -> bool:
    """Whether the type says that a whole number is at least 1."""
    element = element_of(node.type)
    return isinstance(element, Int) and element.low is not None and element.low >= 1


def _is_truth(node: SOp) -> bool:
    return isinstance(element_of(node.type), Bool)
