"""The ladder: every claim of a program is proved, refuted, or plainly unknown.

For each function, callees first, and for each of its claims, the cheapest answer first:

1. by types, where the checker knew already;
2. a counterexample among short sequences, replayed in the interpreter;
3. for all lengths, by each strategy of `FOR_ALL_LENGTHS`; then once more with the promises of called functions, which
   may be used once their own claims and the call's requirements are proved;
4. for every sequence up to a length, by each strategy of `UP_TO_A_LENGTH`;
5. unknown.

A claim that rests on a catalogued cell's contract is proved only if that contract has conclusive evidence. Answers
are limited in solver steps, not in time, so that they repeat. A promise speaks of inputs on which the program answers;
that it answers is a claim of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import z3

from ..catalog import Catalog
from ..dsl.graph import Constant
from ..dsl.program import CallSite, Function, Program, cells_called
from ..dsl.types import Seq
from ..errors import Span, VerificationError
from .assumptions import assumption_of
from .bounded.enumeration import by_enumeration
from .bounded.question import GaveUp, is_satisfiable
from .bounded.refuting import by_short_inputs
from .bounded.unrolling import by_unrolling
from .claims.claim import (
    Claim,
    call_claims,
    fitting_claims,
    functions_in_order,
    own_claims,
    promises_of,
    requirements,
)
from .machines.induction import by_induction
from .outcome import DEFAULT_EFFORT, Effort, NoAnswer, Outcome, Proof, Refutation, Strategy
from .positions.prove import by_positions
from .replay import replayed
from .verdict import Assumption, Counterexample, Report, Status, Verdict

__all__ = ["FOR_ALL_LENGTHS", "UP_TO_A_LENGTH", "verify"]

FOR_ALL_LENGTHS: tuple[Strategy, ...] = (by_induction, by_positions)
"""What may prove a claim for all lengths, cheapest first."""
TO_REFUTE: tuple[Strategy, ...] = (by_short_inputs,)
"""What may refute a claim before anyone tries to prove it."""
UP_TO_A_LENGTH: tuple[Strategy, ...] = (by_unrolling, by_enumeration)
"""What may answer it for short sequences, cheapest first."""
_SHORT, _STEPS_TO_REFUTE = 3, 1_000_000


def verify(program: Program, catalog: Catalog | None = None, *, effort: Effort = DEFAULT_EFFORT) -> Report:
    """Answer every claim of a program.

    Args:
        program: what `parse` returned.
        catalog: where the evidence for the contracts of its cells is kept; without one, no claim that rests on a
            cell is proved.
        effort: how much may be spent on a claim before the answer is unknown.

    Returns:
        Verdicts on each wire, each requirement of a call, each partial operation and each promise.

    Raises:
        CatalogError: if a cell is not in the catalog, or its weights are damaged.
    """
    functions = functions_in_order(program)
    clauses = (clause for function in functions for clause in (*function.requires, *function.ensures))
    cells = cells_called([*(function.result for function in functions), *(clause.condition for clause in clauses)])
    assumptions = {cell.digest: assumption_of(cell, catalog) for cell in cells}
    ladder = _Ladder(program, assumptions, effort)
    verdicts = tuple(verdict for function in functions for verdict in ladder.answers(function))
    return Report(program.digest, verdicts)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A verdict, and the longest sequences that a proof speaks of (None: all lengths)."""

    verdict: Verdict
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class _Promise:
    """A call whose promises may be counted on, and the answers that they rest on."""

    call: CallSite
    answers: tuple[_Answer, ...]


class _Ladder:
    """The answers so far, which later ones build on."""

    def __init__(self, program: Program, assumptions: dict[str, Assumption], effort: Effort) -> None:
        self._program = program
        self._assumptions = assumptions
        self._effort = effort
        self._promised: dict[int, tuple[_Answer, ...]] = {}

    def answers(self, function: Function) -> Iterator[Verdict]:
        """The verdicts on one function, after those on the functions that it calls."""
        vacuous = _vacuity(function)
        promises: list[_Promise] = []
        owed: list[_Answer] = []
        for call in function.calls:
            asked = [self._answer(claim, promises) for claim in call_claims(call, function)]
            fitting = [self._answer(claim, promises) for claim in fitting_claims(call, function)]
            needed = (*asked, *fitting, *self._promised[id(call.callee)])
            if all(answer.verdict.status == "proved" for answer in needed):
                promises.append(_Promise(call, needed))
            owed += asked
        own = [(claim, self._answer(claim, promises)) for claim in own_claims(function, self._program.spans)]
        promised = [answer for claim, answer in own if claim.is_promised]
        self._promised[id(function)] = (*promised, *vacuous)
        answers = (*vacuous, *owed, *(answer for _, answer in own))
        return (_resting_on(answer.verdict) for answer in answers)

    def _answer(self, claim: Claim, promises: Sequence[_Promise]) -> _Answer:
        cells = [self._assumptions[cell.digest] for cell in cells_called([claim.condition, *claim.given])]
        try:
            return self._climb(claim, promises, cells)
        except (VerificationError, z3.Z3Exception) as error:
            return _Answer(_verdict(claim, "unknown", "none", "none", cells, str(error)))

    def _climb(self, claim: Claim, promises: Sequence[_Promise], cells: Sequence[Assumption]) -> _Answer:
        if claim.condition == Constant((), True):
            return _Answer(_verdict(claim, "proved", "all lengths", "types"))
        effort = self._effort
        found = self._attempt(claim, TO_REFUTE, effort)
        if isinstance(found, Counterexample):
            return _Answer(_refuted(claim, found, cells))
        proof = self._attempt(claim, FOR_ALL_LENGTHS, effort)
        if isinstance(proof, Proof):
            return _Answer(_proved(claim, proof, cells))
        promised = [condition for promise in promises for condition in promises_of(promise.call, claim.given)]
        if promised:
            composed = replace(claim, given=(*claim.given, *promised))
            proof = self._attempt(composed, FOR_ALL_LENGTHS, effort)
            if isinstance(proof, Proof):
                return _composed(claim, proof, [answer for promise in promises for answer in promise.answers], cells)
        long = self._attempt(claim, UP_TO_A_LENGTH, effort)
        match long:
            case Counterexample():
                return _Answer(_refuted(claim, long, cells))
            case Proof():
                return _Answer(_proved(claim, long, cells), long.reach)
        if long.proof is None:
            return _Answer(_verdict(claim, "unknown", "none", "none", cells, long.reason))
        return _Answer(replace(_proved(claim, long.proof, cells), reason=long.reason), long.proof.reach)

    def _attempt(
        self, claim: Claim, strategies: Sequence[Strategy], effort: Effort
    ) -> Proof | Counterexample | NoAnswer:
        """The first answer; a refutation counts only as far as the interpreter agrees."""
        failed: list[NoAnswer] = []
        for strategy in strategies:
            match _asked(strategy, claim, effort):
                case Proof() as proof:
                    return proof
                case Refutation() as refutation:
                    shown = replayed(refutation, claim, self._program)
                    if shown:
                        return shown
                    failed.append(NoAnswer("the solver's counterexample does not replay in the interpreter"))
                case NoAnswer() as answer:
                    failed.append(answer)
        return max(failed, key=_reach)


def _asked(strategy: Strategy, claim: Claim, effort: Effort) -> Outcome:
    """What a strategy answers; a claim that cannot be told to the solver so is left to the others."""
    try:
        return strategy(claim, effort)
    except (VerificationError, z3.Z3Exception) as error:
        return NoAnswer(str(error))


def _reach(answer: NoAnswer) -> int:
    return -1 if answer.proof is None or answer.proof.reach is None else answer.proof.reach


def _verdict(
    claim: Claim,
    status: Status,
    scope: str,
    method: str,
    assumptions: Sequence[Assumption] = (),
    reason: str | None = None,
) -> Verdict:
    return Verdict(claim.text, claim.kind, _place(claim.span), status, scope, method, tuple(assumptions), reason=reason)


def _proved(claim: Claim, proof: Proof, cells: Sequence[Assumption]) -> Verdict:
    scope = _scope(proof.reach) if claim.has_sequences else "all inputs"
    return replace(_verdict(claim, "proved", scope, proof.strategy, cells), proof=proof)


def _composed(claim: Claim, proof: Proof, answers: Sequence[_Answer], cells: Sequence[Assumption]) -> _Answer:
    """A proof from the promises of called functions reaches as far as theirs, and rests on what they rest on."""
    reach = min((answer.reach for answer in answers if answer.reach is not None), default=None)
    rests = (*cells, *(assumption for answer in answers for assumption in answer.verdict.assumptions))
    verdict = _verdict(claim, "proved", _scope(reach), "promises of called functions", tuple(dict.fromkeys(rests)))
    return _Answer(replace(verdict, proof=proof), reach)


def _vacuity(function: Function) -> tuple[_Answer, ...]:
    """A fault if no short input meets the requirements: then every promise would hold, and mean nothing."""
    required = requirements(function)
    has_sequence = any(isinstance(node.type, Seq) for node in function.parameters)
    lengths = range(1, _SHORT + 1) if has_sequence else range(1)
    try:
        if not required or any(is_satisfiable(required, length, _STEPS_TO_REFUTE) for length in lengths):
            return ()
        reason = "no input meets it" + (f" up to length {lengths[-1]}" if len(lengths) > 1 else "")
    except (GaveUp, VerificationError) as error:
        reason = f"whether any input meets it was not found out: {error}"
    text = " and ".join(clause.text for clause in function.requires)
    place = _place(function.requires[0].span)
    return (_Answer(Verdict(text, "requires", place, "error", "short inputs", "unrolling", reason=reason)),)


def _refuted(claim: Claim, counterexample: Counterexample, cells: Sequence[Assumption]) -> Verdict:
    verdict = _verdict(claim, "refuted", "one input", "unrolling, replayed", cells)
    return replace(verdict, counterexample=counterexample)


def _resting_on(verdict: Verdict) -> Verdict:
    """A proof that rests on a contract without conclusive evidence proves nothing yet."""
    weak = [assumption for assumption in verdict.assumptions if not assumption.holds]
    if verdict.status != "proved" or not weak:
        return verdict
    found = weak[0].evidence or "no evidence in an open catalog"
    reason = f"it would follow from the contract of {weak[0].cell!r}, for which there is: {found}"
    return replace(verdict, status="unknown", reason=reason)


def _scope(reach: int | None) -> str:
    return "all lengths" if reach is None else f"n <= {reach}"


def _place(span: Span) -> str:
    return f"{span.source.name}:{span.line}:{span.column}"
