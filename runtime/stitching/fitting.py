"""Fit a soft wire between two cells, and measure what it keeps of the hard one.

1. The upstream cell answers all inputs of its finite domain, or a sample where there are too many: its own
   distribution. A seeded split holds some back.
2. The directions read are the principal ones of the upstream residual on the fitted inputs: all that vary, or the first
   `width` of them.
3. Ridge regression takes them to the embedding that the hard wire would have put there, the penalty chosen by the
   leave-one-out error (which ridge has in closed form).
4. Held-out inputs, each with every value (or a sample) of the downstream cell's other ports, are answered by the hard
   and by the soft wire: the fidelity is the share on which the two answers are equal.

Axes: b batch, p input port, d residual width upstream, k direction read, e residual width downstream.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from ...errors import RuntimeFault
from ..cell import STREAM, IntPort, NeuralCell
from .adapter import Adapter, AdapterConfig
from .wires import Wire, check_vocabularies

__all__ = ["Fidelity", "fit_adapter", "measure_adapter"]

_PENALTIES = tuple(10.0**exponent for exponent in range(-8, 3))
_Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How well a soft wire stands for the hard one, on inputs that it was not fitted on.

    Attributes:
        agreement: share of calls whose decoded answers are equal; `interval` is Wilson's for it, at 95 %.
        n_calls: downstream calls compared, of which `n_wrong` differ.
        n_fitted: upstream inputs fitted on; `n_held_out` were held out.
        r_squared: share of the held-out embeddings' variance that the map explains, at most 1.
        relative_error: mean distance to the embedding, by the embeddings' mean length.
        width: directions read; `penalty` is the ridge's, None where an adapter was only measured.
        seed: of the split and of the samples.
        data: what was run, in words.
    """

    agreement: float
    interval: tuple[float, float]
    n_calls: int
    n_wrong: int
    n_fitted: int
    n_held_out: int
    r_squared: float
    relative_error: float
    width: int
    penalty: float | None
    seed: int
    data: str

    def to_dict(self) -> dict[str, Any]:
        """The measurement in JSON's own types."""
        return {**asdict(self), "interval": list(self.interval)}


@dataclass(frozen=True, slots=True)
class _Samples:
    """Upstream residuals and the values decoded from them."""

    residual_bd: Tensor
    values_b: Tensor

    def rows(self, places: Tensor) -> _Samples:
        return _Samples(self.residual_bd[places], self.values_b[places])


@torch.no_grad()
def fit_adapter(
    wire: Wire,
    source: NeuralCell,
    target: NeuralCell,
    *,
    seed: int = 0,
    reads: str = STREAM,
    width: int | None = None,
    held_out: float = 0.25,
    max_inputs: int = 65_536,
) -> tuple[Adapter, Fidelity]:
    """Fit an adapter for a wire, and measure it.

    Args:
        wire: what is joined.
        source: the upstream cell.
        target: the downstream cell.
        seed: of the split and of what is sampled.
        reads: what of the upstream model is read: the stream, or a writer such as `L0.mlp`.
        width: how many principal directions are read; all that vary if None.
        held_out: share of the upstream inputs that only measure.
        max_inputs: where the domain has more, so many inputs are sampled.

    Raises:
        RuntimeFault: if the vocabularies do not match, there is no such writer, or there are too few inputs to hold
            any out.
    """
    check_vocabularies([wire])
    samples, fitted_b, held_b, data = _split(wire, source, seed, reads, held_out, max_inputs)
    fitted = samples.rows(fitted_b)
    center_d, basis_dk = _principal(fitted.residual_bd.double(), width)
    wanted_be = target.embedded(wire.port.name, fitted.values_b).double()
    read_bk = (fitted.residual_bd.double() - center_d) @ basis_dk
    weight_ke, bias_e, penalty = _ridge(read_bk, wanted_be)
    dtype = target.model.get_parameter("embed").dtype
    tensors = {"center": center_d, "basis": basis_dk, "weight": weight_ke, "bias": bias_e}
    config = AdapterConfig(*wire.key, reads)
    adapter = Adapter(config, {name: tensor.to(dtype) for name, tensor in tensors.items()}).to(target.device)
    held = samples.rows(held_b)
    return adapter, _measure(wire, target, adapter, held, len(fitted_b), penalty, seed, data, max_inputs)


@torch.no_grad()
def measure_adapter(
    wire: Wire,
    source: NeuralCell,
    target: NeuralCell,
    adapter: Adapter,
    *,
    seed: int = 0,
    held_out: float = 0.25,
    max_inputs: int = 65_536,
) -> Fidelity:
    """Measure an adapter again, on the held-out part of the split that the seed gives.

    Raises:
        RuntimeFault: if the adapter does not fit the wire.
    """
    adapter.check(wire, source, target)
    samples, fitted_b, held_b, data = _split(wire, source, seed, adapter.config.reads, held_out, max_inputs)
    held = samples.rows(held_b)
    return _measure(wire, target, adapter, held, len(fitted_b), None, seed, data, max_inputs)


def _split(
    wire: Wire, source: NeuralCell, seed: int, reads: str, held_out: float, max_inputs: int
) -> tuple[_Samples, Tensor, Tensor, str]:
    """The upstream cell's own distribution, and which rows fit and which measure."""
    generator = torch.Generator().manual_seed(seed)
    inputs_bp, is_all = _inputs(source.config.inputs, max_inputs, generator)
    n_held = round(held_out * len(inputs_bp))
    if not 0 < n_held < len(inputs_bp):
        raise RuntimeFault(
            f"{wire.place}: {wire.source.name!r} has {len(inputs_bp)} inputs, of which {n_held} would be held out: "
            "too few to fit and to measure; choose held_out between the two"
        )
    run = source.run(inputs_bp.to(source.device), reads=reads)
    values_b = run.logits_bo.argmax(-1) + source.config.output.low
    order_b = torch.randperm(len(inputs_bp), generator=generator)
    kind = "all" if is_all else "a sample of"
    data = f"{kind} {len(inputs_bp):,} inputs of {wire.source.name}, {n_held:,} held out"
    samples = _Samples(run.residual_bd, values_b)
    return samples, order_b[n_held:].sort().values, order_b[:n_held].sort().values, data


def _inputs(ports: tuple[IntPort, ...], most: int, generator: torch.Generator) -> tuple[Tensor, bool]:
    """Every combination of the ports' values, or so many drawn ones; whether it is every one."""
    n_inputs = math.prod(port.n_values for port in ports)
    if n_inputs <= most:
        grids = torch.meshgrid(*(torch.arange(port.low, port.high + 1) for port in ports), indexing="ij")
        return torch.stack([grid.reshape(-1) for grid in grids], dim=1), True
    drawn = [torch.randint(port.low, port.high + 1, (most,), generator=generator) for port in ports]
    return torch.stack(drawn, dim=1), False


def _principal(residual_bd: Tensor, width: int | None) -> tuple[Tensor, Tensor]:
    """The mean, and the directions along which the residual varies, strongest first."""
    center_d = residual_bd.mean(0)
    _, spread_k, rows_kd = torch.linalg.svd(residual_bd - center_d, full_matrices=False)
    n_varying = max(1, int((spread_k > 1e-6 * spread_k[0]).sum()))
    return center_d, rows_kd[: min(n_varying, width or n_varying)].T


def _ridge(read_bk: Tensor, wanted_be: Tensor) -> tuple[Tensor, Tensor, float]:
    """Slope, offset and penalty with the least leave-one-out error; the inputs are centred."""
    offset_e = wanted_be.mean(0)
    left_br, scale_r, right_rk = torch.linalg.svd(read_bk, full_matrices=False)
    aligned_re = left_br.T @ (wanted_be - offset_e)
    scores: list[tuple[float, float]] = []
    for penalty in (share * float(scale_r[0]) ** 2 for share in _PENALTIES):
        kept_r = scale_r**2 / (scale_r**2 + penalty)
        leverage_b = (left_br**2 @ kept_r + 1 / len(left_br)).clamp(max=1 - 1e-9)
        residual_be = wanted_be - offset_e - left_br @ (kept_r[:, None] * aligned_re)
        scores.append((float(((residual_be / (1 - leverage_b)[:, None]) ** 2).sum()), penalty))
    penalty = min(scores)[1]
    weight_ke = right_rk.T @ ((scale_r / (scale_r**2 + penalty))[:, None] * aligned_re)
    return weight_ke, offset_e, penalty


def _measure(
    wire: Wire,
    target: NeuralCell,
    adapter: Adapter,
    held: _Samples,
    n_fitted: int,
    penalty: float | None,
    seed: int,
    data: str,
    max_calls: int,
) -> Fidelity:
    """The hard wire's answers beside the soft wire's, and the embeddings beside what is written."""
    port = wire.port.name
    wanted_be = target.embedded(port, held.values_b)
    written_be = adapter(held.residual_bd)
    error_be = (written_be - wanted_be).double()
    spread_be = (wanted_be - wanted_be.mean(0)).double()
    n_equal, n_calls = _agreement(target, port, held.values_b, written_be, seed, max_calls)
    return Fidelity(
        agreement=n_equal / n_calls,
        interval=_wilson(n_equal, n_calls),
        n_calls=n_calls,
        n_wrong=n_calls - n_equal,
        n_fitted=n_fitted,
        n_held_out=len(held.values_b),
        r_squared=1 - float((error_be**2).sum() / (spread_be**2).sum().clamp(min=1e-30)),
        relative_error=float(error_be.norm(dim=1).mean() / wanted_be.double().norm(dim=1).mean().clamp(min=1e-30)),
        width=adapter.widths[1],
        penalty=penalty,
        seed=seed,
        data=data,
    )


def _agreement(
    target: NeuralCell, port: str, values_b: Tensor, written_be: Tensor, seed: int, max_calls: int
) -> tuple[int, int]:
    """On how many calls the two wires give one answer, and how many were made."""
    generator = torch.Generator().manual_seed(seed)
    others = tuple(one for one in target.config.inputs if one.name != port)
    most = max(1, max_calls // len(values_b))
    companions = _inputs(others, most, generator)[0] if others else torch.zeros(1, 0, dtype=torch.int64)
    n_each = len(companions)
    rows_b = torch.arange(len(values_b), device=values_b.device).repeat_interleave(n_each)
    columns = dict(zip((one.name for one in others), companions.repeat(len(values_b), 1).unbind(1), strict=True))
    columns[port] = values_b[rows_b]
    values_bp = torch.stack([columns[one.name].to(values_b.device) for one in target.config.inputs], dim=1)
    hard_b = target.run(values_bp).logits_bo.argmax(-1)
    soft_b = target.run(values_bp, {port: written_be[rows_b]}).logits_bo.argmax(-1)
    return int((hard_b == soft_b).sum()), len(hard_b)


def _wilson(n_equal: int, n_calls: int) -> tuple[float, float]:
    """Wilson's interval for a share, at 95 %."""
    share, z2 = n_equal / n_calls, _Z_95**2
    middle = (share + z2 / (2 * n_calls)) / (1 + z2 / n_calls)
    half = _Z_95 / (1 + z2 / n_calls) * math.sqrt(share * (1 - share) / n_calls + z2 / (4 * n_calls**2))
    return max(0.0, middle - half), min(1.0, middle + half)
