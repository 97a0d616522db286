"""A neural cell keeps to its ports and survives being stored."""

from __future__ import annotations

import json

import pytest
import torch

from stdcell.errors import RuntimeFault
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import Edge, LayerShape, Transformer, TransformerConfig

PORTS = CellConfig((IntPort("a", 0, 2), IntPort("b", 1, 3)), IntPort("result", 5, 8), ("a", "b", 3), read_position=2)
SHAPE = TransformerConfig(4, 3, 8, (LayerShape(2, 4, 4, 8),), 4)


def lookup_cell() -> NeuralCell:
    """Reads its own token and nothing else, at the position of `b`: token t gives output t + 1, with a margin of 7."""
    config = TransformerConfig(4, 3, 4, (), 4, edges=(Edge("embed", "logits"),))
    weights = {"embed": 7 * torch.eye(4), "unembed": torch.eye(4).roll(1, 1), "b_unembed": torch.zeros(1, 4)}
    return NeuralCell(
        CellConfig(PORTS.inputs, PORTS.output, PORTS.prompt, read_position=1), Transformer(config, weights)
    )


def random_cell() -> NeuralCell:
    return NeuralCell(PORTS, Transformer.initialised(SHAPE, seed=1))


@pytest.mark.parametrize(("b", "answer"), [(1, 6), (2, 7), (3, 8)])
def test_the_answer_is_the_value_of_the_largest_logit(b: int, answer: int) -> None:
    assert lookup_cell()(0, b).item() == answer


def test_inputs_broadcast() -> None:
    answers = lookup_cell()(torch.tensor([[0], [1]]), torch.tensor([1, 2, 3]))
    assert answers.tolist() == [[6, 7, 8], [6, 7, 8]]


def test_the_margin_is_best_minus_second_best() -> None:
    assert lookup_cell().margins(torch.tensor([0, 1]), 2).tolist() == [7.0, 7.0]


def test_logits_have_one_axis_more_than_the_inputs() -> None:
    assert random_cell().logits(torch.zeros(2, 3, dtype=torch.int32), 1).shape == (2, 3, 4)


def test_an_empty_batch_gives_an_empty_answer() -> None:
    assert random_cell()(torch.zeros(0, dtype=torch.int64), 1).shape == (0,)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((3, 1), "port 'a' takes 0..2, found 3"),
        ((0, 0), "port 'b' takes 1..3, found 0"),
        ((0, torch.tensor([1, -2])), "port 'b' takes 1..3, found -2"),
        ((0.5, 1), "port 'a' takes integers, found torch.float32"),
        ((0,), r"expected 2 values \(a, b\), found 1"),
    ],
)
def test_a_value_that_no_port_takes_is_refused(values: tuple[int, ...], message: str) -> None:
    with pytest.raises(RuntimeFault, match=message):
        random_cell()(*values)


def test_a_stored_cell_gives_the_same_logits() -> None:
    cell = random_cell()
    stored = NeuralCell.from_bytes(cell.to_bytes(), json.loads(json.dumps(cell.to_dict())))
    assert torch.equal(stored.logits(1, 2), cell.logits(1, 2))


def test_the_same_weights_give_the_same_bytes() -> None:
    assert random_cell().to_bytes() == random_cell().to_bytes()


def test_damaged_bytes_are_refused() -> None:
    with pytest.raises(RuntimeFault, match="the 40 bytes are not safetensors"):
        NeuralCell.from_bytes(random_cell().to_bytes()[:40], random_cell().to_dict())


def test_bytes_of_another_model_are_refused() -> None:
    with pytest.raises(RuntimeFault, match=r"parameters are missing: L0\.W_K"):
        NeuralCell.from_bytes(lookup_cell().to_bytes(), random_cell().to_dict())


def test_a_configuration_without_ports_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="not a cell's configuration: no 'cell' in it"):
        NeuralCell.from_bytes(b"", {"transformer": SHAPE.to_dict()})


def test_a_prompt_that_forgets_a_port_is_refused() -> None:
    with pytest.raises(RuntimeFault, match="must name each of the input ports"):
        CellConfig(PORTS.inputs, PORTS.output, ("a", 3), read_position=1)


def test_an_output_port_of_the_wrong_size_is_refused() -> None:
    config = CellConfig(PORTS.inputs, IntPort("result", 0, 9), PORTS.prompt, read_position=2)
    with pytest.raises(RuntimeFault, match="port 'result' has 10 values, the model 4 outputs"):
        NeuralCell(config, Transformer.initialised(SHAPE, seed=1))


def test_a_prompt_longer_than_the_context_is_refused() -> None:
    config = CellConfig(PORTS.inputs, PORTS.output, ("a", "b", 3, 3), read_position=2)
    with pytest.raises(RuntimeFault, match="a prompt of 4 tokens out of 4 does not fit a model of context 3"):
        NeuralCell(config, Transformer.initialised(SHAPE, seed=1))
