"""Attention heads that select exactly what a selector selects.

The score of a key is gain · (number of tables that hold - number of tables): 0 for a selected key, at most -gain for
any other. The token at the beginning scores 0 in a width head, so that its weight is 1 / (1 + width), and half a gain
below 0 in an aggregating head, so that it is attended where nothing is selected. It attends to itself.

The gain is a power of two, so that scores of exact encodings are exact; it is large enough for the keys that are not
selected to weigh less than float32 resolves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .network import Head, Network
from .selectors import Table
from .stream import BOS, ONE, ROUNDOFF, Functional, total

__all__ = ["Factor", "Score", "aggregate_head", "gain_for", "relative_error", "score", "width_head"]

_KERNEL_ROUNDINGS = 128
"""Two exponentials of a fast kernel may differ by 40 units in the last place; the rest is room for quotients."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A table with the one-hot encodings of its query and key values."""

    table_qk: Table
    queries: Sequence[Functional]
    keys: Sequence[Functional]


@dataclass(frozen=True, slots=True)
class Score:
    """Query and key channels; `noise` bounds the error of a score that their encodings' errors make."""

    queries: tuple[Functional, ...]
    keys: tuple[Functional, ...]
    noise: float


def gain_for(n_keys: int) -> int:
    """The smallest power of two at which a quarter of the gain hides `n_keys` keys below the last bit of 1."""
    return int(2 ** math.ceil(math.log2(4 * (math.log(n_keys) - math.log(ROUNDOFF)))))


def score(network: Network, factors: Sequence[Factor]) -> Score:
    """The channels of a conjunction of tables."""
    gain = gain_for(network.max_length + 1)
    queries: list[Functional] = [{ONE: len(factors) * gain, BOS: gain}]
    keys: list[Functional] = [{ONE: -1}]
    noise = 0.0
    for factor in factors:
        factor_queries, factor_keys = _channels(factor)
        queries += [total([(gain, query)]) for query in factor_queries]
        keys += factor_keys
        noise += gain * _noise(network, factor, factor_queries, factor_keys)
    return Score(tuple(queries), tuple(keys), noise)


def _channels(factor: Factor) -> tuple[list[Functional], list[Functional]]:
    """The table as a sum of products: a channel for each class of keys (or queries) that it does not tell apart."""
    columns, key_class = np.unique(factor.table_qk, axis=1, return_inverse=True)
    rows, query_class = np.unique(factor.table_qk, axis=0, return_inverse=True)
    if columns.any(axis=0).sum() <= rows.any(axis=1).sum():
        return _classes(columns.T, key_class, factor.queries, factor.keys)
    keys, queries = _classes(rows, query_class, factor.keys, factor.queries)
    return queries, keys


def _classes(
    patterns: Table, class_of: NDArray[np.intp], outer: Sequence[Functional], inner: Sequence[Functional]
) -> tuple[list[Functional], list[Functional]]:
    """For each pattern over the outer values that is not empty: these values, and the inner values that have it."""
    chosen = [number for number, pattern in enumerate(patterns) if pattern.any()]
    return (
        [_sum_where(patterns[number], outer) for number in chosen],
        [_sum_where(class_of.reshape(-1) == number, inner) for number in chosen],
    )


def _sum_where(chosen: Table, functionals: Sequence[Functional]) -> Functional:
    return total((1, functionals[place]) for place in np.flatnonzero(chosen).tolist())


def _noise(network: Network, factor: Factor, queries: Sequence[Functional], keys: Sequence[Functional]) -> float:
    """How far the sum of products may be from 0 or 1."""
    stream = network.stream
    of_queries = max((stream.error(query) for query in queries), default=0.0)
    of_keys = max((stream.error(key) for key in keys), default=0.0)
    if of_queries == of_keys == 0.0:
        return 0.0
    of_row = max(stream.error(_sum_where(row, factor.keys)) for row in np.unique(factor.table_qk, axis=0))
    return of_queries + of_row + len(keys) * (of_queries * of_keys + 4 * ROUNDOFF * (of_queries + of_keys))


def width_head(network: Network, scored: Score, label: str) -> tuple[int, float]:
    """A dimension that holds 1 / (1 + width), and its relative error."""
    slot = network.head_slot(scored.queries, scored.keys)
    error = relative_error(network, scored.noise)
    (dimension,) = network.stream.add([label], ready=slot + 1, error=error)
    network.heads[slot].append(Head(scored.queries, scored.keys, [{BOS: 1}], [dimension]))
    return dimension, error


def aggregate_head(
    network: Network, scored: Score, values: Sequence[Functional], labels: Sequence[str], error: float, bound: float
) -> tuple[list[int], Functional]:
    """Dimensions that hold the mean of the selected values, and a functional that is 1 where nothing is selected.

    Args:
        network: where to add the head.
        scored: its score.
        values: what to average; at most one of them is on at each key, or there is only one.
        labels: what they hold.
        error: the error of the means.
        bound: the largest absolute mean.
    """
    slot = network.head_slot(scored.queries, scored.keys, values)
    half = gain_for(network.max_length + 1) // 2
    dimensions = network.stream.add(labels, ready=slot + 1, error=error, bound=bound)
    empty_error = relative_error(network, 0.0)
    (empty,) = network.stream.add([f"{labels[0].split(' ==')[0]}: nothing selected"], ready=slot + 1, error=empty_error)
    queries, keys = (*scored.queries, {ONE: -half}), (*scored.keys, {BOS: 1})
    network.heads[slot].append(Head(queries, keys, [*values, {BOS: 1}], [*dimensions, empty]))
    return dimensions, {empty: 1, BOS: -1}


def relative_error(network: Network, noise: float) -> float:
    """The relative error of a sum of weights whose scores are off by up to `noise`, leaks to other keys included."""
    n_keys = network.max_length + 1
    return (n_keys + _KERNEL_ROUNDINGS + 1) * ROUNDOFF + 2.5 * noise
