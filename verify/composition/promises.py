"""Assume and guarantee: a claim that follows from what called functions promise, without a look inside of them.

1. The claim is cut at the calls that its function makes (`cut.py`).
2. The promises of the calls that were answered are given, and what the function requires.
3. The claim is proved where it is one of these, or follows from them and the types; from the promises of the calls
   next to it first, then from those a few calls further away.

A promise is counted on once the call owes nothing and the called function's own promises are proved. Its guarantees
were proved before, so that no proof rests on itself. So the question does not grow with the program.

What was proved of a function's own contract, for all lengths, may serve what its contract says after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import z3

from ...dsl.graph import Ascribe, At, Constant, Fold, Input, Length, Quantified, SOp, inputs_of, substitute
from ...dsl.passes import fold_constants
from ...dsl.program import CallSite, Clause
from ...dsl.types import Int
from ..claims.claim import Claim, at_call, file_and_place, named, requirements
from ..claims.conditions import conjuncts, everywhere, implied, in_one_form
from ..claims.cut import Cut, is_pointwise
from ..solver import Query

__all__ = ["Given", "Promise", "Promises", "is_given"]

_TRUE = Constant((), True)


@dataclass(frozen=True, slots=True)
class Given:
    """A condition that may be assumed, and what it is called: a clause, as written, and whose.

    `condition` is cut at the calls, `whole` is not; `forms` are the digests of its conjuncts, each in one form.
    """

    name: str
    condition: SOp
    whole: SOp
    forms: tuple[str, ...]


def _given(name: str, whole: SOp, cut: Cut) -> Given:
    condition = cut.abstract(whole)
    return Given(name, condition, whole, tuple(in_one_form(part).digest for part in conjuncts(condition)))


@dataclass(frozen=True, slots=True)
class Promise:
    """What a call, or a fold of calls, may be counted on for.

    Attributes:
        given: its conditions.
        reach: the longest sequences that they were proved of; None: all lengths.
        rests: the cells' contracts that they rest on, by digest.
        verdicts: the keys of the verdicts that they were proved by.
    """

    given: tuple[Given, ...]
    reach: int | None
    rests: tuple[str, ...]
    verdicts: tuple[str, ...]


class Promises:
    """The promises that the claims of one function may count on."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._of_calls: dict[int, Promise] = {}
        self._of_folds: dict[SOp, list[Promise]] = {}
        self._kept: list[tuple[Claim, Promise]] = []

    @cached_property
    def required(self) -> tuple[Given, ...]:
        """What the function itself requires, cut."""
        function = self._cut.function
        names = {part: named(clause) for clause in function.requires for part in conjuncts(clause.condition)}
        return tuple(
            _given(names.get(condition, "its requirements are defined"), condition, self._cut)
            for condition in requirements(function)
        )

    def add(self, call: CallSite, reach: int | None, rests: tuple[str, ...], verdicts: tuple[str, ...]) -> None:
        """Count on a call from here on."""
        if not call.callee.ensures:
            return
        if not call.binders:
            promised = [(clause, at_call(clause, call)) for clause in call.callee.ensures]
            self._of_calls[id(call)] = self._promise(call, promised, reach, rests, verdicts)
        elif kept := list(_kept_by_fold(call)):
            fold = self._cut.abstract(call.binders[0][1])
            self._of_folds.setdefault(fold, []).append(self._promise(call, kept, reach, rests, verdicts))

    def _promise(
        self,
        call: CallSite,
        promised: Sequence[tuple[Clause, SOp]],
        reach: int | None,
        rests: tuple[str, ...],
        verdicts: tuple[str, ...],
    ) -> Promise:
        given = (
            _given(f"{call.callee.name} {clause.text} [{file_and_place(clause.span)}]", condition, self._cut)
            for clause, condition in promised
        )
        return Promise(tuple(given), reach, rests, verdicts)

    def reached(self, claim: Claim, depth: int) -> list[Promise]:
        """The promises of what was answered on the way to the claim, as far as so many calls deep."""
        calls, nodes = self._cut.answered(claim.answered, depth)
        of_calls = (self._of_calls[id(call)] for call in calls if id(call) in self._of_calls)
        of_folds = (promise for node in nodes for promise in self._of_folds.get(node, ()))
        return [*of_calls, *of_folds] if self._of_calls or self._of_folds else []

    def keep(self, claim: Claim, rests: tuple[str, ...], verdict: str) -> None:
        """Count on a part of the function's own contract from here on, which was proved for all lengths."""
        given = _given(named(claim), claim.condition, self._cut)
        self._kept.append((claim, Promise((given,), None, rests, (verdict,))))

    def kept(self, claim: Claim) -> list[Promise]:
        """What was proved of the contract before a later part of it, wherever that is asked.

        All that was given there is given here, or was proved of all that is given here.
        """
        known = dict.fromkeys(claim.given)
        found: list[Promise] = []
        for earlier, promise in self._kept if claim.is_promised else ():
            if all(condition in known for condition in earlier.given):
                known[earlier.condition] = None
                found.append(promise)
        return found


def is_given(condition: SOp, known: Given, steps: int) -> Query | None:
    """The question whether a condition is one of those that are known, up to how it is written; None if it is not."""
    wanted = in_one_form(condition).digest
    if wanted not in known.forms:
        return None
    same = z3.Bool(f"given.{wanted[:16]}")
    return Query("it is given", [same, z3.Not(same)], steps)


def _kept_by_fold(call: CallSite) -> list[tuple[Clause, SOp]]:
    """What every state of a fold meets that its first state meets: the step's promises about its result alone."""
    (inputs, fold), *outer = call.binders
    if outer or not isinstance(fold, Fold):
        return []
    bound: dict[SOp, SOp] = dict(zip(inputs, fold.parameters, strict=True))
    step = substitute(call.result, bound)
    if fold.step != step and not (isinstance(fold.step, Ascribe) and fold.step.arguments == (step,)):
        return []
    result = call.callee.result_input
    speaking = [clause for clause in call.callee.ensures if list(inputs_of([clause.condition])) == [result]]
    return [(clause, _of_every_state(clause.condition, result, fold)) for clause in speaking]


def _of_every_state(condition: SOp, result: Input, fold: Fold) -> SOp:
    first = fold_constants(substitute(condition, {result: fold.arguments[-1]}))
    if not fold.running:
        later = substitute(condition, {result: fold})
    elif is_pointwise([condition]):
        later = everywhere(substitute(condition, {result: fold}))
    else:
        place = Input((), f"place.{fold.digest[:12]}", Int(0, None), "place")
        there = substitute(condition, {result: At((fold, place))})
        later = Quantified((Constant((), 0), Length()), "forall", place, there)
    return later if first == _TRUE else implied(first, later)
