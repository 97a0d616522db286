"""Read the formula of modular addition off a network: a sum of cosines over its key frequencies.

1. The Fourier spectrum of the number embeddings gives the power of each frequency k = 1..p/2, for figures.
2. The logits of c after (a, b), centred over c, are fitted by Σ_k a_k cos(2πk(a + b − c)/p). Over the full table these
   cosines are orthogonal, so each a_k is one projection, and each explains its own share of the variance.
3. Rule for the key frequencies: all that explain at least `SHARE_OF_KEY_FREQUENCY` of the variance, and at least the
   strongest. Where the formula's answers differ from the network's, the next strongest are added up to the shortest
   list with the best agreement.

Axes: a, b, c the three numbers, k frequency, s the residue a + b − c.

Source: Nanda et al. 2023, "Progress measures for grokking via mechanistic interpretability".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import sympy
import torch
from torch import Tensor

from ..errors import ExtractionError
from ..runtime.cell import NeuralCell

__all__ = ["AdditionFormula", "find_formula", "frequency_powers"]

SHARE_OF_KEY_FREQUENCY = 0.01


@dataclass(frozen=True, slots=True)
class AdditionFormula:
    """The logit of c as Σ_k a_k cos(2πk(a + b − c)/p), and how well it stands for the network it was read off."""

    modulus: int
    frequencies: tuple[int, ...]
    """The key frequencies k, strongest first."""
    amplitudes: tuple[float, ...]
    """The factor a_k of each key frequency, in units of the logits, to 12 digits."""
    n_inputs: int
    n_agreeing: int
    """Inputs on which the formula's answer is the network's."""
    r_squared: float
    """Share of the variance of the network's centred logits that the formula explains, at most 1."""
    embedding_powers: tuple[float, ...]
    """Share of each frequency k = 1..p/2 in the spectrum of the number embeddings."""
    logit_shares: tuple[float, ...]
    """Share of each frequency k = 1..p/2 in the variance of the logits."""

    @property
    def agreement(self) -> float:
        """Fraction of all inputs on which the formula's answer is the network's."""
        return self.n_agreeing / self.n_inputs

    @property
    def text(self) -> str:
        """The logit of c, as in `16.8*cos(2*pi*13*(a + b - c)/37)`, a sum of such terms."""
        terms = zip(self.amplitudes, self.frequencies, strict=True)
        return " + ".join(f"{amplitude}*cos(2*pi*{k}*(a + b - c)/{self.modulus})" for amplitude, k in terms)

    @property
    def expression(self) -> sympy.Expr:
        """`text` in the symbols `a`, `b` and `c`; `sympy.sympify` gives it back from its `str` and its `srepr`."""
        return sympy.sympify(self.text)

    def answer(self, a: int, b: int) -> int:
        """The c with the largest logit."""
        residues_c = (a + b - torch.arange(self.modulus)) % self.modulus
        return int(self.logits_by_residue()[residues_c].argmax())

    def logits_by_residue(self) -> Tensor:
        """The formula's value for each residue a + b − c, 0 to p − 1."""
        waves_ks = _waves(self.modulus)[[k - 1 for k in self.frequencies]]
        return torch.tensor(self.amplitudes, dtype=torch.float64) @ waves_ks


def find_formula(cell: NeuralCell) -> AdditionFormula:
    """Fit the formula to a cell with two input ports and an output port, all 0 to p − 1.

    Raises:
        ExtractionError: if the ports are others, or the logits do not depend on the input.
    """
    modulus = _modulus(cell)
    numbers = torch.arange(modulus)
    logits_abc = cell.logits(numbers[:, None], numbers[None, :]).double()
    centred_abc = logits_abc - logits_abc.mean(dim=2, keepdim=True)
    variance = centred_abc.square().sum()
    if variance == 0:
        raise ExtractionError("the cell gives every output the same logit, so that no formula can be fitted")
    residue_abc = (numbers[:, None, None] + numbers[None, :, None] - numbers) % modulus
    waves_ks = _waves(modulus)
    sums_s = torch.zeros(modulus, dtype=torch.float64).index_add(0, residue_abc.flatten(), centred_abc.flatten())
    squares_k = modulus**2 * waves_ks.square().sum(dim=1)
    amplitudes_k = waves_ks @ sums_s / squares_k
    shares_k = amplitudes_k.square() * squares_k / variance
    answers_ab = logits_abc.argmax(dim=2)
    chosen, n_agreeing = _choose_frequencies(amplitudes_k, shares_k, answers_ab, residue_abc)
    return AdditionFormula(
        modulus=modulus,
        frequencies=tuple(index + 1 for index in chosen),
        amplitudes=tuple(float(f"{amplitude:.12g}") for amplitude in amplitudes_k[chosen].tolist()),
        n_inputs=modulus**2,
        n_agreeing=n_agreeing,
        r_squared=shares_k[chosen].sum().item(),
        embedding_powers=tuple(frequency_powers(cell).tolist()),
        logit_shares=tuple(shares_k.tolist()),
    )


def frequency_powers(cell: NeuralCell) -> Tensor:
    """Share of each frequency k = 1..p/2 in the number embeddings, without their mean; shape (frequency,).

    Raises:
        ExtractionError: as in `find_formula`.
    """
    numbers_ad = cell.model.state_dict()["embed"][: _modulus(cell)].double()
    power_k = torch.fft.rfft(numbers_ad, dim=0)[1:].abs().square().sum(dim=1)
    shares_k: Tensor = power_k / power_k.sum()
    return shares_k


def _modulus(cell: NeuralCell) -> int:
    ports = (*cell.config.inputs, cell.config.output)
    modulus = cell.config.output.n_values
    if len(ports) != 3 or any((port.low, port.high) != (0, modulus - 1) for port in ports):
        found = ", ".join(f"{port.name}: {port.low}..{port.high}" for port in ports)
        raise ExtractionError(f"expected two inputs and an output of the same range 0..p-1, found {found}")
    return modulus


def _waves(modulus: int) -> Tensor:
    """cos(2πks/p) for each frequency k = 1..p/2 and residue s, shape (frequency, residue)."""
    k, s = torch.arange(1, modulus // 2 + 1), torch.arange(modulus)
    return torch.cos(2 * math.pi * (k[:, None] * s % modulus).double() / modulus)


def _choose_frequencies(
    amplitudes_k: Tensor, shares_k: Tensor, answers_ab: Tensor, residue_abc: Tensor
) -> tuple[list[int], int]:
    """Indices of the key frequencies by the module's rule, strongest first, and on how many inputs they agree."""
    order = shares_k.argsort(descending=True).tolist()
    n_least = max(1, int((shares_k >= SHARE_OF_KEY_FREQUENCY).sum()))
    waves_ks = _waves(len(answers_ab))

    def n_agreeing(n_chosen: int) -> int:
        fitted_s = amplitudes_k[order[:n_chosen]] @ waves_ks[order[:n_chosen]]
        return int((fitted_s[residue_abc].argmax(dim=2) == answers_ab).sum())

    agreeing = {n_least: n_agreeing(n_least)}
    if agreeing[n_least] < answers_ab.numel():
        agreeing |= {n_chosen: n_agreeing(n_chosen) for n_chosen in range(n_least + 1, len(order) + 1)}
    best = max(agreeing, key=lambda n_chosen: (agreeing[n_chosen], -n_chosen))
    return order[:best], agreeing[best]
