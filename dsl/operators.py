"""The elementwise operators: one table of names, result types and exact meanings.

Values are exact: `bool`, `int`, `Fraction` and `str`. A whole `Fraction` is always an `int`, so equal numbers are
equal values. The interpreter, the compiler's tables and constant folding all read this table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .types import Bool, Element, Int, Real, Token, Unknown, Value, hull, in_digits

__all__ = ["COMPARISONS", "OPERATORS", "Operator", "compare", "exact", "is_printable", "result_of"]

Number = int | Fraction

_MOST_BITS = 14_000
_MOST_CHARACTERS = 10_000
_LARGEST_EXPONENT = 4096
_CONDITIONAL = ("and", "or", "not", "indicator")


def exact(value: Number) -> Number:
    """A whole fraction as an int, any other number as it is."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


@dataclass(frozen=True, slots=True)
class Operator:
    """An elementwise operator.

    `result` gives the element type of the answer, or None where the operand types are not allowed; `expects` says
    in words what is. `apply` computes the answer from exact values; it may raise ZeroDivisionError or TypeError.
    """

    name: str
    arity: int
    expects: str
    result: Callable[..., Element | None]
    apply: Callable[..., Value]


def result_of(operator: str, operands: Sequence[Element]) -> Element | None:
    """The type of an operator's answer on operands of these types; None where it has none.

    As in the original RASP a boolean counts as a number where one is expected, any value as a condition, and a number
    that happens to be whole as an exponent and as how often a token is repeated. The strict dialect refuses such
    operands before it comes to this.
    """
    if operator in ("==", "!="):
        return Bool()
    rule = OPERATORS[operator].result
    loosened = [_loosened(operator, i, operand) for i, operand in enumerate(operands)]
    found = rule(*operands) or rule(*loosened)
    return found or (rule(*map(_if_whole, loosened)) if operator in ("^", "*") else None)


def _loosened(operator: str, place: int, operand: Element) -> Element:
    if operator in _CONDITIONAL or (operator == "if" and place == 0):
        return Bool()
    return Int(0, 1) if isinstance(operand, Bool) and operator not in ("==", "!=", "if") else operand


def _if_whole(operand: Element) -> Element:
    """What an operand is if its values are whole; a single fraction never is."""
    is_fraction = isinstance(operand, Real) and operand.low is not None and operand.low == operand.high
    return Int() if isinstance(operand, Real | Unknown) and not is_fraction else operand


def is_printable(value: Number) -> bool:
    """Whether the number is small enough to compute with: Python prints no more than 4300 digits."""
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= _MOST_BITS


def _numbers(*operands: Element) -> bool:
    return all(isinstance(operand, Int | Real | Unknown) for operand in operands)


def _bounds(operand: Element) -> tuple[Any, Any]:
    return (operand.low, operand.high) if isinstance(operand, Int | Real) else (None, None)


def _ranged(low: Any, high: Any, *operands: Element) -> Element:
    if any(isinstance(operand, Unknown) for operand in operands):
        return Unknown()
    low, high = (None if bound is None or not is_printable(bound) else bound for bound in (low, high))
    whole = all(isinstance(operand, Int) for operand in operands)
    return Int(low, high) if whole else Real(low, high)


def _add(left: Element, right: Element) -> Element | None:
    if not _numbers(left, right):
        both_text = all(isinstance(operand, Token | Unknown) for operand in (left, right))
        return Token() if both_text else None
    (a, b), (c, d) = _bounds(left), _bounds(right)
    return _ranged(None if a is None or c is None else a + c, None if b is None or d is None else b + d, left, right)


def _negate(operand: Element) -> Element | None:
    low, high = _bounds(operand)
    flipped = (None if high is None else -high, None if low is None else -low)
    return _ranged(*flipped, operand) if _numbers(operand) else None


def _subtract(left: Element, right: Element) -> Element | None:
    negated = _negate(right)
    return _add(left, negated) if negated is not None and _numbers(left, right) else None


def _multiply(left: Element, right: Element) -> Element | None:
    if {type(left), type(right)} == {Token, Int}:
        return Token()
    if not _numbers(left, right):
        return None
    corners = [None if x is None or y is None else x * y for x in _bounds(left) for y in _bounds(right)]
    known = [corner for corner in corners if corner is not None]
    if len(known) == 4:
        return _ranged(min(known), max(known), left, right)
    positive = all(_bounds(operand)[0] is not None and _bounds(operand)[0] >= 0 for operand in (left, right))
    return _ranged(0 if positive else None, None, left, right)


def _divide(left: Element, right: Element) -> Element | None:
    if not _numbers(left, right):
        return None
    low, high = _bounds(right)
    if isinstance(right, Int) and low is not None and low == high and low > 0:
        a, b = _bounds(left)
        first, last = (None if bound is None else exact(Fraction(bound) / low) for bound in (a, b))
        return _ranged(first, last, Real())
    return Real()


def _modulo(left: Element, right: Element) -> Element | None:
    if not _numbers(left, right):
        return None
    _, high = _bounds(right)
    whole = isinstance(left, Int) and isinstance(right, Int)
    if whole and high is not None and (_bounds(right)[0] or 0) > 0:
        return Int(0, high - 1)
    return _ranged(None, None, left, right)


def _power(left: Element, right: Element) -> Element | None:
    if not _numbers(left, right) or isinstance(right, Real):
        return None
    natural = isinstance(right, Int) and right.low is not None and right.low >= 0
    if not (isinstance(left, Int) and natural and isinstance(right, Int)):
        return Unknown() if isinstance(left, Unknown) or isinstance(right, Unknown) else Real()
    if left.low is not None and left.low >= 0:
        return Int(0, _largest_power(left.high, right.high))
    return Int()


def _largest_power(base: int | None, exponent: int | None) -> int | None:
    if base is None or exponent is None or base.bit_length() * exponent > _MOST_BITS:
        return None
    return int(max(1, base**exponent))


def _comparison(ordered: bool) -> Callable[[Element, Element], Element | None]:
    def result(left: Element, right: Element) -> Element | None:
        both_bool = isinstance(left, Bool) and isinstance(right, Bool)
        return Bool() if hull([left, right]) is not None and not (ordered and both_bool) else None

    return result


def _logical(*operands: Element) -> Element | None:
    return Bool() if all(isinstance(operand, Bool | Unknown) for operand in operands) else None


def _choose(condition: Element, then: Element, otherwise: Element) -> Element | None:
    return hull([then, otherwise]) if isinstance(condition, Bool | Unknown) else None


def _minimum(left: Element, right: Element) -> Element | None:
    if not _numbers(left, right):
        return None
    (a, b), (c, d) = _bounds(left), _bounds(right)
    return _ranged(
        None if a is None or c is None else min(a, c),
        min((x for x in (b, d) if x is not None), default=None),
        left,
        right,
    )


def _maximum(left: Element, right: Element) -> Element | None:
    if not _numbers(left, right):
        return None
    (a, b), (c, d) = _bounds(left), _bounds(right)
    return _ranged(
        max((x for x in (a, c) if x is not None), default=None),
        None if b is None or d is None else max(b, d),
        left,
        right,
    )


def _indicated(operand: Element) -> Element | None:
    return Int(0, 1) if _logical(operand) else None


def _rounded(operand: Element) -> Element | None:
    low, high = _bounds(operand)
    whole = Int(None if low is None else round(low), None if high is None else round(high))
    return whole if _numbers(operand) else None


def _magnitude(operand: Element) -> Element | None:
    low, high = _bounds(operand)
    reach = None if low is None or high is None else max(abs(low), abs(high))
    return _ranged(0, reach, operand) if _numbers(operand) else None


def _apply_add(left: Any, right: Any) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > _MOST_CHARACTERS:
            raise TypeError(f"the token has more than {_MOST_CHARACTERS} characters")
        return left + right
    return _bounded(exact(_number(left) + _number(right)))


def _apply_multiply(left: Any, right: Any) -> Value:
    for text, times in ((left, right), (right, left)):
        if isinstance(text, str) and isinstance(times, int):
            if len(text) * times > _MOST_CHARACTERS:
                raise TypeError(f"the token has more than {_MOST_CHARACTERS} characters")
            return text * times if text and times > 0 else ""
    return _bounded(exact(_number(left) * _number(right)))


def _bounded(value: Number) -> Number:
    if not is_printable(value):
        raise TypeError("the number has more than 4000 digits")
    return value


def _number(value: Value) -> Number:
    if isinstance(value, str):
        raise TypeError(f"the token {value!r} is not a number")
    return int(value) if isinstance(value, bool) else value


def _quoted(value: Value) -> str:
    return in_digits(value) if isinstance(value, Fraction) else repr(value)


def _apply_negate(operand: Value) -> Number:
    return exact(-_number(operand))


def _apply_round(operand: Value) -> int:
    return round(_number(operand))


def _apply_abs(operand: Value) -> Number:
    value = _number(operand)
    return -value if value < 0 else value


def _apply_power(base: Any, exponent: Any) -> Number:
    if not isinstance(exponent, int):
        raise TypeError(f"the exponent {exponent} is not a whole number")
    number = Fraction(_number(base))
    if abs(exponent) > _LARGEST_EXPONENT:
        raise TypeError(f"the exponent is larger than {_LARGEST_EXPONENT}")
    # The power of a number within bounds has at most this many bits for each of them.
    widest = max(number.numerator.bit_length(), number.denominator.bit_length())
    if widest > 1 and (widest - 1) * abs(exponent) > _MOST_BITS:
        raise TypeError("the number has more than 4000 digits")
    return _bounded(exact(number**exponent))


def _apply_not(operand: Value) -> bool:
    return not operand


def _apply_if(condition: Any, then: Value, otherwise: Value) -> Value:
    return then if condition else otherwise


def _arithmetic(function: Callable[[Any, Any], Number]) -> Callable[[Any, Any], Number]:
    return lambda left, right: _bounded(exact(function(_number(left), _number(right))))


def _ordered(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(left: Value, right: Value) -> bool:
        if isinstance(left, str) is not isinstance(right, str):
            raise TypeError(f"{_quoted(left)} and {_quoted(right)} have no order")
        return function(left, right)

    return apply


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
}


def compare(symbol: str, left: Value, right: Value) -> bool:
    """Compare two exact values, for example of a key and a query; TypeError where they have no order."""
    return COMPARISONS[symbol](left, right)


_NUMERIC = "two numbers"
_TABLE = (
    Operator("+", 2, "two numbers or two tokens", _add, _apply_add),
    Operator("-", 2, _NUMERIC, _subtract, _arithmetic(lambda left, right: left - right)),
    Operator("*", 2, _NUMERIC, _multiply, _apply_multiply),
    Operator("/", 2, _NUMERIC, _divide, _arithmetic(lambda left, right: Fraction(left) / Fraction(right))),
    Operator("%", 2, _NUMERIC, _modulo, _arithmetic(lambda left, right: left % right)),
    Operator("^", 2, "a number and a whole exponent", _power, _apply_power),
    Operator("min", 2, _NUMERIC, _minimum, _arithmetic(min)),
    Operator("max", 2, _NUMERIC, _maximum, _arithmetic(max)),
    *(
        Operator(symbol, 2, "two values of one kind", _comparison(symbol not in ("==", "!=")), apply)
        for symbol, apply in COMPARISONS.items()
    ),
    Operator("and", 2, "two booleans", _logical, lambda left, right: bool(left and right)),
    Operator("or", 2, "two booleans", _logical, lambda left, right: bool(left or right)),
    Operator("not", 1, "a boolean", _logical, _apply_not),
    Operator("negate", 1, "a number", _negate, _apply_negate),
    Operator("round", 1, "a number", _rounded, _apply_round),
    Operator("abs", 1, "a number", _magnitude, _apply_abs),
    Operator("indicator", 1, "a boolean", _indicated, lambda operand: 1 if operand else 0),
    Operator("if", 3, "a boolean and two values of one kind", _choose, _apply_if),
)
OPERATORS: dict[str, Operator] = {operator.name: operator for operator in _TABLE}
