"""Questions to Z3, all made here, so that each can be asked again by anyone.

A proof is a list of queries: sets of assertions that have no model. Each can be written as SMT-LIB2 text, the same
text on every run, for this solver or another. Limits are counted in solver steps (Z3's `rlimit`), not in time, so that
answers repeat.
"""

from __future__ import annotations

import ctypes
import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache, cached_property, lru_cache
from typing import Any

import z3

from .terms import as_term

__all__ = ["SEED", "Model", "Query", "Solver", "limited", "proved", "proved_from"]

SEED = 0
_FEWEST = 1
"""Z3 takes a limit of 0 for none: a share of few steps would be all that there are."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""The names of two settings of the allocator, in glibc's `malloc.h`."""
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

    @property
    def n_assertions(self) -> int:
        """How many assertions it consists of."""
        return len(self._assertions)

    def only(self, places: Iterable[int]) -> Query:
        """The query with only the assertions at these places."""
        return Query(self.purpose, [self._assertions[place] for place in places], self.steps)

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


def limited(steps: int, **options: Any) -> z3.Solver:
    """Z3 with a limit and the seed, in a context of its own."""
    _keep_freed_memory()
    solver = z3.Solver(ctx=z3.Context())
    solver.set(rlimit=max(_FEWEST, steps), random_seed=SEED, **options)
    return solver


@cache
def _keep_freed_memory() -> None:
    """Let the allocator keep what one context frees for the next one.

    A context takes 16 MB. glibc hands them back to the system at once, and fetches them anew page by page, which takes
    longer than most questions do. The limits are the highest that glibc comes to by itself.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # other libraries have no such setting
            allocator = ctypes.CDLL(None)
            allocator.mallopt(_TRIM_THRESHOLD, 64 * 2**20)
            allocator.mallopt(_MMAP_THRESHOLD, 32 * 2**20)


class Solver:
    """Z3 with the limit and the seed that every question is asked with, in a context where nothing else lives.

    Z3 orders terms by when they were made, so that among the terms of other questions its answers, and the steps that
    they take, would depend on what was asked before.
    """

    def __init__(self, steps: int, **options: Any) -> None:
        self._solver = limited(steps, **options)
        self._own = self._solver.ctx

    def add(self, *assertions: Any) -> None:
        """Ask for models of these as well."""
        self._solver.add(*map(self._here, assertions))

    def check(self, *assumptions: Any) -> z3.CheckSatResult:
        """Whether there is a model, in which the assumptions hold too."""
        return self._solver.check(*map(self._here, assumptions))

    def model(self) -> Model:
        """The model that the last check found."""
        return Model(self._solver.model(), self._own)

    def unsat_core(self) -> list[str]:
        """The names of the assumptions that the last check could not meet together."""
        return [str(name) for name in self._solver.unsat_core()]

    @property
    def taken(self) -> int:
        """The steps that its checks have taken."""
        return int(self._solver.statistics().get_key_value("rlimit count"))

    def reason_unknown(self) -> str:
        """Why the last check had no answer."""
        return str(self._solver.reason_unknown())

    def push(self) -> None:
        """What is added from here on is forgotten at the next `pop`."""
        self._solver.push()

    def pop(self) -> None:
        """Forget what was added since the last `push`."""
        self._solver.pop()

    def _here(self, assertion: Any) -> Any:
        return as_term(assertion).translate(self._own)


class Model:
    """Values of terms; what they are made of lives elsewhere than the terms."""

    def __init__(self, model: z3.ModelRef, own: z3.Context) -> None:
        self._model = model
        self._own = own

    def eval(self, term: Any, *, model_completion: bool = False) -> Any:
        """The value of a term."""
        return self._model.eval(term.translate(self._own), model_completion=model_completion)


def proved(goal: Any, given: Iterable[Any], steps: int, purpose: str) -> Query | None:
    """The query that proves a goal; None where the solver finds an exception, or gives up."""
    query = Query(purpose, [*given, z3.Not(as_term(goal))], steps)
    solver, assertions = _reading(query.text, query.n_assertions, steps)
    solver.add(*assertions)
    return query if solver.check() == z3.unsat else None


def proved_from(goal: Any, given: Sequence[Any], steps: int, purpose: str) -> tuple[Query, tuple[int, ...]] | None:
    """The query that proves a goal from those of the given assertions that it takes, and which they are.

    Quantifiers are instantiated at the terms that are there first, which mostly ends soon, and then as Z3 likes.
    """
    whole = Query(purpose, [*given, z3.Not(as_term(goal))], steps)
    taken = _core(whole.text, whole.n_assertions, steps)
    return None if taken is None else (whole.only(taken), taken)


@lru_cache(maxsize=256)
def _core(text: str, n_assertions: int, steps: int) -> tuple[int, ...] | None:
    """The places of assertions that have no model together; the same question is asked of many claims."""
    for limit, options in ((steps // 3, {"auto_config": False, "mbqi": False}), (steps, {})):
        solver, assertions = _reading(text, n_assertions, limit, **options)
        for place, assertion in enumerate(assertions):
            solver.assert_and_track(assertion, f"taken.{place}")
        if solver.check() == z3.unsat:
            return tuple(sorted(int(str(name).removeprefix("taken.")) for name in solver.unsat_core()))
    return None


def _reading(text: str, n_assertions: int, steps: int, **options: Any) -> tuple[z3.Solver, list[Any]]:
    """A solver in a context of its own, and a query's assertions there, as its text says them.

    So what is proved is the text, and neither the answer nor its steps depend on what was asked before.
    """
    solver = limited(steps, **options)
    assertions = list(z3.parse_smt2_string(text, ctx=solver.ctx))
    assert len(assertions) == n_assertions, "what was written is what is read"
    return solver, assertions
