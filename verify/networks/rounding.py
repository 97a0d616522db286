"""What a number format does to what a network computes: the constants that every derived error bound is made of.

1. One operation: fl(a op b) = (a op b)(1 + δ) + η, |δ| <= u, |η| at most the smallest normal number (so results that
   are flushed to zero are covered).
2. A sum of n products, in any order, fused multiply-add or not: |error| <= γ(k) Σ|terms|, γ(k) = ku / (1 - ku),
   where k counts the roundings that one term goes through.
3. `exp` is off by at most `EXP_ULPS` units in the last place. This is an assumption on the mathematics library.
4. Where PyTorch is allowed to round the factors of float32 products (TF32, bfloat16), u is that of the shorter format.

Source: Higham 2002, "Accuracy and Stability of Numerical Algorithms", sections 2.2 and 3.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import torch

from ...errors import VerificationError

__all__ = ["ASSUMPTIONS", "EXACT", "EXP_ULPS", "KEYS_IN_A_BLOCK", "Precision", "precision_of"]

EXP_ULPS = 32
"""PyTorch's fast vector `exp` promises 20 units in the last place, others 4 or less."""
KEYS_IN_A_BLOCK = 16
"""Attention kernels go through the keys in blocks of at least so many, and rescale what they have after each."""
ASSUMPTIONS = (
    "each operation on floats rounds once, by at most one unit roundoff; sums may be formed in any order",
    "results below the smallest normal number may be flushed to zero, operands are not",
    f"exp is off by at most {EXP_ULPS} units in the last place",
    f"attention takes its keys in blocks of at least {KEYS_IN_A_BLOCK}",
)
"""What a derived error bound takes for granted of the machine."""

_SHORT_FACTORS = {"high": 2.0**-10, "tf32": 2.0**-10, "medium": 2.0**-7, "bf16": 2.0**-7}
"""The unit roundoff of the factors of float32 products, by PyTorch's own settings; truncation is allowed for."""


@dataclass(frozen=True, slots=True)
class Precision:
    """A number format.

    Attributes:
        name: such as `float32`.
        unit: the unit roundoff u.
        smallest: the smallest normal number.
        largest: the largest number; where half of it is passed, nothing is known.
        in_radius: whether errors are counted into the radius of a spread, which then holds computed values, too.
    """

    name: str
    unit: float
    smallest: float
    largest: float
    in_radius: bool = False

    def gamma(self, n_roundings: int) -> float:
        """The relative error of a term that is rounded so often; infinite where the formula says nothing."""
        share = n_roundings * self.unit
        return share / (1 - share) if share < 0.5 else math.inf

    @property
    def exp_error(self) -> float:
        """How far the logarithm of a computed `exp` may lie from its argument."""
        share = 2 * EXP_ULPS * self.unit
        return -math.log1p(-share) if share < 0.5 else math.inf


EXACT = Precision("exact", 0.0, 0.0, math.inf)
"""Real arithmetic, which does not round."""


def precision_of(dtype: torch.dtype) -> Precision:
    """The number format of a tensor, as PyTorch is set to compute with it now.

    Raises:
        VerificationError: if it is no format that networks are computed in, or autocast may change it on the way.
    """
    if torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda"):
        raise VerificationError("autocast is on, so that numbers change their format on the way: leave it first")
    if dtype not in (torch.float32, torch.float64, torch.bfloat16):
        raise VerificationError(f"no rounding errors are known of {dtype}: convert the network to float32 or float64")
    limits = torch.finfo(dtype)
    unit = limits.eps / 2
    if dtype == torch.float32:
        unit = max([unit, *(_SHORT_FACTORS.get(setting, 0.0) for setting in _settings())])
    return Precision(str(dtype).removeprefix("torch."), unit, limits.tiny, limits.max)


def _settings() -> Iterator[str]:
    """How short PyTorch may make the factors of float32 products, by each of its settings, on any device."""
    # The old setting cannot be read any more once a new one was changed.
    with suppress(RuntimeError):
        yield torch.get_float32_matmul_precision()
    backends = torch.backends
    for owner in (backends, backends.cuda.matmul, backends.mkldnn, getattr(backends.mkldnn, "matmul", None)):
        yield str(getattr(owner, "fp32_precision", "none"))
