"""An exported program computes the logits of its transformer, for any batch and length."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from stdcell.dsl import parse
from stdcell.errors import RuntimeFault
from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.exchange import export_program
from stdcell.runtime.transformer import Edge, LayerShape, Transformer, TransformerConfig

CONFIGS = {
    "causal and uneven layers": TransformerConfig(
        7, 5, 12, (LayerShape(2, 3, 5, 8), LayerShape(0, 0, 0, 16), LayerShape(3, 4, 2, 0)), 6, causal=True
    ),
    "no layer": TransformerConfig(7, 5, 12, (), 3),
    "circuit": TransformerConfig(
        7, 5, 12, (LayerShape(1, 4, 4),), 3, edges=(Edge("embed", "L0.H0.v"), Edge("L0.H0", "logits"))
    ),
}
TOKENS_BN = torch.tensor([[1, 2, 3, 4, 5], [6, 0, 1, 1, 2], [3, 3, 0, 5, 6]])
LENGTHS_B = torch.tensor([5, 1, 3])


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_an_exported_program_equals_its_transformer_on_every_shape(config: TransformerConfig) -> None:
    model = Transformer.initialised(config, seed=3)
    exported = export_program(model).module()
    for n_rows, n_positions in ((3, 5), (1, 5), (2, 3), (1, 1)):
        given = TOKENS_BN[:n_rows, :n_positions], LENGTHS_B[:n_rows].clamp(max=n_positions)
        torch.testing.assert_close(exported(*given), model(*given), atol=1e-6, rtol=0)


def test_an_exported_program_is_read_back_from_a_file(tmp_path: Path) -> None:
    model = compile_transformer(
        parse("ans = selector_width(select(tokens, tokens, ==));", dialect="rasp"), vocabulary="abc", max_length=4
    ).module
    torch.export.save(export_program(model), tmp_path / "model.pt2")
    exported = torch.export.load(tmp_path / "model.pt2").module()
    given = torch.tensor([[0, 1, 2, 1, 3], [0, 2, 2, 0, 0]]), torch.tensor([5, 3])
    torch.testing.assert_close(exported(*given), model(*given), atol=0, rtol=0)


def test_a_context_of_one_token_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="a context of 1 token has no axis of positions to export; take 2 or more"):
        export_program(Transformer.initialised(TransformerConfig(3, 1, 4, (), 2), seed=0))
