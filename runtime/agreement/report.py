"""What a three-way check came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..inputs import Given
from .backends import Answer

__all__ = ["Agreement", "Disagreement", "Participant"]


@dataclass(frozen=True, slots=True)
class Participant:
    """A way to run the program: what is to be known of it, or why it could not take part."""

    name: str
    took_part: bool
    note: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An input to which not all say the same.

    Attributes:
        given: the input, as small as it could be made.
        answers: what each backend says to it, by name.
        found: the input as it was met.
        number: how many inputs had been tried then, this one included.
    """

    given: Given
    answers: Mapping[str, Answer]
    found: Given
    number: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a three-way check came to.

    Attributes:
        output: the name of the output asked for.
        vocabularies: the values that each parameter took, by name.
        max_length: the length of the longest input.
        participants: the ways to run the program.
        n_inputs: how many inputs were tried, up to the first disagreement.
        n_faults: to how many of them the program has no answer, which then none may have.
        n_outside: how many more were left out because they break a requirement.
        has_length: whether there are sequences among the inputs.
        exhausted: all inputs up to this length were tried; -1 if not all of any.
        is_exhaustive: whether that is all inputs up to `max_length`; else the longer ones were drawn.
        seed: what they were drawn from.
        disagreement: the first one; None if there is none.
    """

    output: str
    vocabularies: Mapping[str, Sequence[Any]]
    max_length: int
    participants: tuple[Participant, ...]
    n_inputs: int
    n_faults: int
    n_outside: int
    has_length: bool
    exhausted: int
    is_exhaustive: bool
    seed: int
    disagreement: Disagreement | None

    @property
    def is_agreed(self) -> bool:
        """Whether at least two took part, on at least one input, and all said the same to every one."""
        is_compared = sum(participant.took_part for participant in self.participants) > 1 and self.n_inputs > 0
        return is_compared and self.disagreement is None
