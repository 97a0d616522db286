"""A formula read off a network says what the network does, and how well."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import sympy
import torch

from stdcell.errors import ExtractionError
from stdcell.extraction import AblatedModel, AdditionFormula, find_formula, frequency_powers
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import Transformer, TransformerConfig
from stdcell.training import Task

CosineCell = Callable[[Mapping[int, float]], NeuralCell]


def test_the_frequencies_of_a_sum_of_cosines_are_found_strongest_first(cosine_cell: CosineCell) -> None:
    formula = find_formula(cosine_cell({2: 1.5, 3: 5.0}))
    assert formula.frequencies == (3, 2)
    assert formula.amplitudes == pytest.approx((5.0, 1.5), abs=1e-9)


def test_a_sum_of_cosines_is_explained_entirely(cosine_cell: CosineCell) -> None:
    formula = find_formula(cosine_cell({2: 1.5, 3: 5.0}))
    assert formula.r_squared == pytest.approx(1.0, abs=1e-9)
    assert (formula.n_agreeing, formula.n_inputs, formula.agreement) == (49, 49, 1.0)


def test_each_frequency_explains_its_squared_amplitude(cosine_cell: CosineCell) -> None:
    formula = find_formula(cosine_cell({1: 3.0, 2: 4.0}))
    assert formula.logit_shares == pytest.approx((9 / 25, 16 / 25, 0.0), abs=1e-9)


def test_a_frequency_below_one_percent_of_the_variance_is_left_out(cosine_cell: CosineCell) -> None:
    assert find_formula(cosine_cell({1: 0.05, 3: 5.0})).frequencies == (3,)


def test_a_weak_frequency_that_decides_answers_is_taken(cosine_cell: CosineCell) -> None:
    """Without frequency 3, the residues 1 and 6 would lead by 0.01."""
    formula = find_formula(cosine_cell({1: 1.0, 2: -0.32, 3: 0.05}))
    assert formula.frequencies == (1, 2, 3)
    assert formula.agreement == 1.0


@pytest.mark.parametrize(("a", "b", "c"), [(0, 0, 0), (3, 3, 6), (6, 6, 5), (4, 3, 0)])
def test_the_formula_adds(cosine_cell: CosineCell, a: int, b: int, c: int) -> None:
    assert find_formula(cosine_cell({2: 1.0})).answer(a, b) == c


def test_the_expression_gives_the_logits(cosine_cell: CosineCell) -> None:
    cell = cosine_cell({2: 1.5, 3: 5.0})
    value = find_formula(cell).expression.subs({"a": 4, "b": 6, "c": 2})
    assert float(value) == pytest.approx(cell.logits(4, 6)[2].item(), abs=1e-9)


def test_the_text_of_a_formula_is_a_sum_of_cosines() -> None:
    formula = AdditionFormula(37, (13, 9), (16.5, -4.25), 1369, 1369, 0.9, (), ())
    assert formula.text == "16.5*cos(2*pi*13*(a + b - c)/37) + -4.25*cos(2*pi*9*(a + b - c)/37)"


def test_the_expression_is_read_back_from_its_text(trained: AblatedModel) -> None:
    formula = find_formula(trained.cell)
    expression = formula.expression
    assert sympy.sympify(formula.text) == expression
    assert sympy.sympify(str(expression)) == expression
    assert sympy.sympify(sympy.srepr(expression)) == expression


def test_agreement_is_counted_on_every_input(trained: AblatedModel, task: Task) -> None:
    formula = find_formula(trained.cell)
    answers = torch.tensor([formula.answer(a, b) for a, b in task.inputs_bp.tolist()])
    assert formula.n_agreeing == int((answers == trained.cell(*task.inputs_bp.unbind(1))).sum())


def test_a_cosine_embedding_has_the_power_of_its_frequency(task: Task) -> None:
    config = TransformerConfig(8, 3, 2, (), 7)
    weights = dict(Transformer.initialised(config, seed=0).state_dict())
    angles_a = 2 * torch.pi * 2 * torch.arange(7) / 7
    weights["embed"][:7] = torch.stack([5 + torch.cos(angles_a), torch.sin(angles_a)], dim=1)
    powers_k = frequency_powers(NeuralCell(task.cell, Transformer(config, weights)))
    assert powers_k.tolist() == pytest.approx([0.0, 1.0, 0.0], abs=1e-6)


def test_a_cell_that_ignores_its_input_has_no_formula(cosine_cell: CosineCell) -> None:
    with pytest.raises(ExtractionError, match="gives every output the same logit"):
        find_formula(cosine_cell({}))


def test_a_cell_with_other_ports_is_refused() -> None:
    ports = CellConfig((IntPort("a", 0, 2), IntPort("b", 1, 3)), IntPort("result", 0, 2), ("a", "b"), 1)
    cell = NeuralCell(ports, Transformer.initialised(TransformerConfig(3, 2, 4, (), 3), seed=0))
    with pytest.raises(ExtractionError, match=r"found a: 0\.\.2, b: 1\.\.3, result: 0\.\.2"):
        find_formula(cell)
