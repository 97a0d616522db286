"""What called functions promise is counted on where it may be, and nowhere else."""

from __future__ import annotations

import pytest

from stdcell import Report, Verdict, parse, verify
from stdcell.verify import Effort

DIGIT = "type Digit = int 0..9;\n"
BY_PROMISES, BY_REQUIREMENTS = "promises of called functions", "the function's own requirements"


def verdict_on(report: Report, claim: str) -> Verdict:
    """The verdict whose claim begins so."""
    return next(verdict for verdict in reversed(report.verdicts) if verdict.claim.startswith(claim))


NEXT = """
def next(xs: seq[int]) -> seq[int]
    requires sorted(xs)
    ensures sorted(result)
    ensures result >= 0
{ return max(xs + 1, 0); }
main(xs: seq[Digit]) requires sorted(xs) ensures sorted(result) = next(next(next(xs)));
"""


def test_a_chain_of_calls_is_proved_from_what_stands_next_to_it() -> None:
    report = verify(parse(DIGIT + NEXT))
    asked = [verdict.method for verdict in report.verdicts if verdict.claim == "next requires sorted(xs)"]
    assert report.is_proved
    assert asked == [BY_REQUIREMENTS, BY_PROMISES, BY_PROMISES]
    assert verdict_on(report, "ensures sorted(result)").method == BY_PROMISES


def test_a_question_about_a_call_does_not_grow_with_the_chain() -> None:
    long = NEXT.replace("next(next(next(xs)))", "next(" * 40 + "xs" + ")" * 40)
    short, far = (verdict_on(verify(parse(DIGIT + text)), "ensures sorted(result)") for text in (NEXT, long))
    assert short.proof is not None
    assert far.proof is not None
    assert [len(query.text) for query in far.proof.queries] == [len(query.text) for query in short.proof.queries]


WEAKENED = {
    "promise swapped": ("ensures sorted(result)\n", "ensures distinct(result)\n"),
    "promise dropped": ("ensures sorted(result)\n", "\n"),
    "promise broken": ("max(xs + 1, 0)", "length - xs"),
    "requirement of the caller dropped": ("requires sorted(xs) ensures sorted(result) =", "ensures sorted(result) ="),
}


@pytest.mark.parametrize(("old", "new"), WEAKENED.values(), ids=WEAKENED.keys())
def test_a_contract_that_is_weakened_proves_no_more_by_promises(old: str, new: str) -> None:
    report = verify(parse(DIGIT + NEXT.replace(old, new)), effort=Effort(up_to=3))
    assert verdict_on(report, "ensures sorted(result)").method != BY_PROMISES or not report.is_proved


def test_the_promise_of_a_broken_function_is_not_counted_on() -> None:
    text = f"""{DIGIT}
    def low(x: Digit) -> Digit ensures result < 3 {{ return x; }}
    main(x: Digit) ensures result < 5 = low(x);
    """
    report = verify(parse(text))
    assert verdict_on(report, "ensures result < 5").status == "refuted"


def test_the_promise_of_a_call_whose_requirement_is_unmet_is_not_counted_on() -> None:
    text = f"""{DIGIT}
    def low(x: Digit) -> Digit requires x < 3 ensures result < 3 {{ return x; }}
    main(x: Digit) ensures result < 5 = low(x);
    """
    report = verify(parse(text))
    found = [verdict_on(report, claim).status for claim in ("low requires", "ensures result < 5")]
    assert found == ["refuted", "refuted"]


def test_a_promise_about_an_argument_without_a_value_is_not_counted_on() -> None:
    text = f"""{DIGIT}
    def first(x: Digit, y: real) -> Digit requires y > 0 ensures result < 3 {{ return x; }}
    main(x: Digit) ensures result < 5 = first(x, 1 / (length - length));
    """
    assert verdict_on(verify(parse(text)), "ensures result < 5").status != "proved"


def test_a_promise_reaches_as_far_as_it_was_proved() -> None:
    text = """
    def reverse(xs: seq[int 0..2]) -> seq[int 0..2] ensures sum(xs * result) <= sum(xs * xs) {
        return aggregate(select(indices, length - indices - 1, ==), xs);
    }
    main(xs: seq[int 0..2]) ensures sum(xs * result) <= sum(xs * xs) = reverse(xs);
    """
    report = verify(parse(text), effort=Effort(up_to=3))
    assert [verdict.scope for verdict in report.verdicts if verdict.kind == "ensures"] == ["n <= 3", "n <= 3"]


def test_what_a_called_function_owes_inside_is_its_own_claim() -> None:
    text = f"""{DIGIT}
    def share(x: int 1..9) -> real {{ return 6 / (x - 1); }}
    main(x: int 2..9) = share(x);
    """
    found = [verdict.status for verdict in verify(parse(text)).verdicts if verdict.kind == "defined"]
    assert found == ["refuted"]


def test_what_stands_in_the_argument_of_a_call_is_owed_by_the_caller() -> None:
    text = f"""{DIGIT}
    def same(x: real) -> real {{ return x; }}
    def more(x: real) -> real {{ return x + 1; }}
    main(xs: seq[Digit]) = more(same(xs[0]));
    """
    found = [(verdict.claim, verdict.status) for verdict in verify(parse(text)).verdicts if verdict.kind == "defined"]
    assert found == [("the position is in the sequence", "refuted")]


MAP = """
def half(x: Digit) -> int requires x > 0 ensures result < x { return min(x - 1, 3); }
main(xs: seq[Digit]) requires xs > 0 ensures result < xs = map(half, xs);
"""


def test_a_function_of_elements_is_owed_its_requirement_at_every_position() -> None:
    report = verify(parse(DIGIT + MAP))
    assert report.is_proved
    assert verdict_on(report, "ensures result < xs").method == BY_PROMISES


def test_an_element_that_does_not_meet_a_requirement_refutes_it() -> None:
    verdict = verdict_on(verify(parse(DIGIT + MAP.replace("requires xs > 0", ""))), "half requires x > 0")
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == [0]


GENERIC = """
def low[T: int 0..5](xs: seq[T]) -> seq[T] ensures result <= 5 { return xs; }
main(xs: seq[int 0..BOUND]) ensures result <= 5 = low(xs);
"""


@pytest.mark.parametrize(("bound", "status"), [("5", "proved"), ("9", "refuted")])
def test_a_generic_function_is_held_to_its_bound_where_it_is_called(bound: str, status: str) -> None:
    verdict = verdict_on(verify(parse(GENERIC.replace("BOUND", bound))), "ensures result <= 5")
    assert verdict.status == status


def test_a_program_nested_very_deeply_is_unknown_and_does_not_fail() -> None:
    deep = "xs" + " + 1" * 900
    text = f"{DIGIT}main(xs: seq[Digit]) ensures any(result == 3) implies sum(result) > 900 = {deep};"
    verdict = verdict_on(verify(parse(text), effort=Effort(up_to=1)), "ensures")
    assert verdict.status in ("unknown", "proved")
