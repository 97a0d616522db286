"""`select`, `selector_width` and the aggregates: what a program says of attention."""

from __future__ import annotations

from ..graph import AGGREGATIONS, Aggregate, Constant, Select, SelectorWidth, SOp
from ..operators import COMPARISONS
from ..syntax import tree
from ..types import Bool, Unknown, element_of, hull, is_numeric
from .operands import Operands, in_words
from .plain_values import is_collection

__all__ = ["aggregate", "aggregated", "nearest", "select", "selector_width"]

_SIDES = ("left", "right")
_NUMERIC = ("sum", "min", "max")
_LOGICAL = ("any", "all")


def select(operands: Operands, call: tree.Call) -> SOp | None:
    """`select(keys, queries, comparison)`."""
    if len(call.arguments) == 2 and isinstance(call.arguments[1], tree.Comparator):
        symbol = call.arguments[1].symbol
        hint = "select takes keys and queries before the comparison: select(keys, queries, ==)"
        operands.record.fault(f"expected an s-op for the queries, found {symbol!r}", call.arguments[1].span, hint)
        return None
    written = operands.in_order(call, ("keys", "queries", "comparison"))
    if written is None:
        return None
    *sides, comparator = written
    for side, role in zip(sides, ("keys", "queries"), strict=True):
        if isinstance(side, tree.Comparator):
            operands.expression(side, f"an s-op for the {role}")
            return None
    if not isinstance(comparator, tree.Comparator):
        is_quoted = isinstance(comparator, tree.Text) and comparator.value in COMPARISONS
        hint = "leave out the quotes" if is_quoted else f"write one of {', '.join(COMPARISONS)}"
        found = comparator.span.text if isinstance(comparator, tree.Text) else "an s-op"
        operands.record.fault(f"expected a comparison, found {found}", comparator.span, hint)
        return None
    keys, queries = (operands.sequence(side, role) for side, role in zip(sides, ("keys", "queries"), strict=True))
    comparable = operands.elementwise(comparator.symbol, (keys, queries), call.span)
    return Select((keys, queries), comparator.symbol) if comparable and keys and queries else None


def selector_width(operands: Operands, call: tree.Call) -> SOp | None:
    """`selector_width(selector)`."""
    written = operands.in_order(call, ("selector",))
    selector = written and operands.selector(written[0])
    return SelectorWidth((selector,)) if selector else None


def aggregate(operands: Operands, call: tree.Call) -> SOp | None:
    """`aggregate(selector, values, default)`: the mean."""
    written = operands.in_order(call, ("selector", "values", "default"), n_optional=1)
    if written is None:
        return None
    selector = operands.selector(written[0], other=written[1])
    return selector and _aggregate("mean", operands, selector, written[1:])


def aggregated(operator: str, operands: Operands, selector: SOp, call: tree.Call) -> SOp | None:
    """`sum(selector, values, default)` and so on, where the first argument was found to be a selector."""
    written = operands.in_order(call, ("selector", "values", "default"), n_optional=1)
    return None if written is None else _aggregate(operator, operands, selector, written[1:])


def nearest(operands: Operands, call: tree.Call) -> SOp | None:
    """`nearest(selector, values, default, ties)`: of two equally near, the left one unless `ties="right"`."""
    slots = operands.slots(call, ("selector", "values", "default", "ties"))
    if slots is None:
        return None
    *written, ties = slots
    side = "left" if ties is None else ties.value if isinstance(ties, tree.Text) else ""
    if ties is not None and side not in _SIDES:
        operands.record.fault(f'\'ties\' is one of "left", "right", found {ties.span.text}', ties.span)
        return None
    given = [argument for argument in written if argument is not None]
    if len(given) < 2:
        operands.wrong_count(call, ("selector", "values", "default", "ties"), n_optional=2)
        return None
    return _aggregate(f"nearest_{side}", operands, operands.selector(given[0]), given[1:])


def _aggregate(operator: str, operands: Operands, selector: SOp | None, rest: list[tree.Argument]) -> SOp | None:
    assert operator in AGGREGATIONS, "the operators of the table"
    values = operands.sequence(rest[0], "values")
    if len(rest) == 2 and not operands.is_strict and _is_no_default(operands, rest[1]):
        return selector and values and Aggregate((selector, values), operator)
    default = operands.sequence(rest[1], "default") if len(rest) == 2 else None
    if selector is None or values is None or (len(rest) == 2 and default is None):
        return None
    if not _takes(operator, operands, values, rest[0]):
        return None
    if default is None:
        # The original RASP answers 0 where nothing is selected; the strict dialect owes that something is.
        return Aggregate((selector, values) if operands.is_strict else (selector, values, Constant((), 0)), operator)
    if operands.is_strict and hull([element_of(values.type), element_of(default.type)]) is None:
        found = f"{in_words(default)}, where the values are {element_of(values.type)}"
        operands.record.fault(f"expected a default of the values' kind, found {found}", rest[1].span)
        return None
    return Aggregate((selector, values, default), operator)


def _is_no_default(operands: Operands, written: tree.Argument) -> bool:
    """Whether a default is a list, a table or a function, which the original RASP minds only where it is needed."""
    expression = operands.expression(written, "an s-op for the default")
    meaning = None if expression is None else operands.value(expression)
    if meaning is None or not is_collection(meaning):
        return False
    found = f"expected an s-op for the default, found {in_words(meaning)}"
    operands.record.warn(found, written.span, "leave it out, and it is 0: where it is needed there is no answer")
    return True


def _takes(operator: str, operands: Operands, values: SOp, place: tree.Argument) -> bool:
    """Whether the operator is defined on values of this type."""
    if operator in _NUMERIC and not is_numeric(values.type):
        operands.record.fault(f"{operator!r} expects numbers, found {in_words(values)}", place.span)
        return False
    if operator in _LOGICAL and not isinstance(element_of(values.type), Bool | Unknown):
        hint = "compare them, as in values > 0"
        operands.record.fault(f"{operator!r} expects booleans, found {in_words(values)}", place.span, hint)
        return False
    return True
