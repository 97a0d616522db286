"""How a value follows from its reasons, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...dsl.graph import (
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Lookup,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
)
from .slicing import Item, Slicer, item_at
from .values import written

__all__ = ["reason_for"]

_INFIX = ("+", "-", "*", "/", "%", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or")
_AGGREGATIONS = {
    "mean": "their mean",
    "sum": "their sum",
    "min": "the least of them",
    "max": "the largest of them",
    "any": "whether any of them holds",
    "all": "whether all of them hold",
    "first": "the first of them",
    "last": "the last of them",
    "nearest_left": "the nearest of them",
    "nearest_right": "the nearest of them",
}


def reason_for(item: Item, reasons: Sequence[Item], slicer: Slicer) -> str:
    """One line on how an item's value follows from the values of its reasons."""
    node, values = item.node, [slicer.value(reason) for reason in reasons]
    match node:
        case Input():
            return "it was given"
        case Constant():
            return "it is written so"
        case Indices():
            return "it is the position"
        case Length():
            return "so many elements were given"
        case Elementwise(operator=operator) | SelectorLogic(operator=operator):
            return _operated(operator, item, slicer, values)
        case Ascribe():
            return "it is the same value"
        case CellCall(cell=cell):
            return f"the cell {cell.name} answers so to {_listed(_operands(item, slicer))}"
        case Lookup():
            return f"the table says so of {_listed(_operands(item, slicer))}"
        case At(arguments=(_, position)):
            return f"it stands at position {written(slicer.value(item_at(position, item.place)))}"
        case Select(comparison=comparison):
            key, query = _operands(Item(node, item.place), slicer)
            verb = "" if slicer.value(item) else " does not hold"
            return f"key {comparison} query: {written(key)} {comparison} {written(query)}{verb}"
        case SelectorWidth():
            return f"of the {slicer.run.n_positions} keys so many are selected"
        case Aggregate():
            return _aggregated(node, item.place[0], slicer)
        case Fold():
            return _folded(node, item, slicer)
        case Quantified(operator=operator):
            return f"{operator} over the range {_listed([slicer.value(Item(bound)) for bound in node.arguments])}"
        case Reduce(operator=operator):
            return f"{operator} of {_listed(values)}" if len(values) <= 12 else f"{operator} of {len(values)} values"
    return ""


def _operands(item: Item, slicer: Slicer) -> list[Any]:
    """The values that a node reads for an item: of a selector the key's and the query's."""
    arguments: Sequence[SOp] = item.node.arguments
    if isinstance(item.node, Select):
        query, key = item.place
        return [slicer.value(item_at(arguments[0], (key,))), slicer.value(item_at(arguments[1], (query,)))]
    return [slicer.value(item_at(argument, item.place)) for argument in arguments]


def _operated(operator: str, item: Item, slicer: Slicer, values: Sequence[Any]) -> str:
    if operator == "if":
        return f"the condition {'holds' if values[0] else 'does not hold'}"
    if len(values) < len(set(item.node.arguments)):
        return "one factor is 0" if operator == "*" else f"one operand of '{operator}' is {written(values[0])} already"
    operands = [written(operand) for operand in _operands(item, slicer)]
    return f" {operator} ".join(operands) if operator in _INFIX else f"{operator} of {', '.join(operands)}"


def _aggregated(node: Aggregate, query: int, slicer: Slicer) -> str:
    row = slicer.value(Item(node.arguments[0], (query,)))
    chosen = [place for place, is_selected in enumerate(row) if is_selected]
    if not chosen:
        return "no key is selected" + (": it is the default" if len(node.arguments) > 2 else "")
    if len(chosen) == 1:
        return f"key {chosen[0]} alone is selected"
    return f"keys {', '.join(map(str, chosen))} are selected: {_AGGREGATIONS[node.operator]}"


def _folded(node: Fold, item: Item, slicer: Slicer) -> str:
    n_elements = len(slicer.states(node)) - 1
    after = item.place[0] + 1 if node.running else n_elements if item.after is None else item.after
    if after == 0:
        return "there is no element: it is the initial value"
    before = written(slicer.states(node)[after - 1])
    elements = [slicer.value(item_at(sequence, (after - 1,))) for sequence in node.arguments[:-1]]
    return f"element {after - 1} ({_listed(elements)}) after {before}"


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(map(written, values)) or "nothing"
