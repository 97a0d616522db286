"""A composition as one exported graph, for programs that do the same to every batch.

The graph takes the program's inputs as padded tensors of integers, then the lengths, and gives the decoded answers. The
number of positions is fixed, the batch is not. What an input may not be is asserted within the graph.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram, export

from ...dsl.types import Seq
from ...errors import RuntimeFault
from .composition import Stitched

__all__ = ["export_stitched"]


class _Answers(nn.Module):
    """The decoded answers alone, of inputs by place."""

    def __init__(self, stitched: Stitched, output: str | None) -> None:
        super().__init__()
        self.stitched = stitched
        self.output = output
        self.names = [parameter.name for parameter in stitched.program.output(output).parameters]

    def forward(self, columns: list[Tensor], lengths_b: Tensor) -> Tensor:
        given = dict(zip(self.names, columns, strict=True))
        return self.stitched.tensors(given, lengths_b, self.output).values


def export_stitched(stitched: Stitched, n_positions: int, *, output: str | None = None) -> ExportedProgram:
    """Export the answers to inputs of up to `n_positions`, at least 1; `torch.export.save` writes the result.

    Its module is called with a list of the inputs, in the order of the parameters, shape (batch, position) or (batch),
    and the lengths, shape (batch); a batch has 2 examples or more.

    Raises:
        RuntimeFault: if the program needs more than tensors of integers; the message gives place and reason.
    """
    if n_positions < 1:
        raise RuntimeFault(f"expected 1 position or more, found {n_positions}")
    function = stitched.program.output(output)
    shapes = [(2, n_positions) if isinstance(one.type, Seq) else (2,) for one in function.parameters]
    columns = [torch.zeros(shape, dtype=torch.int64, device=stitched.device) for shape in shapes]
    lengths_b = torch.full((2,), n_positions if any(len(one) > 1 for one in shapes) else 0, device=stitched.device)
    batch = Dim("batch", min=2)
    try:
        with torch.no_grad():
            return export(
                _Answers(stitched, output).eval(),
                (columns, lengths_b),
                dynamic_shapes=([{0: batch} for _ in columns], {0: batch}),
                strict=False,
            )
    except RuntimeFault:
        raise
    except (RuntimeError, ValueError, TypeError, AttributeError) as error:  # torch.export names no class of its own
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise RuntimeFault(f"the program {stitched.program.source.name} cannot be exported: {first}") from error
