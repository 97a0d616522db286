"""The requirements of a step are asked of every state that a fold passes through, and kept by its promises."""

from __future__ import annotations

import pytest

from stdcell import Report, Verdict, parse, verify


def verdict_on(report: Report, claim: str) -> Verdict:
    """The last verdict whose claim begins so: that of the caller."""
    return next(verdict for verdict in reversed(report.verdicts) if verdict.claim.startswith(claim))


STEP = """
def add(total: int, x: int 0..9) -> int requires total >= 0 ensures result >= 0 { return total + x; }
main(xs: seq[int 0..9]) ensures result >= 0 = fold(add, xs, 0);
"""


def test_a_requirement_that_the_step_keeps_is_proved_for_all_lengths() -> None:
    verdict = verdict_on(verify(parse(STEP)), "add requires total >= 0")
    assert (verdict.status, verdict.scope, verdict.method) == ("proved", "all lengths", "kept by every step")


@pytest.mark.parametrize("fold", ["fold(add, xs, 0)", "scan(add, xs, 0)"])
def test_what_every_step_promises_holds_of_the_fold(fold: str) -> None:
    verdict = verdict_on(verify(parse(STEP.replace("fold(add, xs, 0)", fold))), "ensures result >= 0")
    assert (verdict.status, verdict.method) == ("proved", "promises of called functions")


BROKEN = {
    "start outside": ("fold(add, xs, 0)", "fold(add, xs, -1)", [0]),
    "step that leaves it": ("return total + x", "return total - x", [1, 0]),
    "requirement of the elements": ("requires total >= 0", "requires x > 0", [0]),
}


@pytest.mark.parametrize(("old", "new", "breaking"), BROKEN.values(), ids=BROKEN.keys())
def test_a_requirement_that_some_state_breaks_is_refuted_by_an_input(old: str, new: str, breaking: list[int]) -> None:
    verdict = verdict_on(verify(parse(STEP.replace(old, new))), "add requires")
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == breaking


def test_a_fold_that_starts_outside_of_the_promise_does_not_keep_it() -> None:
    text = STEP.replace("requires total >= 0", "").replace("return total + x", "return x").replace("xs, 0)", "xs, -1)")
    verdict = verdict_on(verify(parse(text)), "ensures result >= 0")
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == []


def test_elements_that_meet_a_requirement_by_the_callers_own_are_proved() -> None:
    text = STEP.replace("requires total >= 0", "requires x > 0").replace(
        "main(xs: seq[int 0..9])", "main(xs: seq[int 0..9]) requires forall i: xs[i] > 0"
    )
    verdict = verdict_on(verify(parse(text)), "add requires x > 0")
    assert (verdict.status, verdict.scope) == ("proved", "all lengths")


def test_a_requirement_that_only_the_later_steps_break_is_refuted() -> None:
    text = STEP.replace("requires total >= 0", "requires total <= 20")
    verdict = verdict_on(verify(parse(text)), "add requires total <= 20")
    assert verdict.status != "proved"
