"""The claims of functions, callees first: what is proved of one its callers may count on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ...catalog import Catalog
from ...dsl.checking.contracts import read_contract
from ...dsl.graph import SOp
from ...dsl.program import Clause, Function, cells_called
from ...dsl.scope import CellSignature
from ...errors import Span
from ..assumptions import assumption_of
from ..claims.claim import Claim, call_claims, file_and_place, own_claims
from ..claims.cut import Cut
from ..outcome import Effort
from ..verdict import Assumption, Status, Verdict
from .ladder import Answer, Ladder
from .promises import Promises
from .vacuity import Vacuity, of_cell, of_promises, of_requirements

__all__ = ["Functions", "cells_in", "cells_of"]


class Functions:
    """Functions, each answered after those that it calls.

    `places` are where the nodes of their graphs are written.
    """

    def __init__(self, ladder: Ladder, places: Mapping[SOp, Span], effort: Effort) -> None:
        self._ladder = ladder
        self._places = places
        self._effort = effort
        self._promised: dict[int, tuple[Answer, ...]] = {}

    def count_as(self, function: Function, answered: Function) -> None:
        """Let a function count on what another one, of the same body, was answered."""
        self._promised[id(function)] = self._promised[id(answered)]

    def answers(self, function: Function, claims: Callable[[Cut], Iterable[Claim]] | None = None) -> Iterator[Verdict]:
        """The verdicts on one function, after those on the functions that it calls.

        Args:
            function: which one.
            claims: what it owes by itself, where that is not what its text owes.
        """
        cut = Cut(function)
        promises = Promises(cut)
        required = of_requirements(function, self._places, self._effort)
        vacuous = _vacuous(function, required, self._places, self._effort)
        owed: list[Answer] = []
        for call in function.calls:
            of_callee = self._promised[id(call.callee)]
            is_promised = all(answer.holds for answer in of_callee)
            asked = [
                _as_far_as_met(self._answer(claim, cut, promises, is_promised=is_promised), required)
                for claim in call_claims(call, cut)
            ]
            if is_promised and all(answer.holds for answer in asked):
                promises.add(call, *_strength((*asked, *of_callee)))
            owed += asked
        asked_of_it = claims(cut) if claims else own_claims(function, self._places, cut)
        own: list[tuple[Claim, Answer]] = []
        for claim in asked_of_it:
            answer = _as_far_as_defined(claim, _as_far_as_met(self._answer(claim, cut, promises), required), own)
            own.append((claim, answer))
            if claim.is_promised and answer.holds and answer.reach is None:
                _, rests, (key,) = _strength((answer,))
                promises.keep(claim, rests, key)
        promised = [answer for claim, answer in own if claim.is_promised]
        self._promised[id(function)] = (*promised, *vacuous)
        answers = (*owed, *(answer for _, answer in own))
        yield from (answer.verdict for answer in vacuous)
        yield from (_resting_on(_told_of(answer.verdict, required)) for answer in answers)

    def _answer(self, claim: Claim, cut: Cut, promises: Promises, *, is_promised: bool = False) -> Answer:
        answer = self._ladder.answer(claim, cut, promises, is_promised=is_promised)
        broken = self._told_broken(claim) if answer.verdict.status == "refuted" else None
        return replace(answer, verdict=replace(answer.verdict, reason=broken)) if broken else answer

    def _told_broken(self, claim: Claim) -> str | None:
        """Which part of which clause does not hold, where the claim itself does not say it."""
        clause, part = claim.clause, self._places.get(claim.part) if claim.part else None
        if clause is None or claim.kind != clause.kind or (part is None and clause.span == claim.span):
            return None
        of_clause = f"`{clause.text}` [{file_and_place(clause.span)}] does not hold"
        return f"`{' '.join(part.text.split())}` in {of_clause}" if part else of_clause


def _as_far_as_defined(claim: Claim, answer: Answer, before: Iterable[tuple[Claim, Answer]]) -> Answer:
    """A promise is proved only if it is proved to be defined; the claims that it is come before it."""
    if claim.kind != "ensures" or not answer.holds:
        return answer
    for earlier, found in before:
        if earlier.is_promised and earlier.kind != "ensures" and earlier.span == claim.span and not found.holds:
            reason = f"it holds where it is defined, but this is {found.verdict.status}: {found.verdict.claim}"
            return _unproved(answer, reason)
    return answer


def _as_far_as_met(answer: Answer, required: Vacuity) -> Answer:
    """A proof up to a length that nothing which is required reaches says nothing; nor does one of no elements."""
    if not answer.holds or answer.reach is None or (required.is_met and required.length <= answer.reach):
        return answer
    if answer.reach == 0:
        return _unproved(answer, "it holds of sequences without elements, and no others were tried")
    told = f"the shortest found has length {required.length}" if required.is_met else required.told
    return _unproved(
        answer, f"it holds for n <= {answer.reach}, but no input of such a length meets what is required: {told}"
    )


def _unproved(answer: Answer, reason: str) -> Answer:
    return Answer(replace(answer.verdict, status="unknown", scope="none", reason=reason, proof=None))


def cells_of(functions: Sequence[Function], catalog: Catalog | None, effort: Effort) -> _Cells:
    """The cells that functions call, as assumptions, and what is wrong with their contracts.

    Raises:
        CatalogError: if a cell is not in the catalog, or its weights are damaged.
    """
    called = cells_in(functions)
    assumptions = {cell.digest: assumption_of(cell, catalog) for cell in called}
    faults = [verdict for cell in called if (verdict := _of_cell(cell, effort))]
    for cell, fault in faults:
        refuted = replace(assumptions[cell.digest], evidence=fault.reason, holds=False)
        assumptions[cell.digest] = refuted
    return assumptions, tuple(fault for _, fault in faults)


def cells_in(functions: Sequence[Function]) -> tuple[CellSignature, ...]:
    """The cells that functions and their contracts call, each once."""
    clauses = (clause for function in functions for clause in (*function.requires, *function.ensures))
    return cells_called([*(function.result for function in functions), *(clause.condition for clause in clauses)])


_Cells = tuple[Mapping[str, Assumption], tuple[Verdict, ...]]


def _of_cell(cell: CellSignature, effort: Effort) -> tuple[CellSignature, Verdict] | None:
    """The fault of a cell's contract that no values meet."""
    contract = read_contract(cell)
    clauses = (*contract.requires, *contract.ensures)
    found = of_cell(contract, effort)
    if not clauses or not found.is_contradictory:
        return None
    return cell, _fault(clauses, found, f"{cell.name}: ")


def _vacuous(function: Function, required: Vacuity, places: Mapping[SOp, Span], effort: Effort) -> tuple[Answer, ...]:
    """A fault if no input meets the requirements, or no result the promises."""
    if not required.is_met:
        return (Answer(_fault(function.requires, required)),)
    promised = of_promises(function, places, effort) if function.ensures else required
    return (Answer(_fault(function.ensures, promised)),) if promised.is_contradictory else ()


def _fault(clauses: Sequence[Clause], found: Vacuity, of_whom: str = "") -> Verdict:
    text = " and ".join(clause.text for clause in clauses)
    status: Status = "error" if found.is_contradictory else "unknown"
    place, kind = clauses[0].span.place, clauses[0].kind
    return Verdict(of_whom + text, kind, place, status, "none", "vacuity", reason=found.told, vacuity=found.told)


def _told_of(verdict: Verdict, required: Vacuity) -> Verdict:
    """A proof from requirements, with the answer to whether any input meets them."""
    if verdict.status != "proved":
        return verdict
    if required.is_contradictory:
        return replace(verdict, status="error", reason=f"it would hold of no input at all: {required.told}")
    return replace(verdict, vacuity=required.told if required.is_met else f"not shown: {required.told}")


def _strength(answers: Sequence[Answer]) -> tuple[int | None, tuple[str, ...], tuple[str, ...]]:
    """How far the answers reach together, the cells' contracts that they rest on, and their own keys."""
    reach = min((answer.reach for answer in answers if answer.reach is not None), default=None)
    rests = (assumption.digest for answer in answers for assumption in answer.verdict.assumptions)
    return reach, tuple(dict.fromkeys(rests)), tuple(dict.fromkeys(answer.verdict.key for answer in answers))


def _resting_on(verdict: Verdict) -> Verdict:
    """A proof that rests on a contract without conclusive evidence proves nothing yet."""
    weak = [assumption for assumption in verdict.assumptions if not assumption.holds]
    if verdict.status != "proved" or not weak:
        return verdict
    found = weak[0].evidence or "no evidence in an open catalog"
    reason = f"it would follow from the contract of {weak[0].cell!r}, for which there is: {found}"
    return replace(verdict, status="unknown", reason=reason)
