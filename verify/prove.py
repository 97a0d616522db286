"""The ladder: every claim of a program is proved, refuted, or plainly unknown.

For each function, callees first, and for each of its claims, the cheapest answer first:

1. by types, where the checker knew already;
2. a counterexample among short sequences, replayed in the interpreter;
3. for all lengths: by induction over a fold, or by lemmas about symbolic positions; the promises of called
   functions may be used, once their own claims and the call's requirements are proved;
4. for every sequence up to a length, by unrolling;
5. unknown.

A claim that rests on a catalogued cell's contract is proved only if that contract has conclusive evidence. Answers
are limited in solver steps, not in time, so that they repeat. A promise speaks of inputs on which the program answers;
that it answers is a claim of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import z3

from ..catalog import Catalog
from ..dsl.graph import Constant, Input, SOp, inputs_of
from ..dsl.program import CallSite, Function, Program, cells_called
from ..dsl.types import Seq
from ..errors import Span, VerificationError
from .assumptions import assumption_of
from .bounded import GaveUp, find_refutation, is_satisfiable
from .claims import Claim, call_claims, fitting_claims, functions_in_order, own_claims, promises_of, requirements
from .induction import holds_by_induction
from .replay import replayed
from .unbounded import holds_for_all_lengths
from .verdict import Assumption, Counterexample, Report, Status, Verdict

__all__ = ["verify"]

_STEPS_TO_REFUTE = 1_000_000
_STEPS_TO_PROVE = 3_000_000
_SHORT = 3


def verify(program: Program, catalog: Catalog | None = None, *, up_to: int = 6) -> Report:
    """Answer every claim of a program.

    Args:
        program: what `parse` returned.
        catalog: where the evidence for the contracts of its cells is kept; without one, no claim that rests on a
            cell is proved.
        up_to: the longest sequences that are tried where no proof for all lengths is found.

    Returns:
        Verdicts on each wire, each requirement of a call, each partial operation and each promise.

    Raises:
        CatalogError: if a cell is not in the catalog, or its weights are damaged.
    """
    functions = functions_in_order(program)
    clauses = (clause for function in functions for clause in (*function.requires, *function.ensures))
    cells = cells_called([*(function.result for function in functions), *(clause.condition for clause in clauses)])
    assumptions = {cell.digest: assumption_of(cell, catalog) for cell in cells}
    ladder = _Ladder(program, assumptions, up_to)
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

    def __init__(self, program: Program, assumptions: dict[str, Assumption], up_to: int) -> None:
        self._program = program
        self._assumptions = assumptions
        self._up_to = up_to
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
        has_sequence = _has_sequences((*claim.function.parameters, *inputs_of([claim.condition, *claim.given])))
        lengths = range(self._up_to + 1 if has_sequence else 1)
        short = self._unroll(claim, lengths[: _SHORT + 1], _STEPS_TO_REFUTE)
        if short.counterexample:
            return _Answer(_refuted(claim, short.counterexample, cells))
        if _is_encoded_and(holds_by_induction, claim):
            return _Answer(_verdict(claim, "proved", "all lengths", "induction over the fold", cells))
        if _is_encoded_and(holds_for_all_lengths, claim, ()):
            return _Answer(_verdict(claim, "proved", "all lengths", "lemmas on positions", cells))
        conditions = [condition for promise in promises for condition in promises_of(promise.call, claim.given)]
        if conditions and _is_encoded_and(holds_for_all_lengths, claim, conditions):
            return _composed(claim, [answer for promise in promises for answer in promise.answers], cells)
        long = self._unroll(claim, lengths, _STEPS_TO_PROVE)
        if long.counterexample:
            return _Answer(_refuted(claim, long.counterexample, cells))
        if long.reach is None:
            return _Answer(_verdict(claim, "unknown", "none", "none", cells, long.reason))
        scope = _scope(long.reach) if has_sequence else "all inputs"
        return _Answer(_verdict(claim, "proved", scope, "unrolling", cells), long.reach if has_sequence else None)

    def _unroll(self, claim: Claim, lengths: Sequence[int], steps: int) -> _Unrolled:
        """Ask about longer and longer sequences, until one breaks the claim or the solver gives up."""
        is_inner = _speaks_of_inner_inputs(claim)
        reach: int | None = None
        for length in lengths:
            try:
                found = find_refutation(claim, length, steps)
            except GaveUp:
                return _Unrolled(reach, None, f"the solver gave up at length {length}")
            except VerificationError as error:
                return _Unrolled(None, None, str(error))
            if found is None:
                reach = length
            elif is_inner:
                return _Unrolled(None, None, "it fails for some state or position, which may not be reached")
            else:
                shown = replayed(found, claim, self._program)
                return _Unrolled(reach, shown, "the solver's counterexample does not replay in the interpreter")
        return _Unrolled(reach, None, "")


@dataclass(frozen=True, slots=True)
class _Unrolled:
    """Up to which length a claim was proved, or the input that breaks it, or why the asking stopped."""

    reach: int | None
    counterexample: Counterexample | None
    reason: str


def _is_encoded_and(holds: Callable[..., bool], claim: Claim, *promises: Sequence[SOp]) -> bool:
    """Whether a proof for all lengths is found; a claim that cannot be told to the solver so is left to unrolling."""
    try:
        return holds(claim, *promises, _STEPS_TO_PROVE)
    except (VerificationError, z3.Z3Exception):
        return False


def _speaks_of_inner_inputs(claim: Claim) -> bool:
    """Whether a claim is asked of every state of a fold's step or every value of a quantifier's variable.

    That one of them breaks it does not say that it is reached.
    """
    given = {node for node in inputs_of([claim.condition, *claim.given]) if not node.key.startswith("tokens")}
    return not given <= set(claim.function.parameters)


def _verdict(
    claim: Claim,
    status: Status,
    scope: str,
    method: str,
    assumptions: Sequence[Assumption] = (),
    reason: str | None = None,
) -> Verdict:
    return Verdict(claim.text, claim.kind, _place(claim.span), status, scope, method, tuple(assumptions), reason=reason)


def _composed(claim: Claim, answers: Sequence[_Answer], cells: Sequence[Assumption]) -> _Answer:
    """A proof from the promises of called functions reaches as far as theirs, and rests on what they rest on."""
    reach = min((answer.reach for answer in answers if answer.reach is not None), default=None)
    rests = (*cells, *(assumption for answer in answers for assumption in answer.verdict.assumptions))
    verdict = _verdict(claim, "proved", _scope(reach), "promises of called functions", tuple(dict.fromkeys(rests)))
    return _Answer(verdict, reach)


def _vacuity(function: Function) -> tuple[_Answer, ...]:
    """A fault if no short input meets the requirements: then every promise would hold, and mean nothing."""
    required = requirements(function)
    lengths = range(1, _SHORT + 1) if _has_sequences(function.parameters) else range(1)
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


def _has_sequences(inputs: Iterable[Input]) -> bool:
    return any(isinstance(node.type, Seq) for node in inputs)


def _place(span: Span) -> str:
    return f"{span.source.name}:{span.line}:{span.column}"
