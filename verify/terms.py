"""The elementwise operators on solver terms.

A value is a Python constant or a Z3 term; an operator on constants alone is computed, not encoded, so that positions
never reach the solver. Comparisons are canonical (`<` and `==` only), so that equal questions are one atom; the
operands of `==` keep their order, which the solver's own numbers would make depend on what was asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

import z3

from ..dsl.graph import CellCall, Constant, Lookup, SOp, nodes_within
from ..dsl.operators import OPERATORS
from ..dsl.types import Bool, Element, Int, Real, Selector, Token, Value, element_of
from ..errors import VerificationError
from .encoding.codes import Codes

__all__ = [
    "apply",
    "apply_at",
    "as_term",
    "conjunction",
    "disjunction",
    "fresh",
    "is_known",
    "looked_up",
    "number_anew",
    "sort_of",
    "tokens_in",
    "unknown",
    "within",
]


def as_term(value: Any) -> Any:
    """A constant as a Z3 term; a term as it is."""
    match value:
        case bool():
            return z3.BoolVal(value)
        case int():
            return z3.IntVal(value)
        case Fraction():
            return z3.Q(value.numerator, value.denominator)
    return value


def is_known(value: Any) -> bool:
    """Whether the value is a Python constant."""
    return isinstance(value, bool | int | Fraction)


def fresh(element: Element, name: str) -> Any:
    """A new solver constant of an element type."""
    return z3.Const(name, sort_of(element))


_numbers = count()


def unknown(sort: Any, name: str) -> Any:
    """A constant that nothing else speaks of, until names are numbered anew."""
    return z3.Const(f"{name}!{next(_numbers)}", sort)


def number_anew() -> None:
    """Number unknowns from 0, before the first term of a question is made.

    The solver's own fresh names would tell how much was asked before, and what Z3 writes once depends on them.
    """
    global _numbers
    _numbers = count()


def sort_of(element: Element) -> Any:
    """The solver's sort for an element type.

    Raises:
        VerificationError: if the type is open, so that a claim about it has no finite meaning here.
    """
    match element:
        case Bool():
            return z3.BoolSort()
        case Int() | Token(tuple()):
            return z3.IntSort()
        case Real() | Token():
            # Any tokens stand in the order of some numbers, those that are named at their own (`encoding/codes.py`).
            return z3.RealSort()
    raise VerificationError(f"the solver has no values of type {element}: declare a type with a range or a vocabulary")


def within(element: Element, value: Any, codes: Codes) -> Any:
    """The condition that a term belongs to an element type."""
    match element:
        case Int(low, high) | Real(low, high):
            term = as_term(value)
            bounds = [term >= as_term(low)] if low is not None else []
            bounds += [term <= as_term(high)] if high is not None else []
            whole = [z3.IsInt(term)] if isinstance(element, Int) and z3.is_real(term) else []
            return conjunction([*bounds, *whole])
        case Token(tuple() as vocabulary):
            return z3.Or([as_term(value) == codes.code(token) for token in vocabulary])
    return z3.BoolVal(True)


def conjunction(terms: Sequence[Any]) -> Any:
    """That all terms hold; of none, true (an `and` without operands is no SMT-LIB)."""
    return z3.And(*terms) if terms else z3.BoolVal(True)


def disjunction(terms: Sequence[Any]) -> Any:
    """That one of some terms holds; of one, itself; of none, false."""
    return z3.Or(*terms) if len(terms) > 1 else terms[0] if terms else z3.BoolVal(False)


def apply(operator: str, operands: Sequence[Any]) -> Any:
    """An operator of the table on constants and terms.

    Raises:
        VerificationError: if the solver has no such operator.
    """
    if all(map(is_known, operands)):
        try:
            known: Value = OPERATORS[operator].apply(*operands)
        except (ZeroDivisionError, TypeError):
            # The claim that this is defined fails on its own; any value serves here.
            return unknown(z3.RealSort(), "undefined")
        return known
    return _TERMS[operator](*operands)


def apply_at(node: SOp, operator: str, operands: Sequence[Any]) -> Any:
    """An operator of the table where a node of the graph asks for it.

    Raises:
        VerificationError: if the solver has no such operator; tokens have no sum and no multiple there.
    """
    if operator in ("+", "*") and isinstance(element_of(node.type), Token):
        raise VerificationError("the solver has no tokens that are joined")
    return apply(operator, operands)


def looked_up(node: Lookup, operands: Sequence[Any], codes: Codes) -> Any:
    """The answer of a table; that it has an entry is a claim of its own.

    Raises:
        VerificationError: if the answers are not of one kind.
    """

    def encoded(value: Value) -> Any:
        return codes.code(value) if isinstance(value, str) else value

    sort_of(element_of(node.type))
    chosen = encoded(node.entries[-1][1])
    for keys, answer in node.entries:
        matches: Any = True
        for operand, key in zip(operands, keys, strict=True):
            matches = apply("and", (matches, apply("==", (operand, encoded(key)))))
        chosen = apply("if", (matches, encoded(answer), chosen))
    return chosen


def _comparable(left: Any, right: Any) -> tuple[Any, Any]:
    return _number(left), _number(right)


def _number(value: Any) -> Any:
    """A term that can be compared and added; a boolean counts as 0 or 1."""
    term = as_term(value)
    return z3.If(term, z3.IntVal(1), z3.IntVal(0)) if z3.is_bool(term) else term


def _equal(left: Any, right: Any) -> Any:
    first, second = as_term(left), as_term(right)
    if z3.is_bool(first) is not z3.is_bool(second):
        first, second = _number(first), _number(second)
    if first.eq(second):
        return True
    return first == second


def _less(left: Any, right: Any) -> Any:
    first, second = _comparable(left, right)
    return False if first.eq(second) else first < second


def _truth(value: Any) -> Any:
    """A condition; a number counts as one where it is not 0."""
    term = as_term(value)
    if z3.is_bool(term):
        return value
    return value != 0 if is_known(value) else term != 0


def _not(operand: Any) -> Any:
    condition = _truth(operand)
    return not condition if isinstance(condition, bool) else z3.Not(condition)


def _and(first: Any, second: Any) -> Any:
    left, right = _truth(first), _truth(second)
    if left is False or right is False:
        return False
    if left is True or right is True:
        return right if left is True else left
    return z3.And(left, right)


def _or(left: Any, right: Any) -> Any:
    return _not(_and(_not(left), _not(right)))


def _if(given: Any, then: Any, otherwise: Any) -> Any:
    condition = _truth(given)
    if isinstance(condition, bool):
        return then if condition else otherwise
    first, second = as_term(then), as_term(otherwise)
    if first.sort() != second.sort() and not (z3.is_bool(first) and z3.is_bool(second)):
        first, second = _number(first), _number(second)
    return z3.If(condition, first, second)


def _divide(left: Any, right: Any) -> Any:
    numerator, denominator = (z3.ToReal(term) if z3.is_int(term) else term for term in map(_number, (left, right)))
    return numerator / denominator


def _modulo(left: Any, right: Any) -> Any:
    """The floor modulo: its sign is the divisor's."""
    dividend, divisor = _number(left), _number(right)
    if z3.is_int(dividend) and z3.is_int(divisor):
        return _signed(divisor, dividend % divisor, -((-dividend) % (-divisor)))
    quotient = _divide(dividend, divisor)
    return dividend - divisor * z3.ToReal(z3.ToInt(quotient))


def _signed(divisor: Any, positive: Any, negative: Any) -> Any:
    if z3.is_int_value(divisor):
        return positive if divisor.as_long() > 0 else negative
    return z3.If(divisor > 0, positive, negative)


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(exponent, int) or not 0 <= exponent <= 8:
        raise VerificationError("the solver has no power whose exponent is not a constant from 0 to 8")
    product: Any = z3.IntVal(1)
    for _ in range(exponent):
        product = product * _number(base)
    return product


def _round(operand: Any) -> Any:
    """To the nearest whole number, a half to the even one."""
    term = _number(operand)
    if z3.is_int(term):
        return term
    below = z3.ToInt(term)
    fraction = term - z3.ToReal(below)
    half = z3.Q(1, 2)
    return z3.If(fraction < half, below, z3.If(fraction > half, below + 1, z3.If(below % 2 == 0, below, below + 1)))


def _extreme(is_first: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: _if(is_first(left, right), left, right)


_TERMS: dict[str, Callable[..., Any]] = {
    "+": lambda left, right: _number(left) + _number(right),
    "-": lambda left, right: _number(left) - _number(right),
    "*": lambda left, right: _number(left) * _number(right),
    "/": _divide,
    "%": _modulo,
    "^": _power,
    "min": _extreme(lambda left, right: _not(_less(right, left))),
    "max": _extreme(lambda left, right: _not(_less(left, right))),
    "==": _equal,
    "!=": lambda left, right: _not(_equal(left, right)),
    "<": _less,
    ">": lambda left, right: _less(right, left),
    "<=": lambda left, right: _not(_less(right, left)),
    ">=": lambda left, right: _not(_less(left, right)),
    "and": _and,
    "or": _or,
    "not": _not,
    "negate": lambda operand: -_number(operand),
    "round": _round,
    "abs": lambda operand: z3.If(_number(operand) < 0, -_number(operand), _number(operand)),
    "indicator": lambda operand: _if(operand, 1, 0),
    "if": _if,
}


def tokens_in(roots: Sequence[SOp]) -> list[str]:
    """Every token that a graph names, or that its inputs may be."""
    meanings = [node.meaning for node in nodes_within(roots) if isinstance(node, CellCall) and node.meaning]
    nodes = nodes_within([*roots, *meanings])
    named = {value for node in nodes for value in _values_named(node) if isinstance(value, str)}
    elements = [element_of(node.type) for node in nodes if not isinstance(node.type, Selector)]
    spoken = (element.vocabulary or () for element in elements if isinstance(element, Token))
    return sorted(named.union(*spoken))


def _values_named(node: SOp) -> Iterator[Value]:
    match node:
        case Constant(value=value):
            yield value
        case Lookup(entries=entries):
            for keys, answer in entries:
                yield from (*keys, answer)
