"""Claims tried on every input, in exact arithmetic: the last resort, for small finite domains.

1. *Values*: all of a finite type; of an open type those that stand for all where a claim only compares (`cutoff.py`).
2. *Inputs*: all of each length, one for each multiset where the claim does not see positions (`symmetry.py`), unless
   they are more than `Effort.inputs`.
3. *Trial*: many inputs at once by the batch interpreter; those of which anything is undefined one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice

from ...dsl.graph import Elementwise, Input, SOp
from ...dsl.program import Function, Program
from ...dsl.types import Seq, Value, element_of
from ..claims.claim import Claim
from ..claims.conditions import all_of, implied
from ..outcome import Effort, NoAnswer, Outcome, Proof, Refutation
from .cutoff import only_compares, standing_for_all
from .kinds import are_of_one_input, by_kind
from .lanes import tried_on
from .symmetry import invariant_part
from .trial import Domains, Inputs, every_value, how_many, inputs_over

__all__ = ["by_enumeration"]

_AT_ONCE = 20_000
_FEW = 5_000
"""Fewer inputs are tried one by one: the batch interpreter needs torch, which takes its time to start."""


def by_enumeration(claim: Claim, effort: Effort) -> Outcome:
    """Try the claim on every input up to a length; on none if they are more than may be tried."""
    lengths = range(effort.up_to + 1 if claim.has_sequences else 1)
    plans = [_plan(each, length) for length in lengths for each in by_kind(claim)]
    known = [plan for plan in plans if plan is not None]
    if len(known) < len(plans):
        return NoAnswer("its inputs have no few values that stand for all")
    n_inputs = sum(plan.n_inputs for plan in known)
    if n_inputs > effort.inputs:
        return NoAnswer(f"there are more than {effort.inputs} inputs up to length {lengths[-1]}")
    digest = hashlib.sha256()
    for plan in known:
        digest.update(plan.described.encode())
        broken = plan.first_broken()
        if broken is not None:
            return _refuted(claim, plan.length, *broken)
    reach = lengths[-1] if claim.has_sequences else None
    return Proof("every input was tried", reach=reach, enumerated=n_inputs, tried=digest.hexdigest())


def _refuted(claim: Claim, length: int, inputs: Inputs, holds: bool | None) -> Outcome:
    if holds is None:
        return NoAnswer(f"it is undefined on some input of length {length}")
    if claim.speaks_of_inner_inputs:
        return NoAnswer("it fails for some state or position, which may not be reached")
    if not are_of_one_input(inputs, (claim.condition, *claim.given)):
        return NoAnswer("it fails for tokens that are not read from one input")
    return Refutation(length, inputs)


class _Plan:
    """The inputs of one length that a claim is tried on."""

    def __init__(self, claim: Claim, length: int, domains: Domains, *, in_order: bool) -> None:
        self.claim = claim
        self.n_inputs = how_many(domains, length, in_order=in_order)
        self.length = length
        self._domains = domains
        self._in_order = in_order

    @property
    def described(self) -> str:
        """What is tried on what, in words that name it."""
        conditions = [node.digest for node in (self.claim.condition, *self.claim.given)]
        values = [(node.key, [str(value) for value in many]) for node, many in self._domains.items()]
        return repr((conditions, self.length, values, self._in_order))

    def first_broken(self) -> tuple[Inputs, bool | None] | None:
        """The first input that breaks the claim, or on which it is undefined."""
        inputs = inputs_over(self._domains, self.length, in_order=self._in_order)
        if self.n_inputs <= _FEW:
            return self._one_by_one(inputs)
        while chunk := list(islice(inputs, _AT_ONCE)):
            broken = self._one_by_one(_suspects(self.claim, chunk))
            if broken is not None:
                return broken
        return None

    def _one_by_one(self, inputs: Iterator[Inputs]) -> tuple[Inputs, bool | None] | None:
        tried = tried_on(self.claim, self.length, inputs)
        return next(((each, holds) for each, holds in tried if holds is not True), None)


def _plan(claim: Claim, length: int) -> _Plan | None:
    domains = _domains(claim, length)
    if domains is None:
        return None
    n_sequences = sum(isinstance(node.type, Seq) for node in claim.inputs)
    invariant = invariant_part(claim) if n_sequences == 1 else None
    # The assumptions that see positions are forgotten only if nothing else is asked of all orders.
    in_order = invariant is not None and invariant.given == claim.given
    return _Plan(claim, length, domains, in_order=in_order)


def _domains(claim: Claim, length: int) -> Domains | None:
    found: dict[Input, Sequence[Value]] = {}
    places = {node: length if isinstance(node.type, Seq) else 1 for node in claim.inputs}
    open_inputs = [node for node in claim.inputs if every_value(element_of(node.type)) is None]
    comparing = only_compares((claim.condition, *claim.given)) if open_inputs else None
    n_places = sum(places[node] for node in open_inputs)
    for node in claim.inputs:
        element = element_of(node.type)
        values = every_value(element)
        if values is None and comparing and len({element_of(other.type) for other in open_inputs}) == 1:
            values = standing_for_all(element, comparing, n_places)
        if values is None:
            return None
        found[node] = values
    return found


def _suspects(claim: Claim, inputs: Sequence[Inputs]) -> Iterator[Inputs]:
    """Those of many inputs on which the claim does not surely hold."""
    # Imported here, for it brings torch: small enumerations, and the command line, do without.
    from ...runtime.batch import run_batch

    named = {node: Input((), node.key, node.declared, node.key) for node in claim.inputs}
    condition: SOp = implied(all_of(claim.given), claim.condition) if claim.given else claim.condition
    result = Elementwise((condition,), "indicator")
    function = Function("claim", tuple(named.values()), result, (), (), (), (), claim.span)
    program = Program(claim.span.source, "cell", {}, (), (), {}, {})
    left_out = set(run_batch(program, function, inputs).left_out())
    answered = [each for place, each in enumerate(inputs) if place not in left_out]
    holds = iter(run_batch(program, function, answered).values(result))
    for place, each in enumerate(inputs):
        if place in left_out or not next(holds):
            yield each
