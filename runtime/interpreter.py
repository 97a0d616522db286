"""The interpreter: what a program answers, on one input or on many.

A few inputs are evaluated one by one, as `reference` defines it; many are evaluated at once, as tensors (`batch`), with
the same answers and the same faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from ..dsl.program import Function, Program
from ..errors import RuntimeFault
from .inputs import Given
from .reference import answer_of, run

__all__ = ["FEWEST_BATCHED", "interpret", "interpret_stream"]

FEWEST_BATCHED = 8
"""Fewer inputs than this are evaluated one after the other on the CPU, without waiting for torch to be imported."""


def interpret(
    program: Program, inputs: Sequence[Given], *, output: str | None = None, device: str = "cpu"
) -> list[Any]:
    """Run a program on many inputs.

    Args:
        program: what `parse` returned.
        inputs: each a string (its characters are the tokens) or a list, of any length; a mapping by parameter name
            where the entry point has several parameters.
        output: the name of the output; `main`, or the last one, if None.
        device: where the tensors are, `cpu` or `cuda` or `cuda:1`; fewer than `FEWEST_BATCHED` inputs take none on
            the CPU.

    Returns:
        One answer for each input: a list for a sequence, one value for a scalar. Numbers are ints, or floats where
        they are not whole.

    Raises:
        RuntimeFault: if an input does not belong to the declared type, or the program divides by zero, takes the
            mean of tokens, or the like, for the first input of which this is so; the message names the place in the
            text. Or if there is no such device.
    """
    return list(_answers(program, program.output(output), inputs, device))


def interpret_stream(
    program: Program,
    inputs: Iterable[Given],
    *,
    output: str | None = None,
    device: str = "cpu",
    batch_size: int = 4096,
) -> Iterator[Any]:
    """Run a program on inputs as they come, of which a batch is held at a time.

    Answers and arguments are as in `interpret`; `batch_size` inputs are evaluated at once. The answers before a fault
    are given first.

    Raises:
        RuntimeFault: as `interpret` does, when the faulty input's turn has come; at once if there is no such output.
    """
    if batch_size < 1:
        raise RuntimeFault(f"a batch holds at least 1 input, found a batch size of {batch_size}")
    return _streamed(program, program.output(output), iter(inputs), device, batch_size)


def _streamed(
    program: Program, function: Function, inputs: Iterator[Given], device: str, batch_size: int
) -> Iterator[Any]:
    while batch := list(islice(inputs, batch_size)):
        yield from _answers(program, function, batch, device)


def _answers(program: Program, function: Function, inputs: Sequence[Given], device: str) -> Iterator[Any]:
    """The answer to each input; an iterator, so that those before a fault are had."""
    if device != "cpu" or len(inputs) >= FEWEST_BATCHED:
        from .batch import run_batch  # torch takes seconds to import

        return run_batch(program, function, inputs, device=device).answers()
    return (answer_of(program, run(program, function, given)[function.result], given) for given in inputs)
