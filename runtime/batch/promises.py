"""Contracts for whole batches: inputs that a function promises nothing about, and promises that answers break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ...dsl.graph import SOp, substitute
from ...dsl.program import Function, Program
from ...errors import RuntimeFault
from ..inputs import Given
from .run import run_batch

__all__ = ["Checked", "checked_answers"]


class Checked(NamedTuple):
    """An answer, and the `ensures` clauses that it breaks, as written."""

    answer: Any
    broken: tuple[str, ...]


def checked_answers(program: Program, function: Function, inputs: Sequence[Given], *, device: str) -> Iterator[Checked]:
    """The answer to each input, after its requirements and with its promises, in order; evaluated as one batch.

    Raises:
        RuntimeFault: where an input's turn has come that does not meet a requirement, which is named with its place,
            or of which something is undefined.
    """

    def answers(result: SOp) -> Iterator[Any]:
        return run_batch(program, replace(function, result=result), inputs, device=device).answers()

    required = [(clause, answers(clause.condition)) for clause in function.requires]
    found = answers(function.result)
    # A promise speaks of the result, which is computed in its place.
    result: Mapping[SOp, SOp] = {function.result_input: function.result}
    ensured = [(clause, answers(substitute(clause.condition, result))) for clause in function.ensures]
    for _ in inputs:
        for clause, holds in required:
            if not next(holds):
                raise RuntimeFault(f"{clause.span.place}: the input does not meet `{clause.text}`")
        answer = next(found)
        yield Checked(answer, tuple(clause.text for clause, holds in ensured if not next(holds)))
