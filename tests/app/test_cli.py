"""The command line as a user meets it: answers, exit codes, and errors of one message."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from stdcell.app.cli import main

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
BROKEN = str(EXAMPLES / "broken.cell")
CHECKSUM = str(EXAMPLES / "checksum.cell")


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["stdcell", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


def test_check_prints_the_outputs_and_their_types(stdcell: Run) -> None:
    done = stdcell("check", BROKEN)
    assert (done.code, done.out.splitlines()[0]) == (0, "main: seq[int 0..36]")


def test_check_reports_every_fault_for_machines(stdcell: Run) -> None:
    Path("faulty.cell").write_text("a = selector_width(tokens);\nb = lenght + 1;\n")
    done = stdcell("check", "faulty.cell", "--json")
    faults = [(fault["line"], fault["column"], fault["hint"]) for fault in json.loads(done.out)["faults"]]
    assert done.code == 1
    assert faults == [(1, 20, "make one: select(keys, queries, ==)"), (2, 5, "did you mean 'length'?")]


def test_verify_refutes_the_broken_sort_with_a_command_that_runs(stdcell: Run) -> None:
    done = stdcell("verify", BROKEN, "--json")
    verdicts = json.loads(done.out)["verdicts"]
    assert done.code == 1
    assert [verdict["status"] for verdict in verdicts] == ["proved", "refuted", "refuted"]
    assert verdicts[1]["counterexample"]["command"] == f"stdcell run {BROKEN} --input '[1, 1]'"


def test_run_prints_the_answer_and_the_promise_that_it_breaks(stdcell: Run) -> None:
    done = stdcell("run", BROKEN, "--input", "[1, 1]")
    assert (done.code, done.out) == (0, "[1, 0]\n")
    assert done.err == "broken promise: ensures sorted(result)\nbroken promise: ensures permutation(result, keys)\n"


def test_verify_exits_with_0_only_if_all_is_proved(stdcell: Run) -> None:
    Path("fine.cell").write_text('use program "stdcell/sort" (sort);\nmain(xs: seq[int 0..9]) = sort(xs);\n')
    assert stdcell("verify", "fine.cell").code == 0


MISTAKES = {
    "no such file": (("check", "absent.cell"), "error: there is no file 'absent.cell'\n"),
    "no program": (
        ("check", "notes.txt"),
        "error: 'notes.txt' is no program: expected a file that ends in .cell or .rasp\n",
    ),
    "outside the declared type": (
        ("run", BROKEN, "--input", "[1, 51]"),
        "error: input 'keys': 51 at position 1 is not a value of int 0..36\n",
    ),
    "no JSON": (
        ("run", BROKEN, "--input", "[1, "),
        "error: the input '[1, ' is not JSON: Expecting value: line 1 column 5 (char 4); "
        "write a list such as '[3, 1, 2]'\n",
    ),
    "no such output": (
        ("run", BROKEN, "--input", "[1]", "--output", "mian"),
        "error: the program has no output 'mian'; did you mean 'main'?\n",
    ),
    "no catalog": (
        ("query", "MATCH (c:Circuit) RETURN c.name"),
        "error: no catalog at 'catalog'; run `stdcell demo` to make one, or give its path\n",
    ),
    "no run": (
        ("extract", "circuit", "nowhere"),
        "error: no training run in nowhere: there is no run.json\n",
    ),
    "a folder that cannot be made": (
        ("train", "--quiet", "--out", "/dev/null/run"),
        "error: cannot use '/dev/null/run': Not a directory; name another folder or file\n",
    ),
    "no such task": (
        ("train", "--task", "add-mood"),
        "error: no task named 'add-mood'; there are: add-mod; did you mean 'add-mod'?\n",
    ),
}


@pytest.mark.parametrize(("words", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_message_and_no_traceback(words: tuple[str, ...], message: str, stdcell: Run) -> None:
    done = stdcell(*words)
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith(message)
    assert "Traceback" not in done.err


def test_a_wrong_backend_lists_the_right_ones(stdcell: Run) -> None:
    done = stdcell("run", BROKEN, "--input", "[1]", "--backend", "stiched")
    assert done.code == 2
    assert "'interpret'," in done.err


def test_a_program_without_its_catalog_says_how_to_name_one(stdcell: Run) -> None:
    done = stdcell("check", CHECKSUM)
    assert done.code == 1
    assert "no catalog is open to find the circuit 'add_mod_37' in" in done.err


def test_the_command_line_starts_without_what_only_some_commands_need() -> None:
    heavy = ("torch", "matplotlib", "sympy", "neo4j", "fsspec")
    script = f"import sys, stdcell.app.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
