"""What a strategy is asked with, and what it answers: a proof, an input that breaks the claim, or neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .claims.claim import Claim
from .numeric.boxes import Boxes
from .solver import Query

__all__ = ["DEFAULT_EFFORT", "Effort", "NoAnswer", "Outcome", "Proof", "Refutation", "Strategy"]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much may be spent before the answer is `unknown`; nothing here is a time, so that answers repeat.

    Attributes:
        up_to: the longest sequences that are tried where no proof for all lengths is found.
        steps: solver steps (Z3's `rlimit`) for each question.
        states: states of an automaton.
        inputs: inputs that are enumerated.
        boxes: boxes of numbers that are looked at.
    """

    up_to: int = 6
    steps: int = 3_000_000
    states: int = 100_000
    inputs: int = 100_000
    boxes: int = 2_000


DEFAULT_EFFORT = Effort()


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a claim holds.

    Attributes:
        strategy: how it was found, in words.
        queries: what the solver was asked; the claim holds if each has no model.
        schemas: the axiom schemas that the queries instantiate, by name.
        reach: the longest sequences that it speaks of; None: all lengths.
        boxes: the boxes of its inputs on each of which it holds, of branch and prune.
        enumerated: inputs that were tried, each one of them; 0 where the queries carry the proof.
        tried: SHA-256, in hex, of the claim and the values that were tried; empty where none were.
    """

    strategy: str
    queries: tuple[Query, ...] = ()
    schemas: tuple[str, ...] = ()
    reach: int | None = None
    boxes: Boxes | None = None
    enumerated: int = 0
    tried: str = ""


@dataclass(frozen=True, slots=True)
class Refutation:
    """Values of the inputs, by key, that break a claim."""

    n_positions: int
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is neither; `proof` is what was proved all the same, of shorter sequences."""

    reason: str
    proof: Proof | None = None


Outcome = Proof | Refutation | NoAnswer
Strategy = Callable[[Claim, Effort], Outcome]
"""A way to an answer; one that does not fit the claim says so with `NoAnswer`."""
