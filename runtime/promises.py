"""Contracts at run time: what an input must meet, and which promises an answer breaks."""

from __future__ import annotations

from typing import Any

from ..dsl.program import Clause, Function, Program
from ..errors import RuntimeFault
from .evaluate import evaluate
from .inputs import Given, bind_inputs
from .reference import Exact, call_by_contract

__all__ = ["broken_promises", "check_requirements"]


def check_requirements(program: Program, function: Function, given: Given) -> None:
    """Refuse an input that the function does not promise anything about.

    Raises:
        RuntimeFault: naming the requirement and its place.
    """
    for clause in function.requires:
        if not _holds(clause, program, function, given, None):
            place = f"{clause.span.source.name}:{clause.span.line}:{clause.span.column}"
            raise RuntimeFault(f"{place}: the input does not meet `{clause.text}`")


def broken_promises(program: Program, function: Function, given: Given, result: Any) -> tuple[str, ...]:
    """The `ensures` clauses that an exact result breaks, as written."""
    return tuple(clause.text for clause in function.ensures if not _holds(clause, program, function, given, result))


def _holds(clause: Clause, program: Program, function: Function, given: Given, result: Any) -> bool:
    n_positions, inputs = bind_inputs(function, given)
    exact = Exact(program, call_by_contract)
    values = evaluate([clause.condition], exact, n_positions, {**inputs, "result": result})
    return bool(values[clause.condition])
