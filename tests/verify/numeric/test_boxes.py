"""The tree of boxes is a certificate: it is cut once more and asked, and what is not whole proves nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stdcell import parse
from stdcell.dsl.types import Int, Real
from stdcell.verify import Claim, Effort
from stdcell.verify.claims.claim import own_claims
from stdcell.verify.numeric.boxes import Dimension, halves
from stdcell.verify.numeric.interval import Interval
from stdcell.verify.numeric.prove import by_boxes, certifies
from stdcell.verify.outcome import Boxes, NoAnswer, Proof

TRUE = "main(x: real 0..1, y: real 0..1) ensures result >= -1/10 = x*x - 2*x*y*y + y;"


def claim_of(text: str) -> Claim:
    """The last claim of a program's entry point."""
    program = parse(text)
    return list(own_claims(program.functions["main"], program.spans))[-1]


def boxes_of(text: str) -> Boxes:
    """The boxes of the proof of that claim."""
    proof = by_boxes(claim_of(text), Effort())
    assert isinstance(proof, Proof) and proof.boxes is not None
    return proof.boxes


def test_the_boxes_of_a_proof_certify_it() -> None:
    assert certifies(boxes_of(TRUE), claim_of(TRUE))


def test_the_same_claim_has_the_same_boxes_on_every_run() -> None:
    assert boxes_of(TRUE).digest == boxes_of(TRUE).digest
    assert boxes_of(TRUE).count == boxes_of(TRUE).tree.count(".")


SPOILT = {
    "no box": (),
    "a box too few": ("0", "."),
    "a box too many": (".", "."),
    "no such dimension": ("2", ".", "."),
    "no number": ("x", ".", "."),
    "uncut": (".",),
}


@pytest.mark.parametrize("tree", SPOILT.values(), ids=SPOILT.keys())
def test_a_spoilt_tree_certifies_nothing(tree: tuple[str, ...]) -> None:
    assert not certifies(replace(boxes_of(TRUE), tree=tree), claim_of(TRUE))


def test_boxes_certify_no_other_claim() -> None:
    other = TRUE.replace("-1/10", "0")
    assert not certifies(boxes_of(TRUE), claim_of(other))
    assert not certifies(replace(boxes_of(TRUE), domain="x in 0..1, y in 0..0.5"), claim_of(TRUE))


def test_no_whole_number_is_lost_or_doubled_by_a_cut() -> None:
    dimensions = (Dimension("n", "n", Int(0, 4)),)
    assert halves((Interval(0, 4),), 0, dimensions) == ((Interval(0, 2),), (Interval(3, 4),))
    assert halves((Interval(-1, 0),), 0, dimensions) == ((Interval(-1, -1),), (Interval(0, 0),))
    assert halves((Interval(3, 3),), 0, dimensions) is None


def test_both_halves_of_a_real_interval_hold_its_middle() -> None:
    dimensions = (Dimension("x", "x", Real(0, 1)),)
    parts = halves((Interval(0, 3),), 0, dimensions)
    assert parts is not None
    assert (parts[0][0].high, parts[1][0].low) == (3 / 2, 3 / 2)


def test_at_the_limit_the_smallest_open_box_is_told() -> None:
    outcome = by_boxes(claim_of(TRUE.replace("-1/10", "-1/50")), Effort(boxes=3))
    assert outcome == NoAnswer("open after 3 boxes, the smallest where x in 0.5..1, y in 0.5..1")
