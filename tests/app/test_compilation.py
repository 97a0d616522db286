"""`stdcell compile` writes a transformer that answers, and tells what it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from stdcell.app.cli import main
from stdcell.runtime.exchange import load_transformer

HISTOGRAM = "ans = selector_width(select(tokens, tokens, ==));\n"


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in a folder with one program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)
    (tmp_path / "histogram.rasp").write_text(HISTOGRAM)
    return Run(monkeypatch, capsys)


class Run:
    """Calls the command line and keeps what it printed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["stdcell", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err


def compile_histogram(stdcell: Run, *words: str) -> tuple[int, str, str]:
    return stdcell("compile", "histogram.rasp", "--max-length", "3", "--out", "made", "--vocabulary", "ab", *words)


def test_a_compiled_program_answers_from_its_folder(stdcell: Run) -> None:
    code, out, _ = compile_histogram(stdcell)
    assert (code, out.splitlines()[0]) == (0, "written: made")
    assert load_transformer("made")(["aba"]) == [[2, 1, 2]]


def test_a_vocabulary_may_be_a_list(stdcell: Run) -> None:
    stdcell("compile", "histogram.rasp", "--max-length", "2", "--out", "made", "--vocabulary", '["to", "be"]')
    assert load_transformer("made")([["be", "to"]]) == [[1, 1]]


def test_edges_are_counted_and_written(stdcell: Run) -> None:
    code, out, _ = compile_histogram(stdcell, "--edges", "--json")
    counts = json.loads(out)["edges"]
    told = json.loads(Path("made/edges.json").read_text())
    assert (code, counts["n_inputs"], told["n_inputs"]) == (0, 14, 14)
    assert len(told["edges"]) == counts["n_edges"]
    assert counts["n_causal"] == sum(
        edge["resampled"]["n_answers_changed"] + edge["displaced"]["n_answers_changed"] > 0 for edge in told["edges"]
    )


def test_edges_are_listed_with_what_changing_them_does(stdcell: Run) -> None:
    _, out, _ = compile_histogram(stdcell, "--edges")
    assert "tried on: all inputs of 1 to 3 tokens out of 2 that have an answer" in out
    assert "embed→L0.H0.q" in out


def test_a_program_without_a_vocabulary_says_what_is_missing(stdcell: Run) -> None:
    code, _, err = stdcell("compile", "histogram.rasp", "--max-length", "3", "--out", "made")
    assert (code, "say which in `vocabulary`" in err, Path("made").exists()) == (1, True, False)


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        ('["a", [2]]', "expected words, numbers or booleans in the vocabulary, found [2]"),
        ("[null]", "expected words, numbers or booleans in the vocabulary, found null"),
        ('{"a": 1}', "expected a vocabulary of some tokens, found '{\"a\": 1}'"),
        ("[]", "expected a vocabulary of some tokens, found '[]'"),
        ("[1, 2", "the vocabulary '[1, 2' is not JSON: "),
    ],
)
def test_a_vocabulary_that_is_no_list_of_tokens_is_refused(stdcell: Run, vocabulary: str, message: str) -> None:
    code, _, err = compile_histogram(stdcell, "--vocabulary", vocabulary)
    assert (code, err.startswith(f"error: {message}")) == (1, True)
    assert 'write a list such as \'["a", "b"]\'' in err


def test_a_length_that_would_fill_memory_is_refused_at_once(stdcell: Run) -> None:
    code, _, err = compile_histogram(stdcell, "--max-length", "9" * 20)
    assert (code, "Invalid value for '--max-length'" in err) == (2, True)


def test_a_file_in_place_of_the_folder_is_named(stdcell: Run) -> None:
    code, _, err = compile_histogram(stdcell, "--out", "histogram.rasp")
    assert (code, err) == (
        1,
        "error: cannot use 'histogram.rasp': File exists; name another folder or file\n",
    )
