"""How far rounding can have moved the logits of a cell: derived from its weights, never sampled.

Axes: b batch, p input port, n position, d residual width, o output.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ...runtime.cell import NeuralCell
from .intervals import Spread, hull_of, point
from .passage import Network, network_of, run_on_spreads
from .rounding import Precision

__all__ = ["embedded_box", "embedded_points", "error_of_all", "errors_of_each"]

_AT_ONCE = 2**10


def error_of_all(cell: NeuralCell, ranges: Sequence[range], precision: Precision) -> float:
    """A bound on |computed logit - exact logit| for every output and every input in the product of some ranges.

    Args:
        cell: the cell.
        ranges: the values of each input port.
        precision: the number format that it is computed in.

    Returns:
        The bound, in logits; infinite where nothing is known, as where numbers may overflow.
    """
    network = network_of(cell)
    return _worst(run_on_spreads(network, embedded_box(cell, network, ranges), precision).logits_bo.error)


def errors_of_each(cell: NeuralCell, values_bp: Tensor, precision: Precision) -> Tensor:
    """The same bound for each of some inputs, shape (batch,)."""
    network = network_of(cell)
    bounds = [
        run_on_spreads(network, embedded_points(cell, network, rows), precision).logits_bo.error.amax(-1)
        for rows in torch.split(values_bp, _AT_ONCE)
    ]
    return torch.cat(bounds).nan_to_num(nan=math.inf, posinf=math.inf)


def embedded_points(cell: NeuralCell, network: Network, values_bp: Tensor) -> Spread:
    """What is embedded for some inputs, shape (batch, position, residual)."""
    return point(network.weights["embed"][cell.config.tokens(values_bp)])


def embedded_box(cell: NeuralCell, network: Network, ranges: Sequence[range]) -> Spread:
    """The box around all that is embedded for any input in a product of ranges, shape (1, position, residual)."""
    embed_vd = network.weights["embed"]
    tokens: dict[str, Tensor] = {
        port.name: embed_vd[values.start - port.low : values.stop - port.low]
        for port, values in zip(cell.config.inputs, ranges, strict=True)
    }
    boxes = [
        hull_of(tokens[part] if isinstance(part, str) else embed_vd[part : part + 1], 0) for part in cell.config.prompt
    ]
    names = ("center", "radius", "error", "local")
    return Spread(*(torch.stack([getattr(box, name) for box in boxes])[None] for name in names))


def _worst(error_bo: Tensor) -> float:
    return float(error_bo.nan_to_num(nan=math.inf, posinf=math.inf).max())
