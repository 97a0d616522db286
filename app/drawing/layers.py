"""Where the boxes of a graph stand, and where the edges between them run.

Sugiyama, Tagawa and Toda 1981, "Methods for visual understanding of hierarchical system structures":

1. Boxes stand in rows: each below all that it reads, and no further above its readers than it has to.
2. An edge that passes rows has a place in each of them; edges from one box share these places.
3. The order within rows is improved by barycentres, from the top and from the bottom in turn, and the best one kept.
4. Each place is put as near to the middle of its neighbours as the order and the gaps allow (least squares), and what
   an edge passes below each other.

Lengths are in inches; x grows to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise
from math import inf

import networkx as nx

__all__ = ["Layout", "lay_out_layers"]

_GAP_X, _PASSAGE, _ROW_GAP, _WIDEST_ROW_GAP = 0.3, 0.12, 0.38, 0.9
_N_SWEEPS, _N_MOVES, _N_LAST_MOVES = 12, 24, 4
_PORT_GAP, _FIRMNESS = 0.22, 4.0

Place = tuple[int, int]
"""A box, and its own row or one that its edges pass."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """The middle of each box's upper side, the points that each edge runs through, and the size of it all.

    An edge begins at a box's lower side and ends at another's upper side; between two rows it bends, within a row it
    runs straight down.
    """

    tops: dict[int, Point]
    routes: dict[tuple[int, int], tuple[Point, ...]]
    width: float
    height: float


def lay_out_layers(graph: nx.DiGraph[int], sizes: Mapping[int, Point], inputs: set[int]) -> Layout:
    """Lay out an acyclic graph, whose edges point from what is read to what reads it; inputs stand at the top.

    Args:
        graph: the boxes, at least one, and the edges.
        sizes: each box's width and height.
        inputs: the boxes that stay in the first row.
    """
    grid = _grid(graph, _rows(graph, inputs), sizes)
    grid.order = _ordered(grid)
    x = _spread(grid)
    left = min(x[place] - grid.width(place) / 2 for place in x)
    x = {place: middle - left for place, middle in x.items()}
    heights = _heights(grid, x)
    tops = {box: (x[box, row], heights.top(box)) for box, row in grid.rows.items()}
    width = max(x[place] + grid.width(place) / 2 for place in x)
    return Layout(tops, _routes(graph, grid, x, heights), width, heights.bottoms[-1])


@dataclass
class _Grid:
    """The row of each box, the places of each row in order, and the edges between neighbouring rows."""

    rows: Mapping[int, int]
    sizes: Mapping[int, Point]
    order: list[list[Place]] = field(default_factory=list)
    edges: set[tuple[Place, Place]] = field(default_factory=set)

    def is_passage(self, place: Place) -> bool:
        """Whether an edge passes there."""
        return self.rows[place[0]] != place[1]

    def width(self, place: Place) -> float:
        """How wide a place is."""
        return _PASSAGE if self.is_passage(place) else self.sizes[place[0]][0]

    @cached_property
    def above(self) -> Mapping[Place, Sequence[Place]]:
        """The places that a place's edges come from."""
        return _neighbours((lower, upper) for upper, lower in self.edges)

    @cached_property
    def below(self) -> Mapping[Place, Sequence[Place]]:
        """The places that a place's edges go to."""
        return _neighbours(self.edges)


def _neighbours(pairs: Iterable[tuple[Place, Place]]) -> Mapping[Place, Sequence[Place]]:
    found: dict[Place, list[Place]] = {}
    for place, neighbour in sorted(pairs):
        found.setdefault(place, []).append(neighbour)
    return found


def _rows(graph: nx.DiGraph[int], inputs: set[int]) -> dict[int, int]:
    rows = {box: row for row, boxes in enumerate(nx.topological_generations(graph)) for box in boxes}
    for box in reversed(list(nx.topological_sort(graph))):
        if box not in inputs and graph.out_degree(box) > graph.in_degree(box):
            rows[box] = min(rows[reader] for reader in graph.successors(box)) - 1
    first = min(rows.values())
    return {box: row - first for box, row in sorted(rows.items())}


def _grid(graph: nx.DiGraph[int], rows: Mapping[int, int], sizes: Mapping[int, Point]) -> _Grid:
    places: list[dict[Place, None]] = [{} for _ in range(max(rows.values()) + 1)]
    edges: set[tuple[Place, Place]] = set()
    for box, row in rows.items():
        places[row][box, row] = None
    for box, reader in graph.edges:
        for row in range(rows[box] + 1, rows[reader]):
            places[row][box, row] = None
            edges.add(((box, row - 1), (box, row)))
        edges.add(((box, rows[reader] - 1), (reader, rows[reader])))
    return _Grid(rows, sizes, [list(row) for row in places], edges)


def _ordered(grid: _Grid) -> list[list[Place]]:
    """The rows in the order with the fewest crossings that was found."""
    best = order = grid.order
    fewest = _n_crossings(grid, order)
    for sweep in range(_N_SWEEPS):
        is_down = sweep % 2 == 0
        order = _swept(grid, order, is_down=is_down)
        n_crossings = _n_crossings(grid, order)
        if n_crossings < fewest:
            best, fewest = order, n_crossings
    return best


def _swept(grid: _Grid, order: Sequence[Sequence[Place]], *, is_down: bool) -> list[list[Place]]:
    """The rows sorted by where their neighbours stand, one row after another."""
    neighbours = grid.above if is_down else grid.below
    swept: list[list[Place]] = []
    where: dict[Place, float] = {}
    for row in order if is_down else reversed(order):
        own = _shares(row)
        centre = {place: _mean([where[near] for near in neighbours.get(place, ())] or [own[place]]) for place in row}
        swept.append(sorted(row, key=centre.__getitem__))
        where = _shares(swept[-1])
    return swept if is_down else swept[::-1]


def _shares(row: Sequence[Place]) -> dict[Place, float]:
    """How far to the right each place of a row is, from 0 to 1."""
    return {place: number / max(1, len(row) - 1) for number, place in enumerate(row)}


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _n_crossings(grid: _Grid, order: Sequence[Sequence[Place]]) -> int:
    where = {place: number for row in order for number, place in enumerate(row)}
    by_row: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in grid.edges:
        by_row.setdefault(upper[1], []).append((where[upper], where[lower]))
    return sum((a - c) * (b - d) < 0 for row in by_row.values() for (a, b), (c, d) in combinations(row, 2))


def _spread(grid: _Grid) -> dict[Place, float]:
    """The middle of each place."""
    x: dict[Place, float] = {}
    for row in grid.order:
        x.update(
            zip(row, _apart([0.0] * len(row), [grid.width(place) for place in row], [1.0] * len(row)), strict=True)
        )
    for move in range(_N_MOVES):
        near = [grid.below if move % 2 else grid.above]
        near = near if move < _N_MOVES - _N_LAST_MOVES else [grid.above, grid.below]
        for row in reversed(grid.order) if move % 2 else grid.order:
            wanted = []
            for place in row:
                beside = [other for neighbours in near for other in neighbours.get(place, ())]
                same = [other for other in beside if other[0] == place[0] and grid.is_passage(place)]
                wanted.append(_mean([x[other] for other in same or beside] or [x[place]]))
            firmness = [_FIRMNESS if grid.is_passage(place) else 1.0 for place in row]
            x.update(zip(row, _apart(wanted, [grid.width(place) for place in row], firmness), strict=True))
    _straighten(grid, x)
    return x


def _apart(wanted: Sequence[float], widths: Sequence[float], firmness: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones that keep order and gaps: pooled neighbours (isotonic regression)."""
    offsets = [0.0]
    for left, right in pairwise(widths):
        offsets.append(offsets[-1] + (left + right) / 2 + _GAP_X)
    pools: list[tuple[float, float, int]] = []
    for want, offset, weight in zip(wanted, offsets, firmness, strict=True):
        total, n = weight * (want - offset), 1
        while pools and pools[-1][0] / pools[-1][1] > total / weight:
            before, weight_before, n_before = pools.pop()
            total, weight, n = total + before, weight + weight_before, n + n_before
        pools.append((total, weight, n))
    flat = [total / weight for total, weight, n in pools for _ in range(n)]
    return [value + offset for value, offset in zip(flat, offsets, strict=True)]


def _straighten(grid: _Grid, x: dict[Place, float]) -> None:
    """Put the places that an edge passes one after another below each other, as many as the room beside them allows."""
    rooms = {
        place: _room(grid, row, number, x)
        for row in grid.order
        for number, place in enumerate(row)
        if grid.is_passage(place)
    }
    run: list[Place] = []
    low, high = -inf, inf
    for place in (*sorted(rooms), None):
        least, most = rooms[place] if place else (-inf, inf)
        follows = bool(run) and place == (run[-1][0], run[-1][1] + 1)
        if run and (not follows or max(low, least) > min(high, most)):
            x.update(dict.fromkeys(run, min(max(_mean([x[passed] for passed in run]), low), high)))
            run, low, high = [], -inf, inf
        if place:
            run.append(place)
            low, high = max(low, least), min(high, most)


def _room(grid: _Grid, row: Sequence[Place], number: int, x: Mapping[Place, float]) -> tuple[float, float]:
    """From where to where a place may be moved between its neighbours."""
    place, low, high = row[number], -inf, inf
    if number > 0:
        low = x[row[number - 1]] + (grid.width(row[number - 1]) + grid.width(place) + _GAP_X) / 2
    if number + 1 < len(row):
        high = x[row[number + 1]] - (grid.width(row[number + 1]) + grid.width(place) + _GAP_X) / 2
    return min(low, x[place]), max(high, x[place])


@dataclass(frozen=True, slots=True)
class _Heights:
    """Where each row begins and ends; boxes stand in the middle of their row."""

    grid: _Grid
    tops: Sequence[float]
    bottoms: Sequence[float]

    def top(self, box: int) -> float:
        """The height of a box's upper side."""
        row = self.grid.rows[box]
        return (self.tops[row] + self.bottoms[row] - self.grid.sizes[box][1]) / 2


def _heights(grid: _Grid, x: Mapping[Place, float]) -> _Heights:
    """The further the edges between two rows go to the side, the more room is between them."""
    tops, bottoms = [0.0], list[float]()
    for number, row in enumerate(grid.order):
        highest = max(grid.sizes[place[0]][1] for place in row if not grid.is_passage(place))
        bottoms.append(tops[-1] + highest)
        reach = max((abs(x[upper] - x[lower]) for upper, lower in grid.edges if upper[1] == number), default=0.0)
        tops.append(bottoms[-1] + min(_WIDEST_ROW_GAP, _ROW_GAP + 0.07 * reach))
    return _Heights(grid, tops[:-1], bottoms)


def _routes(
    graph: nx.DiGraph[int], grid: _Grid, x: Mapping[Place, float], heights: _Heights
) -> dict[tuple[int, int], tuple[Point, ...]]:
    ports = _ports(grid, x)
    routes = {}
    for box, reader in graph.edges:
        own, last = grid.rows[box], grid.rows[reader]
        points = [(x[box, own], heights.top(box) + grid.sizes[box][1]), (x[box, own], heights.bottoms[own])]
        for row in range(own + 1, last):
            points += [(x[box, row], heights.tops[row]), (x[box, row], heights.bottoms[row])]
        end = ports[(box, last - 1), (reader, last)]
        routes[box, reader] = (*points, (end, heights.tops[last]), (end, heights.top(reader)))
    return routes


def _ports(grid: _Grid, x: Mapping[Place, float]) -> dict[tuple[Place, Place], float]:
    """Where each edge arrives at a box, side by side in the order that they come from."""
    ports: dict[tuple[Place, Place], float] = {}
    for lower, uppers in grid.above.items():
        gap = min(_PORT_GAP, 0.8 * grid.width(lower) / len(uppers))
        for number, upper in enumerate(sorted(uppers, key=x.__getitem__)):
            ports[upper, lower] = x[lower] + (number - (len(uppers) - 1) / 2) * gap
    return ports
