"""Conditions: known ones are Python's, the others boolean solver terms without `true` and `false` in them.

Conjunctions and disjunctions are flat, each part once, and a negation stands before an atom only, so that equal
conditions are equal terms, and what has to be proved falls into parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import z3

__all__ = ["Condition", "all_of", "any_of", "implies", "negated", "parts_of", "term_of"]

Condition = Any
"""`True`, `False`, or a boolean solver term."""


def all_of(conditions: Iterable[Condition]) -> Condition:
    """That every condition holds."""
    return _joined(conditions, z3.is_and, z3.And, neutral=True)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """That some condition holds."""
    return _joined(conditions, z3.is_or, z3.Or, neutral=False)


def _joined(conditions: Iterable[Condition], is_same: Any, join: Any, *, neutral: bool) -> Condition:
    found: dict[int, Any] = {}
    for condition in conditions:
        if isinstance(condition, bool):
            if condition is neutral:
                continue
            return condition
        for part in condition.children() if is_same(condition) else [condition]:
            found[part.get_id()] = part
    if any(z3.is_not(part) and part.arg(0).get_id() in found for part in found.values()):
        return not neutral
    parts = list(found.values())
    return neutral if not parts else parts[0] if len(parts) == 1 else join(parts)


def negated(condition: Condition) -> Condition:
    """That the condition does not hold."""
    if isinstance(condition, bool):
        return not condition
    if z3.is_not(condition):
        return condition.arg(0)
    if z3.is_and(condition):
        return any_of(map(negated, condition.children()))
    if z3.is_or(condition):
        return all_of(map(negated, condition.children()))
    return z3.Not(condition)


def implies(guard: Condition, condition: Condition) -> Condition:
    """That the condition holds where the guard does."""
    return any_of((negated(guard), condition))


def parts_of(condition: Condition) -> Sequence[Condition]:
    """Conditions that hold together exactly where the condition does: one for each conjunct, behind guards too."""
    if isinstance(condition, bool):
        return () if condition else (False,)
    if z3.is_and(condition):
        return [part for conjunct in condition.children() for part in parts_of(conjunct)]
    if z3.is_or(condition):
        disjuncts = condition.children()
        joined = next((place for place, disjunct in enumerate(disjuncts) if z3.is_and(disjunct)), None)
        if joined is not None and sum(map(z3.is_and, disjuncts)) == 1:
            others = [*disjuncts[:joined], *disjuncts[joined + 1 :]]
            return [part for one in disjuncts[joined].children() for part in parts_of(any_of((*others, one)))]
    return (condition,)


def term_of(condition: Condition) -> Any:
    """A condition as a solver term."""
    return z3.BoolVal(condition) if isinstance(condition, bool) else condition
