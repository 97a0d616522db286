"""Traces on the command line: written, checked, shown, and followed back."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from stdcell.app.cli import main
from stdcell.app.tracing.schema import schema_tables

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """use program "stdcell/sort" (sort);
def add(total: int, x: int 0..9) -> int { return total + x; }
main(xs: seq[int 0..9]) -> real
    ensures result > 1
    = fold(add, sort(xs), 0) / length;
ranked(xs: seq[int 0..9]) = sort(xs);
"""
Done = tuple[int, str, str]
Run = Callable[..., Done]


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in a folder that holds one program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)
    Path("mean.cell").write_text(PROGRAM)

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["stdcell", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def document(stdcell: Run) -> dict[str, Any]:
    """The trace of a run, also written to trace.json."""
    stdcell("run", "mean.cell", "--input", "[3, 1, 4]", "--trace-out", "trace.json")
    written: dict[str, Any] = json.loads(Path("trace.json").read_text())
    return written


def test_a_run_writes_its_trace_and_still_prints_its_answer(stdcell: Run) -> None:
    done = stdcell("run", "mean.cell", "--input", "[3, 1, 4]", "--trace-out", "trace.json")
    assert (done, Path("trace.json").is_file()) == ((0, "2.6666666666666665\n", ""), True)


def test_a_trace_that_follows_exits_with_0(stdcell: Run, document: dict[str, Any]) -> None:
    code, out, _ = stdcell("trace", "check", "trace.json")
    assert (code, out) == (0, f"{len(document['steps'])} of {len(document['steps'])} steps follow\n")


def test_a_tampered_value_exits_with_1_and_names_the_step(stdcell: Run, document: dict[str, Any]) -> None:
    document["steps"][7]["value"][0] = 2
    Path("bad.json").write_text(json.dumps(document))
    code, out, _ = stdcell("trace", "check", "bad.json")
    assert code == 1
    assert out.splitlines()[:3] == [
        "does not follow: step 7 rank (sort.cell:10:12), its value",
        "  expected  [1, 0, 2]",
        "  found     [2, 0, 2]",
    ]


def test_a_check_speaks_json(stdcell: Run, document: dict[str, Any]) -> None:
    document["answer"] = 3
    Path("bad.json").write_text(json.dumps(document))
    code, out, _ = stdcell("trace", "check", "bad.json", "--json")
    told = json.loads(out)
    assert (code, told["is_sound"], told["faults"][0]["part"], told["faults"][0]["expected"]) == (
        1,
        False,
        "answer",
        "2.6666666666666665",
    )


def test_running_again_settles_what_a_transformer_keeps(stdcell: Run) -> None:
    stdcell(
        "run",
        "mean.cell",
        "--input",
        "[3, 1]",
        "--output",
        "ranked",
        "--backend",
        "transformer",
        "--trace-out",
        "t.json",
    )
    assert "not checked" in stdcell("trace", "check", "t.json")[1]
    code, out, _ = stdcell("trace", "check", "t.json", "--again")
    assert (code, "not checked" in out) == (0, False)


def test_a_shown_trace_is_the_table_and_the_answer(stdcell: Run, document: dict[str, Any]) -> None:
    code, out, _ = stdcell("trace", "show", "trace.json")
    assert (code, out.splitlines()[-1]) == (0, "2.6666666666666665")
    assert "rank" in out


def test_an_explanation_leads_from_the_answer_to_the_input(stdcell: Run) -> None:
    code, out, _ = stdcell("explain", "mean.cell", "--input", "[3, 1, 4]", "--output", "ranked", "--at", "2")
    lines = out.splitlines()
    assert (code, lines[0]) == (0, "ranked[2] = 4 because key 2 alone is selected  (sort.cell:11:12)")
    assert lines[1] == "  given xs[2] = 4"
    assert lines[2].startswith("  select(rank, indices, ==)[2] = 001")


def test_a_trace_is_explained_without_its_program(stdcell: Run, document: dict[str, Any]) -> None:
    Path("mean.cell").unlink()
    told = json.loads(stdcell("explain", "trace.json", "--json")[1])
    assert (told["values"][0]["told"], told["values"][0]["value"]) == ("main", {"fraction": [8, 3]})


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("trace", "check", "absent.json"), "error: there is no file 'absent.json'\n"),
        (("trace", "check", "mean.cell"), "error: mean.cell is not JSON: Expecting value: line 1 column 1 (char 0)\n"),
        (
            ("run", "mean.cell", "--input", "[1]", "--trace-out", "trace.txt"),
            "error: cannot write 'trace.txt': expected a file that ends in .json or .html\n",
        ),
        (
            ("explain", "mean.cell"),
            "error: what is explained is one run: give it its input, as in --input '[3, 1, 2]'\n",
        ),
    ],
    ids=["absent", "no trace", "another ending", "no input"],
)
def test_a_mistake_is_one_message(words: tuple[str, ...], message: str, stdcell: Run) -> None:
    assert stdcell(*words)[::2] == (1, message)


class Tags(HTMLParser):
    """The tags of a page; `unbalanced` are end tags that close nothing and tags that stay open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open += [tag] if tag != "meta" else []

    def handle_endtag(self, tag: str) -> None:
        self.unbalanced += [] if self._open and self._open.pop() == tag else [tag]


@pytest.mark.parametrize("command", [("run", "--trace-out"), ("explain", "--out")], ids=["trace", "explanation"])
def test_a_page_stands_alone_and_runs_nothing(command: tuple[str, str], stdcell: Run) -> None:
    Path("hostile.rasp").write_text('answer = "<script>" if tokens_str == "a" else tokens_str;\n')
    given = json.dumps(["a", "<script>alert(1)</script>"])
    assert stdcell(command[0], "hostile.rasp", "--input", given, command[1], "page.html")[0] == 0
    page = Path("page.html").read_text()
    parsed = Tags(page)
    outside = re.findall(r"(?:href|src)=\"(?!#)[^\"]*|url\((?!#)[^)]*|@import|https?://", page)
    assert (parsed.unbalanced, "script" in parsed.tags, outside) == ([], False, [])


def test_the_documented_schema_is_that_of_the_classes() -> None:
    documented = (ROOT / "docs" / "traces.md").read_text().partition("<!-- stdcell trace schema --markdown -->\n")[2]
    assert documented == f"\n{schema_tables()}", "write it again: stdcell trace schema --markdown"


def test_verdicts_that_a_trace_tells_are_found_again(stdcell: Run) -> None:
    stdcell("run", "mean.cell", "--input", "[3, 1, 4]", "--trace-out", "trace.json", "--prove")
    assert stdcell("trace", "check", "trace.json", "--again")[0] == 0
    forged = Path("trace.json").read_text().replace('"refuted"', '"proved"')
    Path("forged.json").write_text(forged)
    code, out, _ = stdcell("trace", "check", "forged.json", "--again")
    assert (code, "its cover, verified again" in out) == (1, True)


def test_a_table_marks_the_steps_that_no_verdict_covers(stdcell: Run) -> None:
    _, out, _ = stdcell("run", "mean.cell", "--input", "[3, 1, 4]", "--trace", "--prove")
    assert "not covered: 14 fold(add, sort(xs), 0) / length" in " ".join(out.split())
