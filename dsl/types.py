"""Types of ports and s-ops, and which value may go where.

An element is `bool`, `int lo..hi`, `real lo..hi`, `token {…}` or `vector[d]`; a port carries one element, or a
sequence of them (`seq[…]`). `Unknown` is an element of which nothing is known, such as the tokens of a program that
does not declare its input; `Selector` is the type of a query-by-key matrix, which no port carries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import ceil, floor

__all__ = [
    "Bool",
    "Element",
    "Fit",
    "Int",
    "Real",
    "Selector",
    "Seq",
    "Token",
    "Type",
    "Unknown",
    "Value",
    "Vector",
    "contains",
    "element_of",
    "fit",
    "hull",
    "in_digits",
    "is_numeric",
    "like",
    "meet",
]

Value = bool | int | Fraction | str
Bound = int | Fraction | None
_MOST_DECIMALS = 20


def _range_text(name: str, low: Bound, high: Bound) -> str:
    if low is None and high is None:
        return name
    return f"{name} {'' if low is None else in_digits(low)}..{'' if high is None else in_digits(high)}"


def in_digits(number: int | Fraction) -> str:
    """A number as a program writes it; a fraction that no short decimal equals as a fraction."""
    n_decimals = next((n for n in range(_MOST_DECIMALS) if (number * 10**n).denominator == 1), 0)
    if not n_decimals:
        return str(number)
    digits = f"{int(abs(number) * 10**n_decimals):0{n_decimals + 1}d}"
    return f"{'-' if number < 0 else ''}{digits[:-n_decimals]}.{digits[-n_decimals:]}"


@dataclass(frozen=True, slots=True)
class Bool:
    """`True` or `False`."""

    def __str__(self) -> str:
        return "bool"


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number from `low` to `high`, both included; None is unbounded."""

    low: int | None = None
    high: int | None = None

    def __str__(self) -> str:
        return _range_text("int", self.low, self.high)


@dataclass(frozen=True, slots=True)
class Real:
    """A number from `low` to `high`, both included; None is unbounded."""

    low: Bound = None
    high: Bound = None

    def __str__(self) -> str:
        return _range_text("real", self.low, self.high)


@dataclass(frozen=True, slots=True)
class Token:
    """A token out of a finite vocabulary; None is any vocabulary."""

    vocabulary: tuple[str, ...] | None = None

    def __str__(self) -> str:
        if self.vocabulary is None:
            return "token"
        words = ", ".join(f'"{word}"' for word in self.vocabulary)
        return f"token {{{words}}}"


@dataclass(frozen=True, slots=True)
class Vector:
    """A point of d real coordinates."""

    size: int

    def __str__(self) -> str:
        return f"vector[{self.size}]"


@dataclass(frozen=True, slots=True)
class Unknown:
    """An element of which nothing is known before the program runs."""

    def __str__(self) -> str:
        return "token or number"


Element = Bool | Int | Real | Token | Vector | Unknown


@dataclass(frozen=True, slots=True)
class Seq:
    """A sequence of elements, one at each position."""

    element: Element

    def __str__(self) -> str:
        return f"seq[{self.element}]"


@dataclass(frozen=True, slots=True)
class Selector:
    """A boolean matrix, query by key."""

    def __str__(self) -> str:
        return "selector"


Type = Element | Seq | Selector


class Fit(Enum):
    """Whether a value of one type may go where another is wanted."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


def element_of(type_: Type) -> Element:
    """The element of a sequence, or the type itself."""
    assert not isinstance(type_, Selector), "a selector has no element"
    return type_.element if isinstance(type_, Seq) else type_


def is_numeric(type_: Type) -> bool:
    """Whether arithmetic is defined on the elements."""
    return not isinstance(type_, Selector) and isinstance(element_of(type_), Int | Real | Unknown)


def like(element: Element, *models: Type) -> Type:
    """`element` as a sequence if any of the models is one, else as a scalar."""
    return Seq(element) if any(isinstance(model, Seq) for model in models) else element


def contains(element: Element, value: Value) -> bool:
    """Whether the value belongs to the element type; a boolean is not a number here."""
    match element:
        case Bool():
            return isinstance(value, bool)
        case Int(low, high):
            return isinstance(value, int) and not isinstance(value, bool) and _within(value, low, high)
        case Real(low, high):
            return isinstance(value, int | Fraction) and not isinstance(value, bool) and _within(value, low, high)
        case Token(vocabulary):
            return isinstance(value, str) and (vocabulary is None or value in vocabulary)
        case Unknown():
            return True
    return False


def _within(value: int | Fraction, low: Bound, high: Bound) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def fit(found: Type, wanted: Type) -> Fit:
    """Decide whether every, some or no value of `found` is a value of `wanted`.

    A scalar goes where a sequence is wanted: it stands at every position.
    """
    match found, wanted:
        case Selector(), Selector():
            return Fit.ALWAYS
        case (Selector(), _) | (_, Selector()) | (Seq(), Bool() | Int() | Real() | Token() | Vector() | Unknown()):
            return Fit.NEVER
    return _fit_elements(element_of(found), element_of(wanted))


def _fit_elements(found: Element, wanted: Element) -> Fit:
    match found, wanted:
        case _, Unknown():
            return Fit.ALWAYS
        case Unknown(), _:
            return Fit.SOMETIMES
        case Real() as numbers, Int() as whole:
            return Fit.SOMETIMES if _fit_ranges(numbers, whole) is not Fit.NEVER else Fit.NEVER
        case Int() | Real() as numbers, Int() | Real() as range_:
            return _fit_ranges(numbers, range_)
        case Token(have), Token(want):
            return _fit_vocabularies(have, want)
        case _:
            return Fit.ALWAYS if found == wanted else Fit.NEVER


def _fit_ranges(found: Int | Real, wanted: Int | Real) -> Fit:
    below = wanted.low is not None and (found.low is None or found.low < wanted.low)
    above = wanted.high is not None and (found.high is None or found.high > wanted.high)
    if not below and not above:
        return Fit.ALWAYS
    apart_below = wanted.low is not None and found.high is not None and found.high < wanted.low
    apart_above = wanted.high is not None and found.low is not None and found.low > wanted.high
    return Fit.NEVER if apart_below or apart_above else Fit.SOMETIMES


def _fit_vocabularies(have: tuple[str, ...] | None, want: tuple[str, ...] | None) -> Fit:
    if want is None or (have is not None and set(have) <= set(want)):
        return Fit.ALWAYS
    return Fit.NEVER if have is not None and not set(have) & set(want) else Fit.SOMETIMES


def meet(left: Element, right: Element) -> Element:
    """The values that both element types hold, where both are numbers; else the left one."""
    match left, right:
        case Int(a, b), Int(c, d) | Real(c, d):
            low, high = _larger(a, c), _smaller(b, d)
            return Int(None if low is None else ceil(low), None if high is None else floor(high))
        case Real(a, b), Int(c, d) | Real(c, d):
            return Real(_larger(a, c), _smaller(b, d))
    return left


def _larger(left: Bound, right: Bound) -> Bound:
    return max((bound for bound in (left, right) if bound is not None), default=None)


def _smaller(left: Bound, right: Bound) -> Bound:
    return min((bound for bound in (left, right) if bound is not None), default=None)


def hull(elements: Iterable[Element]) -> Element | None:
    """The smallest element type that holds all the given ones; None where they do not mix."""
    merged: Element | None = None
    for element in elements:
        merged = element if merged is None else _hull(merged, element)
        if merged is None:
            return None
    return merged


def _hull(left: Element, right: Element) -> Element | None:
    match left, right:
        case (Unknown(), _) | (_, Unknown()):
            return Unknown()
        case Int(a, b), Int(c, d):
            return Int(None if a is None or c is None else min(a, c), None if b is None or d is None else max(b, d))
        case Int(a, b) | Real(a, b), Int(c, d) | Real(c, d):
            return Real(None if a is None or c is None else min(a, c), None if b is None or d is None else max(b, d))
        case Token(have), Token(want):
            mixed = have is not None and want is not None
            return Token(tuple(dict.fromkeys((*have, *want))) if mixed else None)  # type: ignore[misc]
        case _:
            return left if left == right else None
