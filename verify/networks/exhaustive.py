"""The contract of a neural cell, checked by running every input of its finite domain.

1. The inputs that meet the requirements are run in batches, and the contract says of each answer, exactly, whether it
   is allowed. An answer whose logits are not all finite, or that is outside the declared type, is wrong.
2. The smallest lead of the best logit over the next (the margin), its input, and the first wrong input are kept.
3. A bound E on how far rounding can have moved a logit is derived for all inputs together; then, where a margin is not
   above 4E, for that input alone.

What was run is one evaluation, on one device. Where a margin is above 2E, the weights give the same answer in real
arithmetic; where it is above 4E, any evaluation in this number format does, of any order and batch. Inputs that are
still closer have their answers certified by linear bounds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from ...dsl.checking.contracts import CellContract, read_contract
from ...dsl.scope import CellSignature
from ...dsl.types import Int, element_of
from ...errors import VerificationError
from ...runtime.cell import NeuralCell
from ...runtime.threads import one_thread
from .certified import certified_leads, exact_leads
from .domain import Domain, check_faces, domain_of, holds
from .logit_errors import error_of_all, errors_of_each
from .rounding import Precision, precision_of

__all__ = ["ExhaustiveCheck", "Reach", "allowed_answers", "check_exhaustively"]

Reach = Literal["as run", "real arithmetic", "every evaluation"]
"""What the answers are shown to be the answers of."""

_AT_ONCE = 2**14
_RUN_AT_ONCE = {"cpu": 2**10, "cuda": 2**16}
"""Inputs that a network is asked about at once: on a CPU, what stays in its caches."""
_MOST_CLOSE, _MOST_CERTIFIED = 2**14, 2**11
"""Where more inputs are close to the bound, they are left as they are."""
_MOST_INPUTS = 2**31


@dataclass(frozen=True, slots=True)
class ExhaustiveCheck:
    """What running every input showed.

    Attributes:
        n_inputs: how many inputs meet the requirements; all of them were run.
        n_wrong: how many answers the contract does not allow.
        smallest_margin: the least lead of the best logit over the next; infinite where there is one output.
        first_wrong: the first input, and the answer to it, that the contract does not allow.
        dtype: the number format that was computed in.
        device: where.
        least_certain: the first input of the smallest margin.
        rounding_bound: how far rounding can have moved any logit of any input; infinite where nothing is known.
        reach: whether the answers are those of the one evaluation alone.
    """

    n_inputs: int
    n_wrong: int
    smallest_margin: float
    first_wrong: tuple[tuple[int, ...], int] | None
    dtype: str
    device: str
    least_certain: tuple[int, ...] = ()
    rounding_bound: float = math.inf
    reach: Reach = "as run"

    @property
    def holds(self) -> bool:
        """Whether every answer is allowed."""
        return self.n_wrong == 0


@one_thread()
def check_exhaustively(cell: NeuralCell, signature: CellSignature) -> ExhaustiveCheck:
    """Run a cell on every input that its contract allows.

    Raises:
        VerificationError: if there is no contract, a port has no finite range, the ports are not the network's, no
            input meets the requirements, or there are too many inputs to run.
    """
    if signature.ensures is None:
        raise VerificationError(f"the {signature.kind} {signature.name!r} has no contract to check")
    contract, domain = read_contract(signature), domain_of(signature)
    check_faces(cell, signature)
    if domain.n_inputs > _MOST_INPUTS:
        raise VerificationError(
            f"{signature.name!r} has {domain.n_inputs:,} inputs, and up to {_MOST_INPUTS:,} are run: narrow its ports, "
            "or measure it on a sample (measure_contract)"
        )
    precision = precision_of(cell.model.get_parameter("embed").dtype)
    bound = error_of_all(cell, domain.ranges, precision)
    tally = _Tally(bound)
    for start in range(0, domain.n_inputs, _AT_ONCE):
        numbers_b = torch.arange(start, min(start + _AT_ONCE, domain.n_inputs))
        _run_batch(tally, cell, signature, contract, domain, numbers_b)
    if not tally.n_inputs:
        raise VerificationError(f"no input of {signature.name!r} meets its requirements")
    return ExhaustiveCheck(
        n_inputs=tally.n_inputs,
        n_wrong=tally.n_wrong,
        smallest_margin=tally.smallest_margin,
        first_wrong=tally.first_wrong,
        dtype=precision.name,
        device=cell.device.type,
        least_certain=tally.least_certain,
        rounding_bound=bound,
        reach=_reach(tally, cell, precision),
    )


@dataclass(slots=True)
class _Tally:
    """What was found so far; `close` are inputs whose margin is not clear of the bound, with answers and margins."""

    bound: float
    n_inputs: int = 0
    n_wrong: int = 0
    smallest_margin: float = math.inf
    least_certain: tuple[int, ...] = ()
    first_wrong: tuple[tuple[int, ...], int] | None = None
    n_close: int = 0
    close: list[tuple[Tensor, Tensor, Tensor]] = field(default_factory=list)


def _run_batch(
    tally: _Tally,
    cell: NeuralCell,
    signature: CellSignature,
    contract: CellContract,
    domain: Domain,
    numbers_b: Tensor,
) -> None:
    values_bp = domain.rows(numbers_b)
    values_bp = values_bp[holds(contract.requires, contract, values_bp)]
    if not len(values_bp):
        return
    answers_b, margins_b, is_allowed_b = allowed_answers(cell, signature, contract, values_bp)
    tally.n_inputs += len(values_bp)
    wrong_w = (~is_allowed_b).nonzero().flatten()
    tally.n_wrong += len(wrong_w)
    if len(wrong_w) and tally.first_wrong is None:
        first = int(wrong_w[0])
        tally.first_wrong = tuple(values_bp[first].tolist()), int(answers_b[first])
    least = int(margins_b.argmin())
    if not tally.least_certain or float(margins_b[least]) < tally.smallest_margin:
        tally.smallest_margin, tally.least_certain = float(margins_b[least]), tuple(values_bp[least].tolist())
    close_b = ~(margins_b > 4 * tally.bound)
    tally.n_close += int(close_b.sum())
    if bool(close_b.any()) and tally.n_close <= _MOST_CLOSE:
        tally.close.append((values_bp[close_b], answers_b[close_b], margins_b[close_b]))


def allowed_answers(
    cell: NeuralCell, signature: CellSignature, contract: CellContract, values_bp: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The answers to some inputs, their margins, and whether the contract allows them; each of shape (batch,)."""
    answers_b, margins_b, is_finite_b = _run(cell, values_bp)
    is_promised_b = holds(contract.ensures, contract, values_bp, answers_b)
    return answers_b, margins_b, is_finite_b & _is_typed(signature, answers_b) & is_promised_b


def _run(cell: NeuralCell, values_bp: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The answers, their margins (0 where a logit is not finite) and whether all logits are finite."""
    parts = torch.split(values_bp, _RUN_AT_ONCE.get(cell.device.type, _AT_ONCE))
    logits_bo = torch.cat([cell.logits(*part.unbind(1)).cpu() for part in parts])
    is_finite_b = logits_bo.isfinite().all(-1)
    if logits_bo.shape[-1] < 2:
        margins_b = torch.full((len(logits_bo),), math.inf, dtype=torch.float64)
    else:
        best_b2 = logits_bo.topk(2, dim=-1).values.double()
        margins_b = best_b2[:, 0] - best_b2[:, 1]
    return logits_bo.argmax(-1) + cell.config.output.low, margins_b.where(is_finite_b, 0.0), is_finite_b


def _is_typed(signature: CellSignature, answers_b: Tensor) -> Tensor:
    """Whether an answer is a value of the declared type."""
    element = element_of(signature.output.type)
    is_right = torch.ones_like(answers_b, dtype=torch.bool)
    if isinstance(element, Int):
        is_right &= answers_b >= element.low if element.low is not None else is_right
        is_right &= answers_b <= element.high if element.high is not None else is_right
    return is_right


def _reach(tally: _Tally, cell: NeuralCell, precision: Precision) -> Reach:
    """How far the answers reach, by sharper bounds for the inputs that are close."""
    if not tally.n_close:
        return "every evaluation"
    if tally.n_close > _MOST_CLOSE:
        return "as run"
    values_bp, answers_b, margins_b = (torch.cat(parts) for parts in zip(*tally.close, strict=True))
    is_open_b = ~(margins_b > 4 * errors_of_each(cell, values_bp, precision))
    values_bp, answers_b = values_bp[is_open_b], answers_b[is_open_b]
    if not len(values_bp):
        return "every evaluation"
    if len(values_bp) > _MOST_CERTIFIED or not bool((exact_leads(cell, values_bp, answers_b) > 0).all()):
        return "as run"
    is_certain = bool((certified_leads(cell, values_bp, answers_b, precision) > 0).all())
    return "every evaluation" if is_certain else "real arithmetic"
