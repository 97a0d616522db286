"""Bounds on boxes and balls hold what a dense sample of them shows, and certified answers never change there."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from stdcell.errors import VerificationError
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import (
    Edge,
    LayerShape,
    Transformer,
    TransformerConfig,
    initial_parameters,
    parameter_shapes,
)
from stdcell.verify.networks.certified import ball_around, certified_leads, certified_radii, exact_leads
from stdcell.verify.networks.intervals import point
from stdcell.verify.networks.linear_bounds import Norm, lower_bounds, run_on_ball
from stdcell.verify.networks.logit_errors import embedded_box, embedded_points
from stdcell.verify.networks.passage import network_of, run_on_spreads
from stdcell.verify.networks.rounding import EXACT, precision_of

from .cells import every_input, in_float64, small_cell

FLOAT32 = precision_of(torch.float32)
MLP_ALONE = (Edge("embed", "L0.mlp"), Edge("L0.mlp", "logits"))
ROUNDED_OFF = 1e-9
"""More than float64 rounds off of the values that bounds are compared with."""
BALLS: list[tuple[Norm, float]] = [("max", 0.003), ("euclidean", 0.02), ("max", 0.3), ("euclidean", 0.1)]


def drawn_in_ball(centers_bd: Tensor, radius: Tensor | float, norm: str, seed: int) -> Tensor:
    """40 vectors of each ball, most of them on its rim, shape (batch, draw, residual)."""
    generator = torch.Generator().manual_seed(seed)
    shape = (len(centers_bd), 40, centers_bd.shape[1])
    corners = torch.randn(shape, generator=generator, dtype=torch.float64).sign()
    directions = torch.randn(shape, generator=generator, dtype=torch.float64)
    moved = corners if norm == "max" else directions / directions.norm(dim=-1, keepdim=True)
    moved[:, :10] *= torch.rand(shape[0], 10, 1, generator=generator, dtype=torch.float64)
    return centers_bd[:, None] + torch.as_tensor(radius, dtype=torch.float64).reshape(-1, 1, 1) * moved * (1 - 1e-12)


def logits_of(cell: NeuralCell, values_bp: Tensor, written_btd: Tensor) -> Tensor:
    """The logits with other vectors in place of what is embedded for port a, shape (batch, draw, output)."""
    n_draws = written_btd.shape[1]
    rows_bp = values_bp.repeat_interleave(n_draws, 0)
    dtype = cell.model.get_parameter("embed").dtype
    with torch.no_grad():
        logits_bo = cell.run(rows_bp, {"a": written_btd.flatten(0, 1).to(dtype)}).logits_bo
    return logits_bo.double().reshape(-1, n_draws, logits_bo.shape[-1])


@pytest.mark.parametrize("seed", range(50))
def test_no_logit_in_a_ball_is_outside_the_bounds(seed: int) -> None:
    cell, values_bp, (norm, radius) = small_cell(seed), every_input(), BALLS[seed % 4]
    network = network_of(cell)
    centers_bnd = embedded_points(cell, network, values_bp).center
    ball = ball_around(centers_bnd, {0: radius})
    asked_bso = torch.eye(5, dtype=torch.float64).expand(len(values_bp), -1, -1)
    passage = run_on_ball(network, ball, FLOAT32, norm)
    lower_b1o = lower_bounds(network, passage, asked_bso, norm=norm)[:, None]
    upper_b1o = -lower_bounds(network, passage, -asked_bso, norm=norm)[:, None]
    drawn_btd = drawn_in_ball(centers_bnd[:, 0], radius, norm, seed)
    exact_bto = logits_of(in_float64(cell), values_bp, drawn_btd)
    # Vectors of float32 are in the ball, too, when they are rounded towards its center.
    inside_btd = centers_bnd[:, None, 0] + (drawn_btd - centers_bnd[:, None, 0]) * (1 - 1e-4)
    computed_bto = logits_of(cell, values_bp, inside_btd)
    box = run_on_spreads(network, ball, EXACT).logits_bo
    assert bool(((lower_b1o - ROUNDED_OFF <= exact_bto) & (exact_bto <= upper_b1o + ROUNDED_OFF)).all())
    assert bool(((lower_b1o <= computed_bto) & (computed_bto <= upper_b1o)).all())
    assert bool(((box.lower[:, None] <= exact_bto) & (exact_bto <= box.upper[:, None])).all())


@pytest.mark.parametrize("seed", range(50))
def test_the_box_around_a_domain_holds_every_input(seed: int) -> None:
    cell, values_bp = small_cell(seed), every_input()
    network = network_of(cell)
    passage = run_on_ball(network, embedded_box(cell, network, [range(5), range(5)]), EXACT)
    asked_bso = torch.eye(5, dtype=torch.float64)[None]
    exact_bo = in_float64(cell).logits(*values_bp.unbind(1))
    assert bool((lower_bounds(network, passage, asked_bso) <= exact_bo + ROUNDED_OFF).all())
    assert bool((exact_bo - ROUNDED_OFF <= -lower_bounds(network, passage, -asked_bso)).all())


@pytest.mark.parametrize(("seed", "norm"), [(0, "max"), (3, "euclidean"), (7, "max"), (9, "max")])
def test_an_answer_never_changes_within_its_certified_radius(seed: int, norm: Norm) -> None:
    cell, values_bp = small_cell(seed), every_input()
    radius_b = certified_radii(cell, values_bp, ["a"], FLOAT32, norm)
    centers_bd = cell.embedded("a", values_bp[:, 0]).detach().double()
    drawn_btd = drawn_in_ball(centers_bd, radius_b * (1 - 1e-4), norm, seed)
    answers_bt = logits_of(cell, values_bp, drawn_btd).argmax(-1)
    is_certified_b = radius_b > 0
    assert bool((answers_bt == cell(*values_bp.unbind(1))[:, None])[is_certified_b].all())


@pytest.mark.parametrize(("seed", "radius"), [(0, 0.1), (1, 0.04)], ids=["one layer", "two"])
def test_radii_are_of_use(seed: int, radius: float) -> None:
    radius_b = certified_radii(small_cell(seed), every_input()[:9], ["a"], FLOAT32)
    assert float(radius_b.median()) > radius


@pytest.mark.parametrize("seed", range(0, 50, 5))
def test_a_certified_lead_is_below_the_margin_and_near_it(seed: int) -> None:
    cell, values_bp = small_cell(seed - seed % 3), every_input()
    leads_b = certified_leads(cell, values_bp, cell(*values_bp.unbind(1)), FLOAT32)
    margins_b = in_float64(cell).margins(*values_bp.unbind(1))
    assert bool((leads_b <= margins_b + ROUNDED_OFF).all())
    assert bool((leads_b > margins_b - 0.01).all())


def test_a_wrong_answer_has_no_lead() -> None:
    cell, values_bp = small_cell(0), every_input()
    leads_b = certified_leads(cell, values_bp, (cell(*values_bp.unbind(1)) + 1) % 5, EXACT)
    assert bool((leads_b < 0).all())


def test_what_a_writer_wrote_is_bounded_as_the_stream_is() -> None:
    cell, values_bp = small_cell(0), every_input()
    network = network_of(cell)
    passage = run_on_ball(network, embedded_points(cell, network, values_bp), FLOAT32)
    asked_bsd = torch.eye(12, dtype=torch.float64).expand(len(values_bp), -1, -1)
    with torch.no_grad():
        stream_bd = in_float64(cell).run(values_bp).residual_bd
        wrote_bd = in_float64(cell).run(values_bp, reads="L0.mlp").residual_bd
    assert float((lower_bounds(network, passage, asked_bsd, "stream") - stream_bd).abs().max()) < 1e-3
    assert float((lower_bounds(network, passage, asked_bsd, "L0.mlp") - wrote_bd).abs().max()) < 1e-3
    assert bool((lower_bounds(network, passage, asked_bsd, "stream") <= stream_bd + ROUNDED_OFF).all())


def test_numbers_that_may_overflow_certify_nothing() -> None:
    cell, values_bp = small_cell(0, scale=1e15), every_input()
    leads_b = certified_leads(cell, values_bp, torch.zeros(25, dtype=torch.int64), FLOAT32)
    assert bool((leads_b == -torch.inf).all())


def test_bounds_are_equal_on_two_runs() -> None:
    cell, values_bp = small_cell(3), every_input()
    first_b, second_b = (certified_radii(cell, values_bp[:5], ["b"], FLOAT32) for _ in range(2))
    assert first_b.tolist() == second_b.tolist()


def test_an_unknown_port_is_refused_with_the_nearest() -> None:
    with pytest.raises(VerificationError, match="the network has no input port 'aa'; did you mean 'a'"):
        certified_radii(small_cell(0), every_input(), ["aa"], FLOAT32)


def test_a_box_without_extent_is_a_point() -> None:
    assert float(point(torch.ones(2)).upper.max()) == pytest.approx(1.0)


def rectifier_network() -> tuple[NeuralCell, dict[str, Tensor]]:
    """One port, whose embedding only the MLP reads, and its weights in float64."""
    config = TransformerConfig(5, 1, 12, (LayerShape(d_mlp=20),), 5, edges=MLP_ALONE)
    generator = torch.Generator().manual_seed(0)
    weights = {name: torch.randn(shape, generator=generator) for name, shape in parameter_shapes(config).items()}
    ports = CellConfig((IntPort("a", 0, 4),), IntPort("result", 0, 4), ("a",), 0)
    exact = {name: weight.double() for name, weight in weights.items()}
    return NeuralCell(ports, Transformer(config, weights)), exact


def least_logits(cell: NeuralCell, radius: float) -> tuple[Tensor, Tensor]:
    """Centers of all balls, and the least logits on them."""
    network = network_of(cell)
    centers_bnd = embedded_points(cell, network, torch.arange(5)[:, None]).center
    asked_bso = torch.eye(5, dtype=torch.float64).expand(5, -1, -1)
    passage = run_on_ball(network, ball_around(centers_bnd, {0: radius}), EXACT)
    return centers_bnd[:, 0], lower_bounds(network, passage, asked_bso)


def test_bounds_of_a_rectifier_network_are_those_of_the_published_formula() -> None:
    cell, weights = rectifier_network()
    centers_bd, found_bo = least_logits(cell, 0.1)
    hidden_bm = centers_bd @ weights["L0.W_in"] + weights["L0.b_in"]
    reach_m = 0.1 * weights["L0.W_in"].abs().sum(0)
    low, high = hidden_bm - reach_m, hidden_bm + reach_m
    chord = torch.where(low >= 0, 1.0, torch.where(high <= 0, 0.0, high / (high - low)))
    slope = torch.where(low >= 0, 1.0, torch.where(high <= 0, 0.0, (high > -low).double()))
    offset_bm = torch.where((low < 0) & (high > 0), -chord * low, 0.0)
    through_om = (weights["L0.W_out"] @ weights["unembed"]).T
    on_hidden_bom = through_om.clamp(min=0) * slope[:, None] + through_om.clamp(max=0) * chord[:, None]
    on_input_bod = on_hidden_bom @ weights["L0.W_in"].T
    constant_bo = (through_om.clamp(max=0) * offset_bm[:, None]).sum(-1) + on_hidden_bom @ weights["L0.b_in"][0]
    constant_bo = constant_bo + (weights["L0.b_out"] @ weights["unembed"] + weights["b_unembed"])[0]
    wanted_bo = (on_input_bod * centers_bd[:, None]).sum(-1) - 0.1 * on_input_bod.abs().sum(-1) + constant_bo
    assert bool((found_bo <= wanted_bo).all())
    assert float((wanted_bo - found_bo).max()) < 1e-6


def test_bounds_of_a_rectifier_network_are_those_of_auto_lirpa() -> None:
    lirpa = pytest.importorskip("auto_LiRPA", reason="auto_LiRPA cannot be installed beside this version of torch")
    cell, weights = rectifier_network()
    centers_bd, found_bo = least_logits(cell, 0.1)
    entering, leaving, last = nn.Linear(12, 20), nn.Linear(20, 12), nn.Linear(12, 5)
    entering.load_state_dict({"weight": weights["L0.W_in"].mT, "bias": weights["L0.b_in"][0]})
    leaving.load_state_dict({"weight": weights["L0.W_out"].mT, "bias": weights["L0.b_out"][0]})
    last.load_state_dict({"weight": weights["unembed"].mT, "bias": weights["b_unembed"][0]})
    model = lirpa.BoundedModule(nn.Sequential(entering, nn.ReLU(), leaving, last), centers_bd.float())
    box = lirpa.BoundedTensor(centers_bd.float(), lirpa.PerturbationLpNorm(norm=torch.inf, eps=0.1))
    theirs_bo, _ = model.compute_bounds(x=(box,), method="CROWN")
    assert float((found_bo - theirs_bo).abs().max()) < 1e-3


@pytest.mark.parametrize("n_layers", [1, 2, 3, 4])
def test_leads_in_real_arithmetic_are_sharp_in_deep_networks(n_layers: int) -> None:
    shape = TransformerConfig(6, 3, 16, (LayerShape(2, 8, 8, 32),) * n_layers, 5)
    ports = CellConfig((IntPort("a", 0, 4), IntPort("b", 0, 4)), IntPort("result", 0, 4), ("a", "b", 5), 2)
    cell = in_float64(NeuralCell(ports, Transformer(shape, initial_parameters(shape, 0))))
    values_bp = every_input()[::5]
    answers_b, margins_b = cell(*values_bp.unbind(1)), cell.margins(*values_bp.unbind(1))
    leads_b = exact_leads(cell, values_bp, answers_b)
    assert bool((leads_b <= margins_b + ROUNDED_OFF).all())
    assert float((margins_b - leads_b).max()) < 1e-5
