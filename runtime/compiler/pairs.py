"""A quantifier within another as one selector: the outer variable stands at the queries, the inner one at the keys.

It is where the inner body joins, by `and`, `or` and `not`, conditions on one of the variables and comparisons of what
reads one with what reads the other, all of which are proved to have values. Sums are sorted by sides first:
`xs[i] + xs[j] == 5` compares `xs[j]` with `5 - xs[i]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce

from ...dsl.graph import Constant, Elementwise, Indices, Length, Quantified, Select, SelectorLogic, SelectorWidth, SOp
from ...dsl.operators import COMPARISONS
from ...errors import NotCompilable
from ..binding import inner_graph_of
from .attempts import TRUE, Attempts

__all__ = ["Pairs"]

_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_Summand = tuple[int, bool, SOp]
"""The sign of a number, whether it stands at the keys, and the number."""


class _NoSelector(Exception):
    """The body is no such selector."""


class Pairs:
    """One quantifier within another.

    `bounds` are the start and the stop of the inner one, `around` the keys of the variables that the outer ones bind.
    `value_of` makes the value of a part at the keys (True) or at the queries, None if it is not proved to have one.
    """

    def __init__(
        self,
        attempts: Attempts,
        inner: Quantified,
        bounds: Sequence[SOp],
        around: set[str],
        value_of: Callable[[SOp, bool], SOp | None],
    ) -> None:
        self._attempts, self._inner = attempts, inner
        self._start, self._stop = bounds
        self._around, self._value_of = around, value_of
        self._reads = inner_graph_of(inner).reads

    def answer(self) -> SOp | None:
        """The truth of the inner quantifier at each query, if a selector tells it."""
        attempts, is_exists = self._attempts, self._inner.operator == "exists"
        excess = attempts.applied("-", self._stop, Length())
        if not attempts.facts(excess).domain.high <= 0 <= attempts.facts(self._start).domain.low:
            return None
        try:
            body = self._selector(self._inner.body)
        except _NoSelector:
            return None
        decisive = body if is_exists else SelectorLogic((body,), "not")
        try:
            width = attempts.make(SelectorWidth((reduce(_both, self._within_range(excess), decisive),)))
        except NotCompilable:
            # The normal form is too long, or its values are too many or of several kinds.
            return None
        return attempts.make(Elementwise((width, Constant((), 0)), ">" if is_exists else "=="))

    def _within_range(self, excess: SOp) -> Iterator[SOp]:
        if not self._attempts.is_always(self._start, 0):
            yield Select((Indices(), self._start), ">=")
        if not self._attempts.is_always(excess, 0):
            yield Select((Indices(), self._stop), "<")

    def _selector(self, part: SOp) -> SOp:
        if not self._is_mixed(part):
            return self._condition(part)
        match part:
            case Elementwise(operator="and" | "or" | "not" as operator, arguments=arguments):
                return SelectorLogic(tuple(self._selector(argument) for argument in arguments), operator)
            case Elementwise(operator=operator, arguments=(left, right)) if operator in COMPARISONS:
                return self._compared(operator, left, right)
        raise _NoSelector

    def _condition(self, part: SOp) -> SOp:
        is_key, value = self._pure(part)
        if not {*(self._attempts.facts(value).domain.values or (2,))} <= {True, False}:
            raise _NoSelector
        return Select((value, TRUE) if is_key else (TRUE, value), "==")

    def _compared(self, comparison: str, left: SOp, right: SOp) -> SOp:
        if not self._is_mixed(left) and not self._is_mixed(right):
            (is_key, first), (_, second) = self._pure(left), self._pure(right)
            return Select((first, second), comparison) if is_key else Select((second, first), _MIRRORED[comparison])
        summands = [*self._summands(left, 1), *self._summands(right, -1)]
        if not all(self._attempts.facts(value).domain.is_numeric for _, _, value in summands):
            raise _NoSelector
        keys = self._total((sign, value) for sign, is_key, value in summands if is_key)
        queries = self._total((-sign, value) for sign, is_key, value in summands if not is_key)
        return Select((keys, queries), comparison)

    def _summands(self, part: SOp, sign: int) -> Iterator[_Summand]:
        match part:
            case _ if not self._is_mixed(part):
                yield (sign, *self._pure(part))
            case Elementwise(operator="+" | "-" as operator, arguments=(left, right)):
                yield from self._summands(left, sign)
                yield from self._summands(right, sign if operator == "+" else -sign)
            case Elementwise(operator="negate", arguments=(number,)):
                yield from self._summands(number, -sign)
            case _:
                raise _NoSelector

    def _total(self, summands: Iterator[tuple[int, SOp]]) -> SOp:
        total = self._attempts.make(Constant((), 0))
        for sign, value in summands:
            total = self._attempts.applied("+" if sign > 0 else "-", total, value)
        return total

    def _is_mixed(self, part: SOp) -> bool:
        """Whether a part reads the inner variable and one around it."""
        return self._is_key(part) and not self._around.isdisjoint(self._reads[part])

    def _is_key(self, part: SOp) -> bool:
        return self._inner.variable.key in self._reads[part]

    def _pure(self, part: SOp) -> tuple[bool, SOp]:
        value = self._value_of(part, self._is_key(part))
        if value is None:
            raise _NoSelector
        return self._is_key(part), value


def _both(left: SOp, right: SOp) -> SOp:
    return SelectorLogic((left, right), "and")
