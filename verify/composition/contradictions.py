"""Why nothing meets a contract: as few of its parts as contradict one another.

The parts are the bounds that the declared types set, that each clause is defined, and the conjuncts of each clause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...dsl.graph import Input, SOp, substitute
from ...dsl.program import Clause
from ...dsl.types import Element, Int, Real, Seq, Token, element_of
from ...errors import Span
from ..claims.claim import quoted
from ..claims.conditions import conjuncts
from ..claims.definedness import conditions_owed
from .cores import least

__all__ = ["contradiction"]


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing that a contract says: what holds of the values, or which values an input has.

    `text` is a conjunct as it is written; empty of what makes the clause defined.
    """

    clause: Clause | None
    text: str
    conditions: tuple[SOp, ...] = ()
    bounded: Input | None = None


def contradiction(
    clauses: Sequence[Clause],
    inputs: Sequence[Input],
    places: Mapping[SOp, Span],
    is_contradictory: Callable[[Sequence[SOp]], bool],
) -> str:
    """The parts of a contract that contradict one another, in words; without any of them the rest does not.

    Args:
        clauses: the contract, which contradicts itself.
        inputs: what it is about.
        places: where its parts are written.
        is_contradictory: whether no values meet some conditions.
    """
    bounds = [part for node in inputs if (part := _bounds(node, places))]
    parts = [*bounds, *(part for clause in clauses for part in _parts(clause, places))]

    def suffices(some: Sequence[_Part]) -> bool | None:
        bounded = [part.bounded for part in some]
        free: dict[SOp, SOp] = {
            part.bounded: _unbounded(part.bounded) for part in bounds if part.bounded and part.bounded not in bounded
        }
        said = [substitute(condition, free) for part in some for condition in part.conditions]
        return (bool(said) and is_contradictory(said)) or None

    kept, _ = least(parts, suffices, True)
    return _told(kept, parts)


def _parts(clause: Clause, places: Mapping[SOp, Span]) -> Iterator[_Part]:
    """That a clause is defined, and its conjuncts."""
    yield _Part(clause, "", conditions_owed([clause.condition]))
    for part in conjuncts(clause.condition):
        written = places[part].text if part in places else clause.text
        yield _Part(clause, f"`{' '.join(written.split())}`", (part,))


def _bounds(node: Input, places: Mapping[SOp, Span]) -> _Part | None:
    """What the type of an input says of its values; None where it says nothing."""
    if _unbounded(node) == node:
        return None
    written = f"`{node.name}: {node.type}`"
    where = places.get(node)
    # The type of a result is declared or inferred elsewhere than where the result is named.
    is_declared = where is not None and where.text != node.name
    return _Part(None, f"{written} [{where.line}:{where.column}]" if where and is_declared else written, bounded=node)


def _unbounded(node: Input) -> Input:
    """The input with any value of its kind."""
    wide = _wide(element_of(node.type))
    return replace(node, declared=Seq(wide) if isinstance(node.type, Seq) else wide)


def _wide(element: Element) -> Element:
    match element:
        case Int():
            return Int()
        case Real():
            return Real()
        case Token():
            return Token()
    return element


def _told(kept: Sequence[_Part], parts: Sequence[_Part]) -> str:
    """The parts that are left, those of one clause together."""
    clauses = list(dict.fromkeys(part.clause for part in kept if part.clause))
    if len(clauses) == 1 and all(part.clause and not part.text for part in kept):
        return f"{quoted(clauses[0])} is defined on no input"
    told = [part.text for part in kept if part.clause is None]
    told += [_told_of(clause, kept, parts) for clause in clauses]
    is_one = len(told) == 1 and (told[0] == quoted(clauses[0]) or len(kept) == 1)
    return f"{' and '.join(told)} {'contradicts itself' if is_one else 'contradict one another'}"


def _told_of(clause: Clause, kept: Iterable[_Part], parts: Iterable[_Part]) -> str:
    """What is left of a clause; the clause itself where that is all that it says."""
    left = [part.text for part in kept if part.clause == clause and part.text]
    whole = [part.text for part in parts if part.clause == clause and part.text]
    if not left:
        return f"that {quoted(clause)} is defined"
    return quoted(clause) if left == whole else f"{' and '.join(left)} in {quoted(clause)}"
