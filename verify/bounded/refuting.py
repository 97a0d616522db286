"""A cheap look for the shortest input that breaks a claim, of each length from 0 to 3.

1. The smallest few inputs are interpreted before anyone tries to prove the claim, so that most of what is wrong is
   refuted at once.
2. Where no proof was found, and these were not all inputs, the solver is asked for one more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product

from ...dsl.types import Seq, element_of
from ...errors import VerificationError
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Refutation
from ..terms import tokens_in
from .kinds import are_of_one_input, by_kind
from .lanes import tried_on
from .question import GaveUp
from .splitting import answer_at
from .trial import Domains, every_value, few_values, how_many, inputs_over

__all__ = ["among_few", "by_few_inputs", "by_short_inputs", "few_inputs"]

_LONGEST, _FEW, _MOST_STEPS = 3, 48, 1_000_000


def by_few_inputs(claim: Claim, effort: Effort) -> Outcome:
    """Try the claim on the smallest few inputs; that none breaks it says nothing of others."""
    return _shortest(claim, effort, among_few) or NoAnswer("none of a few short inputs breaks it")


def by_short_inputs(claim: Claim, effort: Effort) -> Outcome:
    """Look for a short input that breaks the claim; that there is none says nothing of longer ones."""
    steps = min(effort.steps, _MOST_STEPS)
    found = _shortest(claim, effort, lambda each, length: among_few(each, length) or _asked(each, length, steps))
    return found or NoAnswer("no short input breaks it")


def few_inputs(claim: Claim, effort: Effort) -> Iterator[Refutation]:
    """The smallest few inputs of each short length, whether or not they break the claim."""
    for length, each in _short(claim, effort):
        for inputs in islice(inputs_over(_few(each, length), length), _FEW):
            yield Refutation(length, inputs)


def _short(claim: Claim, effort: Effort) -> Iterator[tuple[int, Claim]]:
    """Each short length, and at it the claim about each kind of tokens."""
    return product(range(min(effort.up_to, _LONGEST) + 1 if claim.has_sequences else 1), by_kind(claim))


def _shortest(claim: Claim, effort: Effort, look: Callable[[Claim, int], Refutation | None]) -> Refutation | None:
    """What is found first, the shortest inputs first; nothing of states or positions that may not be reached."""
    if claim.speaks_of_inner_inputs:
        return None
    for length, each in _short(claim, effort):
        found = look(each, length)
        if found and are_of_one_input(found.inputs, (claim.condition, *claim.given)):
            return found
    return None


def among_few(claim: Claim, length: int) -> Refutation | None:
    """The first of the smallest few inputs that breaks it."""
    few = islice(inputs_over(_few(claim, length), length), _FEW)
    broken = (inputs for inputs, holds in tried_on(claim, length, few) if holds is False)
    return next((Refutation(length, inputs) for inputs in broken), None)


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
