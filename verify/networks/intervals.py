"""Intervals of real numbers, and how far computed numbers may lie from them: what each operation makes of both.

A `Spread` says of every element: its exact value lies in center ± radius, and what a machine computes for it lies
within `error` of that exact value. All three are float64, and each operation adds what float64 itself may have rounded
off: a sum of at most `WIDEST` terms is off by less than `SLACK` times the sum of their sizes. So the bounds are sound
without directed rounding.

With `Precision.in_radius` errors go into the radius at once: center ± radius then holds the exact and every computed
value, and `local` says how far a computed value may lie from what the operation makes of the computed operands.

Source: Rump 1999, "Fast and Parallel Interval Arithmetic", for sums of intervals by center and radius.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .rounding import KEYS_IN_A_BLOCK, Precision

__all__ = [
    "SLACK",
    "Spread",
    "affine",
    "between",
    "bilinear",
    "hull_of",
    "mixed",
    "point",
    "rectified",
    "scaled",
    "shares",
    "softmax",
    "stacked",
    "total",
]

SLACK = 2.0**-39
"""2^14 roundings of float64, relative to the sizes of what is summed."""
WIDEST = 2**12
"""The most terms of a sum, so that a few of these roundings are to spare."""
_SPARE = 3
"""Roundings beside those of a sum: both factors may be shortened first, and the product is rounded."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Exact values and computed values.

    Attributes:
        center: about the middle of what the exact value can be.
        radius: how far the exact value may lie from it.
        error: how far the computed value may lie from the exact one; infinite where nothing is known.
        local: what of it this operation alone adds, float64's own roundings included.
    """

    center: Tensor
    radius: Tensor
    error: Tensor
    local: Tensor

    @property
    def size(self) -> Tensor:
        """The largest absolute value that the exact value can have."""
        return (self.center.abs() + self.radius) * (1 + SLACK)

    @property
    def lower(self) -> Tensor:
        """The least that the exact value can be."""
        return (self.center - self.radius).nextafter(torch.tensor(-math.inf, dtype=torch.float64))

    @property
    def upper(self) -> Tensor:
        """The most that the exact value can be."""
        return (self.center + self.radius).nextafter(torch.tensor(math.inf, dtype=torch.float64))

    def at(self, position: int) -> Spread:
        """One position, of which the axis stays."""
        return Spread(*(part[..., position : position + 1, :] for part in self._parts))

    def head(self, place: int) -> Spread:
        """One head, or whatever else the first axis counts."""
        return Spread(*(part[place] for part in self._parts))

    def turned(self) -> Spread:
        """The last two axes exchanged."""
        return Spread(*(part.mT for part in self._parts))

    @property
    def _parts(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.center, self.radius, self.error, self.local


def point(values: Tensor, radius: Tensor | float = 0.0) -> Spread:
    """Known numbers, or a box around them, that need not be computed."""
    center = values.double()
    spread = torch.as_tensor(radius, dtype=torch.float64).expand_as(center)
    return Spread(center, spread, torch.zeros_like(center), torch.zeros_like(center))


def between(lower: Tensor, upper: Tensor, error: Tensor, local: Tensor) -> Spread:
    """The spread of exact values from `lower` to `upper`."""
    center = lower / 2 + upper / 2
    radius = torch.maximum(upper - center, center - lower) * (1 + SLACK)
    return Spread(center, radius + SLACK * SLACK * center.abs(), error, local)


def hull_of(values: Tensor, axis: int) -> Spread:
    """The box that holds all known numbers along an axis, which goes."""
    exact = values.double()
    low, high = exact.amin(axis), exact.amax(axis)
    return between(low, high, torch.zeros_like(low), torch.zeros_like(low))


def stacked(parts: Sequence[Spread]) -> Spread:
    """Spreads of one shape along a new first axis."""
    return Spread(*map(torch.stack, zip(*(part._parts for part in parts), strict=True)))


def total(parts: Sequence[Spread], like: Tensor, precision: Precision, n_terms: int) -> Spread:
    """The sum of some spreads, of no terms the zeros of a shape; `n_terms` are added when it is computed."""
    if not parts:
        zeros = torch.zeros_like(like)
        return Spread(zeros, zeros, zeros, zeros)
    center, radius, carried, gross = (
        sum((getattr(part, name) for part in parts[1:]), start=getattr(parts[0], name))
        for name in ("center", "radius", "error", "size")
    )
    return _rounded(center, radius, carried, gross, precision, n_terms)


def affine(part: Spread, weight: Tensor | None, bias: Tensor, precision: Precision, n_terms: int) -> Spread:
    """Take part · weight + bias; without a weight the bias alone, which is known."""
    if weight is None:
        shape = (*part.center.shape[:-1], bias.shape[-1])
        return point(bias.expand(shape))
    radius, gross, carried = torch.stack([part.radius, part.size, part.error]) @ weight.abs()
    return _rounded(part.center @ weight + bias, radius, carried, gross + bias.abs(), precision, n_terms)


def bilinear(left: Spread, right: Spread, precision: Precision, n_terms: int) -> Spread:
    """Take left · right, where both are uncertain."""
    right_computed = right.size + right.error
    radius = left.center.abs() @ right.radius + left.radius @ right.size
    carried = left.error @ right_computed + left.size @ right.error
    return _rounded(left.center @ right.center, radius, carried, left.size @ right.size, precision, n_terms)


def scaled(part: Spread, factor: float) -> Spread:
    """A spread times a number above 0; the rounding of it is counted where the sum is formed."""
    grown = factor * (1 + SLACK)
    spare = SLACK * part.size * factor
    return Spread(part.center * factor, part.radius * grown + spare, part.error * grown, part.local * grown + spare)


def rectified(part: Spread) -> Spread:
    """max(x, 0): an error does not grow, and there is none where neither value is above 0."""
    error = torch.where(part.upper + part.error <= 0, 0.0, part.error)
    lower, upper = part.lower.clamp(min=0), part.upper.clamp(min=0)
    return between(lower, upper, error, torch.zeros_like(error))


def softmax(scores: Spread, relative: Spread, is_seen_qk: Tensor, precision: Precision) -> Spread:
    """The weights of the keys that are seen; the others weigh exactly 0.

    `relative` are the scores less one number for each query, which changes no weight.

    A weight is 1 / (1 + Σ exp(differences to the other scores)), which falls with each of them. Computed, with e the
    error of the scores: each exponential is off by a factor within exp(±λ), λ = e + (error of its argument and of exp)
    for each time that it is rescaled; so the quotient is within exp(±2λ) and the roundings of a sum and a division.
    """
    lower, upper = shares(scores, is_seen_qk)
    if relative is not scores:
        least, most = shares(relative, is_seen_qk)
        lower, upper = torch.maximum(lower, least), torch.minimum(upper, most)
    largest, worst = (
        part.masked_fill(~is_seen_qk, 0.0).amax(-1, keepdim=True) for part in (scores.size + scores.error, scores.error)
    )
    local = _weight_error(largest, 0.0, upper, precision)
    error = local if precision.in_radius else _weight_error(largest, worst, upper, precision)
    # A computed weight is at most its share of a sum that it belongs to, and the roundings of that.
    error = error.nan_to_num(nan=math.inf, posinf=math.inf).clamp(max=2).where(largest.isfinite(), math.inf)
    local = torch.minimum(local.nan_to_num(nan=math.inf, posinf=math.inf), error) + SLACK
    weights = _settled(between(lower, upper, error, local), precision)
    return Spread(*(part.masked_fill(~is_seen_qk, 0.0) for part in weights._parts))


def shares(scores: Spread, is_seen_qk: Tensor) -> tuple[Tensor, Tensor]:
    """The least and the most that each weight of a softmax of exact scores can be, for keys that are seen."""
    widened = SLACK * (scores.size + 1)
    low, high = scores.lower - widened, scores.upper + widened
    least = _share(high[..., None, :] - low[..., :, None], is_seen_qk) * (1 - SLACK)
    most = _share(low[..., None, :] - high[..., :, None], is_seen_qk) * (1 + SLACK)
    return least, most.clamp(max=1)


def _weight_error(largest: Tensor, worst: Tensor | float, upper: Tensor, precision: Precision) -> Tensor:
    """How far a computed weight may lie from the exact one, where scores of some size are off by `worst`."""
    n_keys = upper.shape[-1]
    n_rescaled = (n_keys - 1) // KEYS_IN_A_BLOCK
    off = worst + (1 + n_rescaled) * (8 * precision.unit * largest + precision.exp_error)
    relative = torch.expm1(2 * off + 2 * precision.gamma(n_keys + n_rescaled + 4))
    return relative * (1 + SLACK) * upper + 4 * (n_keys + 1) * precision.smallest


def _share(difference_qkj: Tensor, is_seen_qk: Tensor) -> Tensor:
    """1 / (1 + Σ exp(difference)) over the other keys j that are seen."""
    n_keys = difference_qkj.shape[-1]
    others = ~torch.eye(n_keys, dtype=torch.bool) & is_seen_qk[..., None, :]
    return 1 / (1 + difference_qkj.exp().masked_fill(~others, 0.0).sum(-1))


def mixed(pattern: Spread, value: Spread, is_seen_qk: Tensor, precision: Precision) -> Spread:
    """The mean of the values by the weights of a pattern, which lies between the least and the largest value seen."""
    n_keys = pattern.center.shape[-1]
    n_roundings = n_keys + (n_keys - 1) // KEYS_IN_A_BLOCK + 4
    product = bilinear(pattern, value, precision, n_roundings)
    unseen = ~is_seen_qk[..., None]
    least = value.lower[..., None, :, :].masked_fill(unseen, math.inf).amin(-2)
    most = value.upper[..., None, :, :].masked_fill(unseen, -math.inf).amax(-2)
    # Computed weights need not sum to 1.
    beside = (pattern.local @ value.size + product.local) * (1 + SLACK) if precision.in_radius else 0.0
    lower, upper = torch.maximum(product.lower, least - beside), torch.minimum(product.upper, most + beside)
    return between(lower, upper, product.error, product.local)


def _rounded(
    center: Tensor, radius: Tensor, carried: Tensor, gross: Tensor, precision: Precision, n_terms: int
) -> Spread:
    """A sum of so many terms, with what both arithmetics round off; `carried` is the error that its terms bring."""
    n_roundings = n_terms + _SPARE
    computed = (gross + carried) * (1 + SLACK)
    local = (precision.gamma(n_roundings) + 4 * SLACK) * computed + n_roundings * precision.smallest
    # Not where it is beyond: that would be false of what is no number, too.
    is_known = computed <= precision.largest / 2
    error = (carried * (1 + SLACK) + local).where(is_known, math.inf)
    return _settled(Spread(center, radius * (1 + SLACK) + SLACK * gross, error, local), precision)


def _settled(part: Spread, precision: Precision) -> Spread:
    """The spread with its error where the format says that it is counted."""
    if not precision.in_radius:
        return part
    return Spread(part.center, (part.radius + part.error) * (1 + SLACK), torch.zeros_like(part.error), part.local)
