"""Which parts of what was given are named: those without which the rest does not suffice."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stdcell.verify.composition.cores import least

NEEDED = {
    "none": ("abc", "", ""),
    "one of one": ("a", "a", "a"),
    "one of five": ("abcde", "d", "d"),
    "two apart": ("abcdefgh", "bg", "bg"),
    "all": ("abc", "abc", "abc"),
}


@pytest.mark.parametrize(("parts", "needed", "left"), NEEDED.values(), ids=NEEDED.keys())
def test_what_is_not_needed_is_left_out(parts: str, needed: str, left: str) -> None:
    def suffices(some: Sequence[str]) -> str | None:
        return "".join(some) if set(needed) <= set(some) else None

    kept, found = least(parts, suffices, parts)
    assert ("".join(kept), found) == (left, left)


def test_of_two_parts_that_each_suffice_the_later_one_stays() -> None:
    kept, _ = least("ab", lambda some: "yes" if some else None, "yes")
    assert kept == ["b"]
