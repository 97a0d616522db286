"""The graph over boxes of inputs: every number is a `Form`, every condition true, false or open.

A form that two operands share is one value, so that `x - x` is 0 and `x * x` a square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from functools import reduce
from itertools import combinations, pairwise

from ...dsl.graph import DEFINED_WHEN_EMPTY, Aggregate, Ascribe, At, CellCall, Lookup, Reduce, SOp
from ...dsl.operators import OPERATORS
from ...dsl.types import Int, Real, Type, Value, element_of
from ...errors import VerificationError
from ...runtime.evaluate import Algebra, evaluate
from ..claims.conditions import are_of_one_kind
from ..claims.tolerance import meaning_of
from .form import Form, absolute, anything, constant, larger, merged, modulo, power, rounded, smaller
from .interval import WHOLE, Interval, hull_of, point

__all__ = ["OPEN", "Known", "Ranges", "Truth", "range_of", "whole_range"]


_LARGEST_EXPONENT = 4096


class Truth(Enum):
    """A condition that holds at some points of a box, or at none, or at all: it is not known."""

    OPEN = "open"


OPEN = Truth.OPEN
Known = Form | bool | str | Truth
"""What is known of a value; tokens are known or not there."""


def whole_range(type_: Type) -> Interval:
    """The numbers of a type.

    Raises:
        VerificationError: if its values are no numbers.
    """
    match element_of(type_):
        case Int(low, high) | Real(low, high):
            return Interval(WHOLE.low if low is None else low, WHOLE.high if high is None else high)
    raise VerificationError(f"boxes are of numbers and booleans, found {element_of(type_)}")


def range_of(value: Known) -> Interval:
    """The range of a value; a boolean counts as 0 or 1."""
    return _number(value).range


class Ranges(Algebra[Known]):
    """What is known of every value; `decided` are comparisons whose truth was found out otherwise."""

    def __init__(self, decided: Mapping[SOp, bool] | None = None) -> None:
        self._decided = decided or {}

    def constant(self, value: Value) -> Known:
        """A number as the interval that holds it alone."""
        return value if isinstance(value, bool | str) else Form(point(value), {})

    def elementwise(self, operator: str, operands: Sequence[Known], node: SOp) -> Known:
        """The operator on what is known; a token has to be known."""
        if node in self._decided:
            return self._decided[node]
        if any(isinstance(operand, str) for operand in operands) and operator != "if":
            return _of_tokens(operator, operands)
        return _OPERATORS[operator](*operands)

    def cell(self, call: CellCall, operands: Sequence[Known]) -> Known:
        """What the contract says."""
        meaning = meaning_of(call)
        inputs = {f"port.{place}": operand for place, operand in enumerate(operands)}
        answer: Known = evaluate([meaning], Ranges(), 0, inputs)[meaning]
        return answer

    def lookup(self, node: Lookup, operands: Sequence[Known]) -> Known:
        """One of the entries whose keys the operands may be."""
        cases: list[Known] = []
        for keys, answer in node.entries:
            matches = _all(_equal(operand, self.constant(key)) for operand, key in zip(operands, keys, strict=True))
            if matches is True:
                return self.constant(answer)
            cases += [self.constant(answer)] if matches is OPEN else []
        return reduce(_one_of, cases) if cases else anything()

    def ascribe(self, node: Ascribe, value: Known) -> Known:
        """The value: that it belongs to the declared type is a claim of its own, which nothing here rests on."""
        return value

    def at(self, node: At, sequence: Sequence[Known], position: Known) -> Known:
        """The element at a position, or one of those where it may be."""
        where = range_of(position)
        places = [place for place in range(-len(sequence), len(sequence)) if place in where]
        return reduce(_one_of, (sequence[place] for place in places)) if places else anything()

    def aggregate(
        self, node: Aggregate, position: int, selected: Sequence[Known], values: Sequence[Known], default: Known | None
    ) -> Known:
        """What the operator makes of the values that are selected, or may be."""
        conditions = [_truth(case) for case in selected]
        pairs = list(zip(conditions, values, strict=True))
        if not any(condition is not False for condition in conditions):
            nothing: Known = self.constant({"sum": 0, "any": False, "all": True}.get(node.operator, 0))
            return default if default is not None else nothing if node.operator in DEFINED_WHEN_EMPTY else anything()
        answer = _aggregated(node.operator, position, pairs)
        is_some = any(condition is True for condition in conditions)
        return answer if is_some or default is None else _one_of(answer, default)

    def width(self, selected: Sequence[Known]) -> Known:
        """How many are selected at least and at most."""
        return _sum(_indicated(case) for case in selected)

    def reduce(self, node: Reduce, sequences: Sequence[Sequence[Known]]) -> Known:
        """A property of whole sequences."""
        if node.operator in ("min", "max") and not sequences[0]:
            return anything()
        if node.operator == "permutation" and not are_of_one_kind(node.arguments):
            raise VerificationError("no intervals tell booleans or tokens from numbers")
        return _REDUCTIONS[node.operator](*sequences)

    def truth(self, value: Known) -> bool | None:
        """Whether a condition is known."""
        condition = _truth(value)
        return None if condition is OPEN else bool(condition)

    def whole(self, node: SOp, value: Known) -> int:
        """A bound of a range, where it is one number.

        Raises:
            VerificationError: if it is not.
        """
        end = range_of(value)
        if not end.is_point or not isinstance(end.low, int):
            raise VerificationError("the range of a quantifier depends on the input's values, not on its length alone")
        return end.low


def _number(value: Known) -> Form:
    match value:
        case Form():
            return value
        case bool():
            return constant(int(value))
        case Truth():
            return Form(Interval(0, 1))
    raise VerificationError(f"the token {value!r} is not a number")


def _truth(value: Known) -> bool | Truth:
    match value:
        case bool() | Truth():
            return value
        case str():
            return bool(value)
    return OPEN if not value.range.is_point and 0 in value.range else value.range.low != 0


def _of_tokens(operator: str, operands: Sequence[Known]) -> Known:
    if any(isinstance(operand, Form | Truth) for operand in operands):
        if operator in ("==", "!="):
            return operator == "!="
        raise VerificationError("boxes are of numbers and booleans, found tokens")
    try:
        answer: Value = OPERATORS[operator].apply(*operands)
    except TypeError:
        return anything()
    return answer if isinstance(answer, bool | str) else Form(point(answer), {})


def _not(value: Known) -> Known:
    condition = _truth(value)
    return OPEN if condition is OPEN else not condition


def _and(left: Known, right: Known) -> Known:
    conditions = _truth(left), _truth(right)
    return False if False in conditions else OPEN if OPEN in conditions else True


def _or(left: Known, right: Known) -> Known:
    return _not(_and(_not(left), _not(right)))


def _all(conditions: Iterable[Known]) -> Known:
    start: Known = True
    return reduce(_and, conditions, start)


def _any(conditions: Iterable[Known]) -> Known:
    start: Known = False
    return reduce(_or, conditions, start)


def _is_same(left: Known, right: Known) -> bool:
    """Whether both are one value; two conditions that are open are not."""
    return left is right and left is not OPEN


def _at_most(left: Known, right: Known) -> Known:
    if _is_same(left, right):
        return True
    first, second = range_of(left), range_of(right)
    return True if first.high <= second.low else False if first.low > second.high else OPEN


def _equal(left: Known, right: Known) -> Known:
    if _is_same(left, right):
        return True
    if isinstance(left, str) or isinstance(right, str):
        return left == right
    return _and(_at_most(left, right), _at_most(right, left))


def _if(condition: Known, then: Known, otherwise: Known) -> Known:
    known = _truth(condition)
    return _one_of(then, otherwise) if known is OPEN else then if known else otherwise


def _one_of(first: Known, second: Known) -> Known:
    """What is known of a value that is one of two."""
    if isinstance(first, Form) or isinstance(second, Form):
        return merged(_number(first), _number(second))
    if first is second or first == second:
        return first
    if isinstance(first, str) or isinstance(second, str):
        raise VerificationError("boxes are of numbers and booleans, found tokens")
    return OPEN


def _power(base: Known, exponent: Known) -> Known:
    given = range_of(exponent)
    if not given.is_point or not isinstance(given.low, int) or abs(given.low) > _LARGEST_EXPONENT:
        return anything()
    return power(_number(base), given.low)


def _indicated(condition: Known) -> Form:
    return _number(_truth(condition))


def _lifted(function: Callable[..., Form]) -> Callable[..., Known]:
    return lambda *operands: function(*map(_number, operands))


_OPERATORS: Mapping[str, Callable[..., Known]] = {
    "+": _lifted(lambda left, right: left + right),
    "-": _lifted(lambda left, right: left - right),
    "*": _lifted(lambda left, right: left * right),
    "/": _lifted(lambda left, right: left / right),
    "%": _lifted(modulo),
    "^": _power,
    "min": _lifted(smaller),
    "max": _lifted(larger),
    "==": _equal,
    "!=": lambda left, right: _not(_equal(left, right)),
    "<=": _at_most,
    ">=": lambda left, right: _at_most(right, left),
    "<": lambda left, right: _not(_at_most(right, left)),
    ">": lambda left, right: _not(_at_most(left, right)),
    "and": _and,
    "or": _or,
    "not": _not,
    "negate": _lifted(lambda operand: -operand),
    "round": _lifted(rounded),
    "abs": _lifted(absolute),
    "indicator": _indicated,
    "if": _if,
}


def _sum(values: Iterable[Known]) -> Known:
    return reduce(lambda left, right: _number(left) + _number(right), values, constant(0))


def _aggregated(operator: str, position: int, pairs: Sequence[tuple[bool | Truth, Known]]) -> Known:
    """What some selected values come to; those that may be selected count as if either way."""
    match operator:
        case "sum":
            return _sum(_if(condition, value, constant(0)) for condition, value in pairs)
        case "any":
            return _any(_and(condition, value) for condition, value in pairs)
        case "all":
            return _all(_or(_not(condition), value) for condition, value in pairs)
    possible = [value for condition, value in pairs if condition is not False]
    if len(possible) == len([condition for condition, _ in pairs if condition is True]):
        return _of_selected(operator, position, pairs)
    # Whatever is selected, each of these answers lies between the smallest and the largest value.
    return Form(hull_of(map(range_of, possible))) if operator != "mean" or len(possible) > 1 else possible[0]


def _of_selected(operator: str, position: int, pairs: Sequence[tuple[bool | Truth, Known]]) -> Known:
    chosen = [(place, value) for place, (condition, value) in enumerate(pairs) if condition is True]
    values = [value for _, value in chosen]
    match operator:
        case "mean":
            total = _number(_sum(values))
            return values[0] if len(values) == 1 else total / Form(point(Fraction(len(values))), {})
        case "min" | "max":
            return reduce(_OPERATORS[operator], values)
        case "nearest_left":
            return min(chosen, key=lambda pair: (abs(pair[0] - position), pair[0]))[1]
        case "nearest_right":
            return min(chosen, key=lambda pair: (abs(pair[0] - position), -pair[0]))[1]
    return values[0 if operator == "first" else -1]


def _occurrences(value: Known, values: Sequence[Known]) -> Known:
    return _sum(_indicated(_equal(value, other)) for other in values)


_REDUCTIONS: Mapping[str, Callable[..., Known]] = {
    "sum": _sum,
    "min": lambda values: reduce(_OPERATORS["min"], values),
    "max": lambda values: reduce(_OPERATORS["max"], values),
    "count": lambda values: _sum(map(_indicated, values)),
    "any": _any,
    "all": _all,
    "sorted": lambda values: _all(_at_most(*pair) for pair in pairwise(values)),
    "distinct": lambda values: _all(_not(_equal(*pair)) for pair in combinations(values, 2)),
    "permutation": lambda left, right: _all(
        _equal(_occurrences(value, left), _occurrences(value, right)) for value in left
    ),
}
