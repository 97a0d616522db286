"""The questions about positions are told alike, whatever was asked before."""

from __future__ import annotations

import pytest
import z3

from stdcell import parse
from stdcell.verify import Effort, own_claims
from stdcell.verify.outcome import Proof
from stdcell.verify.positions.prove import by_positions
from stdcell.verify.terms import unknown

ORDERED = """def add(total: int, x: int) -> int { return total + x; }
main(xs: seq[int 0..2]) ensures sorted(result) = scan(add, xs, 0);"""


def texts() -> list[str]:
    program = parse(ORDERED)
    proof = by_positions(list(own_claims(program.functions["main"], program.spans))[-1], Effort())
    assert isinstance(proof, Proof)
    return [query.text for query in proof.queries]


@pytest.mark.parametrize("n_asked", [1, 95, 1000, 12345])
def test_the_number_of_unknowns_named_before_leaves_no_trace(n_asked: int) -> None:
    alone = texts()
    assert [unknown(z3.IntSort(), "p") for _ in range(n_asked)]
    assert [z3.FreshInt("p") for _ in range(n_asked)]
    assert texts() == alone
