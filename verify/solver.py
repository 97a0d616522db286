"""Questions to Z3, all made here, so that each can be asked again by anyone.

A proof is a list of queries: sets of assertions that have no model. Each can be written as SMT-LIB2 text, the same
text on every run, for this solver or another. Limits are counted in solver steps (Z3's `rlimit`), not in time, so that
answers repeat.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from typing import Any

import z3

from .terms import as_term

__all__ = ["SEED", "Query", "new_solver", "proved", "proved_from"]

SEED = 0
_NUMBERED = re.compile(r"![0-9]+|[$?]x[0-9]+")


class Query:
    """Assertions without a model.

    Attributes:
        purpose: what it is asked for, such as `the next position`.
        steps: the limit that it was asked with, in Z3's `rlimit`.
    """

    def __init__(self, purpose: str, assertions: Iterable[Any], steps: int) -> None:
        self.purpose = purpose
        self.steps = steps
        self._assertions = tuple(assertions)

    @classmethod
    def written(cls, purpose: str, text: str, steps: int) -> Query:
        """A query that was written down before, as its text."""
        query = cls(purpose, (), steps)
        query.__dict__["text"] = text
        return query

    @cached_property
    def text(self) -> str:
        """The question in SMT-LIB2, whose answer is `unsat`: the same text whatever was asked before.

        Fresh names and shared terms are numbered as they come.
        """
        numbers: dict[str, str] = {}

        def renumbered(found: re.Match[str]) -> str:
            return numbers.setdefault(found[0], f"{found[0].rstrip('0123456789')}{len(numbers)}")

        return "(set-logic ALL)\n" + _NUMBERED.sub(renumbered, _written(self._assertions))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Query) and (self.purpose, self.text) == (other.purpose, other.text)

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def _writing_context() -> z3.Context:
    """Where nothing lives but what is written: which terms Z3 writes once depends on who else refers to them."""
    return z3.Context()


def _written(assertions: Iterable[Any]) -> str:
    *others, last = [as_term(assertion).translate(_writing_context()) for assertion in assertions]
    references = (z3.Ast * len(others))(*(term.as_ast() for term in others))
    told: str = z3.Z3_benchmark_to_smtlib_string(
        _writing_context().ref(), "", "", "unknown", "", len(others), references, last.as_ast()
    )
    return told


def new_solver(steps: int) -> z3.Solver:
    """A solver with the limit and the seed that every question is asked with."""
    solver = z3.Solver()
    solver.set("rlimit", steps)
    solver.set("random_seed", SEED)
    return solver


def proved(goal: Any, given: Iterable[Any], steps: int, purpose: str) -> Query | None:
    """The query that proves a goal; None where the solver finds an exception, or gives up."""
    assertions = [*given, z3.Not(as_term(goal))]
    solver = new_solver(steps)
    solver.add(*assertions)
    return Query(purpose, assertions, steps) if solver.check() == z3.unsat else None


def proved_from(goal: Any, given: Sequence[Any], steps: int, purpose: str) -> tuple[Query, tuple[int, ...]] | None:
    """The query that proves a goal from those of the given assertions that it takes, and which they are.

    Quantifiers are instantiated at the terms that are there first, which mostly ends soon, and then as Z3 likes.
    """
    assertions = [*given, z3.Not(as_term(goal))]
    text = Query(purpose, assertions, steps).text
    for limit, options in ((steps // 3, {"auto_config": False, "mbqi": False}), (steps, {})):
        # A context of its own, read from the text: what the solver does depends on what was asked before in its own.
        context = z3.Context()
        solver = z3.Solver(ctx=context)
        solver.set(rlimit=max(1, limit), random_seed=SEED, **options)
        for place, assertion in zip(range(len(assertions)), z3.parse_smt2_string(text, ctx=context), strict=True):
            solver.assert_and_track(assertion, z3.Bool(f"taken.{place}", context))
        if solver.check() == z3.unsat:
            taken = sorted(int(str(name).removeprefix("taken.")) for name in solver.unsat_core())
            return Query(purpose, [assertions[place] for place in taken], steps), tuple(taken)
    return None
