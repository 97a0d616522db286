"""The law of verification put to one program: nothing that breaks is proved, nothing that holds is refuted.

1. *Verdicts*: a promise whose every part is proved holds on every short input that it reaches; where all else is
   proved, no function stops with a fault. A counterexample breaks what it is shown for, in the interpreter.
2. *Rungs*: each strategy by itself, asked of each claim: what it proves has no breach, whatever rung before it would
   have refuted it, and what it refutes is replayed.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from stdcell.dsl import Program
from stdcell.dsl.program import Function
from stdcell.errors import VerificationError
from stdcell.runtime.inputs import bind_inputs
from stdcell.verify import Claim, Effort, Report, Verdict, functions_in_order, own_claims, verify
from stdcell.verify.claims.claim import call_claims
from stdcell.verify.claims.cut import Cut
from stdcell.verify.outcome import NoAnswer, Outcome, Proof, Refutation, Strategy
from stdcell.verify.prove import FOR_ALL_LENGTHS, UP_TO_A_LENGTH
from stdcell.verify.replay import replayed

from .truth import Given, breach_of, clause_breach, first_wrong, holds, is_meant, value_of

__all__ = ["EFFORT", "wrong_rungs", "wrong_verdicts"]

EFFORT = Effort(up_to=3, steps=400_000)


def wrong_verdicts(program: Program, report: Report | None = None, effort: Effort = EFFORT) -> list[str]:
    """Each verdict that the interpreter contradicts, in words."""
    found = verify(program, effort=effort) if report is None else report
    return [*_wrong_proofs(program, found, effort.up_to), *_wrong_refutations(program, found)]


def _wrong_proofs(program: Program, report: Report, longest: int) -> Iterator[str]:
    reach = min(longest, 3)
    for function in functions_in_order(program):
        for clause in function.ensures:
            place = f"{clause.span.source.name}:{clause.span.line}:{clause.span.column}"
            # That the promise is defined for every number of a range is a part of it.
            parts = [one for one in report.verdicts if one.place == place]
            if parts and all(one.status == "proved" for one in parts):
                breach = clause_breach(program, function, clause, min(reach, *map(_reach, parts)))
                if breach:
                    yield f"proved, but {clause.text} breaks on {breach}"
    if report.is_proved and (wrong := first_wrong(program, min([reach, *map(_reach, report.verdicts)]))):
        yield f"all is proved, but {wrong[0]} on {wrong[1]}"


def _reach(verdict: Verdict) -> int:
    """The longest sequences that a verdict speaks of."""
    return 99 if verdict.reach is None else verdict.reach


def _wrong_refutations(program: Program, report: Report) -> Iterator[str]:
    functions = {function.name: function for function in functions_in_order(program)}
    for verdict in report.verdicts:
        if verdict.status != "refuted" or verdict.kind == "requires":
            continue
        if verdict.counterexample is None:
            yield f"refuted without an input: {verdict.claim}"
            continue
        function = functions[verdict.counterexample.call.partition("(")[0]]
        given = Given(*bind_inputs(function, verdict.counterexample.inputs))
        if not is_meant(program, function, given):
            yield f"refuted by an input that is not meant: {verdict.claim}, {verdict.counterexample.call}"
        elif not _is_wrong(program, function, verdict, given):
            yield f"refuted by an input that breaks nothing: {verdict.claim}, {verdict.counterexample.call}"


def _is_wrong(program: Program, function: Function, verdict: Verdict, given: Given) -> bool:
    claims = [one for one in claims_of(program) if one.function is function]
    claims = [one for one in claims if (one.kind, one.text) == (verdict.kind, verdict.claim)]
    values = [value_of(program, claim.condition, given) for claim in claims]
    return any(value is None or not holds(value) for value in values)


def wrong_rungs(program: Program, effort: Effort = EFFORT) -> list[str]:
    """Each answer of a single strategy that the interpreter contradicts, in words."""
    found: list[str] = []
    for claim in claims_of(program):
        for strategy in (*FOR_ALL_LENGTHS, *UP_TO_A_LENGTH):
            found += _wrong_answers(program, claim, strategy, effort)
    return found


def _wrong_answers(program: Program, claim: Claim, strategy: Strategy, effort: Effort) -> Iterator[str]:
    name = f"{strategy.__name__}: {claim.kind} {claim.text}"
    match _asked(strategy, claim, effort):
        case Proof(reach=reach) | NoAnswer(proof=Proof(reach=reach)):
            breach = breach_of(program, claim, effort.up_to if reach is None else min(reach, effort.up_to))
            if breach:
                yield f"{name} is proved, but breaks on {breach}"
        case Refutation() as refutation if not claim.speaks_of_inner_inputs:
            given = Given(refutation.n_positions, refutation.inputs)
            is_read = all(value_of(program, condition, given) is not None for condition in claim.given)
            if is_read and not replayed(refutation, claim, program):
                yield f"{name} is refuted by what does not replay: {refutation}"


def _asked(strategy: Strategy, claim: Claim, effort: Effort) -> Outcome:
    try:
        return strategy(claim, effort)
    except (VerificationError, z3.Z3Exception) as error:
        return NoAnswer(str(error))


def claims_of(program: Program) -> Iterator[Claim]:
    """Every claim, of callees before callers."""
    for function in functions_in_order(program):
        for call in function.calls:
            yield from call_claims(call, Cut(function))
        yield from own_claims(function, program.spans)
