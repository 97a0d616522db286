"""Invariants that Z3's engine for Horn clauses finds (Spacer: Komuravelli, Gurfinkel and Chaki 2014).

The machine is told as clauses over an unknown relation on states. What the engine answers is not relied on: the
relation that it gives is an invariant like any other, and proved by the same questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3

from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Proof
from ..solver import SEED, Query
from ..terms import as_term
from .machine import Machine
from .questions import Questions
from .reading import machine_of

__all__ = ["by_spacer"]

_SHARE = 6
_NO_ANSWER = NoAnswer("no invariant was found that the claim follows from")


def by_spacer(claim: Claim, effort: Effort) -> Outcome:
    """Prove a claim by an invariant that the solver finds by itself.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    machine = machine_of(claim)
    if isinstance(machine, str):
        return NoAnswer(machine)
    if not machine.state:
        return NoAnswer("its machine has no state that an invariant could speak of")
    questions = Questions(machine, effort)
    found = _relation(machine, questions, max(1, effort.steps // _SHARE))
    if found is None:
        return _NO_ANSWER
    unknowns = [questions.before[node.key] for node in machine.state]

    def said(state: Mapping[str, Any]) -> list[Any]:
        values = [_as(state[node.key], unknown) for node, unknown in zip(machine.state, unknowns, strict=True)]
        return [z3.substitute(found, *zip(unknowns, values, strict=True))]

    queries = questions.proof_of(said)
    return _NO_ANSWER if queries is None else Proof("induction with an invariant of the solver", queries)


def _relation(machine: Machine, questions: Questions, steps: int) -> Any:
    """What the engine says of reachable states, over the state before a step; None where it does not answer."""
    state = [questions.before[node.key] for node in machine.state]
    bound = [*state, *(questions.before[item.key] for item in machine.items)]
    reached = z3.Function("reached", *(unknown.sort() for unknown in state), z3.BoolSort())

    def at(values: Mapping[str, Any]) -> Any:
        pairs = zip(machine.state, state, strict=True)
        return reached(*(_as(values[node.key], unknown) for node, unknown in pairs))

    (goal,) = questions.said([machine.goal], questions.before)
    clauses = [
        z3.ForAll(bound, z3.Implies(z3.And(*premises, z3.BoolVal(True)), conclusion))
        for premises, conclusion in (
            (questions.starting, at(questions.at_start)),
            ([at(questions.before), *questions.stepping], at(questions.after)),
            ([at(questions.before), *questions.ending], as_term(goal)),
        )
    ]
    meaning = _meaning_of(reached.name(), Query("the invariant", clauses, steps))
    return None if meaning is None else z3.substitute_vars(meaning, *state)


def _meaning_of(relation: str, clauses: Query) -> Any:
    """What the engine says of a relation; None where it does not answer.

    It reads the text, in a context of its own: it orders terms by when they were made, and among the terms of other
    questions it would answer otherwise.
    """
    own = z3.Context()
    engine = z3.SolverFor("HORN", ctx=own)
    engine.set("rlimit", clauses.steps)
    engine.set("random_seed", SEED)
    engine.add(z3.parse_smt2_string(clauses.text, ctx=own))
    if engine.check() != z3.sat:
        return None
    model = engine.model()
    meaning = next((model[found] for found in model.decls() if found.name() == relation), None)
    if not isinstance(meaning, z3.FuncInterp) or meaning.num_entries() > 0 or _is_quantified(meaning.else_value()):
        return None
    return meaning.else_value().translate(z3.main_ctx())


def _as(value: Any, unknown: Any) -> Any:
    """A value of the sort of an unknown."""
    term = as_term(value)
    return z3.ToReal(term) if z3.is_real(unknown) and z3.is_int(term) else term


def _is_quantified(term: Any) -> bool:
    return z3.is_quantifier(term) or any(map(_is_quantified, term.children()))
