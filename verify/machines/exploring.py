"""Every state that a machine reaches, breadth first, so that the first one which breaks the goal is nearest.

Items are taken in classes: two items that no step tells apart are one. Values are exact, as the interpreter's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from ...dsl.graph import Input, SOp, inputs_of
from ...dsl.types import Bool, Element, Int, Token, Value, element_of
from ..outcome import Effort, Refutation
from .alphabet import ItemClasses, domain_of, item_classes
from .expressions import neutral
from .machine import Machine, Undefined, compiled

__all__ = ["Explored", "explore", "is_length"]

State = tuple[Value, ...]
_FEW_STATES = 2000


@dataclass(frozen=True, slots=True)
class Explored:
    """What was found.

    Attributes:
        states: those that were reached, in the order in which they were.
        layers: how many states were reached with at most so many elements.
        is_closed: whether no step leads to any other state.
        refutation: the shortest input that breaks the goal, if there is one.
    """

    states: tuple[State, ...]
    layers: tuple[int, ...]
    is_closed: bool
    refutation: Refutation | None = None


def explore(machine: Machine, effort: Effort, longest: int | None = None) -> Explored | str:
    """Follow every run, up to a length or until no new state is found; or say why that cannot be.

    A machine whose variables have no bounds is followed for a few states only, unless a length bounds its runs.
    """
    classes = item_classes(machine, effort.steps)
    beginnings = _beginnings(machine, longest)
    if isinstance(classes, str) or isinstance(beginnings, str):
        return classes if isinstance(classes, str) else str(beginnings)
    is_bounded = longest is not None or all(_is_finite(v.hoped or element_of(v.node.type)) for v in machine.variables)
    walk = _Walk(machine, classes, effort.states if is_bounded else min(_FEW_STATES, effort.states))
    return walk.explored(beginnings, longest)


class _Walk:
    """The states so far, each with the step that led there first."""

    def __init__(self, machine: Machine, classes: ItemClasses, most: int) -> None:
        self._machine = machine
        self._classes = classes
        self._most = most
        self._n_moving = len(machine.variables)
        nexts = [variable.next for variable in machine.variables]
        self._step = compiled([*nexts, *machine.assumed], (*machine.state, *classes.seen))
        self._end = compiled([*machine.ending, machine.goal], machine.state)
        self._came: dict[State, tuple[State, tuple[Value, ...]] | None] = {}

    def explored(self, beginnings: Iterator[State], longest: int | None) -> Explored:
        """The walk from every beginning."""
        frontier: list[State] = []
        for state in beginnings:
            if state not in self._came:
                self._came[state] = None
                frontier.append(state)
            if self._breaks(state):
                return self._found(state)
            if len(frontier) > self._most:
                return Explored((), (), False)
        layers = [len(self._came)]
        n_steps = 0
        while frontier and (longest is None or len(layers) <= longest):
            later: list[State] = []
            for state in frontier:
                for seen, item in self._classes.members:
                    n_steps += 1
                    after = self._after(state, seen)
                    if after is None or after in self._came:
                        continue
                    self._came[after] = (state, item)
                    later.append(after)
                    if self._breaks(after):
                        return self._found(after)
                if len(self._came) > self._most or n_steps > 4 * self._most:
                    return Explored(tuple(self._came), tuple(layers), False)
            layers.append(len(self._came))
            frontier = later
        return Explored(tuple(self._came), tuple(layers), not frontier)

    def _after(self, state: State, seen: tuple[Value, ...]) -> State | None:
        """The next state; None where the item is not allowed there, or the program faults."""
        try:
            values = self._step((*state, *seen))
        except Undefined:
            return None
        n = self._n_moving
        return (*values[:n], *state[n:]) if all(values[n:]) else None

    def _breaks(self, state: State) -> bool:
        try:
            *ending, goal = self._end(state)
        except Undefined:
            return False
        return all(ending) and not goal

    def _found(self, state: State) -> Explored:
        word: list[tuple[Value, ...]] = []
        at = state
        while (step := self._came[at]) is not None:
            at, item = step
            word.append(item)
        columns = list(zip(*reversed(word), strict=True)) or [()] * len(self._machine.sources)
        sequences: Mapping[str, Any] = {
            source.key: list(column) for source, column in zip(self._machine.sources, columns, strict=True)
        }
        rigid = state[self._n_moving : self._n_moving + len(self._machine.rigid)]
        scalars = {node.key: value for node, value in zip(self._machine.rigid, rigid, strict=True)}
        return Explored(tuple(self._came), (), False, Refutation(len(word), {**sequences, **scalars}))


def _beginnings(machine: Machine, longest: int | None) -> Iterator[State] | str:
    """The first states, one for each value of what is rigid."""
    used = set(inputs_of([*_asked(machine), *(variable.initial for variable in machine.variables)]))
    domains: list[Sequence[Value]] = []
    for node in (*machine.rigid, *machine.totals):
        domain = domain_of(element_of(node.type)) if node in used else (neutral(element_of(node.type)).value,)
        if domain is None and longest is not None and is_length(machine, node):
            domain = range(longest + 1)
        if domain is None:
            return f"an unknown of type {node.type} has too many values"
        domains.append(domain)
    initial = compiled([v.initial for v in machine.variables], (*machine.rigid, *machine.totals))
    return _defined(lambda fixed: (*initial(fixed), *fixed), product(*domains))


def _defined(function: Callable[[Any], State], arguments: Iterator[Any]) -> Iterator[State]:
    for argument in arguments:
        try:
            yield function(argument)
        except Undefined:
            continue


def is_length(machine: Machine, node: Input) -> bool:
    """Whether a total is the length of the sequence."""
    at_end = machine.totals.get(node)
    return isinstance(at_end, Input) and at_end.key == "index"


def _asked(machine: Machine) -> list[SOp]:
    return [*(v.next for v in machine.variables), *machine.assumed, *machine.ending, machine.goal]


def _is_finite(element: Element) -> bool:
    match element:
        case Bool() | Token(tuple()):
            return True
        case Int(low, high):
            return low is not None and high is not None
    return False
