"""Bodies of quantifiers as s-ops, over s-ops that their variables stand for.

1. What reads no variable is made as anywhere else; it may have no fault of its own, for it counts only where it is
   evaluated.
2. The element at a position is an aggregate of one key. Where there is no such position it has no value, or, on the
   assumption that this is never evaluated, any.
3. Operators pass on that there is no value, and guards as the interpreter's do (`attempts`).
4. A quantifier within a body becomes a selector if it can (`pairs`), else a case for each number that its range can
   hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

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
from .pairs import Pairs

__all__ = ["Body", "Site", "Trust", "proved", "within"]

_PARTS = (Input, Constant, Length, Elementwise, CellCall, Lookup, Ascribe, At, Quantified)


class Trust(Enum):
    """What is assumed of all parts that are evaluated; what a body is where it is not so does not matter then."""

    NOTHING = 0
    DEFINED = 1
    """That they have a value."""
    FORWARD = 2
    """That they have a value, and that positions are counted from the start."""


@dataclass(frozen=True)
class Site:
    """Where the body of a quantifier is compiled.

    Attributes:
        attempts: makes s-ops.
        fixed: makes what reads no variable; refuses what may fault.
        require_whole: refuses bounds of a range that may be no whole numbers.
        numbers: which numbers a range may hold, from its start and stop; refuses too many.
        refuse: the error that gives a reason.
    """

    attempts: Attempts
    fixed: Callable[[SOp], SOp]
    require_whole: Callable[..., None]
    numbers: Callable[[SOp, SOp], range]
    refuse: Callable[[str], NotCompilable]


class Body:
    """The body of a quantifier, where variables stand for s-ops."""

    def __init__(
        self, site: Site, quantified: Quantified, standing: Mapping[SOp, SOp], *, trust: Trust, root: SOp | None = None
    ) -> None:
        """Make the values of all parts, arguments first.

        Args:
            site: where the body is compiled.
            quantified: the quantifier.
            standing: what each variable stands for, its own and those around it.
            trust: what is assumed of parts that are evaluated.
            root: the part of the body that is meant; all of it if None.
        """
        self._site, self._attempts = site, site.attempts
        self._trust = trust
        self._standing = standing
        self._root = quantified.body if root is None else root
        self._reads = inner_graph_of(quantified).reads
        self._bound = {variable.key for variable in standing if isinstance(variable, Input)}
        self._values: dict[SOp, SOp] = {}
        self._failing: dict[SOp, SOp] = {}
        self._cases: dict[SOp, dict[int, Body]] = {}
        fixed = {part for part in self._reads if self._is_fixed(part)}
        self._parts = topological([self._root], fixed)
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
        """Whether, by what is proved of it, the body may evaluate a part of which the assumption does not hold."""
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
                return self._quantified(part)
            case CellCall(meaning=None):
                raise self._site.refuse(f"calls {part.cell.name!r}, whose contract does not say `result == …`")
        return self._attempts.of(replace(part, arguments=arguments))

    def _quantified(self, inner: Quantified) -> SOp:
        bounds = tuple(self._values[bound] for bound in inner.arguments)
        self._site.require_whole(*bounds)
        found = Pairs(self._attempts, inner, bounds, self._bound, lambda *part: self._proved(inner, *part)).answer()
        if found is not None:
            return found
        self._cases[inner] = {number: self._inner(inner, number) for number in self._site.numbers(*bounds)}
        cases = [
            within(self._attempts, inner, self._in_range(inner, number), body.value)
            for number, body in self._cases[inner].items()
        ]
        return self._attempts.joined("and" if inner.operator == "forall" else "or", cases)

    def _proved(self, inner: Quantified, part: SOp, is_key: bool) -> SOp | None:
        """The value of a part at the keys or at the queries; None if it is not proved to have one."""
        attempts = self._attempts
        at_keys: Mapping[SOp, SOp] = {inner.variable: attempts.make(Indices())}
        standing = at_keys if is_key else self._standing
        in_range = attempts.make(TRUE)
        if is_key and all(self._reads[bound].isdisjoint(self._bound) for bound in inner.arguments):
            start, stop = (self._values[bound] for bound in inner.arguments)
            after, before = attempts.applied(">=", Indices(), start), attempts.applied("<", Indices(), stop)
            in_range = attempts.applied("and", after, before)
        value = proved(self._site, inner, standing, in_range, part)
        return None if value is None or attempts.may_be_undefined(value) else value

    def _element(self, sequence: SOp, position: SOp) -> SOp:
        place = self._place(position)
        if place == Indices():
            return sequence
        domain = self._attempts.facts(sequence).domain
        anything = domain.values[0] if domain.values else exact(domain.low)
        default = Constant((), UNDEFINED if self._trust is Trust.NOTHING else anything)
        return self._attempts.make(Aggregate((Select((Indices(), place), "=="), sequence, default)))

    def _place(self, position: SOp) -> SOp:
        """A position as counted from the start."""
        domain, attempts = self._attempts.facts(position).domain, self._attempts
        if self._trust is Trust.FORWARD or (domain.is_numeric and domain.low >= 0):
            return position
        is_from_end = attempts.applied("<", position, 0)
        return attempts.applied("if", is_from_end, attempts.applied("+", position, Length()), position)

    def _in_range(self, inner: Quantified, number: int) -> SOp:
        start, stop = (self._values[bound] for bound in inner.arguments)
        attempts = self._attempts
        return attempts.applied("and", attempts.applied("<=", start, number), attempts.applied("<", number, stop))

    def _inner(self, inner: Quantified, number: int) -> Body:
        standing = {**self._standing, inner.variable: self._attempts.make(Constant((), number))}
        return Body(self._site, inner, standing, trust=self._trust)

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
                cases = self._cases.get(part, {}).items()
                return attempts.any_of([*failing, *(self._fails_for(part, number, body) for number, body in cases)])
            case Input() | Constant() | Length():
                return attempts.make(FALSE)
        arguments = tuple(self._values[argument] for argument in part.arguments)
        return attempts.any_of([*failing, attempts.fails(replace(part, arguments=arguments))])

    def _fails_for(self, inner: Quantified, number: int, body: Body) -> SOp:
        """Whether an inner quantifier's body may have no value for one number."""
        fails = self._attempts.applied("and", self._in_range(inner, number), body.fails())
        return FALSE if self._attempts.is_always(fails, False) else TRUE

    def _is_outside(self, position: SOp) -> SOp:
        attempts = self._attempts
        if not attempts.facts(position).domain.is_whole:
            return attempts.make(TRUE)
        place = self._place(position)
        return attempts.any_of([attempts.applied("<", place, 0), attempts.applied(">=", place, Length())])


def proved(
    site: Site, quantified: Quantified, standing: Mapping[SOp, SOp], in_range: SOp, root: SOp | None = None
) -> SOp | None:
    """The value of a body that is proved to have one wherever the range holds the variable; None if it is not."""
    for trust in (Trust.FORWARD, Trust.DEFINED):
        body = Body(site, quantified, standing, trust=trust, root=root)
        if site.attempts.is_always(site.attempts.applied("and", in_range, body.fails()), False):
            return body.value
    return None


def within(attempts: Attempts, quantified: Quantified, in_range: SOp, body: SOp) -> SOp:
    """What a quantifier's body comes to where the range holds the variable; elsewhere what decides nothing."""
    if quantified.operator == "exists":
        return attempts.applied("and", in_range, body)
    return attempts.applied("or", attempts.applied("not", in_range), body)
