"""What is done position by position: operators, tables of answers, promises of a type.

Numbers and booleans go through tensor arithmetic. For all else, and for numbers that leave 64 bits, the exact function
of Python is called once for each distinct tuple of operands, and its answers are handed to wherever the tuple occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ...dsl.graph import Ascribe, Lookup
from ...dsl.operators import OPERATORS
from ...dsl.types import Bool, Element, Int, Real, Unknown, Value, contains, element_of
from ..exact import looked_up
from .arithmetic import ARITHMETIC, Computed
from .columns import (
    Coded,
    Column,
    Truth,
    Whole,
    as_coded,
    as_numbers,
    choose,
    common_shape,
    of_distinct,
    scattered,
    truth,
)
from .comparison import SYMBOLS, comparable, is_ordered
from .rows import Rows, either
from .table import distinct

__all__ = ["Answer", "ascribed", "elementwise", "looked_up_each", "tabulated"]

Answer = tuple[Column, Tensor | None]
"""A column, and at which of its elements there is no answer (None: nowhere)."""


def elementwise(operator: str, operands: Sequence[Column], rows: Rows) -> Answer:
    """An operator of the table, applied to columns of shapes that broadcast."""
    table = rows.table
    match operator, operands:
        case "if", (condition, then, otherwise):
            return choose(truth(condition, table), then, otherwise, table), None
        case "and", (left, right):
            return Truth(truth(left, table) & truth(right, table)), None
        case "or", (left, right):
            return Truth(truth(left, table) | truth(right, table)), None
        case "not", (operand,):
            return Truth(~truth(operand, table)), None
        case "indicator", (operand,):
            return Whole(truth(operand, table).long()), None
    if operator in SYMBOLS:
        return _compared(operator, operands, rows)
    if operator in ARITHMETIC and not any(isinstance(operand, Coded) for operand in operands):
        numbers = [as_numbers(operand, table)[0] for operand in operands]
        computed: Computed = ARITHMETIC[operator](*numbers)
        if computed.too_large is None or not _occurs(computed.too_large, rows):
            return computed.column, computed.undefined
    return tabulated(OPERATORS[operator].apply, operands, rows)


def _occurs(mask: Tensor, rows: Rows) -> bool:
    return bool((mask & rows.live(mask.shape)).any())


def _compared(symbol: str, operands: Sequence[Column], rows: Rows) -> Answer:
    left, right = comparable(list(operands), rows.table)
    answer = Truth(SYMBOLS[symbol](left.numbers, right.numbers))
    if left.tokens is None or right.tokens is None or not is_ordered(symbol):
        return answer, None
    return answer, left.tokens != right.tokens


def tabulated(function: Callable[..., Value], operands: Sequence[Column], rows: Rows) -> Answer:
    """An exact function of elements, called once for each distinct tuple of them.

    It is undefined where the function raises TypeError or an error of arithmetic, as of division by zero.
    """
    table = rows.table
    codes = [as_coded(operand, table).codes for operand in operands]
    shape = common_shape(operands)
    live = rows.live(shape).expand(shape)
    parts = [distinct(part.expand(shape)[live], len(table.values)) for part in codes]
    if not live.any():
        return Whole(torch.zeros(shape, dtype=torch.int64, device=table.device)), None
    tuples, places = _tuples(parts)
    answers: list[Value] = []
    amiss: list[bool] = []
    for operand_codes in tuples:
        try:
            answers.append(function(*(table.values[code] for code in operand_codes)))
            amiss.append(False)
        except (ArithmeticError, TypeError):
            answers.append(answers[-1] if answers else 0)
            amiss.append(True)
    undefined = scattered(Truth(torch.tensor(amiss, device=table.device)[places]), live) if any(amiss) else None
    column = scattered(of_distinct(answers, places, table), live)
    return column, undefined.values if isinstance(undefined, Truth) else None


def _tuples(parts: Sequence[tuple[Tensor, Tensor]]) -> tuple[Sequence[tuple[int, ...]], Tensor]:
    """The distinct tuples of several sequences' elements, and the place of each tuple among them.

    Of each sequence the distinct elements are given, and the place of each element among these.
    """
    (found, places), *others = parts
    tuples = found.unsqueeze(1)
    for more, where in others:
        pairs, places = distinct(places * len(more) + where, len(tuples) * len(more))
        tuples = torch.cat([tuples[pairs // len(more)], more[pairs % len(more)].unsqueeze(1)], dim=1)
    return [tuple(row) for row in tuples.tolist()], places


def looked_up_each(node: Lookup, operands: Sequence[Column], rows: Rows) -> Answer:
    """The entries of a table."""
    return tabulated(lambda *keys: looked_up(node, keys), operands, rows)


def ascribed(node: Ascribe, column: Column, rows: Rows) -> Answer:
    """The column, undefined where a value breaks the promise of its type."""
    wanted = element_of(node.declared)
    match wanted, column:
        case (Unknown(), _) | (Bool(), Truth()) | (Real(None, None), Whole()):
            return column, None
        case Int(low, high), Whole(values):
            below = None if low is None else _below(values, low)
            above = None if high is None else _below(-values, -high)
            return column, either(below, above)
    return column, _broken(wanted, column, rows)


def _below(values: Tensor, bound: int) -> Tensor:
    """Where values are smaller than a bound, which may not stand in 64 bits."""
    return values < max(-(2**63), min(2**63 - 1, bound))


def _broken(wanted: Element, column: Column, rows: Rows) -> Tensor:
    kept, _ = tabulated(lambda value: contains(wanted, value), [column], rows)
    return ~truth(kept, rows.table)
