"""A soft wire: a learned affine map from what one model holds in its residual stream to what another one reads.

1. It reads a subspace of the upstream model's residual at that model's read position: the directions of `basis`.
2. It writes into the downstream model, at the prompt position of one port, in place of the token that a hard wire would
   embed there.

An adapter belongs to two cells, named by their digests, and one port; it says nothing about other weights.

Axes: b batch, d residual width of the upstream model, k direction read, e residual width of the downstream model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from ...errors import RuntimeFault
from ..cell import STREAM, NeuralCell
from .wires import Wire

__all__ = ["Adapter", "AdapterConfig"]

_SHAPES = {"center": "d", "basis": "dk", "weight": "ke", "bias": "e"}


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """Which port of which cell is fed from which cell, and what is read there (`stream`, or a writer)."""

    source: str
    target: str
    port: str
    reads: str = STREAM

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of the wires that this may serve on."""
        return self.source, self.target, self.port

    def to_dict(self) -> dict[str, Any]:
        """The configuration in JSON's own types."""
        return asdict(self)


class Adapter(nn.Module):
    """(residual − center) · basis · weight + bias; `weight` and `bias` are learned, the others say what is read."""

    def __init__(self, config: AdapterConfig, tensors: Mapping[str, Tensor]) -> None:
        """Take copies of `center` (d), `basis` (d, k), `weight` (k, e) and `bias` (e).

        Raises:
            RuntimeFault: if one is missing, or their shapes do not fit each other.
        """
        super().__init__()
        if sorted(tensors) != sorted(_SHAPES):
            raise RuntimeFault(f"an adapter consists of {', '.join(_SHAPES)}, found {', '.join(sorted(tensors))}")
        sizes: dict[str, set[int]] = {}
        for name, axes in _SHAPES.items():
            if tensors[name].dim() != len(axes):
                raise RuntimeFault(f"the adapter's {name!r} has {tensors[name].dim()} axes, expected {len(axes)}")
            for axis, size in zip(axes, tensors[name].shape, strict=True):
                sizes.setdefault(axis, set()).add(size)
        if any(len(found) > 1 for found in sizes.values()):
            shapes = ", ".join(f"{name} {tuple(tensors[name].shape)}" for name in _SHAPES)
            raise RuntimeFault(f"the adapter's tensors do not fit each other: {shapes}")
        self.config = config
        for name in ("center", "basis"):
            self.register_buffer(name, tensors[name].detach().clone())
        self.weight = nn.Parameter(tensors["weight"].detach().clone())
        self.bias = nn.Parameter(tensors["bias"].detach().clone())

    def forward(self, residual_bd: Tensor) -> Tensor:
        """What is written into the downstream stream, shape (batch, e)."""
        read_bk = (residual_bd - self.get_buffer("center")) @ self.get_buffer("basis")
        return (read_bk @ self.weight + self.bias).to(self.bias.dtype)

    @property
    def widths(self) -> tuple[int, int, int]:
        """Residual width upstream, number of directions read, residual width downstream."""
        return (*self.get_buffer("basis").shape, len(self.bias))

    def check(self, wire: Wire, source: NeuralCell, target: NeuralCell) -> None:
        """Refuse a wire between other cells, or models of other widths.

        Raises:
            RuntimeFault: with the digests or the widths of both.
        """
        for end, own, asked in zip(("source", "target", "port"), self.config.key, wire.key, strict=True):
            if own != asked:
                raise RuntimeFault(
                    f"{wire.place}: the adapter does not fit the wire {wire}: its {end} is {own[:12]!r}, the wire's "
                    f"{asked[:12]!r}; fit one for these two cells (fit_adapter, or `stdcell stitch --soft`)"
                )
        found = (source.model.config.d_model, target.model.config.d_model)
        if (self.widths[0], self.widths[2]) != found:
            raise RuntimeFault(
                f"{wire.place}: the adapter does not fit the wire {wire}: it joins residual widths "
                f"{self.widths[0]} → {self.widths[2]}, the models have {found[0]} → {found[1]}"
            )

    def to_bytes(self) -> bytes:
        """The tensors as safetensors; the same adapter gives the same bytes."""
        return save({name: tensor.detach().cpu().contiguous() for name, tensor in self.state_dict().items()})

    @classmethod
    def from_bytes(cls, weights: bytes, config: Mapping[str, Any]) -> Adapter:
        """Read what `to_bytes` and `AdapterConfig.to_dict` wrote.

        Raises:
            RuntimeFault: if the bytes are not an adapter's, or the configuration is none.
        """
        try:
            return cls(AdapterConfig(**config), load(weights))
        except (SafetensorError, TypeError) as error:
            raise RuntimeFault(f"not an adapter: {error}") from error

    def between(self, source: str, target: str, port: str) -> Adapter:
        """The same map between other cells, such as the same ones after training; it is to be measured there."""
        return Adapter(replace(self.config, source=source, target=target, port=port), self.state_dict())
