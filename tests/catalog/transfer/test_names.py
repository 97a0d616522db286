"""How histories of names meet."""

from __future__ import annotations

import pytest

from stdcell.catalog.transfer.names import moves_of
from stdcell.errors import CatalogError


@pytest.mark.parametrize(
    ("source", "target", "moves"),
    [
        ("ab", "", "ab"),
        ("aba", "a", "ba"),
        ("ab", "ab", ""),
        ("ab", "abc", ""),
    ],
)
def test_a_history_goes_on_where_the_other_ended(source: str, target: str, moves: str) -> None:
    assert moves_of({"n": source}, {"n": target}, move_names=False) == [("n", id) for id in moves]


@pytest.mark.parametrize(("source", "target", "moves"), [("ab", "ac", "b"), ("ab", "xb", ""), ("ab", "xyz", "b")])
def test_a_history_that_differs_gains_the_newest_only(source: str, target: str, moves: str) -> None:
    assert moves_of({"n": source}, {"n": target}, move_names=True) == [("n", id) for id in moves]


def test_every_name_that_differs_is_told() -> None:
    with pytest.raises(CatalogError, match=r"^n@2 is b… in the source and c… in the target; m@1 is x… in the source"):
        moves_of({"n": "ab", "m": "x", "o": "a"}, {"n": "ac", "m": "y", "o": "a"}, move_names=False)
