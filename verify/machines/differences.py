"""Counters of which a machine asks only together, made fewer: of two whose difference alone matters, the difference.

A counter moves on by what does not depend on any counter. Where it is read it belongs to a sum with constant factors,
compared with another one or used as a number: what such a sum takes from the counters, the factors without their common
divisor, is a direction. If there are fewer directions than counters, each direction becomes a counter in their place.
The machine passes through the same answers, so that a claim holds of one if and only if it holds of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import gcd

from ...dsl.graph import Constant, Elementwise, Input, SOp, inputs_of, topological
from ...dsl.operators import COMPARISONS
from ...dsl.types import Int, Real, element_of
from .expressions import ZERO, applied, plus
from .machine import Machine, Variable

__all__ = ["with_fewer_counters"]

_MOST_COUNTERS = 64
Factors = Mapping[Input, int]


def with_fewer_counters(machine: Machine) -> Machine:
    """The same machine, with one counter for each direction if these are fewer than its counters."""
    counters = _counters(machine)
    if len(counters) > _MOST_COUNTERS:
        return machine
    reading = _Reading(counters)
    others = [variable for variable in machine.variables if variable.node not in counters]
    moved = [replace(variable, next=reading.value(variable.next)) for variable in others]
    read = replace(
        machine,
        totals={total: reading.value(at_end) for total, at_end in machine.totals.items()},
        assumed=tuple(map(reading.value, machine.assumed)),
        assumed_at_end=tuple(map(reading.value, machine.assumed_at_end)),
        goal=reading.value(machine.goal),
    )
    if len(reading.directions) >= len(counters):
        return machine
    together = [reading.counter(direction, node) for direction, node in reading.directions.items()]
    return replace(read, variables=(*together, *moved))


def _counters(machine: Machine) -> dict[Input, Variable]:
    """The variables to which each step adds a whole number that depends on none of them."""
    found = {variable.node: variable for variable in machine.variables if _added(variable) is not None}
    while dependent := [node for node, variable in found.items() if not found.keys().isdisjoint(_read_by(variable))]:
        found = {node: variable for node, variable in found.items() if node not in dependent}
    return found


def _added(variable: Variable) -> SOp | None:
    """What a step adds to a variable; None of one that it does anything else to."""
    match variable.next:
        case Elementwise(operator="+", arguments=(node, added)) if node == variable.node:
            whole = (element_of(part.type) for part in (variable.node, variable.initial, added))
            return added if all(isinstance(element, Int) for element in whole) else None
    return None


def _read_by(variable: Variable) -> list[Input]:
    added = _added(variable)
    assert added is not None, "a counter is added to"
    return list(inputs_of([added, variable.initial]))


@dataclass(frozen=True, slots=True)
class _Form:
    """A number as a sum of counters with factors, and of the rest; a value of another kind is all rest."""

    rest: SOp
    factors: Factors


class _Reading:
    """Nodes over counters as nodes over directions, and the directions that were met."""

    def __init__(self, counters: Mapping[Input, Variable]) -> None:
        self.directions: dict[tuple[tuple[Input, int], ...], Input] = {}
        self._counters = counters
        self._forms: dict[SOp, _Form] = {node: _Form(ZERO, {node: 1}) for node in counters}

    def value(self, root: SOp) -> SOp:
        """What a node is over directions."""
        for node in topological([root], self._forms):
            self._forms[node] = self._form(node)
        return self._together(self._forms[root])

    def counter(self, direction: Sequence[tuple[Input, int]], node: Input) -> Variable:
        """The counter of a direction."""
        initial: SOp = ZERO
        added: SOp = ZERO
        for counter, factor in direction:
            variable = self._counters[counter]
            initial = plus(initial, _multiple(variable.initial, factor))
            added = plus(added, _multiple(variable.next.arguments[1], factor))
        return Variable(node, initial, applied("+", node, added))

    def _form(self, node: SOp) -> _Form:
        parts = [self._forms[argument] for argument in node.arguments]
        if all(not part.factors and part.rest == given for part, given in zip(parts, node.arguments, strict=True)):
            return _Form(node, {})
        if any(part.factors for part in parts) and all(map(_is_number, node.arguments)):
            linear = self._linear(node, parts)
            if linear is not None:
                return linear
        return _Form(replace(node, arguments=tuple(map(self._together, parts))), {})

    def _linear(self, node: SOp, parts: Sequence[_Form]) -> _Form | None:
        """What a sum, a multiple or a comparison of sums comes to; None of any other node."""
        match node:
            case Elementwise(operator="+"):
                return _added_up(parts[0], parts[1])
            case Elementwise(operator="-"):
                return _added_up(parts[0], _times(parts[1], -1))
            case Elementwise(operator="negate"):
                return _times(parts[0], -1)
            case Elementwise(operator="*", arguments=(_, Constant(value=int() as factor))):
                return _times(parts[0], factor)
            case Elementwise(operator="*", arguments=(Constant(value=int() as factor), _)):
                return _times(parts[1], factor)
            case Elementwise(operator=operator) if operator in COMPARISONS:
                left, right = parts
                difference = _added_up(left, _times(_Form(ZERO, right.factors), -1))
                return _Form(applied(operator, self._together(difference), right.rest), {})
        return None

    def _together(self, form: _Form) -> SOp:
        """The number itself, its factors as a multiple of their direction."""
        if not form.factors:
            return form.rest
        first = next(iter(form.factors.values()))
        shared = gcd(*form.factors.values()) * (1 if first > 0 else -1)
        direction = tuple((node, factor // shared) for node, factor in form.factors.items())
        if direction not in self.directions:
            (node, factor), *others = direction
            named = Input((), f"direction.{len(self.directions)}", Int(), "direction")
            self.directions[direction] = named if others or factor != 1 else node
        return plus(_multiple(self.directions[direction], shared), form.rest)


def _is_number(node: SOp) -> bool:
    return isinstance(element_of(node.type), Int | Real)


def _added_up(left: _Form, right: _Form) -> _Form:
    """The sum of two forms, its counters in the order of their keys."""
    nodes = sorted({**left.factors, **right.factors}, key=lambda node: node.key)
    added = {node: left.factors.get(node, 0) + right.factors.get(node, 0) for node in nodes}
    return _Form(plus(left.rest, right.rest), {node: factor for node, factor in added.items() if factor})


def _times(form: _Form, factor: int) -> _Form:
    factors = {node: of * factor for node, of in form.factors.items() if factor}
    return _Form(_multiple(form.rest, factor), factors)


def _multiple(node: SOp, factor: int) -> SOp:
    if factor == 1:
        return node
    return ZERO if factor == 0 or node == ZERO else applied("*", Constant((), factor), node)
