"""What single edges do to the answers, by trying everything that their writers ever say.

Every input is run with one edge changed and all others as they are. The edge hands its reader, in place of its writer's
output,

1. *resampled*: what the writer puts out on another input, at all positions that both inputs have;
2. *displaced*: at one position, what the writer puts out at any position of any input. This tells of what is the same
   in all inputs, too: the embedding of positions, and constants that the token at the beginning has not.

Of outputs that the reader cannot tell apart one is tried. So the search is exhaustive over the inputs that are given,
and says nothing of others. An edge *moves the logits* if one intervention moves a logit at a scored position by more
than a tolerance; it is *causal* if one changes a decoded answer.

Axes: b batch, n position, d residual width, w writer, e edge, o output, p intervention, k dimension that a reader sees.

Source: Geiger et al. 2021, "Causal Abstractions of Neural Networks", for interchange interventions; Conmy et al. 2023,
"Towards Automated Circuit Discovery", for edges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from ...errors import RuntimeFault
from ..edges import Edge, edges, writers
from ..threads import one_thread
from ..transformer import Transformer
from .wiring import live_edges, shared_dimensions, signal_range

__all__ = ["EdgeTruth", "Effect", "GroundTruth", "causal_edges"]

_NUMBERS_AT_ONCE = 1 << 22
Decode = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Effect:
    """What the interventions of one kind on an edge came to."""

    n_interventions: int = 0
    largest_logit_change: float = 0.0
    n_answers_changed: int = 0
    """Interventions after which the answer to an input is another one."""

    def joined(self, other: Effect) -> Effect:
        """What two lots of interventions came to."""
        return Effect(
            self.n_interventions + other.n_interventions,
            max(self.largest_logit_change, other.largest_logit_change),
            self.n_answers_changed + other.n_answers_changed,
        )


@dataclass(frozen=True, slots=True)
class EdgeTruth:
    """What is known of one edge."""

    edge: Edge
    is_wired: bool
    """Whether its ends share a dimension, on a way from an embedding to the logits."""
    is_live: bool
    """Whether it is wired and what it carries differs between inputs."""
    resampled: Effect
    displaced: Effect


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """What is known of all edges of a transformer."""

    edges: tuple[EdgeTruth, ...]
    n_inputs: int
    scope: str
    """Which inputs these are, in words."""
    tolerance: float

    @property
    def wired(self) -> tuple[Edge, ...]:
        """The edges that can carry something, by the weights alone."""
        return tuple(truth.edge for truth in self.edges if truth.is_wired)

    @property
    def live(self) -> tuple[Edge, ...]:
        """The edges that carry what differs between inputs."""
        return tuple(truth.edge for truth in self.edges if truth.is_live)

    @property
    def moving(self) -> tuple[Edge, ...]:
        """The edges that move the logits, resampled or displaced."""
        return tuple(truth.edge for truth in self.edges if _all(truth).largest_logit_change > self.tolerance)

    @property
    def causal(self) -> tuple[Edge, ...]:
        """The edges that change an answer, resampled or displaced."""
        return tuple(truth.edge for truth in self.edges if _all(truth).n_answers_changed)

    @property
    def causal_between_inputs(self) -> tuple[Edge, ...]:
        """The edges that change an answer when they are resampled."""
        return tuple(truth.edge for truth in self.edges if truth.resampled.n_answers_changed)

    def to_dict(self) -> dict[str, Any]:
        """All of it in JSON's own types."""
        return {
            "scope": self.scope,
            "n_inputs": self.n_inputs,
            "tolerance": self.tolerance,
            "edges": [asdict(truth) | {"edge": list(truth.edge)} for truth in self.edges],
        }


def _all(truth: EdgeTruth) -> Effect:
    return truth.resampled.joined(truth.displaced)


@one_thread()
@torch.no_grad()
def causal_edges(
    transformer: Transformer,
    tokens_bn: Tensor,
    n_tokens_b: Tensor | None = None,
    *,
    decode: Decode | None = None,
    scored_bn: Tensor | None = None,
    tolerance: float = 1e-3,
    n_runs_max: int = 5_000_000,
    scope: str = "",
) -> GroundTruth:
    """Try every intervention on every wired edge.

    Args:
        transformer: the model.
        tokens_bn: the inputs, all different, as the transformer takes them; normally all of a small domain.
        n_tokens_b: their lengths (None: all full).
        decode: the answers that logits of shape (…, output) mean, as whole numbers (None: the largest logit, or the
            one logit rounded).
        scored_bn: the positions whose logits count (None: all that an input has).
        tolerance: a change of a logit that is no rounding.
        n_runs_max: how many runs of an input are allowed.
        scope: what inputs these are, in words.

    Raises:
        RuntimeFault: if more runs than allowed would be needed.
    """
    if n_tokens_b is None:
        n_tokens_b = torch.full_like(tokens_bn[:, 0], tokens_bn.shape[1])
    trial = _Trial(transformer, tokens_bn, n_tokens_b, decode or _largest, scored_bn, n_runs_max)
    live = frozenset(live_edges(transformer, tokens_bn, n_tokens_b))
    truths = []
    for edge in edges(transformer.config):
        truths.append(EdgeTruth(edge, edge in trial.wired, edge in live, *trial.effects(edge)))
    return GroundTruth(tuple(truths), len(tokens_bn), scope or f"{len(tokens_bn)} inputs that were given", tolerance)


def _largest(logits_bno: Tensor) -> Tensor:
    return logits_bno[..., 0].round() if logits_bno.shape[-1] == 1 else logits_bno.argmax(-1)


class _Trial:
    """A model with its inputs, what it answers to them, and how many runs are left."""

    def __init__(
        self,
        transformer: Transformer,
        tokens_bn: Tensor,
        n_tokens_b: Tensor,
        decode: Decode,
        scored_bn: Tensor | None,
        n_runs_max: int,
    ) -> None:
        self.wired = shared_dimensions(transformer)
        self._transformer, self._tokens_bn, self._n_tokens_b = transformer, tokens_bn, n_tokens_b
        self._decode = decode
        self._is_there_bn = torch.arange(tokens_bn.shape[1], device=tokens_bn.device) < n_tokens_b[:, None]
        self._scored_bn = self._is_there_bn if scored_bn is None else scored_bn & self._is_there_bn
        run = transformer.edgewise(tokens_bn, n_tokens_b)
        self._logits_bno, self._outputs_wbnd = run
        self._answers_bn = decode(run.logits_bno)
        self._all = edges(transformer.config)
        self._n_runs_max = self._n_left = n_runs_max
        self._n_at_once = max(1, _NUMBERS_AT_ONCE // self._outputs_wbnd[:, 0].numel())

    def effects(self, edge: Edge) -> tuple[Effect, Effect]:
        """What resampling an edge comes to, and what displacing it does."""
        if edge not in self.wired:
            return Effect(), Effect()
        output_bnd = self._outputs_wbnd[writers(self._transformer.config).index(edge.writer)]
        codes_bn = self._codes(output_bnd[..., self.wired[edge]])
        return (
            self._total(edge, self._resamplings(output_bnd, codes_bn)),
            self._total(edge, self._displacements(output_bnd, codes_bn)),
        )

    def _total(self, edge: Edge, interventions: Iterator[tuple[Tensor, Tensor]]) -> Effect:
        effect = Effect()
        for rows_p, replaced_pnd in interventions:
            self._spend(len(rows_p))
            effect = effect.joined(self._run(edge, rows_p, replaced_pnd))
        return effect

    def _codes(self, signal_bnk: Tensor) -> Tensor:
        """A number for each different thing that a reader sees; -1 where an input has no position."""
        rounded_xk = (signal_bnk[self._is_there_bn] / (2 * signal_range(signal_bnk))).round()
        codes_bn = torch.full_like(self._tokens_bn, -1)
        codes_bn[self._is_there_bn] = torch.unique(rounded_xk, dim=0, return_inverse=True)[1]
        return codes_bn

    def _resamplings(self, output_bnd: Tensor, codes_bn: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Rows of inputs, each with what the writer says on another input, in batches."""
        donors = _first_of_each(codes_bn)
        everyone = torch.arange(len(codes_bn), device=codes_bn.device)
        for rows_p, donors_p in _pairs(everyone, donors, self._n_at_once):
            is_both_pn = self._is_there_bn[rows_p] & self._is_there_bn[donors_p]
            differs_p = ((codes_bn[rows_p] != codes_bn[donors_p]) & is_both_pn).any(1)
            rows_p, donors_p, is_both_pn = rows_p[differs_p], donors_p[differs_p], is_both_pn[differs_p]
            yield rows_p, torch.where(is_both_pn[..., None], output_bnd[donors_p], output_bnd[rows_p])

    def _displacements(self, output_bnd: Tensor, codes_bn: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Rows of inputs, each with one position at which the writer says what it says elsewhere, in batches."""
        sites = self._is_there_bn.nonzero()
        values = sites[_first_of_each(codes_bn[self._is_there_bn][:, None])]
        everywhere, anything = (torch.arange(len(part), device=sites.device) for part in (sites, values))
        for places_p, values_p in _pairs(everywhere, anything, self._n_at_once):
            (rows_p, at_p), (donors_p, from_p) = sites[places_p].T, values[values_p].T
            differs_p = codes_bn[rows_p, at_p] != codes_bn[donors_p, from_p]
            rows_p, at_p, donors_p, from_p = (part[differs_p] for part in (rows_p, at_p, donors_p, from_p))
            replaced_pnd = output_bnd[rows_p].clone()
            replaced_pnd[torch.arange(len(rows_p)), at_p] = output_bnd[donors_p, from_p]
            yield rows_p, replaced_pnd

    def _run(self, edge: Edge, rows_p: Tensor, replaced_pnd: Tensor) -> Effect:
        if not len(rows_p):
            return Effect()
        mask_e = torch.tensor([float(other != edge) for other in self._all], device=replaced_pnd.device)
        replacements_wpnd = replaced_pnd.expand(len(self._outputs_wbnd), *replaced_pnd.shape)
        logits_pno = self._transformer.edgewise(
            self._tokens_bn[rows_p], self._n_tokens_b[rows_p], mask_e, replacements_wpnd
        ).logits_bno
        scored_pn = self._scored_bn[rows_p]
        change_pn = (logits_pno - self._logits_bno[rows_p]).abs().amax(-1) * scored_pn
        is_other_pn = (self._decode(logits_pno) != self._answers_bn[rows_p]) & scored_pn
        return Effect(len(rows_p), change_pn.max().item(), int(is_other_pn.any(1).sum()))

    def _spend(self, n_runs: int) -> None:
        self._n_left -= n_runs
        if self._n_left < 0:
            raise RuntimeFault(
                f"more than {self._n_runs_max} runs would be needed to try all that the edges carry on "
                f"{len(self._tokens_bn)} inputs; give fewer or shorter inputs, or allow more runs"
            )


def _first_of_each(codes_bn: Tensor) -> Tensor:
    """The first row of each different kind."""
    kinds, kind_of_b = torch.unique(codes_bn, dim=0, return_inverse=True)
    first_k = torch.full((len(kinds),), len(codes_bn), device=codes_bn.device)
    numbers_b = torch.arange(len(codes_bn), device=codes_bn.device)
    return first_k.scatter_reduce(0, kind_of_b, numbers_b, "amin")


def _pairs(lefts: Tensor, rights: Tensor, n_at_once: int) -> Iterator[tuple[Tensor, Tensor]]:
    """All pairs of two lists, in batches."""
    for start in range(0, len(lefts) * len(rights), n_at_once):
        numbers_p = torch.arange(start, min(start + n_at_once, len(lefts) * len(rights)), device=lefts.device)
        yield lefts[numbers_p // len(rights)], rights[numbers_p % len(rights)]
