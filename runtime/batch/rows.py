"""The sequences of a batch: how long each is, and which of them are computed with at the moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from .table import Table

__all__ = ["Rows", "either"]


@dataclass(frozen=True, eq=False)
class Rows:
    """The sequences of a batch, the shorter before the longer, padded to one length.

    Attributes:
        lengths: the length of each.
        n_positions: the padded length; at least 1, so that no tensor is empty.
        table: the exact values that they hold.
        active_b: which of them are computed with; None is all.
    """

    lengths: Sequence[int]
    n_positions: int
    table: Table
    active_b: Tensor | None = None

    @classmethod
    def of(cls, lengths: Sequence[int], table: Table) -> Rows:
        """Sequences of these lengths, which do not fall."""
        return cls(lengths, max(1, lengths[-1]), table)

    def only(self, mask_b: Tensor) -> Rows:
        """These sequences, of which only some are computed with."""
        return replace(self, active_b=mask_b if self.active_b is None else self.active_b & mask_b)

    @cached_property
    def lengths_b(self) -> Tensor:
        """The length of each sequence, shape (b,)."""
        return torch.tensor(self.lengths, dtype=torch.int64, device=self.table.device)

    @cached_property
    def positions(self) -> Tensor:
        """The positions from 0, shape (n,)."""
        return torch.arange(self.n_positions, device=self.table.device)

    @cached_property
    def active(self) -> Tensor:
        """Which sequences are computed with, shape (b,)."""
        every = torch.ones(len(self.lengths), dtype=torch.bool, device=self.table.device)
        return every if self.active_b is None else self.active_b

    @cached_property
    def live_bn(self) -> Tensor:
        """Which positions are computed with, shape (b, n)."""
        return self.within_bn & self.active.unsqueeze(1)

    @cached_property
    def within_bn(self) -> Tensor:
        """Which positions are within their sequence, shape (b, n)."""
        return self.positions < self.lengths_b.unsqueeze(1)

    def live(self, shape: torch.Size) -> Tensor:
        """Which elements of a column of that shape are computed with, shape as given; one of size 1 stands for all."""
        live = self.active if len(shape) == 1 else self.live_bn
        if len(shape) == 2 and shape[1] == 1 < self.n_positions:
            live = live.any(1, keepdim=True)
        return live.any(0, keepdim=True) if shape[0] == 1 else live

    def with_any(self, mask: Tensor | None) -> Tensor | None:
        """The sequences of which an element that is computed with is marked, shape (b,); None is none."""
        if mask is None:
            return None
        if mask.dim() == 1:
            return mask & self.active
        return (mask & self.live_bn).any(1)


def either(*masks: Tensor | None) -> Tensor | None:
    """Where any of the masks holds; None holds nowhere."""
    known = [mask for mask in masks if mask is not None]
    if not known:
        return None
    joined = known[0]
    for mask in known[1:]:
        joined = joined | mask
    return joined
