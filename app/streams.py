"""Run a program on a file of inputs, one JSON value a line, and print one answer a line as they come."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import typer

from ..dsl import Program
from ..dsl.program import Function
from ..errors import RuntimeFault, StdcellError
from ..runtime.inputs import Given
from ..runtime.interpreter import FEWEST_BATCHED
from ..runtime.promises import broken_promises, check_requirements
from ..runtime.reference import answer_of, run

__all__ = ["STANDARD_INPUT", "check_device", "choose_inputs", "refuse_beside_inputs", "run_lines"]

BATCH_SIZE = 4096
STANDARD_INPUT = "-"


class Line(NamedTuple):
    """An input, and the number of its line, from 1."""

    number: int
    given: Given


class Told(NamedTuple):
    """An answer as a line of JSON, and the promises that it breaks."""

    text: str
    broken: Sequence[str]


def choose_inputs(given: str | None, inputs: str | None) -> None:
    """Refuse to run on no input, or on one and a file of them.

    Raises:
        StdcellError: saying which option to give.
    """
    if (given is None) is (inputs is None):
        found = "neither" if given is None else "both"
        raise StdcellError(f"expected either --input, for one input, or --inputs, for a file of them; found {found}")
    if inputs == "":
        raise StdcellError("expected the name of a file behind --inputs, found none; - reads standard input")


def refuse_beside_inputs(backend: str, *, trace: bool) -> None:
    """Refuse what is there for one input only.

    Raises:
        StdcellError: naming the option, and what to do instead.
    """
    if backend != "interpret":
        raise StdcellError(f"--inputs are run by the interpret backend, found {backend!r}: give --input to run one")
    if trace:
        raise StdcellError("a trace tells of one input: give --input instead of --inputs")


def check_device(device: str) -> None:
    """Refuse a device that is not here.

    Raises:
        RuntimeFault: naming those that are.
    """
    if device != "cpu":
        from ..runtime.batch import find_device  # torch takes seconds to import

        find_device(device)


def run_lines(program: Program, inputs: str, output: str | None, device: str) -> None:
    """Print the answer to each line of a file, or of standard input (`-`), a batch of lines at a time.

    Blank lines are passed over. A broken promise is told on standard error, with the number of its line.

    Raises:
        RuntimeFault: where the turn has come of a line that is no JSON, or no input of the program, or at fault;
            naming the line. The answers before it are printed first.
    """
    check_device(device)
    function = program.output(output)
    with nullcontext(sys.stdin.buffer) if inputs == STANDARD_INPUT else Path(inputs).open("rb") as lines:
        for batch in _batches(lines, "standard input" if inputs == STANDARD_INPUT else repr(inputs)):
            _print_batch(program, function, batch, device)


def _batches(lines: Iterable[bytes], name: str) -> Iterator[list[Line]]:
    """Lines as inputs, at most `BATCH_SIZE` at a time; those before an unreadable line come before its fault."""
    batch: list[Line] = []
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            batch.append(Line(number, json.loads(text.decode("utf-8-sig").strip())))
        except (ValueError, RecursionError) as error:
            yield batch
            hint = "write one input a line, such as [3, 1, 2]"
            raise RuntimeFault(f"line {number} of {name} is not JSON: {_reason(error)}; {hint}") from None
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    yield batch


def _reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"{error.msg} at column {error.colno}"
        case RecursionError():
            return "it is nested too deeply"
        case UnicodeDecodeError():
            return "it is not UTF-8 text"
    return str(error)


def _print_batch(program: Program, function: Function, batch: Sequence[Line], device: str) -> None:
    answers = _answers(program, function, [line.given for line in batch], device)
    texts: list[str] = []
    try:
        for line in batch:
            told = _next(answers, line)
            texts.append(told.text)
            for promise in told.broken:
                typer.echo(f"line {line.number}: broken promise: {promise}", err=True)
    finally:
        if texts:
            typer.echo("\n".join(texts))


def _next(answers: Iterator[Told], line: Line) -> Told:
    """The next answer; a fault of it is of this line."""
    try:
        return next(answers)
    except RuntimeFault as error:
        raise RuntimeFault(f"line {line.number}: {error}") from error


def _answers(program: Program, function: Function, inputs: Sequence[Given], device: str) -> Iterator[Told]:
    """Each answer, after the requirements that its input has to meet; a few inputs do not wait for torch."""
    if device != "cpu" or len(inputs) >= FEWEST_BATCHED:
        from ..runtime.batch.promises import checked_answers  # torch takes seconds to import

        for checked in checked_answers(program, function, inputs, device=device):
            yield _told(checked.answer, checked.broken)
        return
    for given in inputs:
        check_requirements(program, function, given)
        value = run(program, function, given)[function.result]
        broken = broken_promises(program, function, given, value)
        yield _told(answer_of(program, value, given), broken)


def _told(answer: object, broken: Sequence[str]) -> Told:
    return Told(json.dumps(answer, ensure_ascii=False), broken)
