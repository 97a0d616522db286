"""Counterexamples of a certificate, given to the interpreter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ...dsl.program import Program
from ...errors import RuntimeFault
from ...runtime.inputs import bind_inputs
from ..claims.claim import Claim, call_claims, functions_in_order, own_claims
from ..claims.cut import Cut
from ..outcome import Refutation
from ..replay import replayed

__all__ = ["replays"]


def replays(verdict: Mapping[str, Any], program: Program) -> bool:
    """Whether the interpreter finds that the counterexample of a refutation, as told, breaks its claim."""
    told = verdict["counterexample"]
    asked = verdict["kind"], verdict["claim"], verdict["place"]
    for claim in _claims_of(program):
        if (claim.kind, claim.text, claim.span.place) == asked:
            try:
                found = replayed(Refutation(*bind_inputs(claim.function, told["inputs"])), claim, program)
            except (RuntimeFault, KeyError, TypeError):
                continue
            if found and asdict(found) == told:
                return True
    return False


def _claims_of(program: Program) -> Iterator[Claim]:
    for function in functions_in_order(program):
        cut = Cut(function)
        for call in function.calls:
            yield from call_claims(call, cut)
        yield from own_claims(function, program.spans, cut)
