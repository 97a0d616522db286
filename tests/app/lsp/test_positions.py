"""Places in a text, as editors count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position

from stdcell.app.lsp.positions import Positions

TEXT = "é😀\tb\r\nsecond\u2028still\rthird"


@pytest.mark.parametrize(
    ("encoding", "offset", "line", "character"),
    [
        ("utf-16", 3, 0, 4),
        ("utf-8", 3, 0, 7),
        ("utf-32", 3, 0, 3),
        ("utf-16", 6, 1, 0),
        ("utf-16", 13, 1, 7),
        ("utf-16", 19, 2, 0),
        ("utf-16", 24, 2, 5),
    ],
)
def test_a_character_has_a_line_and_units_before_it(encoding: str, offset: int, line: int, character: int) -> None:
    positions = Positions(TEXT, encoding)
    assert positions.position(offset) == Position(line, character)
    assert positions.offset(Position(line, character)) == offset


@pytest.mark.parametrize(("line", "character", "offset"), [(0, 2, 1), (0, 99, 4), (1, 99, 18), (2, 99, 24), (9, 0, 24)])
def test_a_place_that_is_not_there_is_the_nearest_one(line: int, character: int, offset: int) -> None:
    assert Positions(TEXT).offset(Position(line, character)) == offset


@given(text=st.text(alphabet="a😀é\t\n\u2028"), encoding=st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_every_place_is_found_again(text: str, encoding: str) -> None:
    positions = Positions(text, encoding)
    offsets = range(len(text) + 1)
    assert [positions.offset(positions.position(offset)) for offset in offsets] == list(offsets)
