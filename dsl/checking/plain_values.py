"""What the original RASP does with values that are no s-ops: lists, tables, functions and constants, as Python does.

Every one of them counts as true or false, is equal to another or not, and lists have an order. An s-op within a list
counts as equal to whatever stands in its place: there the comparison of the two is an s-op, and that counts as true.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ...errors import Source, Span
from ..graph import Constant, Elementwise, SOp
from ..operators import compare
from ..syntax import tree
from ..syntax.parser import parse_items
from ..types import Selector
from .environment import Environment, FunctionName, Listed, Meaning, Table, in_words, is_sop
from .operands import Operands
from .record import Record

__all__ = ["compared", "is_among", "is_collection", "truth", "width_function"]

_DEEPEST = 400
_IN_LIST = "'in' is read last: write (x in [1, 2])"
_WIDTH = Source("def selector_width(selector) { return selector_width(selector); }", "stdcell/rasp")


def is_collection(meaning: Meaning | None) -> bool:
    """Whether it is a list, a table or a function."""
    return isinstance(meaning, Listed | Table | FunctionName)


def truth(meaning: Meaning | None) -> bool | None:
    """Whether a value counts as true; None of an s-op, which does or does not at every position."""
    match meaning:
        case Constant(value=value):
            return bool(value)
        case Listed(items):
            return bool(items)
        case Table(entries):
            return bool(entries)
        case FunctionName():
            return True
    return None


def compared(operands: Operands, operator: str, left: Meaning, right: Meaning, span: Span) -> SOp | None:
    """`left operator right` where one of the two is a list, a table or a function."""
    sop = next((side for side in (left, right) if isinstance(side, SOp) and is_sop(side)), None)
    found = f"{in_words(left)} and {in_words(right)}"
    hint = _IN_LIST if any(isinstance(side, Listed) for side in (left, right)) else None
    if operator in ("==", "!=") and sop is not None:
        operands.record.warn(f"{operator!r} compares two kinds, which are never equal: {found}", span, hint)
        return Elementwise((sop, sop), "!=" if operator == "==" else "==")
    is_selector = any(isinstance(side, SOp) and isinstance(side.type, Selector) for side in (left, right))
    comparison = _Comparison(operands.record, span)
    try:
        if operator in ("==", "!=") and not is_selector:
            return Constant((), comparison.equal(left, right) is (operator == "=="))
        if isinstance(left, Listed) and isinstance(right, Listed):
            return Constant((), comparison.ordered(operator, left, right))
    except TypeError as error:
        operands.record.fault(str(error), span)
        return None
    operands.record.fault(f"{operator!r} expects two values of one kind, found {found}", span, hint)
    return None


def is_among(operands: Operands, value: Constant, container: Listed, span: Span) -> bool:
    """Whether a constant is equal to an element of a list."""
    comparison = _Comparison(operands.record, span)
    return any(comparison.equal(value, item) for item in container.items)


@cache
def width_function(library: Environment) -> FunctionName:
    """`selector_width` as a value, which RASP's library defines and this language has built in."""
    items, _ = parse_items(_WIDTH, "rasp")
    assert isinstance(items[0], tree.Definition), "a definition"
    return FunctionName(items[0], library, None)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One comparison of two lists, whose every pair is a step of the checker's."""

    record: Record
    span: Span

    def equal(self, left: Meaning | None, right: Meaning | None, depth: int = 0) -> bool:
        """Whether two values are equal, as far as they are not s-ops."""
        self.record.step(self.span)
        if depth == _DEEPEST:
            raise TypeError("the lists are nested too deeply to be compared")
        if left is right:
            return True
        match left, right:
            case Constant(value=one), Constant(value=other):
                return bool(one == other)
            case Listed(ones), Listed(others):
                pairs = zip(ones, others, strict=False)
                return len(ones) == len(others) and all(self.equal(*pair, depth + 1) for pair in pairs)
            case Table(ones), Table(others):
                return ones.keys() == others.keys() and all(self.equal(ones[k], others[k], depth + 1) for k in ones)
        if is_sop(left) or is_sop(right):
            return True
        return isinstance(left, SOp) and left == right

    def ordered(self, operator: str, left: Listed, right: Listed, depth: int = 0) -> bool:
        """The order of two lists: that of the first elements that differ, or of their lengths."""
        for one, other in zip(left.items, right.items, strict=False):
            if self.equal(one, other, depth + 1):
                continue
            match one, other:
                case Constant(value=first), Constant(value=second):
                    return compare(operator, first, second)
                case Listed(), Listed():
                    return self.ordered(operator, one, other, depth + 1)
            found = " and ".join("nothing" if side is None else in_words(side) for side in (one, other))
            raise TypeError(f"{found} have no order")
        return compare(operator, len(left.items), len(right.items))
