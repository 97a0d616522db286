"""Questions about a machine: whether conditions on the state hold at the start, are kept by each step, and suffice.

1. *start*: the invariant holds of the first state, whatever is rigid;
2. *step*: where it holds before an element that meets the assumptions, it holds after it;
3. *safe*: where it holds and the assumptions at the end are met, the goal holds.

A *backward* invariant is about runs that meet the assumptions at the end: it holds of every last state, and before each
step after which it holds. The first kind may count on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...dsl.graph import Input, SOp
from ...dsl.types import element_of
from ...runtime.evaluate import evaluate
from ..encoding.codes import Codes
from ..outcome import Effort
from ..solver import Query, proved
from ..terms import as_term, conjunction, fresh, tokens_in, within
from .machine import Machine
from .scalars import Scalars

__all__ = ["Questions"]


class Questions:
    """A machine in the solver's terms: the state before a step, the items, and the state after it."""

    def __init__(self, machine: Machine, effort: Effort) -> None:
        self._effort = effort
        self._machine = machine
        nexts = [variable.next for variable in machine.variables]
        initial = [variable.initial for variable in machine.variables]
        roots = [*nexts, *initial, *machine.assumed, *machine.ending, machine.goal, *machine.state, *machine.items]
        self.codes = Codes(tokens_in(roots))
        self.before: dict[str, Any] = {node.key: _unknown(node) for node in (*machine.state, *machine.items)}
        fixed = {node.key: self.before[node.key] for node in (*machine.rigid, *machine.totals)}
        rigid = [self._typed(node) for node in (*machine.rigid, *machine.totals)]
        start, begun = self._values(initial, fixed)
        self.at_start = {**dict(zip((v.node.key for v in machine.variables), start, strict=True)), **fixed}
        self.starting = [*rigid, *begun]
        after, stepped = self._values([*nexts, *machine.assumed], self.before)
        self.after = {**dict(zip((v.node.key for v in machine.variables), after, strict=False)), **fixed}
        self.stepping = [*rigid, *map(self._typed, machine.items), *stepped, *map(as_term, after[len(nexts) :])]
        ended, known = self._values(machine.ending, self.before)
        self.ending = [*rigid, *known, *map(as_term, ended)]

    def _typed(self, node: Input) -> Any:
        return within(element_of(node.type), self.before[node.key], self.codes)

    def _values(self, roots: Sequence[SOp], inputs: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
        """Terms for nodes, and what is known of them: the types that are promised in them."""
        algebra = Scalars(self.codes)
        values = evaluate(roots, algebra, 0, inputs)
        return [values[root] for root in roots], []

    def said(self, conditions: Sequence[SOp], state: Mapping[str, Any]) -> list[Any]:
        """Conditions on a state, in the solver's terms."""
        values, facts = self._values(conditions, state)
        assert not facts, "a condition on states promises no types"
        return [as_term(value) for value in values]

    def passed(self, state: Mapping[str, Any], n_steps: int) -> tuple[list[Mapping[str, Any]], list[Any]]:
        """The states after 0, 1, … steps from a state, and what holds where the steps are taken."""
        passed, premises = [state], [self._typed(node) for node in (*self._machine.rigid, *self._machine.totals)]
        nexts = [variable.next for variable in self._machine.variables]
        for number in range(n_steps):
            items = {item.key: fresh(element_of(item.type), f"{item.key}.{number}") for item in self._machine.items}
            before = {**passed[-1], **items}
            after = self._values([*nexts, *self._machine.assumed], before)[0]
            typed = (within(element_of(item.type), items[item.key], self.codes) for item in self._machine.items)
            premises += [*typed, *map(as_term, after[len(nexts) :])]
            moved = zip((variable.node.key for variable in self._machine.variables), after, strict=False)
            passed.append({**passed[-1], **dict(moved)})
        return passed, premises

    def proof(self, invariant: Sequence[SOp], backward: Sequence[SOp] = ()) -> tuple[Query, ...] | None:
        """The queries that prove the goal from an invariant, and a backward one; None if one of them fails."""
        return self.proof_of(lambda state: self.said(invariant, state), backward)

    def proof_of(
        self, invariant: Callable[[Mapping[str, Any]], Sequence[Any]], backward: Sequence[SOp] = ()
    ) -> tuple[Query, ...] | None:
        """The same of an invariant that is given as what it says of a state, in the solver's terms."""
        kept = self.invariance_of(invariant, backward)
        if kept is None:
            return None
        (goal,) = self._values([self._machine.goal], self.before)[0]
        earlier = self.said(backward, self.before)
        end = proved(goal, [*self.ending, *earlier, *invariant(self.before)], self._effort.steps, "the end")
        return None if end is None else (*kept, end)

    def invariance_of(
        self, invariant: Callable[[Mapping[str, Any]], Sequence[Any]], backward: Sequence[SOp] = ()
    ) -> tuple[Query, ...] | None:
        """The queries that prove an invariant, and the backward one that it counts on; None if one of them fails."""
        later, earlier = (self.said(backward, state) for state in (self.after, self.before))
        first, kept, before = (invariant(state) for state in (self.at_start, self.after, self.before))
        opening = self.said(backward, self.at_start)
        asked: list[tuple[str, Any, list[Any]]] = [
            ("the start", conjunction(first), [*self.starting, *opening]),
            ("a step", conjunction(kept), [*self.stepping, *earlier, *later, *before]),
        ]
        if backward:
            asked += [
                ("what the end says", conjunction(earlier), self.ending),
                ("what a step says of the one before", conjunction(earlier), [*self.stepping, *later]),
            ]
        queries: list[Query] = []
        for purpose, conclusion, premises in asked:
            query = proved(conclusion, premises, self._effort.steps, purpose)
            if query is None:
                return None
            queries.append(query)
        return tuple(queries)


def _unknown(node: Input) -> Any:
    return fresh(element_of(node.type), node.key)
