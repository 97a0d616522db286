"""Answers that cannot change: of one input in any evaluation, and of all embeddings in a ball around one.

An answer is certified where the least lead of its logit over every other one is above 0, by linear bounds. They hold
of the weights in real arithmetic, and of any evaluation in a number format if it is named.

Axes: b batch, p input port, n position, d residual width, o output.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from ...errors import VerificationError, did_you_mean
from ...runtime.cell import NeuralCell
from .intervals import SLACK, Spread, point
from .linear_bounds import Norm, lower_bounds, run_on_ball
from .logit_errors import embedded_points
from .passage import Network, network_of, run_on_spreads
from .rounding import EXACT, Precision

__all__ = [
    "at_once",
    "ball_around",
    "certified_leads",
    "certified_radii",
    "certified_radius",
    "exact_leads",
    "least_leads",
    "place_of_port",
]

_NUMBERS_AT_ONCE, _POINTS_AT_ONCE = 2**22, 2**10
_SHARP = 2.0**-20
"""The radius of a logit, relative to its size, up to which intervals of float64's own rounding are sharp enough."""
_STEPS = 16
_FIRST = 16
"""The closest inputs, whose radius is sought first: that of all is seldom less."""


def certified_leads(cell: NeuralCell, values_bp: Tensor, answers_b: Tensor, precision: Precision) -> Tensor:
    """The least lead of each answer's logit over any other, shape (batch,); above 0 the answer is certain.

    Args:
        cell: the cell.
        values_bp: inputs, one column for each port.
        answers_b: the answers that are asked about, as values of the output port.
        precision: the number format of every evaluation that is spoken of; `EXACT` for real arithmetic alone.
    """
    network = network_of(cell)
    outputs_b = answers_b - cell.config.output.low
    found = [
        least_leads(network, embedded_points(cell, network, values_bp[rows]), outputs_b[rows], precision)
        for rows in at_once(network, len(values_bp))
    ]
    return torch.cat(found)


def exact_leads(cell: NeuralCell, values_bp: Tensor, answers_b: Tensor) -> Tensor:
    """The least lead of each answer's logit over any other in real arithmetic, shape (batch,).

    Float64 with intervals of its own rounding says it; for deep networks, where intervals grow, linear bounds do.
    Arguments are those of `certified_leads`.
    """
    network, outputs_b1 = network_of(cell), (answers_b - cell.config.output.low)[:, None]
    leads, radii = [], []
    for rows in torch.split(torch.arange(len(values_bp)), _POINTS_AT_ONCE):
        logits_bo = run_on_spreads(network, embedded_points(cell, network, values_bp[rows]), EXACT).logits_bo
        leads.append(_boxed_leads(logits_bo, outputs_b1[rows]).scatter(1, outputs_b1[rows], math.inf).amin(1))
        radii.append((logits_bo.radius / logits_bo.size).amax(1))
    leads_b, is_loose_b = torch.cat(leads), ~(torch.cat(radii) <= _SHARP)
    if bool(is_loose_b.any()):
        sharper = certified_leads(cell, values_bp[is_loose_b], answers_b[is_loose_b], EXACT)
        leads_b[is_loose_b] = torch.maximum(leads_b[is_loose_b], sharper)
    return leads_b


def _boxed_leads(logits_bo: Spread, outputs_b1: Tensor) -> Tensor:
    """At least the lead of some logits over each one, by their boxes alone."""
    leads_bo = logits_bo.lower.gather(1, outputs_b1) - logits_bo.upper
    leads_bo = leads_bo - SLACK * logits_bo.size.amax(1, keepdim=True)
    return leads_bo.nan_to_num(nan=-math.inf, posinf=math.inf, neginf=-math.inf)


def certified_radii(
    cell: NeuralCell, values_bp: Tensor, ports: Sequence[str], precision: Precision, norm: Norm = "max"
) -> Tensor:
    """How far what is embedded for some ports may be moved before an answer could change, shape (batch,).

    Args:
        cell: the cell.
        values_bp: inputs, one column for each port.
        ports: the ports in whose places other vectors may stand, all of them at once.
        precision: as for `certified_leads`.
        norm: how distance is measured.

    Returns:
        For each input a radius that is certified: 0 where not even the input itself is. It is not the largest there
        is; it was found by halving, in a fixed number of steps.

    Raises:
        VerificationError: if the cell has no such port.
    """
    places, network = [place_of_port(cell, port) for port in ports], network_of(cell)
    found = []
    for rows in at_once(network, len(values_bp)):
        answers_b = cell(*values_bp[rows].unbind(1)).cpu() - cell.config.output.low
        centers_bnd = embedded_points(cell, network, values_bp[rows]).center
        found.append(_halved(network, centers_bnd, places, answers_b, precision, norm, _widest(network)))
    return torch.cat(found)


def certified_radius(
    cell: NeuralCell, values_bp: Tensor, ports: Sequence[str], precision: Precision, norm: Norm = "max"
) -> float:
    """How far what is embedded may be moved before any answer could change: one radius for all of the inputs.

    That of the closest inputs is found by halving, and certified of all others in one pass; it is halved again only for
    those where it does not hold. Arguments and errors are those of `certified_radii`.
    """
    places, network = [place_of_port(cell, port) for port in ports], network_of(cell)
    answers_b = cell(*values_bp.unbind(1)).cpu()
    order_b = exact_leads(cell, values_bp, answers_b).argsort(stable=True)
    values_bp, outputs_b = values_bp[order_b], answers_b[order_b] - cell.config.output.low
    radius = _widest(network)
    first = [slice(0, _FIRST)] if len(values_bp) > _FIRST else []
    for rows in (*first, *at_once(network, len(values_bp))):
        centers_bnd = embedded_points(cell, network, values_bp[rows]).center
        ball = ball_around(centers_bnd, dict.fromkeys(places, radius))
        open_b = ~(least_leads(network, ball, outputs_b[rows], precision, norm) > 0)
        if bool(open_b.any()):
            found_b = _halved(network, centers_bnd[open_b], places, outputs_b[rows][open_b], precision, norm, radius)
            radius = float(found_b.min())
    return radius


def _widest(network: Network) -> float:
    """A move that is farther than from any embedded token to any other."""
    embed_vd = network.weights["embed"]
    return float((embed_vd.amax(0) - embed_vd.amin(0)).norm())


def place_of_port(cell: NeuralCell, port: str) -> int:
    """Where in the prompt a port stands.

    Raises:
        VerificationError: if the cell has no such port.
    """
    names = [one.name for one in cell.config.inputs]
    if port not in names:
        near = did_you_mean(port, names) or f"it has {', '.join(names)}"
        raise VerificationError(f"the network has no input port {port!r}; {near}")
    return cell.config.prompt.index(port)


def ball_around(centers_bnd: Tensor, radii: Mapping[int, Tensor | float]) -> Spread:
    """Embeddings of which some positions may be moved; a radius is a number, or one for each input."""
    radius_bnd = torch.zeros_like(centers_bnd)
    for place, radius in radii.items():
        radius_bnd[:, place] = torch.as_tensor(radius, dtype=torch.float64).reshape(-1, 1)
    return point(centers_bnd, radius_bnd)


def least_leads(
    network: Network, embedded_bnd: Spread, outputs_b: Tensor, precision: Precision, norm: Norm = "max"
) -> Tensor:
    """The least lead of some outputs over all others on boxes or balls of embeddings, shape (batch,)."""
    n_outputs = network.config.n_outputs
    if n_outputs < 2:
        return torch.full((len(outputs_b),), math.inf, dtype=torch.float64)
    passage = run_on_ball(network, embedded_bnd, precision, norm)
    identity = torch.eye(n_outputs, dtype=torch.float64)
    asked_boo = identity[outputs_b][:, None] - identity
    boxed_bo = _boxed_leads(passage.logits_bo, outputs_b[:, None])
    found_bo = torch.maximum(lower_bounds(network, passage, asked_boo, norm=norm), boxed_bo)
    return found_bo.scatter(1, outputs_b[:, None], math.inf).amin(1)


def at_once(network: Network, n_inputs: int) -> Iterator[slice]:
    """Inputs in pieces of which linear bounds stand in memory."""
    config = network.config
    within = [max(layer.d_mlp, layer.d_key, layer.d_value) for layer in config.layers]
    sums = max([config.n_outputs, config.d_model, *(width * network.n_positions for width in within)])
    step = max(1, _NUMBERS_AT_ONCE // (max([config.d_model, *within]) * sums * network.n_positions))
    return (slice(start, start + step) for start in range(0, n_inputs, step))


def _halved(
    network: Network,
    centers_bnd: Tensor,
    places: Sequence[int],
    outputs_b: Tensor,
    precision: Precision,
    norm: Norm,
    most: float,
) -> Tensor:
    good_b = torch.zeros(len(outputs_b), dtype=torch.float64)
    bad_b = torch.full_like(good_b, most)
    for _ in range(_STEPS):
        tried_b = (good_b + bad_b) / 2
        leads_b = least_leads(
            network, ball_around(centers_bnd, dict.fromkeys(places, tried_b)), outputs_b, precision, norm
        )
        good_b, bad_b = tried_b.where(leads_b > 0, good_b), tried_b.where(leads_b <= 0, bad_b)
    return good_b
