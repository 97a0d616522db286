"""The expression of a formula, as SymPy writes it, over boxes of its variables.

The text is Python's: names, numbers, `+ - * / **`, and the functions of `FUNCTIONS`. It is read as a tree, never run.
Decimals are the numbers that they say. A value is carried as plain + π·turns, so that the cosine of 2πk(a + b − c)/p
is that of an exact number of turns.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ...dsl.operators import exact
from ...errors import VerificationError, did_you_mean
from .form import Form, absolute, constant, larger, power, smaller
from .interval import ONE, ZERO, Interval, point
from .transcendental import PI, atan_of, cos_turns, exp_of, log_of, sqrt_of, tanh_of

__all__ = ["FUNCTIONS", "Expression", "UndefinedValue"]


Number = int | Fraction
_LARGEST_EXPONENT = 4096


class UndefinedValue(Exception):
    """The expression may have no value somewhere on the box: a division by 0, a root or a logarithm out of range."""


@dataclass(frozen=True, slots=True)
class _Value:
    """plain + π·turns."""

    plain: Form
    turns: Form | None = None

    @property
    def form(self) -> Form:
        """The number that it is."""
        return self.plain if self.turns is None else self.plain + self.turns * Form(PI, {})


class Expression:
    """A formula's text, read.

    Attributes:
        names: its variables, in the order in which the text names them.
    """

    def __init__(self, text: str) -> None:
        """Read a text.

        Raises:
            VerificationError: if it is no expression of numbers, names and known functions.
        """
        self.text = text
        try:
            self._tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError) as error:
            raise VerificationError(f"the formula {text!r} does not read: {error}") from error
        for node in ast.walk(self._tree):
            _check(node, text)
        self._numbers = {
            id(node): _number(ast.get_source_segment(text.strip(), node) or "", text)
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Constant)
        }
        called = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        named = (node for node in ast.walk(self._tree) if isinstance(node, ast.Name) and id(node) not in called)
        in_order = sorted(named, key=lambda node: (node.lineno, node.col_offset))
        self.names = tuple(dict.fromkeys(node.id for node in in_order if node.id not in _CONSTANTS))
        self._parts = {ast.dump(part): part for part in _rational_parts(self._tree)}

    def over(self, variables: Mapping[str, Form]) -> Form:
        """What is known of its value over a box.

        Raises:
            UndefinedValue: if it may have none somewhere.
        """
        return self._value(self._tree, variables, {}).form

    def parts_at(self, variables: Mapping[str, Number]) -> tuple[Number, ...]:
        """At a point, the values of its largest rational parts, which are all that its value depends on.

        Raises:
            UndefinedValue: if a part has none.
        """
        return tuple(self._exact(part, variables) for part in self._parts.values())

    def from_parts(self, parts: tuple[Number, ...]) -> Interval:
        """Bounds of its value, from the values of those parts.

        Raises:
            UndefinedValue: as `over`.
        """
        known = {key: _Value(Form(point(part), {})) for key, part in zip(self._parts, parts, strict=True)}
        return self._value(self._tree, {}, known).form.range

    def _exact(self, node: ast.expr, variables: Mapping[str, Number]) -> Number:
        match node:
            case ast.Name(id=name):
                return variables[name]
            case ast.BinOp(left=left, right=right):
                divides = isinstance(node.op, ast.Div)
                first, second = self._exact(left, variables), self._exact(right, variables)
                if divides and second == 0:
                    raise UndefinedValue("a division by 0")
                return Fraction(first) / second if divides else _EXACT[type(node.op)](first, second)
            case ast.UnaryOp(operand=operand):
                value = self._exact(operand, variables)
                return -value if isinstance(node.op, ast.USub) else value
        return self._numbers[id(node)]

    def _value(self, node: ast.expr, variables: Mapping[str, Form], known: Mapping[str, _Value]) -> _Value:
        if known and (found := known.get(ast.dump(node))):
            return found
        match node:
            case ast.Constant():
                return _Value(Form(point(self._numbers[id(node)]), {}))
            case ast.Name(id=name):
                return _CONSTANTS[name] if name in _CONSTANTS else _Value(variables[name])
            case ast.UnaryOp(operand=operand):
                value = self._value(operand, variables, known)
                return _times(_Value(constant(-1)), value) if isinstance(node.op, ast.USub) else value
            case ast.BinOp(left=left, right=right):
                operands = (self._value(side, variables, known) for side in (left, right))
                return _BINARY[type(node.op)](*operands)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return FUNCTIONS[name](*(self._value(argument, variables, known) for argument in arguments))
        raise AssertionError(f"an unforeseen expression: {ast.dump(node)}")


def _check(node: ast.AST, text: str) -> None:
    match node:
        case ast.Constant(value=value) if not isinstance(value, int | float) or isinstance(value, bool):
            raise VerificationError(f"expected a number in the formula {text!r}, found {value!r}")
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            wanted = 2 if name in ("Min", "Max") else 1
            if len(arguments) != wanted:
                raise VerificationError(f"{name} takes {wanted} arguments, found {len(arguments)} in {text!r}")
        case ast.Call(func=called):
            name = ast.unparse(called)
            near = did_you_mean(name, FUNCTIONS) or f"known are {', '.join(FUNCTIONS)}"
            raise VerificationError(f"no function {name!r} has bounds; {near}")
        case ast.BinOp(op=op) if type(op) not in _BINARY:
            raise VerificationError(f"the formula {text!r} has an operator that has no bounds: {ast.unparse(node)}")
        case ast.BinOp() | ast.UnaryOp(op=ast.USub() | ast.UAdd()) | ast.Constant() | ast.Name():
            return
        case ast.operator() | ast.unaryop() | ast.expr_context():
            return
        case _:
            raise VerificationError(f"the formula {text!r} holds what is no number: {type(node).__name__}")


def _number(digits: str, text: str) -> int | Fraction:
    try:
        return exact(Fraction(digits))
    except ValueError:
        raise VerificationError(f"expected a decimal number in the formula {text!r}, found {digits!r}") from None


def _rational_parts(node: ast.expr) -> Iterator[ast.expr]:
    """The largest parts with variables and without functions, constants such as π, and powers."""
    inner = list(ast.walk(node))
    names = [part.id for part in inner if isinstance(part, ast.Name)]
    if not names:
        return
    plain = not any(isinstance(part, ast.Call | ast.Pow) for part in inner)
    if plain and not any(name in _CONSTANTS for name in names):
        yield node
        return
    arguments = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
    for child in arguments:
        if isinstance(child, ast.expr):
            yield from _rational_parts(child)


def _plus(left: _Value, right: _Value) -> _Value:
    turns = [value.turns for value in (left, right) if value.turns is not None]
    return _Value(left.plain + right.plain, turns[0] + turns[-1] if len(turns) == 2 else turns[0] if turns else None)


def _times(left: _Value, right: _Value) -> _Value:
    if left.turns is not None and right.turns is not None:
        return _Value(left.form * right.form)
    factor, value = (left.plain, right) if left.turns is None else (right.plain, left)
    return _Value(factor * value.plain, None if value.turns is None else factor * value.turns)


def _over(left: _Value, right: _Value) -> _Value:
    divisor = right.form
    if 0 in divisor.range:
        raise UndefinedValue("a division by 0")
    return _Value(left.plain / divisor, None if left.turns is None else left.turns / divisor)


def _to_the(base: _Value, exponent: _Value) -> _Value:
    number, given = base.form, exponent.form
    if given.range.is_point and isinstance(given.range.low, int):
        if given.range.low < 0 and 0 in number.range:
            raise UndefinedValue("a division by 0")
        if abs(given.range.low) > _LARGEST_EXPONENT:
            raise UndefinedValue(f"a power larger than {_LARGEST_EXPONENT}")
        return _Value(power(number, given.range.low))
    if given.range == point(Fraction(1, 2)):
        return _Value(_root(number))
    return _Value(_exponential(given * _logarithm(number)))


def _chained(value: Form, range_: Interval, derivative: Interval) -> Form:
    return Form(range_, value.scaled(derivative))


def _root(value: Form) -> Form:
    if value.range.low < 0:
        raise UndefinedValue("the root of a negative number")
    # At 0 the slope has no upper end; that the root rises with its argument holds there too.
    root = sqrt_of(value.range)
    return _chained(value, root, ONE / (point(2) * root))


def _exponential(value: Form) -> Form:
    range_ = exp_of(value.range)
    return _chained(value, range_, range_)


def _logarithm(value: Form) -> Form:
    if value.range.low <= 0:
        raise UndefinedValue("the logarithm of a number that is not positive")
    return _chained(value, log_of(value.range), ONE / value.range)


def _hyperbolic_tangent(value: Form) -> Form:
    range_ = tanh_of(value.range)
    return _chained(value, range_, ONE - range_**2)


def _arctangent(value: Form) -> Form:
    return _chained(value, atan_of(value.range), ONE / (ONE + value.range**2))


def _turned(angle: _Value) -> tuple[Interval, Form, Interval]:
    """An angle in half turns; and a value with the factor by which the angle grows with it."""
    if angle.turns is not None and angle.plain.range == ZERO:
        return angle.turns.range, angle.turns, PI
    return angle.form.range / PI, angle.form, ONE


def _cosine(angle: _Value) -> _Value:
    turns, value, factor = _turned(angle)
    return _Value(_chained(value, cos_turns(turns), -factor * _sine_range(turns)))


def _sine(angle: _Value) -> _Value:
    turns, value, factor = _turned(angle)
    return _Value(_chained(value, _sine_range(turns), factor * cos_turns(turns)))


def _sine_range(turns: Interval) -> Interval:
    return cos_turns(turns - point(Fraction(1, 2)))


def _of_form(function: Callable[..., Form]) -> Callable[..., _Value]:
    return lambda *values: _Value(function(*(value.form for value in values)))


_CONSTANTS: Mapping[str, _Value] = {
    "pi": _Value(Form(ZERO, {}), Form(ONE, {})),
    "E": _Value(Form(exp_of(ONE), {})),
}
_BINARY: Mapping[type[ast.operator], Callable[[_Value, _Value], _Value]] = {
    ast.Add: _plus,
    ast.Sub: lambda left, right: _plus(left, _times(_Value(constant(-1)), right)),
    ast.Mult: _times,
    ast.Div: _over,
    ast.Pow: _to_the,
}
_EXACT: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
FUNCTIONS: Mapping[str, Callable[..., _Value]] = {
    "sin": _sine,
    "cos": _cosine,
    "tan": lambda angle: _over(_sine(angle), _cosine(angle)),
    "exp": _of_form(_exponential),
    "log": _of_form(_logarithm),
    "sqrt": _of_form(_root),
    "tanh": _of_form(_hyperbolic_tangent),
    "atan": _of_form(_arctangent),
    "Abs": _of_form(absolute),
    "Min": _of_form(smaller),
    "Max": _of_form(larger),
}
"""What a formula may call."""
