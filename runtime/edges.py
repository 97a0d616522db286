"""The shape of a transformer, and its computation as a graph of named edges.

1. *Writers* add to the residual stream: `embed`, `position`, each head `L0.H0`, each MLP `L0.mlp`.
2. *Readers* take from it: `L0.H0.q`, `L0.H0.k`, `L0.H0.v`, `L0.mlp`, `logits`.
3. An *edge* joins a writer to a reader that is computed later. A whole model has them all; a circuit names its own.

Heads of one layer do not read each other; the MLP of a layer reads its heads. `parameter_shapes` lists the weights that
such a graph needs. Torch is not needed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from ..errors import RuntimeFault, did_you_mean

__all__ = [
    "Edge",
    "LayerShape",
    "TransformerConfig",
    "component_of",
    "edges",
    "parameter_shapes",
    "readers",
    "writers",
]


class Edge(NamedTuple):
    """What `writer` puts into the residual stream, as `reader` sees it."""

    writer: str
    reader: str

    def __str__(self) -> str:
        """The edge as in `embed→L0.H0.k`."""
        return f"{self.writer}→{self.reader}"


@dataclass(frozen=True, slots=True)
class LayerShape:
    """Heads and widths of one layer; 0 heads, or an MLP of width 0, means that the layer has none.

    `head_numbers` names the heads; left empty they count from 0. A circuit keeps its parent's numbers, so that
    `L0.H2` is the same head in both.
    """

    n_heads: int = 0
    d_key: int = 0
    d_value: int = 0
    d_mlp: int = 0
    head_numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.head_numbers:
            object.__setattr__(self, "head_numbers", tuple(range(self.n_heads)))
        if len(set(self.head_numbers)) != self.n_heads:
            raise RuntimeFault(f"a layer of {self.n_heads} heads cannot number them {self.head_numbers}")
        if self.n_heads and not (self.d_key > 0 and self.d_value > 0):
            raise RuntimeFault(f"heads need keys and values of width 1 or more, found {self.d_key} and {self.d_value}")


@dataclass(frozen=True, slots=True)
class TransformerConfig:
    """All that fixes a transformer but its weights.

    `n_context` is the longest sequence, in tokens; `scale` multiplies every attention score (None: 1/sqrt(d_key) of
    each layer); `edges` are those of a circuit, kept in canonical order (None: all). With a `sink` every head attends,
    beside the positions that it sees, to one key and value that are parameters.
    """

    n_vocabulary: int
    n_context: int
    d_model: int
    layers: tuple[LayerShape, ...]
    n_outputs: int
    causal: bool = False
    scale: float | None = None
    edges: tuple[Edge, ...] | None = None
    sink: bool = False

    def __post_init__(self) -> None:
        if self.edges is not None:
            possible = _all_edges(self.layers)
            for edge in self.edges:
                if edge not in possible:
                    hint = did_you_mean(str(edge), map(str, possible))
                    raise RuntimeFault(f"no edge {str(edge)!r} in this transformer" + (f"; {hint}" if hint else ""))
            chosen = frozenset(self.edges)
            object.__setattr__(self, "edges", tuple(edge for edge in possible if edge in chosen))

    def to_dict(self) -> dict[str, Any]:
        """The configuration in JSON's own types; `from_dict` reads it back."""
        return {
            **{name: getattr(self, name) for name in ("n_vocabulary", "n_context", "d_model", "n_outputs")},
            "layers": [
                {
                    **{name: getattr(layer, name) for name in ("n_heads", "d_key", "d_value", "d_mlp")},
                    "head_numbers": list(layer.head_numbers),
                }
                for layer in self.layers
            ],
            "causal": self.causal,
            "scale": self.scale,
            "sink": self.sink,
            "edges": None if self.edges is None else [list(edge) for edge in self.edges],
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> TransformerConfig:
        """Read what `to_dict` wrote.

        Raises:
            RuntimeFault: if a field is missing, unknown or of the wrong kind.
        """
        try:
            layers = (
                LayerShape(**{**layer, "head_numbers": tuple(layer["head_numbers"])}) for layer in fields["layers"]
            )
            chosen = fields["edges"]
            edges = None if chosen is None else tuple(Edge(writer, reader) for writer, reader in chosen)
            return cls(**{**fields, "layers": tuple(layers), "edges": edges})
        except (KeyError, TypeError, ValueError) as error:
            raise RuntimeFault(f"not a transformer's configuration: {error}") from error


def writers(config: TransformerConfig) -> tuple[str, ...]:
    """Names of all components that write, in the order in which they are computed."""
    return _all_writers(config.layers)


def readers(config: TransformerConfig) -> tuple[str, ...]:
    """Names of all inputs that are read, in the order in which they are computed."""
    return tuple(dict.fromkeys(edge.reader for edge in _all_edges(config.layers)))


def edges(config: TransformerConfig) -> tuple[Edge, ...]:
    """The edges of a model or circuit in canonical order: by reader, then by writer, each as computed."""
    return _all_edges(config.layers) if config.edges is None else config.edges


def component_of(reader: str) -> str:
    """The component that a reader belongs to: `L0.H1` for `L0.H1.q`, any other reader itself."""
    stem, _, entrance = reader.rpartition(".")
    return stem if entrance in ("q", "k", "v") else reader


def parameter_shapes(config: TransformerConfig) -> dict[str, tuple[int, ...]]:
    """Name and shape of each parameter, biases with one shared position (`n_context` in its place is as good).

    A circuit has no `position` where no edge leaves it, and no `W_Q`, `W_K` or `W_V` in a layer where no edge enters
    that input of any head.
    """
    left = {edge.writer for edge in edges(config)}
    entered = {(edge.reader.partition(".")[0], edge.reader.rpartition(".")[2]) for edge in edges(config)}
    shapes: dict[str, tuple[int, ...]] = {"embed": (config.n_vocabulary, config.d_model)}
    if "position" in left:
        shapes["position"] = (config.n_context, config.d_model)
    for number, layer in enumerate(config.layers):
        heads, name = layer.n_heads, f"L{number}"
        if heads:
            for letter, width in (("Q", layer.d_key), ("K", layer.d_key), ("V", layer.d_value)):
                if (name, letter.lower()) in entered:
                    shapes[f"{name}.W_{letter}"] = (heads, config.d_model, width)
                shapes[f"{name}.b_{letter}"] = (heads, 1, width)
            if config.sink:
                shapes |= {f"{name}.sink_K": (heads, 1, layer.d_key), f"{name}.sink_V": (heads, 1, layer.d_value)}
            shapes[f"{name}.W_O"] = (heads, layer.d_value, config.d_model)
        if layer.d_mlp:
            shapes |= {f"{name}.W_in": (config.d_model, layer.d_mlp), f"{name}.b_in": (1, layer.d_mlp)}
            shapes |= {f"{name}.W_out": (layer.d_mlp, config.d_model), f"{name}.b_out": (1, config.d_model)}
    return shapes | {"unembed": (config.d_model, config.n_outputs), "b_unembed": (1, config.n_outputs)}


@lru_cache(maxsize=256)
def _all_writers(layers: tuple[LayerShape, ...]) -> tuple[str, ...]:
    names = ["embed", "position"]
    for number, layer in enumerate(layers):
        names += [f"L{number}.H{head}" for head in layer.head_numbers]
        names += [f"L{number}.mlp"] if layer.d_mlp else []
    return tuple(names)


@lru_cache(maxsize=256)
def _all_edges(layers: tuple[LayerShape, ...]) -> tuple[Edge, ...]:
    found: list[Edge] = []
    written = ["embed", "position"]
    for number, layer in enumerate(layers):
        heads = [f"L{number}.H{head}" for head in layer.head_numbers]
        found += [Edge(writer, f"{head}.{part}") for part in "qkv" for head in heads for writer in written]
        written += heads
        if layer.d_mlp:
            found += [Edge(writer, f"L{number}.mlp") for writer in written]
            written.append(f"L{number}.mlp")
    return tuple(found + [Edge(writer, "logits") for writer in written])
