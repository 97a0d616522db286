"""What every call checks of its operands, whether it is an operator, a builtin or a function of the program.

Every method returns None where a fault was noted, and None in gives None out in silence: one mistake is reported once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Self

from ...errors import Span
from ..graph import Constant, Elementwise, SOp
from ..operators import OPERATORS, result_of
from ..syntax import tree
from ..types import Bool, Element, Int, Real, Selector, Token, Value, element_of
from .environment import (
    Callable,
    CellName,
    Composed,
    Environment,
    FunctionName,
    Listed,
    Meaning,
    Table,
    in_words,
    kind_of,
)
from .record import Record

__all__ = ["Operands", "atom", "in_words"]


_KINDS_HINT = 'a token is quoted, a number is not: tokens_str == "3", tokens_int == 3'


_FORMS = {
    "select": "the comparison stands last: select(keys, queries, ==)",
    "map": "several sequences stand side by side: map(f, zip(xs, ys))",
    "fold": "the start stands last: fold(f, xs, 0)",
    "scan": "the start stands last: scan(f, xs, 0)",
}


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
        return self.as_node(self.value(expression), expression)

    def as_node(self, meaning: Meaning | None, expression: tree.Expr) -> SOp | None:
        """What an expression means, which must be a node."""
        if meaning is None or isinstance(meaning, SOp):
            return meaning
        self.not_an_sop(meaning, expression)
        return None

    def not_an_sop(self, meaning: Meaning, expression: tree.Expr) -> None:
        """Note that something stands where an s-op is expected."""
        if isinstance(meaning, Listed | Table):
            in_rasp = "a list stands behind 'in', which is read last: (x in [1, 2])"
            in_list = "write `x in [1, 2]`" if self.is_strict else in_rasp
            hint = in_list if isinstance(meaning, Listed) else "read one entry: table[key]"
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
        rule, symbol = OPERATORS[operator], span.text[:1] if operator == "negate" else operator
        if any(isinstance(operand.type, Selector) for operand in built):
            hint = "use selector_width or aggregate to make an s-op of it"
            self.record.fault(f"{symbol!r} expects {rule.expects}, found a selector", span, hint)
            return None
        elements = [element_of(operand.type) for operand in built]
        if not self._allows(operator, elements):
            found = " and ".join(map(in_words, built))
            self.record.fault(f"{symbol!r} expects {rule.expects}, found {found}", span, _mend(operator, elements))
            return None
        self._warn_of_kinds(operator, built, span)
        if all(isinstance(operand, Constant) for operand in built):
            return self._computed(operator, built, span)
        return Elementwise(tuple(built), operator)

    def _warn_of_kinds(self, operator: str, operands: Sequence[SOp], span: Span) -> None:
        """Note, in the original RASP, a token that is compared with a number."""
        kinds = [element_of(operand.type) for operand in operands]
        is_mixed = {Token} < {type(kind) for kind in kinds} <= {Token, Int, Real}
        if operator in ("==", "!=") and is_mixed and not span.source.name.startswith("stdcell/"):
            found = " and ".join(map(in_words, operands))
            self.record.warn(f"{operator!r} compares two kinds, which are never equal: {found}", span, _KINDS_HINT)

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
        hint = _FORMS.get(call.name) if call.name not in self.environment.known() else None
        expected = f"{number} argument{'' if most == 1 and not n_optional else 's'}{told}"
        self.record.fault(f"{call.name!r} takes {expected}, found {len(call.arguments)}", call.span, hint)

    def argument(self, argument: tree.Argument, name: str) -> SOp | None:
        """One argument, which must be an s-op or a selector."""
        expression = self.expression(argument, f"an s-op for the {name}")
        return None if expression is None else self.node(expression)

    def expression(self, argument: tree.Argument, expected: str) -> tree.Expr | None:
        """One argument, which must be an expression."""
        if isinstance(argument, tree.Comparator):
            hint = "a comparison stands only as the last argument of select: select(keys, queries, ==)"
            self.record.fault(f"expected {expected}, found {argument.symbol!r}", argument.span, hint)
            return None
        return argument.value if isinstance(argument, tree.Named) else argument

    def sequence(self, argument: tree.Argument, role: str) -> SOp | None:
        """One argument, which must be an s-op."""
        node = self.argument(argument, role)
        if node is not None and isinstance(node.type, Selector):
            self.record.fault(f"expected an s-op for the {role}, found a selector", argument.span)
            return None
        return node

    def selector(self, argument: tree.Argument, *, other: tree.Argument | None = None) -> SOp | None:
        """One argument, which must be a selector; `other` is the one that may have changed places with it."""
        expression = self.expression(argument, "a selector")
        node = None if expression is None else self.node(expression)
        if node is not None and not isinstance(node.type, Selector):
            name = f"the s-op {argument.name!r}" if isinstance(argument, tree.Name) else in_words(node)
            hint = "make one: select(keys, queries, ==)"
            beside = self.argument(other, "values") if other is not None else None
            if beside is not None and isinstance(beside.type, Selector) and other is not None:
                hint = f"the selector stands first: aggregate({other.span.text}, {argument.span.text})"
            self.record.fault(f"expected a selector, found {name}", argument.span, hint)
            return None
        return node


def _mend(operator: str, elements: Sequence[Element]) -> str | None:
    if operator in ("and", "or", "not"):
        return "compare it, as in x > 0"
    is_token = any(isinstance(element, Token) for element in elements)
    if is_token and any(isinstance(element, Int | Real) for element in elements):
        return _KINDS_HINT
    is_bool = any(isinstance(element, Bool) for element in elements)
    is_number = any(isinstance(element, Int | Real) for element in elements)
    return "indicator(condition) makes a number of a boolean" if is_bool and is_number else None


def atom(meaning: Meaning | None) -> Value | None:
    """The value of a constant; None of anything else."""
    return meaning.value if isinstance(meaning, Constant) else None
