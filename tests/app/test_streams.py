"""`stdcell run --inputs`: a file of inputs, an answer a line, and faults with the number of their line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from stdcell.app.cli import app
from stdcell.errors import StdcellError

INCREMENT = (
    "main(xs: seq[int 0..9]) -> seq[int]\n    requires distinct(xs)\n    ensures sum(result) < 9\n{ return xs + 1; }\n"
)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "increment.cell"
    path.write_text(INCREMENT, encoding="utf-8")
    return path


def run(program: Path, *options: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["run", str(program), *options], input=stdin)


def fault_of(program: Path, *options: str, stdin: str = "") -> tuple[str, str]:
    """What was printed before the fault, and the fault."""
    result = run(program, *options, stdin=stdin)
    assert isinstance(result.exception, StdcellError)
    return result.stdout, str(result.exception)


def test_each_line_of_a_file_is_answered_on_a_line(program: Path, tmp_path: Path) -> None:
    inputs = tmp_path / "inputs.jsonl"
    inputs.write_text('[1, 2]\n\n[]\n{"xs": [4]}\n', encoding="utf-8")
    assert run(program, "--inputs", str(inputs)).stdout == "[2, 3]\n[]\n[5]\n"


def test_standard_input_is_read_as_a_file_is(program: Path) -> None:
    lines = "".join(f"[{number % 5}]\n" for number in range(50))
    answers = [json.loads(line) for line in run(program, "--inputs", "-", stdin=lines).stdout.splitlines()]
    assert answers == [[number % 5 + 1] for number in range(50)]


@pytest.mark.parametrize("n_before", [2, 20])
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[1, 2", "Expecting ',' delimiter at column 6; write one input a line, such as [3, 1, 2]"),
        ("[12]", "input 'xs': 12 at position 0 is not a value of int 0..9"),
        ("7", "input 'xs': expected seq[int 0..9], found 7"),
    ],
)
def test_a_bad_line_is_named_after_the_answers_before_it(program: Path, n_before: int, line: str, message: str) -> None:
    printed, fault = fault_of(program, "--inputs", "-", stdin="[1]\n" * n_before + f"{line}\n[1]\n")
    assert printed == "[2]\n" * n_before
    assert fault.startswith(f"line {n_before + 1}")
    assert fault.endswith(message)


@pytest.mark.parametrize("n_before", [1, 10])
def test_an_input_that_does_not_meet_a_requirement_is_refused(program: Path, n_before: int) -> None:
    printed, fault = fault_of(program, "--inputs", "-", stdin="[1]\n" * n_before + "[2, 2]\n")
    assert printed == "[2]\n" * n_before
    assert fault == f"line {n_before + 1}: {program}:2:5: the input does not meet `requires distinct(xs)`"


@pytest.mark.parametrize("n_before", [1, 10])
def test_a_broken_promise_is_told_with_its_line(program: Path, n_before: int) -> None:
    result = run(program, "--inputs", "-", stdin="[1]\n" * n_before + "[7, 8]\n")
    assert result.stderr == f"line {n_before + 1}: broken promise: ensures sum(result) < 9\n"
    assert result.stdout == "[2]\n" * n_before + "[8, 9]\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "expected either --input, for one input, or --inputs, for a file of them; found neither"),
        (
            ["--input", "[1]", "--inputs", "-"],
            "expected either --input, for one input, or --inputs, for a file of them; found both",
        ),
        (["--inputs", "-", "--trace"], "a trace tells of one input: give --input instead of --inputs"),
        (
            ["--inputs", "-", "--backend", "transformer"],
            "--inputs are run by the interpret backend, found 'transformer': give --input to run one",
        ),
    ],
)
def test_options_that_do_not_go_together_are_a_fault(program: Path, options: list[str], message: str) -> None:
    assert fault_of(program, *options) == ("", message)


@pytest.mark.parametrize("given", [("--input", "[1]"), ("--inputs", "-")])
def test_an_unknown_device_names_those_there_are(program: Path, given: tuple[str, str]) -> None:
    _, fault = fault_of(program, *given, "--device", "tpu", stdin="[1]\n")
    assert fault.startswith("there is no device 'tpu' here; there are: cpu")


def test_an_empty_file_name_does_not_wait_for_standard_input(program: Path) -> None:
    fault = "expected the name of a file behind --inputs, found none; - reads standard input"
    assert fault_of(program, "--inputs", "", stdin="[1]\n") == ("", fault)


def test_lines_that_are_not_utf8_are_named(program: Path, tmp_path: Path) -> None:
    (tmp_path / "inputs").write_bytes("[1]\n".encode("utf-16"))
    out, fault = fault_of(program, "--inputs", str(tmp_path / "inputs"))
    assert (out, "line 1 of" in fault, "it is not UTF-8 text" in fault) == ("", True, True)


def test_windows_line_ends_and_a_byte_order_mark_are_read(program: Path, tmp_path: Path) -> None:
    (tmp_path / "unix").write_bytes(b"[1]\n[2]\n")
    (tmp_path / "windows").write_bytes(b"\xef\xbb\xbf[1]\r\n\r\n[2]\r\n")
    assert (
        run(program, "--inputs", str(tmp_path / "windows")).output
        == run(program, "--inputs", str(tmp_path / "unix")).output
    )
