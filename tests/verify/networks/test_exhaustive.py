"""Every input of a cell is run, and its evidence says whose answers were checked."""

from __future__ import annotations

import math

import pytest
import torch

from stdcell.errors import VerificationError
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import Edge, Transformer, TransformerConfig
from stdcell.verify.networks.exhaustive import check_exhaustively

from .cells import signature_of, small_cell


def copying_cell(n_values: int = 4, margin: float = 7.0, low: int = 0) -> NeuralCell:
    """Answers b, whatever a is, with one margin everywhere; its logits are exact in any order."""
    config = TransformerConfig(n_values, 2, n_values, (), n_values, edges=(Edge("embed", "logits"),))
    weights = {
        "embed": margin * torch.eye(n_values),
        "unembed": torch.eye(n_values),
        "b_unembed": torch.zeros(1, n_values),
    }
    ports = (IntPort("a", low, low + n_values - 1), IntPort("b", low, low + n_values - 1))
    cell = CellConfig(ports, IntPort("result", low, low + n_values - 1), ("a", "b"), 1)
    return NeuralCell(cell, Transformer(config, weights))


def test_a_right_cell_holds_with_its_margin_and_its_reach() -> None:
    cell = copying_cell()
    check = check_exhaustively(cell, signature_of(cell, "result == b"))
    assert (check.n_inputs, check.n_wrong, check.first_wrong) == (16, 0, None)
    assert (check.smallest_margin, check.least_certain) == (7.0, (0, 0))
    assert (check.dtype, check.device, check.reach) == ("float32", "cpu", "every evaluation")
    assert 0 < check.rounding_bound < 1e-5


def test_the_first_wrong_input_is_told_with_its_answer() -> None:
    cell = copying_cell(low=-1)
    check = check_exhaustively(cell, signature_of(cell, "result == min(a, b)"))
    assert (check.n_wrong, check.first_wrong) == (6, ((-1, 0), 0))


def test_requirements_leave_inputs_out() -> None:
    cell = copying_cell()
    check = check_exhaustively(cell, signature_of(cell, "result == min(a, b)", requires="b < a"))
    assert (check.n_inputs, check.n_wrong) == (6, 0)


def test_a_promise_that_is_undefined_is_broken() -> None:
    cell = copying_cell()
    check = check_exhaustively(cell, signature_of(cell, "result * a / a == b * a / a"))
    assert (check.n_inputs, check.n_wrong, check.first_wrong) == (16, 4, ((0, 0), 0))


def test_numbers_beyond_64_bits_are_compared_exactly() -> None:
    cell = copying_cell()
    check = check_exhaustively(cell, signature_of(cell, "result + 10 ^ 30 == b + 10 ^ 30"))
    assert check.holds


def test_more_inputs_than_one_batch_are_all_run() -> None:
    cell = copying_cell(150)
    check = check_exhaustively(cell, signature_of(cell, "result == b and (a != 149 or b != 149)"))
    assert (check.n_inputs, check.n_wrong, check.first_wrong) == (22_500, 1, ((149, 149), 149))


def test_a_narrow_margin_is_an_answer_of_this_evaluation_alone() -> None:
    cell = small_cell(0)
    with torch.no_grad():
        cell.model.get_parameter("unembed")[:, 1] = cell.model.get_parameter("unembed")[:, 0] * (1 + 1e-7)
        cell.model.get_parameter("b_unembed")[0, :2] = 9.0
    check = check_exhaustively(cell, signature_of(cell, "0 <= result"))
    assert check.holds
    assert check.smallest_margin < 2 * check.rounding_bound
    assert check.reach == "as run"


@pytest.mark.parametrize("seed", [0, 2, 4], ids=["one layer", "three layers", "a circuit"])
def test_inputs_close_to_the_bound_are_certified_one_by_one(seed: int) -> None:
    cell = small_cell(seed)
    check = check_exhaustively(cell, signature_of(cell, "0 <= result"))
    assert check.smallest_margin < 4 * check.rounding_bound
    assert check.reach == "every evaluation"


def test_a_logit_that_is_no_number_is_wrong() -> None:
    cell = copying_cell()
    with torch.no_grad():
        cell.model.get_parameter("embed")[2, 2] = math.nan
    check = check_exhaustively(cell, signature_of(cell, "0 <= result"))
    assert (check.n_wrong, check.first_wrong, check.smallest_margin) == (4, ((0, 2), 0), 0.0)
    assert (check.reach, check.rounding_bound) == ("as run", math.inf)


def test_one_changed_weight_is_noticed() -> None:
    cell = copying_cell()
    before = cell.to_bytes()
    with torch.no_grad():
        cell.model.get_parameter("embed")[2, 3] = 7.5
    check = check_exhaustively(cell, signature_of(cell, "result == b"))
    assert cell.to_bytes() != before
    assert (check.n_wrong, check.first_wrong) == (4, ((0, 2), 3))


def test_a_cell_with_one_output_has_nothing_to_confuse() -> None:
    config = TransformerConfig(2, 1, 2, (), 1)
    weights = {name: torch.ones(shape) for name, shape in
               (("embed", (2, 2)), ("position", (1, 2)), ("unembed", (2, 1)), ("b_unembed", (1, 1)))}  # fmt: skip
    cell = NeuralCell(
        CellConfig((IntPort("a", 0, 1),), IntPort("result", 3, 3), ("a",), 0), Transformer(config, weights)
    )
    check = check_exhaustively(cell, signature_of(cell, "result == 3"))
    assert (check.holds, check.smallest_margin, check.reach) == (True, math.inf, "every evaluation")


@pytest.mark.parametrize(
    ("ensures", "requires", "message"),
    [
        (None, None, "the circuit 'small' has no contract to check"),
        ("result == b", "a < a", "no input of 'small' meets its requirements"),
    ],
)
def test_what_cannot_be_checked_is_refused(ensures: str | None, requires: str | None, message: str) -> None:
    cell = copying_cell()
    with pytest.raises(VerificationError, match=message):
        check_exhaustively(cell, signature_of(cell, ensures, requires))


def test_a_contract_about_other_ports_is_refused() -> None:
    cell, other = copying_cell(4), copying_cell(5)
    with pytest.raises(VerificationError, match=r"has ports a 0\.\.3, b 0\.\.3, its contract speaks of a 0\.\.4"):
        check_exhaustively(cell, signature_of(other, "result == b"))


def test_an_answer_outside_the_declared_type_is_wrong() -> None:
    cell = copying_cell()
    signature = signature_of(cell, "result == b")
    narrow = signature_of(copying_cell(3), "result == b").output
    check = check_exhaustively(cell, type(signature)("circuit", "small", "", signature.inputs, narrow, None, "b == b"))
    assert (check.n_wrong, check.first_wrong) == (4, ((0, 3), 3))
