"""Many inputs at once are answered as each by itself."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random

import pytest

from stdcell.verify import Claim, own_claims
from stdcell.verify.bounded.lanes import tried_on
from stdcell.verify.bounded.trial import holds_on
from tests.verify.adversary.claims import draw_claims

ClaimOf = Callable[[str], Claim]

TEXTS = {
    "operators": "main(xs: seq[int -1..2]) ensures result * 2 > xs or xs mod 2 == 0 = xs - 1;",
    "a guard that all inputs pass": "main(xs: seq[int -1..2]) ensures forall i: i == 0 or xs[i - 1] <= xs[i] = xs;",
    "a guard that some pass": "main(xs: seq[int -1..2]) ensures forall i: xs[i] == 0 or 4 / xs[i] > -3 = xs;",
    "a division by some zeros": "main(xs: seq[int -1..2]) ensures length == 0 or result[0] > -3 = 4 / xs;",
    "a position of the input": "main(xs: seq[int -1..2]) ensures forall i: xs[xs[i]] <= 1 = xs;",
    "a range of the input": "main(xs: seq[int -1..2]) ensures forall i in range(0, sum(xs)): i < 2 = xs;",
    "some and none": "main(xs: seq[int -1..2]) ensures exists i: xs[i] == 1 = xs;",
    "an aggregate of nothing": "main(xs: seq[int -1..2]) ensures sorted(result) = max(select(xs, 2, ==), indices);",
    "a mean": "main(xs: seq[int -1..2]) ensures 2 * result != 1 = aggregate(select(indices, indices, <=), xs);",
    "sizes": "main(xs: seq[int -1..2]) ensures distinct(result) = selector_width(select(xs, xs, <));",
    "a table": "t = {-1: 1, 0: 5, 1: 2};\nmain(xs: seq[int -1..2]) ensures result != 5 = t[xs];",
    "a fold": "def add(n: int, x: int) -> int { return n + x; }\n"
    "main(xs: seq[int -1..2]) ensures result < 3 = fold(add, xs, 0);",
    "a type that is not met": "def small(x: int 0..1) -> int { return x; }\n"
    "main(xs: seq[int -1..2]) ensures result < 1 = map(small, xs);",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_inputs_are_answered_as_each_by_itself(claim_of: ClaimOf, text: str, length: int) -> None:
    claim = claim_of(text)
    inputs = [{"main.0": list(values)} for values in product(range(-1, 3), repeat=length)]
    assert list(tried_on(claim, length, inputs)) == [(each, holds_on(claim, length, each)) for each in inputs]


@pytest.mark.parametrize("seed", range(20))
def test_random_claims_are_answered_as_of_each_input_by_itself(seed: int) -> None:
    _, program = draw_claims(Random(f"lanes {seed}"))
    (*_, claim) = own_claims(program.output(), program.spans)
    values = {node.key: [[0, 1], [1, 0], [1, 1]] for node in claim.inputs}
    inputs = [{key: some[place] for key, some in values.items()} for place in range(3)]
    assert list(tried_on(claim, 2, inputs)) == [(each, holds_on(claim, 2, each)) for each in inputs]
