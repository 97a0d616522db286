"""The elementwise operators on the values of one question.

An operator on constants alone is computed as the interpreter does. What the interpreter refuses has any value here:
that there is one is a claim of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import z3

from ...dsl.operators import OPERATORS
from ...errors import VerificationError
from .linear import Linear
from .logic import all_of, any_of, negated, term_of
from .values import Ratio, Values, Word, as_pair, key_of

__all__ = ["apply"]


def apply(values: Values, operator: str, operands: Sequence[Any]) -> Any:
    """An operator of the table.

    Raises:
        VerificationError: if the solver has no terms for it.
    """
    if all(isinstance(operand, bool | int | Fraction | str) for operand in operands):
        try:
            return OPERATORS[operator].apply(*operands)
        except (ZeroDivisionError, TypeError):
            return values.undefined(operator)
    return _OPERATORS[operator](values, *operands)


def _add(values: Values, left: Any, right: Any) -> Any:
    if isinstance(left, Word | str) and isinstance(right, Word | str):
        return values.by_token(left, lambda first: values.by_token(right, lambda second: first + second))
    return _mapped(values, left, right, lambda a, b: values.atoms.add((a, b)))


def _subtract(values: Values, left: Any, right: Any) -> Any:
    return _mapped(values, left, right, values.atoms.subtract)


def _mapped(values: Values, left: Any, right: Any, function: Callable[[Any, Any], Any]) -> Any:
    """A sum or difference; of ratios over one count, and of a ratio and a constant, again over that count."""
    first, second = values.number(left), values.number(right)
    (top, bottom), (other_top, other_bottom) = map(as_pair, (first, second))
    if isinstance(first, Ratio) and isinstance(second, Ratio) and key_of(bottom) == key_of(other_bottom):
        return Ratio(function(top, other_top), bottom)
    if isinstance(first, Ratio) and not isinstance(second, Ratio | Linear):
        return Ratio(function(top, values.atoms.scale(bottom, second)), bottom)
    if isinstance(second, Ratio) and not isinstance(first, Ratio | Linear):
        return Ratio(function(values.atoms.scale(other_bottom, first), other_top), other_bottom)
    return function(values.sum_of(first), values.sum_of(second))


def _multiply(values: Values, left: Any, right: Any) -> Any:
    if isinstance(left, Word | str) is not isinstance(right, Word | str):
        return _repeat(values, left, right) if isinstance(left, Word | str) else _repeat(values, right, left)
    first, second = values.number(left), values.number(right)
    for value, factor in ((first, second), (second, first)):
        if not isinstance(factor, Linear | Ratio):
            if isinstance(value, Ratio):
                return Ratio(values.atoms.scale(value.numerator, factor), value.denominator)
            return values.atoms.scale(value, factor)
    first, second = values.sum_of(first), values.sum_of(second)
    for value, factor in ((first, second), (second, first)):
        scaled = values.by_cases(factor, partial(values.atoms.scale, value))
        if scaled is not None:
            return scaled
    return values.atoms.atom(values.atoms.term(first) * values.atoms.term(second))


def _repeat(values: Values, token: Any, times: Any) -> Any:
    """A token so many times; less than once, the empty one."""
    number = values.sum_of(times)
    if not isinstance(number, Linear):
        return values.by_token(token, lambda word: apply(values, "*", (word, number)))
    repeated = values.by_cases(number, lambda case: values.by_token(token, lambda word: word * max(0, case)))
    if repeated is None:
        raise VerificationError("the solver has no token that is repeated any of many times")
    return repeated


def _divide(values: Values, left: Any, right: Any) -> Any:
    dividend, divisor = values.number(left), values.sum_of(right)
    if not isinstance(divisor, Linear):
        return values.undefined() if divisor == 0 else _multiply(values, dividend, 1 / Fraction(divisor))
    top = values.sum_of(dividend)
    by_case = values.by_cases(divisor, lambda case: values.atoms.scale(top, 1 / Fraction(case)) if case else 0)
    if by_case is not None:
        return by_case
    quotient, unknown = values.undefined(), values.atoms.term(divisor)
    named = values.atoms.term(quotient) * unknown == values.atoms.term(top)
    values.facts.append(term_of(any_of((values.atoms.equal(divisor, 0), named))))
    return quotient


def _modulo(values: Values, left: Any, right: Any) -> Any:
    """The floor modulo: its sign is the divisor's."""
    dividend, divisor = values.sum_of(left), values.sum_of(right)
    if isinstance(divisor, Linear):
        by_case = values.by_cases(divisor, lambda case: _modulo(values, dividend, case) if case else 0)
        return _remainder(values, dividend, divisor) if by_case is None else by_case
    if divisor == 0:
        return values.undefined()
    if not isinstance(dividend, Linear):
        return dividend % divisor
    if divisor < 0:
        return values.atoms.scale(_modulo(values, values.atoms.scale(dividend, -1), -divisor), -1)
    if values.atoms.is_whole(dividend) and isinstance(divisor, int):
        return values.atoms.modulo(dividend, divisor)
    quotient = z3.ToInt(values.atoms.term(values.atoms.scale(dividend, 1 / Fraction(divisor))))
    return values.atoms.subtract(dividend, values.atoms.scale(values.atoms.atom(quotient), divisor))


def _remainder(values: Values, dividend: Any, divisor: Linear) -> Any:
    """The remainder by a number that may be any of many."""
    of = values.atoms
    if of.is_whole(dividend) and of.is_whole(divisor):
        above, below = of.term(dividend), of.term(divisor)
        return of.atom(z3.If(below > 0, above % below, -(-above % -below)))
    whole = of.atom(z3.ToInt(of.term(_divide(values, dividend, divisor))))
    return of.subtract(dividend, _multiply(values, whole, divisor))


def _power(values: Values, base: Any, exponent: Any) -> Any:
    power, root = values.sum_of(exponent), values.sum_of(base)
    if isinstance(power, Fraction):
        return values.undefined()
    if isinstance(power, Linear):
        by_case = values.by_cases(power, lambda case: _power(values, root, case))
        if by_case is None:
            raise VerificationError("the solver has no power whose exponent may be any of many")
        return by_case
    if not isinstance(root, Linear):
        return apply(values, "^", (root, power))
    if not -8 <= power <= 8:
        by_case = values.by_cases(root, lambda case: apply(values, "^", (case, power)))
        if by_case is None:
            raise VerificationError("the solver has no power whose exponent is larger than 8")
        return by_case
    product: Any = 1
    for _ in range(abs(power)):
        product = _multiply(values, product, root)
    return product if power >= 0 else _divide(values, 1, product)


def _round(values: Values, operand: Any) -> Any:
    """To the nearest whole number, a half to the even one."""
    value = values.sum_of(operand)
    if not isinstance(value, Linear):
        return round(value)
    if values.atoms.is_whole(value):
        return value
    doubled = values.atoms.scale(value, 2)
    low, high = values.atoms.bounds(value)
    ends = None if low is None else round(low), None if high is None else round(high)
    if values.atoms.is_whole(doubled):
        term = values.atoms.term(doubled)
        return values.atoms.atom(z3.If(term % 4 == 3, (term + 1) / 2, term / 2), ends)
    term = values.atoms.term(value)
    below = z3.ToInt(term)
    fraction = term - z3.ToReal(below)
    half = z3.Q(1, 2)
    to_even = z3.If(below % 2 == 0, below, below + 1)
    return values.atoms.atom(z3.If(fraction < half, below, z3.If(fraction > half, below + 1, to_even)), ends)


def _extreme(values: Values, left: Any, right: Any, *, is_smallest: bool) -> Any:
    first, second = values.number(left), values.number(right)
    is_first = negated(values.less(second, first) if is_smallest else values.less(first, second))
    return values.choose(is_first, first, second)


def _magnitude(values: Values, operand: Any) -> Any:
    number = values.number(operand)
    return values.choose(values.less(number, 0), _multiply(values, number, -1), number)


def _if(values: Values, condition: Any, then: Any, otherwise: Any) -> Any:
    return values.choose(values.truth(condition), then, otherwise)


_OPERATORS: Mapping[str, Callable[..., Any]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _modulo,
    "^": _power,
    "min": lambda values, left, right: _extreme(values, left, right, is_smallest=True),
    "max": lambda values, left, right: _extreme(values, left, right, is_smallest=False),
    "==": Values.equal,
    "!=": lambda values, left, right: negated(values.equal(left, right)),
    "<": Values.less,
    ">": lambda values, left, right: values.less(right, left),
    "<=": lambda values, left, right: negated(values.less(right, left)),
    ">=": lambda values, left, right: negated(values.less(left, right)),
    "and": lambda values, left, right: all_of((values.truth(left), values.truth(right))),
    "or": lambda values, left, right: any_of((values.truth(left), values.truth(right))),
    "not": lambda values, operand: negated(values.truth(operand)),
    "negate": lambda values, operand: _multiply(values, operand, -1),
    "round": _round,
    "abs": _magnitude,
    "indicator": lambda values, operand: values.atoms.indicator(values.truth(operand)),
    "if": _if,
}
