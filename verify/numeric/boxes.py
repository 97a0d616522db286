"""Boxes: an interval for each input, how they are cut, and the boxes of a proof cut out once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from ...dsl.types import Bool, Int, Type, element_of
from ..outcome import LEAF, Boxes
from .interval import End, Interval, point

__all__ = ["Box", "Dimension", "halves", "leaves", "middle_of", "widest"]

Box = tuple[Interval, ...]
"""An interval for each dimension."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """An input that boxes have an interval of: its key, its name and its type."""

    key: str
    name: str
    type: Type

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers, or truths as 0 and 1."""
        return isinstance(element_of(self.type), Int | Bool)


def leaves(boxes: Boxes, domain: Box, dimensions: tuple[Dimension, ...]) -> Iterator[Box | None]:
    """The boxes, cut out of the domain once more; None where the tree does not fit it."""
    waiting: list[Box] = [domain]
    for mark in boxes.tree:
        if not waiting:
            yield None
            return
        box = waiting.pop()
        if mark == LEAF:
            yield box
            continue
        parts = halves(box, int(mark), dimensions) if mark.isdecimal() and int(mark) < len(box) else None
        if parts is None:
            yield None
            return
        waiting += reversed(parts)
    if waiting:
        yield None


def widest(box: Box, domain: Box, dimensions: tuple[Dimension, ...]) -> int | None:
    """The dimension that is widest in shares of the domain's width; the first of equals, None if none can be halved."""
    places = [place for place in range(len(box)) if halves(box, place, dimensions) is not None]
    shares = {place: Fraction(box[place].width) / Fraction(domain[place].width) for place in places}
    return max(places, key=lambda place: (shares[place], -place), default=None)


def halves(box: Box, place: int, dimensions: tuple[Dimension, ...]) -> tuple[Box, Box] | None:
    """The box cut in two along a dimension; of whole numbers none is in both. None where it cannot be cut."""
    interval = box[place]
    if interval.is_point or not interval.is_bounded:
        return None
    below: End = interval.middle
    above = below
    if dimensions[place].is_whole and not isinstance(below, float):
        below, above = floor(below), floor(below) + 1
    first, second = Interval(interval.low, below), Interval(above, interval.high)
    return (*box[:place], first, *box[place + 1 :]), (*box[:place], second, *box[place + 1 :])


def middle_of(box: Box, dimensions: tuple[Dimension, ...]) -> Box:
    """A point in the middle of a box, of whole numbers where these are wanted; near its end where it has but one."""
    return tuple(point(_middle(part, dimension)) for part, dimension in zip(box, dimensions, strict=True))


def _middle(interval: Interval, dimension: Dimension) -> End:
    if interval.is_bounded:
        return ceil(interval.middle) if dimension.is_whole else interval.middle
    if not isinstance(interval.low, float):
        return interval.low + 1
    return 0 if isinstance(interval.high, float) else interval.high - 1
