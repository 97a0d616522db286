"""Sums of solver terms, kept in Python as long as possible.

A number that is not known is a linear form: atoms with coefficients, and a constant. An atom is a numeric term, or a
condition that counts as 1 where it holds. So equal atoms collect, what two widths share cancels where they are
compared, and a remainder by a constant loses every atom whose coefficient it divides. What is decided that way, or by
the bounds of the atoms, never reaches the solver.

Comparisons are canonical: of the many ways to write one there is one term, its atoms in the order in which they were
first met. Nothing depends on the identity of terms, so that questions repeat to the letter.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any

import z3

from ...dsl.operators import exact

__all__ = ["Atoms", "Bounds", "Condition", "Linear", "Number"]

Number = int | Fraction
Condition = Any
"""`True`, `False`, or a boolean solver term."""
Bounds = tuple[Number | None, Number | None]


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of atoms, by their place in the table of atoms, that is not constant; no coefficient is 0."""

    coefficients: Mapping[int, Number]
    constant: Number = 0


Sum = Number | Linear
"""A number: known, or a sum of atoms."""


class Atoms:
    """The atoms of one question, in the order in which they were met, and what is known of them."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._terms: list[Any] = []
        self._bounds: list[Bounds] = []
        self._whole: list[bool] = []
        self._literals: dict[Any, Any] = {}

    def atom(self, term: Any, bounds: Bounds = (None, None)) -> Linear:
        """A numeric term as a sum; `bounds` are what is known of its values."""
        return Linear({self._place(term, bounds): 1})

    def _place(self, term: Any, bounds: Bounds) -> int:
        identity = term.get_id()
        if identity not in self._places:
            self._places[identity] = len(self._terms)
            self._terms.append(term)
            self._bounds.append(bounds)
            self._whole.append(not z3.is_real(term))
        return self._places[identity]

    def indicator(self, condition: Condition) -> Sum:
        """1 where the condition holds, 0 elsewhere."""
        if isinstance(condition, bool):
            return int(condition)
        if z3.is_not(condition):
            return Linear({self._place(condition.arg(0), (0, 1)): -1}, 1)
        return Linear({self._place(condition, (0, 1)): 1})

    def condition(self, value: Sum) -> Condition | None:
        """The condition that a sum is the indicator of; None of any other sum."""
        if not isinstance(value, Linear):
            return bool(value) if value in (0, 1) else None
        ((place, coefficient), *others) = value.coefficients.items()
        if others or not z3.is_bool(self._terms[place]) or (coefficient, value.constant) not in ((1, 0), (-1, 1)):
            return None
        return self._terms[place] if coefficient == 1 else z3.Not(self._terms[place])

    def add(self, values: Iterable[Sum]) -> Sum:
        """The sum of sums."""
        coefficients: dict[int, Number] = {}
        constant: Number = 0
        for value in values:
            if isinstance(value, Linear):
                constant += value.constant
                for place, coefficient in value.coefficients.items():
                    coefficients[place] = coefficients.get(place, 0) + coefficient
            else:
                constant += value
        return _made(coefficients, constant)

    def scale(self, value: Sum, factor: Number) -> Sum:
        """A multiple of a sum."""
        if not isinstance(value, Linear):
            return exact(value * factor)
        return _made({place: of * factor for place, of in value.coefficients.items()}, value.constant * factor)

    def subtract(self, left: Sum, right: Sum) -> Sum:
        """The difference of two sums."""
        return self.add((left, self.scale(right, -1)))

    def is_whole(self, value: Sum) -> bool:
        """Whether every value is surely a whole number."""
        if not isinstance(value, Linear):
            return isinstance(value, int)
        items = value.coefficients.items()
        return isinstance(value.constant, int) and all(isinstance(of, int) and self._whole[at] for at, of in items)

    def bounds(self, value: Sum) -> Bounds:
        """Between which numbers the values are, as far as the atoms say so."""
        if not isinstance(value, Linear):
            return value, value
        low: Number | None = value.constant
        high: Number | None = value.constant
        for place, coefficient in value.coefficients.items():
            ends = self._bounds[place] if coefficient > 0 else self._bounds[place][::-1]
            low = None if low is None or ends[0] is None else low + coefficient * ends[0]
            high = None if high is None or ends[1] is None else high + coefficient * ends[1]
        return low, high

    def values(self, value: Sum, most: int) -> range | None:
        """The whole numbers that a sum may be, where these are at most so many."""
        low, high = self.bounds(value)
        if low is None or high is None or not self.is_whole(value) or high - low >= most:
            return None
        return range(int(low), int(high) + 1)

    def modulo(self, value: Linear, divisor: int) -> Sum:
        """The remainder of a whole sum by a positive number, with every coefficient reduced first."""
        reduced = _made({at: int(of) % divisor for at, of in value.coefficients.items()}, int(value.constant) % divisor)
        if not isinstance(reduced, Linear):
            return reduced % divisor
        low, high = self.bounds(reduced)
        if low is not None and high is not None and low // divisor == high // divisor:
            return self.subtract(reduced, divisor * int(low // divisor))
        return self.atom(self.term(reduced) % divisor, (0, divisor - 1))

    def less(self, left: Sum, right: Sum) -> Condition:
        """Whether the left sum is smaller."""
        difference = self.subtract(left, right)
        if not isinstance(difference, Linear):
            return difference < 0
        low, high = self.bounds(difference)
        if high is not None and high < 0:
            return True
        if low is not None and low >= 0:
            return False
        of_one = self._of_one(difference, lambda number: number < 0)
        return self._below_zero(difference) if of_one is None else of_one

    def equal(self, left: Sum, right: Sum) -> Condition:
        """Whether the sums are the same number."""
        difference = self.subtract(left, right)
        if not isinstance(difference, Linear):
            return difference == 0
        low, high = self.bounds(difference)
        if (low is not None and low > 0) or (high is not None and high < 0):
            return False
        of_one = self._of_one(difference, lambda number: number == 0)
        return self._is_zero(difference) if of_one is None else of_one

    def _of_one(self, value: Linear, holds: Any) -> Condition | None:
        """What is asked of the one condition that a sum counts; None of any other sum."""
        if len(value.coefficients) != 1:
            return None
        ((place, coefficient),) = value.coefficients.items()
        if not z3.is_bool(self._terms[place]):
            return None
        if_true, if_false = holds(value.constant + coefficient), holds(value.constant)
        if if_true is if_false:
            return if_true
        return self._terms[place] if if_true else z3.Not(self._terms[place])

    def _below_zero(self, value: Linear) -> Any:
        """`value < 0`, said of the sum whose first coefficient is positive."""
        items, bound = self._normal(value)
        is_turned = items[0][1] < 0
        items = [(place, -of if is_turned else of) for place, of in items]
        if self.is_whole(value):
            # S < m, or S > m, which is not S < m + 1; of whole numbers m may be rounded up.
            limit = -(-bound // 1) if not is_turned else (-bound) // 1 + 1
            literal = self._literal("<", items, int(limit))
            return z3.Not(literal) if is_turned else literal
        if not is_turned:
            return self._literal("<", items, bound)
        return z3.Not(self._literal("<=", items, -bound))

    def _is_zero(self, value: Linear) -> Condition:
        """`value == 0`, said of the sum whose first coefficient is positive; False where whole numbers never meet."""
        items, bound = self._normal(value)
        if items[0][1] < 0:
            items, bound = [(place, -of) for place, of in items], -bound
        if self.is_whole(value) and Fraction(bound).denominator != 1:
            return False
        return self._literal("==", items, exact(bound))

    def _normal(self, value: Linear) -> tuple[list[tuple[int, Number]], Number]:
        """The atoms in order, with coefficients that share no factor, and what their sum is compared with."""
        items = sorted(value.coefficients.items())
        scale = Fraction(
            gcd(*(Fraction(of).numerator for _, of in items)), gcd(*(Fraction(of).denominator for _, of in items))
        )
        if any(Fraction(of).denominator != 1 for _, of in items):
            scale = abs(Fraction(items[0][1]))
        return [(place, exact(Fraction(of) / scale)) for place, of in items], exact(-Fraction(value.constant) / scale)

    def _literal(self, comparison: str, items: Sequence[tuple[int, Number]], bound: Number) -> Any:
        key = (comparison, tuple(items), bound)
        if key not in self._literals:
            positive = _made({place: of for place, of in items if of > 0}, -bound if bound < 0 else 0)
            negative = _made({place: -of for place, of in items if of < 0}, bound if bound > 0 else 0)
            left, right = self.term(positive), self.term(negative)
            if z3.is_int(left) is not z3.is_int(right):
                left, right = _real(left), _real(right)
            self._literals[key] = _COMPARED[comparison](left, right)
        return self._literals[key]

    def term(self, value: Sum) -> Any:
        """A sum as a solver term."""
        if not isinstance(value, Linear):
            return z3.IntVal(value) if isinstance(value, int) else z3.Q(value.numerator, value.denominator)
        parts = [self._part(place, of) for place, of in sorted(value.coefficients.items())]
        if value.constant != 0:
            parts.append(self.term(value.constant))
        if not all(map(z3.is_int, parts)):
            parts = [_real(part) for part in parts]
        return parts[0] if len(parts) == 1 else z3.Sum(parts)

    def _part(self, place: int, coefficient: Number) -> Any:
        atom = self._terms[place]
        if z3.is_bool(atom):
            if isinstance(coefficient, int):
                return z3.If(atom, z3.IntVal(coefficient), z3.IntVal(0))
            return z3.If(atom, self.term(coefficient), z3.RealVal(0))
        if coefficient == 1:
            return atom
        if not isinstance(coefficient, int):
            return self.term(coefficient) * _real(atom)
        return (z3.RealVal(coefficient) if z3.is_real(atom) else z3.IntVal(coefficient)) * atom


_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {"<": operator.lt, "<=": operator.le, "==": operator.eq}


def _real(term: Any) -> Any:
    """A number as a real one; a constant is written as such, for solvers mind."""
    if z3.is_int_value(term):
        return z3.RealVal(term.as_long())
    return z3.ToReal(term) if z3.is_int(term) else term


def _made(coefficients: Mapping[int, Number], constant: Number) -> Sum:
    kept = {place: exact(coefficient) for place, coefficient in coefficients.items() if coefficient != 0}
    return Linear(kept, exact(constant)) if kept else exact(constant)
