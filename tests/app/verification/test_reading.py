"""What a reader is told of verdicts: in the terminal, as a page and as JSON."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from stdcell import Report, parse, verify
from stdcell.app.verification.page import verdicts_page
from stdcell.app.verification.printing import print_report
from stdcell.app.verification.words import explained, summary
from stdcell.verify import Effort

PROGRAM = """type Digit = int 0..9;
def ranked(keys: seq[Digit]) -> seq[Digit]
    requires distinct(keys)
    ensures sorted(result)
{
    return aggregate(select(selector_width(select(keys, keys, <)), indices, ==), keys, 0);
}
least(xs: seq[Digit])
    requires length > 0
    ensures result >= 0
    = min(xs);
main(xs: seq[Digit]) = ranked(xs);
"""


@pytest.fixture(scope="module")
def report() -> Report:
    return verify(parse(PROGRAM))


def told(report: Report, claim: str) -> dict[str, str]:
    return dict(explained(next(verdict for verdict in report.verdicts if verdict.claim == claim)))


def test_a_proof_says_how_far_it_reaches_and_why(report: Report) -> None:
    holds = told(report, "ensures sorted(result)")["holds"]
    assert holds == ("for all lengths: it follows from what holds of selections at any position (lemmas on positions)")


def test_a_refutation_says_which_input_breaks_it_and_how_to_see_it(report: Report) -> None:
    assert told(report, "ranked requires distinct(keys)") == {
        "broken by": "main([0, 0]), which answers [0, 0]",
        "try": "stdcell run '<program>' --input '[0, 0]'",
        "because": "`requires distinct(keys)` [<program>:3:5] does not hold",
    }


def test_strategies_that_said_the_same_are_told_together() -> None:
    text = "main(xs: seq[int 0..9]) ensures sum(xs * result) <= sum(xs * xs) = "
    program = parse(f"{text}aggregate(select(indices, length - indices - 1, ==), xs);")
    lines = [line for verdict in verify(program).verdicts for line in explained(verdict)]
    assert ("tried", "reals, boxes: it is no claim about reals") in lines


def test_the_summary_counts_how_far_proofs_reach(report: Report) -> None:
    assert summary(report.verdicts).endswith("for all lengths), 1 refuted")


def test_wires_that_the_types_settle_are_counted_only(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    print_report(report, as_json=False, quiet=False)
    out = capsys.readouterr().out
    assert ("ranked.keys is seq[int 0..9]" in out, "more wire" in out) == (False, True)


def test_a_promise_that_the_types_settle_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(verify(parse("main(x: int 0..9) ensures result <= 9 = x;")), as_json=False, quiet=False)
    shown = capsys.readouterr().out
    assert "✓ proved   ensures result <= 9" in shown
    assert "it follows from the types, or from how it is written" in shown


def test_json_tells_all_that_the_terminal_tells(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    print_report(report, as_json=True, quiet=False)
    verdicts = {verdict["claim"]: verdict for verdict in json.loads(capsys.readouterr().out)["verdicts"]}
    sorted_ = verdicts["ensures sorted(result)"]
    assert (sorted_["status"], sorted_["scope"], sorted_["vacuity"]) == ("proved", "all lengths", "met at length 1")
    assert {len(question["digest"]) for question in sorted_["questions"]} == {64}
    assert verdicts["ranked requires distinct(keys)"]["counterexample"]["inputs"] == [0, 0]


class Text(HTMLParser):
    """The text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_page_marks_the_lines_of_the_text(report: Report) -> None:
    page = verdicts_page("program.cell", PROGRAM, report)
    text = " ".join(" ".join(Text(page).words).split())
    assert "ranked requires distinct(keys)" in text
    assert "main([0, 0]) , which answers [0, 0]" in text
    assert page == verdicts_page("program.cell", PROGRAM, report)


def test_the_scope_tells_the_vocabularies_wherever_it_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    text = "main(xs: seq[int 0..3]) ensures permutation(result, xs) = "
    program = f"{text}min(select(selector_width(select(xs, xs, <=)), indices, >), xs);"
    found = verify(parse(program), effort=Effort(up_to=2))
    scope = "n <= 2, any ordered vocabulary"
    print_report(found, as_json=True, quiet=False)
    assert json.loads(capsys.readouterr().out)["verdicts"][-1]["scope"] == scope
    print_report(found, as_json=False, quiet=False)
    assert f"for {scope}: " in capsys.readouterr().out
    assert f"for {scope}: " in " ".join(Text(verdicts_page("ranks.cell", program, found)).words)
