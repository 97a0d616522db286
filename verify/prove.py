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
from dataclasses import replace

from ..catalog import Catalog
from ..dsl.program import Function, Program, cells_called
from ..dsl.types import Seq
from ..errors import VerificationError
from .assumptions import assumption_of
from .bounded.enumeration import by_enumeration
from .bounded.question import GaveUp, is_satisfiable
from .bounded.refuting import by_short_inputs
from .bounded.unrolling import by_unrolling
from .claims.claim import call_claims, functions_in_order, own_claims, requirements
from .claims.cut import Cut
from .claims.promises import Promises
from .ladder import Answer, Ladder, Strategies
from .machines.automaton import by_automaton
from .machines.induction import by_induction, by_invariant
from .numeric.prove import by_boxes
from .numeric.reals import by_reals
from .outcome import DEFAULT_EFFORT, Effort, Strategy
from .positions.prove import by_positions
from .verdict import Assumption, Report, Verdict

__all__ = ["FOR_ALL_LENGTHS", "TO_REFUTE", "UP_TO_A_LENGTH", "verify"]

FOR_ALL_LENGTHS: tuple[Strategy, ...] = (by_induction, by_automaton, by_reals, by_positions, by_invariant, by_boxes)
"""What may prove a claim for all lengths, cheapest first."""
TO_REFUTE: tuple[Strategy, ...] = (by_short_inputs,)
"""What may refute a claim before anyone tries to prove it."""
UP_TO_A_LENGTH: tuple[Strategy, ...] = (by_unrolling, by_boxes, by_enumeration)
"""What may answer it for short sequences, cheapest first."""
_STRATEGIES = Strategies(TO_REFUTE, FOR_ALL_LENGTHS, UP_TO_A_LENGTH)
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
    answered = _Functions(program, assumptions, effort)
    verdicts = tuple(verdict for function in functions for verdict in answered.answers(function))
    return Report(program.digest, verdicts)


class _Functions:
    """The functions of a program, callees first: what is proved of one its callers may count on."""

    def __init__(self, program: Program, assumptions: dict[str, Assumption], effort: Effort) -> None:
        self._program = program
        self._ladder = Ladder(program, assumptions, effort, _STRATEGIES)
        self._promised: dict[int, tuple[Answer, ...]] = {}

    def answers(self, function: Function) -> Iterator[Verdict]:
        """The verdicts on one function, after those on the functions that it calls."""
        cut = Cut(function)
        promises = Promises(cut)
        vacuous = _vacuity(function)
        owed: list[Answer] = []
        for call in function.calls:
            of_callee = self._promised[id(call.callee)]
            is_promised = all(answer.holds for answer in of_callee)
            asked = [
                self._ladder.answer(claim, cut, promises, is_promised=is_promised) for claim in call_claims(call, cut)
            ]
            if is_promised and all(answer.holds for answer in asked):
                promises.add(call, *_strength((*asked, *of_callee)))
            owed += asked
        own = [
            (claim, self._ladder.answer(claim, cut, promises))
            for claim in own_claims(function, self._program.spans, cut)
        ]
        promised = [answer for claim, answer in own if claim.is_promised]
        self._promised[id(function)] = (*promised, *vacuous)
        answers = (*vacuous, *owed, *(answer for _, answer in own))
        return (_resting_on(answer.verdict) for answer in answers)


def _strength(answers: Sequence[Answer]) -> tuple[int | None, tuple[str, ...], tuple[str, ...]]:
    """How far the answers reach together, the cells' contracts that they rest on, and their own keys."""
    reach = min((answer.reach for answer in answers if answer.reach is not None), default=None)
    rests = (assumption.digest for answer in answers for assumption in answer.verdict.assumptions)
    return reach, tuple(dict.fromkeys(rests)), tuple(dict.fromkeys(answer.verdict.key for answer in answers))


def _vacuity(function: Function) -> tuple[Answer, ...]:
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
    place = function.requires[0].span.place
    return (Answer(Verdict(text, "requires", place, "error", "short inputs", "unrolling", reason=reason)),)


def _resting_on(verdict: Verdict) -> Verdict:
    """A proof that rests on a contract without conclusive evidence proves nothing yet."""
    weak = [assumption for assumption in verdict.assumptions if not assumption.holds]
    if verdict.status != "proved" or not weak:
        return verdict
    found = weak[0].evidence or "no evidence in an open catalog"
    reason = f"it would follow from the contract of {weak[0].cell!r}, for which there is: {found}"
    return replace(verdict, status="unknown", reason=reason)
