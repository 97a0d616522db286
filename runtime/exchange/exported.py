"""A transformer as a program of `torch.export`: one graph of tensors, without this package.

    program = export_program(compiled.module)
    logits_bno = program.module()(tokens_bn, n_tokens_b)
    torch.export.save(program, "model.pt2")

Batch and sequence axes are dynamic: the graph takes any batch, and sequences up to the context's length. The lengths
are always given; keys behind them are masked.

Axes: b batch, n position, o output.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from ...errors import RuntimeFault
from ..transformer import Transformer

__all__ = ["export_program"]


class _Masked(nn.Module):
    """A transformer whose lengths are always given."""

    def __init__(self, transformer: Transformer) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, tokens_bn: Tensor, n_tokens_b: Tensor) -> Tensor:
        logits_bno: Tensor = self.transformer(tokens_bn, n_tokens_b)
        return logits_bno


def export_program(transformer: Transformer) -> ExportedProgram:
    """Trace a transformer.

    Args:
        transformer: the transformer; a circuit is evaluated edge by edge in the graph, too.

    Returns:
        A program over `tokens_bn` (int64) and `n_tokens_b` (int64, each 1 or more) that computes `logits_bno`.

    Raises:
        RuntimeFault: if the context is of one token, which leaves no sequence axis to be dynamic.
    """
    n_context = transformer.config.n_context
    if n_context < 2:
        raise RuntimeFault(f"a context of {n_context} token has no axis of positions to export; take 2 or more")
    device = transformer.get_parameter("embed").device
    # Sizes 0 and 1 would be taken for constants.
    example = (
        torch.zeros((2, n_context), dtype=torch.int64, device=device),
        torch.full((2,), n_context, dtype=torch.int64, device=device),
    )
    batch = Dim("batch")
    position = Dim("position", max=n_context)
    return torch.export.export(
        _Masked(transformer).eval(),
        example,
        dynamic_shapes=({0: batch, 1: position}, {0: batch}),
    )
