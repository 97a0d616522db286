"""Where a strategy runs out of what it may spend the answer is unknown and says so: never a proof."""

from __future__ import annotations

import pytest

from stdcell import Report, Verdict, parse, verify
from stdcell.verify import Effort, equivalent

DIGIT = "type Digit = int 0..9;\n"
NONE = Effort(up_to=6, steps=1, states=1, inputs=1, boxes=1)


def verdict_on(report: Report, claim: str) -> Verdict:
    """The last verdict whose claim begins so."""
    return next(verdict for verdict in reversed(report.verdicts) if verdict.claim.startswith(claim))


NEEDS = {
    "promises": (
        "def up(x: Digit) -> int requires x > 0 ensures result > x + 1 { return x + 2; }\n"
        "main(x: Digit) requires x > 2 ensures result > 4 = up(x);",
        "ensures result > 4",
        "promises",
    ),
    "positions": (
        "main(xs: seq[Digit]) ensures sorted(result) = "
        "aggregate(select(selector_width(select(xs, xs, <) or (select(xs, xs, ==) and select(indices, indices, <))), "
        "indices, ==), xs);",
        "ensures sorted(result)",
        "positions",
    ),
    "induction": (
        "def larger(best: int, x: int) -> int { return max(best, x); }\n"
        "main(xs: seq[Digit]) ensures result >= 3 and result * 2 >= 6 = fold(larger, xs, 3);",
        "ensures result >= 3",
        "induction",
    ),
    "unrolling": (
        "main(xs: seq[Digit]) ensures any(xs == 3) implies result > 0 = sum(xs);",
        "ensures any(xs == 3)",
        "unrolling",
    ),
}


@pytest.mark.parametrize(("text", "claim", "rung"), NEEDS.values(), ids=NEEDS.keys())
def test_a_rung_without_steps_answers_unknown_and_is_named(text: str, claim: str, rung: str) -> None:
    verdict = verdict_on(verify(parse(DIGIT + text), effort=NONE), claim)
    assert verdict.status == "unknown"
    assert verdict.reason is not None
    assert rung in {told.split(":")[0] for told in verdict.tried}


@pytest.mark.parametrize(("text", "claim", "rung"), NEEDS.values(), ids=NEEDS.keys())
def test_the_same_claim_is_proved_where_there_are_steps(text: str, claim: str, rung: str) -> None:
    assert verdict_on(verify(parse(DIGIT + text), effort=Effort(up_to=3)), claim).status == "proved"


@pytest.mark.parametrize("steps", [0, 5])
def test_a_share_of_no_steps_is_not_taken_for_all(steps: int) -> None:
    text, claim, rung = NEEDS["induction"]
    verdict = verdict_on(verify(parse(DIGIT + text), effort=Effort(up_to=6, steps=steps, states=1, inputs=1)), claim)
    assert verdict.status == "unknown"
    assert rung in {told.split(":")[0] for told in verdict.tried}


def test_a_false_claim_without_steps_is_not_proved() -> None:
    text = f"{DIGIT}main(xs: seq[Digit]) ensures any(xs == 3) implies result > 9 = sum(xs);"
    assert verdict_on(verify(parse(text), effort=NONE), "ensures").status != "proved"


def test_requirements_that_were_not_tried_are_no_error_and_secure_no_promise() -> None:
    text = f"{DIGIT}main(x: Digit) requires x > 3 and x < 2 ensures result == 99 = x;"
    found = {verdict.status for verdict in verify(parse(text), effort=NONE).verdicts}
    assert found == {"unknown"}


def test_programs_that_were_not_compared_are_not_equivalent() -> None:
    sort = "aggregate(select(selector_width(select(xs, xs, <) or (select(xs, xs, ==) and select(indices, indices, <))), indices, ==), xs)"  # noqa: E501
    one, other = (parse(f"{DIGIT}main(xs: seq[Digit]) = {body};") for body in (sort, sort.replace("xs, <", "xs, >")))
    report = equivalent(one, other, effort=NONE)
    assert verdict_on(report, "the first").status != "proved"
