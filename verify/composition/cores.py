"""Why something follows, or cannot be: as few of the parts that were given as still suffice.

Parts are left out, many at once and then one by one, as long as those that stay suffice. So none of the parts that are
left can be left out by itself, as far as was found out within the limits of whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["least"]

Part = TypeVar("Part")
Found = TypeVar("Found")


def least(
    parts: Sequence[Part], suffices: Callable[[Sequence[Part]], Found | None], found: Found
) -> tuple[Sequence[Part], Found]:
    """As few parts as still suffice, those that stand first left out first.

    Args:
        parts: what sufficed.
        suffices: what some of the parts lead to; None where they do not suffice.
        found: what all of them led to.

    Returns:
        The parts that are left, in their order, and what they lead to.
    """
    kept, size = list(parts), max(1, len(parts) // 2)
    while size and kept:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + size :]
            again = suffices(fewer)
            if again is None:
                start += size
            else:
                kept, found = fewer, again
        size //= 2
    return kept, found
