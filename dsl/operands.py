"""What every call checks of its operands, whether it is an operator, a builtin or a function of the program.

Every method returns None where a fault was noted, and None in gives None out in silence: one mistake is reported once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Self

from ..errors import Span
from . import tree
from .environment import CellName, Environment, FunctionName, Meaning, Record
from .graph import Constant, Elementwise, SOp
from .operators import OPERATORS
from .types import Bool, Element, Int, Real, Selector, Unknown, element_of, in_digits

__all__ = ["Argument", "Operands", "in_words"]

Argument = tree.Expr | tree.Comparator


def in_words(node: SOp) -> str:
    """A node in the words of a message: a constant by its value, anything else by its type."""
    match node:
        case Constant(value=bool() as value):
            return str(value)
        case Constant(value=str() as value):
            return f"the token {value!r}"
        case Constant(value=int() | Fraction() as value):
            return f"the number {in_digits(value)}"
    return "a selector" if isinstance(node.type, Selector) else str(node.type)


class Operands(ABC):
    """Builds operands in one environment, noting faults, places and obligations in a record."""

    def __init__(self, environment: Environment, record: Record) -> None:
        self.environment = environment
        self.record = record

    @abstractmethod
    def node(self, expression: tree.Expr) -> SOp | None:
        """The node that an expression means."""

    def within(self, names: Mapping[str, Meaning]) -> Self:
        """The same, where more names are known."""
        return type(self)(self.environment.with_names(names), self.record)

    def elementwise(self, operator: str, operands: Sequence[SOp | None], span: Span) -> SOp | None:
        """An operator of the table on these operands."""
        built = [operand for operand in operands if operand is not None]
        if len(built) < len(operands):
            return None
        rule, symbol = OPERATORS[operator], "-" if operator == "negate" else operator
        if any(isinstance(operand.type, Selector) for operand in built):
            hint = "use selector_width or aggregate to make an s-op of it"
            self.record.fault(f"{symbol!r} expects {rule.expects}, found a selector", span, hint)
            return None
        elements = [self._loosened(operator, element_of(operand.type)) for operand in built]
        if rule.result(*elements) is None and not (self.environment.dialect == "rasp" and operator in ("==", "!=")):
            found = " and ".join(map(in_words, built))
            self.record.fault(f"{symbol!r} expects {rule.expects}, found {found}", span, _mend(operator, elements))
            return None
        return Elementwise(tuple(built), operator)

    def functions(self) -> set[str]:
        """The names that can be called."""
        named = self.environment.names.items()
        return {name for name, meaning in named if isinstance(meaning, FunctionName | CellName)} | self._builtins()

    @abstractmethod
    def is_known(self, name: str) -> bool:
        """Whether the name means anything here."""

    @abstractmethod
    def _builtins(self) -> set[str]:
        """The names of the functions that every program sees."""

    def arguments(self, call: tree.Call, names: Sequence[str]) -> list[SOp] | None:
        """One s-op for each parameter name; None if the number or the kind is wrong."""
        if len(call.arguments) != len(names):
            expected = f"{len(names)} argument{'' if len(names) == 1 else 's'} ({', '.join(names)})"
            self.record.fault(f"{call.function!r} takes {expected}, found {len(call.arguments)}", call.span)
            return None
        built = [self.argument(argument, name) for argument, name in zip(call.arguments, names, strict=True)]
        return None if None in built else [node for node in built if node is not None]

    def argument(self, argument: Argument, name: str) -> SOp | None:
        """One argument, which must be an s-op or a selector."""
        if isinstance(argument, tree.Comparator):
            self.record.fault(f"expected an s-op for the {name}, found {argument.symbol!r}", argument.span)
            return None
        return self.node(argument)

    def sequence(self, argument: Argument, role: str) -> SOp | None:
        """One argument, which must be an s-op."""
        node = self.argument(argument, role)
        if node is not None and isinstance(node.type, Selector):
            self.record.fault(f"expected an s-op for the {role}, found a selector", argument.span)
            return None
        return node

    def selector(self, argument: Argument) -> SOp | None:
        """One argument, which must be a selector."""
        if isinstance(argument, tree.Comparator):
            self.record.fault(f"expected a selector, found {argument.symbol!r}", argument.span)
            return None
        node = self.node(argument)
        if node is not None and not isinstance(node.type, Selector):
            name = f"the s-op {argument.name!r}" if isinstance(argument, tree.Name) else in_words(node)
            self.record.fault(
                f"expected a selector, found {name}", argument.span, "make one: select(keys, queries, ==)"
            )
            return None
        return node

    def wrong_count(self, call: tree.Call, expected: str) -> None:
        """Note a call with the wrong number of arguments."""
        self.record.fault(f"{call.function!r} takes {expected}, found {len(call.arguments)}", call.span)

    def _loosened(self, operator: str, element: Element) -> Element:
        """The original RASP counts booleans as numbers and numbers as conditions."""
        loose = isinstance(element, Bool) or operator in ("and", "or", "not", "if")
        return Unknown() if loose and self.environment.dialect == "rasp" else element


def _mend(operator: str, elements: Sequence[Element]) -> str | None:
    if operator in ("and", "or", "not"):
        return "compare it, as in x > 0"
    is_bool = any(isinstance(element, Bool) for element in elements)
    is_number = any(isinstance(element, Int | Real) for element in elements)
    return "indicator(condition) makes a number of a boolean" if is_bool and is_number else None
