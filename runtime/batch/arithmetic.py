"""Arithmetic on tensors of whole numbers and of fractions, exact or marked as too large.

Whole numbers are fractions over 1 in the formulas; where both operands are whole and so is the answer, the
denominators are left out. A product or a sum is too large where its estimate in floating point reaches the bound of
the columns; the exact numbers are at most half of what 64 bits hold, so that none wraps around below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from .columns import Ratio, Whole
from .table import LARGEST

__all__ = ["ARITHMETIC", "Computed", "beyond", "reduced"]

Numbers = Whole | Ratio


class Computed(NamedTuple):
    """Numbers, where they are not defined, and where they do not stand in 64 bits; None is nowhere."""

    column: Numbers
    undefined: Tensor | None = None
    too_large: Tensor | None = None


def largest(values: Tensor) -> int:
    """The largest magnitude among the values."""
    low, high = values.aminmax()
    return max(-int(low), int(high))


def beyond(*products: tuple[Tensor, Tensor]) -> Tensor | None:
    """Where the sum of the products' magnitudes is too large; None where it is nowhere."""
    if sum(largest(left) * largest(right) for left, right in products) < LARGEST:
        return None
    estimate = sum(left.double().abs() * right.double().abs() for left, right in products)
    assert isinstance(estimate, Tensor), "there is at least one product"
    return estimate >= LARGEST


def reduced(numerators: Tensor, denominators: Tensor) -> Numbers:
    """Fractions in lowest terms, as whole numbers if all of them are; no denominator may be 0."""
    divisors = torch.gcd(numerators, denominators).abs() * denominators.sign()
    above, below = (torch.div(part, divisors, rounding_mode="floor") for part in (numerators, denominators))
    return Whole(above) if bool((below == 1).all()) else Ratio(above, below)


def _fraction(numbers: Numbers) -> tuple[Tensor, Tensor]:
    if isinstance(numbers, Ratio):
        return numbers.numerators, numbers.denominators
    return numbers.values, torch.ones_like(numbers.values)


def _either(*masks: Tensor | None) -> Tensor | None:
    known = [mask for mask in masks if mask is not None]
    return None if not known else known[0] if len(known) == 1 else known[0] | known[1]


def _kept(numbers: Tensor, amiss: Tensor | None, instead: int = 0) -> Tensor:
    """The numbers, a harmless one where they are not what they should be."""
    return numbers if amiss is None else torch.where(amiss, instead, numbers)


def _as_fraction(above: Tensor, below: Tensor, too_large: Tensor | None) -> Computed:
    return Computed(reduced(_kept(above, too_large), _kept(below, too_large, 1)), None, too_large)


def _add(left: Numbers, right: Numbers) -> Computed:
    if isinstance(left, Whole) and isinstance(right, Whole):
        one = torch.ones(1, dtype=torch.int64, device=left.values.device)
        too_large = beyond((left.values, one), (right.values, one))
        return Computed(Whole(_kept(left.values + right.values, too_large)), None, too_large)
    (a, b), (c, d) = _fraction(left), _fraction(right)
    return _as_fraction(a * d + c * b, b * d, _either(beyond((a, d), (c, b)), beyond((b, d))))


def _subtract(left: Numbers, right: Numbers) -> Computed:
    return _add(left, _negate(right).column)


def _multiply(left: Numbers, right: Numbers) -> Computed:
    if isinstance(left, Whole) and isinstance(right, Whole):
        too_large = beyond((left.values, right.values))
        return Computed(Whole(_kept(left.values * right.values, too_large)), None, too_large)
    (a, b), (c, d) = _fraction(left), _fraction(right)
    return _as_fraction(a * c, b * d, _either(beyond((a, c)), beyond((b, d))))


def _divide(left: Numbers, right: Numbers) -> Computed:
    (a, b), (c, d) = _fraction(left), _fraction(right)
    by_zero = c == 0
    too_large = _either(beyond((a, d)), beyond((b, c)))
    answer = _as_fraction(a * d, b * torch.where(by_zero, 1, c), too_large)
    return answer._replace(undefined=by_zero)


def _modulo(left: Numbers, right: Numbers) -> Computed:
    if isinstance(left, Whole) and isinstance(right, Whole):
        by_zero = right.values == 0
        return Computed(Whole(torch.remainder(left.values, torch.where(by_zero, 1, right.values))), by_zero)
    (a, b), (c, d) = _fraction(left), _fraction(right)
    by_zero = c == 0
    too_large = _either(_either(beyond((a, d)), beyond((c, b))), beyond((b, d)))
    divisors = torch.where(by_zero, 1, _kept(c * b, too_large, 1))
    return _as_fraction(torch.remainder(a * d, divisors), b * d, too_large)._replace(undefined=by_zero)


def _extreme(is_left: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Numbers, Numbers], Computed]:
    """The smaller, or the larger, of two numbers."""

    def apply(left: Numbers, right: Numbers) -> Computed:
        if isinstance(left, Whole) and isinstance(right, Whole):
            return Computed(Whole(torch.where(is_left(left.values, right.values), left.values, right.values)))
        (a, b), (c, d) = _fraction(left), _fraction(right)
        first = is_left(a * d, c * b)
        answer = reduced(torch.where(first, a, c), torch.where(first, b, d))
        return Computed(answer, None, _either(beyond((a, d)), beyond((c, b))))

    return apply


def _negate(operand: Numbers) -> Computed:
    if isinstance(operand, Whole):
        return Computed(Whole(-operand.values))
    return Computed(Ratio(-operand.numerators, operand.denominators))


def _magnitude(operand: Numbers) -> Computed:
    if isinstance(operand, Whole):
        return Computed(Whole(operand.values.abs()))
    return Computed(Ratio(operand.numerators.abs(), operand.denominators))


def _round(operand: Numbers) -> Computed:
    """The nearest whole number, the even one of two."""
    if isinstance(operand, Whole):
        return Computed(operand)
    above, below = operand.numerators, operand.denominators
    floor = torch.div(above, below, rounding_mode="floor")
    rest = (above - floor * below) * 2 - below
    goes_up = (rest > 0) | ((rest == 0) & (floor % 2 == 1))
    return Computed(Whole(floor + goes_up))


ARITHMETIC: Mapping[str, Callable[..., Computed]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _modulo,
    "min": _extreme(torch.le),
    "max": _extreme(torch.ge),
    "negate": _negate,
    "abs": _magnitude,
    "round": _round,
}
