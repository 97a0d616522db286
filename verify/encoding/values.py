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

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

from ...errors import VerificationError
from .codes import Codes
from .linear import Atoms, Bounds, Linear
from .logic import Condition, all_of, any_of, implies, negated, term_of

__all__ = ["COMPARISONS", "Ratio", "Values", "Word", "as_pair", "key_of"]

_MOST_CASES = 24
"""So many values of a number are told apart where an operator is not linear in it."""
_MOST_TOKENS = 64
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Word:
    """A token that is not known, by its place among all; `tokens` are what it may be, where these are few."""

    code: Any
    tokens: tuple[str, ...] | None = None


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

    def undefined(self, operator: str = "") -> Any:
        """Any value: a condition for a comparison, else a number."""
        self._n_undefined += 1
        name = f"undefined.{self._n_undefined}"
        return z3.Bool(name) if operator in COMPARISONS else self.atoms.atom(z3.Real(name))

    def number(self, value: Any) -> Any:
        """A value as a number or a ratio; a condition counts as 0 or 1, a token is none."""
        if isinstance(value, Word | str):
            return self.undefined()
        return self.atoms.indicator(value) if isinstance(value, bool | z3.BoolRef) else value

    def condition(self, value: Any) -> Condition | None:
        """The condition that a value counts as 1 where it holds, and as 0 elsewhere; None of other numbers."""
        if isinstance(value, bool | z3.BoolRef):
            return value
        return None if isinstance(value, Ratio | Word | str) else self.atoms.condition(value)

    def sum_of(self, value: Any) -> Any:
        """A value as a sum; a ratio becomes an unknown with one linear equation for each count."""
        number = self.number(value)
        if not isinstance(number, Ratio):
            return number
        key = key_of(number.numerator), key_of(number.denominator)
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
            if key_of(first.denominator) == key_of(second.denominator):
                return compare(first.numerator, second.numerator)
        elif isinstance(first, Ratio) and not isinstance(second, Linear):
            return compare(first.numerator, self.atoms.scale(first.denominator, second))
        elif isinstance(second, Ratio) and not isinstance(first, Linear):
            return compare(self.atoms.scale(second.denominator, first), second.numerator)
        return compare(self.sum_of(first), self.sum_of(second))

    def code(self, value: Any) -> Any:
        """The place of a token among all tokens.

        Raises:
            VerificationError: if it is joined from others, so that it has none.
        """
        place = value.code if isinstance(value, Word) else self.codes.code(value)
        if place is None:
            raise VerificationError(f"the solver has no place among the tokens for {value!r}, which is joined")
        return place

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
            return self._chosen_word(condition, then, otherwise)
        if any(kinds):
            raise VerificationError("the solver has no value that may be a token or a number")
        first, second = self.number(then), self.number(otherwise)
        if isinstance(first, Ratio) or isinstance(second, Ratio):
            (top, bottom), (other_top, other_bottom) = map(as_pair, (first, second))
            return Ratio(self._chosen(condition, top, other_top), self._chosen(condition, bottom, other_bottom))
        return self._chosen(condition, first, second)

    def _chosen_word(self, condition: Condition, then: Any, otherwise: Any) -> Any:
        known = [_tokens_of(value) for value in (then, otherwise)]
        either = None if None in known else tuple(dict.fromkeys(token for tokens in known for token in tokens or ()))
        few = either if either is None or len(either) <= _MOST_TOKENS else None
        code = self._chosen(condition, self.code(then), self.code(otherwise))
        return then if then == otherwise else Word(code, few)

    def by_token(self, value: Any, function: Callable[[str], Any]) -> Any:
        """A function of a token, one case for each that it may be.

        Raises:
            VerificationError: if these are not known, or many.
        """
        tokens = _tokens_of(value)
        if tokens is None:
            raise VerificationError("the solver has no tokens that are joined out of any of many")
        chosen = function(tokens[-1])
        for token in tokens[:-1]:
            chosen = self.choose(self.equal(value, token), function(token), chosen)
        return chosen

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


def key_of(value: Any) -> Any:
    """What equal sums have in common."""
    return (tuple(sorted(value.coefficients.items())), value.constant) if isinstance(value, Linear) else value


def _tokens_of(value: Any) -> tuple[str, ...] | None:
    return value.tokens if isinstance(value, Word) else (value,)


def as_pair(value: Any) -> tuple[Any, Any]:
    """A number as a sum over a count."""
    return (value.numerator, value.denominator) if isinstance(value, Ratio) else (value, 1)


def _hull(left: Bounds, right: Bounds) -> Bounds:
    low = None if left[0] is None or right[0] is None else min(left[0], right[0])
    high = None if left[1] is None or right[1] is None else max(left[1], right[1])
    return low, high
