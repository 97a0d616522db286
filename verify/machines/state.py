"""The state of a machine as it is read from a graph: counters, accumulated values, delays and guessed totals.

Every variable has a key that tells what it keeps, so that what is asked for twice is kept once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...dsl.graph import Elementwise, Input, SOp, inputs_of
from ...dsl.types import Bool, Element, Int, Real, element_of
from .expressions import FALSE, ONE, TRUE, ZERO, applied, choose, conj, disj, fraction, neg, neutral, plus
from .machine import Variable

__all__ = ["KINDS", "Kind", "Piece", "StateBuilder"]

Piece = tuple[SOp, ...]
"""What is known of some selected keys: a count, a sum, or whether there is one and its value."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to put values together: what of nothing, of one element behind a guard, and of two parts in order.

    `is_group`: whether the part up to here can be taken from the whole, so that the rest is left.
    """

    nothing: Callable[[Element], Piece]
    single: Callable[[SOp, SOp], Piece]
    merge: Callable[[Piece, Piece], Piece]
    is_group: bool = False


def _picked(is_better: Callable[[SOp, SOp], SOp]) -> Kind:
    """Whether there is a value, and the chosen one; `is_better(earlier, later)` says whether the later one counts."""

    def merge(earlier: Piece, later: Piece) -> Piece:
        (some, old), (more, new) = earlier, later
        return disj(some, more), choose(conj(more, disj(neg(some), is_better(old, new))), new, old)

    return Kind(
        lambda element: (FALSE, neutral(element)),
        lambda guard, value: (guard, value),
        merge,
    )


KINDS: Mapping[str, Kind] = {
    "count": Kind(
        lambda _: (ZERO,),
        lambda guard, _: (applied("indicator", guard),),
        lambda earlier, later: (plus(earlier[0], later[0]),),
        is_group=True,
    ),
    "sum": Kind(
        lambda _: (ZERO,),
        lambda guard, value: (choose(guard, _number(value), ZERO),),
        lambda earlier, later: (plus(earlier[0], later[0]),),
        is_group=True,
    ),
    "any": Kind(
        lambda _: (FALSE,),
        lambda guard, value: (conj(guard, value),),
        lambda earlier, later: (disj(earlier[0], later[0]),),
    ),
    "all": Kind(
        lambda _: (TRUE,),
        lambda guard, value: (disj(neg(guard), value),),
        lambda earlier, later: (conj(earlier[0], later[0]),),
    ),
    "min": _picked(lambda old, new: applied("<", new, old)),
    "max": _picked(lambda old, new: applied("<", old, new)),
    "first": _picked(lambda old, new: FALSE),
    "last": _picked(lambda old, new: TRUE),
}


def _number(value: SOp) -> SOp:
    return applied("indicator", value) if isinstance(element_of(value.type), Bool) else value


class StateBuilder:
    """The variables and totals so far, by key."""

    def __init__(self) -> None:
        self.variables: dict[str, Variable] = {}
        self.totals: dict[Input, SOp] = {}

    def owns(self, node: Input) -> bool:
        """Whether an input is a variable or a total."""
        return node in self.totals or node.key in self.variables

    def variable(self, key: str, element: Element, initial: SOp, following: Callable[[Input], SOp]) -> Variable:
        """The variable of a key; its next value is over itself."""
        if key not in self.variables:
            node = Input((), key, element, key)
            self.variables[key] = Variable(node, initial, following(node))
        return self.variables[key]

    def needed_by(self, roots: Sequence[SOp]) -> tuple[tuple[Variable, ...], dict[Input, SOp]]:
        """The variables and totals that graphs depend on, in the order in which they were found to be."""
        needed: dict[Input, None] = {}
        waiting = list(roots)
        while waiting:
            for node in inputs_of([waiting.pop()]):
                if node not in needed and self.owns(node):
                    needed[node] = None
                    waiting += self._definition(node)
        variables = (variable for variable in self.variables.values() if variable.node in needed)
        return tuple(variables), {total: at_end for total, at_end in self.totals.items() if total in needed}

    def _definition(self, node: Input) -> list[SOp]:
        if node in self.totals:
            return [self.totals[node]]
        variable = self.variables[node.key]
        return [variable.initial, variable.next]

    def index(self) -> Variable:
        """How many elements came before."""
        return self.variable("index", Int(0, None), ZERO, lambda before: applied("+", before, ONE))

    def delayed(self, value: SOp, steps: int, initial: SOp) -> SOp:
        """The value of an expression some positions ago; the initial one where there is no such position."""
        if steps == 0:
            return value
        above, below = fraction(value)
        if below != ONE:
            return Elementwise((self.delayed(above, steps, initial), self.delayed(below, steps, ONE)), "/")
        key = f"ago.{steps}.{value.digest[:16]}.{initial.digest[:16]}"
        if key in self.variables:
            return self.variables[key].node
        newer = self.delayed(value, steps - 1, initial)
        return self.variable(key, element_of(value.type), initial, lambda _: newer).node

    def around(self, value: SOp, steps: int) -> SOp:
        """The value some positions ago; before the first position, from the end of the sequence."""
        above, below = fraction(value)
        if below != ONE:
            return Elementwise((self.around(above, steps), self.around(below, steps)), "/")
        key = f"around.{steps}.{value.digest[:16]}"
        if key in self.variables:
            return self.variables[key].node
        newer = value if steps == 1 else self.around(value, steps - 1)
        guess = Input((), f"total.{key}", element_of(value.type), "total")
        node = self.variable(key, element_of(value.type), guess, lambda _: newer).node
        self.totals[guess] = node
        return node

    def total(self, at_end: SOp) -> Input:
        """A guess of what an expression comes to at the end."""
        guess = Input((), f"total.{at_end.digest[:16]}", element_of(at_end.type), "total")
        self.totals.setdefault(guess, at_end)
        return guess

    def accumulated(self, kind: str, guard: SOp, value: SOp, delay: int = 0) -> Piece:
        """What came of all elements before here, but the last few; after the last element, of all."""
        if kind == "count" and guard == TRUE and delay == 0:
            return (self.index().node,)
        how, element = KINDS[kind], element_of(value.type)
        nothing, single = how.nothing(element), how.single(guard, value)
        late = tuple(self.delayed(part, delay, empty) for part, empty in zip(single, nothing, strict=True))
        elements = [_kept(kind, place, part) for place, part in enumerate(single)]
        keys = [f"{kind}.{place}.{delay}.{_name(single)}" for place in range(len(single))]
        nodes = tuple(Input((), key, element, key) for key, element in zip(keys, elements, strict=True))
        merged = how.merge(nodes, late)
        for node, empty, after in zip(nodes, nothing, merged, strict=True):
            self.variables.setdefault(node.key, Variable(node, empty, after))
        return nodes

    def accumulated_here(self, kind: str, guard: SOp, value: SOp) -> Piece:
        """What came of all elements up to here, this one included."""
        how = KINDS[kind]
        return how.merge(self.accumulated(kind, guard, value), how.single(guard, value))

    def whole(self, kind: str, guard: SOp, value: SOp) -> Piece:
        """What comes of all elements of the sequence, guessed."""
        parts = self.accumulated(kind, guard, value)
        return tuple(self.total(part) for part in parts)


def _name(parts: Sequence[SOp]) -> str:
    return ".".join(part.digest[:16] for part in parts)


def _kept(kind: str, place: int, part: SOp) -> Element:
    """The type of an accumulated part: a count and a sum of what is not negative are not negative."""
    element = element_of(part.type)
    if kind not in ("count", "sum"):
        return element
    low = 0 if isinstance(element, Int | Real) and element.low is not None and element.low >= 0 else None
    return Real(low, None) if isinstance(element, Real) else Int(low, None)
