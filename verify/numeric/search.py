"""Branch and prune: a box on which the answer is open is halved along its widest side, the widest boxes first.

The search ends with the tree of boxes on each of which the claim holds; or with a point where it does not; or, at the
limit, with the smallest box that is still open. Boxes are looked at in the order in which they were cut, so that the
answer is the same on every run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from ...dsl.types import Int, Real, element_of
from ..outcome import Boxes
from .algebra import whole_range
from .boxes import Box, Dimension, halves, leaves, middle_of, widest
from .interval import Interval, point
from .question import Question

__all__ = ["Found", "Open", "domain_of", "holds_on_all", "search"]

_MOST_CORNERS = 64
_MOST_HALVES = 2**16


@dataclass(frozen=True, slots=True)
class Open:
    """The search came to its limit, or to a box that cannot be cut; `told` names the smallest box that is open."""

    told: str
    n_boxes: int


Found = Boxes | Box | Open


def domain_of(dimensions: tuple[Dimension, ...]) -> Box:
    """The box of all values of the inputs.

    Raises:
        VerificationError: if an input is no number and no boolean.
    """
    return tuple(
        whole_range(dimension.type) if isinstance(element_of(dimension.type), Int | Real) else _truths(dimension)
        for dimension in dimensions
    )


def _truths(dimension: Dimension) -> Interval:
    if str(element_of(dimension.type)) != "bool":
        return whole_range(dimension.type)
    return Interval(0, 1)


def search(question: Question, limit: int) -> Found:
    """The boxes of a proof, a point (as a box of points) where the question's node is false, or neither.

    Args:
        question: what is asked of each box.
        limit: how many boxes are looked at.

    Raises:
        VerificationError: if an input is no number, or the graph holds what has no intervals.
    """
    dimensions = question.dimensions
    domain = domain_of(dimensions)
    breaking = next((corner for corner in _corners(domain) if question.holds(corner) is False), None)
    if breaking is not None:
        return breaking
    cuts: dict[int, int | None] = {}
    children: dict[int, tuple[int, int]] = {}
    waiting = deque([(0, domain)])
    n_named = 1
    while waiting:
        number, box = waiting.popleft()
        if len(cuts) >= limit:
            return _open(waiting[-1][1] if waiting else box, question, len(cuts))
        cuts[number] = None
        if question.holds(box) is True:
            continue
        middle = middle_of(box, dimensions)
        if question.holds(middle) is False:
            return middle
        place = widest(box, domain, dimensions)
        parts = None if place is None else halves(box, place, dimensions)
        if place is None or parts is None or _is_thin(box[place], domain[place]):
            return _open(box, question, len(cuts))
        cuts[number], children[number] = place, (n_named, n_named + 1)
        waiting.extend(zip(children[number], parts, strict=True))
        n_named += 2
    return Boxes(question.digest, told(domain, dimensions), tuple(_marks(cuts, children)))


def holds_on_all(boxes: Boxes, question: Question) -> bool:
    """Whether the boxes of a proof are all that there is, and the question's node is true on each."""
    dimensions = question.dimensions
    domain = domain_of(dimensions)
    if (boxes.question, boxes.domain) != (question.digest, told(domain, dimensions)):
        return False
    return all(leaf is not None and question.holds(leaf) is True for leaf in leaves(boxes, domain, dimensions))


def told(box: Box, dimensions: tuple[Dimension, ...]) -> str:
    """A box in words: `x in 0..1, y in 0.5..1`."""
    pairs = zip(dimensions, box, strict=True)
    return ", ".join(f"{dimension.name} {'=' if part.is_point else 'in'} {part}" for dimension, part in pairs)


def _is_thin(part: Interval, whole: Interval) -> bool:
    """Whether a box is so small that its parts would stay open as well: the claim is about to fail near it."""
    return part.width * _MOST_HALVES < whole.width


def _corners(domain: Box) -> Iterator[Box]:
    if not all(interval.is_bounded for interval in domain) or 2 ** len(domain) > _MOST_CORNERS:
        return
    for ends in product(*((interval.low, interval.high) for interval in domain)):
        yield tuple(point(end) for end in ends)


def _marks(cuts: dict[int, int | None], children: dict[int, tuple[int, int]]) -> Iterator[str]:
    """The tree from the root, each box before what it was cut into."""
    stack = [0]
    while stack:
        number = stack.pop()
        place = cuts[number]
        yield "." if place is None else str(place)
        stack += reversed(children.get(number, ()))


def _open(box: Box, question: Question, n_boxes: int) -> Open:
    return Open(told(box, question.dimensions), n_boxes)
