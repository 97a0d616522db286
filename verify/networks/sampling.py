"""Where not every input can be run: a measurement on drawn ones, with an exact interval. It proves nothing.

The interval is that of Clopper and Pearson: it holds the true share of right answers with at least the confidence
asked for, whatever that share is. An answer that is wrong refutes the contract all the same.

Source: Clopper and Pearson 1934, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ...dsl.checking.contracts import read_contract
from ...dsl.scope import CellSignature
from ...errors import VerificationError
from ...runtime.cell import NeuralCell
from ...runtime.threads import one_thread
from .domain import Domain, check_faces, domain_of, holds
from .exhaustive import allowed_answers
from .rounding import precision_of

__all__ = ["Measurement", "clopper_pearson", "measure_contract"]

_AT_ONCE = 2**14
_DRAWS_PER_INPUT = 64
_STEPS = 60
_MOST_TERMS = 2**14
_SHOWN = 10**5
"""An interval is shown in thousandths of a percent."""
_SAFETY = 1e-6
"""Of the probability in a tail: far more than what the sums of logarithms are off by."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured on drawn inputs; nothing is said of the others.

    Attributes:
        n_inputs: how many inputs were run, drawn evenly, and with replacement, from those that meet the requirements.
        n_wrong: how many answers the contract does not allow.
        share: the share of allowed answers.
        interval: the Clopper-Pearson interval of that share.
        confidence: of the interval.
        seed: what the inputs were drawn by.
        first_wrong: the first wrong input drawn, and its answer.
        dtype: the number format that was computed in.
        device: where.
    """

    n_inputs: int
    n_wrong: int
    share: float
    interval: tuple[float, float]
    confidence: float
    seed: int
    first_wrong: tuple[tuple[int, ...], int] | None
    dtype: str
    device: str

    def __str__(self) -> str:
        """As in `measured: 99.2%, 98.1%..99.7% at 95%, 1,000 inputs, seed 0`, the interval rounded outwards."""
        low, high = math.floor(self.interval[0] * _SHOWN) / _SHOWN, math.ceil(self.interval[1] * _SHOWN) / _SHOWN
        return (
            f"measured: {self.share:.1%}, {100 * low:g}%..{100 * high:g}% at {self.confidence:.0%}, "
            f"{self.n_inputs:,} inputs, seed {self.seed}"
        )


@one_thread()
def measure_contract(
    cell: NeuralCell, signature: CellSignature, n_inputs: int, *, seed: int, confidence: float = 0.95
) -> Measurement:
    """Run a cell on drawn inputs, and say how often its contract holds.

    Args:
        cell: the cell.
        signature: its ports, finite ranges of integers, and its contract.
        n_inputs: how many inputs to draw; 1 or more.
        seed: what they are drawn by.
        confidence: of the interval, above 0 and below 1.

    Raises:
        VerificationError: if there is no contract, no input is asked for, the ports are not the network's, or too few
            inputs meet the requirements to be drawn.
    """
    if signature.ensures is None:
        raise VerificationError(f"the {signature.kind} {signature.name!r} has no contract to measure")
    domain = domain_of(signature)
    check_faces(cell, signature)
    if n_inputs < 1:
        raise VerificationError(f"{n_inputs} inputs measure nothing: ask for 1 or more")
    contract = read_contract(signature)
    generator = torch.Generator().manual_seed(seed)
    n_run, n_wrong, n_drawn, first_wrong = 0, 0, 0, None
    while n_run < n_inputs:
        if n_drawn > _DRAWS_PER_INPUT * max(n_inputs, _AT_ONCE):
            raise VerificationError(
                f"of {n_drawn:,} drawn inputs of {signature.name!r} only {n_run:,} meet its requirements: narrow the "
                "ports to where they hold"
            )
        drawn_bp = _drawn(domain, generator)
        n_drawn += len(drawn_bp)
        values_bp = drawn_bp[holds(contract.requires, contract, drawn_bp)][: n_inputs - n_run]
        if not len(values_bp):
            continue
        answers_b, _, is_allowed_b = allowed_answers(cell, signature, contract, values_bp)
        wrong_w = (~is_allowed_b).nonzero().flatten()
        if len(wrong_w) and first_wrong is None:
            first = int(wrong_w[0])
            first_wrong = tuple(values_bp[first].tolist()), int(answers_b[first])
        n_run, n_wrong = n_run + len(values_bp), n_wrong + len(wrong_w)
    return Measurement(
        n_inputs=n_run,
        n_wrong=n_wrong,
        share=1 - n_wrong / n_run,
        interval=clopper_pearson(n_run - n_wrong, n_run, confidence),
        confidence=confidence,
        seed=seed,
        first_wrong=first_wrong,
        dtype=precision_of(cell.model.get_parameter("embed").dtype).name,
        device=cell.device.type,
    )


def _drawn(domain: Domain, generator: torch.Generator) -> Tensor:
    columns = [torch.randint(values.start, values.stop, (_AT_ONCE,), generator=generator) for values in domain.ranges]
    return torch.stack(columns, dim=1)


def clopper_pearson(n_right: int, n_inputs: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share, each of its ends rounded outwards.

    Raises:
        VerificationError: if there are no inputs, more right ones than inputs, or the confidence is no share.
    """
    if not 0 <= n_right <= n_inputs or n_inputs < 1 or not 0 < confidence < 1:
        raise VerificationError(
            f"no interval of {n_right} out of {n_inputs} at confidence {confidence}: expected 0 <= right <= inputs, 1 "
            "input or more, and a confidence between 0 and 1"
        )
    tail = (1 - confidence) / 2 * (1 - _SAFETY)
    return 1 - _most(n_inputs - n_right, n_inputs, tail), _most(n_right, n_inputs, tail)


def _most(n_right: int, n_inputs: int, tail: float) -> float:
    """The largest share by which so few right answers, or fewer, still have a probability of `tail`."""
    if n_right == n_inputs:
        return 1.0
    # Terms fall away from `n_right` downwards; those that are not summed count as much as the last one that is.
    n_omitted = max(0, n_right - _MOST_TERMS)
    counts = torch.arange(n_omitted, n_right + 1, dtype=torch.float64)
    ways = math.lgamma(n_inputs + 1) - (counts + 1).lgamma() - (n_inputs - counts + 1).lgamma()
    low, high = n_right / n_inputs, 1.0
    for _ in range(_STEPS):
        share = (low + high) / 2
        if share >= 1.0:
            break
        terms = ways + counts * math.log(share) + (n_inputs - counts) * math.log1p(-share)
        terms[0] += math.log1p(n_omitted)
        low, high = (share, high) if float(terms.logsumexp(0)) > math.log(tail) else (low, share)
    return high
