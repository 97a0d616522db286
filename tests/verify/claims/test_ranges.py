"""What the ranges of quantifiers say of a condition, without a solver."""

from __future__ import annotations

from itertools import product

import pytest

from stdcell import parse
from stdcell.dsl.graph import SOp
from stdcell.verify import own_claims
from stdcell.verify.bounded.trial import holds_on
from stdcell.verify.claims.ranges import follows_from_ranges


def condition_of(promise: str) -> SOp:
    program = parse(f"main(xs: seq[int 0..2]) ensures {promise} = xs;")
    (*_, claim) = own_claims(program.functions["main"], program.spans)
    return claim.condition


HOLD = [
    "forall i: i < length and i >= -length",
    "forall i in range(1, length): i - 1 < length and i - 1 >= 0",
    "forall i in range(0, length - 1): i + 1 < length",
    "forall i: forall j in range(i, length): j >= i and j - i < length",
    "forall i: i > 0 implies i - 1 >= 0",
    "forall i: not (i > 0 and i < length - 1) or i + 1 < length",
    "forall i, j: i < j implies i + 1 <= j and i + 1 < length",
    "forall i: length > 0",
    "forall i in range(2, length): length >= 3",
    "indices < length",
    "-indices <= 0",
]
DO_NOT = [
    "length > 0",
    "forall i: i + 1 < length",
    "forall i in range(0, length + 1): i < length",
    "forall i: i >= 0 implies i - 1 >= 0",
    "forall i in range(-2, length): length >= 3",
    "forall i, j: i < j implies i + 2 <= j",
    "forall i: i > 0 or i - 1 >= 0",
    "exists i: i < length",
    "indices + 1 < length",
    "forall i: xs[i] < length",
]


@pytest.mark.parametrize("promise", HOLD)
def test_what_ranges_say_is_known(promise: str) -> None:
    assert follows_from_ranges(condition_of(promise))


@pytest.mark.parametrize("promise", DO_NOT)
def test_what_ranges_do_not_say_is_left_to_others(promise: str) -> None:
    assert not follows_from_ranges(condition_of(promise))


TYPED = [
    ("(x + 5) mod 8 <= 7", True),
    ("(x + 5) mod 8 >= 1", False),
    ("x * x - 9 <= 0", True),
    ("x - y >= -5", True),
    ("x - y >= -4", False),
    ("y >= 0", False),
    ("xs >= -2 * x - 1", True),
    ("max(xs) <= 2", False),
    ("forall i: xs[i] <= 2", False),
    ("forall i: x - i <= 3", True),
    ("x > 1 or x < 2", False),
    ("x == x", False),
]


@pytest.mark.parametrize(("promise", "is_known"), TYPED)
def test_what_is_made_of_inputs_lies_in_the_range_of_its_type(promise: str, is_known: bool) -> None:
    program = parse(f"main(xs: seq[int -1..2], x: int 0..3, y: int ..5) ensures {promise} = xs;")
    (*_, claim) = own_claims(program.functions["main"], program.spans)
    assert follows_from_ranges(claim.condition, program.functions["main"].parameters) is is_known
    assert not follows_from_ranges(claim.condition) or "x" not in promise


BOUNDS = ["0", "1", "length", "length - 1", "i", "-1", "i + 1"]
GUARDS = ["i > 0", "i < length - 1", "j >= i", "not (j < i)", "i == j"]
COMPARED = ["i - 1 >= 0", "j + 1 < length", "j >= i", "i + j >= 0", "j - i < length", "length >= 2"]
DRAWN = list(product(BOUNDS, BOUNDS, GUARDS, COMPARED))


@pytest.mark.parametrize(("start", "stop", "guard", "compared"), DRAWN[::19])
def test_what_ranges_say_holds_of_every_short_input(start: str, stop: str, guard: str, compared: str) -> None:
    text = f"forall i: forall j in range({start}, {stop}): ({guard}) implies {compared}"
    program = parse(f"main(xs: seq[int 0..0]) ensures {text} = xs;")
    (*_, claim) = own_claims(program.functions["main"], program.spans)
    holds = all(holds_on(claim, n, {"main.0": [0] * n}) for n in range(5))
    assert holds or not follows_from_ranges(claim.condition)
