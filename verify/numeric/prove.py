"""Claims about numbers, proved by branch and prune over boxes of the inputs.

The claim *what is given implies the condition* is asked of boxes, over exact rational intervals; a sequence stands for
any of its elements. Equality of reals is seldom decided so: what intervals cannot tell apart stays open.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from ...dsl.graph import Elementwise, SOp, inputs_of, topological
from ...dsl.types import Bool, Element, Int, Real, Seq, Token, Value, element_of
from ..claims.claim import Claim
from ..claims.conditions import all_of, implied
from ..outcome import Effort, NoAnswer, Outcome, Proof, Refutation
from .boxes import Box, Boxes, Dimension
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
    question, is_exact = _question(claim)
    if not any(isinstance(element_of(dimension.type), Real) for dimension in question.dimensions):
        return NoAnswer("it is no claim about reals")
    # What asks for equality is decided on few boxes or on none.
    has_equality = any(isinstance(node, Elementwise) and node.operator == "==" for node in topological([question.goal]))
    found = _searched(question.goal, question.dimensions, min(effort.boxes, _FEWEST) if has_equality else effort.boxes)
    match found:
        case Boxes():
            return Proof(_STRATEGY, boxes=found)
        case Open(told=told, n_boxes=n_boxes):
            return NoAnswer(f"open after {n_boxes} boxes, the smallest where {told}")
    if not is_exact:
        return NoAnswer("it fails for some values, which may not be reached")
    return _refutation(claim, question, found)


@lru_cache(maxsize=64)
def _searched(goal: SOp, dimensions: tuple[Dimension, ...], limit: int) -> Found:
    """The search; the ladder asks about a claim more than once."""
    return search(Question(goal, dimensions), limit)


def certifies(boxes: Boxes, claim: Claim) -> bool:
    """Whether the boxes of a proof prove a claim: they are cut once more, and each is asked."""
    return holds_on_all(boxes, _question(claim)[0])


def _question(claim: Claim) -> tuple[Question, bool]:
    """The claim at any position, and whether a point that breaks it is an input of the program that does."""
    *given, condition = (claim_at := at_any_position((*claim.given, claim.condition))).conditions
    goal = implied(all_of(given), condition)
    dimensions = tuple(Dimension(node.key, node.name or node.key, node.type) for node in inputs_of([goal]))
    return Question(goal, dimensions), not claim_at.forgotten and not claim.speaks_of_inner_inputs


def _refutation(claim: Claim, question: Question, point: Box) -> Refutation:
    """The point as inputs: each sequence has one element."""
    found = {dimension.key: part.low for dimension, part in zip(question.dimensions, point, strict=True)}
    inputs: dict[str, Any] = {}
    for node in claim.inputs:
        element = element_of(node.type)
        number = found.get(node.key, _any_of(element))
        value = bool(number) if isinstance(element, Bool) else number
        inputs[node.key] = [value] if isinstance(node.type, Seq) else value
    return Refutation(1 if claim.has_sequences else 0, inputs)


def _any_of(element: Element) -> Value:
    """Some value of a type, for an input that does not matter."""
    ends: tuple[int | Fraction | None, ...] = (element.low, element.high) if isinstance(element, Int | Real) else ()
    if isinstance(element, Token) and element.vocabulary:
        return element.vocabulary[0]
    return False if isinstance(element, Bool) else next((end for end in ends if end is not None), 0)
