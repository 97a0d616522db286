"""What tells the solver when to think of an axiom names everything that the axiom is said of."""

from __future__ import annotations

import pytest

from stdcell import parse
from stdcell.verify import Effort, own_claims
from stdcell.verify.outcome import Proof
from stdcell.verify.positions.prove import by_positions


def test_a_value_that_does_not_depend_on_the_key_is_no_pattern_of_keys(capfd: pytest.CaptureFixture[str]) -> None:
    program = parse("main(xs: seq[int 0..2]) ensures result >= 0 = last(select(xs, xs, <=), xs[length]);")
    *_, promise = own_claims(program.output(), program.spans)
    by_positions(promise, Effort())
    assert "WARNING" not in "".join(capfd.readouterr())


def test_a_value_that_its_axiom_does_not_read_is_held_until_its_pattern_is_made() -> None:
    text = "def last(s: int, x: int) -> int { return x; } main(xs: seq[int]) ensures result == xs = scan(last, xs, 0);"
    program = parse(text)
    *_, promise = own_claims(program.output(), program.spans)
    assert isinstance(by_positions(promise, Effort()), Proof)
