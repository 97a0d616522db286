"""What a wire carries in the tensor form of a program: whole numbers, and what the network that gave them computed.

A value is a tensor of shape (batch) for a scalar and (batch, position) for a sequence. A value that a network answered
also carries its logits and residuals, each with one axis more; anything symbolic that is done to it leaves only the
number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

__all__ = ["Answered", "Carried", "chosen", "stacked"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a network computed on its way to an answer.

    Attributes:
        cell: digest of the cell that answered.
        low: the value that output 0 means.
        logits: one axis more than the value, the outputs.
        residuals: by what is read (`stream`, or a writer), one axis more than the value, the residual width.
        is_given: where this network gave the value; elsewhere it was given from outside.
    """

    cell: str
    low: int
    logits: Tensor
    residuals: Mapping[str, Tensor]
    is_given: Tensor

    def each(self, function: Callable[[Tensor], Tensor]) -> Answered:
        """The same with a function applied to every tensor of it."""
        residuals = {reads: function(residual) for reads, residual in self.residuals.items()}
        return Answered(self.cell, self.low, function(self.logits), residuals, function(self.is_given))

    def certain_logits(self, values: Tensor) -> Tensor:
        """The logits; where the value was given from outside, those of someone who knows it."""
        places = torch.arange(self.logits.shape[-1], device=values.device) + self.low
        known = torch.where(places == values[..., None], 0.0, _IMPOSSIBLE).to(self.logits.dtype)
        return torch.where(self.is_given[..., None], self.logits, known)


_IMPOSSIBLE = -1e4


@dataclass(frozen=True, slots=True)
class Carried:
    """A value on a wire; `answered` where a network gave it."""

    values: Tensor
    answered: Answered | None = field(default=None)

    def each(self, function: Callable[[Tensor], Tensor]) -> Carried:
        """The same with a function applied to every tensor of it, over the leading axes."""
        return Carried(function(self.values), self.answered and self.answered.each(function))

    def at(self, position: int) -> Carried:
        """One element of a sequence."""
        return self.each(lambda tensor: tensor[:, position])

    def everywhere(self, n_positions: int) -> Carried:
        """A scalar at every position."""
        return self.each(lambda tensor: tensor[:, None].expand(-1, n_positions, *tensor.shape[1:]))


def stacked(elements: Sequence[Carried]) -> Carried:
    """Elements, at least one, as a sequence; what networks computed is kept where one network computed all."""
    values = torch.stack([element.values for element in elements], dim=1)
    answers = [element.answered for element in elements if element.answered is not None]
    if len(answers) < len(elements) or len({answer.cell for answer in answers}) > 1:
        return Carried(values)
    first = answers[0]
    residuals = {reads: torch.stack([one.residuals[reads] for one in answers], dim=1) for reads in first.residuals}
    logits, is_given = (torch.stack([getattr(one, name) for one in answers], 1) for name in ("logits", "is_given"))
    return Carried(values, Answered(first.cell, first.low, logits, residuals, is_given))


def chosen(is_new_b: Tensor, new: Carried, old: Carried) -> Carried:
    """The new value where it is live, elsewhere the old one."""
    values = torch.where(is_new_b, new.values, old.values)
    if new.answered is None:
        return Carried(values)
    before = old.answered
    if before is None or before.cell != new.answered.cell:
        # Of two networks only the new one's computation is carried on: the old rows keep their number.
        answered = new.answered
        is_given = answered.is_given & is_new_b
        return Carried(values, Answered(answered.cell, answered.low, answered.logits, answered.residuals, is_given))

    def merge(ours: Tensor, theirs: Tensor) -> Tensor:
        is_new = is_new_b.reshape(-1, *[1] * (ours.dim() - 1))
        return torch.where(is_new, ours, theirs)

    residuals = {reads: merge(ours, before.residuals[reads]) for reads, ours in new.answered.residuals.items()}
    logits = merge(new.answered.logits, before.logits)
    is_given = merge(new.answered.is_given, before.is_given)
    return Carried(values, Answered(new.answered.cell, new.answered.low, logits, residuals, is_given))
