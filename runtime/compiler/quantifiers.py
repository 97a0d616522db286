"""Quantifiers whose bodies read elements of sequences.

1. The numbers of the range stand at the positions of the sequence, the k-th at position k: the variable is the index,
   or the start plus the index. Where a range may be longer than the sequence there is a case for each number instead.
2. The body becomes an s-op, true, false or undefined at each position (`bodies`); where the range has ended it decides
   nothing.
3. The answer is whether some position is decisive. There is none where a position is undefined and none before it is
   decisive: a check, left out where the body is proved to have a value wherever it is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...dsl.graph import Constant, Elementwise, Indices, Length, Quantified, Select, SelectorLogic, SelectorWidth, SOp
from ...errors import NotCompilable
from .attempts import Attempts
from .bodies import Body, Site, Trust, proved, within
from .facts import Knowledge
from .nodes import UNDEFINED

__all__ = ["Decision"]

_CASES_LIMIT = 512
"""A quantifier that takes more cases than this is refused."""
_WAY_OUT = "write it with selectors, or run it in the interpreter"


class Decision:
    """What stands for a quantifier of the program, whose bounds are known.

    `derive` makes a node that is added on behalf of another one known, and returns what stands for it; `check` notes a
    condition under which a node has no answer; `checks` are those noted so far.
    """

    def __init__(
        self,
        node: Quantified,
        known: Knowledge,
        derive: Callable[[SOp, SOp], SOp],
        check: Callable[[SOp, SOp], None],
        checks: Mapping[SOp, None],
    ) -> None:
        self._node, self._known, self._check, self._checks = node, known, check, checks
        self._n_cases = 0
        self._attempts = Attempts(known, lambda new: derive(new, node))
        self._site = Site(self._attempts, self._fixed, self._require_whole, self._numbers, self._refuse)
        self._start, self._stop = (self._attempts.make(bound) for bound in node.arguments)

    def answer(self) -> SOp:
        """The truth of the quantifier; a check is noted where it may have none.

        Raises:
            NotCompilable: if its body makes a sequence by the variable, reads one that may fault, or has many cases.
        """
        attempts = self._attempts
        self._require_whole(self._start, self._stop)
        extent = attempts.applied("-", self._stop, self._start)
        if attempts.facts(attempts.applied("-", extent, Length())).domain.high <= 0:
            is_from_start = attempts.is_always(self._start, 0)
            variable = attempts.make(Indices()) if is_from_start else attempts.applied("+", self._start, Indices())
            return self._answer_at_positions(variable, attempts.applied("<", Indices(), extent))
        return self._answer_by_cases(self._numbers(self._start, self._stop))

    def _answer_at_positions(self, variable: SOp, in_range: SOp) -> SOp:
        attempts, decisive = self._attempts, self._node.operator == "exists"
        outcome, is_total = self._outcome(variable, in_range)
        if not is_total and attempts.may_be_undefined(outcome):
            before = SelectorLogic((self._where(outcome, decisive), Select((Indices(), Indices()), "<")), "and")
            is_open = Elementwise((SelectorWidth((before,)), Constant((), 0)), "==")
            self._check(self._node, Elementwise((attempts.equal(outcome, UNDEFINED), is_open), "and"))
        n_decisive = SelectorWidth((self._where(outcome, decisive),))
        return Elementwise((n_decisive, Constant((), 0)), ">" if decisive else "==")

    def _where(self, outcome: SOp, value: bool) -> SOp:
        return Select((outcome, Constant((), value)), "==")

    def _answer_by_cases(self, numbers: range) -> SOp:
        attempts = self._attempts
        outcomes = []
        for number in numbers:
            here = attempts.make(Constant((), number))
            after, before = attempts.applied("<=", self._start, number), attempts.applied("<", number, self._stop)
            outcomes.append(self._outcome(here, attempts.applied("and", after, before)))
        outcome = attempts.joined("or" if self._node.operator == "exists" else "and", [found for found, _ in outcomes])
        if not all(is_total for _, is_total in outcomes) and attempts.may_be_undefined(outcome):
            self._check(self._node, attempts.equal(outcome, UNDEFINED))
        return attempts.equal(outcome, True)

    def _outcome(self, variable: SOp, in_range: SOp) -> tuple[SOp, bool]:
        """What the body comes to, and whether it is proved to have a value wherever it is evaluated."""
        standing: Mapping[SOp, SOp] = {self._node.variable: variable}
        value = proved(self._site, self._node, standing, in_range)
        is_total = value is not None
        if value is None:
            value = Body(self._site, self._node, standing, trust=Trust.NOTHING).value
        return within(self._attempts, self._node, in_range, value), is_total

    def _fixed(self, part: SOp) -> SOp:
        n_checks = len(self._checks)
        made = self._attempts.make(part)
        if len(self._checks) > n_checks:
            way_out = "let its body compute the element, or run it in the interpreter"
            raise self._refuse("reads a sequence that may have no value", way_out)
        return made

    def _numbers(self, start: SOp, stop: SOp) -> range:
        self._require_whole(start, stop)
        first, last = (self._attempts.facts(bound).domain for bound in (start, stop))
        numbers = range(int(first.low), int(last.high))
        self._n_cases += len(numbers)
        if self._n_cases > _CASES_LIMIT:
            cases = f"{_CASES_LIMIT} cases, one for each combination of its inner variables"
            reason = f"{self._node.operator!r} takes more than {cases}"
            way_out = "take a smaller max_length, or write it with selectors"
            raise self._known.origins.refuse(self._node, reason, way_out)
        return numbers

    def _require_whole(self, *bounds: SOp) -> None:
        if not all(self._attempts.facts(bound).domain.is_whole for bound in bounds):
            reason = f"the bounds of a range in {self._node.operator!r} may be no whole numbers, or have no value"
            raise self._known.origins.refuse(self._node, reason, "round or guard them, or run it in the interpreter")

    def _refuse(self, reason: str, way_out: str = _WAY_OUT) -> NotCompilable:
        return self._known.origins.refuse(self._node, f"the body of {self._node.operator!r} {reason}", way_out)
