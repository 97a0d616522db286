"""The inputs of a program as tensors: checked, by key, and padded to at least one position.

Axes: b batch.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from ...dsl.graph import Input
from ...dsl.program import Function
from ...dsl.types import Int, Seq, element_of
from ...errors import RuntimeFault
from .carried import Carried
from .tensor_form import Lengths, require

__all__ = ["bound_tensors"]


def bound_tensors(
    function: Function, values: Tensor | Mapping[str, Tensor], lengths_b: Tensor | None, device: torch.device
) -> tuple[dict[str, Carried], Lengths]:
    """The inputs of a function by key, and their lengths.

    Raises:
        RuntimeFault: if an input is missing, on another device, of another shape than its type asks, or outside its
            range.
    """
    if not function.parameters:
        raise RuntimeFault(
            f"{function.name!r} reads tokens of no declared type: give it parameters, as in main(xs: seq[int 0..6])"
        )
    given = {function.parameters[0].name: values} if isinstance(values, Tensor) else dict(values)
    names = [parameter.name for parameter in function.parameters]
    if sorted(given) != sorted(names):
        raise RuntimeFault(f"expected tensors named {', '.join(names)}, found {', '.join(given) or 'none'}")
    columns = {one.key: _column(one, given[one.name], device) for one in function.parameters}
    sequences = [columns[one.key] for one in function.parameters if isinstance(one.type, Seq)]
    if any(one.shape != sequences[0].shape for one in sequences):
        shapes = ", ".join(str(tuple(one.shape)) for one in sequences)
        raise RuntimeFault(f"the input sequences differ in shape: {shapes}")
    n_positions = sequences[0].shape[1] if sequences else 0
    some = next(iter(columns.values()))
    if lengths_b is None:
        lengths_b = torch.full((some.shape[0],), n_positions, dtype=torch.int64, device=device)
    _check_device("the lengths are", lengths_b, device)
    lengths = Lengths(lengths_b, max(1, n_positions))
    everywhere_b = torch.ones_like(lengths_b, dtype=torch.bool)
    require((lengths_b >= 0) & (lengths_b <= n_positions), everywhere_b, f"lengths are 0..{n_positions} here")
    for one in function.parameters:
        column = columns[one.key]
        if n_positions == 0 and isinstance(one.type, Seq):
            columns[one.key] = column.new_zeros(column.shape[0], 1)
        else:
            live = lengths.live_bn if isinstance(one.type, Seq) else everywhere_b
            _check_range(one, column, live)
    return {key: Carried(column) for key, column in columns.items()}, lengths


def _column(parameter: Input, column: Tensor, device: torch.device) -> Tensor:
    _check_device(f"input {parameter.name!r} is", column, device)
    is_sequence = isinstance(parameter.type, Seq)
    if column.dim() != 1 + is_sequence or column.is_floating_point():
        axes = "(batch, position)" if is_sequence else "(batch)"
        raise RuntimeFault(
            f"input {parameter.name!r} is {parameter.type}: expected integers of shape {axes}, found {column.dtype} of "
            f"shape {tuple(column.shape)}"
        )
    return column


def _check_range(parameter: Input, column: Tensor, live: Tensor) -> None:
    element = element_of(parameter.type)
    if isinstance(element, Int):
        low, high = element.low, element.high
        is_right = live if low is None else live & (column >= low)
        is_right = is_right if high is None else is_right & (column <= high)
        require(is_right, live, f"input {parameter.name!r}: a value is not a value of {element}")


def _check_device(what: str, tensor: Tensor, device: torch.device) -> None:
    if tensor.device != device:
        raise RuntimeFault(
            f"{what} on {tensor.device}, the networks are on {device}: move one of them with .to({str(device)!r})"
        )
