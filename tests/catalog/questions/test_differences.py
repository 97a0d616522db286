"""Differences of circuits, programs, formulas and checkpoints."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save

from stdcell.catalog import Formula, Program
from stdcell.catalog.questions import difference
from stdcell.catalog.questions.tensors import tensor_differences, tensors_of
from stdcell.errors import CatalogError

from .conftest import CONTRACT, Shelf, joined


def test_circuits_differ_in_structure_and_numbers(shelf: Shelf) -> None:
    found = difference(shelf.catalog, shelf.nodes["add1"], shelf.nodes["add2"])
    assert found["components"] == {
        "removed": ["L0.mlp"],
        "added": ["embed"],
        "common": ["L0.H0"],
        "jaccard": pytest.approx(1 / 3),
    }
    assert found["edges"] == {
        "removed": ["L0.H0 → L0.mlp.in"],
        "added": ["embed → L0.H0.v"],
        "common": [],
        "jaccard": 0.0,
    }
    assert found["metrics"] == [
        {"metric": "n_edges", "left": 2, "right": 1, "difference": -1},
        {"metric": "n_components", "left": 2, "right": 2, "difference": 0},
        {"metric": "n_parameters", "left": 64, "right": 64, "difference": 0},
        {"metric": "faithfulness", "left": 0.875, "right": 0.5, "difference": -0.375},
    ]


def test_checkpoints_differ_in_losses_and_by_tensor(shelf: Shelf) -> None:
    found = difference(shelf.catalog, shelf.nodes["early"], shelf.nodes["late"])
    assert found["weights"] == {
        "equal": False,
        "n_tensors": 3,
        "differing": [
            {"tensor": "w", "left": [2], "right": [2], "relative_l2": pytest.approx(0.6)},  # |(0, 3)| / |(3, 4)|
            {"tensor": "x", "left": None, "right": [1], "relative_l2": None},
        ],
    }
    numbers = {row["metric"]: row["difference"] for row in found["metrics"]}
    assert (numbers["step"], numbers["test_loss_nats"], numbers["train_accuracy"]) == (800, -0.5, None)


def test_programs_differ_in_text_cells_and_contracts(shelf: Shelf) -> None:
    text = "use circuit add;\nmain(x: int 0..9) = add(x, 1);\n"
    other = Program(name="plus", text=text, dialect="cell", graph="2" * 64)
    shelf.catalog.add(
        other, [*joined(other, "COMPOSED_OF", shelf.nodes["add1"]), *joined(other, "SATISFIES", CONTRACT)]
    )
    found = difference(shelf.catalog, shelf.nodes["quad"], other)
    assert found["text"] == [
        "--- left",
        "+++ right",
        "@@ -1,2 +1,2 @@",
        " use circuit add;",
        "-main(x: int 0..9) = add(x, x);",
        "+main(x: int 0..9) = add(x, 1);",
    ]
    assert found["graph"] == {"left": "1" * 64, "right": "2" * 64, "equal": False}
    assert found["cells"] == {"removed": ["double"], "added": [], "common": ["add"], "jaccard": 0.5}
    assert found["contracts"]["added"] == ["requires true ensures result == (a + b) mod 10"]


def test_formulas_differ_in_expression_and_agreement(shelf: Shelf) -> None:
    other = Formula(name="better", expression="a+a", agreement=0.75)
    shelf.catalog.add(other)
    found = difference(shelf.catalog, shelf.nodes["double"], other)
    assert found["expression"] == {"left": "2*a", "right": "a+a", "equal": False}
    assert found["metrics"] == [{"metric": "agreement", "left": 0.5, "right": 0.75, "difference": 0.25}]


def test_nodes_of_two_kinds_are_not_compared(shelf: Shelf) -> None:
    with pytest.raises(CatalogError, match=r"only two nodes of one kind .* found a circuit and a program"):
        difference(shelf.catalog, shelf.nodes["add1"], shelf.nodes["quad"])


def test_equal_tensors_do_not_differ() -> None:
    content = save({"w": np.ones(3, np.float32)})
    assert tensor_differences(tensors_of(content, "left"), tensors_of(content, "right")) == []


def test_a_tensor_that_was_zero_has_no_relative_distance() -> None:
    zero, one = ({"w": np.full(2, value)} for value in (0.0, 1.0))
    assert tensor_differences(zero, one) == [{"tensor": "w", "left": [2], "right": [2], "relative_l2": None}]


def test_bfloat16_is_read_as_the_upper_half_of_float32() -> None:
    header = b'{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}'
    content = len(header).to_bytes(8, "little") + header + bytes([0x80, 0x3F, 0x40, 0xC0])  # 1.0 and -3.0
    assert tensors_of(content, "it")["w"].tolist() == [1.0, -3.0]


@pytest.mark.parametrize("content", [b"", b"weights", b"\xff" * 16])
def test_weights_that_are_no_safetensors_file_are_told(content: bytes) -> None:
    with pytest.raises(CatalogError, match="the weights of 'at 9' are no safetensors file"):
        tensors_of(content, "'at 9'")
