"""Exact edge ablation: what a model answers when the outputs of some writers are replaced by their means.

1. The mean of each writer's output is taken over the data, position by position, in the whole model.
2. A masked edge hands its reader that mean in place of the output; the rest of the model is computed as it is.
3. An input is right when its right logit leads by more than `RIGHT_MARGIN`.

Axes: b batch (input of the cell), p input port, n position, w writer, e edge, i edge set, o output, d residual width.

Source: Wang et al. 2022, "Interpretability in the Wild", mean ablation; Conmy et al. 2023, "Towards Automated Circuit
Discovery", for edges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import vmap

from ..errors import ExtractionError
from ..runtime.cell import NeuralCell
from ..runtime.threads import one_thread
from ..runtime.transformer import Edge, edges

__all__ = ["RIGHT_MARGIN", "AblatedModel", "EdgeEffect", "edge_effects"]

RIGHT_MARGIN = 1e-3
"""A lead of the right logit that rounding in float32 cannot turn."""
ROWS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class EdgeEffect:
    """What the whole model loses when one edge alone is mean-ablated."""

    edge: Edge
    smallest_margin: float
    """Over all inputs, right logit minus best wrong one, without the edge."""
    margin_drop: float
    """How much larger the smallest margin of the whole model is."""
    n_wrong: int


@dataclass(frozen=True, slots=True)
class AblatedModel:
    """A cell with the data it is judged on, ready to run with any of its edges mean-ablated."""

    cell: NeuralCell
    tokens_bn: Tensor
    targets_b: Tensor
    means_wbnd: Tensor
    """Mean output of each writer at each position; its batch axis has size 1."""
    varies_wn: Tensor
    """Whether the output of a writer differs between inputs, at each position."""

    @classmethod
    @torch.no_grad()
    @one_thread()
    def of(cls, cell: NeuralCell, inputs_bp: Tensor, answers_b: Tensor) -> AblatedModel:
        """Measure the means.

        Args:
            cell: the cell to ablate.
            inputs_bp: the data, one column per input port; normally every input of the cell.
            answers_b: the right answer to each input.

        Raises:
            ExtractionError: if the cell itself is wrong on some input.
        """
        margins_b = right_margins(cell.logits(*inputs_bp.unbind(1)), answers_b - cell.config.output.low)
        if n_wrong := int((margins_b <= RIGHT_MARGIN).sum()):
            worst = int(margins_b.argmin())
            call = ", ".join(str(value) for value in inputs_bp[worst].tolist())
            raise ExtractionError(
                f"the model is wrong, or not sure, on {n_wrong} of {len(inputs_bp)} inputs, such as ({call}), where "
                f"{int(answers_b[worst])} is right; train it longer"
            )
        tokens_bn = cell.config.tokens(inputs_bp)
        outputs_wbnd = cell.model.edgewise(tokens_bn).outputs_wbnd
        means_wbnd = outputs_wbnd.mean(dim=1, keepdim=True)
        spread_wn = (outputs_wbnd - means_wbnd).abs().amax(dim=(1, 3))
        varies_wn = spread_wn > 1e-5 * outputs_wbnd.abs().max()
        return cls(cell, tokens_bn, answers_b - cell.config.output.low, means_wbnd, varies_wn)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges of the model, in the order of a mask."""
        return edges(self.cell.model.config)

    def mask(self, kept: Collection[Edge]) -> Tensor:
        """The mask that keeps exactly these edges, shape (edge,)."""
        return torch.tensor([float(edge in kept) for edge in self.edges])

    def logits(self, mask_e: Tensor, rows_b: Tensor | None = None) -> Tensor:
        """Logits at the position that is read, shape (batch, output), of all inputs or of some rows."""
        tokens_bn = self.tokens_bn if rows_b is None else self.tokens_bn[rows_b]
        run = self.cell.model.edgewise(tokens_bn, mask_e=mask_e, replacements_wbnd=self.means_wbnd)
        return run.logits_bno[:, self.cell.config.read_position]

    @torch.no_grad()
    @one_thread()
    def margins(self, masks_ie: Tensor, rows_b: Tensor | None = None) -> Tensor:
        """Right logit minus best wrong one for each edge set and input, shape (edge set, batch)."""
        targets_b = self.targets_b if rows_b is None else self.targets_b[rows_b]
        n_masks = max(1, ROWS_AT_ONCE // len(targets_b))

        def margins_of(mask_e: Tensor) -> Tensor:
            return right_margins(self.logits(mask_e, rows_b), targets_b)

        return torch.cat([vmap(margins_of)(some_ie) for some_ie in torch.split(masks_ie, n_masks)])


def right_margins(logits_bo: Tensor, targets_b: Tensor) -> Tensor:
    """Right logit minus best wrong one, shape (batch,)."""
    right_b1 = logits_bo.gather(1, targets_b[:, None])
    return right_b1[:, 0] - logits_bo.scatter(1, targets_b[:, None], -torch.inf).max(dim=1).values


def edge_effects(model: AblatedModel) -> Iterator[EdgeEffect]:
    """The effect of each edge alone, in canonical order."""
    n_edges = len(model.edges)
    margins_ib = model.margins(torch.cat([torch.ones(1, n_edges), 1 - torch.eye(n_edges)]))
    whole = margins_ib[0].min().item()
    for edge, margins_b in zip(model.edges, margins_ib[1:], strict=True):
        smallest = margins_b.min().item()
        yield EdgeEffect(edge, smallest, whole - smallest, int((margins_b <= RIGHT_MARGIN).sum()))
