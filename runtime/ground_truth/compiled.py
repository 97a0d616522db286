"""The ground truth of a compiled program: its edges, tried on every input of a small domain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor

from ...dsl.types import Seq
from ...errors import RuntimeFault
from ..compiler import CompiledTransformer
from .interventions import GroundTruth, causal_edges

__all__ = ["ground_truth"]


def ground_truth(
    compiled: CompiledTransformer,
    *,
    n_inputs_max: int = 1_000,
    tolerance: float = 1e-3,
    n_runs_max: int = 5_000_000,
) -> GroundTruth:
    """Which edges carry a live symbol, and which are causal, on every input up to a length.

    Args:
        compiled: the transformer of a program.
        n_inputs_max: how many inputs are tried at most; the length is chosen so that all of them can be.
        tolerance: a change of a logit that is no rounding.
        n_runs_max: how many runs of an input are allowed.

    Returns:
        The truth about each edge; its scope tells the length. Inputs that have no answer are left out.

    Raises:
        RuntimeFault: if not even the inputs of one token can be tried, or too many runs would be needed.
    """
    alphabet = [0] if compiled.vocabulary is None else range(len(compiled.vocabulary))
    longest = _longest(len(alphabet), compiled.max_length, n_inputs_max)
    n_before = compiled.config.n_context - compiled.max_length
    first = compiled.config.n_vocabulary - len(alphabet)
    rows = [
        [0] * n_before + [first + token for token in tokens]
        for length in range(1, longest + 1)
        for tokens in product(alphabet, repeat=length)
    ]
    device = compiled.module.get_parameter("embed").device
    tokens_bn = torch.tensor([[*row, *[0] * (n_before + longest - len(row))] for row in rows], device=device)
    n_tokens_b = torch.tensor([len(row) for row in rows], device=device)
    places_n = torch.arange(tokens_bn.shape[1], device=device)
    scored_n = places_n >= n_before if _is_sequence(compiled) else places_n == n_before
    scored_bn = scored_n & (places_n < n_tokens_b[:, None])
    decode = _Decoding(compiled)
    with torch.no_grad():
        is_answered_b = (decode(compiled.module(tokens_bn, n_tokens_b)) >= 0).logical_or(~scored_bn).all(1)
    if not is_answered_b.any():
        raise RuntimeFault("the program has no answer to any of the inputs, and no edge can change it")
    return causal_edges(
        compiled.module,
        tokens_bn[is_answered_b],
        n_tokens_b[is_answered_b],
        decode=decode,
        scored_bn=scored_bn[is_answered_b],
        tolerance=tolerance,
        n_runs_max=n_runs_max,
        scope=f"all inputs of 1 to {longest} tokens out of {len(alphabet)} that have an answer",
    )


def _longest(n_tokens: int, max_length: int, n_inputs_max: int) -> int:
    """The largest length up to which all inputs can be tried."""
    n_inputs = longest = 0
    while longest < max_length and n_inputs + n_tokens ** (longest + 1) <= n_inputs_max:
        longest += 1
        n_inputs += n_tokens**longest
    if not longest:
        raise RuntimeFault(
            f"a vocabulary of {n_tokens} tokens has more than {n_inputs_max} inputs; compile it for fewer tokens, or "
            "allow more inputs"
        )
    return longest


def _is_sequence(compiled: CompiledTransformer) -> bool:
    """Whether every position answers; a scalar answer stands at the first one."""
    return isinstance(compiled.function.result.type, Seq)


class _Decoding:
    """The answers that logits mean, as numbers of values; -1 where a check says that there is none."""

    def __init__(self, compiled: CompiledTransformer) -> None:
        readout = compiled.answer
        self._n_answer = len(readout.functionals)
        self._gap = float(readout.domain.gap) if readout.is_number else None
        is_listed = readout.is_number and readout.domain.values is not None
        self._borders = _borders(readout.domain.values or ()) if is_listed else None

    def __call__(self, logits_bno: Tensor) -> Tensor:
        answer_bno = logits_bno[..., : self._n_answer]
        if self._borders is not None:
            codes_bn = torch.bucketize(answer_bno[..., 0].contiguous(), self._borders.to(answer_bno))
        elif self._gap is not None:
            codes_bn = (answer_bno[..., 0] / self._gap).round().to(torch.int64)
        else:
            codes_bn = answer_bno.argmax(-1)
        fails_bn = (logits_bno[..., self._n_answer :] > 0.5).any(-1)
        return codes_bn.masked_fill(fails_bn, -1)


def _borders(values: Sequence[Any]) -> Tensor:
    """What lies halfway between neighbouring values."""
    ascending = torch.tensor([float(value) for value in values], dtype=torch.float64)
    return (ascending[1:] + ascending[:-1]) / 2
