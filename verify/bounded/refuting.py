"""A cheap look for the shortest input that breaks a claim, before anyone tries to prove it.

Of each length from 0 to 3 the smallest few inputs are interpreted; unless these were all, the solver is asked for one
more. So a wrong program is refuted at once, by an input than which none is shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ...dsl.types import Seq, element_of
from ...errors import VerificationError
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Refutation
from ..terms import tokens_in
from .kinds import are_of_one_input, by_kind
from .question import GaveUp
from .splitting import answer_at
from .trial import Domains, every_value, few_values, holds_on, how_many, inputs_over

__all__ = ["by_short_inputs", "few_inputs"]

_LONGEST, _FEW, _MOST_STEPS = 3, 48, 1_000_000


def by_short_inputs(claim: Claim, effort: Effort) -> Outcome:
    """Look for a short input that breaks the claim; that there is none says nothing of longer ones."""
    if claim.speaks_of_inner_inputs:
        return NoAnswer("it speaks of states or positions that may not be reached")
    claims = by_kind(claim)
    steps = min(effort.steps, _MOST_STEPS)
    for length in _lengths(claim, effort):
        for each in claims:
            found = _among_few(each, length) or _asked(each, length, steps)
            if found and are_of_one_input(found.inputs, (claim.condition, *claim.given)):
                return found
    return NoAnswer("no short input breaks it")


def few_inputs(claim: Claim, effort: Effort) -> Iterator[Refutation]:
    """The smallest few inputs of each short length, whether or not they break the claim."""
    for length in _lengths(claim, effort):
        for each in by_kind(claim):
            for inputs in islice(inputs_over(_few(each, length), length), _FEW):
                yield Refutation(length, inputs)


def _lengths(claim: Claim, effort: Effort) -> range:
    return range(min(effort.up_to, _LONGEST) + 1 if claim.has_sequences else 1)


def _among_few(claim: Claim, length: int) -> Refutation | None:
    """The first of the smallest few inputs that breaks it."""
    for inputs in islice(inputs_over(_few(claim, length), length), _FEW):
        if holds_on(claim, length, inputs) is False:
            return Refutation(length, inputs)
    return None


def _few(claim: Claim, length: int) -> Domains:
    """As many of the smallest values of each input as make few inputs of this length."""
    named = tokens_in((claim.condition, *claim.given))
    domains = {node: few_values(element_of(node.type), named) for node in claim.inputs}
    n_values = max(map(len, domains.values()), default=1)
    while n_values > 1 and how_many(_first(domains, n_values), length) > _FEW:
        n_values -= 1
    return _first(domains, n_values)


def _first(domains: Domains, n_values: int) -> Domains:
    return {node: values[:n_values] for node, values in domains.items()}


def _asked(claim: Claim, length: int, steps: int) -> Refutation | None:
    """An input that the solver finds; it is not asked where all inputs were tried."""
    if _is_exhausted(claim, length):
        return None
    try:
        found = answer_at(claim, length, steps)
    except (GaveUp, VerificationError):
        return None
    return found if isinstance(found, Refutation) else None


def _is_exhausted(claim: Claim, length: int) -> bool:
    domains = {node: every_value(element_of(node.type)) for node in claim.inputs}
    if any(values is None and (length or not isinstance(node.type, Seq)) for node, values in domains.items()):
        return False
    return how_many({node: values or () for node, values in domains.items()}, length) <= _FEW
