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
from .environment import Callable, CellName, Composed, Environment, FunctionName, Listed, Meaning, Table, kind_of
from .graph import Constant, Elementwise, SOp
from .operators import OPERATORS, result_of
from .record import Record
from .types import Bool, Element, Int, Real, Selector, Value, element_of, in_digits

__all__ = ["Operands", "atom", "in_words"]


def in_words(meaning: Meaning) -> str:
    """A meaning in the words of a message: a constant by its value, another s-op by its type, the rest by its kind."""
    match meaning:
        case Constant(value=bool() as value):
            return str(value)
        case Constant(value=str() as value):
            return f"the token {value!r}"
        case Constant(value=int() | Fraction() as value):
            return f"the number {in_digits(value)}"
        case SOp():
            return "a selector" if isinstance(meaning.type, Selector) else str(meaning.type)
    return kind_of(meaning)


class Operands(ABC):
    """Builds operands in one environment, noting faults, places and obligations in a record."""

    def __init__(self, environment: Environment, record: Record) -> None:
        self.environment = environment
        self.record = record

    @abstractmethod
    def value(self, expression: tree.Expr) -> Meaning | None:
        """What an expression means."""

    @abstractmethod
    def apply(
        self, function: Callable, arguments: Sequence[Meaning], call: tree.Call, *, lifted: bool = False
    ) -> Meaning | None:
        """A function, cell or table applied to what its arguments mean; `call` is where that is written.

        `lifted` applies what is declared for elements to each element of sequences.
        """

    @abstractmethod
    def is_known(self, name: str) -> bool:
        """Whether the name means anything here."""

    @abstractmethod
    def functions(self) -> set[str]:
        """The names that can be called."""

    @property
    def is_strict(self) -> bool:
        """Whether the text is of the strict dialect."""
        return self.environment.is_strict

    def within(self, names: Mapping[str, Meaning | None]) -> Self:
        """The same, where more names are known."""
        return type(self)(self.environment.inner(names), self.record)

    def node(self, expression: tree.Expr) -> SOp | None:
        """The node that an expression means."""
        meaning = self.value(expression)
        if meaning is None or isinstance(meaning, SOp):
            return meaning
        self.not_an_sop(meaning, expression)
        return None

    def not_an_sop(self, meaning: Meaning, expression: tree.Expr) -> None:
        """Note that something stands where an s-op is expected."""
        if isinstance(meaning, Listed | Table):
            hint = "write `x in [1, 2]`" if isinstance(meaning, Listed) else "read one entry: table[key]"
            where = "a list stands only after 'in'" if self.is_strict and isinstance(meaning, Listed) else None
            self.record.fault(where or f"expected an s-op, found {kind_of(meaning)}", expression.span, hint)
        elif isinstance(meaning, FunctionName | CellName):
            name = expression.span.text
            self.record.fault(
                f"{name!r} is a function, found where an s-op is expected", expression.span, f"call it: {name}(…)"
            )
        else:
            hint = "fold, scan and map read them" if not isinstance(meaning, Composed) else "apply it: xs >> …"
            self.record.fault(f"expected an s-op, found {kind_of(meaning)}", expression.span, hint)

    def elementwise(self, operator: str, operands: Sequence[SOp | None], span: Span) -> SOp | None:
        """An operator of the table on these operands; of constants alone, its value."""
        built = [operand for operand in operands if operand is not None]
        if len(built) < len(operands):
            return None
        rule, symbol = OPERATORS[operator], "-" if operator == "negate" else operator
        if any(isinstance(operand.type, Selector) for operand in built):
            hint = "use selector_width or aggregate to make an s-op of it"
            self.record.fault(f"{symbol!r} expects {rule.expects}, found a selector", span, hint)
            return None
        elements = [element_of(operand.type) for operand in built]
        if not self._allows(operator, elements):
            found = " and ".join(map(in_words, built))
            self.record.fault(f"{symbol!r} expects {rule.expects}, found {found}", span, _mend(operator, elements))
            return None
        if all(isinstance(operand, Constant) for operand in built):
            return self._computed(operator, built, span)
        return Elementwise(tuple(built), operator)

    def _allows(self, operator: str, elements: Sequence[Element]) -> bool:
        """Whether the dialect has the operator on these types; the original RASP compares and chooses between any."""
        if self.is_strict:
            return OPERATORS[operator].result(*elements) is not None
        return operator in ("==", "!=", "if") or result_of(operator, elements) is not None

    def _computed(self, operator: str, operands: Sequence[SOp], span: Span) -> SOp | None:
        values = [operand.value for operand in operands if isinstance(operand, Constant)]
        try:
            return Constant((), OPERATORS[operator].apply(*values))
        except ZeroDivisionError:
            self.record.fault("division by zero", span)
        except TypeError as error:
            self.record.fault(str(error), span)
        return None

    def arguments(self, call: tree.Call, names: Sequence[str]) -> list[SOp] | None:
        """One s-op for each parameter name; None if the number or the kind is wrong."""
        written = self.in_order(call, names)
        if written is None:
            return None
        built = [self.argument(argument, name) for argument, name in zip(written, names, strict=True)]
        return None if None in built else [node for node in built if node is not None]

    def in_order(self, call: tree.Call, names: Sequence[str], n_optional: int = 0) -> list[tree.Argument] | None:
        """The arguments in the order of the parameters, named ones put in their places.

        The last `n_optional` parameters may be left out, from the end.
        """
        slots = self.slots(call, names)
        if slots is None:
            return None
        while slots and slots[-1] is None and len(slots) > len(names) - n_optional:
            slots.pop()
        missing = [name for name, slot in zip(names, slots, strict=False) if slot is None]
        if missing:
            self.wrong_count(call, names, n_optional)
            return None
        return [slot for slot in slots if slot is not None]

    def slots(self, call: tree.Call, names: Sequence[str]) -> list[tree.Argument | None] | None:
        """The argument for each parameter, None for those that the call leaves out."""
        slots: list[tree.Argument | None] = [None] * len(names)
        for place, argument in enumerate(call.arguments):
            if isinstance(argument, tree.Named):
                if argument.name not in names:
                    hint = f"its parameters are {', '.join(names)}"
                    message = f"{call.name!r} has no parameter {argument.name!r}"
                    self.record.fault(message, argument.name_span, hint)
                    return None
                place = names.index(argument.name)
                if slots[place] is not None:
                    message = f"the argument {argument.name!r} is given twice"
                    self.record.fault(message, argument.span, "leave one of them out")
                    return None
                slots[place] = argument.value
                continue
            if place >= len(names) or slots[place] is not None:
                self.wrong_count(call, names)
                return None
            if any(isinstance(before, tree.Named) for before in call.arguments[:place]):
                self.record.fault("an argument without a name stands after a named one", argument.span, "name it too")
                return None
            slots[place] = argument
        return slots

    def wrong_count(self, call: tree.Call, names: Sequence[str], n_optional: int = 0) -> None:
        """Note a call with the wrong number of arguments."""
        least, most = len(names) - n_optional, len(names)
        number = f"{least} or {most}" if n_optional == 1 else f"{least} to {most}" if n_optional else str(most)
        told = f" ({', '.join(names)})" if names else ""
        expected = f"{number} argument{'' if most == 1 and not n_optional else 's'}{told}"
        self.record.fault(f"{call.name!r} takes {expected}, found {len(call.arguments)}", call.span)

    def argument(self, argument: tree.Argument, name: str) -> SOp | None:
        """One argument, which must be an s-op or a selector."""
        expression = self.expression(argument, f"an s-op for the {name}")
        return None if expression is None else self.node(expression)

    def expression(self, argument: tree.Argument, expected: str) -> tree.Expr | None:
        """One argument, which must be an expression."""
        if isinstance(argument, tree.Comparator):
            self.record.fault(f"expected {expected}, found {argument.symbol!r}", argument.span)
            return None
        return argument.value if isinstance(argument, tree.Named) else argument

    def sequence(self, argument: tree.Argument, role: str) -> SOp | None:
        """One argument, which must be an s-op."""
        node = self.argument(argument, role)
        if node is not None and isinstance(node.type, Selector):
            self.record.fault(f"expected an s-op for the {role}, found a selector", argument.span)
            return None
        return node

    def selector(self, argument: tree.Argument) -> SOp | None:
        """One argument, which must be a selector."""
        expression = self.expression(argument, "a selector")
        node = None if expression is None else self.node(expression)
        if node is not None and not isinstance(node.type, Selector):
            name = f"the s-op {argument.name!r}" if isinstance(argument, tree.Name) else in_words(node)
            self.record.fault(
                f"expected a selector, found {name}", argument.span, "make one: select(keys, queries, ==)"
            )
            return None
        return node


def _mend(operator: str, elements: Sequence[Element]) -> str | None:
    if operator in ("and", "or", "not"):
        return "compare it, as in x > 0"
    is_bool = any(isinstance(element, Bool) for element in elements)
    is_number = any(isinstance(element, Int | Real) for element in elements)
    return "indicator(condition) makes a number of a boolean" if is_bool and is_number else None


def atom(meaning: Meaning | None) -> Value | None:
    """The value of a constant; None of anything else."""
    return meaning.value if isinstance(meaning, Constant) else None
