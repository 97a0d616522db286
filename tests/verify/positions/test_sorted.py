"""Sorted sequences of which one is a rearrangement of the other are equal; others need not be."""

from __future__ import annotations

import pytest

from stdcell import parse, verify

SORT = 'use program "stdcell/sort" (sort);\n'
EQUAL = {
    "sorted twice": "main(xs: seq[int 0..9]) ensures result == sort(xs) = sort(sort(xs));",
    "what is sorted": "main(xs: seq[int]) requires sorted(xs) ensures result == xs = sort(xs);",
    "what the promise assumes is sorted": "main(xs: seq[int]) ensures sorted(xs) implies result == xs = sort(xs);",
    "another that is sorted": "main(xs: seq[real], ys: seq[real]) requires sorted(ys) requires permutation(xs, ys) "
    "ensures result == ys = sort(xs);",
    "sorted after it was turned round": "main(xs: seq[int]) ensures result == sort(xs) = "
    "sort(aggregate(select(indices, length - 1 - indices, ==), xs));",
}
DIFFERENT = {
    "what is not sorted": "main(xs: seq[int]) ensures result == xs = sort(xs);",
    "what the promise assumes is sorted the other way": "main(xs: seq[int]) "
    "ensures sorted(-xs) implies result == xs = sort(xs);",
    "no rearrangement": "main(xs: seq[int], ys: seq[int]) requires sorted(ys) ensures result == ys = sort(xs);",
    "of what is added to": "main(xs: seq[int]) ensures result == sort(xs) = sort(xs + 1);",
}


@pytest.mark.parametrize("text", EQUAL.values(), ids=EQUAL.keys())
def test_sorted_rearrangements_are_equal(text: str) -> None:
    verdict = verify(parse(SORT + text)).verdicts[-1]
    assert (verdict.kind, verdict.status, verdict.scope) == ("ensures", "proved", "all lengths")


@pytest.mark.parametrize("text", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_others_are_not(text: str) -> None:
    assert verify(parse(SORT + text)).verdicts[-1].status == "refuted"


@pytest.mark.parametrize(
    ("promise", "status"),
    [("all(result) implies permutation(xs, ys)", "proved"), ("permutation(xs, ys) implies all(result)", "refuted")],
)
def test_equal_sequences_are_rearrangements_and_not_the_other_way(promise: str, status: str) -> None:
    text = f"main(xs: seq[int], ys: seq[int]) -> seq[bool] ensures {promise} = xs == ys;"
    verdict = verify(parse(text)).verdicts[-1]
    assert (verdict.status, verdict.scope) == (status, "all lengths" if status == "proved" else "one input")
