"""Claims about every sequence of one length, split into questions that are small.

1. *Symmetry*: of a claim that does not see positions a few stand for all, or the input is taken to be in order.
2. *Lemmas on widths*: widths are unknowns of which only lemmas are known. What follows is proved, and nothing else
   is said.
3. *Exactly*: one question for each conjunct. A refutation is found here only, of the claim as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..claims.claim import Claim
from ..encoding.logic import Condition, all_of, any_of, implies, negated, term_of
from ..outcome import Refutation
from ..solver import Query, proved
from .question import GaveUp, Question, find_refutation, pose
from .relevance import Facts
from .symmetry import in_order, invariant_part, representatives
from .widths import Row, Rows, lemmas_on, permutations, relevant_rows, selections_by_place

__all__ = ["Answered", "answer_at"]

_SHORT = 3
"""Up to this length one question asks for everything."""
_MOST_QUERIES = 32


@dataclass(frozen=True, slots=True)
class Answered:
    """The queries that prove a claim at one length, and the axiom schemas that they rest on."""

    queries: tuple[Query, ...]
    schemas: tuple[str, ...] = ()


def answer_at(claim: Claim, n_positions: int, steps: int) -> Answered | Refutation:
    """Why a claim holds at one length, or an input that breaks it.

    Raises:
        GaveUp: if the solver reached `steps`.
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    if n_positions <= _SHORT:
        question = pose(claim, n_positions)
        found = find_refutation(question, question.goals, steps, f"length {n_positions}")
        return found if isinstance(found, Refutation) else Answered((found,))
    symmetric = _symmetric(claim, n_positions) or claim
    question = pose(symmetric, n_positions)
    answered = _by_lemmas(symmetric, n_positions, steps) if question.goals else None
    if answered is None and symmetric is not claim:
        answered = _by_symmetry(question, steps, is_ordered=symmetric.condition == claim.condition)
        question = pose(claim, n_positions) if answered is None else question
    return answered or _exactly(question, steps)


def _symmetric(claim: Claim, n_positions: int) -> Claim | None:
    """A claim that says as much of fewer positions, or of an input in order; None where positions matter."""
    invariant = invariant_part(claim)
    if invariant is None:
        return None
    condition = representatives(invariant.condition, n_positions)
    return replace(invariant, condition=invariant.condition if condition is None else condition)


def _by_lemmas(claim: Claim, n_positions: int, steps: int) -> Answered | None:
    """The proof without the sums of widths, and of counts; or else without those of widths alone."""
    rows = Rows(n_positions)
    question = pose(claim, n_positions, rows.width)
    found = _from_rows(rows, question, steps)
    if found is None and rows.n_alone:
        rows = Rows(n_positions, has_counts=False)
        found = _from_rows(rows, pose(claim, n_positions, rows.width), steps)
    return found


def _from_rows(rows: Rows, question: Question, steps: int) -> Answered | None:
    """The proof from lemmas on the rows; None where it does not go through."""
    of, atoms = question.encoded.of, question.encoded.of.atoms
    known = Facts(question.encoded, question.n_positions)
    known.add((*question.given, *rows.bounds(atoms)))
    selections = selections_by_place(question.encoded)
    keys = [atoms.term(place) for places in selections.values() for place in places]
    relevant = relevant_rows(rows, [*map(term_of, question.goals), *keys])
    if not relevant:
        return None
    lemmas = lemmas_on(relevant, atoms, known.about(()), steps)
    known.add(fact for row in relevant for fact in _of_none_or_all(row, question))
    known.add(fact for lemma in lemmas for fact in lemma.facts)
    permuted = permutations(selections, of, known, steps)
    known.add(fact for lemma in permuted.values() for fact in lemma.facts)
    if permuted:
        question = question.with_single(rows.width, permuted)
        known.add((*question.given, *rows.bounds(atoms)))
    proof = _each(question.goals, known, steps, f"length {question.n_positions}, by lemmas on widths")
    learnt = (query for lemma in (*lemmas, *permuted.values()) for query in lemma.queries)
    schemas = ("cardinality", "pigeonhole") if permuted else ("cardinality",)
    return None if proof is None else Answered((*learnt, *proof), schemas)


def _of_none_or_all(row: Row, question: Question) -> list[Condition]:
    """A width is more than the least where any open condition holds, and less than the most where one does not."""
    atoms = question.encoded.of.atoms
    conditions = [condition for condition in row.conditions if not isinstance(condition, bool)]
    some = implies(any_of(conditions), negated(atoms.equal(row.width, row.fewest)))
    none = implies(negated(any_of(conditions)), atoms.equal(row.width, row.fewest))
    not_all = implies(negated(all_of(conditions)), negated(atoms.equal(row.width, row.most)))
    return [term_of(some), term_of(none), term_of(not_all)]


def _by_symmetry(question: Question, steps: int, *, is_ordered: bool) -> Answered | None:
    ordered = [term_of(each) for each in in_order(question.encoded) if each is not True] if is_ordered else []
    known = Facts(question.encoded, question.n_positions)
    known.add((*question.given, *ordered))
    proof = _each(question.goals, known, steps, f"length {question.n_positions}, by symmetry")
    return None if proof is None else Answered(proof, ("symmetry",))


def _each(goals: Sequence[Condition], known: Facts, steps: int, purpose: str) -> tuple[Query, ...] | None:
    """A proof of every conjunct; None where one does not go through."""
    queries = []
    for number, group in enumerate(_groups(goals), 1):
        goal = term_of(all_of(group))
        query = proved(goal, known.about([goal]), steps, f"{purpose} [{number}]")
        if query is None:
            return None
        queries.append(query)
    return tuple(queries)


def _exactly(question: Question, steps: int) -> Answered | Refutation:
    """Every conjunct in turn; where the solver gives up on one, the next may still be refuted."""
    queries: list[Query] = []
    is_open = False
    for number, group in enumerate(_groups(question.goals), 1):
        try:
            found = find_refutation(question, group, steps, f"length {question.n_positions} [{number}]")
        except GaveUp:
            is_open = True
            continue
        if isinstance(found, Refutation):
            return found
        queries.append(found)
    if is_open:
        raise GaveUp("a conjunct is open")
    return Answered(tuple(queries))


def _groups(goals: Sequence[Condition]) -> Iterable[Sequence[Condition]]:
    """The conjuncts one by one, or where there are many a few at once; an empty conjunction is one question too."""
    size = max(1, -(-len(goals) // _MOST_QUERIES))
    return [goals[start : start + size] for start in range(0, len(goals), size)] or [[]]
