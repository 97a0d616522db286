"""Find the smallest set of edges with which a model still answers every input right.

1. Edges out of the embeddings whose writer does not vary over the data at the positions that reach the answer are left
   out for free: there, replacing by the mean changes nothing. This is measured.
2. Greedy backward elimination: of all single edges that can go, the one goes whose loss leaves the largest smallest
   margin; edges that have become dead go with it. It ends in a set from which no edge can be removed.
3. Exhaustion: all *live* sets smaller than that are tried, in order of size, first on the inputs with the smallest
   margins and then on all; the first that answers every input right is the answer. A set is live when each edge starts
   at a component that varies and leads to the logits: a constant component only shifts its readers by a constant, and
   is no part of a circuit.

The claim is `minimum` when step 3 came to its end, and `minimal` (no single edge can be removed) when the budget of
sets ended first.

Axes: b batch, e edge, i edge set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Literal

import torch

from ..runtime.edges import Edge, component_of
from .ablation import RIGHT_MARGIN, AblatedModel

__all__ = ["CircuitSearch", "SearchProgress", "find_circuit", "live_edges", "varying_edges"]

N_SCREENING_INPUTS = 32
N_SETS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """How far a search has come: sets tried, and the size of the sets it tries now."""

    n_sets_tried: int
    n_edges: int


@dataclass(frozen=True, slots=True)
class CircuitSearch:
    """The smallest set of edges found, and what is claimed about it."""

    edges: tuple[Edge, ...]
    claim: Literal["minimum", "minimal"]
    """`minimum`: no smaller live set answers every input right; `minimal`: none with one edge less does."""
    n_candidates: int
    """Edges left after step 1, out of which sets were formed."""
    n_sets_tried: int
    """Live sets tried in steps 2 and 3."""
    n_wrong: int
    smallest_margin: float
    """Over all inputs: the right logit minus the best wrong one."""
    curve: tuple[tuple[int, float], ...]
    """Number of edges and smallest margin at each step of the elimination, from all candidates down."""


def find_circuit(
    model: AblatedModel, n_sets_max: int = 200_000, progress: Callable[[SearchProgress], None] | None = None
) -> CircuitSearch:
    """Search as the module's docstring tells.

    Args:
        model: the model with its data; it answers every input right.
        n_sets_max: how many sets step 3 may form, live or not, before it gives up.
        progress: called after each batch of sets.
    """
    search = _Search(model, progress)
    candidates = live_edges(varying_edges(model))
    bound, curve = search.eliminate(candidates)
    found, finished = search.exhaust(candidates, len(bound), n_sets_max)
    kept = found or bound
    margins_b = model.margins(model.mask(kept)[None])[0]
    return CircuitSearch(
        edges=kept,
        claim="minimum" if finished else "minimal",
        n_candidates=len(candidates),
        n_sets_tried=search.n_sets_tried,
        n_wrong=int((margins_b <= RIGHT_MARGIN).sum()),
        smallest_margin=margins_b.min().item(),
        curve=curve,
    )


def varying_edges(model: AblatedModel) -> tuple[Edge, ...]:
    """All edges but those out of the embeddings that carry a constant to every position that reaches the answer."""
    cell = model.cell
    needed = _needed_positions(model.edges, cell.config.read_position, len(cell.config.prompt))
    varies = dict(zip(("embed", "position"), model.varies_wn.tolist(), strict=False))
    return tuple(
        edge
        for edge in model.edges
        if edge.writer not in varies or any(varies[edge.writer][position] for position in needed[edge.reader])
    )


def live_edges(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Without the edges that start at a component which no embedding reaches, or that do not lead to the logits.

    The edges must be in canonical order, in which every edge into a component stands before those out of it.
    """
    varying, fed = {"embed", "position"}, []
    for edge in edges:
        if edge.writer in varying:
            varying.add(component_of(edge.reader))
            fed.append(edge)
    leading, live = {"logits"}, []
    for edge in reversed(fed):
        if component_of(edge.reader) in leading:
            leading.add(edge.writer)
            live.append(edge)
    return tuple(reversed(live))


class _Search:
    """Tries edge sets on one model, and counts them."""

    def __init__(self, model: AblatedModel, progress: Callable[[SearchProgress], None] | None) -> None:
        self._model = model
        self._progress = progress
        margins_b = model.margins(torch.ones(1, len(model.edges)))[0]
        self._hardest_b = margins_b.argsort()[:N_SCREENING_INPUTS]
        self.n_sets_tried = 0

    def smallest_margins(self, sets: list[tuple[Edge, ...]]) -> list[float]:
        """The smallest margin of each set over all inputs; sets that fail on the hardest inputs are not run on more."""
        masks_ie = torch.stack([self._model.mask(kept) for kept in sets])
        smallest_i = self._model.margins(masks_ie, self._hardest_b).min(dim=1).values
        passed_i = smallest_i > RIGHT_MARGIN
        if passed_i.any():
            smallest_i[passed_i] = self._model.margins(masks_ie[passed_i]).min(dim=1).values
        self.n_sets_tried += len(sets)
        if self._progress:
            self._progress(SearchProgress(self.n_sets_tried, len(sets[-1])))
        margins: list[float] = smallest_i.tolist()
        return margins

    def eliminate(self, kept: tuple[Edge, ...]) -> tuple[tuple[Edge, ...], tuple[tuple[int, float], ...]]:
        """Remove edges one by one while every input stays right; the last set, and sizes with margins on the way."""
        curve = [(len(kept), self.smallest_margins([kept])[0])]
        while smaller := _without_one(kept):
            margins = self.smallest_margins(smaller)
            best = max(range(len(smaller)), key=margins.__getitem__)
            if margins[best] <= RIGHT_MARGIN:
                break
            kept = smaller[best]
            curve.append((len(kept), margins[best]))
        return kept, tuple(curve)

    def exhaust(
        self, candidates: tuple[Edge, ...], bound: int, n_sets_max: int
    ) -> tuple[tuple[Edge, ...] | None, bool]:
        """The first set of fewer than `bound` edges that is right everywhere; whether all smaller ones were tried."""
        formed = (kept for size in range(1, bound) for kept in combinations(candidates, size))
        live = (kept for kept in islice(formed, n_sets_max) if live_edges(kept) == kept)
        while sets := list(islice(live, N_SETS_AT_ONCE)):
            for kept, margin in zip(sets, self.smallest_margins(sets), strict=True):
                if margin > RIGHT_MARGIN:
                    return kept, True
        return None, next(formed, None) is None


def _without_one(kept: tuple[Edge, ...]) -> list[tuple[Edge, ...]]:
    """What stays alive without each edge in turn; each such set once, and none that is empty."""
    smaller = (live_edges(other for other in kept if other != edge) for edge in kept)
    return [edges for edges in dict.fromkeys(smaller) if edges]


def _needed_positions(all_edges: tuple[Edge, ...], read_position: int, n_positions: int) -> dict[str, frozenset[int]]:
    """The positions at which each reader's input can reach the logits that are read.

    Keys and values are read at every position, everything else at the positions where its own output is needed.
    """
    needed = {"logits": frozenset({read_position})}
    for edge in reversed(all_edges):
        if edge.reader.endswith((".k", ".v")):
            needed[edge.reader] = frozenset(range(n_positions))
        elif edge.reader not in needed:
            component = component_of(edge.reader)
            users = (later.reader for later in all_edges if later.writer == component)
            needed[edge.reader] = frozenset().union(*(needed[user] for user in users))
    return needed
