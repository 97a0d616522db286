"""`stdcell verify`, `equivalent` and `refines`: what they print, and with what they exit."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell.app.cli import main

Run = Callable[..., tuple[int, str, str]]
FILES = {
    "back.rasp": "back = aggregate(select(indices, length - indices - 1, ==), tokens);\n",
    "back.cell": "main(xs: seq[int 0..9]) = xs[length - 1 - indices];\n",
    "same.cell": "main(xs: seq[int 0..9]) = xs;\n",
    "count.cell": "main(xs: seq[int 0..2]) ensures sum(xs * result) <= sum(xs * xs) = "
    "aggregate(select(indices, length - indices - 1, ==), xs);\n",
    "sort.cell": 'use program "stdcell/sort" (sort);\nmain(xs: seq[int 0..9]) ensures sorted(result) = sort(xs);\n',
    "least.cell": "main(xs: seq[int 0..9]) ensures result >= 1 = max(xs, 1);\n",
    "spec.cell": "main(xs: seq[int 0..9]) ensures result >= 0 = xs;\n",
}


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in a folder of a few programs: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["stdcell", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


EXITS = {
    "proved up to a length": (("verify", "count.cell", "--up-to", "3"), 0),
    "not for all lengths": (("verify", "count.cell", "--up-to", "3", "--all-lengths"), 1),
    "for all lengths": (("verify", "least.cell", "--all-lengths"), 0),
    "without steps": (("verify", "sort.cell", "--steps", "1", "--up-to", "4"), 1),
    "equivalent for all lengths": (("equivalent", "back.rasp", "back.cell", "--all-lengths"), 0),
    "not equivalent": (("equivalent", "back.rasp", "same.cell"), 1),
    "refines": (("refines", "least.cell", "spec.cell"), 0),
    "does not refine": (("refines", "spec.cell", "least.cell"), 1),
}


@pytest.mark.parametrize(("words", "code"), EXITS.values(), ids=EXITS.keys())
def test_the_exit_code_says_whether_all_that_was_asked_is_proved(
    stdcell: Run, words: tuple[str, ...], code: int
) -> None:
    assert stdcell(*words)[0] == code


def test_programs_that_differ_are_shown_with_both_answers(stdcell: Run) -> None:
    _, out, _ = stdcell("equivalent", "back.rasp", "same.cell", "--json")
    shown = json.loads(out)["verdicts"][-1]["counterexample"]
    assert (shown["inputs"], shown["answer"]) == ([0, 1], {"back of back.rasp": [1, 0], "same.cell": [0, 1]})


def test_open_inputs_take_the_vocabulary_that_is_asked_for(stdcell: Run) -> None:
    Path("more.rasp").write_text("more = 1 + tokens;\n")
    Path("plus.rasp").write_text("plus = tokens + 1;\n")
    assert stdcell("equivalent", "more.rasp", "plus.rasp")[0] == 1
    assert stdcell("equivalent", "more.rasp", "plus.rasp", "--vocabulary", "[0, 1, 2]")[0] == 0


def test_a_vocabulary_that_is_no_type_is_refused(stdcell: Run) -> None:
    code, _, err = stdcell("equivalent", "back.rasp", "back.rasp", "--vocabulary", "[0, 2]")
    assert code == 1
    assert err == "error: the vocabulary '[0, 2]' is no type: list words, or whole numbers that follow one another\n"


def test_programs_that_cannot_be_compared_are_refused_in_one_message(stdcell: Run) -> None:
    Path("pair.cell").write_text("main(xs: seq[int 0..9], k: int) = xs;\n")
    code, _, err = stdcell("equivalent", "pair.cell", "same.cell")
    assert code == 1
    assert err == (
        "error: pair.cell takes 2 and same.cell takes 1 inputs: compare programs that take the same number\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "least.cell", "--certificate"),
        ("verify", "least.cell", "--out"),
        ("equivalent", "back.cell", "back.rasp", "--certificate"),
        ("refines", "least.cell", "spec.cell", "--certificate"),
    ],
)
def test_the_verdicts_are_told_though_a_file_cannot_be_written(stdcell: Run, words: tuple[str, ...]) -> None:
    code, out, err = stdcell(*words, "sort.cell/no-folder.html")
    assert "proved" in out
    assert (code, err.startswith("error: cannot use 'sort.cell/no-folder.html': ")) == (1, True)


def test_a_page_of_another_kind_is_refused_before_anything_is_asked(stdcell: Run) -> None:
    assert stdcell("verify", "least.cell", "--out", "page.txt") == (
        1,
        "",
        "error: verdicts are written as a page: expected a name that ends in .html, found 'page.txt'\n",
    )
