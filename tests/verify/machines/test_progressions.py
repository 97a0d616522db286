"""Sets of dated states, told by progressions: just the states, from their time on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.dsl.graph import Input, SOp, topological
from stdcell.dsl.types import Bool, Int
from stdcell.verify.machines.machine import compiled
from stdcell.verify.machines.progressions import told_by_progressions

X, Y, CLOCK = (Input((), name, Int(), name) for name in ("x", "y", "clock"))
B = Input((), "b", Bool(), "b")
Point = tuple[int, int, bool, int]
Points = Sequence[Point]
Dated = Sequence[tuple[tuple[int, int, bool], int]]


def met(condition: SOp, grid: Points) -> list[Point]:
    """Where on a grid of values for x, y, b and the clock a condition holds."""
    holds = compiled([condition], (X, Y, B, CLOCK))
    return [point for point in grid if holds(point)[0]]


def expected(dated: Dated, grid: Points) -> list[Point]:
    """The same, of the states themselves."""
    times = dict(dated)
    return [point for point in grid if point[:3] in times and times[point[:3]] <= point[3]]


GRID = list(product(range(-3, 7), range(-3, 7), (False, True), range(5)))
SMALL_GRID = list(product(range(-1, 4), range(-1, 4), (False, True), range(3)))
TOLD: Mapping[str, Dated] = {
    "nothing": [],
    "one state": [((1, 2, True), 3)],
    "a line": [((n, 2 * n, True), n) for n in range(4)],
    "every other": [((2 * n, 1, False), n) for n in range(4)],
    "downwards": [((n, -n, False), 4 - n) for n in range(4)],
    "a bend": [((n, 0, True), abs(n)) for n in range(-3, 4)],
    "a triangle": [((n, m, True), n + m) for n in range(4) for m in range(4 - n)],
    "two kinds": [((n, 0, b), n) for n in range(3) for b in (False, True)],
}


@pytest.mark.parametrize("dated", TOLD.values(), ids=TOLD.keys())
def test_just_the_states_are_told_from_their_time_on(dated: Dated) -> None:
    told = told_by_progressions((X, Y, B), dated, CLOCK, 100)
    assert told is not None
    assert met(told, GRID) == expected(dated, GRID)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    st.dictionaries(st.tuples(st.integers(-1, 3), st.integers(-1, 3), st.booleans()), st.integers(0, 2), max_size=12)
)
def test_any_states_are_told(times: dict[tuple[int, int, bool], int]) -> None:
    dated = list(times.items())
    told = told_by_progressions((X, Y, B), dated, CLOCK, 100)
    assert told is not None
    assert met(told, SMALL_GRID) == expected(dated, SMALL_GRID)


def test_a_long_line_takes_few_words() -> None:
    told = told_by_progressions((X, Y, B), [((n, 3 * n, True), 2 * n) for n in range(500)], CLOCK, 1)
    assert told is not None
    assert len(topological([told])) < 30


def test_too_many_progressions_are_not_told() -> None:
    assert told_by_progressions((X, Y, B), [((n, n * n, True), 0) for n in range(20)], CLOCK, 5) is None
