"""What the operators of the language do with tensors of whole numbers and booleans.

Nothing here looks at single values, so that a graph of these can be exported. What has no answer is told by a mask.

Axes: b batch, q query position, k key position.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from ...dsl.graph import Lookup

__all__ = ["ELEMENTWISE", "aggregate", "looked_up", "reduce"]

Masked = tuple[Tensor, Tensor]
"""A value, and where it is defined."""


def _number(value: Tensor) -> Tensor:
    return value.to(torch.int64)


def _arithmetic(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Masked]:
    return lambda left, right: _everywhere(function(_number(left), _number(right)))


def _everywhere(value: Tensor) -> Masked:
    return value, torch.ones_like(value, dtype=torch.bool)


def _remainder(left: Tensor, right: Tensor) -> Masked:
    divisor = _number(right)
    return torch.remainder(_number(left), torch.where(divisor == 0, 1, divisor)), divisor != 0


def _comparison(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Masked]:
    return lambda left, right: _everywhere(function(_number(left), _number(right)))


def _choose(condition: Tensor, then: Tensor, otherwise: Tensor) -> Masked:
    if then.dtype != otherwise.dtype:
        then, otherwise = _number(then), _number(otherwise)
    return _everywhere(torch.where(condition.bool(), then, otherwise))


ELEMENTWISE: Mapping[str, Callable[..., Masked]] = {
    "+": _arithmetic(torch.add),
    "-": _arithmetic(torch.sub),
    "*": _arithmetic(torch.mul),
    "%": _remainder,
    "min": _arithmetic(torch.minimum),
    "max": _arithmetic(torch.maximum),
    "==": _comparison(torch.eq),
    "!=": _comparison(torch.ne),
    "<": _comparison(torch.lt),
    "<=": _comparison(torch.le),
    ">": _comparison(torch.gt),
    ">=": _comparison(torch.ge),
    "and": lambda left, right: _everywhere(left.bool() & right.bool()),
    "or": lambda left, right: _everywhere(left.bool() | right.bool()),
    "not": lambda operand: _everywhere(~operand.bool()),
    "negate": lambda operand: _everywhere(-_number(operand)),
    "round": lambda operand: _everywhere(_number(operand)),
    "abs": lambda operand: _everywhere(_number(operand).abs()),
    "indicator": lambda operand: _everywhere(_number(operand.bool())),
    "if": _choose,
}


def aggregate(operator: str, selected_bqk: Tensor, values_bk: Tensor) -> Masked | None:
    """What the selected values come to at each query, and where that is a whole number; None if it is not done here."""
    n_selected_bq = selected_bqk.sum(-1)
    some_bq = n_selected_bq > 0
    spread_bqk = values_bk[:, None, :].expand_as(selected_bqk)
    match operator:
        case "sum":
            return _everywhere((_number(spread_bqk) * selected_bqk).sum(-1))
        case "mean":
            total_bq = (_number(spread_bqk) * selected_bqk).sum(-1)
            divisor_bq = n_selected_bq.clamp(min=1)
            is_whole_bq = some_bq & (torch.remainder(total_bq, divisor_bq) == 0)
            mean_bq = torch.div(total_bq, divisor_bq, rounding_mode="floor").to(values_bk.dtype)
            return mean_bq, is_whole_bq & ((n_selected_bq == 1) if values_bk.dtype == torch.bool else True)
        case "any":
            return _everywhere((spread_bqk.bool() & selected_bqk).any(-1))
        case "all":
            return _everywhere((spread_bqk.bool() | ~selected_bqk).all(-1))
        case "min" | "max":
            limits = torch.iinfo(torch.int64)
            filler = limits.max if operator == "min" else limits.min
            filled_bqk = torch.where(selected_bqk, _number(spread_bqk), filler)
            found_bq = filled_bqk.amin(-1) if operator == "min" else filled_bqk.amax(-1)
            return found_bq.to(values_bk.dtype), some_bq
        case "first" | "last":
            places_k = torch.arange(selected_bqk.shape[-1], device=values_bk.device)
            wanted_bqk = torch.where(selected_bqk, places_k if operator == "last" else -places_k, -(2**62))
            place_bq = wanted_bqk.argmax(-1)
            return torch.gather(values_bk, 1, place_bq), some_bq
    return None


def reduce(operator: str, live_bk: Tensor, values_bk: Tensor) -> Masked | None:
    """A property of whole sequences, and where there is one; None if it is not done here."""
    if operator == "count":
        return _everywhere((values_bk.bool() & live_bk).sum(-1))
    if operator not in ("sum", "min", "max", "any", "all"):
        return None
    found = aggregate(operator, live_bk[:, None, :], values_bk)
    return None if found is None else (found[0][:, 0], found[1][:, 0])


def looked_up(node: Lookup, operands: Sequence[Tensor]) -> Masked:
    """The answers of a table of numbers, and where it has an entry."""
    device = operands[0].device
    keys_ep = torch.tensor([[int(key) for key in keys] for keys, _ in node.entries], device=device)
    answers_e = torch.tensor([answer for _, answer in node.entries], device=device)
    asked_p = torch.stack([_number(operand) for operand in operands], dim=-1)
    is_entry_e = (asked_p[..., None, :] == keys_ep).all(-1)
    return answers_e[is_entry_e.to(torch.int64).argmax(-1)], is_entry_e.any(-1)
