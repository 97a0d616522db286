"""Bodies of quantifiers as s-ops, over s-ops that their variables stand for.

1. What reads no variable is made as anywhere else; it may have no fault of its own, for it counts only where it is
   evaluated.
2. The element at a position is an aggregate of one key. Where there is no such position it has no value, or, on the
   assumption that this is never evaluated, any.
3. Operators pass on that there is no value, and guards as the interpreter's do (`attempts`).
4. A quantifier within a body becomes a case for each number that its range can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ...dsl.graph import (
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Elementwise,
    Indices,
    Input,
    Length,
    Lookup,
    Quantified,
    Select,
    SOp,
    topological,
)
from ...dsl.operators import exact
from ...dsl.types import Seq
from ...errors import NotCompilable
from ..binding import inner_graph_of
from ..evaluate import is_guard
from .attempts import FALSE, TRUE, Attempts
from .nodes import UNDEFINED

__all__ = ["Body", "Site", "within"]

_PARTS = (Input, Constant, Length, Elementwise, CellCall, Lookup, Ascribe, At, Quantified)


@dataclass(frozen=True)
class Site:
    """Where the body of a quantifier is compiled.

    Attributes:
        attempts: makes s-ops.
        fixed: makes what reads no variable; refuses what may fault.
        numbers: which numbers a range may hold, from its start and stop; refuses too many.
        refuse: the error that gives a reason.
    """

    attempts: Attempts
    fixed: Callable[[SOp], SOp]
    numbers: Callable[[SOp, SOp], range]
    refuse: Callable[[str], NotCompilable]


class Body:
    """The body of a quantifier, where variables stand for s-ops.

    It is *hopeful* where what has no value may have any instead.
    """

    def __init__(self, site: Site, quantified: Quantified, standing: Mapping[SOp, SOp], *, hopeful: bool) -> None:
        """Make the values of all parts, arguments first; `standing` tells what each variable stands for."""
        self._site, self._attempts = site, site.attempts
        self._hopeful = hopeful
        self._standing = standing
        self._root = quantified.body
        self._reads = inner_graph_of(quantified).reads
        self._bound = {variable.key for variable in standing if isinstance(variable, Input)}
        self._values: dict[SOp, SOp] = {}
        self._failing: dict[SOp, SOp] = {}
        fixed = {part for part in self._reads if self._is_fixed(part)}
        self._parts = [part for part in topological([self._root], fixed)]
        for part in self._parts:
            for argument in part.arguments:
                if argument in fixed and argument not in self._values:
                    self._values[argument] = site.fixed(argument)
            self._values[part] = self._value(part)
        if self._root in fixed:
            self._values[self._root] = site.fixed(self._root)

    @property
    def value(self) -> SOp:
        """The truth of the body, `UNDEFINED` where it has none."""
        return self._values[self._root]

    def fails(self) -> SOp:
        """Whether the body may have no value; what is said where it does not depends on a body being hopeful."""
        for part in self._parts:
            self._failing[part] = self._fails(part)
        return self._failing.get(self._root, self._attempts.make(FALSE))

    def _is_fixed(self, part: SOp) -> bool:
        return self._reads[part].isdisjoint(self._bound) and (
            isinstance(part.type, Seq) or not isinstance(part, _PARTS) or isinstance(part, Input | Constant | Length)
        )

    def _value(self, part: SOp) -> SOp:
        if part in self._standing:
            return self._standing[part]
        if isinstance(part.type, Seq) or not isinstance(part, _PARTS):
            raise self._site.refuse("makes or folds a sequence that depends on its variable")
        arguments = tuple(self._values[argument] for argument in part.arguments)
        match part:
            case At():
                return self._element(arguments[0], arguments[1])
            case Quantified():
                return self._attempts.joined(_operator(part), [self._case(part, n) for n in self._numbers(part)])
            case CellCall(meaning=None):
                raise self._site.refuse(f"calls {part.cell.name!r}, whose contract does not say `result == …`")
        return self._attempts.of(replace(part, arguments=arguments))

    def _element(self, sequence: SOp, position: SOp) -> SOp:
        place = self._place(position)
        if place == Indices():
            return sequence
        domain = self._attempts.facts(sequence).domain
        anything = domain.values[0] if domain.values else exact(domain.low)
        default = Constant((), anything if self._hopeful else UNDEFINED)
        return self._attempts.make(Aggregate((Select((Indices(), place), "=="), sequence, default)))

    def _place(self, position: SOp) -> SOp:
        """A position as counted from the start."""
        domain, attempts = self._attempts.facts(position).domain, self._attempts
        if domain.is_numeric and domain.low >= 0:
            return position
        is_from_end = attempts.applied("<", position, 0)
        return attempts.applied("if", is_from_end, attempts.applied("+", position, Length()), position)

    def _numbers(self, inner: Quantified) -> range:
        start, stop = (self._values[bound] for bound in inner.arguments)
        return self._site.numbers(start, stop)

    def _in_range(self, inner: Quantified, number: int) -> SOp:
        start, stop = (self._values[bound] for bound in inner.arguments)
        attempts = self._attempts
        return attempts.applied("and", attempts.applied("<=", start, number), attempts.applied("<", number, stop))

    def _inner(self, inner: Quantified, number: int) -> Body:
        standing = {**self._standing, inner.variable: self._attempts.make(Constant((), number))}
        return Body(self._site, inner, standing, hopeful=self._hopeful)

    def _case(self, inner: Quantified, number: int) -> SOp:
        """What an inner quantifier's body comes to for one number, where the range holds it."""
        return within(self._attempts, inner, self._in_range(inner, number), self._inner(inner, number).value)

    def _fails(self, part: SOp) -> SOp:
        attempts = self._attempts
        failing = [self._failing.get(argument, FALSE) for argument in part.arguments]
        match part:
            case Elementwise(operator="if", arguments=(condition, *_)) if is_guard(part):
                holds, does_not = (attempts.is_truth(self._values[condition], truth) for truth in (True, False))
                then, otherwise = (
                    attempts.applied("and", holds, failing[1]),
                    attempts.applied("and", does_not, failing[2]),
                )
                return attempts.any_of([failing[0], then, otherwise])
            case Elementwise(operator="and" | "or" as operator, arguments=(condition, _)) if is_guard(part):
                is_open = attempts.is_truth(self._values[condition], operator == "and")
                return attempts.any_of([failing[0], attempts.applied("and", is_open, failing[1])])
            case At(arguments=(_, position)):
                return attempts.any_of([*failing, self._is_outside(self._values[position])])
            case Quantified():
                cases = (
                    attempts.applied("and", self._in_range(part, number), self._inner(part, number).fails())
                    for number in self._numbers(part)
                )
                return attempts.any_of([*failing, *cases])
            case Input() | Constant() | Length():
                return attempts.make(FALSE)
        arguments = tuple(self._values[argument] for argument in part.arguments)
        return attempts.any_of([*failing, attempts.fails(replace(part, arguments=arguments))])

    def _is_outside(self, position: SOp) -> SOp:
        attempts = self._attempts
        if not attempts.facts(position).domain.is_whole:
            return attempts.make(TRUE)
        place = self._place(position)
        return attempts.any_of([attempts.applied("<", place, 0), attempts.applied(">=", place, Length())])


def _operator(quantified: Quantified) -> str:
    return "and" if quantified.operator == "forall" else "or"


def within(attempts: Attempts, quantified: Quantified, in_range: SOp, body: SOp) -> SOp:
    """What a quantifier's body comes to where the range holds the variable; elsewhere what decides nothing."""
    if quantified.operator == "exists":
        return attempts.applied("and", in_range, body)
    return attempts.applied("or", attempts.applied("not", in_range), body)
