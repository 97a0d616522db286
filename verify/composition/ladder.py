"""One claim on the ladder: proved, refuted, or plainly unknown, by the cheapest strategy that answers."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import z3

from ...dsl.graph import SOp
from ...errors import VerificationError
from ..claims.claim import Claim
from ..claims.cut import Cut
from ..claims.ranges import follows_from_ranges
from ..claims.tolerance import with_errors
from ..outcome import Effort, NoAnswer, Outcome, Proof, Refutation, Strategy
from ..positions.prove import by_positions
from ..solver import Query
from ..verdict import Assumption, Counterexample, Status, Verdict
from .cells import CellsCalled
from .pointwise import at_one_position
from .preservation import kept_by_steps
from .promises import Given, Promise, Promises, is_given

__all__ = ["Answer", "Ladder", "Replay", "Strategies"]

_STEPS_TO_COMPOSE = 300_000
_DEPTHS = (1, 4)
# What Python and its bridge to the solver say of very deep graphs.
_TOO_DEEP = (RecursionError, ctypes.ArgumentError)
_BY_PROMISES, _BY_REQUIREMENTS = "promises of called functions", "the function's own requirements"


Replay = Callable[[Refutation, Claim], Counterexample | None]
"""A refutation as the interpreter sees it; None where the claim does not break there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, and the longest sequences that a proof speaks of (None: all lengths)."""

    verdict: Verdict
    reach: int | None = None

    @property
    def holds(self) -> bool:
        """Whether the claim is proved, as far as it reaches."""
        return self.verdict.status == "proved"


@dataclass(frozen=True, slots=True)
class Strategies:
    """What is tried, cheapest first.

    Attributes:
        at_first: what may refute a claim before anyone tries to prove it.
        for_all_lengths: what may prove it for all lengths.
        to_refute: what may refute it where there is no such proof.
        up_to_a_length: what may answer it for short sequences.
    """

    at_first: Sequence[Strategy]
    for_all_lengths: Sequence[Strategy]
    to_refute: Sequence[Strategy]
    up_to_a_length: Sequence[Strategy]


class Ladder:
    """The claims of a program, one at a time; what is proved of one may serve the next."""

    def __init__(
        self, replay: Replay, assumptions: Mapping[str, Assumption], effort: Effort, strategies: Strategies
    ) -> None:
        self._replay = replay
        self._assumptions = assumptions
        self._effort = effort
        self._strategies = strategies
        self._cells = CellsCalled()

    def answer(self, claim: Claim, cut: Cut, promises: Promises, *, is_promised: bool = False) -> Answer:
        """The answer to a claim; `is_promised` where the step of the fold that it speaks of keeps its promises."""
        try:
            return self._climb(_Asked(claim, cut, promises, is_promised))
        except (VerificationError, z3.Z3Exception, *_TOO_DEEP) as error:
            return Answer(self._verdict(claim, "unknown", "none", "none", reason=_told(error)))

    def _climb(self, asked: _Asked) -> Answer:
        claim, effort = asked.claim, self._effort
        if follows_from_ranges(claim.condition):
            return Answer(Verdict(claim.text, claim.kind, claim.span.place, "proved", "all lengths", "types"))
        composed = self._composed(asked)
        if composed and composed.reach is None:
            return composed
        found = self._attempt(claim, self._strategies.at_first, effort)
        if isinstance(found, Counterexample):
            return self._refuted(claim, found)
        proof = self._attempt(claim, self._strategies.for_all_lengths, effort)
        if isinstance(proof, Counterexample):
            return self._refuted(claim, proof)
        if isinstance(proof, Proof):
            return self._proved(claim, proof)
        tried = ("promises: it does not follow from them", *(proof.tried if isinstance(proof, _Failed) else ()))
        used = asked.promises.reached(claim, _DEPTHS[-1])
        if used:
            whole = [condition for promise in used for condition in promise.whole]
            proof = self._attempt(
                replace(claim, given=(*claim.given, *whole)), self._strategies.for_all_lengths, effort
            )
            if isinstance(proof, Proof):
                roots = (claim.condition, *claim.given, *whole)
                promised = (one for promise in used for one in promise.given)
                named = (one.name for one in (*asked.promises.required, *promised))
                return self._resting(claim, _Composed(proof, used, roots, tuple(named)))
        return composed or self._up_to_a_length(claim, tried)

    def _up_to_a_length(self, claim: Claim, tried: Sequence[str]) -> Answer:
        found = self._attempt(claim, self._strategies.to_refute, self._effort)
        if isinstance(found, Counterexample):
            return self._refuted(claim, found)
        match self._attempt(claim, self._strategies.up_to_a_length, self._effort):
            case Counterexample() as counterexample:
                return self._refuted(claim, counterexample)
            case Proof() as proof:
                return self._proved(claim, proof)
            case _Failed(NoAnswer(reason, part), told):
                # What was asked for was not reached: a part of it is told, but it is no proof.
                whole = reason if part is None else f"{reason}; it holds for n <= {part.reach}"
                verdict = self._verdict(claim, "unknown", "none", "none", reason=whole)
                return Answer(replace(verdict, tried=tuple(dict.fromkeys((*tried, *told)))))
        raise AssertionError("an attempt has one of these outcomes")

    def _attempt(
        self, claim: Claim, strategies: Iterable[Strategy], effort: Effort
    ) -> Proof | Counterexample | _Failed:
        """The first answer; a refutation counts only as far as the interpreter agrees."""
        failed: list[tuple[Strategy, NoAnswer]] = []
        for strategy in strategies:
            match _attempted(strategy, claim, effort):
                case Proof() as proof:
                    return proof
                case Refutation() as refutation:
                    shown = self._replay(refutation, claim)
                    if shown:
                        return shown
                    told = "the solver's counterexample does not replay in the interpreter"
                    failed.append((strategy, NoAnswer(told)))
                case NoAnswer() as answer:
                    failed.append((strategy, answer))
        told_by_each = tuple(f"{_name_of(strategy)}: {answer.reason}" for strategy, answer in failed)
        return _Failed(max((answer for _, answer in failed), key=_reach), told_by_each)

    # What follows from promises alone.

    def _composed(self, asked: _Asked) -> Answer | None:
        """What the promises of called functions prove, without a look inside of them."""
        whole = self._from_promises(asked, asked.claim)
        if whole is not None:
            return self._resting(asked.claim, whole)
        parts = [
            self._from_promises(asked, part, must_compose=False)
            for part in kept_by_steps(asked.claim, is_promised=asked.is_promised)
        ]
        kept = [part for part in parts if part is not None]
        if not kept or len(kept) < len(parts):
            return None
        proof = Proof(
            "kept by every step",
            tuple(query for part in kept for query in part.proof.queries),
            tuple(dict.fromkeys(name for part in kept for name in part.proof.schemas)),
        )
        used = [promise for part in kept for promise in part.used]
        roots = [root for part in kept for root in part.roots]
        because = dict.fromkeys(name for part in kept for name in part.because)
        return self._resting(asked.claim, _Composed(proof, used, roots, tuple(because)))

    def _from_promises(self, asked: _Asked, claim: Claim, *, must_compose: bool = True) -> _Composed | None:
        """A proof of a claim that is cut at the calls."""
        cut, promises = asked.cut, asked.promises
        effort = replace(self._effort, steps=min(_STEPS_TO_COMPOSE, self._effort.steps))
        condition, before = cut.abstract(claim.condition), -1
        for depth in _DEPTHS:
            used = promises.reached(claim, depth)
            if len(used) == before:
                break
            before = len(used)
            if found := _among(condition, promises.required, used, effort.steps):
                query, one, promise = found
                counted = [promise] if promise else []
                proof = Proof(_BY_PROMISES if counted else _BY_REQUIREMENTS, (query,))
                return _Composed(proof, counted, (condition,), (one.name,))
            if used or not must_compose:
                promised = [one for promise in used for one in promise.given]
                given = (*cut.given_by_text(claim.given, claim.answered), *(one.condition for one in promised))
                small = replace(claim, condition=condition, given=given)
                outcome = _at_once(small, effort)
                if isinstance(outcome, Proof):
                    strategy = _BY_PROMISES if used else outcome.strategy
                    because = tuple(one.name for one in (*promises.required, *promised))
                    return _Composed(replace(outcome, strategy=strategy), used, (condition, *given), because)
        return None

    # Verdicts.

    def _verdict(self, claim: Claim, status: Status, scope: str, method: str, reason: str | None = None) -> Verdict:
        cells = self._assumed(self._cells.within([claim.condition, *claim.given]))
        return Verdict(claim.text, claim.kind, claim.span.place, status, scope, method, cells, reason=reason)

    def _assumed(self, digests: Iterable[str]) -> tuple[Assumption, ...]:
        return tuple(self._assumptions[digest] for digest in dict.fromkeys(digests))

    def _proved(self, claim: Claim, proof: Proof) -> Answer:
        scope = _scope(proof.reach) if claim.has_sequences else "all inputs"
        verdict = self._verdict(claim, "proved", scope, proof.strategy)
        return Answer(replace(verdict, proof=proof), proof.reach)

    def _resting(self, claim: Claim, found: _Composed) -> Answer:
        """A proof from the promises of called functions reaches as far as theirs, and rests on what they rest on."""
        proof, used = found.proof, found.used
        reach = min((promise.reach for promise in used if promise.reach is not None), default=None)
        cells = (*self._cells.within(found.roots), *(digest for promise in used for digest in promise.rests))
        verdict = Verdict(
            claim.text,
            claim.kind,
            claim.span.place,
            "proved",
            _scope(reach),
            proof.strategy,
            self._assumed(cells),
            proof=replace(proof, reach=reach),
            rests_on=tuple(dict.fromkeys(key for promise in used for key in promise.verdicts)),
            because=tuple(dict.fromkeys(found.because)),
        )
        return Answer(verdict, reach)

    def _refuted(self, claim: Claim, counterexample: Counterexample) -> Answer:
        verdict = self._verdict(claim, "refuted", "one input", "replayed in the interpreter")
        return Answer(replace(verdict, counterexample=counterexample))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A claim, and what may serve its proof."""

    claim: Claim
    cut: Cut
    promises: Promises
    is_promised: bool


@dataclass(frozen=True, slots=True)
class _Composed:
    """A proof, the promises that it counts on, what it speaks of, and the clauses that it was given."""

    proof: Proof
    used: Sequence[Promise]
    roots: Sequence[SOp]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Failed:
    """The answer that came nearest, and what each strategy said."""

    nearest: NoAnswer
    tried: tuple[str, ...]


def _among(
    condition: SOp, required: Sequence[Given], used: Sequence[Promise], steps: int
) -> tuple[Query, Given, Promise | None] | None:
    """Whether a condition is required or promised as it stands, by which clause and which promise."""
    known: list[tuple[Given, Promise | None]] = [(one, None) for one in required]
    known += [(one, promise) for promise in used for one in promise.given]
    for one, promise in known:
        if query := is_given(condition, one, steps):
            return query, one, promise
    return None


def _at_once(claim: Claim, effort: Effort) -> Outcome:
    """One small question: at a single position where the claim speaks of every one, else at symbolic positions."""
    single = at_one_position(claim)
    outcome = _attempted(by_positions, single, effort) if single else None
    return outcome if isinstance(outcome, Proof) else _attempted(by_positions, claim, effort)


def _name_of(strategy: Strategy) -> str:
    """What a strategy is called, to the user."""
    return getattr(strategy, "__name__", "strategy").removeprefix("by_").replace("_", " ")


def _attempted(strategy: Strategy, claim: Claim, effort: Effort) -> Outcome:
    """What a strategy answers; a claim that cannot be told to the solver so is left to the others."""
    try:
        return strategy(with_errors(claim), effort)
    except (VerificationError, z3.Z3Exception, *_TOO_DEEP) as error:
        return NoAnswer(_told(error))


def _told(error: Exception) -> str:
    return "the program is nested too deeply" if isinstance(error, _TOO_DEEP) else str(error)


def _reach(answer: NoAnswer) -> int:
    return -1 if answer.proof is None or answer.proof.reach is None else answer.proof.reach


def _scope(reach: int | None) -> str:
    return "all lengths" if reach is None else f"n <= {reach}"
