"""Facts of a question: those about inputs, and those that share unknowns with what is asked."""

from __future__ import annotations

import pytest
import z3

from stdcell.dsl.graph import Input
from stdcell.dsl.types import Int, Seq
from stdcell.verify.bounded.relevance import Facts, names_in
from stdcell.verify.encode import encode

XS = Input((), "xs", Seq(Int(0, 7)), "xs")
FIRST, SECOND, THIRD = z3.Ints("width.0 width.1 width.2")
MEAN = z3.Real("mean.0")
ELEMENT = z3.Int("xs[1]")
ABOUT_INPUTS, LINKED, DEFINING, ALONE = ELEMENT >= 0, FIRST < SECOND, z3.ToReal(SECOND) == MEAN, THIRD > ELEMENT


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ([], [ABOUT_INPUTS]),
        ([ELEMENT > 3], [ABOUT_INPUTS]),
        ([FIRST > 0], [ABOUT_INPUTS, LINKED]),
        ([SECOND > ELEMENT], [ABOUT_INPUTS, LINKED]),
        ([MEAN > 0], [ABOUT_INPUTS, LINKED, DEFINING]),
        ([THIRD == 0], [ABOUT_INPUTS, ALONE]),
    ],
)
def test_a_fact_is_kept_where_it_shares_an_unknown(asked: list[z3.BoolRef], kept: list[z3.BoolRef]) -> None:
    facts = Facts(encode([XS], [XS], 2), 2)
    facts.add([ABOUT_INPUTS, LINKED, DEFINING, ALONE, LINKED])
    assert facts.about(asked) == kept


def test_names_are_those_of_constants_each_once() -> None:
    assert sorted(names_in([FIRST + ELEMENT > 3, FIRST == 2])) == ["width.0", "xs[1]"]
