"""Small networks with random weights, of every shape that a cell can have."""

from __future__ import annotations

import torch
from torch import Tensor

from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.types import Int
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.edges import edges
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig, parameter_shapes

torch.set_num_threads(1)  # the models are so small that threads would only wait for each other
N_VALUES = 5


def every_input(n_inputs: int = 2) -> Tensor:
    return torch.cartesian_prod(*[torch.arange(N_VALUES)] * n_inputs).reshape(-1, n_inputs)


def small_cell(seed: int, *, dtype: torch.dtype = torch.float32, scale: float = 1.0, n_inputs: int = 2) -> NeuralCell:
    """Shape and weights by the seed: one to three layers, causal or not, with a sink or not, whole or a circuit."""
    generator = torch.Generator().manual_seed(seed)
    layers = tuple(LayerShape(2, 4, 3, 20) for _ in range(1 + seed % 3))
    config = TransformerConfig(
        N_VALUES + 1, n_inputs + 1, 12, layers, N_VALUES, causal=seed % 2 == 1, sink=seed % 4 == 3
    )
    kept = tuple(edge for edge in edges(config) if torch.rand(1, generator=generator) < 0.7)
    chosen = TransformerConfig(
        config.n_vocabulary, config.n_context, config.d_model, layers, N_VALUES,
        causal=config.causal, sink=config.sink, edges=kept if seed % 5 == 4 else None,
    )  # fmt: skip
    weights = {
        name: (torch.randn(shape, generator=generator) * scale / shape[-2] ** 0.5).to(dtype)
        for name, shape in parameter_shapes(chosen).items()
    }
    ports = tuple(IntPort(name, 0, N_VALUES - 1) for name in "abcd"[:n_inputs])
    prompt = (*"abcd"[:n_inputs], N_VALUES)
    cell = CellConfig(ports, IntPort("result", 0, N_VALUES - 1), prompt, n_inputs)
    return NeuralCell(cell, Transformer(chosen, weights))


def in_float64(cell: NeuralCell) -> NeuralCell:
    weights = {name: weight.double() for name, weight in cell.model.state_dict().items()}
    return NeuralCell(cell.config, Transformer(cell.model.config, weights))


def signature_of(cell: NeuralCell, ensures: str | None, requires: str | None = None) -> CellSignature:
    ports = tuple(CellPort(port.name, Int(port.low, port.high)) for port in cell.config.inputs)
    output = CellPort("result", Int(cell.config.output.low, cell.config.output.high))
    return CellSignature("circuit", "small", "0" * 64, ports, output, requires, ensures)
