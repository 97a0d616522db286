"""Derived rounding errors are never smaller than those that are seen, whatever the network is."""

from __future__ import annotations

import math
from fractions import Fraction
from types import SimpleNamespace

import pytest
import torch

from stdcell.errors import VerificationError
from stdcell.verify.networks.intervals import affine, point
from stdcell.verify.networks.logit_errors import error_of_all, errors_of_each
from stdcell.verify.networks.rounding import EXP_ULPS, precision_of

from .cells import every_input, in_float64, small_cell

FLOAT32 = precision_of(torch.float32)


@pytest.mark.parametrize("seed", range(50))
def test_no_logit_lies_farther_from_its_value_in_float64_than_derived(seed: int) -> None:
    cell, inputs_bp = small_cell(seed), every_input()
    bounds_b = errors_of_each(cell, inputs_bp, FLOAT32)
    exact_bo = in_float64(cell).logits(*inputs_bp.unbind(1))
    edgewise_bno = cell.model.edgewise(cell.config.tokens(inputs_bp)).logits_bno.detach()
    seen_b = (cell.logits(*inputs_bp.unbind(1)).double() - exact_bo).abs().amax(-1)
    edgewise_b = (edgewise_bno[:, cell.config.read_position].double() - exact_bo).abs().amax(-1)
    # What float64 rounds off itself is 2^-29 of it, and is allowed for.
    assert bool((torch.maximum(seen_b, edgewise_b) <= bounds_b + 1e-12).all())
    assert float(bounds_b.max()) <= error_of_all(cell, [range(5), range(5)], FLOAT32)


@pytest.mark.parametrize("seed", range(0, 24, 3))
def test_the_bound_holds_in_bfloat16(seed: int) -> None:
    cell, inputs_bp = small_cell(seed, dtype=torch.bfloat16), every_input()
    bounds_b = errors_of_each(cell, inputs_bp, precision_of(torch.bfloat16))
    exact_bo = in_float64(cell).logits(*inputs_bp.unbind(1))
    seen_b = (cell.logits(*inputs_bp.unbind(1)).double() - exact_bo).abs().amax(-1)
    assert bool((seen_b <= bounds_b + 1e-12).all())


def test_an_answer_does_not_depend_on_the_batch_beyond_the_bound() -> None:
    cell, inputs_bp = small_cell(0), every_input()
    at_once_bo = cell.logits(*inputs_bp.unbind(1))
    one_by_one_bo = torch.cat([cell.logits(*row.unsqueeze(1)) for row in inputs_bp])
    bounds_b1 = errors_of_each(cell, inputs_bp, FLOAT32)[:, None]
    assert bool(((at_once_bo - one_by_one_bo).abs() <= 2 * bounds_b1).all())


def test_a_sum_is_within_its_bound_of_the_exact_rational_sum() -> None:
    generator = torch.Generator().manual_seed(0)
    left_n, right_n = (torch.randn(200, generator=generator) for _ in range(2))
    exact = sum(Fraction(a) * Fraction(b) for a, b in zip(left_n.tolist(), right_n.tolist(), strict=True))
    found = affine(point(left_n[None]), right_n[:, None].double(), torch.zeros(1, 1).double(), FLOAT32, 200)
    assert abs(Fraction(float(left_n @ right_n)) - exact) <= Fraction(float(found.error))
    assert abs(Fraction(float(found.center)) - exact) <= Fraction(float(found.radius))


def test_exp_keeps_to_the_assumption_on_a_dense_sample() -> None:
    arguments = torch.linspace(-87, 0, 2_000_001)
    wanted = arguments.double().exp()
    assert float(((arguments.exp().double() - wanted) / wanted).abs().max()) <= EXP_ULPS * 2.0**-23


def test_weights_that_may_overflow_have_no_bound() -> None:
    assert math.isinf(error_of_all(small_cell(0, scale=1e15), [range(5), range(5)], FLOAT32))


@pytest.mark.parametrize(("setting", "unit"), [("highest", 2.0**-24), ("high", 2.0**-10), ("medium", 2.0**-7)])
def test_short_factors_are_allowed_for_where_pytorch_may_use_them(setting: str, unit: float) -> None:
    torch.set_float32_matmul_precision(setting)
    try:
        assert precision_of(torch.float32).unit == unit
    finally:
        torch.set_float32_matmul_precision("highest")


def test_short_factors_are_allowed_for_where_one_backend_may_use_them(monkeypatch: pytest.MonkeyPatch) -> None:
    # Not the setting itself, which would not quite go back: PyTorch's old and new ones cannot be mixed.
    monkeypatch.setattr(torch.backends.mkldnn, "matmul", SimpleNamespace(fp32_precision="bf16"))
    assert precision_of(torch.float32).unit == 2.0**-7


def test_autocast_is_refused() -> None:
    with torch.autocast("cpu"), pytest.raises(VerificationError, match="autocast is on"):
        precision_of(torch.float32)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("seed", range(12))
def test_the_bound_holds_on_a_gpu(seed: int) -> None:
    cell, inputs_bp = small_cell(seed), every_input()
    exact_bo = in_float64(cell).logits(*inputs_bp.unbind(1))
    bounds_b = errors_of_each(cell, inputs_bp, FLOAT32)
    cell.model.cuda()
    seen_b = (cell.logits(*inputs_bp.unbind(1)).cpu().double() - exact_bo).abs().amax(-1)
    assert bool((seen_b <= bounds_b + 1e-12).all())


def test_an_unknown_number_format_is_refused() -> None:
    with pytest.raises(VerificationError, match=r"no rounding errors are known of torch\.float16: convert the network"):
        precision_of(torch.float16)
