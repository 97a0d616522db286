"""Counterexamples of a certificate, given to the interpreter; of two programs, to both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from ...catalog import Catalog
from ...dsl.program import Function, Program
from ...errors import RuntimeFault
from ...runtime.inputs import Given, bind_inputs
from ..claims.claim import Claim, call_claims, functions_in_order, own_claims
from ..claims.cut import Cut
from ..claims.equivalence import Side, equivalence_claims, paired, refinement_claims, refining
from ..comparison import replayed_in_both, sides_of
from ..outcome import Refutation
from ..real_cells import RealCells
from ..replay import replayed
from ..verdict import Counterexample
from .subject import Comparison, Subject, programs_of

__all__ = ["replays"]


def replays(verdict: Mapping[str, Any], subject: Subject, catalog: Catalog | None) -> bool:
    """Whether the interpreter finds that the counterexample of a refutation, as told, breaks its claim."""
    told, cells = verdict["counterexample"], RealCells(catalog)
    try:
        return any(found and asdict(found) == told for found in _replayed(verdict, subject, told["inputs"], cells))
    except (KeyError, TypeError):
        return False


def _replayed(
    verdict: Mapping[str, Any], subject: Subject, given: Given, cells: RealCells
) -> Iterator[Counterexample | None]:
    """What the interpreter makes of an input, for each claim that is meant."""
    asked = verdict["kind"], verdict["claim"], verdict["place"]
    if isinstance(subject, Comparison) and subject.relation == "equivalent":
        pair = paired(*_sides(subject), subject.open_type)
        if any(_named(claim) == asked for claim in equivalence_claims(pair, Cut(pair.function))):
            bound = _bound(pair.function, given)
            yield replayed_in_both(bound, pair, subject.programs, cells) if bound else None
    for program, claim in _claims(subject):
        if _named(claim) == asked:
            bound = _bound(claim.function, given)
            yield replayed(bound, claim, program, cells) if bound else None


def _claims(subject: Subject) -> Iterator[tuple[Program, Claim]]:
    """The claims about programs, each with the program that it is replayed in."""
    for program in programs_of(subject):
        yield from ((program, claim) for claim in _claims_of(program))
    if isinstance(subject, Comparison) and subject.relation == "refines":
        function, first = refining(*_sides(subject)), subject.programs[0]
        cut = Cut(function)
        claims = refinement_claims(function, partial(own_claims, function, first.spans, cut), cut)
        yield from ((first, claim) for claim in claims)


def _sides(compared: Comparison) -> tuple[Side, Side]:
    return sides_of(*compared.programs, *compared.outputs)


def _named(claim: Claim) -> tuple[str, str, str]:
    return claim.kind, claim.text, claim.span.place


def _bound(function: Function, given: Given) -> Refutation | None:
    """The input of a function that is told; None where it has none such."""
    try:
        return Refutation(*bind_inputs(function, given))
    except RuntimeFault:
        return None


def _claims_of(program: Program) -> Iterator[Claim]:
    for function in functions_in_order(program):
        cut = Cut(function)
        for call in function.calls:
            yield from call_claims(call, cut)
        yield from own_claims(function, program.spans, cut)
