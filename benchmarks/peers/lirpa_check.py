"""Bounds on boxes beside those of auto_LiRPA, for chains of rectifier layers with random weights.

Run: python benchmarks/peers/lirpa_check.py   (in an environment of its own, see README.md)

A network of 1 to 4 layers embeds one of 5 tokens; every coordinate of the embedding is moved by up to 0.05. Printed are
the means, over tokens and outputs, of how far the least logit lies below the one in the middle: as auto_LiRPA bounds it
(CROWN, and with optimised slopes), as we do, and as 20,000 drawn points show. A bound of ours above a drawn value, or
above CROWN's by more than its rounding at one layer, where both are the same formula, fails.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise

import auto_LiRPA
import torch
from auto_LiRPA import BoundedModule, BoundedTensor, PerturbationLpNorm
from torch import Tensor, nn

from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import Edge, LayerShape, Transformer, TransformerConfig, parameter_shapes
from stdcell.verify.networks.certified import ball_around
from stdcell.verify.networks.linear_bounds import lower_bounds, run_on_ball
from stdcell.verify.networks.logit_errors import embedded_points
from stdcell.verify.networks.passage import network_of
from stdcell.verify.networks.rounding import EXACT

WIDTH, HIDDEN, VALUES, RADIUS, DRAWN = 12, 20, 5, 0.05, 20_000


def chain(n_layers: int, seed: int) -> tuple[NeuralCell, Mapping[str, Tensor]]:
    """A cell whose layers read each from the one before alone."""
    writers = ["embed", *(f"L{number}.mlp" for number in range(n_layers)), "logits"]
    edges = tuple(Edge(writer, reader) for writer, reader in pairwise(writers))
    layers = tuple(LayerShape(d_mlp=HIDDEN) for _ in range(n_layers))
    shape = TransformerConfig(VALUES, 1, WIDTH, layers, VALUES, edges=edges)
    generator = torch.Generator().manual_seed(seed)
    weights = {
        name: torch.randn(size, generator=generator) / size[-2] ** 0.5 for name, size in parameter_shapes(shape).items()
    }
    config = CellConfig((IntPort("a", 0, VALUES - 1),), IntPort("result", 0, VALUES - 1), ("a",), 0)
    return NeuralCell(config, Transformer(shape, weights)), weights


def as_module(weights: Mapping[str, Tensor], n_layers: int) -> nn.Sequential:
    """The same from the embedding on."""

    def linear(weight: str, bias: str) -> nn.Linear:
        found = nn.Linear(*weights[weight].shape)
        found.load_state_dict({"weight": weights[weight].mT, "bias": weights[bias][0]})
        return found

    layers: list[nn.Module] = []
    for number in range(n_layers):
        layers += [linear(f"L{number}.W_in", f"L{number}.b_in"), nn.ReLU()]
        layers += [linear(f"L{number}.W_out", f"L{number}.b_out")]
    return nn.Sequential(*layers, linear("unembed", "b_unembed"))


def ours(cell: NeuralCell) -> Tensor:
    """Our least logits."""
    network = network_of(cell)
    centers_bnd = embedded_points(cell, network, torch.arange(VALUES)[:, None]).center
    asked_bso = torch.eye(VALUES, dtype=torch.float64).expand(VALUES, -1, -1)
    return lower_bounds(network, run_on_ball(network, ball_around(centers_bnd, {0: RADIUS}), EXACT), asked_bso)


def main() -> int:
    """Print the table; 1 if a bound is wrong."""
    try:
        told = version("auto_LiRPA")
    except PackageNotFoundError:
        told = auto_LiRPA.__version__
    print(f"auto_LiRPA {told}, torch {torch.__version__}\n")
    print("| layers | drawn | CROWN | optimised | ours | wrong |\n|---|---|---|---|---|---|")
    n_wrong = 0
    for n_layers in range(1, 5):
        rows = []
        for seed in range(5):
            cell, weights = chain(n_layers, seed)
            module = as_module(weights, n_layers)
            centers_bd = weights["embed"]
            bounded = BoundedModule(module, centers_bd)
            box = BoundedTensor(centers_bd, PerturbationLpNorm(norm=torch.inf, eps=RADIUS))
            crown, _ = bounded.compute_bounds(x=(box,), method="CROWN")
            best, _ = bounded.compute_bounds(x=(box,), method="CROWN-Optimized")
            generator = torch.Generator().manual_seed(seed)
            moved = centers_bd + RADIUS * (2 * torch.rand(DRAWN, *centers_bd.shape, generator=generator) - 1).sign()
            with torch.no_grad():
                middle, drawn, found = module(centers_bd), module(moved).amin(0), ours(cell)
            n_wrong += int((found > drawn + 1e-4).sum())
            n_wrong += int(((found - crown).abs() > 1e-4).sum()) if n_layers == 1 else 0
            rows.append(torch.stack([(middle - one).mean() for one in (drawn, crown, best, found)]).detach())
        means = " | ".join(f"{float(one):.3f}" for one in torch.stack(rows).mean(0))
        print(f"| {n_layers} | {means} | {n_wrong} |", flush=True)
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
