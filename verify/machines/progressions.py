"""Sets of dated states in few words: what differs from state to state by the same steps is told at once.

States that agree in everything but whole numbers are put in order, and taken together as long as each differs from the
one before in the same way: *progressions*. One number of a progression, its lead, runs from an end to another by
some stride; the others, and the time from which on the state counts, follow it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from ...dsl.graph import Constant, Input, SOp
from ...dsl.types import Int, Value, element_of
from .expressions import FALSE, TRUE, ZERO, applied, conj, disj

__all__ = ["told_by_progressions"]

Point = tuple[int, ...]
"""The whole numbers of a state, then its time."""


def told_by_progressions(
    variables: Sequence[Input], dated: Sequence[tuple[Sequence[Value], int]], clock: Input, most: int
) -> SOp | None:
    """That the variables have the values of a state whose time the clock has come to; None if that takes too much.

    Args:
        variables: what the states are made of.
        dated: states, each once, and the time from which on it counts.
        clock: the variable that tells the time.
        most: how many progressions may be told.
    """
    is_whole = [
        isinstance(element_of(node.type), Int) and all(isinstance(state[place], int) for state, _ in dated)
        for place, node in enumerate(variables)
    ]
    named = [node for node, whole in zip(variables, is_whole, strict=True) if whole]
    others = [node for node, whole in zip(variables, is_whole, strict=True) if not whole]
    classes: dict[tuple[Value, ...], list[Point]] = {}
    for state, time in dated:
        split = [
            [value for value, whole in zip(state, is_whole, strict=True) if whole is kind] for kind in (True, False)
        ]
        classes.setdefault(tuple(split[1]), []).append((*map(_whole, split[0]), time))
    told: list[SOp] = []
    n_told = 0
    for key, points in classes.items():
        runs = list(_progressions(sorted(points)))
        n_told += len(runs)
        if n_told > most:
            return None
        equal = [applied("==", node, Constant((), value)) for node, value in zip(others, key, strict=True)]
        told.append(_all([*equal, _any([_told(named, clock, run) for run in runs])]))
    return _any(told)


def _whole(value: Value) -> int:
    assert isinstance(value, int), "others are not told by progressions"
    return int(value)


def _progressions(points: Sequence[Point]) -> Iterator[Sequence[Point]]:
    """The points in order, cut wherever the next one differs in another way."""
    start = 0
    while start < len(points):
        stop = start + 1
        while stop < len(points) and (stop == start + 1 or _step(points, stop - 1) == _step(points, start)):
            stop += 1
        yield points[start:stop]
        start = stop


def _step(points: Sequence[Point], place: int) -> Point:
    return tuple(after - before for before, after in zip(points[place], points[place + 1], strict=True))


def _told(numbers: Sequence[Input], clock: Input, points: Sequence[Point]) -> SOp:
    """That the numbers are a point of a progression whose time has come."""
    *values, time = points[0]
    if len(points) == 1:
        equal = [applied("==", node, Constant((), value)) for node, value in zip(numbers, values, strict=True)]
        return _all([*equal, applied(">=", clock, Constant((), time))])
    *strides, _ = _step(points, 0)
    lead = min((place for place, stride in enumerate(strides) if stride), key=lambda place: abs(strides[place]))
    if strides[lead] < 0:
        return _told(numbers, clock, points[::-1])
    low, high, stride = points[0][lead], points[-1][lead], strides[lead]
    place = numbers[lead]
    conditions = [applied(">=", place, Constant((), low)), applied("<=", place, Constant((), high))]
    if stride > 1:
        conditions.append(applied("==", applied("%", _plus(place, -low), Constant((), stride)), ZERO))
    steps = zip((*numbers, clock), points[0], _step(points, 0), strict=True)
    for number, (node, start, by) in enumerate(steps):
        if number != lead:
            # The lead is (start - low) / stride steps on: both sides are multiplied with the stride.
            left, right = _times(stride, _plus(node, -start)), _times(by, _plus(place, -low))
            conditions.append(applied(">=" if node == clock else "==", left, right))
    return _all(conditions)


def _plus(node: SOp, constant: int) -> SOp:
    return node if constant == 0 else applied("+", node, Constant((), constant))


def _times(factor: int, node: SOp) -> SOp:
    return node if factor == 1 else ZERO if factor == 0 else applied("*", Constant((), factor), node)


def _all(conditions: Sequence[SOp]) -> SOp:
    nothing: SOp = TRUE
    return reduce(conj, conditions, nothing)


def _any(conditions: Sequence[SOp]) -> SOp:
    """That one of some holds, as a balanced tree, for graphs are read to their depth."""
    if len(conditions) < 2:
        return conditions[0] if conditions else FALSE
    middle = len(conditions) // 2
    return disj(_any(conditions[:middle]), _any(conditions[middle:]))
