"""A claim that is cut at the calls is put to every strategy: what is called need not be read by it."""

from __future__ import annotations

import pytest

from stdcell import Verdict, parse, verify
from stdcell.verify import Effort

TEXT = """use program "stdcell/sort" (sort);
def add(s: int, x: int) -> int { return s + x; }
def largest(s: int, x: int) -> int { return x if x > s else s; }
def doubled(xs: seq[int]) -> seq[int]
    ensures result mod 2 == 0
    ensures result >= 0
{ return 2 * selector_width(select(xs, xs, <)); }
def ordered(xs: seq[int]) -> seq[int]
    ensures sorted(result)
{ return sort(xs); }
"""


def promise(text: str) -> Verdict:
    return verify(parse(TEXT + text), effort=Effort(up_to=2)).verdicts[-1]


PROVED = {
    "a fold": (
        "result mod 2 == 0",
        "fold(add, doubled(xs), 0)",
        ("doubled ensures result mod 2 == 0 [<program>:5:5]",),
    ),
    "a sum": ("result mod 2 == 0", "sum(doubled(xs))", ("doubled ensures result mod 2 == 0 [<program>:5:5]",)),
    "an order": (
        "length == 0 or result == 0 or result == ordered(xs)[length - 1]",
        "fold(largest, ordered(xs), 0)",
        ("ordered ensures sorted(result) [<program>:9:5]",),
    ),
}


@pytest.mark.parametrize(("claim", "body", "because"), PROVED.values(), ids=PROVED.keys())
def test_a_claim_follows_from_promises_by_a_machine(claim: str, body: str, because: tuple[str, ...]) -> None:
    verdict = promise(f"main(xs: seq[int]) ensures {claim} = {body};")
    assert (verdict.status, verdict.scope, verdict.because) == ("proved", "all lengths", because)


def test_a_wrong_claim_about_what_is_called_is_refuted_by_an_input() -> None:
    verdict = promise("main(xs: seq[int]) ensures result mod 4 == 0 = fold(add, doubled(xs), 0);")
    assert verdict.counterexample is not None
    assert verdict.counterexample.call == "main([0, 1])"


def test_what_no_promise_says_is_not_proved_of_the_call() -> None:
    verdict = promise("main(xs: seq[int]) ensures result <= 2 * length * length = fold(add, doubled(xs), 0);")
    assert verdict.reach == 2
