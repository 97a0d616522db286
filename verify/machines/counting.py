"""Counters of which a machine asks little, made finite.

A counter that is only compared with constants need not count further than the largest of them, and a number of which
only the remainder is asked for may be replaced by it. The machine with such a counter passes through the same answers,
so that a claim holds of one if and only if it holds of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import lcm

from ...dsl.graph import Constant, Elementwise, Input, SOp, substitute, topological
from ...dsl.operators import COMPARISONS
from ...dsl.types import Int, element_of
from .expressions import ZERO, applied, choose
from .machine import Machine, Variable

__all__ = ["with_short_counters"]

_MOST = 4096


def with_short_counters(machine: Machine) -> Machine:
    """The same machine, each counter no longer than what is asked of it."""
    for variable in machine.variables:
        shortened = _shortened(variable, machine)
        if shortened is not None:
            machine = _replaced(machine, variable, shortened)
    return machine


@dataclass(frozen=True, slots=True)
class _Use:
    """One thing that is asked of a counter: how it compares with a bound, or its remainder."""

    bound: int | None = None
    modulus: int = 1


def _shortened(variable: Variable, machine: Machine) -> Variable | None:
    """The variable as a shorter counter; None where it is none, or everything is asked of it."""
    node, following = variable.node, variable.next
    if not isinstance(following, Elementwise) or following.operator != "+" or variable.initial != ZERO:
        return None
    first, added = following.arguments
    if first != node or not isinstance(element_of(added.type), Int):
        return None
    uses = list(_uses(variable, machine))
    if not uses or any(use is None for use in uses):
        return None
    bounds = [use.bound for use in uses if use and use.bound is not None]
    modulus = lcm(*(use.modulus for use in uses if use))
    if not bounds:
        return _counting(variable, applied("%", following, Constant((), modulus)), modulus - 1)
    longest = max(0, max(bounds) + 1) + modulus
    if longest > _MOST or not _is_at_most_one(added):
        return None
    end = Constant((), longest)
    around = choose(applied("==", following, end), Constant((), longest - modulus), following)
    return _counting(variable, around, longest - 1)


def _counting(variable: Variable, following: SOp, most: int) -> Variable:
    node = Input((), f"short.{variable.node.key}", Int(0, most), variable.node.name)
    return Variable(node, ZERO, substitute(following, {variable.node: node}))


def _uses(variable: Variable, machine: Machine) -> Iterator[_Use | None]:
    """What is asked of a counter by everything but its own next value; None for what is no such question."""
    node = variable.node
    own = variable.next.arguments[1]
    nexts = [other.next if other is not variable else own for other in machine.variables]
    roots = [*nexts, *machine.assumed, *machine.ending, machine.goal]
    # What it counts to next, by whatever is added, is no less than it: the same bounds tell it apart.
    shifted: dict[SOp, int] = {node: 0, variable.next: 0}
    nodes = topological(roots)
    for part in nodes:
        if part not in shifted and (offset := _shift(part, shifted)) is not None:
            shifted[part] = offset
    yield from (None for root in roots if root in shifted)
    for part in nodes:
        if part not in shifted and any(argument in shifted for argument in part.arguments):
            yield _use(part, shifted)


def _shift(part: SOp, shifted: Mapping[SOp, int]) -> int | None:
    """C where a node is the counter plus c."""
    match part:
        case Elementwise(operator="+" | "-" as operator, arguments=(left, Constant(value=int() as value))):
            known = shifted.get(left)
            return None if known is None else known + (value if operator == "+" else -value)
    return None


def _use(part: SOp, known: Mapping[SOp, int]) -> _Use | None:
    match part:
        case Elementwise(operator=operator, arguments=(left, Constant(value=int() as value))) if left in known:
            if operator in COMPARISONS:
                return _Use(bound=value - known[left])
            return _Use(modulus=value) if operator == "%" and value > 0 else None
        case Elementwise(operator=operator, arguments=(Constant(value=int() as value), right)) if right in known:
            return _Use(bound=value - known[right]) if operator in COMPARISONS else None
    return None


def _is_at_most_one(added: SOp) -> bool:
    element = element_of(added.type)
    return isinstance(element, Int) and element.low is not None and element.low >= 0 and element.high in (0, 1)


def _replaced(machine: Machine, old: Variable, new: Variable) -> Machine:
    """The machine with another variable in the place of one."""
    change: dict[SOp, SOp] = {old.node: new.node}

    def changed(root: SOp) -> SOp:
        return substitute(root, change)

    return replace(
        machine,
        variables=tuple(
            new if variable is old else replace(variable, next=changed(variable.next)) for variable in machine.variables
        ),
        totals={total: changed(at_end) for total, at_end in machine.totals.items()},
        assumed=tuple(map(changed, machine.assumed)),
        assumed_at_end=tuple(map(changed, machine.assumed_at_end)),
        goal=changed(machine.goal),
    )
