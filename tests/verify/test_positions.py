"""Promises about positions, tables, running folds and selections: proved for all lengths, up to one, or refuted."""

from __future__ import annotations

import pytest

from stdcell import Report, Verdict, interpret, parse, verify
from stdcell.verify import Effort

HEAD = """
type Digit = int 0..9;
def add(total: int, x: int) -> int { return total + x; }
def larger(best: int, x: int) -> int { return max(best, x); }
def flip(bit: int 0..1, x: int) -> int 0..1 { return (bit + x) mod 2; }
def dot(total: int, x: int, y: int) -> int { return total + x * y; }
"""


def verdict_on(report: Report, promise: str) -> Verdict:
    """The verdict on one promise."""
    return next(verdict for verdict in report.verdicts if verdict.claim == f"ensures {promise}")


REVERSED = "aggregate(select(indices, length - indices - 1, ==), xs)"
HISTOGRAM = "selector_width(select(xs, xs, ==))"
BEFORE = "select(xs, xs, <) or (select(xs, xs, ==) and select(indices, indices, <))"
SORTED = f"aggregate(select(selector_width({BEFORE}), indices, ==), xs)"
PROVED = {
    "pairs of a sorted sequence": (
        "forall i, j: i < j implies result[i] <= result[j]",
        "requires forall i in range(length - 1): xs[i] <= xs[i + 1]",
        "xs",
    ),
    "neighbours of a sorted sequence": (
        "forall i in range(1, length): result[i - 1] <= result[i]",
        "requires sorted(xs)",
        "xs",
    ),
    "a largest element is one": ("exists i in range(length): xs[i] == result", "requires length > 0", "max(xs)"),
    "any": ("result == any(xs > 3)", "", "exists i: xs[i] > 3"),
    "no counterexample": ("result == (not any(xs > 3))", "", "forall i: xs[i] <= 3"),
    "negative position": ("result == xs[length - 1]", "requires length > 0", "xs[-1]"),
    "reversed twice": ("forall i: result[i] == xs[length - 1 - i]", "", "xs[length - indices - 1]"),
    "range from the input": (
        "result == (xs[0] > 0)",
        "requires length > 0",
        "exists i in range(xs[0]): True",
    ),
    "table": ("result >= 3", "", "{0: 3, 1: 4, 2: 5}[xs mod 3]"),
    "rotation by a table": ("result != xs", "requires xs <= 2", "{0: 1, 1: 2, 2: 0}[min(xs, 2)]"),
    "bounds of a running sum": ("result <= 9 * (indices + 1)", "", "scan(add, xs, 0)"),
    "order of a running sum": ("sorted(result)", "", "scan(add, xs, 0)"),
    "running sum of a prefix": ("result == sum(select(indices, indices, <=), xs)", "", "scan(add, xs, 0)"),
    "running extreme of a prefix": ("result == max(select(indices, indices, <=), xs)", "", "scan(larger, xs, 0)"),
    "a scan's last state": ("result[length - 1] == fold(flip, xs, 0)", "requires length > 0", "scan(flip, xs, 0)"),
    "a scan's last parity": ("result[-1] == sum(xs) mod 2", "requires length > 0", "scan(flip, xs, 0)"),
    "a scan's recurrence": (
        "forall i in range(1, length): result[i] == (result[i - 1] + xs[i]) mod 2",
        "",
        "scan(flip, xs, 0)",
    ),
    "several sequences": ("result == sum(xs * indices)", "", "fold(dot, zip(xs, indices), 0)"),
    "smallest of all": ("result == min(xs)", "requires length > 0", "min(select(1, 1, ==), xs)"),
    "first of all": ("forall i: result[i] == xs[0]", "", "first(select(1, 1, ==), xs)"),
    "last of a prefix": ("result == xs", "", "last(select(indices, indices, <=), xs)"),
    "nearest before": (
        "forall i in range(1, length): result[i] == xs[i - 1]",
        "",
        "nearest(select(indices, indices, <), xs, 0)",
    ),
    "sum of a range": ("result <= 9 * length", "", "sum(select(xs, xs, ==), xs)"),
    "sum of nothing": ("result == 0", "", "sum(select(indices, indices, !=) and select(indices, indices, ==), xs)"),
    "any before": (
        "result == any(select(indices, indices, <), xs > 3)",
        "",
        "not all(select(indices, indices, <), xs <= 3)",
    ),
    "count of a bound position": ("exists i: result >= count(xs <= xs[i], True)", "requires length > 0", "length"),
    "counts of equal elements": ("forall i, j: xs[i] == xs[j] implies result[i] == count(xs, xs[j])", "", HISTOGRAM),
    "parity of all counts": ("sum(result) mod 2 == length mod 2", "", HISTOGRAM),
    "two that fill the sequence": ("forall i, j: xs[i] == xs[j] or result[i] + result[j] <= length", "", HISTOGRAM),
    "prefix count": (
        "forall i: i > 0 implies result[i] == result[i - 1] + indicator(xs[i] > 3)",
        "",
        "selector_width(select(xs, 3, >) and select(indices, indices, <=))",
    ),
    "counts of what is moved": ("count(result, 3) == count(xs, 3)", "", REVERSED),
    "sums of what is moved": ("sum(2 * result + 1) == sum(2 * xs + 1)", "", REVERSED),
    "share": (
        "forall i: result[i] == count(xs > 3, True) / length",
        "",
        "aggregate(select(1, 1, ==), indicator(xs > 3))",
    ),
    "sum of a bound position": ("forall i: sum(xs * xs[i]) >= sum(xs * 0)", "", "xs"),
    "sorted by rank": ("forall i: result[count(xs < xs[i], True)] <= xs[i]", "", SORTED),
    "sort and sort by counts": (
        "result == min(select(selector_width(select(xs, xs, <=)), indices, >), xs)",
        "",
        SORTED,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("promise", "requires", "body"), PROVED.values(), ids=PROVED.keys())
def test_a_promise_about_positions_is_proved_for_all_lengths(promise: str, requires: str, body: str) -> None:
    report = verify(parse(f"{HEAD}main(xs: seq[Digit]) {requires} ensures {promise} = {body};"))
    assert (verdict_on(report, promise).status, verdict_on(report, promise).scope) == ("proved", "all lengths")
    assert report.is_proved


def test_a_promise_that_no_lemma_reaches_is_proved_up_to_a_length() -> None:
    body = "aggregate(select(indices, length - indices - 1, ==), xs)"
    program = parse(f"main(xs: seq[int 0..2]) ensures sum(xs * result) <= sum(xs * xs) = {body};")
    report = verify(program, effort=Effort(up_to=3))
    assert (
        verdict_on(report, "sum(xs * result) <= sum(xs * xs)").status,
        verdict_on(report, "sum(xs * result) <= sum(xs * xs)").scope,
    ) == ("proved", "n <= 3")


REFUTED = {
    "unsorted neighbours": ("forall i in range(length - 1): result[i] <= result[i + 1]", "xs", [1, 0], [1, 0]),
    "an element that is not there": ("exists i: xs[i] == result", "length - 1", [], -1),
    "ties to the left": (
        "forall i in range(1, length - 1): result[i] == xs[i + 1]",
        "nearest(select(indices, indices, !=), xs, 0)",
        [0, 0, 1],
        [0, 0, 0],
    ),
    "first is not last": (
        "result == first(select(1, 1, ==), xs)",
        "last(select(1, 1, ==), xs)",
        [0, 1],
        [1, 1],
    ),
    "a table that moves": ("result == xs", "{0: 0, 1: 2, 2: 1}[xs mod 3]", [1], [2]),
    "a running sum is not its step": ("result == xs", "scan(add, xs, 0)", [1, 0], [1, 1]),
    "any is not all": (
        "result == all(select(indices, indices, <=), xs > 0)",
        "any(select(indices, indices, <=), xs > 0)",
        [0, 1],
        [False, True],
    ),
}


@pytest.mark.parametrize(("promise", "body", "breaking", "answer"), REFUTED.values(), ids=REFUTED.keys())
def test_a_false_promise_about_positions_is_refuted(
    promise: str, body: str, breaking: list[int], answer: object
) -> None:
    program = parse(f"{HEAD}main(xs: seq[Digit]) ensures {promise} = {body};")
    verdict = verdict_on(verify(program), promise)
    assert verdict.counterexample is not None
    assert (verdict.counterexample.inputs, verdict.counterexample.answer) == (breaking, answer)
    assert interpret(program, [breaking]) == [answer]


def test_the_neighbours_of_a_library_sort_are_in_order_for_all_lengths() -> None:
    promise = "forall i in range(length - 1): result[i] <= result[i + 1]"
    report = verify(parse(f'use program "stdcell/sort" (sort); main(xs: seq[int 0..9]) ensures {promise} = sort(xs);'))
    assert verdict_on(report, promise).scope == "all lengths"
    assert report.is_proved


def test_a_sort_without_ties_permutes_wherever_it_answers() -> None:
    body = "aggregate(select(selector_width(select(xs, xs, <)), indices, ==), xs)"
    report = verify(parse(f"{HEAD}main(xs: seq[Digit]) ensures permutation(result, xs) = {body};"))
    found = [(verdict.kind, verdict.status) for verdict in report.verdicts if verdict.kind != "wire"]
    assert found == [("defined", "refuted"), ("ensures", "proved")]


def test_a_range_that_depends_on_values_is_unrolled_as_far_as_its_type_goes() -> None:
    promise = "exists i in range(xs[0] + 1): i + result == 3"
    program = parse(f"{HEAD}main(xs: seq[Digit]) requires length > 0 ensures {promise} = xs[0];")
    verdict = verdict_on(verify(program), promise)
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == [0]


def test_a_range_that_depends_on_values_of_any_size_is_refuted_by_a_short_input() -> None:
    promise = "exists i in range(xs[0] + 1): i + result == 3"
    program = parse(f"{HEAD}main(xs: seq[int]) requires length > 0 ensures {promise} = xs[0];")
    verdict = verdict_on(verify(program), promise)
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == [0]


def test_tokens_that_are_joined_are_one_of_few() -> None:
    text = 'main(xs: seq[token {"a", "b"}]) ensures result != "b" ensures result == "ab" = xs + "b";'
    first, second = verify(parse(text)).verdicts
    assert (first.status, first.scope, first.method) == ("proved", "n <= 6", "unrolling")
    assert second.counterexample is not None
    assert second.counterexample.inputs == ["b"]


def test_what_depends_on_a_place_is_no_image_of_what_is_moved() -> None:
    promise = "count(result == result[-1], True) == count(xs == xs[-1], True)"
    verdict = verdict_on(
        verify(parse(f"{HEAD}main(xs: seq[Digit]) requires length > 0 ensures {promise} = {REVERSED};")), promise
    )
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == [0, 0, 1]


ASSUMED = {
    "a rearrangement of one": ("permutation(xs, ys) and permutation(ys, zs) implies permutation(xs, zs)", "xs"),
    "its total": ("permutation(xs, ys) and permutation(ys, zs) implies sum(xs) == sum(zs)", "xs"),
    "ranks without ties": ("distinct(xs) implies permutation(result, indices)", "selector_width(select(xs, xs, <))"),
    "neighbours that change places": (
        "length mod 2 == 0 implies permutation(result, xs)",
        "aggregate(select(indices, indices + 1 - 2 * (indices mod 2), ==), xs, 0)",
    ),
}


@pytest.mark.parametrize(("promise", "body"), ASSUMED.values(), ids=ASSUMED.keys())
def test_what_a_promise_assumes_serves_the_lemmas(promise: str, body: str) -> None:
    text = f"main(xs: seq[int], ys: seq[int], zs: seq[int]) ensures {promise} = {body};"
    assert verify(parse(text)).is_proved_for_all_lengths
