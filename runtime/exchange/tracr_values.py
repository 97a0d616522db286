"""The values that Tracr's s-ops can take, and its Python functions as tables over them.

A function of Tracr is any Python callable, of which nothing can be read. So it is called on every value that its
argument can have, and what it answers is kept:

1. A value is known as Python sees it and as ours: booleans are 0 and 1, a float is the simplest fraction that it
   rounds, what is neither a number nor a token is the token of its `repr`.
2. Value sets are supersets; where the function raises, for no input comes there, there is no entry.
3. A table that a weighted sum of its arguments gives is that sum, which costs a transformer nothing.

Tracr's `None`, for no value, passes through functions as it does there. It is written as a value that the caller names,
or is no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from ...dsl.graph import Constant, Elementwise, Lookup, SOp
from ...dsl.operators import exact
from ...dsl.types import Value
from ...errors import RuntimeFault
from ..compiler.domains import DOMAIN_LIMIT, finite, means

__all__ = ["Column", "averages", "column_of", "combined", "table_of", "to_value"]

_LARGEST_DENOMINATOR = 1_000_000
_ROUNDING = Fraction(1, 10**12)


@dataclass(frozen=True, slots=True)
class Column:
    """A node of our graph with its possible values, each of ours with Python's; None where they are too many."""

    node: SOp
    values: Mapping[Value, Any] | None

    @property
    def numbers(self) -> list[Fraction] | None:
        """The values, if they are known and all are numbers."""
        if self.values is None or not all(isinstance(value, int | Fraction) for value in self.values):
            return None
        return [Fraction(value) for value in self.values]


def column_of(node: SOp, values: Iterable[Any]) -> Column:
    """A node whose values, as Python sees them, are known."""
    return Column(node, {to_value(value): value for value in values})


def averages(node: SOp, kept: Column, max_count: int, default: Column | None) -> Column:
    """What the means of up to so many of the values can be, and the default's value."""
    numbers = kept.numbers
    if kept.values is None:
        return Column(node, None)
    values: dict[Value, Any] = dict(kept.values)
    if numbers is not None and max_count > 1:
        found = means(finite([exact(number) for number in numbers]), max_count).values
        if found is None:
            return Column(node, None)
        values = {value: _to_python(value) for value in found} | values
    return Column(node, values | dict(default.values or {}) if default else values)


def table_of(function: Callable[..., Any], arguments: Sequence[Column], undefined: Value | None, name: str) -> Column:
    """A function applied position by position.

    Raises:
        RuntimeFault: if the arguments' values are too many to call it on all of them.
    """
    answers: dict[tuple[Value, ...], Value] = {}
    known: dict[Value, Any] = {}
    for keys, values in _cases(arguments, name):
        try:
            answer = None if None in values else function(*values)
        except Exception:
            continue  # whatever the function raises, here it has no answer
        written = undefined if answer is None else to_value(answer)
        if written is not None:
            answers[keys], known[written] = written, answer
    if not answers:
        raise RuntimeFault(f"the function of {name!r} has no answer to any value of its arguments; mend the program")
    nodes = tuple(argument.node for argument in arguments)
    return Column(_weighted_sum(answers, nodes) or Lookup(nodes, tuple(answers.items())), known)


def combined(arguments: Sequence[Column], factors: Sequence[Any]) -> Column:
    """The weighted sum of two columns of numbers."""
    weights = [Fraction(to_value(factor)) for factor in factors]
    node = _sum(list(zip(map(exact, weights), (argument.node for argument in arguments), strict=True)), 0)
    columns = [argument.numbers for argument in arguments]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns) or _n_cases(known) > DOMAIN_LIMIT:
        return Column(node, None)
    sums = {exact(_dot(weights, case)) for case in product(*known)}
    return Column(node, {value: _to_python(value) for value in sorted(sums)})


def to_value(value: Any) -> Value:
    """A Python value, not None, as one of ours."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | Fraction):
        return exact(Fraction(value))
    try:
        read = Fraction(float(value))
    except (TypeError, ValueError, OverflowError):
        return repr(value)
    simple = read.limit_denominator(_LARGEST_DENOMINATOR)
    return exact(simple if abs(simple - read) <= _ROUNDING * max(Fraction(1), abs(read)) else read)


def _to_python(value: Value) -> Any:
    """An exact value as Tracr's arithmetic has it."""
    return float(value) if isinstance(value, Fraction) else value


def _cases(arguments: Sequence[Column], name: str) -> Iterator[tuple[tuple[Value, ...], tuple[Any, ...]]]:
    """Every choice of one value for each argument, as ours and as Python's."""
    columns = [argument.values for argument in arguments if argument.values is not None]
    if len(columns) < len(arguments) or _n_cases(columns) > DOMAIN_LIMIT:
        raise RuntimeFault(
            f"the function of {name!r} has to be called on every value of its arguments, and these are more than "
            f"{DOMAIN_LIMIT}; take a smaller max_length or vocabulary"
        )
    for pairs in product(*(column.items() for column in columns)):
        yield tuple(ours for ours, _ in pairs), tuple(python for _, python in pairs)


def _n_cases(columns: Sequence[Sized]) -> int:
    return prod(map(len, columns))


def _weighted_sum(table: Mapping[tuple[Value, ...], Value], nodes: Sequence[SOp]) -> SOp | None:
    """The weighted sum of the arguments, plus a constant, that gives the whole table; None if there is none."""
    points = {
        tuple(Fraction(key) for key in keys if not isinstance(key, str)): Fraction(answer)
        for keys, answer in table.items()
        if not isinstance(answer, str)
    }
    first, *_ = points or [()]
    if len(points) < len(table) or len(first) < len(nodes):
        return None
    weights = [_slope(points, first, place) for place in range(len(first))]
    constant = points[first] - _dot(weights, first)
    if not any(weights) or any(_dot(weights, keys) + constant != answer for keys, answer in points.items()):
        return None
    return _sum(list(zip(map(exact, weights), nodes, strict=True)), exact(constant))


def _slope(points: Mapping[tuple[Fraction, ...], Fraction], first: tuple[Fraction, ...], place: int) -> Fraction:
    """By how much the answer changes with one argument, near the first point."""
    for keys, answer in points.items():
        if keys[place] != first[place] and (*keys[:place], first[place], *keys[place + 1 :]) == first:
            return (answer - points[first]) / (keys[place] - first[place])
    return Fraction()


def _dot(weights: Iterable[Fraction], numbers: Iterable[Fraction]) -> Fraction:
    return sum((weight * number for weight, number in zip(weights, numbers, strict=True)), Fraction())


def _sum(terms: Sequence[tuple[int | Fraction, SOp]], constant: int | Fraction) -> SOp:
    """A weighted sum as a program would write it."""
    total: SOp | None = None
    for weight, node in terms:
        if not weight:
            continue
        is_subtracted = total is not None and weight < 0
        size = -weight if is_subtracted else weight
        part = node if size == 1 else Elementwise((Constant((), size), node), "*")
        total = part if total is None else Elementwise((total, part), "-" if is_subtracted else "+")
    if total is None or not constant:
        return total or Constant((), constant)
    shift = Constant((), -constant if constant < 0 else constant)
    return Elementwise((total, shift), "-" if constant < 0 else "+")
