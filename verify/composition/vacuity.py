"""Contracts that nothing meets: then every promise would hold, and mean nothing.

1. Of what is required, and that the function answers, an input is looked for: of length 1 and a few more, then of those
   near the numbers that the length is compared with.
2. Of requirements and promises together, the result a free value, as well: what is promised must be possible.
3. Where none is found, it is proved that there is none at all, and the parts that contradict are named
   (`contradictions.py`); or the lengths that were tried are told.

A sequence of no elements meets every condition on its elements, so that it does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import z3

from ...dsl.checking.contracts import CellContract
from ...dsl.graph import Constant, Input, Length, SOp, nodes_within
from ...dsl.program import Clause, Function
from ...dsl.types import Seq
from ...errors import Span, VerificationError
from ..bounded.question import GaveUp, is_satisfiable
from ..bounded.refuting import among_few
from ..claims.claim import Claim
from ..claims.conditions import compared
from ..claims.definedness import conditions_owed
from ..outcome import Effort, Proof
from ..positions.prove import by_positions
from .contradictions import contradiction

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
        length: how long the shortest sequences are that were found to meet it.
    """

    is_met: bool
    is_contradictory: bool
    told: str
    length: int = 1


def of_requirements(function: Function, places: Mapping[SOp, Span], effort: Effort) -> Vacuity:
    """Whether some input meets what a function requires; `places` are where its text is written."""
    return _of(function, function.requires, function.parameters, places, effort)


def of_promises(function: Function, places: Mapping[SOp, Span], effort: Effort) -> Vacuity:
    """Whether some input and some result meet what a function requires and ensures together."""
    inputs = (*function.parameters, function.result_input)
    return _of(function, (*function.requires, *function.ensures), inputs, places, effort)


def of_cell(contract: CellContract, effort: Effort) -> Vacuity:
    """Whether some values of its ports meet a cell's contract."""
    clauses, ports = (*contract.requires, *contract.ensures), (*contract.ports, contract.result)
    lengths = _lengths(ports)
    try:
        met = _found(_conditions(clauses), lengths, effort)
    except _NOT_TOLD as error:
        return _not_found_out(error)

    def is_contradictory(conditions: Sequence[SOp]) -> bool:
        return not _is_met(conditions, lengths, effort)

    core = "" if met else contradiction(clauses, ports, {}, is_contradictory)
    return met or Vacuity(False, lengths == (0,), f"no values meet it: {core}")


def _not_found_out(error: Exception) -> Vacuity:
    why = str(error) if isinstance(error, VerificationError) else "the solver gave up"
    return Vacuity(False, False, f"whether any input meets it was not found out: {why}")


def _of(
    function: Function,
    clauses: Sequence[Clause],
    inputs: Sequence[Input],
    places: Mapping[SOp, Span],
    effort: Effort,
) -> Vacuity:
    if not clauses:
        return Vacuity(True, False, "nothing is required")
    lengths, conditions = _lengths(inputs), _conditions(clauses)

    def is_contradictory(some: Sequence[SOp]) -> bool:
        return not _is_met(some, lengths, effort) and (lengths == (0,) or _is_contradictory(function, some, effort))

    try:
        if met := _found(conditions, lengths, effort, function):
            return met
        if is_contradictory(conditions):
            has_none = lengths != (0,) and _is_met(conditions, (0,), effort)
            who = "no input but that of no elements" if has_none else "no input"
            core = contradiction(clauses, inputs, places, is_contradictory)
            return Vacuity(False, True, f"{who} meets it: {core}")
        if met := _found(conditions, further := _named(clauses), effort, function):
            return met
    except _NOT_TOLD as error:
        return _not_found_out(error)
    tried = ", ".join(map(str, dict.fromkeys((*lengths, *further))))
    told = f"no input of length {tried} meets it, and whether one of another length does is not known"
    return Vacuity(False, False, told)


def _found(
    conditions: tuple[SOp, ...], lengths: Iterable[int], effort: Effort, function: Function | None = None
) -> Vacuity | None:
    """The first length of which some input meets the conditions; of a function's, the smallest few are tried first."""
    none_meets = Claim("requires", "", function, function.span, _FALSE, conditions) if function else None
    for length in lengths:
        few = among_few(none_meets, length) if none_meets else None
        if few or is_satisfiable(conditions, length, min(_STEPS, effort.steps)):
            return Vacuity(True, False, f"met at length {length}" if length else "met by an input", length)
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


def _is_contradictory(function: Function, conditions: Sequence[SOp], effort: Effort) -> bool:
    """Whether it is proved, for all lengths but 0, that nothing meets the conditions."""
    given = (*conditions, compared(Length(), ">", 0))
    claim = Claim("requires", "", function, function.span, _FALSE, given)
    try:
        return isinstance(by_positions(claim, effort), Proof)
    except _NOT_TOLD:
        return False


def _is_met(conditions: Sequence[SOp], lengths: Sequence[int], effort: Effort) -> bool:
    """Whether some values of these lengths meet the conditions, or it is not found out."""
    try:
        return any(is_satisfiable(conditions, length, min(_STEPS, effort.steps)) for length in lengths)
    except _NOT_TOLD:
        return True
