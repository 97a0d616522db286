"""The names of EAP-IG's nodes and edges, and what stdcell calls them.

`input`, heads `a0.h1`, MLPs `m0`, `logits`; edges `input->a0.h1<q>`, `a0.h1->m0`, `m0->logits`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ...errors import CatalogError
from .plain_json import check_fields

__all__ = ["Shape", "eap_ig_name", "edge_of", "kind_of", "node_of"]

_EAP_IG = re.compile(
    r"input|logits|a(?P<layer>0|[1-9]\d{0,5})\.h(?P<head>0|[1-9]\d{0,5})|m(?P<mlp>0|[1-9]\d{0,5})", re.ASCII
)
_STDCELL = re.compile(r"L(?P<layer>\d{1,6})\.(?:H(?P<head>\d{1,6})|mlp)", re.ASCII)
_EDGE = re.compile(r"(?P<source>[^-<>]{1,40})->(?P<target>[^-<>]{1,40}?)(?:<(?P<reader>[qkv])>)?", re.ASCII)
_CFG: Mapping[str, tuple[type, ...]] = {"n_layers": (int,), "n_heads": (int,), "parallel_attn_mlp": (bool,)}
_LAST = 10**9


@dataclass(frozen=True, slots=True)
class Shape:
    """Layers, heads in each, and whether a layer's MLP reads beside its heads instead of after them."""

    n_layers: int
    n_heads: int
    parallel: bool

    @classmethod
    def of(cls, cfg: Any, where: str) -> Self:
        """The shape that EAP-IG's `cfg` tells.

        Raises:
            CatalogError: if it tells none.
        """
        fields = check_fields(cfg, _CFG, where)
        return cls(fields["n_layers"], fields["n_heads"], fields["parallel_attn_mlp"])

    def step(self, name: str) -> int:
        """When a node of EAP-IG's is computed; what is computed later may read it.

        Raises:
            CatalogError: if a model of this shape has no such node.
        """
        if name in ("input", "logits"):
            return -1 if name == "input" else _LAST
        match = _EAP_IG.fullmatch(name)
        layer = int(match["layer"] or match["mlp"]) if match else _LAST
        if not match or layer >= self.n_layers or int(match["head"] or 0) >= self.n_heads:
            raise CatalogError(
                f"{name[:60]!r} is no node of a model with {self.n_layers} layers of {self.n_heads} heads; "
                "expected 'input', 'a0.h0', 'm0' or 'logits'"
            )
        return 2 * layer + (match["mlp"] is not None and not self.parallel)


def node_of(name: str, shape: Shape, where: str) -> str:
    """What stdcell calls the node of EAP-IG's name.

    Raises:
        CatalogError: if a model of that shape has no such node.
    """
    try:
        shape.step(name)
    except CatalogError as error:
        raise CatalogError(f"{where}: {error}") from error
    match = _EAP_IG.fullmatch(name)
    assert match, "a name with a step"
    if match["layer"]:
        return f"L{match['layer']}.H{match['head']}"
    return f"L{match['mlp']}.mlp" if match["mlp"] else name


def edge_of(name: str, shape: Shape, where: str) -> tuple[str, str, str]:
    """Source, target and reader of an edge, by stdcell's names.

    Raises:
        CatalogError: if a model of that shape has no such edge.
    """
    match = _EDGE.fullmatch(name)
    if not match:
        raise CatalogError(
            f"{where}: {name[:60]!r} is no edge; expected a name such as 'input->a0.h0<q>' or 'm0->logits'"
        )
    source, target = (node_of(match[end], shape, where) for end in ("source", "target"))
    before, after = shape.step(match["source"]), shape.step(match["target"])
    if before >= after or match["target"] == "input":
        raise CatalogError(
            f"{where}: {name!r} is no edge, as {match['target']!r} is not computed after {match['source']!r}"
        )
    if (kind_of(target) == "head") != (match["reader"] is not None):
        raise CatalogError(
            f"{where}: {name!r} is no edge; heads are read into at <q>, <k> or <v>, other nodes at nothing"
        )
    return source, target, match["reader"] or "in"


def kind_of(component: str) -> str:
    """The kind of a component by its name."""
    kinds = {"input": "embedding", "embed": "embedding", "position": "embedding", "logits": "logits"}
    return kinds.get(component) or ("mlp" if component.endswith(".mlp") else "head")


def eap_ig_name(component: str, shape: Shape) -> str:
    """EAP-IG's name of a component.

    Raises:
        CatalogError: if EAP-IG knows no such component, or a model of that shape has none.
    """
    if component in ("input", "embed", "position"):
        return "input"
    match = _STDCELL.fullmatch(component)
    if not match and component != "logits":
        raise CatalogError(
            f"EAP-IG knows no component such as {component[:60]!r}; its graphs have heads 'L0.H1', MLPs 'L0.mlp', the "
            "input and the logits"
        )
    name = component
    if match:
        layer = int(match["layer"])
        name = f"a{layer}.h{int(match['head'])}" if match["head"] else f"m{layer}"
    shape.step(name)
    return name
