"""What strategies answered, kept by all that they read of a claim.

An answer depends on the strategy, the claim's graph with what is given, the function's inputs, and the limits: on no
place in a text and no other claim. So where a program is edited, only what the edit has changed is asked anew.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from ...dsl.program import cells_called
from ..claims.claim import Claim
from ..outcome import Effort, Outcome, Proof, Strategy
from ..solver import Query

__all__ = ["Memory"]

_MOST = 20_000


class Memory:
    """Answers of strategies, the oldest forgotten first; a memory lives no longer than the code that answers."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Outcome] = {}
        self._last: tuple[Claim, Hashable] | None = None

    def answer(self, strategy: Strategy, claim: Claim, effort: Effort) -> Outcome:
        """What a strategy answers to a claim; what it raises is not kept.

        Raises:
            VerificationError: as the strategy.
        """
        if self._last is None or self._last[0] is not claim:
            # One strategy after the other is asked about a claim, whose graph is walked once.
            self._last = claim, tuple(_read_of(claim))
        asked = strategy, effort, self._last[1]
        if asked not in self._answers:
            self._answers[asked] = _written(strategy(claim, effort))
            if len(self._answers) > _MOST:
                self._answers.pop(next(iter(self._answers)))
        return self._answers[asked]


def _read_of(claim: Claim) -> Iterator[Hashable]:
    """What strategies read of a claim; the result of its function is read where the claim is a promise."""
    roots = [claim.condition, *claim.given]
    yield claim.kind
    yield claim.is_promised and claim.function.result.digest
    yield tuple((node.digest, node.name) for node in claim.function.parameters)
    yield tuple(root.digest for root in roots)
    # The digest of a cell says what it computes, its contract is more.
    yield tuple(map(repr, cells_called(roots)))


def _written(outcome: Outcome) -> Outcome:
    """The answer without the solver's terms, which take room."""
    if not isinstance(outcome, Proof):
        return outcome
    return replace(outcome, queries=tuple(Query.written(one.purpose, one.text, one.steps) for one in outcome.queries))
