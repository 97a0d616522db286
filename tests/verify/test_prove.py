"""What the ladder answers: proofs for all lengths, refutations that replay, and plain unknowns."""

from __future__ import annotations

import pytest

from stdcell import Report, Verdict, interpret, parse, verify
from stdcell.dsl import Scope
from stdcell.verify import Effort

DIGIT = "type Digit = int 0..9;\n"


def verdict_on(report: Report, claim: str) -> Verdict:
    """The verdict whose claim begins so."""
    return next(verdict for verdict in report.verdicts if verdict.claim.startswith(claim))


HOLDS = {
    "reverse": ("permutation(result, xs)", "aggregate(select(indices, length - indices - 1, ==), xs)"),
    "reverse of keys": ("permutation(result, xs)", "aggregate(select(length - indices - 1, indices, ==), xs)"),
    "identity": ("result == xs", "aggregate(select(indices, indices, ==), xs)"),
    "shift": ("result <= 9", "aggregate(select(indices, indices - 1, ==), xs, 0)"),
    "histogram": ("result >= 1", "selector_width(select(xs, xs, ==))"),
    "width is bounded": ("result <= length", "selector_width(select(xs, xs, <))"),
    "prefix width": ("result == indices + 1", "selector_width(select(indices, indices, <=))"),
    "mean": ("result <= 9", "aggregate(select(indices, indices, <=), xs)"),
    "first element": (
        "result == aggregate(select(indices, 0, ==), xs, 0)",
        "aggregate(select(indices, 0, ==), xs, 0)",
    ),
}


@pytest.mark.parametrize(("promise", "body"), HOLDS.values(), ids=HOLDS.keys())
def test_a_true_promise_is_proved_for_all_lengths(promise: str, body: str) -> None:
    report = verify(parse(f"{DIGIT}main(xs: seq[Digit]) ensures {promise} = {body};"))
    assert {(verdict.status, verdict.scope) for verdict in report.verdicts} == {("proved", "all lengths")}


def test_a_sort_of_the_library_is_proved_for_all_lengths() -> None:
    report = verify(parse('use program "stdcell/sort" (sort); main(xs: seq[int 0..9]) = sort(xs);'))
    proved = {
        (verdict.claim, verdict.status, verdict.scope)
        for verdict in report.verdicts
        if verdict.kind in ("defined", "ensures")
    }
    assert proved == {
        ("the aggregate selects some value", "proved", "all lengths"),
        ("ensures sorted(result)", "proved", "all lengths"),
        ("ensures permutation(result, keys)", "proved", "all lengths"),
    }


BREAKS = {
    "sort without tie-break": (
        "sorted(result)",
        "aggregate(select(selector_width(select(xs, xs, <)), indices, ==), xs, 0)",
        [1, 1],
        [1, 0],
    ),
    "reverse is not the identity": (
        "result == xs",
        "aggregate(select(indices, length - indices - 1, ==), xs)",
        [0, 1],
        [1, 0],
    ),
    "shift forgets nothing": ("sum(result) == sum(xs)", "aggregate(select(indices, indices - 1, ==), xs, 0)", [1], [0]),
    "off by one": ("result == indices", "selector_width(select(indices, indices, <=))", [0], [1]),
    "wrong bound": ("result <= 8", "xs", [9], [9]),
}


@pytest.mark.parametrize(("promise", "body", "breaking", "answer"), BREAKS.values(), ids=BREAKS.keys())
def test_a_false_promise_is_refuted_by_the_shortest_input(
    promise: str, body: str, breaking: list[int], answer: list[int]
) -> None:
    program = parse(f"{DIGIT}main(xs: seq[Digit]) ensures {promise} = {body};")
    verdict = verdict_on(verify(program), f"ensures {promise}")
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert (verdict.counterexample.inputs, verdict.counterexample.answer) == (breaking, answer)
    assert interpret(program, [breaking]) == [answer]


def test_a_counterexample_can_be_pasted_into_a_shell() -> None:
    verdict = verdict_on(verify(parse(f"{DIGIT}main(xs: seq[Digit]) ensures result < 9 = xs;")), "ensures")
    assert verdict.counterexample is not None
    assert verdict.counterexample.command == "stdcell run '<program>' --input '[9]'"


def test_a_promise_that_only_unrolling_reaches_says_its_bound() -> None:
    body = "aggregate(select(indices, length - indices - 1, ==), xs)"
    program = parse(f"main(xs: seq[int 0..2]) ensures sum(xs * result) <= sum(xs * xs) = {body};")
    verdict = verdict_on(verify(program, effort=Effort(up_to=3)), "ensures")
    assert (verdict.status, verdict.scope) == ("proved", "n <= 3")


FOLD = """
def step(total: int, x: int) -> int { return total + 2 * x; }
main(xs: seq[int 0..9]) ensures result == 2 * sum(xs) + 1 = fold(step, xs, 1);
"""


def test_a_fold_is_proved_for_all_lengths_by_induction() -> None:
    verdict = verdict_on(verify(parse(FOLD)), "ensures")
    assert (verdict.status, verdict.scope, verdict.method) == ("proved", "all lengths", "induction over the elements")


def test_a_wrong_fold_is_refuted() -> None:
    verdict = verdict_on(verify(parse(FOLD.replace("sum(xs) + 1", "sum(xs)"))), "ensures")
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert (verdict.counterexample.inputs, verdict.counterexample.answer) == ([], 1)


CALLER = """
type Digit = int 0..9;
def ranked(keys: seq[Digit]) -> seq[Digit]
    requires distinct(keys)
    ensures sorted(result)
{
    return aggregate(select(selector_width(select(keys, keys, <)), indices, ==), keys, 0);
}
"""


def test_an_unmet_requirement_of_a_call_is_refuted_at_the_call() -> None:
    report = verify(parse(f"{CALLER}main(xs: seq[Digit]) = ranked(xs);"))
    verdict = verdict_on(report, "ranked requires distinct(keys)")
    assert (verdict.status, verdict.place) == ("refuted", "<program>:9:24")
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == [0, 0]


def test_a_requirement_that_the_caller_shares_is_met() -> None:
    report = verify(parse(f"{CALLER}main(xs: seq[Digit]) requires distinct(xs) = ranked(xs);"))
    assert report.is_proved


def test_the_promise_of_a_call_is_not_used_where_its_requirement_is_unmet() -> None:
    report = verify(parse(f"{CALLER}main(xs: seq[Digit]) ensures sorted(result) = ranked(xs);"))
    ensures = [verdict.status for verdict in report.verdicts if verdict.kind == "ensures"]
    assert ensures == ["proved", "refuted"]


def test_a_requirement_that_no_input_meets_is_an_error() -> None:
    report = verify(parse("main(xs: seq[int 0..9]) requires xs > 3 and xs < 2 ensures result == 99 = xs;"))
    verdict = verdict_on(report, "requires xs > 3 and xs < 2")
    told = "no input but that of no elements meets it: `requires xs > 3 and xs < 2` [1:25] contradicts itself"
    assert (verdict.status, verdict.reason) == ("error", told)
    assert not report.is_proved


def test_a_proof_that_rests_on_a_cell_without_evidence_is_unknown(scope: Scope) -> None:
    text = "use circuit add5 as add; main(xs: seq[int 0..4]) ensures result == sum(xs) mod 5 = fold(add, xs, 0);"
    report = verify(parse(text, scope=scope))
    verdict = verdict_on(report, "ensures")
    assert (verdict.status, verdict.assumptions[0].contract) == ("unknown", "result == (a + b) mod 5")
    assert verdict.reason is not None
    assert "no evidence" in verdict.reason


def test_a_wrong_claim_about_a_cell_is_refuted_by_its_contract(scope: Scope) -> None:
    text = "use circuit add5 as add; main(xs: seq[int 0..4]) ensures result == sum(xs) mod 4 = fold(add, xs, 0);"
    verdict = verdict_on(verify(parse(text, scope=scope)), "ensures")
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert (verdict.counterexample.inputs, verdict.counterexample.answer) == ([4], 4)


def test_an_undeclared_input_type_is_unknown_with_the_reason() -> None:
    report = verify(parse("def f(x: seq[int]) -> seq[int] { return x; } out = f(tokens);"))
    verdict = verdict_on(report, "f.x is seq[int]")
    assert verdict.status == "unknown"
    assert verdict.reason is not None
    assert "declare a type" in verdict.reason


def test_a_division_that_may_be_by_zero_is_refuted() -> None:
    verdict = verdict_on(verify(parse("main(xs: seq[int 0..9]) = 1 / xs;")), "the divisor is not zero")
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == [0]


def test_a_token_that_is_surely_selected_needs_no_default() -> None:
    text = 'main(xs: seq[token {"a", "b"}]) = aggregate(select(indices, length - indices - 1, ==), xs);'
    assert verify(parse(text)).is_proved


def test_a_token_that_may_not_be_selected_is_refuted() -> None:
    text = 'main(xs: seq[token {"a", "b"}]) = aggregate(select(indices, indices - 1, ==), xs);'
    report = verify(parse(text))
    assert [verdict.status for verdict in report.verdicts] == ["refuted", "proved"]


def test_a_narrowed_type_is_an_obligation() -> None:
    report = verify(parse("main(xs: seq[int 0..9]) -> seq[int 0..8] = xs;"))
    assert [(verdict.claim, verdict.status) for verdict in report.verdicts] == [
        ("main: result is seq[int 0..8]", "refuted")
    ]


def test_answers_repeat() -> None:
    program = parse(f"{DIGIT}main(xs: seq[Digit]) ensures sum(result) <= sum(xs) = xs;")
    assert verify(program) == verify(program)


SAME = "def same(xs: seq[int 0..9]) -> seq[int 0..9] ensures sorted(result) { return xs; }"


@pytest.mark.parametrize(
    ("rest", "option"),
    [("", ""), (" def other(xs: seq[int]) -> seq[int] { return xs; }", " --output same")],
)
def test_a_counterexample_names_the_function_where_there_is_another(rest: str, option: str) -> None:
    verdict = verdict_on(verify(parse(SAME + rest)), "ensures sorted(result)")
    assert verdict.counterexample is not None
    assert verdict.counterexample.command == f"stdcell run '<program>' --input '[1, 0]'{option}"


def test_the_command_of_a_counterexample_answers_as_it_was_told() -> None:
    verdict = verdict_on(verify(parse(SAME)), "ensures sorted(result)")
    assert verdict.counterexample is not None
    assert interpret(parse(SAME), [[1, 0]]) == [verdict.counterexample.answer]


NARROW = """
def next(x: int 1..9) -> int ensures result >= 2 { return x + 1; }
main(xs: seq[int 0..9]) = forall i: next(xs[i]) > 1;
"""


def test_the_promise_of_a_call_does_not_prove_that_its_own_argument_fits() -> None:
    verdict = verdict_on(verify(parse(NARROW)), "next.x is int 1..9")
    assert verdict.status == "unknown"


def test_a_call_in_a_quantifier_is_proved_for_every_value_of_the_variable() -> None:
    assert verify(parse(NARROW.replace("seq[int 0..9]", "seq[int 2..9]"))).is_proved
