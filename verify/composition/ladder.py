"""One claim on the ladder: proved, refuted, or plainly unknown, by the cheapest strategy that answers."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import z3

from ...dsl.graph import SOp
from ...errors import VerificationError
from ..bounded.cutoff import vocabulary_of
from ..bounded.refuting import few_inputs
from ..claims.answers import has_open_answers, with_answers
from ..claims.claim import Claim
from ..claims.cut import Cut
from ..claims.ranges import follows_from_ranges
from ..claims.tolerance import with_errors
from ..outcome import Effort, NoAnswer, Outcome, Proof, Refutation, Strategy
from ..positions.prove import by_positions
from ..solver import Query
from ..verdict import Assumption, Counterexample, Status, Verdict
from .cells import CellsCalled
from .clauses import Composed, from_fewest
from .memory import Memory
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
        self,
        replay: Replay,
        assumptions: Mapping[str, Assumption],
        effort: Effort,
        strategies: Strategies,
        memory: Memory | None = None,
    ) -> None:
        """Answer by the strategies, and by what a memory knows that they answered before."""
        self._replay = replay
        self._assumptions = assumptions
        self._effort = effort
        self._strategies = strategies
        self._memory = memory or Memory()
        self._cells = CellsCalled()

    def answer(self, claim: Claim, cut: Cut, promises: Promises, *, is_promised: bool = False) -> Answer:
        """The answer to a claim; `is_promised` where the step of the fold that it speaks of keeps its promises."""
        try:
            return self._climb(_Asked(claim, cut, promises, is_promised))
        except (VerificationError, z3.Z3Exception, *_TOO_DEEP) as error:
            return Answer(self._verdict(claim, "unknown", "none", "none", reason=_told(error)))

    def _climb(self, asked: _Asked) -> Answer:
        claim = asked.claim
        if follows_from_ranges(claim.condition, claim.function.parameters):
            return Answer(Verdict(claim.text, claim.kind, claim.span.place, "proved", "all lengths", "types"))
        composed = self._composed(asked)
        if composed and composed.reach is None:
            return composed
        found = self._run(claim) or self._attempt(claim, self._strategies.at_first)
        if isinstance(found, Counterexample):
            return self._refuted(claim, found)
        proof = self._attempt(claim, self._strategies.for_all_lengths)
        if isinstance(proof, Counterexample):
            return self._refuted(claim, proof)
        if isinstance(proof, Proof):
            return self._proved(claim, proof)
        tried = ("promises: it does not follow from them", *(proof.tried if isinstance(proof, _Failed) else ()))
        found = self._attempt(claim, self._strategies.to_refute)
        if isinstance(found, Counterexample):
            return self._refuted(claim, found)
        if helped := self._with_promises(asked):
            return self._resting(claim, helped)
        return composed or self._up_to_a_length(claim, tried)

    def _with_promises(self, asked: _Asked) -> Composed | None:
        """A proof for all lengths from promises, its own earlier ones among them: of the claim as cut, or whole."""
        of_calls = asked.promises.reached(asked.claim, _DEPTHS[-1])
        used = [*of_calls, *asked.promises.kept(asked.claim)]
        forms = [(True, *asked.at_calls(asked.claim))] if of_calls else []
        forms += [(False, *asked.whole())] if used else []
        for is_cut, claim, required in forms:
            for strategy in self._strategies.for_all_lengths:
                attempt = partial(self._attempted, strategy)
                if found := from_fewest(claim, required, used, attempt, self._effort, is_cut=is_cut):
                    return found
        return None

    def _run(self, claim: Claim) -> Counterexample | None:
        """A short input that breaks a claim about cells whose contracts leave their answers open: these are run."""
        if not has_open_answers(claim) or claim.speaks_of_inner_inputs:
            return None
        shown = (self._replay(refutation, claim) for refutation in few_inputs(claim, self._effort))
        return next((one for one in shown if one), None)

    def _up_to_a_length(self, claim: Claim, tried: Sequence[str]) -> Answer:
        match self._attempt(claim, self._strategies.up_to_a_length):
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

    def _attempt(self, claim: Claim, strategies: Iterable[Strategy]) -> Proof | Counterexample | _Failed:
        """The first answer; a refutation counts only as far as the interpreter agrees."""
        failed: list[tuple[Strategy, NoAnswer]] = []
        for strategy in strategies:
            match self._attempted(strategy, claim, self._effort):
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

    def _attempted(self, strategy: Strategy, claim: Claim, effort: Effort) -> Outcome:
        """What a strategy answers; a claim that cannot be told to the solver so is left to the others."""
        try:
            return self._memory.answer(strategy, with_errors(with_answers(claim)), effort)
        except (VerificationError, z3.Z3Exception, *_TOO_DEEP) as error:
            return NoAnswer(_told(error))

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
        return self._resting(asked.claim, Composed(proof, used, roots, tuple(because)))

    def _from_promises(self, asked: _Asked, claim: Claim, *, must_compose: bool = True) -> Composed | None:
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
                return Composed(proof, counted, (condition,), (one.name,))
            if used or not must_compose:
                small, required = asked.at_calls(claim)
                for strategy in _AT_ONCE:
                    fewest = from_fewest(small, required, used, partial(self._attempted, strategy), effort)
                    if fewest:
                        named = _BY_PROMISES if fewest.used else fewest.proof.strategy
                        return replace(fewest, proof=replace(fewest.proof, strategy=named))
        return None

    # Verdicts.

    def _verdict(self, claim: Claim, status: Status, scope: str, method: str, reason: str | None = None) -> Verdict:
        cells = self._assumed(self._cells.within([claim.condition, *claim.given]))
        return Verdict(claim.text, claim.kind, claim.span.place, status, scope, method, cells, reason=reason)

    def _assumed(self, digests: Iterable[str]) -> tuple[Assumption, ...]:
        return tuple(self._assumptions[digest] for digest in dict.fromkeys(digests))

    def _proved(self, claim: Claim, proof: Proof) -> Answer:
        scope = _scope(proof.reach) if claim.has_sequences else "all inputs"
        if proof.reach is not None and (vocabulary := vocabulary_of(claim, proof.reach)):
            scope = f"{scope}, {vocabulary}"
        verdict = self._verdict(claim, "proved", scope, proof.strategy)
        return Answer(replace(verdict, proof=proof), proof.reach)

    def _resting(self, claim: Claim, found: Composed) -> Answer:
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

    def at_calls(self, claim: Claim) -> tuple[Claim, list[Given]]:
        """A claim that is cut at the calls, without the clauses that the function requires, and these."""
        text = self.cut.given_by_text(claim.given, claim.answered)
        required, others = _parted(text, self.promises.required, lambda one: one.condition)
        return replace(claim, condition=self.cut.abstract(claim.condition), given=others), required

    def whole(self) -> tuple[Claim, list[Given]]:
        """The same of the claim itself, about the whole graph."""
        required, others = _parted(self.claim.given, self.promises.required, lambda one: one.whole)
        return replace(self.claim, given=others), required


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


def _parted(
    given: Iterable[SOp], required: Sequence[Given], said_by: Callable[[Given], SOp]
) -> tuple[list[Given], tuple[SOp, ...]]:
    """Of what is given the clauses that the function requires, and what else there is."""
    clauses = {said_by(one): one for one in required}
    conditions = dict.fromkeys(given)
    return [clauses[one] for one in conditions if one in clauses], tuple(c for c in conditions if c not in clauses)


def _at_a_position(claim: Claim, effort: Effort) -> Outcome:
    """One small question, about a single position, of a claim that speaks of every one alike."""
    single = at_one_position(claim)
    return by_positions(single, effort) if single else NoAnswer("it does not speak of every position alike")


_AT_ONCE: Sequence[Strategy] = (_at_a_position, by_positions)
"""What is tried on a claim that is cut at the calls."""


def _name_of(strategy: Strategy) -> str:
    """What a strategy is called, to the user."""
    return getattr(strategy, "__name__", "strategy").removeprefix("by_").replace("_", " ")


def _told(error: Exception) -> str:
    return "the program is nested too deeply" if isinstance(error, _TOO_DEEP) else str(error)


def _reach(answer: NoAnswer) -> int:
    return -1 if answer.proof is None or answer.proof.reach is None else answer.proof.reach


def _scope(reach: int | None) -> str:
    return "all lengths" if reach is None else f"n <= {reach}"
