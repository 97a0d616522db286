"""Calls of catalogued cells: what the contract says, or what a function of tensors answers in its place.

Only elements that are computed with are asked about, side by side in one tensor: no padding, no sequence that has
ended, none of which an operand is undefined already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ...dsl.graph import CellCall
from ...dsl.types import Value
from ...errors import RuntimeFault
from ..reference import CellFunction
from .columns import Column, Whole, as_whole, mapped, scattered
from .pointwise import Answer
from .rows import Rows

__all__ = ["TensorCell", "asked_of_cell", "cell_for_one", "spread"]

TensorCell = Callable[[CellCall, Sequence[Tensor]], Tensor]
"""A cell on tensors: int64 operands of one shape (n_elements,), one for each port; int64 answers of that shape.

It may raise RuntimeFault, of whichever operands: each input is then asked about alone.
"""

Mask = Tensor


def cell_for_one(cell: TensorCell, device: torch.device) -> CellFunction:
    """The same cell, as the exact evaluator asks it: about one element."""

    def answer(call: CellCall, operands: Sequence[Value]) -> Value:
        numbers = [operand for operand in operands if isinstance(operand, int)]
        if len(numbers) < len(operands):
            raise RuntimeFault(f"the circuit {call.cell.name!r} takes integers, found {list(operands)}")
        asked = [torch.tensor([int(number)], dtype=torch.int64, device=device) for number in numbers]
        return int(cell(call, asked))

    return answer


def asked_of_cell(cell: TensorCell, call: CellCall, operands: Sequence[Column], live: Mask, rows: Rows) -> Answer:
    """The answers of a tensor cell where `live` holds; undefined where an operand is no whole number."""
    numbers, amiss = zip(*(as_whole(operand, rows.table) for operand in operands), strict=True)
    undefined = torch.zeros_like(live)
    for mask in amiss:
        undefined = undefined if mask is None else undefined | mask
    asked = live & ~undefined
    if not bool(asked.any()):
        return Whole(torch.zeros(live.shape, dtype=torch.int64, device=live.device)), undefined
    flat = [number.expand(live.shape)[asked] for number in numbers]
    try:
        answers = cell(call, flat)
    except RuntimeFault:
        # Which of the elements is at fault is found where each input is asked about alone.
        return Whole(torch.zeros(live.shape, dtype=torch.int64, device=live.device)), undefined | asked
    assert answers.shape == flat[0].shape, f"a cell of shape {tuple(flat[0].shape)} answered {tuple(answers.shape)}"
    return scattered(Whole(answers), asked), undefined


def spread(operands: Sequence[Column], live: Mask) -> list[Column]:
    """The elements of each operand where `live` holds, one beside the other, shape (n_true,)."""
    return [mapped(operand, lambda part: part.expand(live.shape)[live]) for operand in operands]
