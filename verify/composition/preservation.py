"""What a step requires is kept by a fold: it holds at the start, and every step that it holds of leaves it true.

Of `fold(step, xs, start)` the requirements of `step` are asked of any state that meets them, with any element; its
promises may be counted on of the state after it. Together these cover every call that the fold makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...dsl.graph import Ascribe, At, Constant, Elementwise, Fold, Input, Length, SOp, substitute
from ...dsl.program import CallSite
from ...dsl.types import Int
from ..claims.claim import Claim, at_call
from ..claims.conditions import all_of, compared, conjuncts, implied
from ..claims.definedness import conditions_owed

__all__ = ["kept_by_steps"]

_PLACE = Input((), "kept.place", Int(0, None), "place")
_NEXT = Elementwise((_PLACE, Constant((), 1)), "+")


def kept_by_steps(claim: Claim, *, is_promised: bool) -> list[Claim]:
    """The claims that together say that every call in a fold meets its requirements; none where it is no such claim.

    Args:
        claim: a requirement of a call in a fold.
        is_promised: whether what the step promises may be counted on.
    """
    call = claim.call
    if call is None or claim.kind != "requires" or len(call.binders) != 1 or not isinstance(call.binders[0][1], Fold):
        return []
    step = _Step(call, call.binders[0][0], call.binders[0][1])
    state = Input((), "kept.state", step.fold.parameters[0].type, "state")
    first = (compared(Length(), ">", 0),)
    before = (compared(_NEXT, "<", Length()), *step.required(state, _PLACE))
    after, promised = step.taken(state, is_promised=is_promised)
    asked = [
        *((first, part) for part in step.required(step.fold.arguments[-1], Constant((), 0))),
        *(((*before, *promised), part) for part in step.required(after, _NEXT)),
    ]
    return [replace(claim, condition=part, given=(*claim.given, *given), call=None) for given, part in asked]


@dataclass(frozen=True, slots=True)
class _Step:
    """The call that a fold makes at every position; `inputs` are the state and the items that it speaks of."""

    call: CallSite
    inputs: tuple[Input, ...]
    fold: Fold

    def _there(self, node: SOp, state: SOp, place: SOp) -> SOp:
        """A node over the state and the items, at a position."""
        items = [At((sequence, place)) for sequence in self.fold.arguments[:-1]]
        return substitute(node, dict(zip(self.inputs, (state, *items), strict=True)))

    def required(self, state: SOp, place: SOp) -> Iterator[SOp]:
        """What the step requires of a state and of the elements at a position."""
        guard = conditions_owed(self.call.arguments)
        for clause in self.call.callee.requires:
            for part in conjuncts(at_call(clause, self.call)):
                yield self._there(implied(all_of(guard), part) if guard else part, state, place)

    def taken(self, state: SOp, *, is_promised: bool) -> tuple[SOp, tuple[SOp, ...]]:
        """The state after the step at the position, and what is promised of it."""
        bound: dict[SOp, SOp] = dict(zip(self.fold.parameters, self.inputs, strict=True))
        whole = substitute(self.fold.step, bound)
        is_call = whole == self.call.result or (isinstance(whole, Ascribe) and whole.arguments == (self.call.result,))
        if not is_promised or not is_call:
            return self._there(whole, state, _PLACE), ()
        after = Input((), "kept.after", self.fold.parameters[0].type, "the state after")
        promises = (at_call(clause, replace(self.call, result=after)) for clause in self.call.callee.ensures)
        return after, tuple(self._there(promise, state, _PLACE) for promise in promises)
