"""A network run on spreads: what its exact logits can be, and how far computed ones may lie from them.

The walk is that of `runtime.transformer.forward_edgewise` at one read position. A bound of a sum holds in any order and
grouping, so that it covers the fused evaluation, too: there a term of a head passes through the additions of all heads
of its layer, and any term through at most as many more as there are writers. In the last layer only what the read
position asks for is computed.

Axes: b batch, n position, q query, k key, d residual width, h head, c width of a key or value, o output.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ...errors import VerificationError
from ...runtime.cell import NeuralCell
from ...runtime.edges import LayerShape, TransformerConfig, edges, writers
from .intervals import WIDEST, Spread, affine, bilinear, mixed, point, rectified, scaled, softmax, stacked, total
from .rounding import Precision

__all__ = ["LayerRun", "Network", "Passage", "network_of", "run_on_spreads"]


@dataclass(frozen=True, slots=True)
class Network:
    """A cell's weights in float64, which holds each exactly, and which writers each reader sees."""

    config: TransformerConfig
    weights: Mapping[str, Tensor]
    read_position: int
    n_positions: int
    seen: Mapping[str, tuple[str, ...]]

    def weight(self, name: str) -> Tensor | None:
        """A weight, or None where it was cut away."""
        return self.weights.get(name)

    def bias(self, name: str, rows: slice) -> Tensor:
        """A bias at some positions; one that is shared stays of size 1."""
        bias = self.weights[name][..., : self.n_positions, :]
        return bias if bias.shape[-2] == 1 else bias[..., rows, :]

    def rows(self, number: int) -> slice:
        """The positions at which what a layer writes is read."""
        is_last = number == len(self.config.layers) - 1
        return slice(self.read_position, self.read_position + 1) if is_last else slice(0, self.n_positions)

    def scale(self, layer: LayerShape) -> float:
        """What attention scores are multiplied by."""
        return 1 / math.sqrt(layer.d_key) if self.config.scale is None else self.config.scale

    def is_seen(self, number: int) -> Tensor:
        """Which keys, the sink first, each query of a layer sees, shape (query, key)."""
        places = torch.arange(self.n_positions)
        seen_qk = torch.ones(self.n_positions, self.n_positions, dtype=torch.bool)
        if self.config.causal:
            seen_qk = places[None, :] <= places[:, None]
        if self.config.sink:
            seen_qk = torch.nn.functional.pad(seen_qk, (1, 0), value=True)
        return seen_qk[self.rows(number)]


def network_of(cell: NeuralCell) -> Network:
    """A cell, to be run on spreads."""
    shape = cell.model.config
    seen: dict[str, list[str]] = {}
    for edge in edges(shape):
        seen.setdefault(edge.reader, []).append(edge.writer)
    weights = {name: weight.detach().cpu().double() for name, weight in cell.model.named_parameters()}
    chosen = {reader: tuple(found) for reader, found in seen.items()}
    return Network(shape, weights, cell.config.read_position, len(cell.config.prompt), chosen)


@dataclass(slots=True)
class LayerRun:
    """What one layer computed; None where it has no heads, or no MLP."""

    query: Spread | None = None
    key: Spread | None = None
    value: Spread | None = None
    scores: Spread | None = None
    relative: Spread | None = None
    """The scores less that of one key for each query, which weights depend on alone; the scores where not narrowed."""
    pattern: Spread | None = None
    mixed: Spread | None = None
    hidden: Spread | None = None
    """Before the rectifier."""


@dataclass(slots=True)
class Passage:
    """What a network computed: what each writer wrote and each reader read, its layers, and the logits."""

    written: dict[str, Spread]
    read: dict[str, Spread] = field(default_factory=dict)
    layers: list[LayerRun] = field(default_factory=list)
    logits: Spread | None = None

    @property
    def logits_bo(self) -> Spread:
        """The logits, shape (batch, output)."""
        assert self.logits is not None, "the passage has ended"
        return self.logits


Sharpen = Callable[[Passage, int, str, Spread], Spread]
"""What may narrow a part of a layer (by the name it has in `LayerRun`), given all that was computed before."""


def run_on_spreads(
    network: Network, embedded_bnd: Spread, precision: Precision, sharpen: Sharpen | None = None
) -> Passage:
    """Run a network on what is embedded at each position, shape (batch, position, residual).

    Args:
        network: the network.
        embedded_bnd: what stands in place of the embedded tokens, without their positions.
        precision: the number format that it is computed in; `EXACT` for the intervals alone.
        sharpen: what may narrow the queries, keys, values and hidden neurons of each layer.

    Raises:
        VerificationError: if a sum of the network is too wide for the bounds on float64's own rounding.
    """
    _check_widths(network)
    passage = Passage({"embed": embedded_bnd})
    if (position := network.weight("position")) is not None:
        passage.written["position"] = point(position[: network.n_positions].expand_as(embedded_bnd.center))
    for number, layer in enumerate(network.config.layers):
        passage.layers.append(LayerRun())
        if layer.n_heads:
            _attend(network, passage, number, layer, precision, sharpen)
        if layer.d_mlp:
            _rectify(network, passage, number, layer, precision, sharpen)
    place = slice(network.read_position, network.read_position + 1)
    stream = _read(network, passage, "logits", place, precision)
    bias = network.bias("b_unembed", place)
    logits = affine(stream, network.weights["unembed"], bias, precision, network.config.d_model + 1)
    passage.logits = Spread(*(part[..., 0, :] for part in (logits.center, logits.radius, logits.error, logits.local)))
    return passage


def _check_widths(network: Network) -> None:
    config = network.config
    sums = [config.d_model, len(writers(config)), config.n_context + 1]
    sums += [max(layer.d_mlp, layer.n_heads * layer.d_value, layer.d_key) for layer in config.layers]
    if max(sums) + 8 > WIDEST:
        raise VerificationError(
            f"a sum of {max(sums):,} terms is too wide: rounding errors are derived up to {WIDEST - 8:,}; measure the "
            "network on a sample instead (measure_contract)"
        )


def _read(network: Network, passage: Passage, reader: str, rows: slice, precision: Precision) -> Spread:
    """What a reader takes from the stream at some positions."""
    names = [name for name in network.seen.get(reader, ()) if name in passage.written]
    parts = [_cut(passage.written[name], rows, network.n_positions) for name in names]
    like = _cut(passage.written["embed"], rows, network.n_positions).center
    passage.read[reader] = total(parts, like, precision, len(writers(network.config)))
    return passage.read[reader]


def _cut(part: Spread, rows: slice, n_positions: int) -> Spread:
    """Some positions of what was written; what the last layer wrote stands at the read position alone."""
    if part.center.shape[-2] != n_positions or rows.stop - rows.start == n_positions:
        return part
    return part.at(rows.start)


def _attend(
    network: Network,
    passage: Passage,
    number: int,
    layer: LayerShape,
    precision: Precision,
    sharpen: Sharpen | None,
) -> None:
    rows, every = network.rows(number), slice(0, network.n_positions)
    run, name = passage.layers[number], f"L{number}"
    heads = [f"{name}.H{head}" for head in layer.head_numbers]

    def projected(letter: str, places: slice) -> Spread:
        readers = [_read(network, passage, f"{head}.{letter.lower()}", places, precision) for head in heads]
        weight = network.weight(f"{name}.W_{letter}")
        bias = network.bias(f"{name}.b_{letter}", places)[:, None]
        n_terms = network.config.d_model + 1
        found = affine(stacked(readers), None if weight is None else weight[:, None], bias, precision, n_terms)
        sink = network.weight(f"{name}.sink_{letter}")
        return found if sink is None else _after(sink[:, None], found)

    run.query, run.key, run.value = projected("Q", rows), projected("K", every), projected("V", every)
    if sharpen is not None:
        run.query, run.key, run.value = (
            sharpen(passage, number, name, part)
            for name, part in (("query", run.query), ("key", run.key), ("value", run.value))
        )
    # Queries, keys or scores are multiplied by the scale, or by its root, which is rounded itself.
    product = bilinear(run.query, run.key.turned(), precision, layer.d_key + 3)
    run.scores = run.relative = scaled(product, network.scale(layer))
    if sharpen is not None:
        run.relative = sharpen(passage, number, "relative", run.scores)
    run.pattern = softmax(run.scores, run.relative, network.is_seen(number), precision)
    run.mixed = mixed(run.pattern, run.value, network.is_seen(number), precision)
    output = network.weights[f"{name}.W_O"][:, None]
    zero = torch.zeros(1, network.config.d_model, dtype=torch.float64)
    wrote = affine(run.mixed, output, zero, precision, layer.n_heads * layer.d_value)
    for place, head in enumerate(heads):
        passage.written[head] = wrote.head(place)


def _after(sink_h11c: Tensor, found: Spread) -> Spread:
    """Keys or values with the sink's before them."""
    known = point(sink_h11c.expand(-1, found.center.shape[1], -1, -1))
    return Spread(*(torch.cat([getattr(part, name) for part in (known, found)], dim=-2)
                    for name in ("center", "radius", "error", "local")))  # fmt: skip


def _rectify(
    network: Network,
    passage: Passage,
    number: int,
    layer: LayerShape,
    precision: Precision,
    sharpen: Sharpen | None,
) -> None:
    name, rows = f"L{number}", network.rows(number)
    stream = _read(network, passage, f"{name}.mlp", rows, precision)
    entering, bias = network.weights[f"{name}.W_in"], network.bias(f"{name}.b_in", rows)
    hidden = affine(stream, entering, bias, precision, network.config.d_model + 1)
    if sharpen is not None:
        hidden = sharpen(passage, number, "hidden", hidden)
    passage.layers[number].hidden = hidden
    leaving, bias = network.weights[f"{name}.W_out"], network.bias(f"{name}.b_out", rows)
    passage.written[f"{name}.mlp"] = affine(rectified(hidden), leaving, bias, precision, layer.d_mlp + 1)
