"""A formula of the catalog as a module: its logits are computed as it says, its amplitudes can be trained.

The logit of c after the operands is Σ_k a_k cos(2πk(Σ operands − c)/p).

Axes: b batch, p input port, o output, k frequency.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ...dsl.scope import CellSignature
from ...dsl.types import Int
from ...errors import RuntimeFault

__all__ = ["CosineFormula"]


class CosineFormula(nn.Module):
    """A sum of cosines over a modulus; the answer is the value of the largest logit."""

    def __init__(self, signature: CellSignature, config: Mapping[str, Any]) -> None:
        """Read modulus, frequencies and amplitudes as a `Formula` node keeps them.

        Raises:
            RuntimeFault: if they are not there, or the output port has no finite range.
        """
        super().__init__()
        output = signature.output.type
        if not {"modulus", "frequencies", "amplitudes"} <= config.keys() or not isinstance(output, Int):
            raise RuntimeFault(f"the formula {signature.name!r} is no sum of cosines over a modulus")
        if output.low is None or output.high is None:
            raise RuntimeFault(f"the formula {signature.name!r} has no finite range of answers: {output}")
        self.low, self.n_outputs = output.low, output.high - output.low + 1
        self.amplitudes = nn.Parameter(torch.tensor(config["amplitudes"], dtype=torch.float64))
        turns_k = 2 * torch.pi * torch.tensor(config["frequencies"], dtype=torch.float64) / config["modulus"]
        self.register_buffer("turns_k", turns_k)

    def forward(self, values_bp: Tensor) -> Tensor:
        """The logits of the output values, shape (batch, output)."""
        outputs_o = torch.arange(self.n_outputs, device=values_bp.device) + self.low
        distance_bo = values_bp.sum(1)[:, None] - outputs_o
        waves_bok = torch.cos(distance_bo[..., None] * self.get_buffer("turns_k"))
        return waves_bok @ self.amplitudes
