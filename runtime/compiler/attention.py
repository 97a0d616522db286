"""Attention heads that select exactly what a selector selects.

The score of a key is gain · (number of tables that hold - number of tables): 0 for a selected key, at most -gain for
any other. The token at the beginning scores 0 in a width head, so that its weight is 1 / (1 + width), and half a gain
below 0 in an aggregating head, so that it is attended where nothing is selected. It attends to itself.

Where scores are exact, each selected key weighs exp(0) = 1 before weights are divided by their sum, which is a whole
number and exact. Kernels divide before or after they add up the values: that sum is bounded in any order.

The gain is a power of two, so that scores of exact encodings are exact; it is large enough for the keys that are not
selected to weigh less than sums resolve.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .channels import Channels
from .network import Head, Network
from .stream import BOS, ONE, Functional, Weight, total

__all__ = [
    "Score",
    "aggregate_head",
    "error_of_copy",
    "error_of_mean",
    "gain_for",
    "last_position_head",
    "score",
    "width_head",
]

_KERNEL_ROUNDINGS = 128
"""Exponentials of a fast kernel at different scores may differ by 40 units in the last place; the rest is room."""
_QUOTIENT_ROUNDINGS = 6
"""A reciprocal, two products, what has leaked from other keys into the sum, and room."""
_COPY_ROUNDINGS = 8
"""The weight of a single selected key cancels: a product, a sum and a quotient are left, and room."""
_HALF_WIDTH_ROUNDINGS = 3
"""Weights, means and what is added to the stream are stored in the narrow format."""


@dataclass(frozen=True, slots=True)
class Score:
    """Query and key channels; `noise` bounds the error of a score that their encodings' errors make."""

    queries: tuple[Functional, ...]
    keys: tuple[Functional, ...]
    noise: float


def gain_for(network: Network) -> int:
    """The smallest power of two of which three eighths hide all keys below the last bit of 1.

    Half of it stands between the selected keys and the token at the beginning, and between that and the other keys; an
    eighth is left for noise.
    """
    hidden = math.log(network.max_length + 1) - math.log(network.stream.arithmetic.summation)
    return int(2 ** math.ceil(math.log2(hidden * 8 / 3)))


def score(network: Network, factors: Sequence[Channels]) -> Score:
    """The channels of a conjunction of tables."""
    gain = gain_for(network)
    queries: list[Functional] = [{ONE: len(factors) * gain, BOS: gain}]
    keys: list[Functional] = [{ONE: -1}]
    for factor in factors:
        queries += [total([(gain, query)]) for query in factor.queries]
        keys += factor.keys
    return Score(tuple(queries), tuple(keys), gain * sum(factor.noise for factor in factors))


def width_head(network: Network, scored: Score, label: str) -> tuple[int, float]:
    """A dimension that holds 1 / (1 + width), and its relative error."""
    slot = network.head_slot(scored.queries, scored.keys)
    error = _error_of_weights(network, scored.noise) + network.stream.arithmetic.storing_sums
    (dimension,) = network.stream.add([label], ready=slot + 1, error=error, unit=None, at_beginning=1)
    network.heads[slot].append(Head(scored.queries, scored.keys, [{BOS: 1}], [dimension]))
    return dimension, error


def last_position_head(network: Network, position: Functional, label: str) -> Functional:
    """The length: one more than the last position, whose key scores highest."""
    gain, from_one = gain_for(network), total([(1, position), (1, {ONE: 1})])
    slot = network.head_slot([from_one])
    error = error_of_copy(network, [from_one], bound=network.max_length)
    (dimension,) = network.stream.add([label], ready=slot + 1, error=error, bound=network.max_length)
    queries, keys = [{ONE: gain}, {BOS: gain}], [from_one, {BOS: 1}]
    network.heads[slot].append(Head(queries, keys, [from_one], [dimension]))
    return {dimension: 1}


def aggregate_head(
    network: Network,
    scored: Score,
    values: Sequence[Functional],
    labels: Sequence[str],
    *,
    error: float,
    bound: float,
    unit: Weight | None,
) -> tuple[list[int], Functional]:
    """Dimensions that hold the mean of the selected values, and a functional that is 1 where nothing is selected.

    Args:
        network: where to add the head.
        scored: its score.
        values: what to average; at most one of them is on at each key, or there is only one.
        labels: what they hold.
        error: the error of the means.
        bound: the largest absolute mean.
        unit: what the means are whole multiples of, if they are.
    """
    slot = network.head_slot(scored.queries, scored.keys, values)
    half = gain_for(network) // 2
    dimensions = network.stream.add(labels, ready=slot + 1, error=error, bound=bound, unit=unit)
    empty_error = error_of_copy(network, [{BOS: 1}], bound=1.0)
    label = f"{labels[0].split(' ==')[0]}: nothing selected"
    (empty,) = network.stream.add([label], ready=slot + 1, error=empty_error, at_beginning=1)
    queries, keys = (*scored.queries, {ONE: -half}), (*scored.keys, {BOS: 1})
    network.heads[slot].append(Head(queries, keys, [*values, {BOS: 1}], [*dimensions, empty]))
    return dimensions, {empty: 1, BOS: -1}


def error_of_mean(network: Network, numbers: Functional, *, bound: float, noise: float) -> float:
    """How far a mean of numbers up to `bound` may be from its exact value, where scores are off by up to `noise`."""
    stream = network.stream
    sums = (network.max_length + 1) * stream.arithmetic.summation
    weights = _error_of_weights(network, noise) + _HALF_WIDTH_ROUNDINGS * stream.arithmetic.storing_sums
    return stream.error(numbers) + bound * (weights + sums)


def error_of_copy(network: Network, values: Sequence[Functional], *, bound: float) -> float:
    """How far the value of a single selected key, up to `bound`, may be from what is copied.

    Noise in its score changes nothing. A format of half width stores a value that it holds as it is, for what summing
    adds is less than half of its last bit.
    """
    stream = network.stream
    error = max(map(stream.error, values))
    units = [stream.unit(value) for value in values]
    summed = bound * (_COPY_ROUNDINGS + 1) * stream.arithmetic.summation
    is_held = all(unit is not None and bound <= unit * 2**stream.arithmetic.n_bits for unit in units)
    if error == 0 and is_held and stream.arithmetic.storing_sums:
        return bound * stream.arithmetic.summation
    return error + summed + 2 * bound * stream.arithmetic.storing_sums


def _error_of_weights(network: Network, noise: float) -> float:
    """The relative error of equal weights, of which the sum is 1, leaks to other keys included."""
    n_roundings = network.max_length + 1 + _KERNEL_ROUNDINGS if noise else _QUOTIENT_ROUNDINGS
    return n_roundings * network.stream.arithmetic.summation + 2.5 * noise
