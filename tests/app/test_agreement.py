"""`stdcell agree`: what it prints, and how it exits."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell.app.cli import main

Run = Callable[..., tuple[int, str, str]]
HISTOGRAM = "ans = selector_width(select(tokens, tokens, ==));\n"


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)

    def run(text: str, *words: str, name: str = "program.rasp") -> tuple[int, str, str]:
        Path(name).write_text(text)
        monkeypatch.setattr(sys, "argv", ["stdcell", "agree", name, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def test_agreement_is_printed_with_its_scope(stdcell: Run) -> None:
    code, out, _ = stdcell(HISTOGRAM, "--max-length", "3")
    assert (code, out.splitlines()[0]) == (
        0,
        "agreement (interpret, transformer, stitched) on ans: 40 inputs, all up to length 3; tokens from 'a' 'b' 'c'",
    )


def test_a_drawn_agreement_names_its_seed(stdcell: Run) -> None:
    code, out, _ = stdcell(HISTOGRAM, "--max-length", "9", "--samples", "50", "--seed", "4", "--vocabulary", "x,y")
    assert (code, out.splitlines()[0]) == (
        0,
        "agreement (interpret, transformer, stitched) on ans: 50 inputs: all up to length 3, "
        "longer ones drawn up to length 9 with seed 4; tokens from 'x' 'y'",
    )


def test_a_vocabulary_may_be_a_json_list(stdcell: Run) -> None:
    code, out, _ = stdcell("ans = tokens + 1;", "--max-length", "1", "--vocabulary", "[4, 0.5]")
    assert (code, out.splitlines()[0].partition("tokens from ")[2]) == (0, "4 0.5")


def test_a_backend_that_cannot_take_part_says_why(stdcell: Run) -> None:
    text = "main(x: int 0..3) = x + 1;"
    code, out, _ = stdcell(text, "--max-length", "3", name="program.cell")
    assert (code, out.splitlines()[0]) == (
        0,
        "agreement (interpret, stitched) on main: 4 inputs, all there are; x from 0 1 2 3",
    )
    assert "  transformer  did not take part: program.cell:1:1: 'main' takes (x: int 0..3)" in out


def test_machines_are_told_the_same(stdcell: Run) -> None:
    code, out, _ = stdcell(HISTOGRAM, "--max-length", "2", "--json")
    told = json.loads(out)
    assert (code, told["is_agreed"], told["n_inputs"], told["disagreement"]) == (0, True, 13, None)
    assert [participant["name"] for participant in told["participants"]] == ["interpret", "transformer", "stitched"]


def test_a_vocabulary_that_does_not_fit_is_an_error(stdcell: Run) -> None:
    text = "main(xs: seq[int 0..3]) = xs;"
    code, _, err = stdcell(text, "--max-length", "3", "--vocabulary", "a,b", name="program.cell")
    assert code == 1
    assert err.startswith("error: the vocabulary 'a', 'b' holds other values than those of int 0..3")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--vocabulary", "a,,b"], "expected values with commas between them, found 'a,,b'; write such as 'a,b,c'"),
        (["--vocabulary", "[]"], "expected a vocabulary of some tokens, found '[]'"),
        (["--vocabulary", "[[1]]"], "expected words, numbers or booleans in the vocabulary, found [1]"),
        (["--dtype", "float16"], "programs are not compiled to 'float16'; did you mean 'bfloat16'?"),
    ],
)
def test_a_slip_in_an_option_is_no_agreement(stdcell: Run, options: list[str], message: str) -> None:
    code, out, err = stdcell(HISTOGRAM, "--max-length", "2", *options)
    assert (code, out, err.startswith(f"error: {message}")) == (1, "", True)
