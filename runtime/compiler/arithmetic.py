"""What floating point does with sums, in the number format that a program is compiled to.

A sum of m terms of total size M, in any order, is off by at most (m - 1) · u · M, where u is the unit roundoff of
summation; storing it rounds once more. Sums of whole multiples of a unit are exact while they fit into the significand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import torch

from ...errors import RuntimeFault, did_you_mean

__all__ = ["ARITHMETICS", "Arithmetic", "arithmetic_of"]

_LARGEST = 2**64


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A number format.

    Attributes:
        dtype: how numbers are stored.
        n_bits: bits of a stored significand.
        n_bits_summed: bits of the significand while a sum is formed; formats of half width are summed in float32.
    """

    dtype: torch.dtype
    n_bits: int
    n_bits_summed: int

    @property
    def name(self) -> str:
        """The format's name, such as `float32`."""
        return str(self.dtype).removeprefix("torch.")

    @property
    def storage(self) -> float:
        """The largest relative error of storing a number."""
        return float(2.0**-self.n_bits)

    @property
    def summation(self) -> float:
        """The largest relative error of one addition within a sum."""
        return float(2.0**-self.n_bits_summed)

    @property
    def storing_sums(self) -> float:
        """The relative error that storing a sum adds to that of forming it."""
        return self.storage if self.n_bits < self.n_bits_summed else 0.0

    @property
    def rounding_constant(self) -> int:
        """A number to which adding x, |x| at most a third of it, leaves x rounded to a whole number.

        Source: the numbers between 2^(p-1) and 2^p are whole, in a significand of p bits.
        """
        return 3 << (self.n_bits - 2)

    def nearest(self, number: float) -> Fraction:
        """The stored number nearest to another one."""
        return Fraction(torch.tensor(number, dtype=torch.float64).to(self.dtype).item())

    def holds(self, number: int | Fraction) -> bool:
        """Whether a number is stored exactly."""
        numerator, denominator = abs(number.numerator), number.denominator
        odd = numerator >> max(0, (numerator & -numerator).bit_length() - 1)
        is_binary = denominator & (denominator - 1) == 0 and denominator < _LARGEST
        return is_binary and numerator < _LARGEST and odd.bit_length() <= self.n_bits


ARITHMETICS: Mapping[str, Arithmetic] = {
    arithmetic.name: arithmetic
    for arithmetic in (
        Arithmetic(torch.float32, 24, 24),
        Arithmetic(torch.float64, 53, 53),
        Arithmetic(torch.bfloat16, 8, 24),
    )
}


def arithmetic_of(dtype: str | torch.dtype) -> Arithmetic:
    """The arithmetic of a number format.

    Raises:
        RuntimeFault: if programs are not compiled to it.
    """
    name = str(dtype).removeprefix("torch.")
    if name not in ARITHMETICS:
        hint = did_you_mean(name, ARITHMETICS) or f"choose one of {', '.join(ARITHMETICS)}"
        raise RuntimeFault(f"programs are not compiled to {name!r}; {hint}")
    return ARITHMETICS[name]
