"""Contracts that nothing meets: then every promise would hold, and mean nothing.

1. Of what is required, and that the function answers, an input is looked for: of length 1 and a few more, then of those
   near the numbers that the length is compared with.
2. Of requirements and promises together, the result a free value, as well: what is promised must be possible.
3. Where none is found, it is proved that there is none at all, and the clauses that contradict are named; or the
   lengths that were tried are told.

A sequence of no elements meets every condition on its elements, so that it does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import z3

from ...dsl.checking.contracts import CellContract
from ...dsl.graph import Constant, Input, Length, SOp, nodes_within
from ...dsl.program import Clause, Function
from ...dsl.types import Seq
from ...errors import VerificationError
from ..bounded.question import GaveUp, is_satisfiable
from ..claims.claim import Claim
from ..claims.conditions import compared
from ..claims.definedness import conditions_owed
from ..outcome import Effort, Proof
from ..positions.prove import by_positions

__all__ = ["Vacuity", "of_cell", "of_promises", "of_requirements"]

_LENGTHS, _STEPS, _LONGEST = (1, 2, 3, 4, 6, 8), 1_000_000, 64
_FALSE = Constant((), False)
_NOT_TOLD = (GaveUp, VerificationError, z3.Z3Exception, RecursionError)


@dataclass(frozen=True, slots=True)
class Vacuity:
    """Whether some input meets a contract.

    Attributes:
        is_met: that one does.
        is_contradictory: that none does, whatever its length.
        told: either, in words; the clauses that contradict, or the lengths that were tried.
    """

    is_met: bool
    is_contradictory: bool
    told: str


def of_requirements(function: Function, effort: Effort) -> Vacuity:
    """Whether some input meets what a function requires."""
    return _of(function, function.requires, function.parameters, effort)


def of_promises(function: Function, effort: Effort) -> Vacuity:
    """Whether some input and some result meet what a function requires and ensures together."""
    inputs = (*function.parameters, function.result_input)
    return _of(function, (*function.requires, *function.ensures), inputs, effort)


def of_cell(contract: CellContract, effort: Effort) -> Vacuity:
    """Whether some values of its ports meet a cell's contract."""
    clauses, ports = (*contract.requires, *contract.ensures), (*contract.ports, contract.result)
    lengths = _lengths(ports)
    try:
        met = _found(clauses, lengths, effort)
    except _NOT_TOLD as error:
        return _not_found_out(error)
    return met or Vacuity(False, lengths == (0,), f"no values meet it: {_core(clauses, lengths, effort)}")


def _not_found_out(error: Exception) -> Vacuity:
    why = str(error) if isinstance(error, VerificationError) else "the solver gave up"
    return Vacuity(False, False, f"whether any input meets it was not found out: {why}")


def _of(function: Function, clauses: Sequence[Clause], inputs: Sequence[Input], effort: Effort) -> Vacuity:
    if not clauses:
        return Vacuity(True, False, "nothing is required")
    lengths = _lengths(inputs)
    try:
        if met := _found(clauses, lengths, effort):
            return met
        if lengths == (0,) or _is_contradictory(function, clauses, effort):
            return _contradictory(clauses, lengths, effort)
        if met := _found(clauses, further := _named(clauses), effort):
            return met
    except _NOT_TOLD as error:
        return _not_found_out(error)
    tried = ", ".join(map(str, dict.fromkeys((*lengths, *further))))
    told = f"no input of length {tried} meets it, and whether one of another length does is not known"
    return Vacuity(False, False, told)


def _contradictory(clauses: Sequence[Clause], lengths: Sequence[int], effort: Effort) -> Vacuity:
    is_met_by_none = lengths != (0,) and _is_met(clauses, (0,), effort)
    who = "no input but that of no elements" if is_met_by_none else "no input"
    return Vacuity(False, True, f"{who} meets it: {_core(clauses, lengths, effort)}")


def _found(clauses: Sequence[Clause], lengths: Sequence[int], effort: Effort) -> Vacuity | None:
    """The first length of which some input meets the clauses."""
    for length in lengths:
        if is_satisfiable(_conditions(clauses), length, min(_STEPS, effort.steps)):
            return Vacuity(True, False, f"met at length {length}" if length else "met by an input")
    return None


def _lengths(inputs: Iterable[Input]) -> tuple[int, ...]:
    return _LENGTHS if any(isinstance(node.type, Seq) for node in inputs) else (0,)


def _named(clauses: Iterable[Clause]) -> tuple[int, ...]:
    """The lengths near the numbers that the clauses compare the length with."""
    nodes = nodes_within([clause.condition for clause in clauses])
    beside = (argument for node in nodes if Length() in node.arguments for argument in node.arguments)
    numbers = (node.value for node in beside if isinstance(node, Constant) and type(node.value) is int)
    near = dict.fromkeys(number + step for number in numbers for step in (0, 1, -1))
    return tuple(length for length in near if 0 < length <= _LONGEST)


def _conditions(clauses: Iterable[Clause]) -> tuple[SOp, ...]:
    return tuple(part for clause in clauses for part in (*conditions_owed([clause.condition]), clause.condition))


def _is_contradictory(function: Function, clauses: Sequence[Clause], effort: Effort) -> bool:
    """Whether it is proved, for all lengths but 0, that nothing meets the clauses."""
    given = (*_conditions(clauses), compared(Length(), ">", 0))
    claim = Claim("requires", "", function, function.span, _FALSE, given)
    try:
        return isinstance(by_positions(claim, effort), Proof)
    except _NOT_TOLD:
        return False


def _core(clauses: Sequence[Clause], lengths: Sequence[int], effort: Effort) -> str:
    """The clauses that contradict one another: without any of them some input would do."""
    needed = list(clauses)
    for clause in clauses:
        others = [one for one in needed if one is not clause]
        if others and not _is_met(others, lengths, effort):
            needed = others
    parts = [f"`{clause.text}`" for clause in needed]
    return f"{parts[0]} contradicts itself" if len(parts) == 1 else f"{' and '.join(parts)} contradict one another"


def _is_met(clauses: Sequence[Clause], lengths: Sequence[int], effort: Effort) -> bool:
    try:
        return any(is_satisfiable(_conditions(clauses), length, min(_STEPS, effort.steps)) for length in lengths)
    except _NOT_TOLD:
        return True
