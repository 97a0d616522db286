"""What a position holds, and the elementwise operators on it.

A value is

- a Python constant: a boolean, a number, or a token;
- a condition (`logic.py`), a number as a sum of atoms (`linear.py`), or a token as its place among all tokens (`Word`);
- a mean that is not known: a sum over a count that is at least 1 (`Ratio`). No term is divided by a term: a ratio is
  compared with a constant by multiplying with the count, and anything else takes one linear case for each count.

An operator on constants alone is computed as the interpreter does. What the interpreter refuses has any value here:
that there is one is a claim of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import z3

from ..dsl.operators import OPERATORS
from ..errors import VerificationError
from .linear import Atoms, Bounds, Linear
from .logic import Condition, all_of, any_of, implies, negated, term_of
from .words import Codes

__all__ = ["Ratio", "Values", "Word"]

_MOST_CASES = 24
"""So many values of a number are told apart where an operator is not linear in it."""
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Word:
    """A token that is not known, by its place among all tokens."""

    code: Any


@dataclass(frozen=True, slots=True)
class Ratio:
    """A number that is not known, as a sum over a count of at least 1."""

    numerator: Any
    denominator: Any


class Values:
    """The operators, with the atoms of one question; `facts` say what unknowns that were named on the way mean."""

    def __init__(self, codes: Codes) -> None:
        self.atoms = Atoms()
        self.codes = codes
        self.facts: list[Any] = []
        self._quotients: dict[Any, Linear] = {}
        self._n_undefined = 0

    def apply(self, operator: str, operands: Sequence[Any]) -> Any:
        """An operator of the table.

        Raises:
            VerificationError: if the solver has no terms for it.
        """
        if all(isinstance(operand, bool | int | Fraction | str) for operand in operands):
            try:
                return OPERATORS[operator].apply(*operands)
            except (ZeroDivisionError, TypeError):
                return self.undefined(operator)
        return _OPERATORS[operator](self, *operands)

    def undefined(self, operator: str = "") -> Any:
        """Any value: a condition for a comparison, else a number."""
        self._n_undefined += 1
        name = f"undefined.{self._n_undefined}"
        return z3.Bool(name) if operator in _COMPARISONS else self.atoms.atom(z3.Real(name))

    def number(self, value: Any) -> Any:
        """A value as a number or a ratio; a condition counts as 0 or 1, a token is none."""
        if isinstance(value, Word | str):
            return self.undefined()
        return self.atoms.indicator(value) if isinstance(value, bool | z3.BoolRef) else value

    def sum_of(self, value: Any) -> Any:
        """A value as a sum; a ratio becomes an unknown with one linear equation for each count."""
        number = self.number(value)
        if not isinstance(number, Ratio):
            return number
        key = _key(number.numerator), _key(number.denominator)
        if key not in self._quotients:
            counts = self.atoms.values(number.denominator, 10**9)
            assert counts is not None, "a count is bounded"
            quotient = self.atoms.atom(z3.Real(f"mean.{len(self._quotients)}"))
            for count in counts:
                is_count = self.atoms.equal(number.denominator, count)
                is_quotient = self.atoms.equal(self.atoms.scale(quotient, count), number.numerator)
                self.facts.append(term_of(implies(is_count, is_quotient)))
            self._quotients[key] = quotient
        return self._quotients[key]

    def truth(self, value: Any) -> Condition:
        """A value as a condition: a number that is not 0, a token that is not empty."""
        match value:
            case bool() | z3.BoolRef():
                return value
            case int() | Fraction() | str():
                return bool(value)
            case Word(code):
                return negated(self.atoms.equal(code, self.codes.code("")))
            case Ratio(numerator):
                return negated(self.atoms.equal(numerator, 0))
        return negated(self.atoms.equal(value, 0))

    def equal(self, left: Any, right: Any) -> Condition:
        """Whether two values are the same; a token is never a number."""
        if isinstance(left, bool | z3.BoolRef) and isinstance(right, bool | z3.BoolRef):
            return self._both(left, right)
        kinds = [isinstance(value, Word | str) for value in (left, right)]
        if all(kinds):
            return self.atoms.equal(*map(self.code, (left, right)))
        return False if any(kinds) else self._compared(self.atoms.equal, left, right)

    def _both(self, left: Condition, right: Condition) -> Condition:
        if isinstance(right, bool):
            left, right = right, left
        if isinstance(left, bool):
            return right if left else negated(right)
        return self.atoms.equal(*map(self.atoms.indicator, (left, right)))

    def less(self, left: Any, right: Any) -> Condition:
        """Whether the left value is smaller; tokens in their order."""
        kinds = [isinstance(value, Word | str) for value in (left, right)]
        if all(kinds):
            return self.atoms.less(*map(self.code, (left, right)))
        return self.undefined("<") if any(kinds) else self._compared(self.atoms.less, left, right)

    def _compared(self, compare: Callable[[Any, Any], Condition], left: Any, right: Any) -> Condition:
        """A comparison of numbers, multiplied by the count that both sides share, or that one has."""
        first, second = self.number(left), self.number(right)
        if isinstance(first, Ratio) and isinstance(second, Ratio):
            if _key(first.denominator) == _key(second.denominator):
                return compare(first.numerator, second.numerator)
        elif isinstance(first, Ratio) and not isinstance(second, Linear):
            return compare(first.numerator, self.atoms.scale(first.denominator, second))
        elif isinstance(second, Ratio) and not isinstance(first, Linear):
            return compare(self.atoms.scale(second.denominator, first), second.numerator)
        return compare(self.sum_of(first), self.sum_of(second))

    def code(self, value: Any) -> Any:
        """The place of a token among all tokens."""
        return value.code if isinstance(value, Word) else self.codes.code(value)

    def choose(self, condition: Condition, then: Any, otherwise: Any) -> Any:
        """The one value where the condition holds, the other where it does not.

        Raises:
            VerificationError: if one is a token and the other is not.
        """
        if isinstance(condition, bool):
            return then if condition else otherwise
        if isinstance(then, bool | z3.BoolRef) and isinstance(otherwise, bool | z3.BoolRef):
            return self._chosen_condition(condition, then, otherwise)
        kinds = [isinstance(value, Word | str) for value in (then, otherwise)]
        if all(kinds):
            return then if then == otherwise else Word(self._chosen(condition, self.code(then), self.code(otherwise)))
        if any(kinds):
            raise VerificationError("the solver has no value that may be a token or a number")
        first, second = self.number(then), self.number(otherwise)
        if isinstance(first, Ratio) or isinstance(second, Ratio):
            (top, bottom), (other_top, other_bottom) = map(_as_pair, (first, second))
            return Ratio(self._chosen(condition, top, other_top), self._chosen(condition, bottom, other_bottom))
        return self._chosen(condition, first, second)

    def _chosen_condition(self, condition: Condition, then: Condition, otherwise: Condition) -> Condition:
        if isinstance(then, bool):
            return any_of((condition, otherwise)) if then else all_of((negated(condition), otherwise))
        if isinstance(otherwise, bool):
            return implies(condition, then) if otherwise else all_of((condition, then))
        return then if then.eq(otherwise) else z3.If(condition, then, otherwise)

    def _chosen(self, condition: Condition, then: Any, otherwise: Any) -> Any:
        """A sum; numbers that differ by a constant differ by a multiple of the condition."""
        if isinstance(condition, bool):
            return then if condition else otherwise
        difference = self.atoms.subtract(then, otherwise)
        if not isinstance(difference, Linear):
            return self.atoms.add((otherwise, self.atoms.scale(self.atoms.indicator(condition), difference)))
        if z3.is_not(condition):
            condition, then, otherwise = condition.arg(0), otherwise, then
        first, second = self.atoms.term(then), self.atoms.term(otherwise)
        if z3.is_int(first) is not z3.is_int(second):
            first, second = (z3.ToReal(term) if z3.is_int(term) else term for term in (first, second))
        ends = _hull(self.atoms.bounds(then), self.atoms.bounds(otherwise))
        return self.atoms.atom(z3.If(condition, first, second), ends)

    def by_cases(self, value: Any, function: Callable[[int], Any]) -> Any | None:
        """A function of a whole number, one case for each of its values; None where these are many."""
        cases = self.atoms.values(value, _MOST_CASES)
        if cases is None:
            return None
        chosen = function(cases[-1])
        for case in reversed(cases[:-1]):
            chosen = self.choose(self.atoms.equal(value, case), function(case), chosen)
        return chosen

    def total(self, values: Iterable[Any]) -> Any:
        """The sum of numbers."""
        return self.atoms.add([self.sum_of(value) for value in values])


def _key(value: Any) -> Any:
    return (tuple(sorted(value.coefficients.items())), value.constant) if isinstance(value, Linear) else value


def _as_pair(value: Any) -> tuple[Any, Any]:
    return (value.numerator, value.denominator) if isinstance(value, Ratio) else (value, 1)


def _hull(left: Bounds, right: Bounds) -> Bounds:
    low = None if left[0] is None or right[0] is None else min(left[0], right[0])
    high = None if left[1] is None or right[1] is None else max(left[1], right[1])
    return low, high


def _add(values: Values, left: Any, right: Any) -> Any:
    if isinstance(left, Word | str) and isinstance(right, Word | str):
        raise VerificationError("the solver has no tokens that are joined")
    return _mapped(values, left, right, lambda a, b: values.atoms.add((a, b)))


def _subtract(values: Values, left: Any, right: Any) -> Any:
    return _mapped(values, left, right, values.atoms.subtract)


def _mapped(values: Values, left: Any, right: Any, function: Callable[[Any, Any], Any]) -> Any:
    """A sum or difference; of ratios over one count, and of a ratio and a constant, again over that count."""
    first, second = values.number(left), values.number(right)
    (top, bottom), (other_top, other_bottom) = map(_as_pair, (first, second))
    if isinstance(first, Ratio) and isinstance(second, Ratio) and _key(bottom) == _key(other_bottom):
        return Ratio(function(top, other_top), bottom)
    if isinstance(first, Ratio) and not isinstance(second, Ratio | Linear):
        return Ratio(function(top, values.atoms.scale(bottom, second)), bottom)
    if isinstance(second, Ratio) and not isinstance(first, Ratio | Linear):
        return Ratio(function(values.atoms.scale(other_bottom, first), other_top), other_bottom)
    return function(values.sum_of(first), values.sum_of(second))


def _multiply(values: Values, left: Any, right: Any) -> Any:
    if any(isinstance(value, Word | str) for value in (left, right)):
        raise VerificationError("the solver has no tokens that are repeated")
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
        return values.apply("^", (root, power))
    if not -8 <= power <= 8:
        by_case = values.by_cases(root, lambda case: values.apply("^", (case, power)))
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
