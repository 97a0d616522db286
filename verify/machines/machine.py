"""Machines: what is read from left to right, as a state that each element of the sequences moves on.

A machine has variables, each with its value at the start and after one more element; *items*, one element of each
input sequence; and *rigid* unknowns, the same all along: scalar inputs, and *totals*, what the program knows of the
whole sequence before it is read. A total is guessed at the start and must be what was counted at the end.

A claim holds if at the end of every run that meets the assumptions the goal holds. All of this is said in graphs of
scalars, so that the interpreter's operators and the solver's terms both run it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...dsl.graph import Ascribe, Constant, Elementwise, Input, Lookup, SOp, topological
from ...dsl.operators import OPERATORS
from ...dsl.types import Element, Value, contains, element_of
from .expressions import neutral

__all__ = ["Machine", "Undefined", "Variable", "compiled", "run"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A part of the state: an input that stands for its value, its value at the start, and the next one.

    `hoped` is the type that a program declares of it, which is a claim of its own and not assumed.
    """

    node: Input
    initial: SOp
    next: SOp
    hoped: Element | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A claim about sequences as one about the end of every run.

    Attributes:
        sources: the input sequences.
        items: the next element of each.
        rigid: the scalar inputs.
        totals: what is guessed of the whole sequence, and the value that it must have at the end.
        variables: the state; their next values are over the state before, the items and what is rigid.
        assumed: what holds at every position, over the state before it, the items and what is rigid.
        assumed_at_end: what holds at the end.
        goal: what is to be proved at the end.
        forgotten: why some assumption was left out; a run that breaks the goal may break that as well.
    """

    sources: tuple[Input, ...]
    items: tuple[Input, ...]
    rigid: tuple[Input, ...]
    totals: Mapping[Input, SOp]
    variables: tuple[Variable, ...]
    assumed: tuple[SOp, ...]
    assumed_at_end: tuple[SOp, ...]
    goal: SOp
    forgotten: tuple[str, ...] = ()

    @property
    def state(self) -> tuple[Input, ...]:
        """The variables, then what is rigid: everything that a later step depends on."""
        return (*(variable.node for variable in self.variables), *self.rigid, *self.totals)

    @property
    def ending(self) -> tuple[SOp, ...]:
        """The assumptions at the end, with those that the totals come to what was guessed."""
        return (*(Elementwise(pair, "==") for pair in self.totals.items()), *self.assumed_at_end)


class Undefined(Exception):
    """An operation without an answer: the program faults on every input that comes this way."""


def compiled(roots: Sequence[SOp], inputs: Sequence[SOp]) -> Callable[[Iterable[Value]], list[Any]]:
    """A function from the values of some nodes, the inputs, to the exact values of the roots.

    The function raises `Undefined` where some operation has no answer.
    """
    places: dict[SOp, int] = {node: place for place, node in enumerate(inputs)}
    constants: list[Value] = []
    steps: list[tuple[Callable[..., Value], tuple[int, ...]]] = []
    order = topological(roots, places)
    for node in order:
        if isinstance(node, Constant):
            places[node] = len(inputs) + len(constants)
            constants.append(node.value)
    n_known = len(inputs) + len(constants)
    for node in order:
        if not isinstance(node, Constant):
            places[node] = n_known + len(steps)
            steps.append((_function(node), tuple(places[argument] for argument in node.arguments)))
    wanted = [places[root] for root in roots]

    def evaluated(given: Iterable[Value]) -> list[Any]:
        values = [*given, *constants]
        try:
            for function, arguments in steps:
                values.append(function(*[values[place] for place in arguments]))
        except (ZeroDivisionError, TypeError, KeyError) as error:
            raise Undefined(str(error)) from None
        return [values[place] for place in wanted]

    return evaluated


def _function(node: SOp) -> Callable[..., Value]:
    match node:
        case Elementwise(operator=operator):
            return OPERATORS[operator].apply
        case Lookup(entries=entries):
            answers = dict(entries)
            return lambda *keys: answers[keys]
        case Ascribe(declared=declared):
            return _narrowed(element_of(declared))
    raise AssertionError(f"no scalar of a machine: {type(node).__name__}")


def _narrowed(element: Any) -> Callable[[Value], Value]:
    def narrowed(value: Value) -> Value:
        if not contains(element, value):
            raise TypeError(f"{value!r} is not a value of {element}")
        return value

    return narrowed


def run(machine: Machine, words: Sequence[Sequence[Value]], rigid: Sequence[Value] = ()) -> tuple[bool, bool]:
    """Whether a run meets the assumptions, and whether it reaches the goal; the totals are those that it comes to.

    Args:
        machine: what is run.
        words: the elements of each source.
        rigid: the values of its scalar inputs.

    Raises:
        Undefined: if an operation has no answer.
    """
    totals = settled(machine, words, rigid)
    state, is_assumed = states(machine, words, rigid, totals)[-1], _follows_assumptions(machine, words, rigid, totals)
    *ending, goal = compiled([*machine.ending, machine.goal], machine.state)(state)
    return is_assumed and all(ending), bool(goal)


def settled(machine: Machine, words: Sequence[Sequence[Value]], rigid: Sequence[Value]) -> list[Value]:
    """What the totals come to: the guesses are replaced by what was counted with them, until they agree.

    Totals are nested at most as deep as there are some, so that it takes no more rounds than that.
    """
    guessed = [default_value(total) for total in machine.totals]
    at_end = compiled(list(machine.totals.values()), machine.state)
    for _ in guessed:
        counted = at_end(states(machine, words, rigid, guessed)[-1])
        if counted == guessed:
            break
        guessed = counted
    return guessed


def default_value(node: Input) -> Value:
    """Some value of an input's type."""
    return neutral(element_of(node.type)).value


def states(
    machine: Machine, words: Sequence[Sequence[Value]], rigid: Sequence[Value], totals: Sequence[Value]
) -> list[list[Value]]:
    """The state before each element, and at the end."""
    fixed = [*rigid, *totals]
    start = compiled([variable.initial for variable in machine.variables], (*machine.rigid, *machine.totals))
    step = compiled([variable.next for variable in machine.variables], (*machine.state, *machine.items))
    passed = [[*start(fixed), *fixed]]
    for elements in zip(*words, strict=True):
        passed.append([*step([*passed[-1], *elements]), *fixed])
    return passed


def _follows_assumptions(
    machine: Machine, words: Sequence[Sequence[Value]], rigid: Sequence[Value], totals: Sequence[Value]
) -> bool:
    holds = compiled(machine.assumed, (*machine.state, *machine.items))
    passed = states(machine, words, rigid, totals)
    return all(
        all(holds([*state, *elements])) for state, elements in zip(passed, zip(*words, strict=True), strict=False)
    )
