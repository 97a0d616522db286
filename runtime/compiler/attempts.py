"""S-ops that may have no value at a position and say so, instead of faulting: operators over them.

Such an s-op takes the value `UNDEFINED` where the program's part has none. Operators pass it on; `and`, `or` and `if`
only where they would evaluate the operand that has it, from the left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...dsl.graph import Constant, Elementwise, SOp
from ...dsl.operators import COMPARISONS
from ...dsl.types import Value
from .facts import Facts, Knowledge
from .nodes import UNDEFINED, Attempted, Opaque, Undefined

__all__ = ["FALSE", "TRUE", "Attempts"]

TRUE, FALSE = Constant((), True), Constant((), False)
_OF_ALL_VALUES = {"and", "or", "not", "if", "indicator", "==", "!="}
_OF_ALL_NUMBERS = {"+", "-", "*", "negate", "min", "max", "abs", "round", *COMPARISONS}


class Attempts:
    """Makes such s-ops; `make` makes a node known, and returns what stands for it."""

    def __init__(self, known: Knowledge, make: Callable[[SOp], SOp]) -> None:
        self._known = known
        self.make = make

    def facts(self, node: SOp) -> Facts:
        """What is known of an s-op that was made."""
        return self._known.facts[node]

    def may_be_undefined(self, node: SOp) -> bool:
        """Whether there may be positions at which an s-op has no value."""
        return UNDEFINED in (self.facts(node).domain.values or ())

    def is_always(self, node: SOp, value: Value) -> bool:
        """Whether an s-op is proved to have this value at all positions."""
        return self.facts(node).domain.values == (value,)

    def applied(self, operator: str, *operands: SOp | Value) -> SOp:
        """An operator of the table; undefined where the operands that it evaluates are, or it is not defined."""
        arguments = (part if isinstance(part, SOp) else Constant((), part) for part in operands)
        return self.of(Elementwise(tuple(map(self.make, arguments)), operator))

    def of(self, node: SOp) -> SOp:
        """An elementwise node over s-ops that were made; undefined where one of them is, or the node itself."""
        return self.make(node if self._is_total(node) else Attempted(node.arguments, node))

    def fails(self, node: SOp) -> SOp:
        """Whether a node over s-ops that were made is not defined itself."""
        return self.make(FALSE if self._is_total(node) else Undefined(node.arguments, node))

    def equal(self, node: SOp, value: Value) -> SOp:
        """Whether an s-op has this value; never undefined."""
        return self.make(Elementwise((node, Constant((), value)), "=="))

    def is_truth(self, node: SOp, truth: bool) -> SOp:
        """Whether a condition is known to hold (or not to hold); never undefined."""
        return self.equal(self.applied("not", node), not truth)

    def joined(self, operator: str, cases: Sequence[SOp]) -> SOp:
        """The `and` or `or` of cases, from the left only as far as needed; every one is encoded for itself."""
        if not cases:
            return self.make(Constant((), operator == "and"))
        while len(cases) > 1:
            apart = [self.make(Opaque((case,))) for case in cases]
            pairs = [apart[place : place + 2] for place in range(0, len(apart), 2)]
            cases = [self.applied(operator, *pair) if len(pair) == 2 else pair[0] for pair in pairs]
        return cases[0]

    def any_of(self, conditions: Iterable[SOp]) -> SOp:
        """Whether one of some conditions holds, none of which is undefined."""
        found = self.make(FALSE)
        for condition in conditions:
            condition = self.make(condition)
            if not self.is_always(condition, False):
                found = self.applied("or", found, condition)
        return found

    def _is_total(self, node: SOp) -> bool:
        """Whether it is proved, by its operator, that a node is defined wherever it is."""
        operands = [self.facts(argument).domain for argument in node.arguments]
        if not isinstance(node, Elementwise) or any(map(self.may_be_undefined, node.arguments)):
            return False
        is_numeric = all(domain.is_numeric for domain in operands)
        if node.operator in ("/", "%"):
            return is_numeric and operands[1].values is not None and 0 not in operands[1].values
        return node.operator in _OF_ALL_VALUES or (is_numeric and node.operator in _OF_ALL_NUMBERS)
