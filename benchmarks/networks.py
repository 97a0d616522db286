"""Neural cells: every input of a large domain run and checked, beside one call at a time; and how tight bounds are.

Run: python benchmarks/networks.py [N_VALUES]

A one-layer circuit with random weights, d 64, 4 heads, MLP 128, has two ports of N_VALUES (1000) numbers each. The loop
calls the cell and evaluates the contract for the first 2,000 of its inputs, one after the other. Then, for small
networks of one layer: the derived rounding error beside the largest that was seen, and certified radii beside the
smallest move by which a search changed an answer. Last, how both grow with the layers of small networks.
"""

from __future__ import annotations

import sys
import time

import torch
from torch import Tensor

from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.checking.contracts import read_contract
from stdcell.dsl.types import Int
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.reference import Exact, call_by_contract
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig, initial_parameters
from stdcell.verify.networks.certified import (
    ball_around,
    certified_leads,
    certified_radii,
    exact_leads,
    least_leads,
)
from stdcell.verify.networks.exhaustive import check_exhaustively
from stdcell.verify.networks.logit_errors import embedded_points, error_of_all, errors_of_each
from stdcell.verify.networks.passage import network_of
from stdcell.verify.networks.rounding import EXACT, precision_of

FLOAT32 = precision_of(torch.float32)
N_IN_LOOP = 2_000
N_OUTPUTS = 37
SMALL = 0.02
"""How far each coordinate of an embedding is moved, where leads are compared."""


def cell_of(n_values: int, d_model: int, d_mlp: int, seed: int) -> NeuralCell:
    """Two ports and an answer below 37, in one layer."""
    ports = (IntPort("a", 0, n_values - 1), IntPort("b", 0, n_values - 1))
    config = CellConfig(ports, IntPort("result", 0, N_OUTPUTS - 1), ("a", "b", n_values), 2)
    shape = TransformerConfig(n_values + 1, 3, d_model, (LayerShape(4, d_model // 4, d_model // 4, d_mlp),), N_OUTPUTS)
    return NeuralCell(config, Transformer(shape, initial_parameters(shape, seed)))


def signature_of(cell: NeuralCell) -> CellSignature:
    """With a contract that a network of random weights breaks on most inputs, so that nothing stops early."""
    ports = tuple(CellPort(port.name, Int(port.low, port.high)) for port in cell.config.inputs)
    output = CellPort("result", Int(0, N_OUTPUTS - 1))
    return CellSignature("circuit", "random", "", ports, output, None, f"result == (a + b) mod {N_OUTPUTS}")


def seconds_in_loop(cell: NeuralCell) -> float:
    """Wall seconds of one call and one evaluation of the contract for each input."""
    contract, n_values = read_contract(signature_of(cell)), cell.config.inputs[1].n_values
    start = time.perf_counter()
    for number in range(N_IN_LOOP):
        a, b = divmod(number, n_values)
        given = {"port.0": a, "port.1": b, "result": int(cell(a, b))}
        for clause in contract.ensures:
            evaluate([clause.condition], Exact(None, call_by_contract), 0, given)
    return time.perf_counter() - start


def print_speed(n_values: int) -> None:
    """Seconds for the whole domain, and the ratio to the loop."""
    cell = cell_of(n_values, 64, 128, seed=0)
    in_loop = seconds_in_loop(cell) / N_IN_LOOP
    start, processor = time.perf_counter(), time.process_time()
    check = check_exhaustively(cell, signature_of(cell))
    wall, processor = time.perf_counter() - start, time.process_time() - processor
    each = wall / check.n_inputs
    print(
        f"{check.n_inputs:,} inputs: {wall:.1f} s wall, {processor:.1f} s of processor, {1 / each:,.0f} inputs a second"
    )
    print(f"one by one: {1 / in_loop:,.0f} inputs a second; all at once is {in_loop / each:.0f} times as fast")


def print_tightness(seed: int) -> None:
    """Derived beside seen, for one network."""
    cell = cell_of(20, 32, 64, seed)
    values_bp = torch.cartesian_prod(torch.arange(20), torch.arange(20))
    weights = {name: weight.double() for name, weight in cell.model.state_dict().items()}
    exact_bo = NeuralCell(cell.config, Transformer(cell.model.config, weights)).logits(*values_bp.unbind(1))
    seen = float((cell.logits(*values_bp.unbind(1)).double() - exact_bo).abs().max())
    answers_b, margins_b = cell(*values_bp.unbind(1)), cell.margins(*values_bp.unbind(1)).double()
    lost = float((margins_b - certified_leads(cell, values_bp, answers_b, FLOAT32)).max())
    radii_b = certified_radii(cell, values_bp[:40], ["a"], FLOAT32)
    changed_b = smallest_change(cell, values_bp[:40])
    print(
        f"| {seed} | {seen:.1e} | {lost / 2:.1e} | {float(errors_of_each(cell, values_bp, FLOAT32).max()):.1e} | "
        f"{error_of_all(cell, [range(20), range(20)], FLOAT32):.1e} | {float((radii_b / changed_b).median()):.2f} |"
    )


def deep_cell(n_layers: int, seed: int) -> NeuralCell:
    """Two ports of 8 numbers and an answer below 8, d 16, 2 heads and an MLP of 32 in each layer."""
    ports = (IntPort("a", 0, 7), IntPort("b", 0, 7))
    config = CellConfig(ports, IntPort("result", 0, 7), ("a", "b", 8), 2)
    shape = TransformerConfig(9, 3, 16, (LayerShape(2, 8, 8, 32),) * n_layers, 8)
    return NeuralCell(config, Transformer(shape, initial_parameters(shape, seed)))


def print_depth(n_layers: int) -> None:
    """How loose bounds are in networks of so many layers: drops of leads, and radii, beside seen ones, of 5 seeds."""
    drops, shares = [], []
    for seed in range(5):
        cell = deep_cell(n_layers, seed)
        values_bp = torch.cartesian_prod(torch.arange(8), torch.arange(8))[::9]
        answers_b, network = cell(*values_bp.unbind(1)), network_of(cell)
        ball = ball_around(embedded_points(cell, network, values_bp).center, {0: SMALL})
        least_b = least_leads(network, ball, answers_b, EXACT)
        seen_b, before_b = seen_least_leads(cell, values_bp, SMALL), exact_leads(cell, values_bp, answers_b)
        drops.append((before_b - least_b) / (before_b - seen_b))
        shares.append(certified_radii(cell, values_bp, ["a"], EXACT) / smallest_change(cell, values_bp))
    print(
        f"| {n_layers} | {float(torch.cat(drops).median()):.2f} | {float(torch.cat(shares).median()):.2f} |", flush=True
    )


def seen_least_leads(cell: NeuralCell, values_bp: Tensor, radius: float) -> Tensor:
    """The least lead of each answer that a descent along signs of gradients finds where port a is moved so far."""
    answers_b1 = cell(*values_bp.unbind(1))[:, None]
    embedded_be = cell.embedded("a", values_bp[:, 0]).detach()
    moved_be, found_b = embedded_be.clone(), torch.full((len(values_bp),), float("inf"), dtype=torch.float64)
    for _ in range(30):
        written_be = moved_be.detach().requires_grad_()
        logits_bo = cell.run(values_bp, {"a": written_be}).logits_bo
        others_b = logits_bo.scatter(1, answers_b1, -float("inf")).amax(1)
        lead_b = logits_bo.gather(1, answers_b1)[:, 0] - others_b
        found_b = torch.minimum(found_b, lead_b.detach().double())
        (slope_be,) = torch.autograd.grad(lead_b.sum(), written_be)
        moved_be = embedded_be + (moved_be - radius / 3 * slope_be.sign() - embedded_be).clamp(-radius, radius)
    return found_b


def smallest_change(cell: NeuralCell, values_bp: Tensor) -> Tensor:
    """The smallest move of what is embedded for port a, of those tried along the gradient, that changes an answer."""
    answers_b = cell(*values_bp.unbind(1))
    embedded_be = cell.embedded("a", values_bp[:, 0]).detach()
    found_b = torch.full((len(values_bp),), float("inf"), dtype=torch.float64)
    for output in range(cell.config.output.n_values):
        written_be = embedded_be.clone().requires_grad_()
        logits_bo = cell.run(values_bp, {"a": written_be}).logits_bo
        lead_b = logits_bo.gather(1, answers_b[:, None])[:, 0] - logits_bo[:, output]
        (slope_be,) = torch.autograd.grad(lead_b.sum(), written_be)
        for size in torch.logspace(-3, 0.5, 60).tolist():
            moved_be = embedded_be - size * slope_be.sign()
            with torch.no_grad():
                is_other = cell.run(values_bp, {"a": moved_be}).logits_bo.argmax(-1) != answers_b
            found_b = torch.where(is_other, found_b.clamp(max=size), found_b)
    return found_b


def main() -> None:
    """Print both."""
    print_speed(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    print()
    print("| seed | seen | by linear bounds | by intervals, each | by intervals, all | radius of smallest change |")
    print("|---|---|---|---|---|---|")
    for seed in range(5):
        print_tightness(seed)
    print("\n| layers | certified drop of a lead / seen drop | certified radius / smallest change |\n|---|---|---|")
    for n_layers in range(1, 5):
        print_depth(n_layers)


if __name__ == "__main__":
    main()
