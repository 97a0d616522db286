"""A neural cell: a transformer with typed ports.

1. The values of the input ports are checked against their ranges and written as tokens into the prompt.
2. The transformer runs, and the logits at one position are read.
3. The answer is the value of the output port with the largest logit.

`run` is the same with gradients, and open at both ends of the residual stream: vectors may stand in place of the
embedded tokens of chosen ports, and what the read position holds is given out beside the logits.

Weights travel as safetensors bytes without metadata (with metadata they would not be reproducible byte by byte); the
configuration travels apart, as a dictionary in JSON's own types.

Axes: b batch, p input port, n position, o output, v vocabulary, w writer, d residual width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from ..errors import RuntimeFault, did_you_mean
from .transformer import Transformer, TransformerConfig, forward_edgewise, forward_fused, writers

__all__ = ["STREAM", "CellConfig", "CellRun", "IntPort", "NeuralCell"]

STREAM = "stream"
"""What the logits are read from: the sum of all that the writers put there."""


@dataclass(frozen=True, slots=True)
class IntPort:
    """A named integer, `low` to `high`, both included."""

    name: str
    low: int
    high: int

    @property
    def n_values(self) -> int:
        """How many values the port can take."""
        return self.high - self.low + 1


@dataclass(frozen=True, slots=True)
class CellConfig:
    """Ports and prompt of a cell.

    `prompt` holds the name of an input port, whose value v stands as token v − low, or a fixed token. The logits are
    read at `read_position`; output o means the value `output.low + o`.
    """

    inputs: tuple[IntPort, ...]
    output: IntPort
    prompt: tuple[str | int, ...]
    read_position: int

    def __post_init__(self) -> None:
        names = [port.name for port in self.inputs]
        if sorted(names) != sorted(part for part in self.prompt if isinstance(part, str)):
            raise RuntimeFault(f"the prompt {self.prompt} must name each of the input ports {names} once")
        if not 0 <= self.read_position < len(self.prompt):
            raise RuntimeFault(f"no position {self.read_position} in a prompt of {len(self.prompt)} tokens")

    def tokens(self, values_bp: Tensor) -> Tensor:
        """The prompts for a table of checked values, shape (batch, position)."""
        place = {port.name: index for index, port in enumerate(self.inputs)}
        columns = [
            values_bp[:, place[part]] - self.inputs[place[part]].low
            if isinstance(part, str)
            else torch.full_like(values_bp[:, 0], part)
            for part in self.prompt
        ]
        return torch.stack(columns, dim=1)

    def to_dict(self) -> dict[str, Any]:
        """The configuration in JSON's own types; `from_dict` reads it back."""
        fields = asdict(self)
        return {**fields, "inputs": list(fields["inputs"]), "prompt": list(self.prompt)}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> CellConfig:
        """Read what `to_dict` wrote.

        Raises:
            RuntimeFault: if a field is missing, unknown or of the wrong kind.
        """
        try:
            ports = tuple(IntPort(**port) for port in fields["inputs"])
            output = IntPort(**fields["output"])
            return cls(**{**fields, "inputs": ports, "output": output, "prompt": tuple(fields["prompt"])})
        except (KeyError, TypeError) as error:
            raise RuntimeFault(f"not a cell's configuration: {error}") from error


class CellRun(NamedTuple):
    """What a cell computed at its read position for a batch of calls."""

    logits_bo: Tensor
    residual_bd: Tensor
    """The residual stream before it is unembedded, or what one writer put into it."""


class NeuralCell:
    """A transformer called through ports: `cell(3, 5)`, or with tensors that broadcast against each other."""

    def __init__(self, config: CellConfig, model: Transformer) -> None:
        """Join ports and model.

        Raises:
            RuntimeFault: if the prompt, its tokens or the outputs do not fit the model.
        """
        shape = model.config
        n_tokens = max(
            [1 + part for part in config.prompt if isinstance(part, int)] + [p.n_values for p in config.inputs]
        )
        if len(config.prompt) > shape.n_context or n_tokens > shape.n_vocabulary:
            raise RuntimeFault(
                f"a prompt of {len(config.prompt)} tokens out of {n_tokens} does not fit a model of context "
                f"{shape.n_context} and vocabulary {shape.n_vocabulary}"
            )
        if config.output.n_values != shape.n_outputs:
            raise RuntimeFault(
                f"port {config.output.name!r} has {config.output.n_values} values, the model {shape.n_outputs} outputs"
            )
        self.config = config
        self.model = model

    def __call__(self, *values: Tensor | int) -> Tensor:
        """The answer for one value per input port; shape as the inputs broadcast.

        Raises:
            RuntimeFault: if there are too few or too many values, or one outside its port's range.
        """
        return self.logits(*values).argmax(-1) + self.config.output.low

    def logits(self, *values: Tensor | int) -> Tensor:
        """Logits of the output values, shape (inputs as broadcast …, output); arguments and errors as in a call."""
        columns = torch.broadcast_tensors(*self._checked(values))  # type: ignore[no-untyped-call]
        values_bp = torch.stack([column.reshape(-1) for column in columns], dim=1).to(self.device)
        with torch.no_grad():
            logits_bno: Tensor = self.model(self.config.tokens(values_bp))
        return logits_bno[:, self.config.read_position].reshape(*columns[0].shape, self.config.output.n_values)

    def margins(self, *values: Tensor | int) -> Tensor:
        """Best minus second-best logit, zero or more; arguments, shape and errors as in a call."""
        best = self.logits(*values).topk(2, dim=-1).values
        return best[..., 0] - best[..., 1]

    @property
    def device(self) -> torch.device:
        """Where the weights lie; answers come from there."""
        return self.model.get_parameter("embed").device

    def embedded(self, port: str, values_b: Tensor) -> Tensor:
        """What the model embeds for values of a port, without their position, shape (batch, residual)."""
        (low,) = (one.low for one in self.config.inputs if one.name == port)
        return self.model.get_parameter("embed")[values_b - low]

    def run(self, values_bp: Tensor, written: Mapping[str, Tensor] | None = None, reads: str = STREAM) -> CellRun:
        """Logits and residual at the read position, with gradients.

        Args:
            values_bp: one column of integers for each input port, each within its port's range, on `device`.
            written: for some ports what stands in place of the embedded value, shape (batch, residual).
            reads: `STREAM`, or the writer whose output is asked for, such as `L0.mlp`.

        Raises:
            RuntimeFault: if the model has no such writer.
        """
        tokens_bn = self.config.tokens(values_bp)
        parameters: dict[str, Tensor] = dict(self.model.named_parameters())
        n_known, n_calls = parameters["embed"].shape[0], tokens_bn.shape[0]
        for place, part in enumerate(self.config.prompt):
            if isinstance(part, str) and part in (written or {}):
                # Each row gets a token of its own, which embeds as what is written there.
                tokens_bn[:, place] = torch.arange(n_calls, device=tokens_bn.device) + n_known
                parameters["embed"] = torch.cat([parameters["embed"], (written or {})[part]])
                n_known += n_calls
        return self._read_stream(parameters, tokens_bn) if reads == STREAM else self._read(parameters, tokens_bn, reads)

    def _read_stream(self, parameters: dict[str, Tensor], tokens_bn: Tensor) -> CellRun:
        """Both in one evaluation: the stream is unembedded by the identity beside the weights."""
        shape = self.model.config
        unembed, bias = parameters["unembed"], parameters["b_unembed"]
        identity = torch.eye(shape.d_model, dtype=unembed.dtype, device=unembed.device)
        parameters["unembed"] = torch.cat([unembed, identity], dim=1)
        parameters["b_unembed"] = torch.cat([bias, bias.new_zeros(len(bias), shape.d_model)], dim=1)
        if shape.edges is None:
            wide_bno = forward_fused(shape, parameters, tokens_bn)
        else:
            wide_bno = forward_edgewise(shape, parameters, tokens_bn).logits_bno
        wide_bo = wide_bno[:, self.config.read_position]
        return CellRun(wide_bo[:, : shape.n_outputs], wide_bo[:, shape.n_outputs :])

    def _read(self, parameters: dict[str, Tensor], tokens_bn: Tensor, writer: str) -> CellRun:
        names = writers(self.model.config)
        if writer not in names:
            near = did_you_mean(writer, names) or f"it has {', '.join(names)}"
            raise RuntimeFault(f"no writer {writer!r} in this model; {near}; {STREAM!r} is the sum of all")
        logits_bno, outputs_wbnd = forward_edgewise(self.model.config, parameters, tokens_bn)
        place = self.config.read_position
        return CellRun(logits_bno[:, place], outputs_wbnd[names.index(writer), :, place])

    def to_bytes(self) -> bytes:
        """The weights as safetensors; the same weights give the same bytes."""
        return save({name: weight.contiguous() for name, weight in self.model.state_dict().items()})

    def to_dict(self) -> dict[str, Any]:
        """Ports and transformer in JSON's own types: what `from_bytes` needs beside the bytes."""
        return {"cell": self.config.to_dict(), "transformer": self.model.config.to_dict()}

    @classmethod
    def from_bytes(cls, weights: bytes, config: Mapping[str, Any]) -> NeuralCell:
        """Read what `to_bytes` and `to_dict` wrote.

        Raises:
            RuntimeFault: if the bytes are not safetensors, or bytes and configuration do not fit each other.
        """
        if absent := {"cell", "transformer"} - config.keys():
            raise RuntimeFault(f"not a cell's configuration: no {sorted(absent)[0]!r} in it")
        try:
            parameters = load(weights)
        except SafetensorError as error:
            raise RuntimeFault(f"the {len(weights)} bytes are not safetensors: {error}") from error
        model = Transformer(TransformerConfig.from_dict(config["transformer"]), parameters)
        return cls(CellConfig.from_dict(config["cell"]), model)

    def _checked(self, values: tuple[Tensor | int, ...]) -> list[Tensor]:
        ports = self.config.inputs
        if len(values) != len(ports):
            names = ", ".join(port.name for port in ports)
            raise RuntimeFault(f"expected {len(ports)} values ({names}), found {len(values)}")
        columns = [torch.as_tensor(value) for value in values]
        for port, column in zip(ports, columns, strict=True):
            if column.is_floating_point() or column.is_complex():
                raise RuntimeFault(f"port {port.name!r} takes integers, found {column.dtype}")
            outside = column[(column < port.low) | (column > port.high)]
            if outside.numel():
                raise RuntimeFault(f"port {port.name!r} takes {port.low}..{port.high}, found {int(outside[0])}")
        return [column.to(torch.int64) for column in columns]
