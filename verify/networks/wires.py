"""What a composition of networks may lose at each of its wires, bounded for every input of every cell.

1. A hard wire decodes an answer. It resets what came before where the smallest margin of the upstream cell is above
   2(ε + ε_float): ε is how far its logits may be moved by what its own soft wires wrote, ε_float how far by rounding.
2. A soft wire writes an adapted residual in place of an embedded answer. ε is how far that may lie from the embedding,
   for every input of the upstream cell and all that its own soft wires may write, ε_float how far rounding moves it
   besides. The wire is accepted where ε + ε_float <= ρ, the radius within which no answer of the downstream cell
   changes, whatever stands at all of its soft ports at once.
3. Where it is not, the budget accumulates: the downstream residual moves by at most L (ε + ε_float), L the local
   Lipschitz bound on just this ball, and the next wire starts from there.

A chain of calls, as in a fold, is walked call by call: each round takes what the round before has left. Distances are
those of the largest coordinate. Hard answers are those of the networks; whether they keep their contracts is another
question (`exhaustive`).

Axes: b batch, p input port, n position, d residual width upstream, e residual width downstream, o output.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ...errors import VerificationError
from ...runtime.cell import STREAM, NeuralCell
from ...runtime.stitching import Adapter, Stitched, Wire
from ...runtime.threads import one_thread
from .certified import at_once, ball_around, certified_radius, exact_leads, place_of_port
from .domain import Domain
from .intervals import SLACK, Spread, affine, point
from .linear_bounds import lower_bounds, run_on_ball
from .logit_errors import embedded_points, errors_of_each
from .passage import network_of, run_on_spreads
from .rounding import EXACT, Precision, precision_of

__all__ = ["Decision", "WireBudget", "WireReport", "wire_budgets"]

Decision = Literal["reset", "accepted", "accumulates", "lost"]
_MOST_INPUTS = 2**14


@dataclass(frozen=True, slots=True)
class WireBudget:
    """What may be off at one wire, in one call of a chain.

    Attributes:
        wire: what is joined.
        call: how many calls of networks, at most, lie behind it, from 1.
        is_soft: whether residuals are adapted, not answers decoded.
        arriving: ε, in logits of the upstream cell, or in coordinates of the downstream embedding.
        rounding: ε_float, likewise.
        allowed: half of the smallest margin upstream, or the radius ρ downstream.
        decision: `reset` (hard: nothing goes on), `accepted` (soft: no answer changes if all soft wires into that cell
            are accepted), `accumulates` (soft: answers may change) or `lost` (hard: another answer may be decoded, and
            nothing is known behind it).
        lipschitz: L, of a soft wire.
        leaving: how far the downstream residual may be moved by it: L (ε + ε_float); 0 behind a reset.
    """

    wire: Wire
    call: int
    is_soft: bool
    arriving: float
    rounding: float
    allowed: float
    decision: Decision
    lipschitz: float | None
    leaving: float

    def __str__(self) -> str:
        """One line, as a report shows it."""
        limit = f"ρ {self.allowed:.3g}" if self.is_soft else f"margin {2 * self.allowed:.3g}"
        grown = f" (L {self.lipschitz:.3g})" if self.lipschitz is not None else ""
        return (
            f"{self.wire}, {'soft' if self.is_soft else 'hard'}, call {self.call}: ε {self.arriving:.3g}, "
            f"ε_float {self.rounding:.2g}, {limit}: {self.decision}, {self.leaving:.3g} goes on{grown}"
        )


@dataclass(frozen=True, slots=True)
class WireReport:
    """The budgets of a composition.

    Attributes:
        budgets: of every wire, in the order of the program; call by call.
        is_settled: whether those of the last call hold for any number of calls.
    """

    budgets: tuple[WireBudget, ...]
    is_settled: bool

    @property
    def last(self) -> tuple[WireBudget, ...]:
        """The budgets of the last call that was walked, one for each wire."""
        n_calls = max((one.call for one in self.budgets), default=0)
        return tuple(one for one in self.budgets if one.call == n_calls)

    @property
    def keeps_answers(self) -> bool:
        """Whether no answer can be another than on hard wires, for any number of calls."""
        return self.is_settled and all(one.decision in ("reset", "accepted") for one in self.last)


@one_thread()
def wire_budgets(stitched: Stitched, *, n_calls: int = 4) -> WireReport:
    """The budget at every wire from network to network, call by call.

    Args:
        stitched: the composition, with the adapters of its soft wires.
        n_calls: the longest chain of calls that is walked; a fold has as many as its sequence has elements.

    Raises:
        VerificationError: if a cell has too many inputs, or is too wide for derived bounds.
    """
    wires, adapters = stitched.all_wires(), {wire.key: adapter for wire, adapter in stitched.soft_wires()}
    joined = dict.fromkeys(end.digest for wire in wires for end in (wire.source, wire.target))
    walk = _Walk({digest: _Cell.of(stitched.cells[digest]) for digest in joined}, wires, adapters)
    found: list[WireBudget] = []
    off: dict[str, dict[str, float]] = {}
    for call in range(1, n_calls + 1):
        budgets = [walk.budget(wire, call, off) for wire in wires]
        found += budgets
        after = _with_written(off, budgets)
        if after == off:
            return WireReport(tuple(found), is_settled=True)
        off = after
    return WireReport(tuple(found), is_settled=False)


def _with_written(off: Mapping[str, Mapping[str, float]], budgets: Sequence[WireBudget]) -> dict[str, dict[str, float]]:
    """For each cell and each of its ports that may be off, by how much: at least as much as before."""
    after = {digest: dict(ports) for digest, ports in off.items()}
    for one in budgets:
        if one.is_soft or one.decision == "lost":
            ports = after.setdefault(one.wire.target.digest, {})
            arrived = one.arriving + one.rounding if one.is_soft else math.inf
            ports[one.wire.port.name] = max(arrived, ports.get(one.wire.port.name, 0.0))
    return after


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell with all of its inputs and its own answers to them."""

    cell: NeuralCell
    values_bp: Tensor
    answers_b: Tensor
    margin: float
    rounding: float

    @classmethod
    def of(cls, cell: NeuralCell) -> _Cell:
        domain = Domain(tuple(range(port.low, port.high + 1) for port in cell.config.inputs))
        if domain.n_inputs > _MOST_INPUTS:
            raise VerificationError(
                f"a cell with {domain.n_inputs:,} inputs is too large for the budgets of its wires, which take up to "
                f"{_MOST_INPUTS:,}: measure its adapters instead (measure_adapter)"
            )
        values_bp = domain.rows(torch.arange(domain.n_inputs))
        answers_b = cell(*values_bp.unbind(1)).cpu()
        margin = float(exact_leads(cell, values_bp, answers_b).min())
        rounding = float(errors_of_each(cell, values_bp, precision_of_cell(cell)).max())
        return cls(cell, values_bp, answers_b, margin, rounding)


def precision_of_cell(cell: NeuralCell) -> Precision:
    """The number format that a cell is computed in."""
    return precision_of(cell.model.get_parameter("embed").dtype)


class _Walk:
    """The cells of a composition, with what was found of them."""

    def __init__(
        self, cells: Mapping[str, _Cell], wires: Sequence[Wire], adapters: Mapping[tuple[str, str, str], Adapter]
    ) -> None:
        self._cells = cells
        self._adapters = adapters
        self._radii: dict[str, float] = {}
        self._soft_ports: dict[str, list[str]] = {}
        for wire in wires:
            ports = self._soft_ports.setdefault(wire.target.digest, [])
            if wire.key in adapters and wire.port.name not in ports:
                ports.append(wire.port.name)

    def budget(self, wire: Wire, call: int, written: Mapping[str, Mapping[str, float]]) -> WireBudget:
        """The budget of a wire, given what may be off at the ports of each cell."""
        source, before = self._cells[wire.source.digest], written.get(wire.source.digest, {})
        adapter = self._adapters.get(wire.key)
        if adapter is None:
            return self._hard(wire, call, source, before)
        return self._soft(wire, call, source, before, adapter)

    def _hard(self, wire: Wire, call: int, source: _Cell, before: Mapping[str, float]) -> WireBudget:
        arriving = _moved_logits(source, before)
        # Within its radius no answer changes, whatever the margin is.
        is_certified = bool(before) and max(before.values()) <= self._radius(wire.source.digest)
        is_reset = is_certified or source.margin > 2 * (arriving + source.rounding)
        return WireBudget(
            wire=wire,
            call=call,
            is_soft=False,
            arriving=arriving,
            rounding=source.rounding,
            allowed=source.margin / 2,
            decision="reset" if is_reset else "lost",
            lipschitz=None,
            leaving=0.0 if is_reset else math.inf,
        )

    def _soft(self, wire: Wire, call: int, source: _Cell, before: Mapping[str, float], adapter: Adapter) -> WireBudget:
        target, radius = self._cells[wire.target.digest], self._radius(wire.target.digest)
        arriving, rounding = _written_by(source, before, adapter, target, wire.port.name)
        off = arriving + rounding
        leaving = _moved_stream(target, {wire.port.name: off})
        return WireBudget(
            wire=wire,
            call=call,
            is_soft=True,
            arriving=arriving,
            rounding=rounding,
            allowed=radius,
            decision="accepted" if off <= radius else "accumulates",
            lipschitz=leaving / off if 0 < off < math.inf else None,
            leaving=leaving,
        )

    def _radius(self, digest: str) -> float:
        """How far all soft ports of a cell may be off, before one of its answers could change."""
        if digest not in self._radii:
            ports = self._soft_ports.get(digest, [])
            one = self._cells[digest]
            precision = precision_of_cell(one.cell)
            self._radii[digest] = certified_radius(one.cell, one.values_bp, ports, precision) if ports else 0.0
        return self._radii[digest]


def _farthest(one: _Cell, off: Mapping[str, float], asked_so: Tensor, of: str, wanted_bs: Tensor) -> float:
    """How far weighted sums may lie from what they should be, where some ports are off; its own rounding is upwards."""
    if any(not math.isfinite(radius) for radius in off.values()):
        return math.inf
    network = network_of(one.cell)
    radii: dict[int, Tensor | float] = {place_of_port(one.cell, port): radius for port, radius in off.items()}
    worst = 0.0
    for rows in at_once(network, len(one.values_bp)):
        centers_bnd = embedded_points(one.cell, network, one.values_bp[rows]).center
        passage = run_on_ball(network, ball_around(centers_bnd, radii), precision_of_cell(one.cell))
        asked_bso = asked_so.expand(len(centers_bnd), -1, -1)
        low_bs = lower_bounds(network, passage, asked_bso, of)
        high_bs = -lower_bounds(network, passage, -asked_bso, of)
        away = torch.maximum(high_bs - wanted_bs[rows], wanted_bs[rows] - low_bs)
        away = away * (1 + SLACK) + SLACK * wanted_bs[rows].abs()
        worst = max(worst, float(away.nan_to_num(nan=math.inf, posinf=math.inf).max()))
    return worst


def _moved_logits(one: _Cell, off: Mapping[str, float]) -> float:
    """How far any logit may be moved where some ports are off; 0 where none is."""
    if not off:
        return 0.0
    identity = torch.eye(one.cell.model.config.n_outputs, dtype=torch.float64)
    middle_bo, radius = _exact(one, "logits")
    return _farthest(one, off, identity, "logits", middle_bo) + radius


def _moved_stream(one: _Cell, off: Mapping[str, float]) -> float:
    """How far any coordinate of what the logits are read from may be moved where some ports are off."""
    identity = torch.eye(one.cell.model.config.d_model, dtype=torch.float64)
    middle_bd, radius = _exact(one, "stream")
    return _farthest(one, off, identity, "stream", middle_bd) + radius


def _exact(one: _Cell, of: str) -> tuple[Tensor, float]:
    """Logits or residual of every input in float64, and how far they may lie from the exact ones."""
    network = network_of(one.cell)
    found: list[Tensor] = []
    radius = 0.0
    for rows in at_once(network, len(one.values_bp)):
        passage = run_on_spreads(network, embedded_points(one.cell, network, one.values_bp[rows]), EXACT)
        part = passage.logits_bo if of == "logits" else passage.read["logits"]
        found.append(part.center.reshape(len(part.center), -1))
        radius = max(radius, float(part.radius.max()))
    return torch.cat(found), radius


def _written_by(
    source: _Cell, before: Mapping[str, float], adapter: Adapter, target: _Cell, port: str
) -> tuple[float, float]:
    """How far what an adapter writes may lie from the embedded answer, without and by its own rounding."""
    tensors = {name: tensor.detach().cpu().double() for name, tensor in adapter.state_dict().items()}
    map_de = tensors["basis"] @ tensors["weight"]
    offset_e = tensors["bias"] - tensors["center"] @ map_de
    embedded_be = target.cell.embedded(port, source.answers_b.to(target.cell.device)).detach().cpu().double()
    of = "stream" if adapter.config.reads == STREAM else adapter.config.reads
    # What float64 rounds off of the map and its offset is within `4 * SLACK` of `_adapted`, which counts as rounding.
    arriving = _farthest(source, before, map_de.mT, of, embedded_be - offset_e) + SLACK * float(embedded_be.abs().max())
    if not math.isfinite(arriving):
        return math.inf, math.inf
    return arriving, _rounded_off(source, before, adapter, tensors, of)


def _rounded_off(
    source: _Cell, before: Mapping[str, float], adapter: Adapter, tensors: Mapping[str, Tensor], of: str
) -> float:
    """How far rounding moves what an adapter writes, for all residuals that it may be given."""
    network, precision = network_of(source.cell), precision_of_cell(source.cell)
    radii: dict[int, Tensor | float] = {place_of_port(source.cell, port): radius for port, radius in before.items()}
    worst = 0.0
    for rows in at_once(network, len(source.values_bp)):
        centers_bnd = embedded_points(source.cell, network, source.values_bp[rows]).center
        passage = run_on_ball(network, ball_around(centers_bnd, radii), precision)
        given = passage.read["logits"] if of == "stream" else passage.written[of]
        place = network.read_position if given.center.shape[-2] == network.n_positions else 0
        computed = _coarser(precision, precision_of(adapter.bias.dtype))
        worst = max(worst, float(_adapted(given.at(place), tensors, computed).error.max()))
    return worst


def _coarser(left: Precision, right: Precision) -> Precision:
    return left if left.unit >= right.unit else right


def _adapted(given: Spread, tensors: Mapping[str, Tensor], precision: Precision) -> Spread:
    """What an adapter writes, with its rounding: the center taken off, two products, and a change of format."""
    width, n_directions = tensors["basis"].shape
    identity, nothing = torch.eye(width, dtype=torch.float64), torch.zeros(1, n_directions, dtype=torch.float64)
    known = point(given.center, given.radius)
    centred = affine(known, identity, -tensors["center"][None], precision, 2)
    read = affine(centred, tensors["basis"], nothing, precision, width)
    return affine(read, tensors["weight"], tensors["bias"][None], precision, n_directions + 2)
