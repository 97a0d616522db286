"""What a strategy is asked with, and what it answers: a proof, an input that breaks the claim, or neither."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .claims.claim import Claim
from .solver import Query

__all__ = ["DEFAULT_EFFORT", "LEAF", "Boxes", "Effort", "NoAnswer", "Outcome", "Proof", "Refutation", "Strategy"]


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
LEAF = "."
"""What marks a box of a proof in the tree of its cuts."""


@dataclass(frozen=True)
class Boxes:
    """The boxes of a proof: on each the claim holds, and together they are all that there is.

    Attributes:
        question: digest of what holds on each.
        domain: the box that all of them make up, an interval for each input, in words.
        tree: how it was cut, from the left: the number of the dimension that is halved, or `.` for a box of the proof.
    """

    question: str
    domain: str
    tree: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many boxes there are."""
        return self.tree.count(LEAF)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of the question, the domain and the tree."""
        return hashlib.sha256("\n".join((self.question, self.domain, " ".join(self.tree))).encode()).hexdigest()


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
