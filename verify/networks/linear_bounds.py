"""Linear bounds of what a network computes on a box or a ball of embeddings, walked backwards from what is asked.

A weighted sum of logits, or of what was read or written at one place, is bounded from below by a weighted sum of what
its terms were computed from, and so on down to the embeddings:

1. Affine maps and sums are taken over as they are.
2. A rectifier lies between its chord and a line through 0 (Zhang et al. 2018).
3. A product x · y lies within r(x) r(y) of its tangent at the centers (McCormick 1976, both planes averaged).
4. A softmax lies within a remainder of its tangent, by the mean value theorem: |J(ξ) - J(center)| times the radius; or
   within its own box, where that is narrower. It depends on differences of scores alone, so that both are taken of the
   scores less that of one key, whose bounds are sharper.

Each step is one on computed values, too: its `local` error goes into the constant. So the bounds hold of the weights
in real arithmetic and of any evaluation in the number format that the boxes were made for.

Axes: b batch, s sum that is asked for, n position, r read row, q query, k key, d residual width, h head, c width of a
key or value, m MLP width, o output.

Source: Zhang et al. 2018, "Efficient Neural Network Robustness Certification with General Activation Functions"; Shi et
al. 2020, "Robustness Verification for Transformers", for the order of the walk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from ...runtime.edges import LayerShape
from .intervals import SLACK, Spread, between, shares, stacked
from .passage import LayerRun, Network, Passage, run_on_spreads
from .rounding import Precision

__all__ = ["Norm", "lower_bounds", "run_on_ball"]

Norm = Literal["max", "euclidean"]
"""How the distance from the center of a ball is measured; a box is a ball by the largest coordinate."""


def run_on_ball(network: Network, embedded_bnd: Spread, precision: Precision, norm: Norm = "max") -> Passage:
    """Run a network on a box or ball of embeddings, the boxes within its layers narrowed by linear bounds.

    Args:
        network: the network.
        embedded_bnd: centers, and the radius of each coordinate; of a euclidean ball that of the ball, everywhere in
            its position.
        precision: the number format that it is computed in, or `EXACT`; errors are counted into the radius.
        norm: how the distance at a position is measured.
    """
    counted = Precision(precision.name, precision.unit, precision.smallest, precision.largest, in_radius=True)
    return run_on_spreads(network, embedded_bnd, counted, _Narrowing(network, norm))


def lower_bounds(
    network: Network, passage: Passage, asked_bso: Tensor, of: str = "logits", norm: Norm = "max"
) -> Tensor:
    """The least that weighted sums can be, shape (batch, sum); -inf where nothing is known.

    Args:
        network: the network.
        passage: what `run_on_ball` made of it.
        asked_bso: the weights of each sum.
        of: what is summed: `logits`, `stream` (what the logits are read from), or what a writer wrote at the read
            position.
        norm: as for `run_on_ball`.
    """
    walk = _Walk(network, passage, norm)
    asked_bs1o = asked_bso[:, :, None, :]
    last = len(network.config.layers) - 1
    match of:
        case "logits":
            walk.leave_logits(asked_bs1o)
        case "stream":
            walk.enter("logits", asked_bs1o, slice(network.read_position, network.read_position + 1))
        case writer:
            walk.add_to(writer, asked_bs1o, slice(network.read_position, network.read_position + 1))
    return walk.down_to_embeddings(last, has_mlp=True)


@dataclass(frozen=True, slots=True)
class _Narrowing:
    """Narrows the boxes of a layer by linear bounds of what was computed before it."""

    network: Network
    norm: Norm

    def __call__(self, passage: Passage, number: int, name: str, found: Spread) -> Spread:
        """Narrow the queries, keys, values or hidden neurons of a layer."""
        if name == "hidden":
            return self._narrowed(passage, number, found, lambda walk, asked: walk.leave_hidden(number, asked, found))
        if name == "relative":
            heads = range(self.network.config.layers[number].n_heads)
            return stacked([self._relative(passage, number, place) for place in heads])
        if number == 0 and self.norm == "max":
            # One affine map of a box: its linear bounds are the box again.
            return found
        n_heads = self.network.config.layers[number].n_heads
        return stacked(
            [self._head(passage, number, place, name[0].upper(), found.head(place)) for place in range(n_heads)]
        )

    def _head(self, passage: Passage, number: int, place: int, letter: str, found: Spread) -> Spread:
        rows = self.network.rows(number) if letter == "Q" else slice(0, self.network.n_positions)
        return self._narrowed(
            passage, number, found, lambda walk, asked: walk.leave_projection(number, place, letter, asked, found, rows)
        )

    def _relative(self, passage: Passage, number: int, place: int) -> Spread:
        """The scores of a head less that of the key that most is paid to, for each query."""
        run = _of_head(passage.layers[number], place)
        assert run.scores is not None, "scores come before"
        seen_qk = self.network.is_seen(number)
        n_queries, n_keys = seen_qk.shape
        chosen_bq1 = run.scores.center.masked_fill(~seen_qk, -torch.inf).argmax(-1, keepdim=True)
        chosen_bqk = torch.zeros_like(run.scores.center).scatter(-1, chosen_bq1, 1.0)
        each_qkqk = torch.eye(n_queries * n_keys, dtype=torch.float64).reshape(n_queries, n_keys, n_queries, n_keys)
        here_qk = torch.eye(n_queries, dtype=torch.float64)
        asked = each_qkqk - here_qk[:, None, :, None] * chosen_bqk[:, :, None, None, :]
        bounds = []
        for sign in (1, -1):
            walk = _Walk(self.network, passage, self.norm)
            walk.leave_scores(number, place, run, sign * asked.flatten(1, 2))
            bounds.append(sign * walk.down_to_embeddings(number, has_mlp=False).reshape(run.scores.center.shape))
        off = run.scores.radius + run.scores.radius.gather(-1, chosen_bq1)
        center = run.scores.center - run.scores.center.gather(-1, chosen_bq1)
        boxed = SLACK * (run.scores.size + run.scores.size.gather(-1, chosen_bq1))
        lower = torch.maximum(bounds[0], center - off - boxed).masked_fill(chosen_bqk > 0, 0.0)
        upper = torch.minimum(bounds[1], center + off + boxed).masked_fill(chosen_bqk > 0, 0.0)
        return between(lower, upper, torch.zeros_like(lower), torch.zeros_like(lower))

    def _narrowed(self, passage: Passage, number: int, found: Spread, leave: Callable[[_Walk, Tensor], None]) -> Spread:
        """The box within which linear bounds hold every element, shape (batch, row, element)."""
        rows, width = found.center.shape[-2:]
        each_srm = torch.eye(rows * width, dtype=torch.float64).reshape(-1, rows, width)
        bounds = []
        for sign in (1, -1):
            walk = _Walk(self.network, passage, self.norm)
            leave(walk, (sign * each_srm).expand(len(found.center), -1, -1, -1))
            bounds.append(sign * walk.down_to_embeddings(number, has_mlp=False).reshape(found.center.shape))
        lower, upper = torch.maximum(found.lower, bounds[0]), torch.minimum(found.upper, bounds[1])
        return between(lower, upper, found.error, found.local)


@dataclass(slots=True)
class _Walk:
    """What is left to bound: coefficients of what each writer wrote, a constant, and what it may be off by."""

    network: Network
    passage: Passage
    norm: Norm
    pending: dict[str, Tensor] = field(default_factory=dict)
    constant_bs: Tensor | float = 0.0
    off_bs: Tensor | float = 0.0

    def add(self, constant: Tensor) -> None:
        """Add to the constant, all axes but (batch, sum) summed, and allow for the rounding of that."""
        self.constant_bs = self.constant_bs + constant.flatten(2).sum(-1)
        self.off_bs = self.off_bs + SLACK * constant.abs().flatten(2).sum(-1)

    def lose(self, coefficient: Tensor, error: Tensor) -> None:
        """Terms that are known up to an error; shapes (batch, sum, …) and (batch, …)."""
        self.off_bs = self.off_bs + (coefficient.abs() * error[:, None]).flatten(2).sum(-1)

    def enter(self, reader: str, coefficient_bsrd: Tensor, rows: slice) -> None:
        """From what a reader read to what was written."""
        self.lose(coefficient_bsrd, self.passage.read[reader].local)
        for writer in self.network.seen.get(reader, ()):
            if writer in self.passage.written:
                self.add_to(writer, coefficient_bsrd, rows)

    def add_to(self, writer: str, coefficient_bsrd: Tensor, rows: slice) -> None:
        """More of what a writer wrote at some positions."""
        n_positions = self.passage.written[writer].center.shape[-2]
        placed = coefficient_bsrd
        if n_positions != coefficient_bsrd.shape[-2]:
            b, s, _, d = coefficient_bsrd.shape
            placed = coefficient_bsrd.new_zeros(b, s, n_positions, d)
            placed[..., rows, :] = coefficient_bsrd
        known = self.pending.get(writer)
        self.pending[writer] = placed if known is None else known + placed

    def leave_logits(self, coefficient_bs1o: Tensor) -> None:
        """From the logits to what they are read from."""
        place = slice(self.network.read_position, self.network.read_position + 1)
        self.lose(coefficient_bs1o, self.passage.logits_bo.local[:, None])
        self.add(coefficient_bs1o * self.network.bias("b_unembed", place))
        self.enter("logits", coefficient_bs1o @ self.network.weights["unembed"].mT, place)

    def down_to_embeddings(self, last: int, *, has_mlp: bool) -> Tensor:
        """Through all layers up to `last`, of which the MLP may be left out."""
        layers = self.network.config.layers
        for number in range(last, -1, -1):
            if f"L{number}.mlp" in self.pending and (has_mlp or number < last):
                self._leave_mlp(number)
            if layers[number].n_heads:
                self._leave_heads(number, layers[number])
        if (position := self.pending.get("position")) is not None:
            self.add(position * self.passage.written["position"].center[:, None])
        if (embed := self.pending.get("embed")) is not None:
            self._concretise(embed)
        found = torch.as_tensor(self.constant_bs - self.off_bs * (1 + SLACK))
        return found.nan_to_num(nan=-torch.inf, posinf=torch.inf, neginf=-torch.inf)

    def leave_hidden(self, number: int, coefficient_bsrm: Tensor, hidden: Spread) -> None:
        """From a layer's hidden neurons, before the rectifier, to what they read."""
        name, rows = f"L{number}", self.network.rows(number)
        self.lose(coefficient_bsrm, hidden.local)
        self.add(coefficient_bsrm * self.network.bias(f"{name}.b_in", rows))
        self.enter(f"{name}.mlp", coefficient_bsrm @ self.network.weights[f"{name}.W_in"].mT, rows)

    def _leave_mlp(self, number: int) -> None:
        name, rows = f"L{number}", self.network.rows(number)
        coefficient_bsrd = self.pending.pop(f"{name}.mlp")
        hidden = self.passage.layers[number].hidden
        assert hidden is not None, "a layer that has written has hidden neurons"
        self.lose(coefficient_bsrd, self.passage.written[f"{name}.mlp"].local)
        self.add(coefficient_bsrd * self.network.bias(f"{name}.b_out", rows))
        coefficient_bsrm = coefficient_bsrd @ self.network.weights[f"{name}.W_out"].mT
        slope, chord, offset = _rectifier(hidden)
        is_above = coefficient_bsrm < 0
        self.add(coefficient_bsrm.clamp(max=0) * offset[:, None])
        self.lose(coefficient_bsrm, 4 * SLACK * hidden.size)
        self.leave_hidden(number, coefficient_bsrm * torch.where(is_above, chord[:, None], slope[:, None]), hidden)

    def _leave_heads(self, number: int, layer: LayerShape) -> None:
        name, run = f"L{number}", self.passage.layers[number]
        heads = [f"{name}.H{head}" for head in layer.head_numbers]
        for place, head in enumerate(heads):
            if head in self.pending:
                coefficient_bsrd = self.pending.pop(head)
                self.lose(coefficient_bsrd, self.passage.written[head].local)
                self._leave_head(number, place, _of_head(run, place), coefficient_bsrd)

    def _leave_head(self, number: int, place: int, run: LayerRun, coefficient_bsqd: Tensor) -> None:
        name, network = f"L{number}", self.network
        assert run.query and run.key and run.value and run.scores and run.pattern and run.mixed, "a head has run"
        mixed_bsqc = coefficient_bsqd @ network.weights[f"{name}.W_O"][place].mT
        self.lose(mixed_bsqc, run.mixed.local)
        pattern_bsqk, value_bskc = self._leave_product(mixed_bsqc, run.pattern, run.value)
        scores_bsqk = self._leave_softmax(pattern_bsqk, run, network.is_seen(number))
        self.leave_projection(number, place, "V", value_bskc, run.value, slice(0, network.n_positions))
        self.leave_scores(number, place, run, scores_bsqk)

    def leave_scores(self, number: int, place: int, run: LayerRun, scores_bsqk: Tensor) -> None:
        """From the scores of a head to what its queries and keys read."""
        assert run.query and run.key and run.scores, "a head has run"
        self.lose(scores_bsqk, run.scores.local)
        scale = self.network.scale(self.network.config.layers[number])
        query_bsqc, key_bsck = self._leave_product(scale * scores_bsqk, run.query, run.key.turned())
        self.leave_projection(number, place, "Q", query_bsqc, run.query, self.network.rows(number))
        self.leave_projection(number, place, "K", key_bsck.mT, run.key, slice(0, self.network.n_positions))

    def leave_projection(
        self, number: int, place: int, letter: str, coefficient: Tensor, part: Spread, rows: slice
    ) -> None:
        """From queries, keys or values of a head to what they read; those of the sink are known."""
        name, head = f"L{number}", self.network.config.layers[number].head_numbers[place]
        sink = self.network.weight(f"{name}.sink_{letter}")
        local = part.local
        if sink is not None:
            self.add(coefficient[:, :, :1] * sink[place])
            coefficient, local = coefficient[:, :, 1:], local[:, 1:]
        self.lose(coefficient, local)
        self.add(coefficient * self.network.bias(f"{name}.b_{letter}", rows)[place])
        weight_hdc = self.network.weight(f"{name}.W_{letter}")
        if weight_hdc is not None:
            self.enter(f"{name}.H{head}.{letter.lower()}", coefficient @ weight_hdc[place].mT, rows)

    def _leave_product(self, coefficient_bsij: Tensor, left: Spread, right: Spread) -> tuple[Tensor, Tensor]:
        """From left · right to both, by the tangent at their centers."""
        left_bsik = coefficient_bsij @ right.center.mT[:, None]
        right_bskj = left.center.mT[:, None] @ coefficient_bsij
        self.add(-left_bsik * left.center[:, None])
        self.lose(coefficient_bsij, left.radius @ right.radius + 8 * SLACK * (left.size @ right.size))
        return left_bsik, right_bskj

    def _leave_softmax(self, coefficient_bsqk: Tensor, run: LayerRun, seen_qk: Tensor) -> Tensor:
        """From the weights of a pattern to its scores."""
        pattern, scores, relative = run.pattern, run.scores, run.relative
        assert pattern and scores and relative, "a head has run"
        self.lose(coefficient_bsqk, pattern.local)
        # Exact weights sum to 1, so that what all coefficients have in common is a constant.
        high = coefficient_bsqk.masked_fill(~seen_qk, -torch.inf).amax(-1, keepdim=True)
        low = coefficient_bsqk.masked_fill(~seen_qk, torch.inf).amin(-1, keepdim=True)
        common_bsq1 = (low + high) / 2
        self.add(common_bsq1)
        coefficient_bsqk = (coefficient_bsqk - common_bsq1).masked_fill(~seen_qk, 0.0)
        self.off_bs = self.off_bs + 4 * SLACK * (low.abs() + high.abs()).flatten(2).sum(-1)
        middle_bqk, linear_bqk, off_bqk = _tangent(relative, seen_qk)
        self.lose(coefficient_bsqk, off_bqk + 8 * SLACK)
        self.add(coefficient_bsqk * middle_bqk[:, None])
        weighed_bsqk = coefficient_bsqk * (linear_bqk * middle_bqk)[:, None]
        scores_bsqk = weighed_bsqk - middle_bqk[:, None] * weighed_bsqk.sum(-1, keepdim=True)
        self.add(-scores_bsqk * relative.center[:, None])
        sizes = weighed_bsqk.abs() + middle_bqk[:, None] * weighed_bsqk.abs().sum(-1, keepdim=True)
        self.lose(sizes, 8 * SLACK * (scores.size + relative.size).masked_fill(~seen_qk, 0.0))
        return scores_bsqk

    def _concretise(self, coefficient_bsnd: Tensor) -> None:
        """The least value on the box or ball."""
        embedded = self.passage.written["embed"]
        self.add(coefficient_bsnd * embedded.center[:, None])
        if self.norm == "max":
            self.lose(coefficient_bsnd, embedded.radius)
        else:
            self.lose(coefficient_bsnd.norm(dim=-1), embedded.radius.amax(-1) * (1 + SLACK))
        self.lose(coefficient_bsnd, 4 * SLACK * embedded.size)


def _of_head(run: LayerRun, place: int) -> LayerRun:
    """One head of a layer."""
    parts = (run.query, run.key, run.value, run.scores, run.relative, run.pattern, run.mixed)
    return LayerRun(*(None if part is None else part.head(place) for part in parts))


def _rectifier(hidden: Spread) -> tuple[Tensor, Tensor, Tensor]:
    """Slopes of a line below a rectifier and of its chord above, and the offset of the chord.

    Below is the line through 0 that leaves less room: of slope 1 where the box reaches farther above 0 than below.
    """
    low, high = hidden.lower, hidden.upper
    is_on, is_off = low >= 0, high <= 0
    chord = (high / (high - low)).where(~is_on, 1.0).where(~is_off, 0.0)
    offset = torch.maximum(-chord * low, high - chord * high).where(~is_on & ~is_off, 0.0)
    slope = (high > -low).double().where(~is_on, 1.0).where(~is_off, 0.0)
    return slope, chord, offset


def _tangent(scores: Spread, seen_qk: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Weights at the centers of the scores, where their tangent is taken (1 or 0), and the remainder of either way."""
    middle = scores.center.masked_fill(~seen_qk, -torch.inf).softmax(-1)
    least, most = (part.masked_fill(~seen_qk, 0.0) for part in shares(scores, seen_qk))
    away = torch.maximum(most - middle, middle - least).clamp(min=0)
    # |∂w(k)/∂s(j)| is w(k) w(j), and w(k) (1 - w(k)) for itself; both differ by no more than this from the center's.
    radius = scores.radius.masked_fill(~seen_qk, 0.0)
    summed = (middle * radius).sum(-1, keepdim=True)
    moved = (away * radius).sum(-1, keepdim=True)
    remainder = middle * (moved - away * radius) + away * (summed - middle * radius) + away * (moved - away * radius)
    remainder = remainder + away * radius
    is_linear = remainder < away
    return middle, is_linear.double(), torch.where(is_linear, remainder, away) * (1 + SLACK)
