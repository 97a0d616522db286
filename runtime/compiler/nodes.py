"""Nodes that only the compiler adds to the graph, and what every node does with exact values at one position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...dsl.graph import Ascribe, CellCall, Elementwise, Fold, Input, Lookup, Quantified, SOp
from ...dsl.operators import OPERATORS
from ...dsl.types import Bool, Int, Real, Seq, Type, Unknown, Value, contains, element_of
from ...errors import RuntimeFault
from ..evaluate import evaluate
from ..exact import looked_up
from ..reference import Exact, call_by_contract

__all__ = [
    "ABSENT",
    "FAULTS",
    "START",
    "STOP",
    "UNDEFINED",
    "Added",
    "Attempted",
    "Ceiling",
    "Decided",
    "Floor",
    "FoldStep",
    "IsToken",
    "Joint",
    "Opaque",
    "Sign",
    "Undefined",
    "apply",
    "fault_text",
]

ABSENT = "\0absent"
"""The item of a fold beyond the end of the sequence; no program can write this token."""

UNDEFINED = "\0undefined"
"""The value, within the body of a quantifier, of what has none; no program can write this token."""

START, STOP = Input((), "range.start"), Input((), "range.stop")
"""The bounds of the quantifier that a `Decided` node answers for."""

FAULTS = (ZeroDivisionError, TypeError, ValueError, RuntimeFault)
"""What applying a node to values on which it is not defined raises."""


@dataclass(frozen=True, eq=False)
class Added(SOp):
    """The sum of the selected numbers; arguments are their mean, 0 where there are none, and how many they are."""

    def _infer(self) -> Type:
        return Seq(Real())


@dataclass(frozen=True, eq=False)
class FoldStep(SOp):
    """One step of a fold: arguments are the state and the items; absent items leave the state as it is."""

    fold: Fold = field(default=None)  # type: ignore[assignment]

    def _attributes(self) -> tuple[Any, ...]:
        return (self.fold.digest,)

    def _infer(self) -> Type:
        return Seq(element_of(self.fold.type))


@dataclass(frozen=True, eq=False)
class Decided(SOp):
    """The truth of a quantifier that reads no sequence; arguments are its bounds and, if it is read, the length.

    `quantified` is the quantifier over the inputs `START` and `STOP`.
    """

    quantified: Quantified = field(default=None)  # type: ignore[assignment]

    def _attributes(self) -> tuple[Any, ...]:
        return (self.quantified.digest,)

    def _infer(self) -> Type:
        return Bool()


@dataclass(frozen=True, eq=False)
class Floor(SOp):
    """The largest whole number that is not above a number."""

    def _infer(self) -> Type:
        return Seq(Int())


@dataclass(frozen=True, eq=False)
class Ceiling(SOp):
    """The smallest whole number that is not below a number."""

    def _infer(self) -> Type:
        return Seq(Int())


@dataclass(frozen=True, eq=False)
class IsToken(SOp):
    """Whether the argument is a token, and no number."""

    def _infer(self) -> Type:
        return Seq(Bool())


@dataclass(frozen=True, eq=False)
class Joint(SOp):
    """The values of several s-ops, as one value."""

    def _infer(self) -> Type:
        return Seq(Unknown())


@dataclass(frozen=True, eq=False)
class Opaque(SOp):
    """The argument, which is encoded for itself: what reads it is tabulated over its values, not over its parts."""

    def _infer(self) -> Type:
        return self.arguments[0].type


@dataclass(frozen=True, eq=False)
class Sign(SOp):
    """The sign of a number: -1, 0 or 1."""

    def _infer(self) -> Type:
        return Seq(Int(-1, 1))


@dataclass(frozen=True, eq=False)
class Undefined(SOp):
    """Where a node has no value, because an operator is not defined on its operands; has the node's arguments."""

    node: SOp = field(default=None)  # type: ignore[assignment]

    def _attributes(self) -> tuple[Any, ...]:
        return (self.node.digest,)

    def _infer(self) -> Type:
        return Seq(Bool())


@dataclass(frozen=True, eq=False)
class Attempted(SOp):
    """The value of a part of a quantifier's body, `UNDEFINED` where it has none; has the part's arguments."""

    node: SOp = field(default=None)  # type: ignore[assignment]

    def _attributes(self) -> tuple[Any, ...]:
        return (self.node.digest,)

    def _infer(self) -> Type:
        return Seq(Unknown())


def apply(node: SOp, operands: Sequence[Value]) -> Value:
    """The value of an elementwise node at one position; raises one of `FAULTS` where it is not defined."""
    match node:
        case Elementwise(operator=operator):
            return OPERATORS[operator].apply(*operands)
        case CellCall():
            return call_by_contract(node, operands)
        case Lookup():
            return looked_up(node, operands)
        case IsToken():
            return isinstance(operands[0], str)
        case Ascribe(declared=declared):
            return _ascribed(declared, operands[0])
        case FoldStep(fold=fold):
            return _stepped(fold, *operands)
        case Decided(quantified=quantified):
            return _decided(quantified, *operands)
        case Joint():
            return tuple(operands)  # type: ignore[return-value]
        case Attempted(node=inner):
            return _attempted(inner, operands)
        case Undefined(node=inner):
            try:
                apply(inner, operands)
            except FAULTS:
                return True
            return False
    raise AssertionError(f"not an elementwise node: {type(node).__name__}")


def fault_text(fault: Exception) -> str:
    """Why a node is not defined, in the words of the interpreter."""
    return "division by zero" if isinstance(fault, ZeroDivisionError) else str(fault)


def _ascribed(declared: Type, value: Value) -> Value:
    wanted = element_of(declared)
    # Encodings do not tell True from 1 nor False from 0, and no more does Python's equality.
    alike = (value, bool(value), int(value)) if not isinstance(value, str) and value in (0, 1) else (value,)
    if not any(contains(wanted, candidate) for candidate in alike):
        raise TypeError(f"{value!r} is not a value of {wanted}")
    return value


def _stepped(fold: Fold, state: Value, *items: Value) -> Value:
    if ABSENT in items:
        return state
    inputs = {parameter.key: value for parameter, value in zip(fold.parameters, (state, *items), strict=True)}
    value: Value = evaluate([fold.step], Exact(None, call_by_contract), 0, inputs)[fold.step]
    return value


def _decided(quantified: Quantified, start: Value, stop: Value, length: Value = 0) -> Value:
    inputs = {START.key: start, STOP.key: stop}
    truth: Value = evaluate([quantified], Exact(None, call_by_contract), int(length), inputs)[quantified]
    return truth


def _attempted(node: SOp, operands: Sequence[Value]) -> Value:
    operator = node.operator if isinstance(node, Elementwise) else ""
    if operator in ("and", "or", "if") and operands[0] != UNDEFINED:
        # Of these only the operands that the first one leaves open are evaluated.
        first = bool(operands[0])
        if operator == "if":
            return operands[1 if first else 2]
        if first is (operator == "or"):
            return first
    if UNDEFINED in operands:
        return UNDEFINED
    try:
        return apply(node, operands)
    except FAULTS:
        return UNDEFINED
