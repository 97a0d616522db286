"""Traces that prove themselves: each step lists the verdicts about it, and what they do not reach is marked."""

from __future__ import annotations

import pytest

from stdcell import Report, parse, verify
from stdcell.app.backends import traced_run
from stdcell.runtime.tracing import Step, Trace
from stdcell.verify import Effort, with_cover

PROGRAM = """use program "stdcell/sort" (sort);
def add(total: int, x: int 0..9) -> int { return total + x; }
main(xs: seq[int 0..9])
    ensures result >= 0
    = fold(add, sort(xs), 0) / length;
"""
REVERSED = """main(xs: seq[int 0..2])
    ensures sum(xs * result) <= sum(xs * xs)
    = aggregate(select(indices, length - indices - 1, ==), xs);
"""


def covered(text: str, given: list[int], report: Report | None = None) -> Trace:
    program = parse(text)
    trace = traced_run(program, given, None, None)
    return with_cover(trace, program, (report or verify(program)).verdicts)


def step_of(trace: Trace, text: str) -> Step:
    """The step that is written so."""
    return next(step for step in trace.told if step.text.startswith(text))


def listed(step: Step) -> list[tuple[str, str, bool]]:
    return [(cover.kind, str(cover), cover.holds_here) for cover in step.cover or ()]


def test_what_a_called_function_promises_covers_the_step_that_is_its_result() -> None:
    promises = [found for found in listed(step_of(covered(PROGRAM, [3, 1]), "aggregate")) if found[0] == "ensures"]
    assert promises == [
        ("ensures", "proved, all lengths: ensures sorted(result)", True),
        ("ensures", "proved, all lengths: ensures permutation(result, keys)", True),
    ]


def test_what_is_refuted_is_no_cover() -> None:
    gaps = step_of(covered(PROGRAM, [3, 1]), "fold(add, sort(xs), 0) / length").gaps
    assert ("defined", "the divisor is not zero", "refuted") in {(gap.kind, gap.claim, gap.status) for gap in gaps}


def test_what_owes_nothing_is_computed_by_definition() -> None:
    assert step_of(covered(PROGRAM, [3, 1]), "selector_width").cover == ()


def test_a_wire_within_a_fold_covers_the_fold() -> None:
    fold = [str(cover) for cover in step_of(covered(PROGRAM, [3, 1]), "fold(add, sort(xs), 0)").cover or ()]
    assert "proved, all lengths: add: state after a step is int" in fold


@pytest.mark.parametrize(("given", "holds"), [([1, 2], True), ([1, 2, 1], False)])
def test_a_bounded_proof_covers_inputs_up_to_its_bound_only(given: list[int], holds: bool) -> None:
    report = verify(parse(REVERSED), effort=Effort(up_to=2))
    promise = [cover for cover in covered(REVERSED, given, report).steps[-1].cover or () if cover.kind == "ensures"]
    assert [(cover.scope, cover.holds_here) for cover in promise] == [("n <= 2", holds)]


def test_a_claim_without_a_verdict_is_listed_as_not_asked() -> None:
    step = covered(REVERSED, [1], Report("", ())).steps[-1]
    assert ("ensures", "not asked: ensures sum(xs * result) <= sum(xs * xs)", False) in listed(step)


def test_a_trace_that_nobody_asked_about_has_no_cover() -> None:
    assert {step.cover for step in traced_run(parse(REVERSED), [1], None, None).steps} == {None}
