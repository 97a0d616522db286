"""Claims about numbers, proved by branch and prune over boxes of the inputs.

The claim *what is given implies the condition* is asked of boxes, over exact rational intervals; a sequence stands for
any of its elements. Equality of reals is seldom decided so: what intervals cannot tell apart stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ...dsl.graph import Elementwise, SOp, inputs_of, topological
from ...dsl.types import Bool, Element, Int, Real, Seq, Token, Value, element_of
from ...errors import RuntimeFault
from ...runtime.evaluate import evaluate
from ...runtime.reference import Exact, call_by_contract
from ..claims.claim import Claim
from ..claims.conditions import all_of, implied
from ..outcome import Boxes, Effort, NoAnswer, Outcome, Proof, Refutation
from .boxes import Box, Dimension
from .pointwise import at_any_position
from .question import Question
from .search import Found, Open, holds_on_all, search

__all__ = ["by_boxes", "certifies"]

_STRATEGY = "branch and prune over boxes"
_FEWEST = 256


def by_boxes(claim: Claim, effort: Effort) -> Outcome:
    """Prove a claim about reals on every box of its inputs, or find a point that breaks it.

    Raises:
        VerificationError: if the claim speaks of values that have no intervals.
    """
    if not any(isinstance(element_of(node.type), Real) for node in claim.inputs):
        return NoAnswer("it is no claim about reals")
    asked = _asked(claim)
    # What asks for equality is decided on few boxes or on none.
    has_equality = any(isinstance(node, Elementwise) and node.operator == "==" for node in topological([asked.goal]))
    found = _searched(asked.goal, asked.dimensions, min(effort.boxes, _FEWEST) if has_equality else effort.boxes)
    match found:
        case Boxes():
            return Proof(_STRATEGY, boxes=found)
        case Open(told=told, n_boxes=n_boxes):
            return NoAnswer(f"open after {n_boxes} boxes, the smallest where {told}")
    if not asked.is_exact:
        return NoAnswer("it fails for some values, which may not be reached")
    return _refutation(claim, asked.dimensions, found) or NoAnswer("there is no answer at the point that breaks it")


@lru_cache(maxsize=64)
def _searched(goal: SOp, dimensions: tuple[Dimension, ...], limit: int) -> Found:
    """The search; the ladder asks about a claim more than once."""
    return search(Question(goal, dimensions), limit)


def certifies(boxes: Boxes, claim: Claim) -> bool:
    """Whether the boxes of a proof prove a claim: they are cut once more, and each is asked."""
    asked = _asked(claim)
    return holds_on_all(boxes, Question(asked.goal, asked.dimensions))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The claim at any position; `is_exact` where a point that breaks it is an input of the program that does."""

    goal: SOp
    dimensions: tuple[Dimension, ...]
    is_exact: bool


def _asked(claim: Claim) -> _Asked:
    anywhere = at_any_position(claim)
    *given, condition = anywhere.conditions
    goal = implied(all_of(given), condition)
    dimensions = tuple(Dimension(node.key, node.name or node.key, node.type) for node in inputs_of([goal]))
    is_whole = not anywhere.forgotten and len(given) == len(claim.given)
    return _Asked(goal, dimensions, is_whole and not claim.speaks_of_inner_inputs)


def _refutation(claim: Claim, dimensions: tuple[Dimension, ...], point: Box) -> Refutation | None:
    """The point as inputs, each sequence with one element; None where a value there does not fit its port."""
    found = {dimension.key: part.low for dimension, part in zip(dimensions, point, strict=True)}
    inputs: dict[str, Any] = {}
    for node in claim.inputs:
        element = element_of(node.type)
        number = found.get(node.key, _any_of(element))
        value = bool(number) if isinstance(element, Bool) else number
        inputs[node.key] = [value] if isinstance(node.type, Seq) else value
    n_positions = 1 if claim.has_sequences else 0
    try:
        evaluate([claim.condition, *claim.given], Exact(None, call_by_contract), n_positions, inputs)
    except RuntimeFault:
        return None
    return Refutation(n_positions, inputs)


def _any_of(element: Element) -> Value:
    """Some value of a type, for an input that does not matter."""
    ends: tuple[int | Fraction | None, ...] = (element.low, element.high) if isinstance(element, Int | Real) else ()
    if isinstance(element, Token) and element.vocabulary:
        return element.vocabulary[0]
    return False if isinstance(element, Bool) else next((end for end in ends if end is not None), 0)
