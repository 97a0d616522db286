"""What is known of a sequence of symbolic length: axioms, said of all positions and of all values that are bound.

What a graph binds, as a quantifier its variable, stands for a term here; a node that reads it is *open*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import z3

from ...dsl.graph import Input, SOp, inputs_of
from ...dsl.types import element_of
from ...errors import VerificationError
from ..encoding.codes import Codes
from ..terms import as_term, conjunction, sort_of, unknown
from .axioms import Axiom

__all__ = ["Knowledge"]


class Knowledge:
    """Axioms on positions.

    Attributes:
        length: how many positions there are.
        axioms: what is known.
        schemas: for each axiom the name of the schema that it is an instance of; empty where it is none.
        codes: the numbers of tokens.
    """

    def __init__(self, codes: Codes) -> None:
        self.length = z3.Int("n")
        self.axioms: list[Any] = [self.length >= 0]
        self.schemas: list[str] = [""]
        self.codes = codes
        self._bound: Mapping[SOp, Any] = {}
        self._reads: dict[SOp, frozenset[Input]] = {}

    def state(self, axioms: Iterable[Axiom], variables: Sequence[Any] = ()) -> None:
        """Assert instances of schemas, of all positions and of all values of the variables."""
        for axiom in axioms:
            places = [unknown(z3.IntSort(), "p") for _ in range(axiom.n_positions)]
            condition = as_term(axiom.condition(*places))
            ranged = z3.Implies(conjunction([*map(self.in_range, places)]), condition) if places else condition
            named = () if axiom.patterns is None else axiom.patterns(*places)
            self._assert(axiom.schema, [*variables, *places], ranged, named if isinstance(named, tuple) else (named,))

    def _assert(self, schema: str, variables: Sequence[Any], condition: Any, pattern: Sequence[Any]) -> None:
        # The terms of a pattern must be held from here: Z3's binding forgets them before it has made the pattern.
        patterns = [z3.MultiPattern(*pattern)] if pattern else []
        self.schemas.append(schema)
        self.axioms.append(z3.ForAll(list(variables), condition, patterns=patterns) if variables else condition)

    def in_range(self, position: Any) -> Any:
        """That a term is a position of the sequence."""
        return z3.And(position >= 0, position < self.length)

    def for_all(self, n_positions: int, condition: Callable[..., Any]) -> Any:
        """That a condition holds for all choices of positions of the sequence."""
        bound = [unknown(z3.IntSort(), "p") for _ in range(n_positions)]
        return z3.ForAll(bound, z3.Implies(conjunction([*map(self.in_range, bound)]), as_term(condition(*bound))))

    def exists(self, condition: Callable[[Any], Any]) -> Any:
        """That a condition holds at some position of the sequence."""
        bound = unknown(z3.IntSort(), "p")
        return z3.Exists([bound], z3.And(self.in_range(bound), as_term(condition(bound))))

    # What is bound.

    @contextmanager
    def _binding(self, values: Mapping[SOp, Any]) -> Iterator[None]:
        before, self._bound = self._bound, values
        try:
            yield
        finally:
            self._bound = before

    def _is_open(self, node: SOp) -> bool:
        """Whether a node reads what a graph around it binds, so that its value is not one and the same."""
        return bool(self._bound) and bool(self._free(node))

    def _free(self, node: SOp) -> tuple[Input, ...]:
        """What a node reads of what is bound, in an order that does not depend on where the node stands."""
        if node not in self._reads:
            self._reads[node] = frozenset(inputs_of([node]))
        read = [variable for variable in self._bound if variable in self._reads[node] and isinstance(variable, Input)]
        return tuple(sorted(read, key=lambda variable: variable.key))

    def _demand_closed(self, node: SOp) -> None:
        if self._is_open(node):
            raise VerificationError(
                f"a {type(node).__name__.lower()} that depends on a bound variable is proved up to a length only"
            )

    def _bound_value(self, variable: Input) -> Any:
        """The term that is bound to a variable, of the variable's sort."""
        term, sort = as_term(self._bound[variable]), sort_of(element_of(variable.type))
        if term.sort() == z3.IntSort() and sort == z3.RealSort():
            return z3.ToReal(term)
        if term.sort() != sort:
            raise VerificationError(f"a value of type {variable.type} is expected where the solver has a {term.sort()}")
        return term
