"""Small networks trained on a whole table, so that they are right everywhere after seconds."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn.functional import cross_entropy

from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig, initial_parameters

MODULUS = 7
SCALES = {"embed": 0.5, "position": 0.5, "unembed": 1.0}


def config_of(n_inputs: int) -> CellConfig:
    """Ports `a` (and `b`) and `result` of numbers below the modulus, as the prompt `a =` or `a b =`."""
    inputs = tuple(IntPort(name, 0, MODULUS - 1) for name in "ab"[:n_inputs])
    return CellConfig(inputs, IntPort("result", 0, MODULUS - 1), (*("a", "b")[:n_inputs], MODULUS), n_inputs)


def trained(n_inputs: int, rule: Callable[..., int], d_model: int, seed: int) -> NeuralCell:
    """A one-layer transformer that answers as the rule does, for every input."""
    torch.set_num_threads(1)  # the models are so small that threads would only wait for each other
    config = config_of(n_inputs)
    values_bp = torch.cartesian_prod(*[torch.arange(MODULUS)] * n_inputs).reshape(-1, n_inputs)
    targets_b = torch.tensor([rule(*row) % MODULUS for row in values_bp.tolist()])
    layer = LayerShape(2, d_model // 2, d_model // 2, 2 * d_model)
    shape = TransformerConfig(MODULUS + 1, n_inputs + 1, d_model, (layer,), MODULUS)
    weights = initial_parameters(shape, seed)
    model = Transformer(shape, {name: weight * SCALES.get(name, 4.0) for name, weight in weights.items()})
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1.0, betas=(0.9, 0.98))
    for _ in range(450):
        loss_nats = cross_entropy(model(config.tokens(values_bp))[:, n_inputs].double(), targets_b)
        optimizer.zero_grad()
        loss_nats.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    cell = NeuralCell(config, model)
    assert cell(*values_bp.unbind(1)).tolist() == targets_b.tolist(), "training did not end right"
    return cell
