"""`stdcell verify --certificate` and `stdcell certificate check`, as a user meets them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell import Catalog, Report, Verdict
from stdcell.app.certificates.tree import print_tree
from stdcell.app.cli import main
from stdcell.catalog import Program, Relationship
from stdcell.catalog import Verdict as ProvedVerdict
from stdcell.verify import Assumption

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in an empty folder; gives the exit code and all that was printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)
    Path("same.cell").write_text("main(xs: seq[int 0..9]) ensures sum(result) >= 0 ensures result < 9 = xs;\n")

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["stdcell", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    return run


def test_a_certificate_is_written_and_confirmed(stdcell: Run) -> None:
    assert stdcell("verify", "same.cell", "--certificate", "same.json", "--quiet") == (
        1,
        "1 proved (1 for all lengths), 1 refuted\n",
    )
    assert stdcell("certificate", "check", "same.json", "--quiet") == (0, "3 confirmed\n")


def test_what_was_compared_is_certified_and_confirmed(stdcell: Run) -> None:
    Path("more.rasp").write_text("more = 1 + tokens;\n")
    Path("plus.rasp").write_text("plus = tokens + 1;\n")
    compared = ("equivalent", "more.rasp", "plus.rasp", "--vocabulary", "[0, 1, 2]", "--certificate", "same.json")
    assert stdcell(*compared)[0] == 0
    assert stdcell("certificate", "check", "same.json", "--quiet") == (0, "3 confirmed\n")


def test_what_does_not_refine_is_certified_and_confirmed(stdcell: Run) -> None:
    Path("least.cell").write_text("main(xs: seq[int 0..9]) ensures result >= 1 = max(xs, 1);\n")
    assert stdcell("refines", "same.cell", "least.cell", "--certificate", "same.json")[0] == 1
    code, printed = stdcell("certificate", "check", "same.json")
    assert (code, "refuted: " in printed) == (0, True)


def test_the_findings_are_told_for_machines(stdcell: Run) -> None:
    stdcell("verify", "same.cell", "--certificate", "same.json")
    code, printed = stdcell("certificate", "check", "same.json", "--json")
    assert code == 0
    assert json.loads(printed)[1] == {
        "subject": "same.cell:1:25: ensures sum(result) >= 0",
        "standing": "confirmed",
        "text": "proved: 3 questions unsat in Z3 and cvc5",
    }


def test_a_changed_file_is_refused(stdcell: Run) -> None:
    stdcell("verify", "same.cell", "--certificate", "same.json")
    text = Path("same.json").read_text()
    Path("same.json").write_text(text.replace("refuted", "proved"))
    code, printed = stdcell("certificate", "check", "same.json")
    assert code == 1
    assert printed.startswith("error: the certificate was changed: it names the digest")


def test_a_file_that_is_no_certificate_is_refused(stdcell: Run) -> None:
    code, printed = stdcell("certificate", "check", "same.cell")
    assert (code, printed) == (
        1,
        "error: this is no certificate: expected a file that `stdcell verify --certificate` wrote\n",
    )
    assert stdcell("certificate", "check", "none.json") == (1, "error: there is no file 'none.json'\n")


def test_the_tree_marks_the_weakest_link(capsys: pytest.CaptureFixture[str]) -> None:
    check = Assumption("add", "5" * 64, "result == a + b", "exhaustive, 25 inputs", True)
    low = Verdict("adds", "ensures", "p:1:1", "proved", "all lengths", "z3", (check,))
    high = Verdict("sums", "ensures", "p:2:1", "proved", "all lengths", "z3", (check,), rests_on=(low.key,))
    print_tree(Report("0" * 64, (low, high)))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "program 000000000000",
        "└── proved sums  all lengths, p:2:1  holds as far as: exhaustive",
        "    └── proved adds  all lengths, p:1:1",
        "        └── exhaustive add (555555555555): result == a + b, exhaustive, 25",
        "            inputs  ◀ weakest link",
    ]


def test_verify_draws_the_tree(stdcell: Run) -> None:
    code, printed = stdcell("verify", "same.cell", "--tree")
    assert code == 1
    assert [line[4:] for line in printed.splitlines()[1:]] == [
        "proved ensures sum(result) >= 0  all lengths, same.cell:1:25",
        "refuted ensures result < 9  one input, same.cell:1:50",
    ]


def test_what_is_stale_is_listed(stdcell: Run) -> None:
    with Catalog("catalog") as catalog:
        program = Program(name="old", text="main(x: int) = x;", dialect="cell", graph="0" * 64)
        verdict = ProvedVerdict(of=program.id, claim="it adds", status="proved", scope="all inputs", method="z3")
        catalog.add([program, verdict], [Relationship(verdict.id, "ABOUT", program.id)], {"old": program.id})
    assert stdcell("certificate", "stale") == (0, "nothing is stale\n")
    with Catalog("catalog") as catalog:
        other = Program(name="old", text="main(x: int) = x + 1;", dialect="cell", graph="1" * 64)
        catalog.add(other, aliases={"old": other.id})
    code, printed = stdcell("certificate", "stale")
    assert (code, "it adds" in printed, "1 verdict is stale" in printed) == (1, True, True)
    assert "program" in stdcell("show", program.id)[1]
