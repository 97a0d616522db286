"""Machines of finitely many states: exact answers for all lengths, refutations by the shortest word.

The states are explored breadth first. Where no step leads out of those found, and none of them breaks the goal, they
are an invariant. It is written as a decision diagram, one variable after the other, and proved like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from ...dsl.graph import Constant, Input, SOp
from ...dsl.types import Value
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Proof
from .counting import with_short_counters
from .differences import with_fewer_counters
from .exploring import explore
from .expressions import FALSE, TRUE, applied, conj, disj, neg
from .machine import Machine
from .questions import Questions
from .reading import machine_of

__all__ = ["by_automaton", "diagram", "doubt"]

_MOST_DECISIONS = 5_000


def by_automaton(claim: Claim, effort: Effort) -> Outcome:
    """Prove or refute a claim whose machine reaches finitely many states.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    machine = machine_of(claim)
    if isinstance(machine, str):
        return NoAnswer(machine)
    machine = with_short_counters(with_fewer_counters(machine))
    found = explore(machine, effort)
    if isinstance(found, str):
        return NoAnswer(f"its states are not counted: {found}")
    if found.refutation is not None:
        reason = doubt(claim, machine)
        return NoAnswer(reason) if reason else found.refutation
    if not found.is_closed:
        return NoAnswer(f"after {len(found.states)} states its machine goes on to others")
    reachable = diagram(machine.state, found.states)
    queries = None if reachable is None else Questions(machine, effort).proof([reachable])
    if queries is None:
        return NoAnswer(f"the {len(found.states)} states of its machine are too many for the solver")
    return Proof(f"an automaton of {len(found.states)} states", queries)


def doubt(claim: Claim, machine: Machine) -> str:
    """Why a run that breaks the goal may be no input that breaks the claim; empty where it is one."""
    if claim.speaks_of_inner_inputs:
        return "it fails for some state or position, which may not be reached"
    if not machine.forgotten:
        return ""
    return f"some run breaks it, but may break what is assumed, which is not read: {machine.forgotten[0]}"


def diagram(variables: Sequence[Input], states: Sequence[tuple[Value, ...]]) -> SOp | None:
    """That the variables have the values of one of the states; None where that takes too many decisions."""
    made: dict[tuple[tuple[Value, ...], ...], SOp] = {}

    def decided(rests: tuple[tuple[Value, ...], ...], place: int) -> SOp:
        if place == len(variables):
            return TRUE
        if rests not in made:
            by_value: dict[Value, list[tuple[Value, ...]]] = {}
            for first, *rest in rests:
                by_value.setdefault(first, []).append(tuple(rest))
            by_rest: dict[tuple[tuple[Value, ...], ...], list[Value]] = {}
            for value, left in by_value.items():
                by_rest.setdefault(tuple(sorted(left, key=repr)), []).append(value)
            cases = (conj(_one_of(variables[place], v), decided(rest, place + 1)) for rest, v in by_rest.items())
            nothing: SOp = FALSE
            made[rests] = reduce(disj, cases, nothing)
        return made[rests]

    invariant = decided(tuple(sorted(states, key=repr)), 0)
    return invariant if len(made) <= _MOST_DECISIONS else None


def _one_of(node: Input, values: Sequence[Value]) -> SOp:
    """That a variable has one of some values; of whole numbers that follow one another, by their ends."""
    if set(values) == {False, True} and all(isinstance(value, bool) for value in values):
        return TRUE
    if all(isinstance(value, bool) for value in values):
        return node if values[0] else neg(node)
    whole = [value for value in values if isinstance(value, int)]
    if len(whole) == len(values) > 2 and max(whole) - min(whole) + 1 == len(whole):
        low, high = Constant((), min(whole)), Constant((), max(whole))
        return conj(applied("<=", low, node), applied("<=", node, high))
    return reduce(disj, (applied("==", node, Constant((), value)) for value in sorted(values, key=repr)))
