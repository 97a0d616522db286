"""Two programs compared: proved alike, shown apart by an input, or refused in the user's words."""

from __future__ import annotations

import pytest

from stdcell import Program, Report, parse
from stdcell.dsl.types import Int
from stdcell.errors import Source, VerificationError
from stdcell.verify import Effort, equivalent, refines

DIGIT = "type Digit = int 0..9;\n"


def cell(body: str, name: str = "b.cell", contract: str = "") -> Program:
    """A strict program of one sequence of digits."""
    return parse(Source(f"{DIGIT}main(xs: seq[Digit]) {contract} = {body};", name))


def rasp(body: str, name: str = "a.rasp") -> Program:
    """A RASP program."""
    return parse(Source(f"answer = {body};", name), dialect="rasp")


def statuses(report: Report) -> set[str]:
    """The answers to all that was asked."""
    return {verdict.status for verdict in report.verdicts}


REVERSE = "aggregate(select(indices, length - indices - 1, ==), xs)"
ALIKE = {
    "two ways to reverse": (REVERSE, "xs[length - indices - 1]"),
    "reversed twice": ("xs", REVERSE.replace("xs", REVERSE)),
    "two ways to count": ("selector_width(select(indices, indices, <=))", "indices + 1"),
    "another name": ("xs + 1", "1 + xs"),
}


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=ALIKE.keys())
def test_programs_that_answer_alike_are_equivalent_for_all_lengths(one: str, other: str) -> None:
    report = equivalent(cell(one, "a.cell"), cell(other))
    assert report.verdicts[-1].kind == "equal"
    assert report.is_proved_for_all_lengths


def test_programs_of_one_graph_are_equivalent_without_a_question_about_values() -> None:
    other = parse(Source(f"{DIGIT}main(ys: seq[Digit]) = {REVERSE.replace('xs', 'ys')};", "b.cell"))
    (verdict,) = equivalent(cell(REVERSE, "a.cell"), other).verdicts
    assert (verdict.status, verdict.method, verdict.scope) == ("proved", "one graph", "all lengths")


def test_programs_that_differ_are_shown_an_input_and_both_answers() -> None:
    verdict = equivalent(cell(REVERSE, "a.cell"), cell("xs")).verdicts[-1]
    assert verdict.counterexample is not None
    assert verdict.counterexample.inputs == [0, 1]
    assert verdict.counterexample.answer == {"a.cell": [1, 0], "b.cell": [0, 1]}
    assert verdict.counterexample.command == (
        "stdcell run a.cell --input '[0, 1]' ; stdcell run b.cell --input '[0, 1]'"
    )


def test_open_programs_of_one_value_for_all_positions_are_told_apart_where_there_is_a_position() -> None:
    (verdict,) = equivalent(rasp("3 != length"), rasp("length != length", "b.rasp"), open_type=Int(0, 2)).verdicts
    assert verdict.counterexample is not None
    assert verdict.counterexample.answer == {"answer of a.rasp": [True], "answer of b.rasp": [False]}


def test_a_program_that_has_no_answer_differs_from_one_that_has() -> None:
    report = equivalent(cell("6 / xs", "a.cell"), cell("6 / max(xs, 1)"))
    verdict = report.verdicts[0]
    assert (verdict.status, verdict.claim) == (
        "refuted",
        "a.cell: the divisor is not zero, wherever b.cell answers",
    )
    assert verdict.counterexample is not None
    assert verdict.counterexample.answer == {"a.cell": "no answer", "b.cell": [6]}


def test_programs_are_compared_on_the_inputs_that_both_accept() -> None:
    assert equivalent(cell("6 / xs", "a.cell", "requires xs > 0"), cell("6 / max(xs, 1)")).is_proved


def test_programs_that_accept_no_input_together_are_not_equivalent() -> None:
    report = equivalent(cell("xs", "a.cell", "requires xs > 5"), cell("xs + 1", "b.cell", "requires xs < 5"))
    assert "error" in statuses(report)


def test_a_rasp_program_is_compared_with_a_strict_one_by_the_declared_type() -> None:
    reverse = rasp(REVERSE.replace("xs", "tokens"))
    assert equivalent(reverse, cell("xs[length - indices - 1]")).is_proved_for_all_lengths


def test_two_open_programs_are_compared_by_the_type_that_is_asked_for() -> None:
    one, other = rasp("tokens + 1"), rasp("1 + tokens", "b.rasp")
    assert statuses(equivalent(one, other)) == {"unknown"}
    assert equivalent(one, other, open_type=Int(0, 3)).is_proved


INCOMPARABLE = {
    "number of inputs": (
        "main(xs: seq[Digit], k: int) = xs;",
        "a.cell takes 2 and b.cell takes 1 inputs: compare programs that take the same number",
    ),
    "kind of input": (
        "main(x: Digit) = x;",
        "input 1 is int 0..9 in a.cell and seq[int 0..9] in b.cell: no value is an input of both; declare types that "
        "share values",
    ),
    "values of the input": (
        "main(xs: seq[int 20..30]) = xs;",
        "input 1 is seq[int 20..30] in a.cell and seq[int 0..9] in b.cell: no value is an input of both; declare types "
        "that share values",
    ),
    "kind of answer": (
        "main(xs: seq[Digit]) = xs > 1;",
        "a.cell answers with seq[bool] and b.cell with seq[int 0..9]: answers of different kinds are never equal",
    ),
    "shape of the answer": (
        "main(xs: seq[Digit]) = sum(xs);",
        "a.cell answers with int 0.. and b.cell with seq[int 0..9]: compare two sequences or two single values",
    ),
}


@pytest.mark.parametrize(("text", "message"), INCOMPARABLE.values(), ids=INCOMPARABLE.keys())
def test_programs_that_cannot_be_compared_are_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(VerificationError) as fault:
        equivalent(parse(Source(DIGIT + text, "a.cell")), cell("xs"))
    assert str(fault.value) == message


def test_a_wire_that_one_program_does_not_keep_is_told() -> None:
    narrowed = parse(Source(f"{DIGIT}main(xs: seq[Digit]) -> seq[int 0..8] = xs;", "a.cell"))
    report = equivalent(narrowed, cell("xs"))
    assert next((verdict.kind, verdict.status) for verdict in report.verdicts) == ("wire", "refuted")
    assert not report.is_proved


SPEC = "requires length > 0 ensures sorted(result) ensures permutation(result, xs)"
SORT = "aggregate(select(selector_width(select(xs, xs, <) or (select(xs, xs, ==) and select(indices, indices, <))), indices, ==), xs)"  # noqa: E501


def test_a_sort_refines_what_is_asked_of_a_sort() -> None:
    assert refines(cell(SORT, "a.cell"), cell("xs", "b.cell", SPEC)).is_proved_for_all_lengths


NOT_REFINED = {
    "promise not kept": ("xs", "", "ensures sorted(result)"),
    "requires more": (SORT, "requires distinct(xs)", "main requires distinct(xs)"),
    "no answer": ("6 / xs", "", "the divisor is not zero"),
    "wider type": ("xs + 1", "", "a.cell: result is seq[int 0..9]"),
}


@pytest.mark.parametrize(("body", "contract", "claim"), NOT_REFINED.values(), ids=NOT_REFINED.keys())
def test_a_program_that_does_not_refine_is_refuted_at_the_clause(body: str, contract: str, claim: str) -> None:
    report = refines(cell(body, "a.cell", contract), cell("xs", "b.cell", SPEC), effort=Effort(up_to=3))
    assert claim in [verdict.claim for verdict in report.verdicts if verdict.status == "refuted"]


def test_refinement_counts_on_the_promises_of_the_program_that_is_put_in() -> None:
    first = cell("max(xs, xs * xs)", "a.cell", "ensures result >= xs")
    report = refines(first, cell("xs", "b.cell", "ensures result + 1 > xs"))
    assert report.verdicts[-1].method == "promises of called functions"


def test_comparisons_repeat() -> None:
    pair = cell(REVERSE, "a.cell"), cell("xs")
    assert equivalent(*pair) == equivalent(*pair)
